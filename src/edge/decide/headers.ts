/** Header lists on their way through: flat arrays of name and value, so that order, spelling and repetitions survive. */
import { hopNamesOf, viaName } from './inspect.ts'

export type Peer = {
  readonly address: string
  /** Its own X-Forwarded-* may be believed. */
  readonly trusted: boolean
  readonly proto: 'http' | 'https'
  readonly port: number
}

export type Forwarding = {
  readonly authority: string
  readonly requestId: string
  readonly hopNames: ReadonlySet<string>
  readonly httpVersion: string
  readonly peer: Peer
  /** Asks for this upgrade; absent for an ordinary request. */
  readonly upgrade?: string
}

/** For one connection only (RFC 9110, 7.6.1), and what an older proxy might take for that. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'upgrade',
])

/** We say these ourselves. With underscores too: CGI-like applications cannot tell `x_forwarded_for` from ours. */
const ours = new Set(['host', 'x-request-id', 'via', 'forwarded'])
const forwarded = new Set(['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-forwarded-port', 'x-real-ip'])

export function requestHeaders(rawHeaders: readonly string[], to: Forwarding): string[] {
  const kept: string[] = []
  const said: Record<string, string> = {}
  let via = ''
  // Host first: some servers look no further for it.
  if (to.authority !== '') kept.push('Host', to.authority)
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    const value = rawHeaders[at + 1] ?? ''
    const lower = name.toLowerCase()
    const plain = lower.includes('_') ? lower.replaceAll('_', '-') : lower
    if (forwarded.has(plain)) said[lower] = value
    else if (lower === 'via') via += `${value}, `
    else if (!hopByHop.has(lower) && !ours.has(plain) && !to.hopNames.has(lower)) kept.push(name, value)
  }
  pushForwarded(kept, to, said)
  kept.push('X-Request-Id', to.requestId, 'Via', `${via}${to.httpVersion} ${viaName}`)
  if (to.upgrade !== undefined) kept.push('Connection', 'Upgrade', 'Upgrade', to.upgrade)
  return kept
}

function pushForwarded(kept: string[], { peer, authority }: Forwarding, said: Readonly<Record<string, string>>): void {
  const believed = peer.trusted ? said : {}
  const before = believed['x-forwarded-for']
  kept.push('X-Forwarded-For', before === undefined ? peer.address : `${before}, ${peer.address}`)
  kept.push('X-Forwarded-Proto', believed['x-forwarded-proto'] ?? peer.proto)
  kept.push('X-Forwarded-Host', believed['x-forwarded-host'] ?? authority)
  kept.push('X-Forwarded-Port', believed['x-forwarded-port'] ?? String(peer.port))
  kept.push('X-Real-Ip', believed['x-real-ip'] ?? peer.address)
}

export type AnswerHeaders = {
  readonly headers: string[]
  /** What the answer says of where it comes from, if it does. */
  readonly release: string | undefined
  readonly isEventStream: boolean
}

/** `releaseHeader` in lower case. */
export function answerHeaders(
  rawHeaders: readonly string[],
  to: { readonly requestId: string; readonly releaseHeader: string },
): AnswerHeaders {
  const hopNames = hopNamesOf(connectionOf(rawHeaders))
  const headers: string[] = []
  let release: string | undefined
  let isEventStream = false
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    const value = rawHeaders[at + 1] ?? ''
    const lower = name.toLowerCase()
    if (lower === to.releaseHeader) release = value
    else if (lower === 'content-type') isEventStream = value.toLowerCase().startsWith('text/event-stream')
    // Only the edge says who made an answer, and each answer has one request id.
    if (lower === edgeHeader || lower === 'x-request-id' || lower === 'transfer-encoding') continue
    if (!hopByHop.has(lower) && !hopNames.has(lower)) headers.push(name, value)
  }
  headers.push('X-Request-Id', to.requestId)
  return { headers, release, isEventStream }
}

export const edgeHeader = 'x-holdfast-edge'

function connectionOf(rawHeaders: readonly string[]): string {
  let connection = ''
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    if (name.length === 10 && name.toLowerCase() === 'connection') connection += `,${rawHeaders[at + 1]?.toLowerCase()}`
  }
  return connection
}
