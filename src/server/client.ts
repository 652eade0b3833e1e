/**
 * Who sends a request, and whether it came encrypted. Holdfast speaks plain HTTP: beyond this machine it is either told that this is
 * meant, or stands behind proxies that end TLS, and then what comes past them is refused. Pure.
 */
import { BlockList, isIP } from 'node:net'
import type { HoldfastError } from '../base/index.ts'
import { isLoopback } from './door.ts'
import { serverError } from './errors.ts'

export type Client = {
  /** As the last proxy that is believed has it. */
  readonly address: string
  /** Whether a proxy that is believed says so: then cookies and names are kept to https. */
  readonly isHttps: boolean
}

export type PeerHeaders = {
  readonly peer: string | undefined
  readonly forwardedFor: string | undefined
  readonly forwardedProto: string | undefined
}

export class Proxies {
  readonly #trusted = new BlockList()

  /** Addresses and networks (`10.1.0.0/16`). */
  constructor(trusted: readonly string[]) {
    for (const entry of trusted) {
      const [address = '', bits] = entry.split('/')
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
      if (bits === undefined) this.#trusted.addAddress(address, family)
      else this.#trusted.addSubnet(address, Number(bits), family)
    }
  }

  isTrusted(address: string): boolean {
    const family = isIP(address)
    return family !== 0 && this.#trusted.check(address, family === 6 ? 'ipv6' : 'ipv4')
  }
}

/** Whether it is one that `server.trustedProxies` takes. */
export function isProxyEntry(entry: string): boolean {
  const [address = '', bits, ...more] = entry.split('/')
  const family = isIP(address)
  const isNetwork = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32))
  return family !== 0 && isNetwork && more.length === 0
}

/** Each proxy puts whom it heard behind those before it: from the end, the first that is no proxy of ours is who asks. */
export function clientOf(proxies: Proxies, { peer, forwardedFor, forwardedProto }: PeerHeaders): Client {
  const direct = plainAddress(peer ?? '')
  if (!proxies.isTrusted(direct)) return { address: direct, isHttps: false }
  const heard = (forwardedFor ?? '').split(',').map((part) => plainAddress(part.trim()))
  let address = direct
  while (proxies.isTrusted(address)) {
    const before = heard.pop()
    if (before === undefined || isIP(before) === 0) break
    address = before
  }
  return { address, isHttps: lastOf(forwardedProto) === 'https' }
}

/** Why a request that came over plain HTTP to more than this machine is refused; the proxies' own looks are let in. */
export function refusedPlain(
  proxies: Proxies,
  { peer, forwardedProto }: PeerHeaders,
  target: string,
): HoldfastError | undefined {
  const direct = plainAddress(peer ?? '')
  // It says nothing that is not for everybody: probes ask for it from wherever they are.
  if (isLoopback(direct) || target === '/v1/health') return undefined
  if (proxies.isTrusted(direct) && lastOf(forwardedProto) !== 'http') return undefined
  return serverError('server.plain_http', 'This request did not come encrypted', {
    accepted: 'https through one of server.trustedProxies, or this machine itself',
  })
}

const lastOf = (list: string | undefined): string | undefined => list?.split(',').at(-1)?.trim().toLowerCase()

/** IPv4 as IPv4 also where the socket is one of IPv6. */
const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '')
