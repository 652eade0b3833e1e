/** Sign-in codes and sessions as rows. */
import type { Reader, Transaction } from '../../store/index.ts'

export const sessionIdPrefix = 'ses_'

type Queries = Pick<Reader, 'prepare'>

export type SessionRow = {
  readonly id: string
  /** Id of the token or the person whose it is. */
  readonly holder_id: string
  readonly secret_hash: string
  readonly key_hash: string
  readonly created_at: number
  readonly expires_at: number
  readonly ended_at: number | null
  readonly user_agent: string | null
  readonly last_used_at: number | null
}

const columns = 'id, holder_id, secret_hash, key_hash, created_at, expires_at, ended_at, user_agent, last_used_at'

export type NewCode = {
  readonly codeHash: string
  /** Or of the person, if it is theirs. */
  readonly tokenId: string
  readonly createdAt: number
  readonly expiresAt: number
}

export function insertCode(tx: Transaction, { codeHash, tokenId, createdAt, expiresAt }: NewCode): void {
  tx.prepare('INSERT INTO access_sign_in_code (code_hash, token_id, created_at, expires_at) VALUES (?, ?, ?, ?)').run(
    codeHash,
    tokenId,
    createdAt,
    expiresAt,
  )
}

/**
 * Spends the code and says whose session it begins; undefined when it is unknown, spent or too old. Of two that bring it at
 * once the condition lets one through.
 */
export function spendCode(tx: Transaction, codeHash: string, nowMs: number): string | undefined {
  const spent = tx
    .prepare('UPDATE access_sign_in_code SET spent_at = ? WHERE code_hash = ? AND spent_at IS NULL AND expires_at > ?')
    .run(nowMs, codeHash, nowMs)
  if (spent.changes !== 1) return undefined
  const row = tx
    .prepare<{ token_id: string }>('SELECT token_id FROM access_sign_in_code WHERE code_hash = ?')
    .get(codeHash)
  return row?.token_id
}

export function insertSession(tx: Transaction, session: Omit<SessionRow, 'ended_at' | 'last_used_at'>): void {
  const { id, holder_id, secret_hash, key_hash, created_at, expires_at, user_agent } = session
  tx.prepare(
    `INSERT INTO access_session (id, holder_id, secret_hash, key_hash, created_at, expires_at, user_agent)
      VALUES (?, ?, ?, ?, ?, ?, ?)`,
  ).run(id, holder_id, secret_hash, key_hash, created_at, expires_at, user_agent)
}

export function sessionBySecretHash(queries: Queries, secretHash: string): SessionRow | undefined {
  return queries.prepare<SessionRow>(`SELECT ${columns} FROM access_session WHERE secret_hash = ?`).get(secretHash)
}

/** Neither ended nor over, newest first: ids rise with time. */
export function openSessions(queries: Queries, nowMs: number): readonly SessionRow[] {
  return queries
    .prepare<SessionRow>(
      `SELECT ${columns} FROM access_session WHERE ended_at IS NULL AND expires_at > ? ORDER BY id DESC`,
    )
    .all(nowMs)
}

/** Of a person, those of their tokens too; or of a token that is nobody's. Neither ended nor over, newest first. */
export function openSessionsOf(queries: Queries, ownerId: string, nowMs: number): readonly SessionRow[] {
  return queries
    .prepare<SessionRow>(
      `SELECT ${columns} FROM access_session
        WHERE ended_at IS NULL AND expires_at > ?
          AND (holder_id = ? OR holder_id IN (SELECT id FROM access_tokens WHERE person_id = ?)) ORDER BY id DESC`,
    )
    .all(nowMs, ownerId, ownerId)
}

/** Undefined once it has ended or is over. */
export function holderOfSession(queries: Queries, id: string, nowMs: number): string | undefined {
  const sql = 'SELECT holder_id FROM access_session WHERE id = ? AND ended_at IS NULL AND expires_at > ?'
  return queries.prepare<{ holder_id: string }>(sql).get(id, nowMs)?.holder_id
}

export function noteUse(tx: Transaction, id: string, nowMs: number): void {
  tx.prepare('UPDATE access_session SET last_used_at = ? WHERE id = ?').run(nowMs, id)
}

/** Whether it had not ended before. */
export function endSessionRow(tx: Transaction, id: string, nowMs: number): boolean {
  return (
    tx.prepare('UPDATE access_session SET ended_at = ? WHERE id = ? AND ended_at IS NULL').run(nowMs, id).changes === 1
  )
}

/** All of one holder. */
export function endSessionsOf(tx: Transaction, holderId: string, nowMs: number): void {
  tx.prepare('UPDATE access_session SET ended_at = ? WHERE holder_id = ? AND ended_at IS NULL').run(nowMs, holderId)
}

export function forgetCodesOf(tx: Transaction, holderId: string): void {
  tx.prepare('DELETE FROM access_sign_in_code WHERE token_id = ?').run(holderId)
}

/** What nobody can use any more; who signed in and out is in the trail. */
export function forgetExpired(tx: Transaction, nowMs: number): void {
  tx.prepare('DELETE FROM access_sign_in_code WHERE expires_at <= ?').run(nowMs)
  tx.prepare('DELETE FROM access_session WHERE expires_at <= ?').run(nowMs)
}
