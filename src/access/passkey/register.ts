/** What joining with a passkey and adding one have in common: the question for the authenticator, and its answer as a row. */
import type { PublicKeyCredentialCreationOptionsJSON } from '@simplewebauthn/server'
import { ulid } from '../../base/index.ts'
import type { Transaction } from '../../store/index.ts'
import type { Access } from '../access.ts'
import { passkeyExists, passkeyInvalid } from '../errors.ts'
import type { PersonRow } from '../person/rows.ts'
import { type Challenge, challengeLivesMs, spendChallenge } from './challenge.ts'
import type { RelyingParty } from './relying-party.ts'
import { insertPasskey, passkeyByCredential, type PasskeyRow } from './rows.ts'
import type { Registration } from './schemas.ts'
import { algorithms, checkRegistration, type NewCredential } from './verify.ts'

/** As a browser takes it. */
export type RegistrationOptions = PublicKeyCredentialCreationOptionsJSON

export type Asking = {
  readonly person: Pick<PersonRow, 'id' | 'login' | 'name'>
  readonly party: RelyingParty
  readonly challenge: Uint8Array
  /** An authenticator that has one of these makes no other. */
  readonly except: readonly PasskeyRow[]
}

/** It has to keep the passkey itself and ask for PIN, fingerprint or face: so it is both factors, and no name need be typed. */
export async function registrationOptions({ person, party, challenge, except }: Asking): Promise<RegistrationOptions> {
  const { generateRegistrationOptions } = await import('@simplewebauthn/server')
  return generateRegistrationOptions({
    ...{ rpName: 'Holdfast', rpID: party.id, timeout: challengeLivesMs, supportedAlgorithmIDs: algorithms },
    ...{ userID: new Uint8Array(Buffer.from(person.id)), userName: person.login, userDisplayName: person.name },
    challenge: new Uint8Array(challenge),
    attestationType: 'none',
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    excludeCredentials: except.map(({ credential_id: id, transports }) => ({ id, transports: JSON.parse(transports) })),
  })
}

/** What was asked for is spent, whatever comes of it. @throws HoldfastError access.passkey_invalid */
export async function registeredBy(
  access: Access,
  registration: Registration,
  { purpose, boundTo }: Pick<Challenge, 'purpose' | 'boundTo'>,
): Promise<NewCredential> {
  const asked = await spendChallenge(access, registration.response.clientDataJSON)
  if (asked === undefined || asked.purpose !== purpose || asked.boundTo !== boundTo) throw passkeyInvalid()
  return checkRegistration(registration, asked).catch((cause: unknown) => {
    access.logger.info('a passkey was not taken', { purpose, error: cause })
    throw passkeyInvalid(cause)
  })
}

export type NewPasskey = { readonly credential: NewCredential; readonly personId: string; readonly name: string }

/** @throws HoldfastError access.passkey_exists */
export function keepPasskey(
  { clock, randomBytes }: Access,
  tx: Transaction,
  { credential, personId, name }: NewPasskey,
): PasskeyRow {
  if (passkeyByCredential(tx, credential.credential_id) !== undefined) throw passkeyExists()
  const at = clock.now()
  const row = { ...credential, id: `pas_${ulid(at, randomBytes)}`, person_id: personId, name, created_at: at }
  insertPasskey(tx, row)
  return { ...row, last_used_at: null }
}
