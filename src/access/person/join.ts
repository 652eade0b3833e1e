/** Joining: a password and an authenticator, by the code of an invitation. */
import { appendRecord } from '../../audit/index.ts'
import type { Transaction } from '../../store/index.ts'
import type { Access } from '../access.ts'
import { codeRefused, codeWrong, passwordWeak } from '../errors.ts'
import { type BegunSession, openSessionFor } from '../session/begin.ts'
import { hashOfSecret } from '../token/secret.ts'
import { beginAnew } from './begin-anew.ts'
import { faultOfPassword, hashPassword } from './password.ts'
import { personById, type PersonRow, replaceRecoveryCodes, setCredentials } from './rows.ts'
import { findStep, keepTotpOfStep, spendStep, type StepRow } from './steps.ts'
import { newTotpSecret, stepOfCode, totpUri } from './totp.ts'

/** What its secrets are sealed as. */
export const sealedAs = 'authenticator'

/** What an authenticator takes in, for whoever holds the code. */
export type Joining = {
  readonly login: string
  readonly name: string
  readonly totpSecret: string
  /** For a QR code. */
  readonly totpUri: string
}

/** The same answer each time, until the code is used: a page may be loaded again. @throws HoldfastError access.code_refused */
export async function beginJoining(access: Access, code: string): Promise<Joining> {
  return access.store.write((tx) => {
    const { step, person } = requireInvitation(access, tx, code)
    const { keyring } = access
    const kept = step.sealed_totp === null ? undefined : keyring.unseal(sealedAs, person.id, step.sealed_totp)
    const totpSecret = kept ?? newTotpSecret(access.randomBytes)
    if (kept === undefined) keepTotpOfStep(tx, code, keyring.seal(sealedAs, person.id, totpSecret))
    return { login: person.login, name: person.name, totpSecret, totpUri: totpUri(totpSecret, person.login) }
  })
}

export type Join = {
  readonly code: string
  readonly password: string
  /** Of the authenticator, which shows that it has taken the secret in. */
  readonly totp: string
  readonly userAgent?: string | undefined
}

/** Each opens one session in place of the authenticator, and is told this once. */
export type Joined = BegunSession & { readonly recoveryCodes: readonly string[] }

const recoveryCodeCount = 10

/**
 * What they had before is over: sessions, tokens of their own, authenticator, passkeys, recovery codes.
 * @throws HoldfastError access.code_refused, access.password_weak, access.second_factor_wrong
 */
export async function join(access: Access, { code, password, totp, userAgent }: Join): Promise<Joined> {
  const { person } = requireInvitation(access, access.store.read, code)
  const fault = faultOfPassword(password, person)
  if (fault !== undefined) throw passwordWeak(fault)
  const passwordHash = await access.passwordTurns.take(() =>
    hashPassword(password, access.randomBytes, access.passwordCost),
  )
  return access.store.write((tx) => {
    const { step } = requireInvitation(access, tx, code)
    const at = access.clock.now()
    const secret = step.sealed_totp === null ? undefined : access.keyring.unseal(sealedAs, person.id, step.sealed_totp)
    const period = secret === undefined ? undefined : stepOfCode(secret, totp, at)
    if (period === undefined) throw codeWrong()
    if (!spendStep(tx, code, at)) throw codeRefused()
    beginAnew(tx, person.id, at)
    setCredentials(tx, person.id, {
      ...{ password_hash: passwordHash, sealed_totp: step.sealed_totp, totp_step: period, joined_at: at },
    })
    const recoveryCodes = newRecoveryCodes(access, tx, person.id)
    const actor = { type: 'user', id: person.id, via: 'ui' } as const
    appendRecord(tx, { at, actor, action: 'person.join', subject: { type: 'person', id: person.id } })
    return { ...openSessionFor(access, tx, { holderId: person.id, userAgent }), recoveryCodes }
  })
}

/** Those before are over. */
export function newRecoveryCodes({ randomBytes }: Access, tx: Transaction, personId: string): readonly string[] {
  const codes = Array.from({ length: recoveryCodeCount }, () =>
    Buffer.from(randomBytes(10))
      .toString('hex')
      .replace(/(.{5})(?=.)/g, '$1-'),
  )
  replaceRecoveryCodes(tx, personId, codes.map(hashOfRecoveryCode))
  return codes
}

/** Whatever the case it was typed in. */
export const hashOfRecoveryCode = (code: string): string => hashOfSecret(code.trim().toLowerCase())

/** Who the code of an invitation is for, as long as it may be used. @throws HoldfastError access.code_refused */
export function requireInvitation(
  { clock }: Access,
  queries: Parameters<typeof findStep>[0],
  code: string,
): { readonly step: StepRow; readonly person: PersonRow } {
  const step = findStep(queries, 'join', code, clock.now())
  const person = step === undefined ? undefined : personById(queries, step.person_id)
  if (step === undefined || person === undefined || person.disabled_at !== null) throw codeRefused()
  return { step, person }
}
