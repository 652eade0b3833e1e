/**
 * What a request is, or why it is refused before it is routed. Node's parser is strict already; here is what it lets pass
 * and an application behind us might read differently than we do, which is how requests are smuggled.
 */
import type { EdgeCause } from '../contract.ts'
import { plainHost, plainPath } from './match.ts'

export type RequestHead = {
  readonly method: string
  /** As it stands in the request line. */
  readonly target: string
  readonly httpVersion: string
  /** Name, value, name, value, as sent. */
  readonly rawHeaders: readonly string[]
}

export type Inspected =
  | { readonly kind: 'refused'; readonly cause: EdgeCause; readonly detail: string }
  | ({ readonly kind: 'accepted' } & RequestFacts)

export type RequestFacts = {
  readonly host: string
  /** The Host header to pass on. */
  readonly authority: string
  /** What to match by. */
  readonly path: string
  /** What to send on: origin form. */
  readonly target: string
  readonly headerBytes: number
  readonly body:
    | { readonly kind: 'none' }
    | { readonly kind: 'sized'; readonly bytes: number }
    | { readonly kind: 'chunked' }
  readonly requestId: string | undefined
  readonly cookie: string
  /** X-Forwarded-For as it came; to be believed only from a trusted peer. */
  readonly forwardedFor: string
  /** Lower-case names that a Connection header declares to be for this hop only. */
  readonly hopNames: ReadonlySet<string>
}

const methodSyntax = /^[A-Z][A-Z-]{0,30}$/
const requestIdSyntax = /^[A-Za-z0-9._:/+=-]{1,128}$/
const sizeSyntax = /^\d{1,15}$/
/** A request that came by so many of us goes in a circle. */
const mostHops = 8

type Gathered = {
  hosts: string[]
  sizes: string[]
  encodings: string[]
  connection: string
  via: number
  requestId: string | undefined
  cookie: string
  forwardedFor: string
  bytes: number
}

export function inspectRequest(head: RequestHead): Inspected {
  const found = gather(head.rawHeaders)
  const wrong = refuseMethod(head) ?? refuseFraming(head, found) ?? refuseLoop(found)
  if (wrong !== undefined) return wrong
  const place = placeOf(head, found.hosts)
  return 'kind' in place ? place : { kind: 'accepted', ...place, ...restOf(found) }
}

function gather(rawHeaders: readonly string[]): Gathered {
  const found: Gathered = {
    hosts: [],
    sizes: [],
    encodings: [],
    connection: '',
    via: 0,
    requestId: undefined,
    cookie: '',
    forwardedFor: '',
    bytes: 0,
  }
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    const value = rawHeaders[at + 1] ?? ''
    found.bytes += name.length + value.length + 4
    note(found, name.toLowerCase(), value)
  }
  return found
}

function note(found: Gathered, name: string, value: string): void {
  switch (name) {
    case 'host':
      found.hosts.push(value)
      return
    case 'content-length':
      found.sizes.push(value)
      return
    case 'transfer-encoding':
      found.encodings.push(value)
      return
    case 'connection':
      found.connection += `,${value.toLowerCase()}`
      return
    case 'cookie':
      found.cookie += found.cookie === '' ? value : `; ${value}`
      return
    case 'x-forwarded-for':
      found.forwardedFor += found.forwardedFor === '' ? value : `, ${value}`
      return
    case 'x-request-id':
      found.requestId ??= requestIdSyntax.test(value) ? value : undefined
      return
    case 'via':
      found.via += value.split(viaName).length - 1
      return
    default:
  }
}

export const viaName = 'holdfast'

function refuseMethod({ method }: RequestHead): Inspected | undefined {
  if (method === 'CONNECT' || method === 'TRACE' || !methodSyntax.test(method)) {
    return { kind: 'refused', cause: 'method_refused', detail: `${method} is not passed on` }
  }
  return undefined
}

function refuseFraming({ httpVersion }: RequestHead, { sizes, encodings }: Gathered): Inspected | undefined {
  if (sizes.length + encodings.length > 1) return bad('the length of the body is said more than once')
  if (sizes.some((size) => !sizeSyntax.test(size))) return bad('Content-Length is no number')
  if (encodings.length === 0) return undefined
  if (httpVersion !== '1.1') return bad(`HTTP/${httpVersion} knows no Transfer-Encoding`)
  if (encodings[0]?.toLowerCase() === 'chunked') return undefined
  return { kind: 'refused', cause: 'encoding_unknown', detail: 'only chunked is understood as Transfer-Encoding' }
}

function refuseLoop({ via }: Gathered): Inspected | undefined {
  if (via < mostHops) return undefined
  return { kind: 'refused', cause: 'loop', detail: `it has come through ${via} edges: a target leads back to this one` }
}

type Place = Pick<RequestFacts, 'host' | 'authority' | 'path' | 'target'>

function placeOf({ target, httpVersion }: RequestHead, hosts: readonly string[]): Place | Inspected {
  if (hosts.length > 1) return bad('Host is said more than once')
  const absolute = /^https?:\/\/([^/?#]*)([^#]*)$/i.exec(target)
  // RFC 9112, 3.2.2: of an absolute target the authority counts, and Host is replaced by it.
  const authority = absolute?.[1] ?? hosts[0]
  const origin = absolute === null ? target : startWithSlash(absolute[2] ?? '')
  if (!origin.startsWith('/') && origin !== '*') return bad('the request target is no path')
  if (origin.includes('#')) return bad('the request target has a fragment')
  if (authority === undefined || authority === '') {
    return httpVersion === '1.0'
      ? { host: '', authority: '', path: plainPath(origin), target: origin }
      : bad('there is no Host')
  }
  const host = plainHost(authority)
  if (host === undefined) return bad('Host is no host name')
  return { host, authority, path: origin === '*' ? '/' : plainPath(origin), target: origin }
}

function startWithSlash(path: string): string {
  return path.startsWith('/') ? path : `/${path}`
}

function restOf(found: Gathered): Omit<RequestFacts, keyof Place> {
  const size = found.sizes[0]
  return {
    headerBytes: found.bytes,
    body:
      found.encodings.length > 0
        ? { kind: 'chunked' }
        : size === undefined || Number(size) === 0
          ? { kind: 'none' }
          : { kind: 'sized', bytes: Number(size) },
    requestId: found.requestId,
    cookie: found.cookie,
    forwardedFor: found.forwardedFor,
    hopNames: hopNamesOf(found.connection),
  }
}

const noNames: ReadonlySet<string> = new Set()
const ordinary = new Set(['', ',keep-alive', ',close'])

/** What a Connection header may not take away: naming these, a client would strip what the application relies on. */
const notForHops = new Set([
  'host',
  'content-length',
  'cookie',
  'authorization',
  'content-type',
  'close',
  'keep-alive',
  '',
])

export function hopNamesOf(connection: string): ReadonlySet<string> {
  if (ordinary.has(connection)) return noNames
  return new Set(connection.split(',').map((name) => name.trim())).difference(notForHops)
}

export function cookieOf(cookies: string, name: string): string | undefined {
  for (const pair of cookies.split(';')) {
    const equals = pair.indexOf('=')
    if (equals !== -1 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim()
  }
  return undefined
}

function bad(detail: string): Inspected {
  return { kind: 'refused', cause: 'bad_request', detail }
}
