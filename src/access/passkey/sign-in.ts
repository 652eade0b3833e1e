/**
 * Signing in by a passkey: it is both factors, for its authenticator has asked for PIN, fingerprint or face. No name has to be typed.
 * Nothing here can be guessed, so no name has to wait for it, and nothing that fails here makes a name wait: else whoever tries
 * passwords could lock out who signs in by passkey.
 */
import type { PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server'
import { appendRecord } from '../../audit/index.ts'
import type { Transaction } from '../../store/index.ts'
import type { Access } from '../access.ts'
import { passkeyRefused } from '../errors.ts'
import { noteRefusal } from '../person/failures.ts'
import { personById, type PersonRow } from '../person/rows.ts'
import { type BegunSession, openSessionFor } from '../session/begin.ts'
import { type Challenge, challengeLivesMs, makeChallenge, spendChallenge } from './challenge.ts'
import { relyingPartyOf } from './relying-party.ts'
import { noteUseOfPasskey, passkeyByCredential, type PasskeyRow } from './rows.ts'
import type { Assertion } from './schemas.ts'
import { checkAssertion } from './verify.ts'

/** As a browser takes it. */
export type AssertionOptions = PublicKeyCredentialRequestOptionsJSON

export type AskToSignIn = {
  readonly origin: string
  /** The name that somebody has typed: then no passkey of anybody else is taken. */
  readonly login?: string | undefined
}

/** The same whether the name is somebody's or nobody's: no passkeys are named, authenticators know theirs. @throws HoldfastError access.passkey_address */
export async function beginPasskeySignIn(
  access: Access,
  { origin, login = '' }: AskToSignIn,
): Promise<AssertionOptions> {
  const party = relyingPartyOf(origin)
  const boundTo = login.trim().toLowerCase()
  const challenge = await access.store.write((tx) => makeChallenge(access, tx, { purpose: 'sign-in', boundTo, party }))
  const { generateAuthenticationOptions } = await import('@simplewebauthn/server')
  return generateAuthenticationOptions({
    ...{ rpID: party.id, userVerification: 'required', timeout: challengeLivesMs },
    challenge: new Uint8Array(challenge),
  })
}

export type PasskeySignIn = { readonly assertion: Assertion; readonly userAgent?: string | undefined }

/** One answer for whatever is wrong. @throws HoldfastError access.passkey_refused */
export async function finishPasskeySignIn(access: Access, signIn: PasskeySignIn): Promise<BegunSession> {
  const { assertion, userAgent } = signIn
  const asked = await spendChallenge(access, assertion.response.clientDataJSON)
  const passkey = passkeyByCredential(access.store.read, assertion.id)
  // Nobody's: there is nobody to write it down for.
  if (passkey === undefined) throw passkeyRefused()
  const proof = asked === undefined ? none(tooLate) : await proofOf(access, { assertion, passkey, asked })
  const begun = await access.store.write((tx) => {
    const at = access.clock.now()
    // It may have been removed, and its person disabled, meanwhile.
    const now = passkeyByCredential(tx, assertion.id)
    const person = now === undefined ? undefined : personById(tx, now.person_id)
    if (now === undefined || person === undefined) return undefined
    const fault = proof.kind === 'none' ? proof.why : faultOf({ passkey: now, person, assertion, asked: proof.asked })
    if (proof.kind === 'none' || fault !== undefined) return refuse(tx, { at, passkey: now, reason: fault ?? '' })
    if (!noteUseOfPasskey(tx, now.id, { counter: proof.counter, at })) {
      return noteCopy(tx, { at, passkey: now, counter: proof.counter })
    }
    return openSessionFor(access, tx, { holderId: person.id, userAgent, through: 'passkey' })
  })
  // Thrown after the commit: that somebody has tried stays in the trail.
  if (begun === undefined) throw passkeyRefused()
  return begun
}

/** Of the signature alone; `none`: there is none that counts. */
type Proof =
  | { readonly kind: 'signed'; readonly asked: Challenge; readonly counter: number }
  | { readonly kind: 'none'; readonly why: string }

const tooLate = 'what was signed is unknown, used or too old'

type Given = {
  readonly assertion: Assertion
  readonly passkey: PasskeyRow
  readonly asked: Challenge & { readonly hash: string }
}

async function proofOf({ logger }: Access, { assertion, passkey, asked }: Given): Promise<Proof> {
  try {
    return { kind: 'signed', asked, counter: await checkAssertion(assertion, passkey, asked) }
  } catch (error) {
    logger.warn('a passkey was refused', { passkey: passkey.id, error })
    return none('it is not proven')
  }
}

const none = (why: string): Proof => ({ kind: 'none', why })

type Judged = {
  readonly passkey: PasskeyRow
  readonly person: PersonRow
  readonly assertion: Assertion
  readonly asked: Challenge
}

/** Why it is not taken although it is proven. Pure. */
function faultOf({ passkey, person, assertion, asked }: Judged): string | undefined {
  if (asked.purpose !== 'sign-in') return tooLate
  // Browsers offer it at every port of the name: what runs at another one must not have a sign-in to this one signed by its own page.
  if (passkey.origin !== asked.origin) return 'it was made for another address'
  if (assertion.response.userHandle !== Buffer.from(person.id).toString('base64url'))
    return 'it says that it is somebody else’s'
  if (asked.boundTo !== '' && asked.boundTo !== person.login) return 'another name was typed'
  return person.disabled_at === null ? undefined : 'disabled'
}

type Refused = { readonly at: number; readonly passkey: PasskeyRow; readonly reason: string }

function refuse(tx: Transaction, { at, passkey, reason }: Refused): undefined {
  noteRefusal(tx, { at, personId: passkey.person_id, change: { passkey: passkey.id, reason } })
}

type Copied = { readonly at: number; readonly passkey: PasskeyRow; readonly counter: number }

function noteCopy(tx: Transaction, { at, passkey, counter }: Copied): undefined {
  const actor = { type: 'inbound', id: 'sign-in', via: 'ui' } as const
  const change = { passkey: passkey.id, name: passkey.name, counted: counter, before: passkey.counter }
  const subject = { type: 'person', id: passkey.person_id }
  appendRecord(tx, { at, actor, action: 'passkey.copied', subject, change })
}
