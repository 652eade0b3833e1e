/** The edge of a host as people look at it: each route with its addresses, its releases by weight, and its targets. Pure. */
import type { EdgeFailures, HealthState, Route, TargetAddress, TargetState, WorkerStatus } from '../../edge/index.ts'
import { routeDefaults } from '../../edge/index.ts'
import type { EdgeReading, PlaceRouteStatus } from '../../host/index.ts'
import { instanceName } from '../logs/instance-name.ts'
import type { Place } from '../place.ts'
import { type Rates, ratesOf } from './rates.ts'

export type EdgeSight =
  | { readonly reachable: false; readonly why: string }
  | {
      readonly reachable: true
      /** Of the routes in force. */
      readonly version: number
      readonly startedAt: number
      readonly listeners: readonly {
        readonly name: string
        readonly host: string
        readonly port: number
        readonly tls: boolean
      }[]
      /** Undefined of an agent that is older than this. */
      readonly keeper: { readonly pid: number } | undefined
      readonly workers: readonly WorkerStatus[] | undefined
      readonly crashes: number
      /** Answers made before a route was found. */
      readonly unrouted: EdgeFailures
      readonly routes: readonly RouteSight[]
    }

export type RouteSight = Place & {
  readonly id: string
  readonly service: string
  /** Host and path: `shop.example.com/api`, `*` for any host. */
  readonly addresses: readonly string[]
  readonly isMaintenance: boolean
  /** Too few are healthy: all that were ever proven are used. */
  readonly isPanic: boolean
  readonly panicThreshold: number
  readonly edgeFailures: EdgeFailures
  readonly releases: readonly ReleaseSight[]
  readonly targets: readonly TargetSight[]
}

export type ReleaseSight = Rates & {
  /** The deployment that made it. */
  readonly fleet: string
  /** Of the traffic, 0 to 1. */
  readonly share: number
}

export type TargetSight = Rates & {
  readonly id: string
  readonly fleet: string
  /** As people call it: `web/2`. */
  readonly instance: string
  readonly address: string
  readonly state: TargetState
  /** Takes new requests. */
  readonly isServing: boolean
  /** It takes none any more, and has requests under way. */
  readonly isDraining: boolean
  readonly health: HealthState
  readonly healthSince: number
  /** What was last asked of it and what came. */
  readonly evidence: string | undefined
}

export function edgeSight(reading: EdgeReading): EdgeSight {
  if (!reading.reachable) return { reachable: false, why: reading.why }
  const { version, startedAt, listeners, keeper, workers, crashes, unrouted, places, routes } = reading
  const clock = { now: reading.now, startedAt }
  const told = places.flatMap((place) => place.routes.map((route) => [keyOf(place, route.id), route] as const))
  const byKey = new Map(told)
  const sights = routes.flatMap((status) => {
    const route = byKey.get(keyOf(status, status.id))
    return route === undefined ? [] : [routeSight(route, status, clock)]
  })
  const edge = { version, startedAt, listeners, keeper, workers, crashes, unrouted }
  return { reachable: true, ...edge, routes: sights.toSorted(byPlace) }
}

const keyOf = ({ project, config }: Place, id: string): string => `${project} ${config} ${id}`
const byPlace = (a: RouteSight, b: RouteSight): number =>
  `${a.project} ${a.config} ${a.service}`.localeCompare(`${b.project} ${b.config} ${b.service}`)

type Clock = { readonly now: number; readonly startedAt: number }

function routeSight(route: Route, status: PlaceRouteStatus, clock: Clock): RouteSight {
  const { project, config } = status
  const weights = status.releases.reduce((all, { weight }) => all + weight, 0)
  const addressOf = new Map(route.targets.map(({ id, address }) => [id, addressText(address)]))
  return {
    ...{ project, config, id: status.id, service: route.service },
    addresses: route.hosts.map((host) => `${host}${route.pathPrefix ?? routeDefaults.pathPrefix}`),
    isMaintenance: route.maintenance?.on ?? false,
    isPanic: status.panic,
    panicThreshold: route.panicThreshold ?? routeDefaults.panicThreshold,
    edgeFailures: status.edgeFailures,
    releases: status.releases.map((release) => ({
      fleet: release.release,
      share: weights === 0 ? 0 : release.weight / weights,
      ...ratesOf(release, clock),
    })),
    targets: status.targets.map((target) => ({
      ...{ id: target.id, fleet: target.release, state: target.state },
      instance: instanceName({ ...target, service: route.service }),
      address: addressOf.get(target.id) ?? '',
      isServing: target.serving,
      isDraining: !target.serving && !target.drained && target.inFlight > 0,
      ...{ health: target.health.state, healthSince: target.health.since, evidence: target.health.evidence?.detail },
      ...ratesOf(target, clock),
    })),
  }
}

const addressText = (address: TargetAddress): string =>
  'socketPath' in address ? address.socketPath : `${address.host}:${address.port}`
