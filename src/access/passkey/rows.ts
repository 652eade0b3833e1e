/** Passkeys as rows. */
import type { Reader, Transaction } from '../../store/index.ts'
import type { Passkey } from './schemas.ts'

type Queries = Pick<Reader, 'prepare'>

export type PasskeyRow = {
  readonly id: string
  readonly person_id: string
  readonly credential_id: string
  /** Of the page it was made at: it signs in there and nowhere else. */
  readonly origin: string
  readonly public_key: string
  readonly counter: number
  /** JSON. */
  readonly transports: string
  readonly is_synced: number
  readonly name: string
  readonly created_at: number
  readonly last_used_at: number | null
}

const columns =
  'id, person_id, credential_id, origin, public_key, counter, transports, is_synced, name, created_at, last_used_at'

export function insertPasskey(tx: Transaction, row: Omit<PasskeyRow, 'last_used_at'>): void {
  const { id, person_id, credential_id, origin, public_key, counter, transports, is_synced, name, created_at } = row
  tx.prepare(
    `INSERT INTO access_passkey
        (id, person_id, credential_id, origin, public_key, counter, transports, is_synced, name, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(id, person_id, credential_id, origin, public_key, counter, transports, is_synced, name, created_at)
}

export const passkeyByCredential = (queries: Queries, credentialId: string): PasskeyRow | undefined =>
  queries.prepare<PasskeyRow>(`SELECT ${columns} FROM access_passkey WHERE credential_id = ?`).get(credentialId)

/** Oldest first. */
export const passkeysOf = (queries: Queries, personId: string): readonly PasskeyRow[] =>
  queries
    .prepare<PasskeyRow>(`SELECT ${columns} FROM access_passkey WHERE person_id = ? ORDER BY created_at, id`)
    .all(personId)

/** False when the authenticator has counted this far before: then there are two of it. Some never count, and say 0. */
export function noteUseOfPasskey(
  tx: Transaction,
  id: string,
  use: { readonly counter: number; readonly at: number },
): boolean {
  // Decided here: beside a number alone PostgreSQL takes a parameter for one of 32 bits with a sign, which counters outgrow.
  const countsNot = use.counter === 0
  const sql = `UPDATE access_passkey SET counter = ?, last_used_at = ?
    WHERE id = ? AND ${countsNot ? 'counter = 0' : 'counter < ?'}`
  return tx.prepare(sql).run(use.counter, use.at, id, ...(countsNot ? [] : [use.counter])).changes === 1
}

export function renamePasskeyRow(tx: Transaction, id: string, name: string): void {
  tx.prepare('UPDATE access_passkey SET name = ? WHERE id = ?').run(name, id)
}

export function deletePasskey(tx: Transaction, id: string): void {
  tx.prepare('DELETE FROM access_passkey WHERE id = ?').run(id)
}

export function deletePasskeysOf(tx: Transaction, personId: string): void {
  tx.prepare('DELETE FROM access_passkey WHERE person_id = ?').run(personId)
}

/** As people read it: with the port where there is one. */
export const addressOf = ({ origin }: Pick<PasskeyRow, 'origin'>): string => new URL(origin).host

export const passkeyOf = ({ id, name, origin, is_synced, created_at, last_used_at }: PasskeyRow): Passkey => ({
  ...{ id, name, address: addressOf({ origin }), isSynced: is_synced === 1, createdAt: created_at },
  ...(last_used_at === null ? {} : { lastUsedAt: last_used_at }),
})
