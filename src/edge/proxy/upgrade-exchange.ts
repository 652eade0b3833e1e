/** One request that asks to leave HTTP: placed like any other; after 101 its two sockets are joined. */
import { type ClientRequest, type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { edgeCauses, type EdgeCause } from '../contract.ts'
import type { ExchangeKind } from '../decide/drain.ts'
import { answerHeaders, requestHeaders } from '../decide/headers.ts'
import { edgeAnswer } from '../decide/page.ts'
import { unreachable } from '../decide/health.ts'
import { messageOf } from '../errors.ts'
import { chance } from '../machine.ts'
import type { Admission, Admitted, ProxyWorld, Refusal } from './admission.ts'
import { authorityOf, type Outgoing } from './connections.ts'
import { Deadline } from './deadline.ts'
import { causeAfter, type LiveTarget, type Underway } from './live-target.ts'
import { answerFactsOf, Passage } from './passage.ts'
import { Tunnel } from './tunnel.ts'

export type IncomingUpgrade = { readonly request: IncomingMessage; readonly socket: Socket; readonly head: Buffer }

export function refuseUpgrade(
  world: ProxyWorld,
  admission: Admission,
  incoming: IncomingUpgrade,
  refusal: Refusal,
): void {
  const { request, socket } = incoming
  const passage = new Passage(world, admission, {
    method: request.method ?? '',
    startedMs: world.machine.monotonicMs(),
  })
  socket.on('error', () => socket.destroy())
  socket.on('close', () => passage.settle())
  answerRaw(passage, incoming, refusal)
}

export class UpgradeExchange implements Underway {
  readonly requestId: string
  readonly chance: number
  readonly #upgraded: 'websocket' | 'tunnel'
  readonly #world: ProxyWorld
  readonly #admitted: Admission & Admitted
  readonly #incoming: IncomingUpgrade
  readonly #passage: Passage
  readonly #deadline: Deadline
  readonly #tried = new Set<LiveTarget>()
  #upstream: ClientRequest | undefined
  #tunnel: Tunnel | undefined
  #answered = false
  #over = false

  constructor(world: ProxyWorld, admitted: Admission & Admitted, incoming: IncomingUpgrade) {
    this.#world = world
    this.#admitted = admitted
    this.#incoming = incoming
    this.requestId = admitted.requestId
    this.chance = chance(world.machine.randomBytes)
    this.#upgraded = incoming.request.headers.upgrade?.toLowerCase() === 'websocket' ? 'websocket' : 'tunnel'
    const startedMs = world.machine.monotonicMs()
    this.#passage = new Passage(world, admitted, { method: incoming.request.method ?? '', startedMs })
    this.#deadline = new Deadline(world.machine.clock)
    incoming.socket.on('error', () => incoming.socket.destroy())
    incoming.socket.on('close', () => this.#closed())
    this.#place('no_target')
  }

  /** Until the target has taken it, it is a request like any other, and has its time. */
  get kind(): ExchangeKind {
    return this.#tunnel === undefined ? 'request' : this.#upgraded
  }

  end(how: 'cut' | 'close'): void {
    if (this.#tunnel === undefined) return this.#fail('drain_timeout')
    if (how === 'close') return this.#tunnel.closePolitely()
    this.#passage.cause = 'drain_cut'
    this.#tunnel.destroy()
  }

  #place(lastCause: EdgeCause): void {
    const { route, facts, client } = this.#admitted
    const { headers } = this.#incoming.request
    const key = route.stickyKey(facts, client, (name) => headers[name.toLowerCase()]?.toString())
    const target = route.choose(key, this.#tried)
    if (target === undefined) return this.#fail(lastCause)
    this.#passage.enter(target, this)
    this.#send(target)
  }

  #send(target: LiveTarget): void {
    const { facts, route, peer } = this.#admitted
    const { request } = this.#incoming
    const headers = requestHeaders(request.rawHeaders, {
      authority: facts.authority === '' ? authorityOf(target.spec.address) : facts.authority,
      requestId: this.requestId,
      hopNames: facts.hopNames,
      httpVersion: request.httpVersion,
      peer,
      upgrade: request.headers.upgrade ?? '',
    })
    const upstream = this.#open(target, { method: request.method ?? 'GET', path: facts.target, headers })
    if (upstream === undefined) return this.#fail('edge_failed')
    this.#upstream = upstream
    let connected = false
    const { connectMs, responseMs } = route.spec.timeouts
    this.#deadline.set(connectMs, () => this.#failed(target, upstream, { cause: 'connect_timeout', connected }))
    upstream.on('socket', (socket) =>
      socket.once('connect', () => {
        connected = true
        this.#deadline.set(responseMs, () => this.#failed(target, upstream, { cause: 'response_timeout', connected }))
      }),
    )
    upstream.on('error', (error) => {
      const cause = connected ? 'reset_before_answer' : 'connect_failed'
      this.#failed(target, upstream, { cause, connected, error })
    })
    upstream.on('upgrade', (answer, socket, head) => this.#join(upstream, { answer, socket, head }))
    upstream.on('response', (answer) => this.#relay(upstream, answer))
    upstream.end()
  }

  /** What Node refuses to write ends this request, not the process. */
  #open(target: LiveTarget, outgoing: Outgoing): ClientRequest | undefined {
    try {
      return target.connections.requestAlone(outgoing)
    } catch (error) {
      const { logger } = this.#world.machine
      logger.error('an upgrade could not be passed on', { id: this.requestId, error: messageOf(error) })
      return undefined
    }
  }

  #failed(
    target: LiveTarget,
    upstream: ClientRequest,
    failure: { readonly cause: EdgeCause; readonly connected: boolean; readonly error?: Error },
  ): void {
    if (this.#upstream !== upstream || this.#answered) return
    this.#upstream = undefined
    upstream.destroy()
    const { cause, connected, error } = failure
    const { retry } = this.#admitted.route.spec
    if (connected) return this.#fail(cause)
    this.#admitted.route.observe(target, {
      at: this.#world.machine.clock.now(),
      ...unreachable(error, ', for a request'),
    })
    if (!retry.connectFailure || this.#passage.retries >= retry.attempts) return this.#fail(cause)
    this.#passage.retries++
    this.#tried.add(target)
    this.#place(causeAfter(target, cause))
  }

  #join(
    upstream: ClientRequest,
    { answer, socket, head }: { readonly answer: IncomingMessage; readonly socket: Socket; readonly head: Buffer },
  ): void {
    if (this.#upstream !== upstream || this.#incoming.socket.destroyed) return void socket.destroy()
    this.#answered = true
    this.#deadline.clear()
    this.#passage.status = 101
    this.#passage.noteHead()
    this.#passage.countUpgrade(1)
    const client = this.#incoming.socket
    const { headers } = this.#answerHeaders(answer)
    headers.push('Connection', 'Upgrade', 'Upgrade', answer.headers.upgrade ?? '')
    client.write(rawHead(101, answer.statusMessage ?? '', headers), 'latin1')
    const { clock, randomBytes } = this.#world.machine
    this.#tunnel = new Tunnel({
      client,
      upstream: socket,
      isWebSocket: this.#upgraded === 'websocket',
      clock,
      randomBytes,
      onBytes: (direction, bytes) => {
        if (direction === 'in') this.#passage.bytesIn += bytes
        else this.#passage.bytesOut += bytes
      },
      onClosed: () => this.#closed(),
    })
    this.#tunnel.start(head, this.#incoming.head)
    this.#passage.target?.replan(this)
  }

  /** The target declined: its answer is passed on and the connection closed, for what follows could be either protocol. */
  #relay(upstream: ClientRequest, answer: IncomingMessage): void {
    if (this.#upstream !== upstream) return void answer.destroy()
    this.#answered = true
    this.#deadline.clear()
    this.#passage.status = answer.statusCode
    this.#passage.noteHead()
    const { socket } = this.#incoming
    const { headers } = this.#answerHeaders(answer)
    headers.push('Connection', 'close')
    socket.write(rawHead(answer.statusCode ?? 502, answer.statusMessage ?? '', headers), 'latin1')
    answer.on('data', (chunk: Buffer) => (this.#passage.bytesOut += chunk.length))
    answer.on('error', () => {
      this.#passage.cause = 'reset_in_answer'
      socket.destroy()
    })
    answer.pipe(socket)
  }

  #answerHeaders(answer: IncomingMessage) {
    const releaseHeader = this.#admitted.route.spec.health.releaseHeader.toLowerCase()
    return answerHeaders(answer.rawHeaders, { requestId: this.requestId, releaseHeader })
  }

  #fail(cause: EdgeCause): void {
    if (this.#answered) return
    this.#answered = true
    this.#deadline.clear()
    this.#upstream?.destroy()
    answerRaw(this.#passage, this.#incoming, { cause })
  }

  #closed(): void {
    if (this.#over) return
    this.#over = true
    this.#deadline.clear()
    this.#upstream?.destroy()
    this.#tunnel?.destroy()
    if (this.#tunnel !== undefined) this.#passage.countUpgrade(-1)
    this.#passage.settle({ clientAborted: !this.#answered, untilHead: true })
  }
}

function answerRaw(passage: Passage, { request, socket }: IncomingUpgrade, refusal: Refusal): void {
  const answer = edgeAnswer(answerFactsOf(refusal, passage.requestId, request.headers.accept))
  passage.cause = refusal.cause
  passage.edgeStatus = answer.status
  const head = rawHead(answer.status, STATUS_CODES[answer.status] ?? '', [...answer.headers, 'Connection', 'close'])
  socket.end(head + answer.body)
}

/** For what cannot even be read as a request. */
export function rawRefusal(cause: EdgeCause, requestId: string): string {
  const { status } = edgeCauses[cause]
  const answer = edgeAnswer({ cause, requestId, accept: '' })
  return rawHead(status, STATUS_CODES[status] ?? '', [...answer.headers, 'Connection', 'close']) + answer.body
}

function rawHead(status: number, message: string, headers: readonly string[]): string {
  let head = `HTTP/1.1 ${status} ${message}\r\n`
  for (let at = 0; at + 1 < headers.length; at += 2) head += `${headers[at]}: ${headers[at + 1]}\r\n`
  return `${head}\r\n`
}
