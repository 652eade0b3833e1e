/**
 * Asked again in the transaction that writes. Who was let in a moment ago may have been put out since: what they make then would outlive
 * it, such as a token that nobody who put them out knows of.
 */
import type { Clock } from '../base/index.ts'
import type { Transaction } from '../store/index.ts'
import { type Actor, requirePermission, type Thing } from './can.ts'
import { sessionEnded, unauthenticated } from './errors.ts'
import { findHolder } from './holder.ts'
import { isSessionOpen, sessionIdPrefix } from './session/rows.ts'
import { tokenByFormerSecret, tokenBySecretHash } from './token/rows.ts'
import type { Verb } from './verbs.ts'

/**
 * By what they may now, and only while what let them in is good. Of actors that nothing let in, as where nobody is asked who they are,
 * it asks nothing. @throws HoldfastError access.unauthenticated, access.session_ended, access.forbidden
 */
export function requireStill(
  { clock }: { readonly clock: Clock },
  tx: Transaction,
  actor: Actor,
  verb: Verb,
  thing?: Thing,
): void {
  const { type, id, credential } = actor
  if (type !== 'user' || credential === undefined) return
  const now = clock.now()
  if (!isGoodStill(tx, credential, now)) throw putOut(credential)
  const holder = findHolder(tx, id, now)
  if (holder === undefined) throw putOut(credential)
  requirePermission({ ...actor, grants: holder.grants }, verb, thing)
}

const isSession = (credential: string): boolean => credential.startsWith(sessionIdPrefix)

const isGoodStill = (tx: Transaction, credential: string, now: number): boolean =>
  isSession(credential)
    ? isSessionOpen(tx, credential, now)
    : (tokenBySecretHash(tx, credential) ?? tokenByFormerSecret(tx, credential, now)) !== undefined

const putOut = (credential: string) => (isSession(credential) ? sessionEnded() : unauthenticated())
