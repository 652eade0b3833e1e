/** A route in force: whose turn it is, what it admits, what it has counted. */
import type { CompleteRoute, EdgeCause, EdgeFailures, EdgeHappening, HealthPolicy } from '../contract.ts'
import { observe, type Observation } from '../decide/health.ts'
import { cookieOf } from '../decide/inspect.ts'
import { decidePool, leastBusy, type Pool } from '../decide/pool.ts'
import { type Bucket, fullBucket, retryAfterSeconds, takeToken } from '../decide/rate.ts'
import { SmoothTurns, stickyOf, stickyRelease } from '../decide/weights.ts'
import type { LiveTarget } from './live-target.ts'
import { addFailures, Meter } from './meter.ts'

/** Meters of releases that are gone are kept for who compares before and after. */
const oldReleasesKept = 8

export type RouteHooks = {
  readonly tell: (happening: EdgeHappening) => void
  readonly now: () => number
}

export class LiveRoute {
  spec: CompleteRoute
  targets: readonly LiveTarget[] = []
  inFlight = 0
  #pool: Pool<LiveTarget> = { shares: [], targets: new Map(), panic: false, healthy: 0, of: 0 }
  readonly #turns = new SmoothTurns()
  #bucket: Bucket
  #turn = 0
  readonly #releases = new Map<string, Meter>()
  #failures: EdgeFailures = {}
  readonly #hooks: RouteHooks

  constructor(spec: CompleteRoute, hooks: RouteHooks) {
    this.spec = spec
    this.#hooks = hooks
    this.#bucket = fullBucket(spec.limits, hooks.now())
  }

  get hosts(): readonly string[] {
    return this.spec.hosts
  }
  get pathPrefix(): string {
    return this.spec.pathPrefix
  }
  get panic(): boolean {
    return this.#pool.panic
  }
  get failures(): EdgeFailures {
    return this.#failures
  }
  get releases(): ReadonlyMap<string, Meter> {
    return this.#releases
  }

  update(spec: CompleteRoute, targets: readonly LiveTarget[]): void {
    const before = JSON.stringify([this.spec.weights, this.spec.limits])
    const limitsBefore = JSON.stringify(this.spec.limits)
    this.spec = spec
    this.targets = targets
    if (JSON.stringify([spec.weights, spec.limits]) !== before) this.#turns.reset()
    if (JSON.stringify(spec.limits) !== limitsBefore) this.#bucket = fullBucket(spec.limits, this.#hooks.now())
    this.#forgetOldReleases()
    this.refreshPool()
  }

  /** After anything that decides who may be used. */
  refreshPool(): void {
    const { weights, panicThreshold, id } = this.spec
    const was = this.#pool.panic
    this.#pool = decidePool(this.targets, weights, panicThreshold)
    const { panic, healthy, of } = this.#pool
    if (panic !== was) this.#hooks.tell({ kind: 'panic', route: id, on: panic, healthy, of })
  }

  /** How this target is asked, and what it has to answer. */
  healthOf({ spec }: LiveTarget): HealthPolicy {
    return spec.health === undefined ? this.spec.health : { ...this.spec.health, ...spec.health }
  }

  observe(target: LiveTarget, seen: Observation): void {
    const before = target.healthStatus
    target.healthStatus = observe(before, seen, this.healthOf(target))
    const { state, evidence } = target.healthStatus
    if (state === before.state) return
    const { id, release } = target
    const names = { route: this.spec.id, target: id, release }
    this.#hooks.tell({ kind: 'target_health', ...names, from: before.state, to: state, evidence })
    this.refreshPool()
  }

  /** Undefined when nobody can take it. `tried` are those that could not be reached for this request. */
  choose(key: string | undefined, tried: ReadonlySet<LiveTarget>): LiveTarget | undefined {
    const pool = tried.size === 0 ? this.#pool : this.#without(tried)
    const release = key === undefined ? this.#turns.next(pool.shares) : stickyRelease(key, pool.shares)
    const targets = release === undefined ? undefined : pool.targets.get(release)
    if (targets === undefined) return undefined
    const target = key === undefined ? leastBusy(targets) : stickyOf(key, targets)
    if (target !== undefined) target.lastTurn = ++this.#turn
    return target
  }

  #without(tried: ReadonlySet<LiveTarget>): Pool<LiveTarget> {
    const left = this.targets.filter((target) => !tried.has(target))
    return decidePool(left, this.spec.weights, this.spec.panicThreshold)
  }

  stickyKey(facts: { readonly cookie: string }, client: string, header: (name: string) => string | undefined) {
    const { stickyBy } = this.spec
    switch (stickyBy?.kind) {
      case undefined:
        return undefined
      case 'client':
        return client
      case 'cookie':
        return cookieOf(facts.cookie, stickyBy.name)
      case 'header':
        return header(stickyBy.name)
    }
  }

  /** Seconds to wait when the rate is used up; undefined when there is room. */
  takeTurn(): number | undefined {
    const { limits } = this.spec
    if (limits.requestsPerSecond === 0) return undefined
    const { ok, bucket } = takeToken(this.#bucket, limits, this.#hooks.now())
    this.#bucket = bucket
    return ok ? undefined : retryAfterSeconds(bucket, limits)
  }

  countFailure(cause: EdgeCause): void {
    this.#failures = addFailures([this.#failures, { [cause]: 1 }])
  }

  meterOf(release: string): Meter {
    const found = this.#releases.get(release)
    if (found !== undefined) return found
    const meter = new Meter()
    this.#releases.set(release, meter)
    return meter
  }

  #forgetOldReleases(): void {
    const named = new Set([...this.spec.weights, ...this.targets].map(({ release }) => release))
    const old = [...this.#releases].filter(([release, meter]) => !named.has(release) && meter.inFlight === 0)
    for (const [release] of old.slice(0, -oldReleasesKept)) this.#releases.delete(release)
  }
}
