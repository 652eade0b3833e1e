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
  const { session, about } = sessionWith(access, proof)
  const { store, clock } = access
  const holder = session === undefined ? undefined : findHolder(store.read, session.holder_id, clock.now())
  if (session === undefined || holder === undefined) throw sessionEnded(about)
  noteSession(access, session)
  return { ...actorOfHolder(holder, 'ui'), credential: session.id }
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
export const openSession = (access: Access, proof: SessionProof): SessionRow | undefined =>
  sessionWith(access, proof).session

/** With what is known of one that is not good: its cookie may have got around. */
function sessionWith(access: Access, { secret, key }: SessionProof): Found {
  const session = sessionBySecretHash(access.store.read, hashOfSecret(secret))
  if (session === undefined) return {}
  const found = (why: string): Found => ({ about: { session: session.id, why } })
  if (!equalHashes(session.key_hash, hashOfSecret(key))) return found('without its other half')
  if (session.ended_at !== null) return found('ended')
  return session.expires_at > access.clock.now() ? { session, ...found('its holder is out') } : found('over')
}

type Found = { readonly session?: SessionRow; readonly about?: Readonly<Record<string, string>> }
