/** A further passkey of somebody who is signed in. */
import { appendRecord } from '../../audit/index.ts'
import type { Access } from '../access.ts'
import type { Actor } from '../can.ts'
import { passkeysFull, personMissing } from '../errors.ts'
import { personById } from '../person/rows.ts'
import type { SessionProof } from '../session/authenticate.ts'
import { requireStill } from '../still.ts'
import { makeChallenge } from './challenge.ts'
import { requireFreshSession } from './own-session.ts'
import { keepPasskey, registeredBy, type RegistrationOptions, registrationOptions } from './register.ts'
import { relyingPartyOf } from './relying-party.ts'
import { addressOf, passkeyOf, passkeysOf } from './rows.ts'
import type { Passkey, Registration } from './schemas.ts'

/** A page can show them, and a challenge names them, all at once. */
const most = 20

export type AskToAdd = { readonly proof: SessionProof | undefined; readonly origin: string }

/** @throws HoldfastError access.forbidden, access.nobodys_own, access.sign_in_stale, access.passkey_address, access.passkeys_full */
export async function beginAddingPasskey(access: Access, actor: Actor, asking: AskToAdd): Promise<RegistrationOptions> {
  const { sessionId, personId } = requireFreshSession(access, actor, asking.proof)
  const party = relyingPartyOf(asking.origin)
  const asked = await access.store.write((tx) => {
    const person = personById(tx, personId)
    if (person === undefined) throw personMissing(personId)
    const all = passkeysOf(tx, personId)
    if (all.length >= most) throw passkeysFull(most)
    // One of another port of this name opens nothing here: its authenticator may make another.
    const except = all.filter(({ origin }) => origin === party.origin)
    return { person, except, challenge: makeChallenge(access, tx, { purpose: 'add', boundTo: sessionId, party }) }
  })
  return registrationOptions({ ...asked, party })
}

export type AddPasskey = {
  readonly proof: SessionProof | undefined
  readonly registration: Registration
  readonly name: string
}

/**
 * Taken only from the session that asked for it.
 * @throws HoldfastError access.forbidden, access.nobodys_own, access.sign_in_stale, access.passkey_invalid, access.passkey_exists,
 * access.passkeys_full
 */
export async function addPasskey(access: Access, actor: Actor, adding: AddPasskey): Promise<Passkey> {
  const { proof, registration, name } = adding
  const { sessionId } = requireFreshSession(access, actor, proof)
  const credential = await registeredBy(access, registration, { purpose: 'add', boundTo: sessionId })
  return access.store.write((tx) => {
    // It may have ended meanwhile, and whoever ended it meant this too.
    requireStill(access, tx, actor, 'passkey.own')
    const { personId } = requireFreshSession(access, actor, proof)
    if (passkeysOf(tx, personId).length >= most) throw passkeysFull(most)
    const row = keepPasskey(access, tx, { credential, personId, name })
    const subject = { type: 'person', id: personId }
    const change = { passkey: row.id, name, address: addressOf(row) }
    appendRecord(tx, { at: access.clock.now(), actor, action: 'passkey.add', subject, change })
    return passkeyOf(row)
  })
}
