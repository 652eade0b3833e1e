/** A worker as the keeper sees it. */
import type { HoldfastError } from '../../base/index.ts'
import type { EdgeHappening, HealthStatus, WorkerStatus } from '../contract.ts'
import { edgeError, errorFromWire } from '../errors.ts'
import type { EdgeMachine } from '../machine.ts'
import type { FromWorker, Outcome, Question, ToWorker } from '../worker/protocol.ts'
import type { WorkerReport } from '../worker/report.ts'

/** The channel to a worker process. */
export type WorkerLink = {
  readonly pid: number
  send(message: ToWorker): void
  onMessage(listener: (message: FromWorker) => void): void
  /** Called once, when the process is gone. */
  onGone(listener: (reason: string) => void): void
  kill(): void
}

export type WorkerHooks = {
  readonly happened: (happening: EdgeHappening) => void
  readonly health: (key: string, health: HealthStatus) => void
  readonly left: (report: WorkerReport) => void
  readonly gone: (reason: string) => void
}

/** Pulses missed in a row until a worker counts as hung. Ticks of our own are counted, not time: we may have slept as well. */
const mostSilentTicks = 10

export class WorkerHandle {
  readonly pid: number
  readonly startedAt: number
  state: WorkerStatus['state'] = 'starting'
  version = 0
  connections = 0
  inFlight = 0
  readonly serving: Promise<void>
  /** Resolves when the process is gone, for whatever reason. */
  readonly ended: Promise<void>
  readonly #link: WorkerLink
  readonly #machine: EdgeMachine
  readonly #hooks: WorkerHooks
  readonly #open = new Map<number, (outcome: Outcome) => void>()
  #number = 0
  #silentTicks = 0
  #isGone = false
  #failure: HoldfastError | undefined
  #resolveServing: () => void = () => {}
  #rejectServing: (error: Error) => void = () => {}
  #resolveEnded: () => void = () => {}

  constructor(link: WorkerLink, machine: EdgeMachine, hooks: WorkerHooks) {
    this.#link = link
    this.#machine = machine
    this.#hooks = hooks
    this.pid = link.pid
    this.startedAt = machine.clock.now()
    this.serving = new Promise((resolve, reject) => {
      this.#resolveServing = resolve
      this.#rejectServing = reject
    })
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve))
    // Whoever waits hears of it; nobody has to wait.
    this.serving.catch(() => {})
    link.onMessage((message) => this.#hear(message))
    link.onGone((reason) => this.#onGone(reason))
  }

  get isGone(): boolean {
    return this.#isGone
  }

  send(message: ToWorker): void {
    if (!this.#isGone) this.#link.send(message)
  }

  /** It serves already: taken over from a keeper that died. */
  adoptAsLeaving(): void {
    this.state = 'leaving'
    this.#resolveServing()
  }

  /** @throws HoldfastError what the worker answered, or edge.worker_silent */
  async ask(question: Question, withinMs: number): Promise<unknown> {
    if (this.#isGone) throw silent(this.pid, 'is gone')
    const number = ++this.#number
    const { clock } = this.#machine
    const outcome = await new Promise<Outcome | undefined>((resolve) => {
      const cancel = clock.alarm(clock.now() + withinMs, () => settle(undefined))
      const settle = (answer: Outcome | undefined): void => {
        cancel()
        this.#open.delete(number)
        resolve(answer)
      }
      this.#open.set(number, settle)
      this.#link.send({ kind: 'ask', number, ...question })
    })
    if (outcome === undefined) throw silent(this.pid, `has not answered within ${withinMs} ms`)
    if (!outcome.ok) throw errorFromWire(outcome.error)
    return outcome.value
  }

  kill(): void {
    this.#link.kill()
  }

  /** Once per pulse interval. A process that says nothing for long is hung: its successor can take over at once. */
  tick(): void {
    if (++this.#silentTicks > mostSilentTicks) this.kill()
  }

  status(): WorkerStatus {
    const { pid, state, startedAt, version, connections, inFlight } = this
    return { pid, state, startedAt, version, connections, inFlight }
  }

  #hear(message: FromWorker): void {
    this.#silentTicks = 0
    switch (message.kind) {
      case 'serving':
        this.state = 'serving'
        return this.#resolveServing()
      case 'failed':
        this.#failure = errorFromWire(message.error)
        return
      case 'answer':
        return this.#open.get(message.number)?.(message.outcome)
      case 'happening':
        return this.#hooks.happened(message.happening)
      case 'health':
        return this.#hooks.health(message.key, message.health)
      case 'pulse':
        this.connections = message.connections
        this.inFlight = message.inFlight
        return
      case 'left':
        return this.#hooks.left(message.report)
    }
  }

  #onGone(reason: string): void {
    if (this.#isGone) return
    this.#isGone = true
    this.#rejectServing(this.#failure ?? silent(this.pid, `ended before it served: ${reason}`))
    const answer: Outcome = {
      ok: false,
      error: { code: 'edge.worker_silent', message: `Worker ${this.pid} is gone: ${reason}` },
    }
    for (const settle of [...this.#open.values()]) settle(answer)
    this.#resolveEnded()
    this.#hooks.gone(this.#failure === undefined ? reason : this.#failure.message)
  }
}

function silent(pid: number, what: string): HoldfastError {
  return edgeError('edge.worker_silent', `Worker ${pid} of the edge ${what}`)
}
