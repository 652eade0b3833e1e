/** What a new agent takes from an edge that went on without it. Pure. */
import { isDeepStrictEqual } from 'node:util'
import { type EdgeRoutes, type Route, routeDefaults } from '../../edge/index.ts'
import { type Place, placeName, placeOfRoute, type PlaceRoutes } from './merge.ts'

/**
 * The places about which the edge knows better than the disk. Versions grow by time and every push holds all places, so the
 * edge had whatever a file holds that is not newer than its version; where the two differ, the disk failed to take what the
 * edge was told after (it was full, or the file is damaged), and the edge's word is the later one.
 */
export function adoptable(places: readonly PlaceRoutes[], inForce: EdgeRoutes): readonly PlaceRoutes[] {
  const held = routesByPlace(inForce)
  const known = new Map(places.map((place) => [placeName(place), place]))
  const names = new Set([...held.keys(), ...known.keys()])
  return [...names].flatMap((name) => {
    const mine = known.get(name)
    if (mine !== undefined && mine.version > inForce.version) return []
    const place: Place | undefined = mine ?? held.get(name)?.place
    const routes = held.get(name)?.routes ?? []
    if (place === undefined || isSame(mine?.routes ?? [], routes)) return []
    return [{ project: place.project, config: place.config, version: inForce.version, routes }]
  })
}

function routesByPlace({ routes }: EdgeRoutes) {
  const held = new Map<string, { readonly place: Place; readonly routes: Route[] }>()
  for (const route of routes) {
    const found = placeOfRoute(route.id)
    if (found === undefined) continue
    const { id, ...place } = found
    const name = placeName(place)
    const entry = held.get(name) ?? { place, routes: [] }
    entry.routes.push({ ...route, id })
    held.set(name, entry)
  }
  return held
}

/** The edge says every field, a file perhaps not; who is attested is looked at anew. */
function isSame(mine: readonly Route[], theirs: readonly Route[]): boolean {
  return isDeepStrictEqual(plain(mine.map(complete)), plain(theirs.map(complete)))
}

function complete(route: Route): unknown {
  const { health, limits, maintenance, panicThreshold, pathPrefix, retry, timeouts } = routeDefaults
  return {
    panicThreshold,
    pathPrefix,
    ...route,
    project: undefined,
    config: undefined,
    health: { ...health, ...route.health },
    limits: { ...limits, ...route.limits },
    timeouts: { ...timeouts, ...route.timeouts },
    retry: { ...retry, ...route.retry },
    maintenance: { ...maintenance, ...route.maintenance },
    targets: route.targets.map((target) => ({ ...target, attested: undefined })),
  }
}

/** As it comes back from JSON: without the members that are undefined. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
