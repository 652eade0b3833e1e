/** Where a request carries its bearer token. */

/**
 * The token in an Authorization header: `Bearer TOKEN`, or the access key id of an AWS signature. SDKs cannot send a bearer
 * token, so the token is set as their access key id; the signature itself is not checked.
 */
export function tokenIn(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined
  return (
    /^Bearer +([^\s,]+) *$/i.exec(authorization)?.[1] ??
    /^AWS4-HMAC-SHA256 .*?Credential=([^\s,/]+)\//.exec(authorization)?.[1]
  )
}
