/**
 * The routes of a place while one release takes over from another. Pure.
 *
 * An address that both have is one route with the instances of both, so that the switch is one change of weights and states
 * between instances that the edge knows already. The former release stays in it, warm, until it is taken down.
 */
import type { PlainJson } from '../../../audit/index.ts'
import { parseDuration } from '../../../base/index.ts'
import { type Fleet, outcomeOf, type Situation, type Weights } from '../../deployer.ts'
import { addressOf, routeId } from './address.ts'
import { instancesOf } from './instances.ts'
import type { ProcessService } from './schemas.ts'
import { edgeHealthOf } from './specification.ts'
import type { Surveyed } from './survey.ts'

export type ProcessSituation = Situation<ProcessService, Surveyed>

/** Where the incoming release stands: how many of its instances are in the routes, and how many of those take requests. */
export type Moment = {
  readonly weights: Weights
  readonly shown: Readonly<Record<string, number>>
  readonly active: Readonly<Record<string, number>>
}

/** In the parameters of a call, whose fleet is not made yet. */
export const ownFleet = 'new'

/** A service that answers at an address. */
type Claim = { readonly name: string; readonly service: ProcessService; readonly host: string; readonly path: string }
type Members = { readonly [name: string]: PlainJson | undefined }

/** Every route of the place at this moment, by address. */
export function routesAt(situation: ProcessSituation, moment: Moment): readonly Members[] {
  const { incoming, outgoing, warm } = situation
  const [next, former, resting] = [claimsOf(incoming), claimsOfAny(outgoing), claimsOfAny(warm)]
  const addresses = [...new Set([...next.keys(), ...former.keys(), ...resting.keys()])].toSorted()
  return addresses.flatMap((address) => {
    const sides = { next: next.get(address), former: former.get(address) }
    const route = withWarm(warm, resting.get(address), routeAt(situation, moment, sides))
    return route === undefined ? [] : [{ id: routeId(situation, address), ...route }]
  })
}

type Sides = { readonly next: Claim | undefined; readonly former: Claim | undefined }

function routeAt(situation: ProcessSituation, moment: Moment, { next, former }: Sides): Members | undefined {
  const { incoming, outgoing } = situation
  const fresh = next === undefined ? [] : incomingTargets(incoming, next, moment)
  const weight = next === undefined ? 0 : (moment.weights[next.name] ?? 0)
  if (next !== undefined && (former === undefined || outgoing === undefined)) {
    return fresh.length === 0 ? undefined : newRoute(incoming, next, { fresh, weight })
  }
  if (former === undefined || outgoing === undefined) return undefined
  if (next === undefined) return leavingRoute(outgoing, former, isSwitched(moment))
  const old = outgoingTargets(outgoing, former, weight === 100 ? 'warm' : 'active')
  return {
    ...settingsOf(weight === 0 ? former : next),
    weights: [weightOf(incoming, weight), weightOf(outgoing, 100 - weight)],
    targets: [...fresh, ...old],
  }
}

/** What stands warm stays in the routes as it was, without traffic: whoever goes back to it finds it proven. */
function withWarm(
  warm: Fleet<ProcessService> | undefined,
  claim: Claim | undefined,
  route: Members | undefined,
): Members | undefined {
  if (warm === undefined || claim === undefined) return route
  if (route === undefined) return leavingRoute(warm, claim, true)
  const { weights, targets } = route
  return {
    ...route,
    weights: [...listOf(weights), weightOf(warm, 0)],
    targets: [...listOf(targets), ...outgoingTargets(warm, claim, 'warm')],
  }
}

const listOf = (value: PlainJson | undefined): readonly PlainJson[] => (Array.isArray(value) ? value : [])

/** Nobody had this address before: until the new release takes requests the edge says so itself, and proves the instances. */
const newRoute = (
  incoming: Fleet<ProcessService>,
  claim: Claim,
  { fresh, weight }: { readonly fresh: readonly PlainJson[]; readonly weight: number },
): Members => ({
  ...settingsOf(claim),
  weights: [weightOf(incoming, weight === 0 ? 0 : 100)],
  targets: fresh,
  ...(weight === 0 ? { maintenance: { on: true, status: 503, message: 'The first version is coming up.' } } : {}),
})

/** The new release does not have this address: it ends with the switch, and can come back at once for as long as it is warm. */
const leavingRoute = (outgoing: Fleet<ProcessService>, claim: Claim, switched: boolean): Members => ({
  ...settingsOf(claim),
  weights: [weightOf(outgoing, switched ? 0 : 100)],
  targets: outgoingTargets(outgoing, claim, switched ? 'warm' : 'active'),
  ...(switched ? { maintenance: { on: true, status: 404, message: 'There is nothing here any more.' } } : {}),
})

const isSwitched = ({ weights }: Moment): boolean => Object.values(weights).every((weight) => weight === 100)
const weightOf = ({ id }: Fleet, weight: number): Members => ({ release: id, weight })

// ---- who answers where

const claimsOfAny = (fleet: Fleet<ProcessService> | undefined): ReadonlyMap<string, Claim> =>
  fleet === undefined ? new Map() : claimsOf(fleet)

/** By address. Of two services with the same one the first counts; such a release is refused before anything is done. */
export function claimsOf({ release }: Pick<Fleet<ProcessService>, 'release'>): ReadonlyMap<string, Claim> {
  const all = routedServices(release.services).flatMap(([name, service, route]) =>
    route.hosts.map((host): [string, Claim] => [
      addressOf(host, route.path),
      { name, service, host, path: route.path },
    ]),
  )
  return new Map(all.toReversed())
}

type Routed = NonNullable<ProcessService['route']>

export function routedServices(
  services: Readonly<Record<string, ProcessService>>,
): readonly (readonly [string, ProcessService, Routed])[] {
  return Object.entries(services).flatMap(([name, service]) =>
    service.route === undefined ? [] : [[name, service, service.route] as const],
  )
}

// ---- targets

/** Ports and hosts are known when the instances have started: until then they are symbols. */
function incomingTargets({ id }: Fleet, { name, service }: Claim, { shown, active, weights }: Moment): PlainJson[] {
  const takes = (weights[name] ?? 0) > 0 ? (active[name] ?? 0) : 0
  return Array.from({ length: shown[name] ?? 0 }, (_, index) => {
    const start = `start/${name}/${index}`
    const instance = outcomeOf(start, 'instance')
    const address = { host: outcomeOf(start, 'host'), port: outcomeOf(start, 'port') }
    const state = index < takes ? 'active' : 'warm'
    return { id: instance, release: id, instance, address, state, health: asPlain(edgeHealthOf(service)) }
  })
}

function outgoingTargets(fleet: Fleet, { name, service }: Claim, state: 'active' | 'warm'): PlainJson[] {
  return instancesOf(fleet)
    .filter((one) => one.service === name && one.port !== undefined)
    .map(({ instance, host, port }) => {
      const health = asPlain(edgeHealthOf(service))
      return { id: instance, release: fleet.id, instance, address: { host, port }, state, health }
    })
}

/** How a target is asked stands with the target, for the two releases may differ in it. */
function settingsOf({ name, service: { route }, host, path }: Claim): Members {
  if (route === undefined) return {}
  const { stickyBy, limits, timeouts, retries, panicThreshold } = route
  const off = { attempts: 0, connectFailure: false, reusedConnection: false }
  return {
    service: name,
    hosts: [host],
    pathPrefix: path,
    limits,
    timeouts: {
      connectMs: parseDuration(timeouts.connect),
      responseMs: parseDuration(timeouts.response),
      idleMs: parseDuration(timeouts.idle),
      drainMs: parseDuration(timeouts.drain),
      upgradeDrainMs: parseDuration(timeouts.upgradeDrain),
      upstreamIdleMs: parseDuration(timeouts.upstreamIdle),
    },
    retry: retries === 0 ? off : { attempts: retries },
    panicThreshold,
    ...(stickyBy === undefined ? {} : { stickyBy }),
  }
}

/** A policy is plain data all through; only its type does not say so. */
const asPlain = (policy: ReturnType<typeof edgeHealthOf>): PlainJson => JSON.parse(JSON.stringify(policy)) as PlainJson
