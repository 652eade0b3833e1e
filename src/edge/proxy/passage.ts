/** The books of one request, ordinary or upgraded: where it is, how it ended, told once to meters and access log. */
import type { EdgeCause } from '../contract.ts'
import type { Admission, ProxyWorld, Refusal } from './admission.ts'
import type { LiveRoute } from './live-route.ts'
import type { LiveTarget, Underway } from './live-target.ts'

export type PassageRequest = {
  readonly method: string
  readonly startedMs: number
}

export class Passage {
  readonly requestId: string
  readonly #world: ProxyWorld
  readonly #admission: Admission
  readonly #request: PassageRequest
  readonly #route: LiveRoute | undefined
  #target: LiveTarget | undefined
  #leave: () => void = () => {}
  #settled = false
  #headMs: number | undefined

  /** Of the application's answer. */
  status: number | undefined
  /** Of the edge's own answer. */
  edgeStatus: number | undefined
  cause: EdgeCause | undefined
  retries = 0
  foreign = false
  bytesIn = 0
  bytesOut = 0

  constructor(world: ProxyWorld, admission: Admission, request: PassageRequest) {
    this.#world = world
    this.#admission = admission
    this.#request = request
    this.requestId = admission.requestId
    const { refused } = admission
    this.#route = refused === undefined ? admission.route : refused.route
    // Only what is taken on is under way.
    if (refused === undefined) admission.route.inFlight++
  }

  get target(): LiveTarget | undefined {
    return this.#target
  }
  get settled(): boolean {
    return this.#settled
  }

  enter(target: LiveTarget, exchange: Underway): void {
    this.#leave()
    this.#target = target
    target.enter(exchange)
    const release = this.#route?.meterOf(target.release)
    if (release !== undefined) release.inFlight++
    this.#leave = () => {
      this.#leave = () => {}
      if (release !== undefined) release.inFlight--
      target.leave(exchange)
    }
  }

  /** The head of the answer is there: what streams and upgrades are measured by. */
  noteHead(): void {
    this.#headMs ??= this.#world.machine.monotonicMs()
  }

  /** Upgrades are also counted by themselves, until they end. */
  countUpgrade(by: 1 | -1): void {
    if (this.#target === undefined) return
    this.#target.meter.upgraded += by
    const release = this.#route?.meterOf(this.#target.release)
    if (release !== undefined) release.upgraded += by
  }

  /** The first end counts; what breaks afterwards is only its echo. */
  settle(end: { readonly clientAborted?: boolean; readonly untilHead?: boolean } = {}): void {
    if (this.#settled) return
    this.#settled = true
    const endedMs = this.#world.machine.monotonicMs()
    const latencyMs = (end.untilHead === true ? (this.#headMs ?? endedMs) : endedMs) - this.#request.startedMs
    this.#count(end.clientAborted ?? false, latencyMs)
    this.#log(end.clientAborted ?? false, endedMs - this.#request.startedMs)
    if (this.#admission.refused === undefined) this.#admission.route.inFlight--
    // Last: it may end the drain, and who hears of that reads the meters.
    this.#leave()
  }

  #count(clientAborted: boolean, latencyMs: number): void {
    const { cause } = this
    if (this.#target === undefined) {
      if (cause === undefined) return
      if (this.#route === undefined) this.#world.routes.countUnrouted(cause)
      else this.#route.countFailure(cause)
      return
    }
    const { status, retries, foreign } = this
    const outcome = { status, cause, clientAborted, retries, foreign, latencyMs }
    const now = this.#world.machine.clock.now()
    this.#target.meter.count(outcome, now)
    this.#route?.meterOf(this.#target.release).count(outcome, now)
  }

  #log(clientAborted: boolean, tookMs: number): void {
    const { facts, client, requestId } = this.#admission
    this.#world.accessLog.write({
      at: this.#world.machine.clock.now(),
      requestId,
      client,
      method: this.#request.method,
      host: facts?.host ?? '',
      // Queries carry tokens and names; they are nobody's business in a log.
      path: facts?.target.replace(/\?.*$/s, '') ?? '',
      status: this.edgeStatus ?? this.status ?? 0,
      cause: this.cause,
      route: this.#route?.spec.id,
      release: this.#target?.release,
      target: this.#target?.id,
      retries: this.retries === 0 ? undefined : this.retries,
      clientAborted: clientAborted ? true : undefined,
      bytesIn: this.bytesIn,
      bytesOut: this.bytesOut,
      tookMs: Math.round(tookMs * 10) / 10,
    })
  }
}

/** What the edge says of a refusal. */
export function answerFactsOf(refusal: Refusal, requestId: string, accept: string | undefined) {
  const { cause, status, message, retryAfterSeconds } = refusal
  return { cause, status, message, retryAfterSeconds, requestId, accept: accept ?? '' }
}
