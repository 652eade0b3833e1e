/** The codes of this folder: who you are, what you may, and what is wrong with a token. */
import { HoldfastError } from '../base/index.ts'

export const accessErrorCodes = [
  'access.forbidden',
  'access.token_invalid',
  'access.token_missing',
  'access.unauthenticated',
] as const

/** One answer for no, unknown and revoked tokens alike: a guesser learns nothing. */
export const unauthenticated = (): HoldfastError =>
  new HoldfastError('access.unauthenticated', 'The request carries no valid token', {
    kind: 'unauthenticated',
    accepted: 'the header "Authorization: Bearer hf_…" with a token that was not revoked',
    repair: 'set HOLDFAST_TOKEN, or run the command where the data folder with its token file is readable',
  })

export const forbidden = (who: string, verb: string, thing: string | undefined, mayDo: string): HoldfastError =>
  new HoldfastError('access.forbidden', `${who} may not ${verb}${thing === undefined ? '' : ` on ${thing}`}`, {
    kind: 'forbidden',
    place: verb,
    accepted: mayDo,
    repair: 'use a token of someone who may, or ask an admin for the role',
  })

export const tokenMissing = (id: string): HoldfastError =>
  new HoldfastError('access.token_missing', `There is no token ${id}`, { kind: 'missing', place: 'id' })

export const newTokenInvalid = (place: string, expected: string): HoldfastError =>
  new HoldfastError('access.token_invalid', `A token cannot be made from this request: ${expected}`, {
    place,
    accepted: expected,
  })
