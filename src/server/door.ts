/**
 * The door: which requests are let in at all, decided from their headers alone. It keeps web pages out: a page of another
 * origin, and a page whose own name was rebound to this machine's address, or any site a person visits could start executions.
 */
import type { HoldfastError } from '../base/index.ts'
import { serverError } from './errors.ts'

export type DoorRules = {
  /** Host names (lower case, without port) that may be called. Undefined: any. */
  readonly hosts: ReadonlySet<string> | undefined
}

export type DoorHeaders = {
  readonly method: string
  /** What the request asks for, as its first line has it: mostly a path. */
  readonly target: string
  readonly host: string | undefined
  readonly origin: string | undefined
  readonly fetchSite: string | undefined
  readonly fetchMode: string | undefined
}

// The SDKs put `sync-` before the host name for StartSyncExecution and TestState.
const loopbackHosts: ReadonlySet<string> = new Set([
  'localhost',
  '127.0.0.1',
  '[::1]',
  'sync-localhost',
  'sync-127.0.0.1',
])

/** Whether an address to listen on is reached from this machine only. */
export function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || /^127(\.\d{1,3}){3}$/.test(address)
}

/** On loopback only its own names are accepted. On a network any name, unless the operator lists them. */
export function doorRules(listenOn: string, allowedHosts: readonly string[] = []): DoorRules {
  const named = allowedHosts.map((host) => host.toLowerCase())
  if (isLoopback(listenOn)) return { hosts: new Set([...loopbackHosts, ...named]) }
  return { hosts: named.length === 0 ? undefined : new Set([...loopbackHosts, ...named]) }
}

/** Why the request is refused, or undefined when it may come in. */
export function refusedAtTheDoor(rules: DoorRules, headers: DoorHeaders): HoldfastError | undefined {
  return refusedHost(rules, headers.host) ?? refusedTarget(rules, headers.target) ?? refusedOrigin(headers)
}

/** As proxies are asked, a request names its host twice, and the first line goes before the header (RFC 9112, 3.2.2). */
function refusedTarget(rules: DoorRules, target: string): HoldfastError | undefined {
  const host = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(target)?.[1]
  return host === undefined ? undefined : refusedHost(rules, host)
}

function refusedHost({ hosts }: DoorRules, host: string | undefined): HoldfastError | undefined {
  if (hosts === undefined) return undefined
  const name = hostName(host)
  if (name !== undefined && hosts.has(name)) return undefined
  return serverError('server.host_refused', `The host "${host ?? ''}" is not served here`, {
    place: 'Host',
    about: { host: host ?? '' },
    accepted: [...hosts].filter((name) => !name.startsWith('sync-')).join(', '),
  })
}

/** The name in a Host header; undefined when it is none. */
function hostName(host: string | undefined): string | undefined {
  return host === undefined ? undefined : /^(\[[0-9a-f:.]+\]|[^:@/\s]+)(?::\d{1,5})?$/.exec(host.toLowerCase())?.[1]
}

/** Browsers say where a request comes from; programs do not. What a page of this very host sends is let in. */
function refusedOrigin({ method, host, origin, fetchSite, fetchMode }: DoorHeaders): HoldfastError | undefined {
  if (origin !== undefined && !isOwnOrigin(origin, host)) return originRefused(origin)
  if (fetchSite === undefined || fetchSite === 'same-origin' || fetchSite === 'none') return undefined
  // A link on another page may open the console; that changes nothing and the other page does not see it.
  if (fetchMode === 'navigate' && method === 'GET') return undefined
  return originRefused(origin ?? `another site (${fetchSite})`)
}

function isOwnOrigin(origin: string, host: string | undefined): boolean {
  const own = host?.toLowerCase()
  const from = origin.toLowerCase()
  return own !== undefined && (from === `http://${own}` || from === `https://${own}`)
}

const originRefused = (origin: string) =>
  serverError('server.origin_refused', `A page of ${origin} may not call this API`, {
    place: 'Origin',
    about: { origin },
    accepted: 'no Origin header, or the address of this server',
  })
