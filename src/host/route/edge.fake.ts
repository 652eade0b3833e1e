/** An edge in memory, with the faults of a real one: it can be away, hang, lose its routes, and answer when it wants to. */
import { HoldfastError } from '../../base/index.ts'
import type {
  Edge,
  EdgeEvent,
  EdgeHappening,
  EdgeRoutes,
  EdgeStatus,
  HealthState,
  Route,
  RouteStatus,
  RoutesInForce,
} from '../../edge/index.ts'
import { parseRoutes } from '../../edge/index.ts'

const noTraffic = {
  inFlight: 0,
  upgraded: 0,
  totals: {
    requests: 0,
    classes: [0, 0, 0, 0, 0],
    edgeFailures: {},
    clientAborts: 0,
    retries: 0,
    foreignAnswers: 0,
    latency: { count: 0, p50Ms: 0, p90Ms: 0, p99Ms: 0, maxMs: 0 },
  },
  windows: [],
} as const

const away = () => new HoldfastError('edge.unreachable', 'The edge does not answer', { kind: 'unavailable' })

export class FakeEdge implements Edge {
  inForce: EdgeRoutes = { version: 0, routes: [] }
  /** Every version that came into force. */
  readonly versions: number[] = []
  isAway = false
  /** How often it was opened. */
  opened = 0
  /** The next pushes fail with these. */
  readonly refusals: HoldfastError[] = []
  /** Before and after each push. */
  boundary: () => void = () => {}
  /** Pushes wait for it. */
  gate: Promise<void> = Promise.resolve()
  readonly healths = new Map<string, HealthState>()
  /** Requests under way, by target. */
  readonly underWay = new Map<string, number>()
  readonly #events: EdgeEvent[] = []
  #wake: (() => void)[] = []

  readonly source = {
    open: async (): Promise<Edge> => {
      if (this.isAway) throw away()
      this.opened++
      return this
    },
  }

  async applyRoutes(routes: EdgeRoutes): Promise<RoutesInForce> {
    this.boundary()
    await this.gate
    this.#requireHere()
    const refusal = this.refusals.shift()
    if (refusal !== undefined) throw refusal
    parseRoutes(routes)
    if (routes.version <= this.inForce.version) {
      throw new HoldfastError('edge.version_stale', 'not newer', { kind: 'conflict' })
    }
    this.inForce = structuredClone(routes)
    this.versions.push(routes.version)
    this.boundary()
    return { version: routes.version, workers: 1, tookMs: 0, stored: true }
  }

  async routes(): Promise<EdgeRoutes> {
    this.#requireHere()
    return structuredClone(this.inForce)
  }

  async status(): Promise<EdgeStatus> {
    this.#requireHere()
    return {
      version: this.inForce.version,
      origin: 'push',
      now: 0,
      keeper: { pid: 1, startedAt: 0 },
      listeners: [{ name: 'main', host: '127.0.0.1', port: 7480, tls: false }],
      workers: [],
      crashes: 0,
      routes: this.inForce.routes.map((route) => this.#statusOf(route)),
      unrouted: {},
    }
  }

  drain(): Promise<void> {
    return Promise.reject(new Error('not asked for'))
  }
  reload(): Promise<void> {
    return Promise.reject(new Error('not asked for'))
  }
  restart(): Promise<void> {
    return Promise.reject(new Error('not asked for'))
  }
  stop(): Promise<void> {
    return Promise.reject(new Error('not asked for'))
  }

  async *events({ signal }: { readonly signal: AbortSignal }): AsyncIterable<EdgeEvent> {
    this.#requireHere()
    const wake = (): void => {
      for (const each of this.#wake.splice(0)) each()
    }
    signal.addEventListener('abort', wake)
    for (let at = 0; !signal.aborted;) {
      if (this.isAway) throw away()
      const event = this.#events[at]
      if (event === undefined) await new Promise<void>((resolve) => this.#wake.push(resolve))
      else {
        at++
        yield event
      }
    }
  }

  tell(happening: EdgeHappening): void {
    this.#events.push({ id: this.#events.length + 1, at: 0, ...happening })
    this.#wakeUp()
  }

  /** It ends; `back` is another one, with the routes it has on disk. */
  leave(): void {
    this.isAway = true
    this.#events.length = 0
    this.#wakeUp()
  }

  back(routes: EdgeRoutes = { version: 0, routes: [] }): void {
    this.isAway = false
    this.inForce = routes
  }

  #wakeUp(): void {
    for (const each of this.#wake.splice(0)) each()
  }

  #requireHere(): void {
    if (this.isAway) throw away()
  }

  #statusOf({ id, weights, targets }: Route): RouteStatus {
    return {
      id,
      panic: false,
      edgeFailures: {},
      releases: [],
      targets: targets.map((target) => {
        const share = weights.find(({ release }) => release === target.release)?.weight ?? 0
        const serving = target.state === 'active' && share > 0
        const inFlight = this.underWay.get(target.id) ?? 0
        const health = {
          state: this.healths.get(target.id) ?? 'unproven',
          since: 0,
          successes: 0,
          failures: 0,
        } as const
        const { release, instance, state } = target
        const drained = !serving && inFlight === 0
        return { id: target.id, release, instance, state, serving, health, drained, ...noTraffic, inFlight }
      }),
    }
  }
}
