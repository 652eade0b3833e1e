/** Tokens as rows. */
import type { Reader, Transaction } from '../../store/index.ts'
import type { Token } from '../schemas.ts'
import type { Role } from '../verbs.ts'

export type TokenRow = {
  readonly id: string
  readonly name: string
  /** Whom it stands for: a user is the token itself, a machine is named. */
  readonly actor_type: 'user' | 'machine'
  readonly actor_id: string
  /** A user's; null for machines. */
  readonly role: Role | null
  readonly secret_hash: string
  readonly created_at: number
  readonly last_used_at: number | null
  readonly revoked_at: number | null
}

export type FreshToken = Omit<TokenRow, 'last_used_at' | 'revoked_at'>

const columns = 'id, name, actor_type, actor_id, role, secret_hash, created_at, last_used_at, revoked_at'

const insert = `INSERT INTO access_tokens (id, name, actor_type, actor_id, role, secret_hash, created_at)
  VALUES (?, ?, ?, ?, ?, ?, ?)`

export function insertToken(tx: Transaction, token: FreshToken): void {
  const { id, name, actor_type, actor_id, role, secret_hash, created_at } = token
  tx.prepare(insert).run(id, name, actor_type, actor_id, role, secret_hash, created_at)
}

export function tokenBySecretHash(read: Reader, secretHash: string): TokenRow | undefined {
  return read.get<TokenRow>(`SELECT ${columns} FROM access_tokens WHERE secret_hash = ?`, secretHash)
}

export function tokenById(read: Pick<Reader, 'prepare'>, id: string): TokenRow | undefined {
  return read.prepare<TokenRow>(`SELECT ${columns} FROM access_tokens WHERE id = ?`).get(id)
}

/** Oldest first: ids rise with time. */
export function allTokens(read: Reader): TokenRow[] {
  return read.all<TokenRow>(`SELECT ${columns} FROM access_tokens ORDER BY id`)
}

export function markRevoked(tx: Transaction, id: string, nowMs: number): void {
  tx.prepare('UPDATE access_tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL').run(nowMs, id)
}

export function tokenOf(row: TokenRow): Token {
  return {
    id: row.id,
    name: row.name,
    ...(row.role === null ? { machine: row.actor_id } : { role: row.role }),
    createdAt: row.created_at,
    ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at }),
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
  }
}
