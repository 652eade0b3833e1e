/** The part of WebAuthn that a browser does: asks an authenticator, and brings its answer as the API takes it. Loaded when it is needed. */
import type { PasskeyAssertionInput, PasskeyCreation, PasskeyRegistrationInput, PasskeyRequest } from './generated.ts'

/** Why there is no answer: given up or too late, there already, no authenticator that can, not at this address, or else. */
export type PasskeyReason = 'cancelled' | 'known' | 'unable' | 'address' | 'failed'

/** Nothing was sent to the server. */
export class PasskeyFault extends Error {
  readonly reason: PasskeyReason
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.name = 'PasskeyFault'
    this.reason = reasonOf(cause instanceof Error ? cause.name : '')
  }
}

/** Browsers tell why by the names of their errors alone. */
export function reasonOf(name: string): PasskeyReason {
  switch (name) {
    case 'NotAllowedError':
    case 'AbortError':
      return 'cancelled'
    case 'InvalidStateError':
      return 'known'
    case 'ConstraintError':
    case 'NotSupportedError':
      return 'unable'
    case 'SecurityError':
      return 'address'
    default:
      return 'failed'
  }
}

/** @throws PasskeyFault */
export async function makePasskey(options: PasskeyCreation): Promise<PasskeyRegistrationInput> {
  const { startRegistration } = await import('@simplewebauthn/browser')
  const { pubKeyCredParams, excludeCredentials = [], ...rest } = options
  const optionsJSON = {
    ...rest,
    pubKeyCredParams: [...pubKeyCredParams],
    excludeCredentials: excludeCredentials.map(({ transports = [], ...one }) => ({
      ...one,
      transports: [...transports],
    })),
  }
  const { id, rawId, response } = await startRegistration({ optionsJSON }).catch(refused)
  const { clientDataJSON, attestationObject, transports } = response
  return {
    ...{ id, rawId, type: 'public-key' },
    response: { clientDataJSON, attestationObject, ...(transports === undefined ? {} : { transports }) },
  }
}

/** @throws PasskeyFault */
export async function signByPasskey(optionsJSON: PasskeyRequest): Promise<PasskeyAssertionInput> {
  const { startAuthentication } = await import('@simplewebauthn/browser')
  const { id, rawId, response } = await startAuthentication({ optionsJSON }).catch(refused)
  const { clientDataJSON, authenticatorData, signature, userHandle } = response
  return {
    ...{ id, rawId, type: 'public-key' },
    response: { clientDataJSON, authenticatorData, signature, ...(userHandle === undefined ? {} : { userHandle }) },
  }
}

function refused(cause: unknown): never {
  throw new PasskeyFault(cause)
}
