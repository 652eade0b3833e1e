import { serverError } from '../errors.ts'

/**
 * Of the page of ours that asks: the door has compared it with the host that is called. `doing`: what begins only on such a page.
 * @throws HoldfastError api.sign_in
 */
export function originOf({ origin }: Readonly<Record<string, string | undefined>>, doing: string): string {
  if (origin !== undefined && isOrigin(origin)) return origin
  throw serverError('api.sign_in', `${doing} begins on a page of the console`, {
    place: 'Origin',
    accepted: 'the header as browsers send it',
  })
}

const isOrigin = (text: string): boolean => /^https?:\/\/[^/]+$/.test(text) && URL.canParse(text)
