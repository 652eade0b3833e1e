/** What a worker tells of itself; the keeper adds the reports of all workers up. */
import type { EdgeFailures, HealthStatus, TargetState } from '../contract.ts'
import type { LiveRoute } from '../proxy/live-route.ts'
import { type LiveRoutes, targetKey } from '../proxy/live-routes.ts'
import type { LiveTarget } from '../proxy/live-target.ts'
import type { Meter, MeterCounts } from '../proxy/meter.ts'

export type WorkerReport = {
  readonly version: number
  readonly connections: number
  readonly unrouted: EdgeFailures
  readonly routes: readonly RouteReport[]
}

export type RouteReport = {
  readonly id: string
  readonly panic: boolean
  readonly inFlight: number
  readonly edgeFailures: EdgeFailures
  readonly releases: readonly ReleaseReport[]
  readonly targets: readonly TargetReport[]
}

export type ReleaseReport = { readonly release: string; readonly weight: number; readonly counts: MeterCounts }

export type TargetReport = {
  readonly key: string
  readonly id: string
  readonly release: string
  readonly instance: string
  readonly state: TargetState
  readonly serving: boolean
  readonly health: HealthStatus
  readonly counts: MeterCounts
}

/** `windowsSince`: without those that had ended by then. */
type Asked = { readonly now: number; readonly windowsSince: number }

export function reportOf(routes: LiveRoutes, connections: number, asked: Asked): WorkerReport {
  return {
    version: routes.version,
    connections,
    unrouted: routes.unrouted,
    routes: routes.all.map((route) => reportRoute(routes, route, asked)),
  }
}

function reportRoute(routes: LiveRoutes, route: LiveRoute, asked: Asked): RouteReport {
  const weights = new Map(route.spec.weights.map(({ release, weight }) => [release, weight]))
  const releases = new Set([...weights.keys(), ...route.releases.keys()])
  return {
    id: route.spec.id,
    panic: route.panic,
    inFlight: route.inFlight,
    edgeFailures: route.failures,
    releases: [...releases].map((release) => ({
      release,
      weight: weights.get(release) ?? 0,
      counts: countsOf(route.meterOf(release), asked),
    })),
    targets: routes.targetsOf(route).map((target) => reportTarget(target, asked)),
  }
}

function reportTarget(target: LiveTarget, asked: Asked): TargetReport {
  const { id, release, instance, state } = target.spec
  return {
    key: targetKey(target.place.routeId, target.spec),
    id,
    release,
    instance,
    state,
    serving: target.serving,
    health: target.healthStatus,
    counts: countsOf(target.meter, asked),
  }
}

const countsOf = (meter: Meter, { now, windowsSince }: Asked): MeterCounts => meter.counts(now, windowsSince)
