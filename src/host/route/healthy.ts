/** Which targets the edge has not seen healthy: pure. */
import type { HealthState, HealthStatus, Route, RouteStatus } from '../../edge/index.ts'
import { hostError } from '../errors.ts'
import { edgeRouteId, type Place } from './merge.ts'

export type Unhealthy = {
  readonly route: string
  readonly target: string
  readonly state: HealthState | 'unknown'
  readonly evidence: HealthStatus['evidence']
}

/** Of the targets that are to take requests, or stand ready to. What was only believed of before has to be seen. */
export function unhealthyTargets(
  place: Place,
  routes: readonly Route[],
  statuses: readonly RouteStatus[],
): readonly Unhealthy[] {
  return routes.flatMap((route) => {
    const status = statuses.find(({ id }) => id === edgeRouteId(place, route.id))
    return route.targets.flatMap(({ id, release, state }) => {
      const health = status?.targets.find((seen) => seen.id === id && seen.release === release)?.health
      if (state === 'draining' || health?.state === 'healthy') return []
      return [{ route: route.id, target: id, state: health?.state ?? 'unknown', evidence: health?.evidence }]
    })
  })
}

export function targetsUnhealthy(unhealthy: readonly Unhealthy[], waitedMs: number) {
  const told = unhealthy.map(({ route, target, state, evidence }) => {
    return `${target} of route ${route} is ${state}: ${evidence?.detail ?? 'the edge has seen nothing of it yet'}`
  })
  return hostError('host.targets_unhealthy', `Not healthy after ${waitedMs} ms:\n${told.join('\n')}`, {
    place: 'routes.targets',
    repair: `look at the instance's output (logs of ${unhealthy[0]?.target ?? 'it'}) and at its health path; the routes stay in force`,
  })
}

export const routesReplaced = (place: Place) =>
  hostError('host.targets_unhealthy', `The routes of ${place.project} ${place.config} were replaced meanwhile`, {
    retryable: false,
  })
