/**
 * What authenticators have signed, checked by @simplewebauthn/server: challenge, origin, name of the server, that somebody was there and was
 * asked for PIN, fingerprint or face, and the signature. It is loaded when the first passkey comes.
 */
import type { AuthenticatorTransport } from '@simplewebauthn/server'
import { hashOfSecret } from '../token/secret.ts'
import { relyingPartyOf } from './relying-party.ts'
import type { PasskeyRow } from './rows.ts'
import type { Assertion, Registration } from './schemas.ts'

/** ES256, EdDSA, RS256: what authenticators have. */
export const algorithms = [-7, -8, -257]

export type Expected = { readonly hash: string; readonly origin: string }

const expectedIn = ({ hash, origin }: Expected) => ({
  expectedChallenge: (given: string): boolean => hashOfSecret(given) === hash,
  expectedOrigin: origin,
  expectedRPID: relyingPartyOf(origin).id,
  requireUserVerification: true,
})

export type NewCredential = Pick<
  PasskeyRow,
  'credential_id' | 'origin' | 'public_key' | 'counter' | 'transports' | 'is_synced'
>

/** @throws Error that says what is wrong with it */
export async function checkRegistration(registration: Registration, expected: Expected): Promise<NewCredential> {
  const { verifyRegistrationResponse } = await import('@simplewebauthn/server')
  const { response, ...credential } = registration
  const attestationObject = await withoutStatement(response.attestationObject)
  const known = (response.transports ?? []).filter(isTransport)
  const checked = await verifyRegistrationResponse({
    ...expectedIn(expected),
    response: {
      ...{ id: credential.id, rawId: credential.rawId, type: credential.type, clientExtensionResults: {} },
      response: { clientDataJSON: response.clientDataJSON, attestationObject, transports: known },
    },
    supportedAlgorithmIDs: algorithms,
  })
  if (!checked.verified) throw new Error('the registration is not proven')
  const { credential: made, credentialDeviceType } = checked.registrationInfo
  return {
    credential_id: made.id,
    origin: expected.origin,
    public_key: Buffer.from(made.publicKey).toString('base64url'),
    counter: made.counter,
    transports: JSON.stringify(known),
    is_synced: credentialDeviceType === 'multiDevice' ? 1 : 0,
  }
}

/**
 * What an authenticator says of its make is not asked for. Its certificates would even have lists fetched from wherever they name, past the
 * gate for what goes out: so they are taken off before anything looks at them.
 */
async function withoutStatement(attestationObject: string): Promise<string> {
  const { decodeAttestationObject, isoCBOR } = await import('@simplewebauthn/server/helpers')
  const decoded = decodeAttestationObject(new Uint8Array(Buffer.from(attestationObject, 'base64url')))
  const nothing = new Map<string, string>()
  const bare = new Map<string, string | Uint8Array | typeof nothing>([
    ...([
      ['fmt', 'none'],
      ['attStmt', nothing],
    ] as const),
    ['authData', decoded.get('authData')],
  ])
  return Buffer.from(isoCBOR.encode(bare)).toString('base64url')
}

/** How often it says it was used. @throws Error that says what is wrong with it */
export async function checkAssertion(
  { id, rawId, type, response }: Assertion,
  passkey: Pick<PasskeyRow, 'credential_id' | 'public_key'>,
  expected: Expected,
): Promise<number> {
  const { verifyAuthenticationResponse } = await import('@simplewebauthn/server')
  const { userHandle, ...signed } = response
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    ...expectedIn(expected),
    response: {
      ...{ id, rawId, type, clientExtensionResults: {} },
      response: { ...signed, ...(userHandle === undefined ? {} : { userHandle }) },
    },
    credential: {
      id: passkey.credential_id,
      publicKey: new Uint8Array(Buffer.from(passkey.public_key, 'base64url')),
      // Compared by whoever asks, when the signature is known to be right: else strangers could have a copy reported.
      counter: 0,
    },
  })
  if (!verified) throw new Error('the signature is not of this passkey')
  return authenticationInfo.newCounter
}

const transports: ReadonlySet<string> = new Set<AuthenticatorTransport>([
  ...(['ble', 'hybrid', 'internal', 'nfc', 'usb'] as const),
])
const isTransport = (text: string): text is AuthenticatorTransport => transports.has(text)
