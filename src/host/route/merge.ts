/** Many places, one edge: the routes of all of them as the one truth that an edge is told. Pure. */
import { type Attestation, type EdgeRoutes, type Route, routeDefaults, type Target } from '../../edge/index.ts'
import { hostError } from '../errors.ts'

export type Place = { readonly project: string; readonly config: string }

export type PlaceRoutes = Place & {
  /** Of the edge's routes, none lower holds them. */
  readonly version: number
  readonly routes: readonly Route[]
}

/** What the host says about a target: its own `attested`, nothing yet, or that the target is not its own. */
export type Testimony = {
  readonly own: boolean
  readonly attested?: Attestation
  /** Where it listens: an application that says "localhost" may have only one of the two. */
  readonly address?: '127.0.0.1' | '::1'
}
export type Attest = (place: Place, target: Target) => Testimony

export const placeName = ({ project, config }: Place): string => `${project}/${config}`
export const samePlace = (one: Place, other: Place): boolean => placeName(one) === placeName(other)

/** The longest id that an edge takes. */
const longestEdgeId = 200

/** Neither a project nor a config can hold a colon, so that no two places ever meet in one id. */
export const edgeRouteId = ({ project, config }: Place, id: string): string => `${project}:${config}:${id}`

/** Undefined for a route that no host made. */
export function placeOfRoute(edgeId: string): (Place & { readonly id: string }) | undefined {
  const [, project, config, id] = /^([^:]+):([^:]+):(.+)$/.exec(edgeId) ?? []
  return project === undefined || config === undefined || id === undefined ? undefined : { project, config, id }
}

/** The same bytes for the same places, whatever order they came in. */
export function mergeRoutes(places: readonly PlaceRoutes[], version: number, attest: Attest): EdgeRoutes {
  const sorted = withoutTwins(places).toSorted((a, b) => (placeName(a) < placeName(b) ? -1 : 1))
  return { version, routes: sorted.flatMap((place) => place.routes.map((route) => edgeRoute(place, route, attest))) }
}

function edgeRoute(place: Place, route: Route, attest: Attest): Route {
  const { project, config } = place
  const targets = route.targets.map((target) => witnessed(place, target, attest))
  return { ...route, id: edgeRouteId(place, route.id), project, config, targets }
}

/** Whoever wrote the routes cannot vouch for a process of this host. */
function witnessed(place: Place, target: Target, attest: Attest): Target {
  const { own, attested, address } = attest(place, target)
  if (!own) return target
  const { attested: _, ...plain } = target
  if (attested === undefined) return plain
  const isElsewhere = address !== undefined && 'port' in target.address && target.address.host === '127.0.0.1'
  return isElsewhere
    ? { ...plain, attested, address: { host: address, port: target.address.port } }
    : { ...plain, attested }
}

/**
 * Two places cannot come to one address, but for an agent that died at the worst moment with a full disk. The edge would
 * refuse the routes of everybody then: whoever had it first keeps it.
 */
function withoutTwins(places: readonly PlaceRoutes[]): readonly PlaceRoutes[] {
  const taken = new Set<string>()
  const firstCome = places.toSorted((a, b) => a.version - b.version || (placeName(a) < placeName(b) ? -1 : 1))
  return firstCome.map((place) => {
    const routes = place.routes.filter((route) => addressesOf(route).every((at) => !taken.has(at)))
    for (const at of routes.flatMap(addressesOf)) taken.add(at)
    return { ...place, routes }
  })
}

/** @throws HoldfastError host.route_taken, host.command_invalid */
export function refuseImpossible(places: readonly PlaceRoutes[], place: Place, routes: readonly Route[]): void {
  for (const { id } of routes) if (edgeRouteId(place, id).length > longestEdgeId) throw tooLong(place, id)
  const taken = new Map(
    places
      .filter((other) => !samePlace(other, place))
      .flatMap((other) => other.routes.flatMap((route) => addressesOf(route).map((at) => [at, { other, route }]))),
  )
  for (const route of routes) {
    for (const at of addressesOf(route)) {
      const owner = taken.get(at)
      if (owner !== undefined) throw routeTaken(at, owner.other, owner.route)
    }
  }
}

const addressesOf = ({ hosts, pathPrefix }: Route): readonly string[] =>
  hosts.map((host) => `${host}${trimmed(pathPrefix ?? routeDefaults.pathPrefix)}`)

/** `/api/` and `/api` take the same requests. */
const trimmed = (prefix: string): string => (prefix.endsWith('/') ? prefix.slice(0, -1) : prefix)

const routeTaken = (at: string, owner: PlaceRoutes, { id, service }: Route) =>
  hostError(
    'host.route_taken',
    `${at} belongs to ${owner.project} ${owner.config}: its service ${service} has it (route ${id})`,
    {
      place: 'routes',
      accepted: 'a host and path that no other project and config of this host has',
      repair: `name another host or path, or take the route out of ${owner.project} ${owner.config} first`,
    },
  )

const tooLong = (place: Place, id: string) =>
  hostError('host.command_invalid', `The route id ${id} is too long`, {
    place: 'routes.id',
    accepted: `with project and config, up to ${longestEdgeId - 2} characters`,
    repair: `shorten it by ${edgeRouteId(place, id).length - longestEdgeId}`,
  })

/** Whether new requests may be sent to it, as these routes say. */
export function isServing({ weights }: Pick<Route, 'weights'>, { release, state }: Target): boolean {
  return state === 'active' && weights.some((each) => each.release === release && each.weight > 0)
}

/** How long what is under way on a target of this route may take, once the target no longer serves. */
export function longestDrainMs({ timeouts }: Route): number {
  const { drainMs, upgradeDrainMs } = { ...routeDefaults.timeouts, ...timeouts }
  return Math.max(drainMs, upgradeDrainMs)
}
