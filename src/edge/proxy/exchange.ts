/** One ordinary request: placed on a target, tried, perhaps tried again, answered. */
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { edgeCauses, type EdgeCause } from '../contract.ts'
import type { ExchangeKind } from '../decide/drain.ts'
import { requestHeaders } from '../decide/headers.ts'
import { edgeAnswer } from '../decide/page.ts'
import { unreachable } from '../decide/health.ts'
import { judgeRetry } from '../decide/retry.ts'
import { messageOf, systemCode } from '../errors.ts'
import { chance } from '../machine.ts'
import type { Admission, Admitted, ProxyWorld, Refusal } from './admission.ts'
import { AnswerRelay } from './answer-relay.ts'
import { authorityOf, type Outgoing } from './connections.ts'
import { Deadline } from './deadline.ts'
import { causeAfter, type LiveTarget, type Underway } from './live-target.ts'
import { answerFactsOf, Passage } from './passage.ts'
import { RequestBody } from './request-body.ts'

/** How long the rest of a body that nobody wants is read, so that the client sees the answer and not a reset. */
const lingerMs = 2000

type Try = {
  readonly target: LiveTarget
  readonly upstream: ClientRequest
  socket: Socket | undefined
  connected: boolean
  bytesReadBefore: number
  /** Why we gave it up, when it was us. */
  givenUp: EdgeCause | undefined
  over: boolean
}

export type Incoming = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** The client waits for "100 Continue" before it sends the body. */
  readonly expectsContinue: boolean
}

/** Answers without any target. */
export function refuse(world: ProxyWorld, admission: Admission, incoming: Incoming, refusal: Refusal): void {
  const { request, response } = incoming
  const passage = new Passage(world, admission, {
    method: request.method ?? '',
    startedMs: world.machine.monotonicMs(),
  })
  response.on('close', () => passage.settle())
  sendEdgeAnswer({ world, passage, incoming, refusal })
  if (!request.complete) lingerOn(world, request)
}

export class Exchange implements Underway {
  readonly requestId: string
  readonly chance: number
  readonly #world: ProxyWorld
  readonly #admitted: Admission & Admitted
  readonly #incoming: Incoming
  readonly #passage: Passage
  readonly #deadline: Deadline
  readonly #body: RequestBody | undefined
  readonly #tried = new Set<LiveTarget>()
  #try: Try | undefined
  #relay: AnswerRelay | undefined
  /** A kept connection broke under it: another might break as well. */
  #wantsNewConnection = false
  #answered = false

  constructor(world: ProxyWorld, admitted: Admission & Admitted, incoming: Incoming) {
    this.#world = world
    this.#admitted = admitted
    this.#incoming = incoming
    this.requestId = admitted.requestId
    this.chance = chance(world.machine.randomBytes)
    const { request, response } = incoming
    this.#passage = new Passage(world, admitted, {
      method: request.method ?? '',
      startedMs: world.machine.monotonicMs(),
    })
    this.#deadline = new Deadline(world.machine.clock)
    this.#body = admitted.facts.body.kind === 'none' ? undefined : this.#newBody()
    response.on('close', () => this.#closed())
    this.#place()
  }

  get kind(): ExchangeKind {
    return this.#relay?.isEventStream === true ? 'events' : 'request'
  }

  end(how: 'cut' | 'close'): void {
    if (how === 'close' && this.#relay !== undefined) return this.#relay.closePolitely(this.chance)
    if (this.#relay !== undefined) return this.#relay.cut('drain_cut')
    if (this.#try !== undefined) this.#giveUp(this.#try, 'drain_timeout')
  }

  #place(lastCause: EdgeCause = 'no_target'): void {
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
    const { request, response, expectsContinue } = this.#incoming
    const authority = facts.authority === '' ? authorityOf(target.spec.address) : facts.authority
    const headers = requestHeaders(request.rawHeaders, {
      authority,
      requestId: this.requestId,
      hopNames: facts.hopNames,
      httpVersion: request.httpVersion,
      peer,
    })
    const upstream = this.#open(target, { method: request.method ?? 'GET', path: facts.target, headers })
    if (upstream === undefined) return this.#fail('edge_failed')
    const attempt: Try = {
      target,
      upstream,
      socket: undefined,
      connected: false,
      bytesReadBefore: 0,
      givenUp: undefined,
      over: false,
    }
    this.#try = attempt
    this.#deadline.set(route.spec.timeouts.connectMs, () => this.#giveUp(attempt, 'connect_timeout'))
    upstream.on('socket', (socket) => this.#onSocket(attempt, socket))
    upstream.on('response', (answer) => this.#onAnswer(attempt, answer))
    upstream.on('error', (error) => this.#onFailure(attempt, error))
    if (expectsContinue) upstream.on('continue', () => response.writeContinue())
    if (this.#body === undefined) upstream.end()
  }

  /** Node refuses to write what it would not read itself. That ends this request, not the process. */
  #open(target: LiveTarget, outgoing: Outgoing): ClientRequest | undefined {
    try {
      return this.#wantsNewConnection ? target.connections.requestAlone(outgoing) : target.connections.request(outgoing)
    } catch (error) {
      this.#world.machine.logger.error('a request could not be passed on', {
        id: this.requestId,
        error: messageOf(error),
      })
      return undefined
    }
  }

  #onSocket(attempt: Try, socket: Socket): void {
    if (attempt.over) return
    attempt.socket = socket
    attempt.bytesReadBefore = socket.bytesRead
    if (socket.connecting) socket.once('connect', () => this.#onConnected(attempt))
    else this.#onConnected(attempt)
  }

  /** Only now is the body touched, so that a failed connection leaves it whole. */
  #onConnected(attempt: Try): void {
    if (attempt.over) return
    attempt.connected = true
    if (this.#body === undefined) return this.#awaitAnswer()
    this.#onBodyProgress()
    if (this.#incoming.expectsContinue) attempt.upstream.flushHeaders()
    this.#body.sendTo(attempt.upstream)
  }

  #awaitAnswer(): void {
    const attempt = this.#try
    if (attempt === undefined || this.#relay !== undefined) return
    this.#deadline.set(this.#admitted.route.spec.timeouts.responseMs, () => this.#giveUp(attempt, 'response_timeout'))
  }

  #newBody(): RequestBody {
    const { limits, retry } = this.#admitted.route.spec
    return new RequestBody(this.#incoming.request, {
      limitBytes: limits.bodyBytes,
      replayBytes: retry.replayBytes,
      onProgress: () => this.#onBodyProgress(),
      onSent: () => this.#awaitAnswer(),
      onTooLarge: () => {
        if (this.#try !== undefined) this.#giveUp(this.#try, 'body_too_large')
      },
    })
  }

  #onBodyProgress(): void {
    const attempt = this.#try
    if (attempt === undefined || this.#relay !== undefined) return
    const { idleMs, responseMs } = this.#admitted.route.spec.timeouts
    // Before "continue" it is the target that everybody waits for.
    const waitsForTarget = this.#incoming.expectsContinue && this.#body?.bytesReceived === 0
    this.#deadline.set(waitsForTarget ? responseMs : idleMs, () =>
      this.#giveUp(attempt, waitsForTarget || this.#body?.heldUp === true ? 'response_timeout' : 'request_timeout'),
    )
  }

  #giveUp(attempt: Try, cause: EdgeCause): void {
    if (attempt.over) return
    attempt.givenUp = cause
    this.#onFailure(attempt, undefined)
    attempt.upstream.destroy()
  }

  #onFailure(attempt: Try, error: Error | undefined): void {
    // After the answer has begun, its own stream tells how it ends; what fails then is only the rest of the body.
    if (attempt.over || this.#relay !== undefined) return
    attempt.over = true
    this.#body?.hold()
    const cause = attempt.givenUp ?? causeOf(error, attempt.connected)
    if (!attempt.connected) this.#noteUnreachable(attempt.target, cause, error)
    if (this.#mayRepeat(attempt, cause)) this.#repeat(attempt, cause)
    else this.#fail(cause)
  }

  #mayRepeat(attempt: Try, cause: EdgeCause): boolean {
    const isOurs = cause !== 'connect_timeout' && attempt.givenUp !== undefined
    if (isOurs || cause === 'bad_answer') return false
    const body = this.#body
    const verdict = judgeRetry(
      {
        method: this.#incoming.request.method ?? '',
        repeats: this.#passage.retries,
        connected: attempt.connected,
        reusedConnection: attempt.upstream.reusedSocket,
        answerBytes: (attempt.socket?.bytesRead ?? 0) - attempt.bytesReadBefore,
        hasBody: body !== undefined,
        bodyBytesSent: body?.bytesSentInThisTry ?? 0,
        bodyReplayable: body?.replayable ?? true,
        clientGone: this.#incoming.response.destroyed,
      },
      this.#admitted.route.spec.retry,
    )
    return verdict.repeat
  }

  #repeat({ target, connected }: Try, cause: EdgeCause): void {
    this.#passage.retries++
    if (connected) {
      // What was closed under us was hardly the only one.
      target.connections.closeIdle()
      this.#wantsNewConnection = true
    } else this.#tried.add(target)
    this.#place(causeAfter(target, cause))
  }

  #noteUnreachable(target: LiveTarget, cause: EdgeCause, error: Error | undefined): void {
    if (cause !== 'connect_failed' && cause !== 'connect_timeout') return
    this.#admitted.route.observe(target, {
      at: this.#world.machine.clock.now(),
      ...unreachable(error, ', for a request'),
    })
  }

  #onAnswer(attempt: Try, answer: IncomingMessage): void {
    if (attempt.over || this.#passage.settled) return void answer.destroy()
    this.#body?.forget()
    this.#passage.noteHead()
    const { route } = this.#admitted
    this.#relay = new AnswerRelay({
      answer,
      response: this.#incoming.response,
      passage: this.#passage,
      deadline: this.#deadline,
      idleMs: route.spec.timeouts.idleMs,
      releaseHeader: route.healthOf(attempt.target).releaseHeader.toLowerCase(),
      closeConnection: this.#world.isLeaving(),
      onDone: () => this.#done(),
    })
    if (this.#relay.isEventStream) attempt.target.replan(this)
    if (this.#relay.release !== undefined && this.#relay.release !== attempt.target.release) {
      this.#passage.foreign = true
      this.#world.suspect(route, attempt.target)
    }
    if (this.#relay.start()) return
    this.#relay = undefined
    answer.destroy()
    this.#fail('bad_answer')
  }

  #fail(cause: EdgeCause): void {
    this.#answered = true
    this.#deadline.clear()
    const { response, request } = this.#incoming
    if (response.destroyed) return
    sendEdgeAnswer({ world: this.#world, passage: this.#passage, incoming: this.#incoming, refusal: { cause } })
    this.#body?.discard()
    if (!request.complete) lingerOn(this.#world, request)
  }

  /** All of the answer is with the operating system. */
  #done(): void {
    this.#answered = true
    this.#deadline.clear()
    this.#settle()
    if (this.#incoming.request.complete) return
    this.#body?.discard()
    lingerOn(this.#world, this.#incoming.request)
  }

  /** The connection to the client is gone, or the answer has been sent. */
  #closed(): void {
    this.#deadline.clear()
    if (this.#try !== undefined) {
      this.#try.over = true
      if (!this.#answered) this.#try.upstream.destroy()
    }
    this.#settle()
  }

  #settle(): void {
    this.#passage.bytesIn = this.#body?.bytesReceived ?? 0
    this.#passage.settle({
      clientAborted: !this.#answered && this.#passage.cause === undefined,
      untilHead: this.kind === 'events',
    })
  }
}

function causeOf(error: Error | undefined, connected: boolean): EdgeCause {
  if (!connected) return 'connect_failed'
  return systemCode(error)?.startsWith('HPE_') === true ? 'bad_answer' : 'reset_before_answer'
}

function sendEdgeAnswer(sending: {
  readonly world: ProxyWorld
  readonly passage: Passage
  readonly incoming: Incoming
  readonly refusal: Refusal
}): void {
  const { world, passage, incoming, refusal } = sending
  const { request, response } = incoming
  const answer = edgeAnswer(answerFactsOf(refusal, passage.requestId, request.headers.accept))
  passage.cause = refusal.cause
  passage.edgeStatus = answer.status
  const closing = world.isLeaving() || edgeCauses[refusal.cause].status === 400
  response.writeHead(answer.status, [...answer.headers, ...(closing ? ['Connection', 'close'] : [])])
  response.end(request.method === 'HEAD' ? undefined : answer.body)
}

function lingerOn({ machine }: ProxyWorld, request: IncomingMessage): void {
  request.resume()
  const cancel = machine.clock.alarm(machine.clock.now() + lingerMs, () => request.socket.destroy())
  request.once('end', cancel)
  request.once('close', cancel)
}
