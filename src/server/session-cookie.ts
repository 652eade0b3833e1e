/**
 * The session of a browser in the headers of a request: a cookie that scripts cannot read, and a key that only the page of this
 * very origin keeps. Browsers send cookies to every port of a host and along with requests that other pages cause: without the
 * key in a header, which no other page can send, the cookie counts for nothing.
 */
import type { SessionProof } from '../access/index.ts'

type Headers = Readonly<Record<string, string | undefined>>

export const sessionKeyHeader = 'x-holdfast-session'

/** Undefined when it brings no session, or only a half of one. */
export function sessionProofIn(headers: Headers): SessionProof | undefined {
  const key = headers[sessionKeyHeader]
  const secret = cookieIn(headers['cookie'] ?? '', cookieName(headers['host']))
  return key === undefined || secret === undefined ? undefined : { secret, key }
}

export function sessionCookie(headers: Headers, secret: string, expiresAt: string): string {
  const secure = headers['origin']?.startsWith('https:') === true ? '; Secure' : ''
  const until = new Date(Date.parse(expiresAt)).toUTCString()
  return `${cookieName(headers['host'])}=${secret}; Path=/; HttpOnly; SameSite=Strict; Expires=${until}${secure}`
}

export const clearedSessionCookie = (headers: Headers): string =>
  `${cookieName(headers['host'])}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`

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
