/** Signing in without the passkey that is lost, by name and recovery code: there is no password that could come first. */
import type { Access } from '../access.ts'
import { recoveryRefused } from '../errors.ts'
import { forgetFailures, noteFailure, requirePatience } from '../person/failures.ts'
import { hashOfRecoveryCode } from '../person/join.ts'
import { personByLogin, spendRecoveryCode } from '../person/rows.ts'
import { type BegunSession, openSessionFor } from '../session/begin.ts'

export type Recovery = {
  readonly login: string
  readonly recoveryCode: string
  readonly userAgent?: string | undefined
}

/**
 * Of whoever joined with a passkey. For who has a password a code stands in for the authenticator alone, as always: the answer is that of a
 * wrong one, and the code stays good. @throws HoldfastError access.recovery_refused, access.sign_in_wait
 */
export async function recoverSignIn(
  access: Access,
  { login, recoveryCode, userAgent }: Recovery,
): Promise<BegunSession> {
  const name = login.trim().toLowerCase()
  const begun = await access.store.write((tx) => {
    requirePatience(access, tx, name)
    const person = personByLogin(tx, name)
    const isAlone = person?.disabled_at === null && person.password_hash === null
    const hash = hashOfRecoveryCode(recoveryCode)
    if (!isAlone || !spendRecoveryCode(tx, person.id, hash, access.clock.now())) {
      noteFailure(access, tx, { name, person })
      return undefined
    }
    forgetFailures(tx, name)
    return openSessionFor(access, tx, { holderId: person.id, userAgent, through: 'recovery code' })
  })
  // Thrown after the commit: the failure stays counted.
  if (begun === undefined) throw recoveryRefused()
  return begun
}
