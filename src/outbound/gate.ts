/** The gate: a name is resolved once, each of its addresses judged, and the connection made to one that passed. */
import { lookup as lookUp } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { type Address, rangeOf } from './address.ts'
import { type AllowList, allowList } from './allow.ts'
import { badRedirect, OutboundFault, refused, refusedRedirect, timedOut, unreachable } from './errors.ts'
import { type Asker, type Exchange, exchange, type OutboundRequest, type OutboundResponse } from './request.ts'

export type GateSettings = {
  /** Addresses, networks and names that may be called although they are not public. */
  readonly allow: readonly string[]
  /** All addresses of a name. Default: the system's. */
  readonly resolve?: (host: string) => Promise<readonly Address[]>
  /** Is told of each request that may not go where it is to go. */
  readonly onRefused?: (refused: RefusedCall) => void
}

export type RefusedCall = { readonly asker: Asker; readonly host: string; readonly code: string; readonly why: string }

export type Gate = {
  /**
   * @throws OutboundFault when no answer comes, or the address is refused
   * @throws the reason of `signal` when that ends it
   */
  request(request: OutboundRequest): Promise<OutboundResponse>
  /** A caller with rules of its own has refused an address before it came here. */
  noteRefused(refused: RefusedCall): void
}

const defaults = { timeoutMs: 10_000, maxBodyBytes: 1_048_576, redirects: 0 }

export function openGate({ allow, resolve = everyAddress, onRefused }: GateSettings): Gate {
  const allowed = allowList(allow)
  const tell = (thrown: unknown, { asker }: OutboundRequest): void => {
    const why = thrown instanceof OutboundFault ? thrown.about?.['why'] : undefined
    if (!(thrown instanceof OutboundFault) || why === undefined) return
    onRefused?.({ asker, host: thrown.place ?? '', code: thrown.code, why })
  }
  return {
    noteRefused: (refused) => onRefused?.(refused),
    async request(request) {
      const { timeoutMs = defaults.timeoutMs, signal } = request
      const limit = AbortSignal.timeout(timeoutMs)
      const both = AbortSignal.any([signal, limit])
      try {
        return await follow({ ...request, signal: both }, (url, plain) => judge(url, plain, { allowed, resolve, both }))
      } catch (fault) {
        tell(fault, request)
        if (signal.aborted) throw signal.reason
        if (limit.aborted) throw timedOut(new URL(request.url).host, timeoutMs)
        throw fault instanceof OutboundFault ? fault : unreachable(new URL(request.url).host, fault)
      }
    },
  }
}

type Judge = (url: URL, plainHttp: boolean) => Promise<LookupFunction>

async function follow(request: OutboundRequest, judgeOne: Judge): Promise<OutboundResponse> {
  const { redirects = defaults.redirects } = request
  let next = firstExchange(request)
  for (let followed = 0; ; followed++) {
    const lookup = request.via === undefined ? await judgeOne(next.url, request.plainHttp ?? false) : undefined
    const answer = await exchange({ ...next, lookup })
    const location = isRedirect(answer.status) ? headerOf(answer, 'location') : undefined
    if (location === undefined || redirects === 0) return answer
    if (followed === redirects) throw badRedirect(next.url.host, `sends on more than ${redirects} times`)
    const from = next.url
    next = redirected(next, location, answer.status)
    if (request.mayGoTo?.(next.url) === false) {
      throw refusedRedirect(from.host, next.url.host, `sends on to ${next.url.host}, where this request may not go`)
    }
    if (request.secretBody === true && next.body !== undefined && next.url.host !== from.host) {
      throw refusedRedirect(from.host, next.url.host, `wants the secrets in the body sent on to ${next.url.host}`)
    }
  }
}

function firstExchange(request: OutboundRequest): Omit<Exchange, 'lookup'> {
  const url = new URL(request.url)
  const { method, headers, body, signal, maxBodyBytes = defaults.maxBodyBytes } = request
  const connectTo = request.via === undefined ? url : new URL(request.via)
  return { method, url, connectTo, headers, body, signal, maxBodyBytes }
}

const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status)

const headerOf = ({ headers }: OutboundResponse, name: string): string | undefined =>
  headers.find(([header]) => header.toLowerCase() === name)?.[1]

/** As browsers do: what is posted is not posted again unless the answer says so, and no other host sees credentials. */
function redirected(from: Omit<Exchange, 'lookup'>, location: string, status: number): Omit<Exchange, 'lookup'> {
  const url = URL.parse(location, from.url)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw badRedirect(from.url.host, 'sends on to what is no address')
  if (from.url.protocol === 'https:' && url.protocol === 'http:') {
    throw refusedRedirect(from.url.host, url.host, `sends on from https to plain http, to ${url.host}`)
  }
  const asksAgain = status === 307 || status === 308 || from.method === 'HEAD'
  const headers = url.origin === from.url.origin ? from.headers : withoutCredentials(from.headers)
  if (asksAgain) return { ...from, url, connectTo: url, headers }
  return { ...from, url, connectTo: url, headers: withoutBody(headers), method: 'GET', body: undefined }
}

/** Whatever a header is called, it may be a key: to another host only those go that tell nothing. */
const withoutCredentials = (headers: OutboundRequest['headers']): OutboundRequest['headers'] =>
  only(headers, (name) => ['accept', 'content-type', 'user-agent', 'range'].includes(name))

const withoutBody = (headers: OutboundRequest['headers']): OutboundRequest['headers'] =>
  only(headers, (name) => name !== 'content-type')

const only = (headers: OutboundRequest['headers'], keep: (name: string) => boolean): OutboundRequest['headers'] =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => keep(name.toLowerCase())))

type Judging = {
  readonly allowed: AllowList
  readonly resolve: (host: string) => Promise<readonly Address[]>
  readonly both: AbortSignal
}

/** The addresses that may be connected to, as a look-up that knows no others: what was judged is what is called. */
export async function judge(
  url: URL,
  plainHttp: boolean,
  { allowed, resolve, both }: Judging,
): Promise<LookupFunction> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (!/^https?:$/.test(url.protocol)) throw refused(url.host, `${url.protocol} is neither http nor https`)
  const addresses = await addressesOf(host, resolve, both)
  const isListed = ({ address }: Address): boolean => allowed.names(host) || allowed.holds(address)
  const passing = addresses.filter((one) => isListed(one) || rangeOf(one.address) === undefined)
  if (passing.length === 0) throw refused(host, reasonOf(host, addresses))
  if (url.protocol === 'http:' && !plainHttp && !passing.every(isListed)) {
    throw refused(host, 'plain http would send the request readable over the network')
  }
  return (_host, options, done) => {
    if (options.all === true) done(null, [...passing])
    else done(null, passing[0]?.address ?? '', passing[0]?.family)
  }
}

async function addressesOf(
  host: string,
  resolve: (host: string) => Promise<readonly Address[]>,
  signal: AbortSignal,
): Promise<readonly Address[]> {
  const family = isIP(host)
  if (family === 4 || family === 6) return [{ address: host, family }]
  const ended = new Promise<never>((_done, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  return Promise.race([resolve(host), ended])
}

function reasonOf(host: string, addresses: readonly Address[]): string {
  const [first] = addresses
  if (first === undefined) return 'the name has no address'
  const range = rangeOf(first.address) ?? 'refused'
  return first.address === host ? `it is ${range}` : `it is ${first.address}, which is ${range}`
}

export async function everyAddress(host: string): Promise<readonly Address[]> {
  const found = await lookUp(host, { all: true })
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }))
}
