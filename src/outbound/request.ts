/** One request and its answer, over a connection to an address that was judged. */
import { type IncomingMessage, request as requestInClear } from 'node:http'
import { request as requestOverTls } from 'node:https'
import type { LookupFunction } from 'node:net'

/** On whose behalf a request leaves: for the record, when it is refused. */
export type Asker = {
  /** An execution (its ARN), an identity provider (its name in the configuration), or a host. */
  readonly kind: 'execution' | 'provider' | 'host'
  readonly id: string
  /** Whose secrets it carries. */
  readonly connection?: string
}

export type OutboundRequest = {
  readonly asker: Asker
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | Uint8Array | undefined
  /** Whether the body holds a secret: then no redirect takes it to another host. Default no. */
  readonly secretBody?: boolean
  /** Ends the request when it is no longer wanted; then the promise fails with its reason. */
  readonly signal: AbortSignal
  /** From the look-up of the name to the last byte of the answer. Default 10 s. */
  readonly timeoutMs?: number
  /** What of a body is kept. Default 1 MiB. */
  readonly maxBodyBytes?: number
  /** How many redirects are followed. Default 0: a redirect is the answer. */
  readonly redirects?: number
  /** Whether the request, or what is left of it after a redirect, may go there; what may not is not followed. Default yes. */
  readonly mayGoTo?: (url: URL) => boolean
  /** Whether plain http may go to a public address; to one that is allowed it always may. Default no. */
  readonly plainHttp?: boolean
  /** Where to connect instead, chosen by the operator and therefore not judged. The Host header stays that of `url`. */
  readonly via?: string | undefined
}

export type OutboundResponse = {
  readonly status: number
  readonly statusText: string
  /** As the wire spelled and ordered them. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Buffer
  /** Whether the body went on beyond `maxBodyBytes`. */
  readonly cut: boolean
  /** Where the answer came from, after redirects. */
  readonly url: string
}

/** One exchange as it is sent: what the gate has judged. */
export type Exchange = {
  readonly method: string
  readonly url: URL
  readonly connectTo: URL
  readonly headers: OutboundRequest['headers']
  readonly body: string | Uint8Array | undefined
  readonly signal: AbortSignal
  readonly maxBodyBytes: number
  readonly lookup: LookupFunction | undefined
}

export function exchange(one: Exchange): Promise<OutboundResponse> {
  const { connectTo, method, headers, body, signal, lookup, url } = one
  const request = connectTo.protocol === 'http:' ? requestInClear : requestOverTls
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        protocol: connectTo.protocol,
        hostname: connectTo.hostname.replace(/^\[|\]$/g, ''),
        port: connectTo.port,
        path: pathOf(connectTo, url),
        method,
        headers: { Host: url.host, ...headers, ...lengthOf(method, body) },
        // A connection of its own: one that is kept would have been judged for somebody else.
        agent: false,
        signal,
        ...(lookup === undefined ? {} : { lookup }),
      },
      (response) => void readAnswer(response, one).then(resolve, reject),
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

/** An address that stands for another may have a path of its own, which goes before. */
function pathOf(connectTo: URL, url: URL): string {
  const before = connectTo === url ? '' : connectTo.pathname.replace(/\/$/, '')
  return `${before}${url.pathname}${url.search}`
}

function lengthOf(method: string, body: string | Uint8Array | undefined): Record<string, string> {
  if (body !== undefined) return { 'Content-Length': String(Buffer.byteLength(body)) }
  return ['POST', 'PUT', 'PATCH'].includes(method) ? { 'Content-Length': '0' } : {}
}

async function readAnswer(response: IncomingMessage, { maxBodyBytes, url }: Exchange): Promise<OutboundResponse> {
  const chunks: Buffer[] = []
  let size = 0
  let cut = false
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk.subarray(0, maxBodyBytes - size))
    size += chunk.length
    cut = size > maxBodyBytes
    if (cut) break
  }
  return {
    status: response.statusCode ?? 0,
    statusText: response.statusMessage ?? '',
    headers: inPairs(response.rawHeaders),
    body: Buffer.concat(chunks),
    cut,
    url: url.href,
  }
}

function inPairs(raw: readonly string[]): [string, string][] {
  const pairs: [string, string][] = []
  for (let i = 0; i + 1 < raw.length; i += 2) pairs.push([raw[i] ?? '', raw[i + 1] ?? ''])
  return pairs
}
