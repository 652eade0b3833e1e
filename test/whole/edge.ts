/**
 * An edge in memory that looks at the applications behind it as a real one does: who is new has to prove itself, who left
 * drains. It can be killed around each push, and is another one when its agent opens it again.
 */
import { HoldfastError, type VirtualClock } from '../../src/base/index.ts'
import type { Edge, EdgeRoutes, EdgeStatus, Route, RoutesInForce, Target } from '../../src/edge/index.ts'
import { FakeEdge } from '../../src/host/route/edge.fake.ts'

/** Whether the application at this address is up and would be believed. */
export type Believes = (target: Target) => boolean

const provenAfterMs = 150
const drainTakesMs = 80
/** Until the next one listens. */
const launchMs = 300

export class LivingEdge extends FakeEdge {
  readonly #clock: VirtualClock
  readonly #believes: Believes
  readonly #shownAt = new Map<string, number>()
  #backAt = 0
  /** Steps until it dies: before and after each push. */
  dieIn: number | undefined
  deaths = 0
  readonly violations: string[] = []

  constructor(clock: VirtualClock, believes: Believes) {
    super()
    this.#clock = clock
    this.#believes = believes
  }

  /** kill -9 of keeper and worker: what it had proven and under way is gone, what it has on disk stays. */
  die(): void {
    if (this.isAway) return
    this.deaths++
    this.#shownAt.clear()
    this.underWay.clear()
    this.#backAt = this.#clock.now() + launchMs
    this.leave()
  }

  async launch(): Promise<Edge> {
    if (this.isAway && this.#clock.now() >= this.#backAt) {
      this.back(this.inForce)
      this.#show(this.inForce)
    }
    return this.source.open()
  }

  override async applyRoutes(routes: EdgeRoutes): Promise<RoutesInForce> {
    this.#mayDie()
    const before = this.inForce.routes
    const answer = await super.applyRoutes(routes)
    this.#drain(before, routes.routes)
    this.#show(routes)
    this.#requireServed(before, routes.routes)
    this.#mayDie()
    return answer
  }

  override async status(): Promise<EdgeStatus> {
    this.healths.clear()
    for (const target of targetsOf(this.inForce.routes)) {
      if (this.isProven(target)) this.healths.set(target.id, 'healthy')
    }
    return super.status()
  }

  isProven(target: Target): boolean {
    const shownAt = this.#shownAt.get(keyOf(target))
    return shownAt !== undefined && this.#clock.now() - shownAt >= provenAfterMs && this.#believes(target)
  }

  /** Whether requests go to the instance, or are under way on it. */
  isUsing(instance: string): boolean {
    if (this.isAway) return false
    if (this.underWay.has(instance)) return true
    return this.inForce.routes.some((route) => route.targets.some((one) => one.id === instance && serves(route, one)))
  }

  #mayDie(): void {
    if (this.dieIn === undefined || this.dieIn-- > 0) return
    this.dieIn = undefined
    this.die()
    throw new HoldfastError('edge.unreachable', 'The edge does not answer', { kind: 'unavailable' })
  }

  #show({ routes }: EdgeRoutes): void {
    const targets = new Set(targetsOf(routes).map(keyOf))
    for (const key of this.#shownAt.keys()) if (!targets.has(key)) this.#shownAt.delete(key)
    for (const key of targets) if (!this.#shownAt.has(key)) this.#shownAt.set(key, this.#clock.now())
  }

  #drain(before: readonly Route[], after: readonly Route[]): void {
    const serving = new Set(servingIn(after).map(({ id }) => id))
    for (const { id } of servingIn(before)) {
      if (serving.has(id)) continue
      this.underWay.set(id, 1)
      this.#clock.alarm(this.#clock.now() + drainTakesMs, () => this.underWay.delete(id))
    }
  }

  /** Where somebody answered, somebody answers. */
  #requireServed(before: readonly Route[], after: readonly Route[]): void {
    for (const route of after) {
      const former = before.find(({ id }) => id === route.id)
      if (former === undefined || route.maintenance?.on === true) continue
      const hadOne = servingIn([former]).some((target) => this.isProven(target))
      const hasOne = servingIn([route]).some((target) => this.isProven(target))
      if (hadOne && !hasOne) this.violations.push(`nobody proven serves ${route.id} any more`)
    }
  }
}

const keyOf = ({ id, release, address }: Target): string => JSON.stringify([id, release, address])
const targetsOf = (routes: readonly Route[]): readonly Target[] => routes.flatMap(({ targets }) => targets)
const serves = ({ weights }: Route, { release, state }: Target): boolean =>
  state === 'active' && weights.some((share) => share.release === release && share.weight > 0)
const servingIn = (routes: readonly Route[]): readonly Target[] =>
  routes.flatMap((route) => route.targets.filter((target) => serves(route, target)))
