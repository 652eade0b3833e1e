import type { Via } from '../../audit/index.ts'
import type { Reader } from '../../store/index.ts'
import type { Access } from '../access.ts'
import type { Actor } from '../can.ts'
import { unauthenticated } from '../errors.ts'
import { actorOfHolder, userHolding } from '../holder.ts'
import { isGood, tokenByFormerSecret, tokenBySecretHash, type TokenRow } from './rows.ts'
import { equalHashes, hashOfSecret, isSecret } from './secret.ts'

const noteEveryMs = 60_000

/**
 * Who holds this secret. Looked up by its hash, so that no time it takes tells anything about a secret, and answered
 * alike whether the token is malformed, unknown, expired or revoked. @throws HoldfastError access.unauthenticated
 */
export function authenticate(access: Access, secret: string | undefined, via: Via): Actor {
  const actor = secret === undefined ? undefined : actorWith(access, secret, via)
  if (actor === undefined) throw unauthenticated(secret === undefined ? undefined : aboutRefused(access, secret))
  return actor
}

/** Whose a secret was that opens nothing any more: it has got around. Nothing of one that nobody was given. */
function aboutRefused(access: Access, secret: string): Readonly<Record<string, string>> | undefined {
  const token = tokenWith(access, secret)
  if (token === undefined) return undefined
  return { token: token.id, why: token.revoked_at === null ? 'over, or its holder is out' : 'revoked' }
}

/** Where nobody has to say who they are: whoever holds this secret, if somebody does. */
export function actorWith(access: Access, secret: string, via: Via): Actor | undefined {
  const token = tokenWith(access, secret)
  const actor = token === undefined ? undefined : actorOfToken(access, token, via)
  if (token !== undefined && actor !== undefined) noteUse(access, token)
  return actor?.type === 'user' ? { ...actor, credential: hashOfSecret(secret) } : actor
}

/** Whom it stands for; undefined when it is good no more. */
export function actorOfToken({ store, clock }: Access, token: TokenRow, via: Via): Actor | undefined {
  const { actor_type: type, actor_id: id } = token
  if (type === 'machine') return isGood(token, clock.now()) ? { type, id, via } : undefined
  const holder = userHolding(store.read, token, clock.now())
  return holder === undefined ? undefined : actorOfHolder(holder, via)
}

/** The token with this secret, good or not. */
export function tokenWith(
  { store, clock }: Access,
  secret: string,
  queries: Pick<Reader, 'prepare'> = store.read,
): TokenRow | undefined {
  if (!isSecret(secret)) return undefined
  const secretHash = hashOfSecret(secret)
  const token = tokenBySecretHash(queries, secretHash)
  if (token !== undefined && equalHashes(token.secret_hash, secretHash)) return token
  return tokenByFormerSecret(queries, secretHash, clock.now())
}

/** Beside the request: it neither waits for the note nor fails with it. */
export function noteUse({ store, clock, logger, notedUses }: Access, { id }: TokenRow): void {
  const now = clock.now()
  if (now - (notedUses.get(id) ?? -noteEveryMs) < noteEveryMs) return
  notedUses.set(id, now)
  store
    .write((tx) => tx.prepare('UPDATE access_tokens SET last_used_at = ? WHERE id = ?').run(now, id))
    .catch((error: unknown) => logger.warn('the use of a token could not be noted', { token: id, error }))
}
