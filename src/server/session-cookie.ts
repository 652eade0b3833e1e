/**
 * The session of a browser in the headers of a request: a cookie that scripts cannot read, and a key that only the page of this
 * very origin keeps. Browsers send cookies to every port of a host and along with requests that other pages cause: without the
 * key in a header, which no other page can send, the cookie counts for nothing.
 */
import type { SessionProof } from '../access/index.ts'

type Headers = Readonly<Record<string, string | undefined>>

export const sessionKeyHeader = 'x-holdfast-session'
/** Of a route's headers: `https` when a proxy that is believed says so. */
export const schemeHeader = 'x-forwarded-proto'

/** Undefined when it brings no session, or only a half of one. */
export function sessionProofIn(headers: Headers): SessionProof | undefined {
  const key = headers[sessionKeyHeader]
  const secret = heldIn(headers, 'session')
  return key === undefined || secret === undefined ? undefined : { secret, key }
}

export function sessionCookie(headers: Headers, secret: string, expiresAt: string): string {
  return cookieWith(headers, { of: 'session', value: secret }, untilOf(expiresAt))
}

export const clearedSessionCookie = (headers: Headers): string =>
  cookieWith(headers, { of: 'session', value: '' }, 'Max-Age=0')

/** The ticket of a sign-on, held by the browser that began it until it comes back. */
export const ticketIn = (headers: Headers): string | undefined => heldIn(headers, 'sign_on')

/** Strict: what brings it back is a request of our own page, whoever has sent the browser to that page. */
export const ticketCookie = (headers: Headers, ticket: string, expiresAt: string): string =>
  cookieWith(headers, { of: 'sign_on', value: ticket }, untilOf(expiresAt))

const untilOf = (expiresAt: string): string => `Expires=${new Date(Date.parse(expiresAt)).toUTCString()}`

type Holding = 'session' | 'sign_on'

/** Who else is on the way or in the domain can plant the plain name, but not the one with the prefix: over https that one alone counts. */
function heldIn(headers: Headers, of: Holding): string | undefined {
  const name = cookieName(headers['host'], of)
  const sent = headers['cookie'] ?? ''
  const secure = cookieIn(sent, `${securePrefix}${name}`)
  return isHttps(headers) ? secure : (secure ?? cookieIn(sent, name))
}

const isHttps = (headers: Headers): boolean =>
  headers[schemeHeader] === 'https' || headers['origin']?.startsWith('https:') === true

/** Browsers take a name with this prefix only of the host itself, over https: no subdomain and no network can plant one. */
const securePrefix = '__Host-'

type Held = { readonly of: Holding; readonly value: string }

function cookieWith(headers: Headers, { of, value }: Held, until: string): string {
  const rules = `Path=/; HttpOnly; SameSite=Strict; ${until}`
  const name = cookieName(headers['host'], of)
  return isHttps(headers) ? `${securePrefix}${name}=${value}; ${rules}; Secure` : `${name}=${value}; ${rules}`
}

/** With the port: two Holdfasts of one machine would overwrite each other's. */
function cookieName(host: string | undefined, of: Holding): string {
  const port = /:(\d{1,5})$/.exec(host ?? '')?.[1]
  return port === undefined ? `holdfast_${of}` : `holdfast_${of}_${port}`
}

function cookieIn(header: string, name: string): string | undefined {
  for (const pair of header.split(';')) {
    const [key = '', value = ''] = pair.trim().split('=', 2)
    if (key === name && /^[\w-]{1,3000}$/.test(value)) return value
  }
  return undefined
}
