/** Tokens as rows. */
import type { Reader, Transaction } from '../../store/index.ts'
import type { Grant } from '../grant.ts'
import { localTokenName } from '../schemas.ts'

export type TokenRow = {
  readonly id: string
  readonly name: string
  /** Whom it stands for: a user is the token itself, a machine is named. */
  readonly actor_type: 'user' | 'machine'
  readonly actor_id: string
  /** JSON, a user's; null for machines. */
  readonly grants: string | null
  readonly person_id: string | null
  readonly secret_hash: string
  readonly created_at: number
  readonly expires_at: number | null
  readonly last_used_at: number | null
  readonly revoked_at: number | null
  /** JSON; null of tokens that are older than this column. */
  readonly made_by: string | null
}

/** The one in the file of the data folder. A person's token is theirs, whatever it is called. */
export const isLocalToken = ({ name, person_id, actor_type }: TokenRow): boolean =>
  name === localTokenName && person_id === null && actor_type === 'user'

export type FreshToken = Omit<TokenRow, 'last_used_at' | 'revoked_at'>

const columns =
  'id, name, actor_type, actor_id, grants, person_id, secret_hash, created_at, expires_at, last_used_at, revoked_at, made_by'

const insert = `INSERT INTO access_tokens (id, name, actor_type, actor_id, grants, person_id, secret_hash, created_at, expires_at, made_by)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

export function insertToken(tx: Transaction, token: FreshToken): void {
  const { id, name, actor_type, actor_id, grants, person_id, secret_hash, created_at, expires_at, made_by } = token
  tx.prepare(insert).run(
    id,
    name,
    actor_type,
    actor_id,
    grants,
    person_id,
    secret_hash,
    created_at,
    expires_at,
    made_by,
  )
}

export function tokenBySecretHash(read: Pick<Reader, 'prepare'>, secretHash: string): TokenRow | undefined {
  return read.prepare<TokenRow>(`SELECT ${columns} FROM access_tokens WHERE secret_hash = ?`).get(secretHash)
}

export function tokenById(read: Pick<Reader, 'prepare'>, id: string): TokenRow | undefined {
  return read.prepare<TokenRow>(`SELECT ${columns} FROM access_tokens WHERE id = ?`).get(id)
}

/** Oldest first: ids rise with time. */
export function allTokens(read: Reader): TokenRow[] {
  return read.all<TokenRow>(`SELECT ${columns} FROM access_tokens ORDER BY id`)
}

/** Of a person, those that open something. Oldest first. */
export function goodTokensOf(read: Pick<Reader, 'prepare'>, personId: string, nowMs: number): TokenRow[] {
  return read
    .prepare<TokenRow>(`SELECT ${columns} FROM access_tokens WHERE person_id = ? ORDER BY id`)
    .all(personId)
    .filter((token) => isGood(token, nowMs))
}

export function setSecret(tx: Transaction, id: string, secretHash: string): void {
  tx.prepare('UPDATE access_tokens SET secret_hash = ? WHERE id = ?').run(secretHash, id)
}

export type FormerSecret = {
  readonly secretHash: string
  readonly tokenId: string
  readonly expiresAt: number
  readonly nowMs: number
}

/** Good beside the new one until its end. Those that are over go with it. */
export function keepFormerSecret(tx: Transaction, { secretHash, tokenId, expiresAt, nowMs }: FormerSecret): void {
  tx.prepare('DELETE FROM access_former_secret WHERE expires_at <= ?').run(nowMs)
  if (expiresAt <= nowMs) return
  tx.prepare('INSERT INTO access_former_secret (secret_hash, token_id, expires_at) VALUES (?, ?, ?)').run(
    ...[secretHash, tokenId, expiresAt],
  )
}

export function forgetFormerSecretsOf(tx: Transaction, tokenId: string): void {
  tx.prepare('DELETE FROM access_former_secret WHERE token_id = ?').run(tokenId)
}

/** The token that had this secret before it was rotated, while that is good. */
export function tokenByFormerSecret(
  read: Pick<Reader, 'prepare'>,
  secretHash: string,
  nowMs: number,
): TokenRow | undefined {
  const former = read
    .prepare<{ token_id: string }>('SELECT token_id FROM access_former_secret WHERE secret_hash = ? AND expires_at > ?')
    .get(secretHash, nowMs)
  return former === undefined ? undefined : tokenById(read, former.token_id)
}

export function markRevoked(tx: Transaction, id: string, nowMs: number): void {
  tx.prepare('UPDATE access_tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL').run(nowMs, id)
}

/** As they were written; a machine's token has none. */
export const grantsOfToken = ({ grants }: Pick<TokenRow, 'grants'>): Grant[] =>
  grants === null ? [] : (JSON.parse(grants) as Grant[])

/** Whether it opens anything at this time. */
export const isGood = ({ revoked_at, expires_at }: TokenRow, nowMs: number): boolean =>
  revoked_at === null && (expires_at === null || expires_at > nowMs)
