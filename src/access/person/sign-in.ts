/** Signing in with a name: first the password, then what only they have. */
import type { Transaction } from '../../store/index.ts'
import type { Access } from '../access.ts'
import { codeWrong, signInRefused, signInStepOver } from '../errors.ts'
import { type BegunSession, openSessionFor } from '../session/begin.ts'
import { forgetFailures, noteFailure, requirePatience } from './failures.ts'
import { hashOfRecoveryCode, sealedAs } from './join.ts'
import { isPassword } from './password.ts'
import { personById, personByLogin, type PersonRow, spendRecoveryCode, spendTotpStep } from './rows.ts'
import { beginStep, findStep, spendStep } from './steps.ts'
import { stepOfCode } from './totp.ts'

/** The password was right; `step` opens the second half, for five minutes, and is told this once. */
export type FirstHalf = { readonly step: string; readonly expiresAt: number }

const stepLivesMs = 5 * 60_000

/**
 * One answer, after as long, for a wrong password and for a name that nobody has, who has not joined or is disabled.
 * @throws HoldfastError access.sign_in_refused, access.sign_in_wait, access.sign_in_busy
 */
export async function beginSignIn(access: Access, login: string, password: string): Promise<FirstHalf> {
  const name = login.trim().toLowerCase()
  const { read } = access.store
  requirePatience(access, read, name)
  const person = personByLogin(read, name)
  const isRight = await access.passwordTurns.take(() =>
    isPassword(password, person?.password_hash ?? undefined, access.passwordCost),
  )
  const begun = await access.store.write((tx) => {
    // Others may have tried meanwhile.
    requirePatience(access, tx, name)
    const now = person === undefined ? undefined : personById(tx, person.id)
    const stands = isRight && now?.disabled_at === null && now.password_hash === person?.password_hash
    if (!stands) {
      noteFailure(access, tx, { name, person: now })
      return undefined
    }
    return beginStep(access, tx, { kind: 'second-factor', personId: now.id, livesMs: stepLivesMs })
  })
  // Thrown after the commit: the failure stays counted.
  if (begun === undefined) throw signInRefused()
  return { step: begun.secret, expiresAt: begun.expiresAt }
}

export type SecondHalf = {
  readonly step: string
  /** Six digits of the authenticator, or one of the recovery codes. */
  readonly factor: { readonly totp: string } | { readonly recoveryCode: string }
  readonly userAgent?: string | undefined
}

/** @throws HoldfastError access.sign_in_step_over, access.second_factor_wrong, access.sign_in_wait */
export async function finishSignIn(access: Access, { step, factor, userAgent }: SecondHalf): Promise<BegunSession> {
  const begun = await access.store.write((tx) => {
    const at = access.clock.now()
    const found = findStep(tx, 'second-factor', step, at)
    const person = found === undefined ? undefined : personById(tx, found.person_id)
    if (person === undefined || person.disabled_at !== null) throw signInStepOver()
    requirePatience(access, tx, person.login)
    if (!isProven(access, tx, person, factor)) {
      noteFailure(access, tx, { name: person.login, person })
      return undefined
    }
    if (!spendStep(tx, step, at)) throw signInStepOver()
    forgetFailures(tx, person.login)
    return openSessionFor(access, tx, { holderId: person.id, userAgent })
  })
  if (begun === undefined) throw codeWrong()
  return begun
}

function isProven(access: Access, tx: Transaction, person: PersonRow, factor: SecondHalf['factor']): boolean {
  const at = access.clock.now()
  if ('recoveryCode' in factor) return spendRecoveryCode(tx, person.id, hashOfRecoveryCode(factor.recoveryCode), at)
  if (person.sealed_totp === null) return false
  const period = stepOfCode(access.keyring.unseal(sealedAs, person.id, person.sealed_totp), factor.totp, at)
  return period !== undefined && spendTotpStep(tx, person.id, period)
}
