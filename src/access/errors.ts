/** The codes of this folder: who you are, what you may, and what is wrong with a token. */
import { HoldfastError } from '../base/index.ts'

export const accessErrorCodes = [
  'access.code_refused',
  'access.forbidden',
  'access.session_ended',
  'access.session_missing',
  'access.token_invalid',
  'access.token_missing',
  'access.unauthenticated',
] as const

/** One answer for no, unknown, revoked and expired tokens alike: a guesser learns nothing. */
export const unauthenticated = (): HoldfastError =>
  new HoldfastError('access.unauthenticated', 'The request carries no valid token', {
    kind: 'unauthenticated',
    accepted: 'the header "Authorization: Bearer hf_…" with a token that was not revoked and is not over',
    repair: 'set HOLDFAST_TOKEN, or run the command where the data folder with its token file is readable',
  })

/** One answer for no, ended and half known sessions alike. */
export const sessionEnded = (): HoldfastError =>
  new HoldfastError('access.session_ended', 'You are not signed in, or no longer', {
    kind: 'unauthenticated',
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
    accepted: mayDo,
    repair: 'use a token of someone who may, or ask an admin for the role',
  })

export const tokenMissing = (id: string): HoldfastError =>
  new HoldfastError('access.token_missing', `There is no token ${id}`, { kind: 'missing', place: 'id' })

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
