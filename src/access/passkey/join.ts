/** Joining by the code of an invitation with a passkey, in place of a password and an authenticator. */
import { appendRecord } from '../../audit/index.ts'
import type { Access } from '../access.ts'
import { codeRefused } from '../errors.ts'
import { beginAnew } from '../person/begin-anew.ts'
import { type Joined, newRecoveryCodes, requireInvitation } from '../person/join.ts'
import { spendStep } from '../person/steps.ts'
import { openSessionFor } from '../session/begin.ts'
import { hashOfSecret } from '../token/secret.ts'
import { makeChallenge } from './challenge.ts'
import { keepPasskey, registeredBy, type RegistrationOptions, registrationOptions } from './register.ts'
import { relyingPartyOf } from './relying-party.ts'
import { addressOf } from './rows.ts'
import type { Registration } from './schemas.ts'

export type AskToJoin = { readonly code: string; readonly origin: string }

/** It does not spend the code. @throws HoldfastError access.code_refused, access.passkey_address */
export async function beginJoiningByPasskey(access: Access, { code, origin }: AskToJoin): Promise<RegistrationOptions> {
  const party = relyingPartyOf(origin)
  const { person, challenge } = await access.store.write((tx) => ({
    person: requireInvitation(access, tx, code).person,
    challenge: makeChallenge(access, tx, { purpose: 'join', boundTo: hashOfSecret(code), party }),
  }))
  // None is excepted: what they had is over when they have joined, and the same authenticator is as good as another.
  return registrationOptions({ person, party, challenge, except: [] })
}

export type JoinByPasskey = {
  readonly code: string
  readonly registration: Registration
  readonly name: string
  readonly userAgent?: string | undefined
}

/**
 * What they had before is over: sessions, password, authenticator, passkeys, recovery codes.
 * @throws HoldfastError access.code_refused, access.passkey_invalid, access.passkey_exists
 */
export async function joinByPasskey(access: Access, joining: JoinByPasskey): Promise<Joined> {
  const { code, registration, name, userAgent } = joining
  requireInvitation(access, access.store.read, code)
  const credential = await registeredBy(access, registration, { purpose: 'join', boundTo: hashOfSecret(code) })
  return access.store.write((tx) => {
    const { person } = requireInvitation(access, tx, code)
    const at = access.clock.now()
    if (!spendStep(tx, code, at)) throw codeRefused()
    beginAnew(tx, person.id, at)
    const passkey = keepPasskey(access, tx, { credential, personId: person.id, name })
    const recoveryCodes = newRecoveryCodes(access, tx, person.id)
    const actor = { type: 'user', id: person.id, via: 'ui' } as const
    const change = { passkey: passkey.id, name, address: addressOf(passkey) }
    appendRecord(tx, { at, actor, action: 'person.join', subject: { type: 'person', id: person.id }, change })
    return { ...openSessionFor(access, tx, { holderId: person.id, userAgent }), recoveryCodes }
  })
}
