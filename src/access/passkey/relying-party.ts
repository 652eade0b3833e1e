/** Which name of this server a passkey is made for. Browsers decide the same: what they would refuse is refused here with the way out. Pure. */
import { passkeyAddress } from '../errors.ts'

/**
 * `id`: the name without scheme and port. Browsers offer a passkey under it, at whichever port; here it opens something at the `origin`
 * that it was made at, and nowhere else.
 */
export type RelyingParty = { readonly id: string; readonly origin: string }

/**
 * `origin`: of the page that asks, which the door has held against the host that is called. @throws HoldfastError
 * access.passkey_address
 */
export function relyingPartyOf(origin: string): RelyingParty {
  const { hostname, protocol, port, origin: exact } = new URL(origin)
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost')
  if (isAddress(hostname))
    throw passkeyAddress(exact, isLoopback(hostname) ? withPort('http://localhost', port) : undefined)
  if (protocol !== 'https:' && !isLocal) throw passkeyAddress(exact, undefined)
  return { id: hostname, origin: exact }
}

/** Undefined where passkeys do not work. */
export function relyingPartyAt(origin: string | undefined): RelyingParty | undefined {
  try {
    return origin === undefined ? undefined : relyingPartyOf(origin)
  } catch {
    // An address without passkeys has none: that is the answer.
    return undefined
  }
}

/** URLs spell every IPv4 address with dots and every IPv6 address in brackets. */
const isAddress = (hostname: string): boolean => hostname.startsWith('[') || /^\d+(?:\.\d+){3}$/.test(hostname)
const isLoopback = (hostname: string): boolean => hostname === '[::1]' || hostname === '127.0.0.1'
const withPort = (url: string, port: string): string => (port === '' ? url : `${url}:${port}`)
