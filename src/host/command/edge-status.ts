import type { EdgeStatus } from '../../edge/index.ts'
import type { CommandOf } from '../contract.ts'
import type { EdgeReading, PlaceRouteStatus } from '../outcome.ts'
import { type Place, placeOfRoute } from '../route/merge.ts'
import type { Router } from '../route/router.ts'
import type { HostWorld } from '../world.ts'

export async function edgeStatus(
  { router }: HostWorld,
  { project, config, windowsSince }: CommandOf<'edgeStatus'>,
): Promise<EdgeReading> {
  const status = await readStatus(router, windowsSince)
  const isMeant = (place: Place): boolean =>
    (project ?? place.project) === place.project && (config ?? place.config) === place.config
  const places = router.places.filter(isMeant).map((told) => ({ ...namesOf(told), routes: told.routes }))
  if (status === undefined) {
    const { facts } = router
    const why = facts.state === 'none' ? 'This host runs no edge' : facts.state === 'away' ? facts.why : 'It left'
    return { places, reachable: false, why, routes: [] }
  }
  const { crashes, keeper, listeners, now, routes, unrouted, version, workers } = status
  const meant = routes.flatMap(inItsPlace).filter(isMeant)
  return {
    places,
    reachable: true,
    version,
    now,
    listeners,
    startedAt: keeper.startedAt,
    keeper: { pid: keeper.pid },
    workers,
    crashes,
    routes: meant,
    unrouted,
  }
}

const namesOf = ({ project, config }: Place): Place => ({ project, config })

function inItsPlace(route: EdgeStatus['routes'][number]): readonly PlaceRouteStatus[] {
  const place = placeOfRoute(route.id)
  return place === undefined ? [] : [{ ...route, ...place }]
}

/** None ends later. */
const noWindows = Number.MAX_SAFE_INTEGER

/** Undefined when the edge is away; one that does not answer is looked for again. */
export async function readStatus(router: Router, windowsSince?: number): Promise<EdgeStatus | undefined> {
  const { edge } = router
  try {
    return await edge?.status({ windowsSince: windowsSince ?? noWindows })
  } catch (fault) {
    if (edge !== undefined) router.drop(edge, fault)
    return undefined
  }
}
