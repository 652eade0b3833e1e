/** The codes of this folder: who you are, what you may, and what is wrong with a token. */
import { formatDuration, HoldfastError } from '../base/index.ts'

export const accessErrorCodes = [
  'access.code_refused',
  'access.forbidden',
  'access.group_missing',
  'access.last_admin',
  'access.login_missing',
  'access.login_over',
  'access.login_refused',
  'access.nobodys_own',
  'access.outside_login_taken',
  'access.outside_unknown',
  'access.passkey_address',
  'access.passkey_exists',
  'access.passkey_invalid',
  'access.passkey_last',
  'access.passkey_missing',
  'access.passkey_refused',
  'access.passkeys_full',
  'access.password_weak',
  'access.person_exists',
  'access.person_invalid',
  'access.person_missing',
  'access.recovery_refused',
  'access.second_factor_wrong',
  'access.session_ended',
  'access.session_missing',
  'access.sign_in_busy',
  'access.sign_in_refused',
  'access.sign_in_stale',
  'access.sign_in_step_over',
  'access.sign_in_wait',
  'access.token_fixed',
  'access.token_invalid',
  'access.token_missing',
  'access.unauthenticated',
] as const

export type AccessErrorCode = (typeof accessErrorCodes)[number]

/** One answer for no, unknown, revoked and expired tokens alike: a guesser learns nothing. */
export const unauthenticated = (about?: Readonly<Record<string, string>>): HoldfastError =>
  new HoldfastError('access.unauthenticated', 'The request carries no valid token', {
    ...{ kind: 'unauthenticated', about },
    accepted: 'the header "Authorization: Bearer hf_…" with a token that was not revoked and is not over',
    repair: 'set HOLDFAST_TOKEN, or run the command where the data folder with its token file is readable',
  })

/** One answer for no, ended and half known sessions alike. */
export const sessionEnded = (about?: Readonly<Record<string, string>>): HoldfastError =>
  new HoldfastError('access.session_ended', 'You are not signed in, or no longer', {
    ...{ kind: 'unauthenticated', about },
    repair: 'sign in again: holdfast console prints a link',
  })

export const codeRefused = (): HoldfastError =>
  new HoldfastError(
    'access.code_refused',
    'This sign-in link was used already, or is older than a quarter of an hour',
    {
      kind: 'unauthenticated',
      accepted: 'a link that nobody has opened yet',
      repair: 'holdfast console prints another one',
    },
  )

export const forbidden = (who: string, verb: string, thing: string | undefined, mayDo: string): HoldfastError =>
  new HoldfastError('access.forbidden', `${who} may not ${verb}${thing === undefined ? '' : ` on ${thing}`}`, {
    kind: 'forbidden',
    place: verb,
    about: thing === undefined ? undefined : { thing },
    accepted: mayDo,
    repair: 'use a token of someone who may, or ask an admin for the role',
  })

export const tokenMissing = (id: string): HoldfastError =>
  new HoldfastError('access.token_missing', `There is no token ${id}`, { kind: 'missing', place: 'id' })

export const tokenFixed = (id: string, reason: string): HoldfastError =>
  new HoldfastError('access.token_fixed', `The token ${id} is not rotated: ${reason}`, {
    kind: 'conflict',
    place: 'id',
    accepted: 'a token that is good, of a person or a program',
  })

export const sessionMissing = (id: string): HoldfastError =>
  new HoldfastError('access.session_missing', `There is no session ${id}`, {
    kind: 'missing',
    place: 'id',
    accepted: 'the id of a session that has not ended, as the list of sessions shows it',
  })

export const newTokenInvalid = (place: string, expected: string): HoldfastError =>
  new HoldfastError('access.token_invalid', `A token cannot be made from this request: ${expected}`, {
    place,
    accepted: expected,
  })

// ---- people

/** One answer for a wrong password and a name of nobody: a guesser learns nothing. */
export const signInRefused = (): HoldfastError =>
  new HoldfastError('access.sign_in_refused', 'The name and the password do not belong together', {
    kind: 'unauthenticated',
    repair: 'try again; whoever has forgotten it asks an admin: holdfast people invite NAME',
  })

export const codeWrong = (): HoldfastError =>
  new HoldfastError('access.second_factor_wrong', 'This code is not right, or was used before', {
    kind: 'unauthenticated',
    accepted: 'the six digits that the authenticator shows now, or a recovery code that was not used',
  })

export const signInStepOver = (): HoldfastError =>
  new HoldfastError('access.sign_in_step_over', 'Too much time has passed since the password', {
    kind: 'unauthenticated',
    repair: 'begin again with the password',
  })

export const tooManyFailures = (waitMs: number): HoldfastError =>
  new HoldfastError('access.sign_in_wait', 'Too many sign-ins under this name have failed', {
    kind: 'unavailable',
    accepted: `the next one in ${formatDuration(Math.ceil(waitMs / 1000) * 1000)}`,
    retryAfterMs: waitMs,
  })

export const signInBusy = (): HoldfastError =>
  new HoldfastError('access.sign_in_busy', 'More people sign in at this moment than passwords can be checked', {
    kind: 'unavailable',
    repair: 'try again in a moment',
  })

export const passwordWeak = (expected: string): HoldfastError =>
  new HoldfastError('access.password_weak', 'This password is too easy to guess', {
    place: 'password',
    accepted: expected,
  })

export const personMissing = (login: string): HoldfastError =>
  new HoldfastError('access.person_missing', `There is nobody called ${login}`, {
    kind: 'missing',
    place: 'login',
    repair: 'holdfast people list shows them all',
  })

export const personExists = (login: string): HoldfastError =>
  new HoldfastError('access.person_exists', `There is somebody called ${login}`, {
    kind: 'conflict',
    place: 'login',
    accepted: 'a name that nobody has or had',
  })

export const personInvalid = (place: string, expected: string): HoldfastError =>
  new HoldfastError('access.person_invalid', `This cannot be said of a person or group: ${expected}`, {
    place,
    accepted: expected,
  })

export const groupMissing = (name: string): HoldfastError =>
  new HoldfastError('access.group_missing', `There is no group ${name}`, {
    kind: 'missing',
    place: 'groups',
    repair: `holdfast groups set ${name} --may ROLE`,
  })

export const lastAdmin = (): HoldfastError =>
  new HoldfastError('access.last_admin', 'Nobody disables themselves', {
    kind: 'conflict',
    place: 'disabled',
    repair: 'ask another admin',
  })

export const nobodysOwn = (): HoldfastError =>
  new HoldfastError('access.nobodys_own', "This token is nobody's in particular, so it has none of its own", {
    kind: 'forbidden',
    accepted: 'somebody who signed in as themselves',
    repair: "holdfast tokens add NAME --may ROLE makes one that is nobody's",
  })

// ---- passkeys

/** `instead`: where the same server is called by a name. */
export const passkeyAddress = (origin: string, instead: string | undefined): HoldfastError =>
  new HoldfastError('access.passkey_address', `Browsers take no passkeys at ${origin}`, {
    place: 'Origin',
    accepted: 'an https address with a name, or http://localhost; never an IP address',
    repair: instead === undefined ? 'open the console by its https address' : `open it as ${instead}`,
  })

/** One answer for unknown, forged, copied and late ones, ones of somebody else, and people who are disabled: a guesser learns nothing. */
export const passkeyRefused = (cause?: unknown): HoldfastError =>
  new HoldfastError('access.passkey_refused', 'This passkey opens nothing here', {
    kind: 'unauthenticated',
    accepted: 'a passkey that was made for this address, within five minutes, with PIN, fingerprint or face',
    repair: 'try again or sign in another way; whoever has lost it asks an admin: holdfast people invite NAME',
    cause,
  })

export const passkeyInvalid = (cause?: unknown): HoldfastError =>
  new HoldfastError('access.passkey_invalid', 'This passkey cannot be taken', {
    place: 'credential',
    accepted: 'what the authenticator answered to this page, once, within five minutes, with PIN, fingerprint or face',
    repair: 'begin again',
    cause,
  })

export const passkeyExists = (): HoldfastError =>
  new HoldfastError('access.passkey_exists', 'This passkey is here already', {
    kind: 'conflict',
    place: 'credential',
    accepted: 'one of another authenticator',
  })

export const passkeysFull = (most: number): HoldfastError =>
  new HoldfastError('access.passkeys_full', `Nobody has more than ${most} passkeys`, {
    kind: 'conflict',
    repair: 'remove one that is not used',
  })

export const passkeyMissing = (id: string): HoldfastError =>
  new HoldfastError('access.passkey_missing', `You have no passkey ${id}`, { kind: 'missing', place: 'id' })

export const passkeyLast = (): HoldfastError =>
  new HoldfastError('access.passkey_last', 'This is the last way in which you sign in here', {
    kind: 'conflict',
    place: 'id',
    repair: 'add another passkey first, at this address',
  })

/** What opens the door is changed by nobody who found it open, nor by a token. */
export const signInStale = (): HoldfastError =>
  new HoldfastError('access.sign_in_stale', 'This is done shortly after signing in, and in the console', {
    kind: 'forbidden',
    accepted: 'a session of a person that began at most a quarter of an hour ago',
    repair: 'sign in to the console again, by name or passkey',
  })

/** One answer whatever is wrong, and for who has a password. */
export const recoveryRefused = (): HoldfastError =>
  new HoldfastError('access.recovery_refused', 'The name and the recovery code do not open anything together', {
    kind: 'unauthenticated',
    accepted: 'a code that was not used, of somebody who signs in by passkey; who has a password gives that first',
    repair: 'ask an admin: holdfast people invite NAME',
  })

// ---- accounts at identity providers

/** One answer for who is unknown here and who is disabled. */
export const outsideUnknown = (): HoldfastError =>
  new HoldfastError('access.outside_unknown', 'Nobody here belongs to this account', {
    kind: 'forbidden',
    repair: 'ask an admin to invite you: behind the link, choose this account',
  })

export const outsideLoginTaken = (login: string): HoldfastError =>
  new HoldfastError('access.outside_login_taken', `Nobody new can be called "${login}"`, {
    kind: 'conflict',
    accepted: 'a login that nobody has or had; an account is never taken for somebody by its name or mail address',
    repair: 'ask an admin to invite you: behind the link, choose this account',
  })

// ---- logins of command lines

export const loginMissing = (code: string): HoldfastError =>
  new HoldfastError('access.login_missing', `No command line waits for an answer under the code ${code}`.trim(), {
    kind: 'missing',
    place: 'code',
    repair: 'show another one: holdfast login',
  })

/** One answer for unknown, taken and too old ones alike. */
export const loginOver = (): HoldfastError =>
  new HoldfastError('access.login_over', 'Nobody has said yes in time, or this login was used', {
    kind: 'unauthenticated',
    repair: 'holdfast login',
  })

export const loginRefused = (): HoldfastError =>
  new HoldfastError('access.login_refused', 'Somebody said no to this login', { kind: 'forbidden' })
