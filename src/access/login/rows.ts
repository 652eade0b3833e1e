/** Logins of command lines as rows. */
import type { Reader, Transaction } from '../../store/index.ts'
import type { Hands } from '../hand/count.ts'

export type LoginRow = {
  readonly code: string
  readonly name: string
  readonly created_at: number
  readonly expires_at: number
  readonly decided_at: number | null
  readonly person_id: string | null
  readonly taken_at: number | null
  /** JSON: in whose hands it was who decided. */
  readonly hands: string | null
  /** What let them in; null where nothing did, and of those that are older than this column. */
  readonly credential: string | null
}

const columns = 'code, name, created_at, expires_at, decided_at, person_id, taken_at, hands, credential'

export type NewLogin = {
  readonly deviceHash: string
  readonly code: string
  readonly name: string
  readonly createdAt: number
  readonly expiresAt: number
}

/** Those that are over go with each new one. */
export function insertLogin(tx: Transaction, login: NewLogin): void {
  const { deviceHash, code, name, createdAt, expiresAt } = login
  tx.prepare('DELETE FROM access_login WHERE expires_at <= ?').run(createdAt)
  tx.prepare('INSERT INTO access_login (device_hash, code, name, created_at, expires_at) VALUES (?, ?, ?, ?, ?)').run(
    ...[deviceHash, code, name, createdAt, expiresAt],
  )
}

export const loginByDevice = (queries: Pick<Reader, 'prepare'>, deviceHash: string): LoginRow | undefined =>
  queries.prepare<LoginRow>(`SELECT ${columns} FROM access_login WHERE device_hash = ?`).get(deviceHash)

export const loginByCode = (queries: Pick<Reader, 'prepare'>, code: string): LoginRow | undefined =>
  queries.prepare<LoginRow>(`SELECT ${columns} FROM access_login WHERE code = ?`).get(code)

/** Of two that decide at once the condition lets one through. */
export function decideRow(tx: Transaction, code: string, { personId, hands, credential, at }: Verdict): boolean {
  const sql = `UPDATE access_login SET decided_at = ?, person_id = ?, hands = ?, credential = ?
    WHERE code = ? AND decided_at IS NULL`
  return tx.prepare(sql).run(at, personId, JSON.stringify(hands), credential, code).changes === 1
}

/** `personId`: who says yes; null: no. */
export type Verdict = {
  readonly personId: string | null
  readonly hands: Hands
  readonly credential: string | null
  readonly at: number
}

/** Of two that come for the token the condition lets one through. */
export function takeRow(tx: Transaction, deviceHash: string, at: number): boolean {
  const sql = 'UPDATE access_login SET taken_at = ? WHERE device_hash = ? AND taken_at IS NULL'
  return tx.prepare(sql).run(at, deviceHash).changes === 1
}
