/** A target while it is known: its health, its connections, what is under way on it, and how that ends. */
import type {
  CompleteRoute,
  EdgeCause,
  EdgeHappening,
  HealthState,
  HealthStatus,
  Target,
  TargetState,
} from '../contract.ts'
import { type ExchangeKind, planEnding } from '../decide/drain.ts'
import type { Candidate, Load } from '../decide/pool.ts'
import type { EdgeMachine } from '../machine.ts'
import { TargetConnections } from './connections.ts'
import { Meter } from './meter.ts'

/** One request, WebSocket or stream on a target, as the drain sees it. */
export interface Underway {
  readonly requestId: string
  readonly kind: ExchangeKind
  /** 0 to 1; spreads closings. */
  readonly chance: number
  /** `close`: politely. Leaves the target sooner or later, by itself. */
  end(how: 'cut' | 'close'): void
}

/** Why a request gets no answer after this target could not be reached: who is not there is no target at all. */
export function causeAfter({ health }: LiveTarget, cause: EdgeCause): EdgeCause {
  return health === 'unproven' ? 'no_target' : cause
}

export type TargetPlace = { readonly routeId: string; readonly timeouts: CompleteRoute['timeouts'] }

type Drain = { readonly startedAt: number; readonly cut: string[] }

export class LiveTarget implements Candidate, Load {
  spec: Target
  place: TargetPlace
  healthStatus: HealthStatus
  withheld = false
  lastTurn = 0
  readonly connections: TargetConnections
  readonly meter = new Meter()
  /** Calls off the ending that is planned for it. */
  readonly #underway = new Map<Underway, () => void>()
  readonly #machine: EdgeMachine
  readonly #tell: (happening: EdgeHappening) => void
  #drain: Drain | undefined
  #serving = false
  #departure: Drain | undefined
  #within = Infinity
  /** Called when the last exchange has left a target that drains. */
  onDrained: () => void = () => {}

  constructor(options: {
    readonly spec: Target
    readonly place: TargetPlace
    readonly health: HealthStatus
    readonly machine: EdgeMachine
    readonly tell: (happening: EdgeHappening) => void
  }) {
    this.spec = options.spec
    this.place = options.place
    this.healthStatus = options.health
    this.#machine = options.machine
    this.#tell = options.tell
    this.connections = new TargetConnections(options.spec.address, options.place.timeouts.upstreamIdleMs)
  }

  get id(): string {
    return this.spec.id
  }
  get release(): string {
    return this.spec.release
  }
  get state(): TargetState {
    return this.spec.state
  }
  get health(): HealthState {
    return this.healthStatus.state
  }
  get inFlight(): number {
    return this.#underway.size
  }
  get serving(): boolean {
    return this.#serving
  }

  update(spec: Target, place: TargetPlace): void {
    this.spec = spec
    this.place = place
    this.connections.keepIdleFor(place.timeouts.upstreamIdleMs)
  }

  enter(exchange: Underway): void {
    this.#underway.set(exchange, () => {})
    this.meter.inFlight++
    const drain = this.#drain ?? this.#departure
    if (drain !== undefined) this.#plan(exchange, drain)
  }

  leave(exchange: Underway): void {
    const callOff = this.#underway.get(exchange)
    if (callOff === undefined) return
    callOff()
    this.#underway.delete(exchange)
    this.meter.inFlight--
    this.#endDrainWhenEmpty()
  }

  /** Its kind has become clear: a stream of events ends in another way than a page. */
  replan(exchange: Underway): void {
    const callOff = this.#underway.get(exchange)
    const drain = this.#drain ?? this.#departure
    if (callOff === undefined || drain === undefined) return
    callOff()
    this.#plan(exchange, drain)
  }

  /** Whether new requests may come. When they no longer may, what is under way drains. */
  serve(on: boolean): void {
    if (on === this.#serving) return
    this.#serving = on
    if (on) this.#stopDrain()
    else this.#startDrain()
  }

  /** The worker leaves: everything under way, and what still comes on kept connections, ends within this time. */
  departWithin(ms: number): void {
    this.#within = ms
    const drain = this.#drain ?? { startedAt: this.#machine.clock.now(), cut: [] }
    this.#departure = drain
    for (const exchange of this.#underway.keys()) this.replan(exchange)
  }

  #startDrain(): void {
    // Idle connections first: whatever happens next, no request is written to a connection that its target is closing.
    this.connections.retire()
    this.#drain = { startedAt: this.#machine.clock.now(), cut: [] }
    this.#tell({ kind: 'drain_started', ...this.#name(), inFlight: this.inFlight })
    for (const exchange of this.#underway.keys()) this.#plan(exchange, this.#drain)
    this.#endDrainWhenEmpty()
  }

  #stopDrain(): void {
    if (this.#drain !== undefined) this.#tell({ kind: 'drain_called_off', ...this.#name() })
    this.#drain = undefined
    this.connections.revive()
    for (const [exchange, callOff] of this.#underway) {
      callOff()
      this.#underway.set(exchange, () => {})
    }
  }

  #plan(exchange: Underway, drain: Drain): void {
    const { timeouts } = this.place
    const within = this.#within
    const ending = planEnding(exchange.kind, {
      startedAt: drain.startedAt,
      chance: exchange.chance,
      drainMs: this.#drain === undefined ? within : Math.min(within, timeouts.drainMs),
      upgradeDrainMs: this.#drain === undefined ? within : Math.min(within, timeouts.upgradeDrainMs),
    })
    const callOff = this.#machine.clock.alarm(ending.at, () => {
      if (ending.how === 'cut') drain.cut.push(exchange.requestId)
      exchange.end(ending.how)
    })
    this.#underway.set(exchange, callOff)
  }

  #endDrainWhenEmpty(): void {
    if (this.#drain === undefined || this.#underway.size > 0) return
    const { startedAt, cut } = this.#drain
    this.#drain = undefined
    this.#tell({ kind: 'target_drained', ...this.#name(), tookMs: this.#machine.clock.now() - startedAt, cut })
    this.onDrained()
  }

  #name(): { readonly route: string; readonly target: string; readonly release: string } {
    return { route: this.place.routeId, target: this.id, release: this.release }
  }
}
