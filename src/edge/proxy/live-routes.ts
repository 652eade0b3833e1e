/** All routes in force. Applying a version is one synchronous step: no request sees half of it. */
import type {
  CompleteRoute,
  DrainRequest,
  EdgeCause,
  EdgeFailures,
  EdgeHappening,
  HealthStatus,
  Target,
} from '../contract.ts'
import { edgeError } from '../errors.ts'
import { believed, unproven } from '../decide/health.ts'
import { RouteTable } from '../decide/match.ts'
import { serves } from '../decide/pool.ts'
import type { EdgeMachine } from '../machine.ts'
import type { CompleteRoutes } from '../routes/parse-routes.ts'
import { LiveRoute } from './live-route.ts'
import { LiveTarget } from './live-target.ts'
import { addFailures } from './meter.ts'

/** What was known of targets before this worker: by `targetKey`. */
export type KnownHealth = Readonly<Record<string, HealthStatus>>

export type LiveRoutesHooks = {
  readonly tell: (happening: EdgeHappening) => void
  readonly startProbing: (route: LiveRoute, target: LiveTarget) => void
  readonly stopProbing: (target: LiveTarget) => void
}

export class LiveRoutes {
  readonly #machine: EdgeMachine
  readonly #hooks: LiveRoutesHooks
  #version = 0
  #routes = new Map<string, LiveRoute>()
  #targets = new Map<string, LiveTarget>()
  #table = new RouteTable<LiveRoute>([])
  /** Gone from the routes, not yet empty. */
  readonly #departing = new Map<LiveTarget, LiveRoute>()
  #unrouted: EdgeFailures = {}

  constructor(machine: EdgeMachine, hooks: LiveRoutesHooks) {
    this.#machine = machine
    this.#hooks = hooks
  }

  get version(): number {
    return this.#version
  }
  get all(): readonly LiveRoute[] {
    return [...this.#routes.values()]
  }
  get unrouted(): EdgeFailures {
    return this.#unrouted
  }

  /** Those still in the routes, then those that drain after they left them. */
  targetsOf(route: LiveRoute): readonly LiveTarget[] {
    const departing = [...this.#departing].filter(([, from]) => from.spec.id === route.spec.id)
    return [...route.targets, ...departing.map(([target]) => target)]
  }

  match(host: string, path: string): LiveRoute | undefined {
    return this.#table.match(host, path)
  }

  countUnrouted(cause: EdgeCause): void {
    this.#unrouted = addFailures([this.#unrouted, { [cause]: 1 }])
  }

  apply(next: CompleteRoutes, known: KnownHealth = {}): void {
    const targetsBefore = this.#targets
    this.#version = next.version
    this.#targets = new Map()
    const routesBefore = this.#routes
    this.#routes = new Map(next.routes.map((spec) => [spec.id, this.#keepOrMake(spec, targetsBefore, known)]))
    this.#table = new RouteTable(this.all)
    for (const [key, target] of targetsBefore) {
      if (!this.#targets.has(key)) this.#depart(target, routesBefore.get(target.place.routeId))
    }
  }

  /** @throws HoldfastError edge.target_unknown */
  withhold({ route: routeId, targets }: DrainRequest): void {
    const route = this.#routes.get(routeId)
    const found = targets.map((id) => route?.targets.find((target) => target.id === id))
    if (route === undefined || found.includes(undefined)) {
      throw edgeError('edge.target_unknown', `Route "${routeId}" has not all of the targets ${targets.join(', ')}`)
    }
    for (const target of found) if (target !== undefined) target.withheld = true
    route.refreshPool()
    for (const target of route.targets) this.#settle(route, target)
  }

  #keepOrMake(spec: CompleteRoute, before: ReadonlyMap<string, LiveTarget>, known: KnownHealth): LiveRoute {
    const hooks = { tell: this.#hooks.tell, now: () => this.#machine.clock.now() }
    const route = this.#routes.get(spec.id) ?? new LiveRoute(spec, hooks)
    const place = { routeId: spec.id, timeouts: spec.timeouts }
    const targets = spec.targets.map((target) => {
      const key = targetKey(spec.id, target)
      const live = before.get(key) ?? this.#make(target, place, known[key])
      live.update(target, place)
      live.withheld = false
      this.#targets.set(key, live)
      return live
    })
    route.update(spec, targets)
    for (const target of targets) this.#settle(route, target)
    return route
  }

  #make(spec: Target, place: LiveTarget['place'], health: HealthStatus | undefined): LiveTarget {
    const now = this.#machine.clock.now()
    return new LiveTarget({
      spec,
      place,
      health: health ?? unproven(now),
      machine: this.#machine,
      tell: this.#hooks.tell,
    })
  }

  /** Makes drains and probes follow what the routes say. */
  #settle(route: LiveRoute, target: LiveTarget): void {
    target.serve(serves(target, route.spec.weights))
    if (target.state !== 'draining') return this.#hooks.startProbing(route, target)
    this.#hooks.stopProbing(target)
    // Whoever comes back from there may have been stopped meanwhile, and something else started in its place.
    target.healthStatus = unproven(this.#machine.clock.now())
  }

  #depart(target: LiveTarget, route: LiveRoute | undefined): void {
    this.#hooks.stopProbing(target)
    if (route !== undefined) {
      this.#departing.set(target, route)
      target.onDrained = () => void this.#departing.delete(target)
    }
    target.serve(false)
    if (target.inFlight === 0) this.#departing.delete(target)
  }
}

/** A port that another release listens on now is not the target that was proven. */
export function targetKey(routeId: string, { id, release, address }: Target): string {
  return JSON.stringify([routeId, id, release, address])
}

/** For the last good routes: what served is believed to serve, until probes say otherwise. */
export function believeAll(routes: CompleteRoutes, now: number): KnownHealth {
  return Object.fromEntries(
    routes.routes.flatMap((route) =>
      route.targets
        .filter((target) => serves({ ...target, withheld: false }, route.weights))
        .map((target) => [targetKey(route.id, target), believed(now)]),
    ),
  )
}
