/** Where a request carries its bearer token. */

/** The token in an Authorization header: `Bearer TOKEN`. */
export const tokenIn = (authorization: string | undefined): string | undefined =>
  /^Bearer +([^\s,]+) *$/i.exec(authorization ?? '')?.[1]
