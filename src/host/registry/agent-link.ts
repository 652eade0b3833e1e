/**
 * What is known of one host's agent while the control plane runs: its polls that wait, the commands it is to carry out and
 * who waits for them. Nothing here is written down: what a crash forgets, the intent log of a deployment asks for again
 * under the same key.
 */
import type { Clock, HoldfastError } from '../../base/index.ts'
import { keyReused } from '../command/kept-outcomes.ts'
import type { CommandInput } from '../contract.ts'
import { registryClosing, superseded } from './errors.ts'
import { errorOf, type ReportedOutcome } from './schemas.ts'
import type { RegistrySettings } from './settings.ts'

type Waiter = { readonly resolve: (result: unknown) => void; readonly reject: (reason: unknown) => void }

type Pending = {
  readonly command: CommandInput
  /** Its text: the same key with another one is refused. */
  readonly asked: string
  readonly waiters: Set<Waiter>
  /** Not handed out before; 0 when it never was, or was lost. */
  leaseUntil: number
  /** Ends the wait for an agent that is away. */
  cancelPatience: () => void
}

export type Turn = { readonly session: string; readonly underWay: readonly string[]; readonly waitMs: number }

export type AgentLinkOptions = {
  readonly clock: Clock
  readonly settings: RegistrySettings
  /** What to tell who has waited in vain. */
  readonly away: () => HoldfastError
  readonly onConnected: () => void
  readonly onLost: () => void
}

/** Sessions of agents that were replaced, so many: more than any host starts by accident. */
const rememberedSessions = 1000

export class AgentLink {
  readonly #options: AgentLinkOptions
  readonly #pending = new Map<string, Pending>()
  readonly #polls = new Set<() => void>()
  readonly #superseded = new Set<string>()
  #session: string | undefined
  #ended: HoldfastError | undefined
  #isConnected = false
  #cancelGrace = (): void => {}

  constructor(options: AgentLinkOptions) {
    this.#options = options
  }

  /** Whether a poll waits, or one left a moment ago and comes again. */
  get isConnected(): boolean {
    return this.#isConnected
  }

  /** Whether this agent is the one that counts. */
  hasSession(session: string): boolean {
    return session === this.#session
  }

  get commandsUnderWay(): number {
    return this.#pending.size
  }

  /** Resolves with what the agent answers. Two who ask with one key ask for one command. */
  ask(command: CommandInput, signal: AbortSignal): Promise<unknown> {
    if (signal.aborted) return Promise.reject(signal.reason)
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    const pending = this.#pending.get(command.key) ?? this.#add(command)
    if (pending.asked !== JSON.stringify(command)) return Promise.reject(keyReused())
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        pending.waiters.delete(waiter)
        if (pending.waiters.size === 0) this.#drop(pending)
        reject(signal.reason)
      }
      const stay = (): void => signal.removeEventListener('abort', leave)
      const waiter = {
        resolve: (result: unknown) => (stay(), resolve(result)),
        reject: (reason: unknown) => (stay(), reject(reason)),
      }
      signal.addEventListener('abort', leave, { once: true })
      pending.waiters.add(waiter)
      this.#wake()
    })
  }

  /**
   * Waits until there are commands to hand out, and hands out all of them. Empty when the time is over or the caller has
   * gone. @throws HoldfastError host.superseded, host.closing
   */
  async take({ session, underWay, waitMs }: Turn, signal: AbortSignal): Promise<readonly CommandInput[]> {
    this.#greet(session)
    this.#compare(underWay)
    const until = this.#options.clock.now() + waitMs
    const nudge = { now: (): void => {} }
    const wake = (): void => nudge.now()
    this.#arrive(wake)
    try {
      for (;;) {
        this.#refuse(session)
        if (signal.aborted) return []
        const ready = this.#hand()
        const now = this.#options.clock.now()
        if (ready.length > 0 || now >= until) return ready
        await this.#sleep(nudge, Math.min(until, this.#nextLease(now)), signal)
      }
    } finally {
      this.#leave(wake)
    }
  }

  /** Whether somebody waited for it. @throws HoldfastError host.superseded */
  answer(session: string, outcome: ReportedOutcome): boolean {
    this.#refuse(session)
    if (this.#session !== undefined && this.#session !== session) throw superseded()
    const pending = this.#pending.get(outcome.key)
    if (pending === undefined) return false
    this.#drop(pending)
    for (const waiter of pending.waiters) {
      if (outcome.ok) waiter.resolve(outcome.result)
      else waiter.reject(errorOf(outcome.failure))
    }
    return true
  }

  /** Nobody is waited for any more: the host was removed, or the control plane stops. */
  end(reason: HoldfastError = registryClosing()): void {
    this.#ended = reason
    this.#cancelGrace()
    for (const pending of this.#pending.values()) this.#giveUp(pending, reason)
    this.#wake()
  }

  #add(command: CommandInput): Pending {
    const pending: Pending = {
      command,
      asked: JSON.stringify(command),
      waiters: new Set(),
      leaseUntil: 0,
      cancelPatience: () => {},
    }
    this.#pending.set(command.key, pending)
    if (!this.#isConnected) this.#waitForAgent(pending)
    return pending
  }

  #drop(pending: Pending): void {
    pending.cancelPatience()
    if (this.#pending.get(pending.command.key) === pending) this.#pending.delete(pending.command.key)
  }

  #giveUp(pending: Pending, reason: HoldfastError): void {
    this.#drop(pending)
    for (const waiter of pending.waiters) waiter.reject(reason)
  }

  #waitForAgent(pending: Pending): void {
    const { clock, settings, away } = this.#options
    pending.cancelPatience = clock.alarm(clock.now() + settings.patienceMs, () => this.#giveUp(pending, away()))
  }

  /** A session that was not seen before is the newer agent: what the older one had under way is the new one's to do. */
  #greet(session: string): void {
    this.#refuse(session)
    if (session === this.#session) return
    if (this.#session !== undefined) this.#superseded.add(this.#session)
    const [oldest] = this.#superseded
    if (this.#superseded.size > rememberedSessions && oldest !== undefined) this.#superseded.delete(oldest)
    this.#session = session
    this.#wake()
  }

  #refuse(session: string): void {
    if (this.#ended !== undefined) throw this.#ended
    if (this.#superseded.has(session)) throw superseded()
  }

  /** What was handed out and is not under way was lost on its way there; its repetition has the same key. */
  #compare(underWay: readonly string[]): void {
    const { clock, settings } = this.#options
    const present = new Set(underWay)
    for (const [key, pending] of this.#pending) {
      pending.leaseUntil = present.has(key) ? clock.now() + settings.leaseMs : 0
    }
  }

  #hand(): readonly CommandInput[] {
    const { clock, settings } = this.#options
    const now = clock.now()
    const ready = [...this.#pending.values()].filter(({ leaseUntil }) => leaseUntil <= now)
    for (const pending of ready) pending.leaseUntil = now + settings.leaseMs
    return ready.map(({ command }) => command)
  }

  #nextLease(now: number): number {
    let next = Infinity
    for (const { leaseUntil } of this.#pending.values()) if (leaseUntil > now) next = Math.min(next, leaseUntil)
    return next
  }

  #wake(): void {
    for (const wake of this.#polls) wake()
  }

  #sleep(nudge: { now: () => void }, untilMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        cancel()
        signal.removeEventListener('abort', end)
        nudge.now = () => {}
        resolve()
      }
      const cancel = this.#options.clock.alarm(untilMs, end)
      signal.addEventListener('abort', end, { once: true })
      nudge.now = end
    })
  }

  #arrive(wake: () => void): void {
    this.#polls.add(wake)
    this.#cancelGrace()
    if (this.#isConnected) return
    this.#isConnected = true
    for (const pending of this.#pending.values()) pending.cancelPatience()
    this.#options.onConnected()
  }

  #leave(wake: () => void): void {
    this.#polls.delete(wake)
    if (this.#polls.size > 0 || this.#ended !== undefined) return
    const { clock, settings } = this.#options
    this.#cancelGrace = clock.alarm(clock.now() + settings.graceMs, () => this.#lose())
  }

  #lose(): void {
    this.#isConnected = false
    for (const pending of this.#pending.values()) this.#waitForAgent(pending)
    this.#options.onLost()
  }
}
