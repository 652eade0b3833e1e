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
  const name = cookieName(headers['host'])
  const sent = headers['cookie'] ?? ''
  // No other page can set the name with the prefix, so it goes first.
  const secret = cookieIn(sent, `${securePrefix}${name}`) ?? cookieIn(sent, name)
  return key === undefined || secret === undefined ? undefined : { secret, key }
}

export function sessionCookie(headers: Headers, secret: string, expiresAt: string): string {
  const until = new Date(Date.parse(expiresAt)).toUTCString()
  return cookieWith(headers, secret, `Expires=${until}`)
}

export const clearedSessionCookie = (headers: Headers): string => cookieWith(headers, '', 'Max-Age=0')

/** Browsers take a name with this prefix only of the host itself, over https: no subdomain and no network can plant one. */
const securePrefix = '__Host-'

function cookieWith(headers: Headers, secret: string, until: string): string {
  const rules = `Path=/; HttpOnly; SameSite=Strict; ${until}`
  const name = cookieName(headers['host'])
  const isHttps = headers[schemeHeader] === 'https' || headers['origin']?.startsWith('https:') === true
  return isHttps ? `${securePrefix}${name}=${secret}; ${rules}; Secure` : `${name}=${secret}; ${rules}`
}

/** With the port: two Holdfasts of one machine would overwrite each other's. */
function cookieName(host = ''): string {
  const port = /:(\d{1,5})$/.exec(host)?.[1]
  return port === undefined ? 'holdfast_session' : `holdfast_session_${port}`
}

function cookieIn(header: string, name: string): string | undefined {
  for (const pair of header.split(';')) {
    const [key = '', value = ''] = pair.trim().split('=', 2)
    if (key === name && /^[\w-]{1,200}$/.test(value)) return value
  }
  return undefined
}
