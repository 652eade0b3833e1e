/**
 * Asked again in the transaction that writes. Who was let in a moment ago may have been put out since: what they make then would outlive
 * it, such as a token that nobody who put them out knows of.
 */
import type { Clock } from '../base/index.ts'
import type { Transaction } from '../store/index.ts'
import { type Actor, requirePermission, type Thing } from './can.ts'
import { sessionEnded, unauthenticated } from './errors.ts'
import { findHolder, type Holder, userHolding } from './holder.ts'
import { holderOfSession, sessionIdPrefix } from './session/rows.ts'
import { tokenByFormerSecret, tokenBySecretHash } from './token/rows.ts'
import type { Verb } from './verbs.ts'

/**
 * By what they may now, and only while what let them in is good. It asks nothing of actors without a credential: where nobody is asked who
 * they are, and of pairs of keys for AWS's tools, which make none of this.
 * @throws HoldfastError access.unauthenticated, access.session_ended, access.forbidden
 */
export function requireStill(
  { clock }: { readonly clock: Clock },
  tx: Transaction,
  actor: Actor,
  verb: Verb,
  thing?: Thing,
): void {
  const { type, credential } = actor
  if (type !== 'user' || credential === undefined) return
  const holder = holderBehind(tx, credential, clock.now())
  if (holder === undefined) throw isSession(credential) ? sessionEnded() : unauthenticated()
  requirePermission({ ...actor, grants: holder.grants }, verb, thing)
}

/** Whom it lets in now; undefined when it opens nothing any more. */
export function holderBehind(tx: Transaction, credential: string, nowMs: number): Holder | undefined {
  if (!isSession(credential)) {
    return userHolding(tx, tokenBySecretHash(tx, credential) ?? tokenByFormerSecret(tx, credential, nowMs), nowMs)
  }
  const holder = holderOfSession(tx, credential, nowMs)
  return holder === undefined ? undefined : findHolder(tx, holder, nowMs)
}

const isSession = (credential: string): boolean => credential.startsWith(sessionIdPrefix)
