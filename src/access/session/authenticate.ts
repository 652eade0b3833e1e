import type { Access } from '../access.ts'
import type { Actor } from '../can.ts'
import { sessionEnded } from '../errors.ts'
import { actorOfHolder, findHolder } from '../holder.ts'
import { equalHashes, hashOfSecret } from '../token/secret.ts'
import { noteUse, sessionBySecretHash, type SessionRow } from './rows.ts'

/** Both halves, as a request brings them. */
export type SessionProof = { readonly secret: string; readonly key: string }

/** Who is signed in. One answer for all that does not fit, as with tokens. @throws HoldfastError access.session_ended */
export function authenticateSession(access: Access, proof: SessionProof): Actor {
  const session = openSession(access, proof)
  const { store, clock } = access
  const holder = session === undefined ? undefined : findHolder(store.read, session.holder_id, clock.now())
  if (session === undefined || holder === undefined) throw sessionEnded()
  noteSession(access, session)
  return actorOfHolder(holder, 'ui')
}

const noteEveryMs = 60_000

/** Beside the request, as with tokens: it neither waits for the note nor fails with it. */
function noteSession({ store, clock, logger, notedUses }: Access, { id }: SessionRow): void {
  const now = clock.now()
  if (now - (notedUses.get(id) ?? -noteEveryMs) < noteEveryMs) return
  notedUses.set(id, now)
  store
    .write((tx) => noteUse(tx, id, now))
    .catch((error: unknown) => logger.warn('the use of a session could not be noted', { session: id, error }))
}

/** The session with these halves, if it is good. */
export function openSession(access: Access, { secret, key }: SessionProof): SessionRow | undefined {
  const session = sessionBySecretHash(access.store.read, hashOfSecret(secret))
  if (session === undefined || !equalHashes(session.key_hash, hashOfSecret(key))) return undefined
  return session.ended_at === null && session.expires_at > access.clock.now() ? session : undefined
}
