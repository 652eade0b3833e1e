/** Who changes what they sign in with: a person by a session of their own that began a short while ago. */
import type { Access } from '../access.ts'
import { type Actor, requirePermission } from '../can.ts'
import { nobodysOwn, signInStale } from '../errors.ts'
import { openSession, type SessionProof } from '../session/authenticate.ts'

const freshMs = 15 * 60_000

/** A token of theirs is not them, nor is a session that began with one. @throws HoldfastError access.forbidden, access.nobodys_own, access.sign_in_stale */
export function requireFreshSession(
  access: Access,
  actor: Actor,
  proof: SessionProof | undefined,
): { readonly sessionId: string; readonly personId: string } {
  const personId = requirePerson(actor)
  const session = proof === undefined ? undefined : openSession(access, proof)
  const isOwn = session?.holder_id === personId
  if (session === undefined || !isOwn || access.clock.now() - session.created_at > freshMs) throw signInStale()
  return { sessionId: session.id, personId }
}

/** @throws HoldfastError access.forbidden, access.nobodys_own */
export function requirePerson(actor: Actor): string {
  requirePermission(actor, 'passkey.own')
  if (actor.person === undefined) throw nobodysOwn()
  return actor.person
}
