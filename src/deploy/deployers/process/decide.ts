/** Which calls bring a release up and give it its traffic. Pure: the plan is made of these. */
import type { PlainJson } from '../../../audit/index.ts'
import { outcomeOf, type PlannedCall, type StartCall, type Wave, type Weights } from '../../deployer.ts'
import { sharesOf } from '../../strategy/steps.ts'
import { type Candidate, placer, type Wanted } from './placement.ts'
import { type Moment, type ProcessSituation, routedServices, routesAt } from './route-plan.ts'
import { type ProcessArtifact, type ProcessService, processArtifactSchema } from './schemas.ts'
import { artifactOrder, asPlain, instanceOrder, memoryBytesOf, portOf } from './specification.ts'

export const artifactOf = ({ incoming }: ProcessSituation): ProcessArtifact =>
  processArtifactSchema.parse(incoming.release.artifact)

// ---- where

/** The hosts to choose from: as surveyed, or, where something comes back that was there, those that have its files. */
export function hostsFor({ survey, incoming }: ProcessSituation): readonly Candidate[] {
  if (survey !== null) return survey.hosts
  return [...incoming.outcomes].flatMap(([callId, outcome]) => {
    const [, name] = /^prepare\/(.+)$/.exec(callId) ?? []
    const zone = memberOf(outcome, 'zone')
    return name === undefined || zone === undefined ? [] : [{ name, zone, state: 'connected' as const, instances: [] }]
  })
}

const placesOf = (situation: ProcessSituation, name: string) => placer(hostsFor(situation), wantedOf(situation, name))

export function wantedOf({ project, config, incoming }: ProcessSituation, name: string): Wanted {
  const service = incoming.release.services[name]
  return { project, config, name, service: service ?? nothing }
}

const nothing = { zones: undefined, port: undefined, route: undefined, health: undefined }

/** The first choice of every instance of the release. */
export function firstPlaces(situation: ProcessSituation): readonly (readonly [string, ProcessService, string])[] {
  return Object.entries(situation.incoming.release.services).flatMap(([name, service]) => {
    const places = placesOf(situation, name)
    return Array.from({ length: service.instances }, (_, index) => places(index)[0]).flatMap((host) =>
      host === undefined ? [] : [[name, service, host] as const],
    )
  })
}

// ---- artifacts

export function prepareWaves(situation: ProcessSituation): readonly Wave[] {
  const services = Object.values(situation.incoming.release.services)
  const artifact = artifactOf(situation)
  const order = asPlain(artifactOrder(artifact, services))
  const hosts = new Set(firstPlaces(situation).map(([, , host]) => host))
  const zones = new Map(hostsFor(situation).map(({ name, zone }) => [name, zone]))
  const calls = [...hosts].toSorted().map((host): PlannedCall => ({
    id: `prepare/${host}`,
    call: 'prepare',
    parameters: { host, zone: zones.get(host) ?? '', order },
    says: `bring the files to ${host}${artifact.build === undefined ? '' : ' and build them'}`,
    undoSays: `delete the files of this version on ${host}`,
    creates: { kind: 'folder', name: `files on ${host}` },
  }))
  return calls.length === 0 ? [] : [calls]
}

// ---- instances

/** A host that is only tried when the first has no room gets the files with the start. */
export function startCall(situation: ProcessSituation, name: string, index: number): StartCall {
  const service = situation.incoming.release.services[name]
  const [host = '', ...others] = placesOf(situation, name)(index)
  const order = service === undefined ? {} : asPlain(instanceOrder(service))
  const artifact = artifactOf(situation)
  const files = asPlain(artifactOrder(artifact, Object.values(situation.incoming.release.services)))
  // A folder is on one host only.
  const alternatives = artifact.folder === undefined ? others : []
  const place = { service: name, index, order }
  return {
    call: 'start',
    parameters: { ...place, host, copy: outcomeOf(`prepare/${host}`, 'workingCopy') },
    alternatives: alternatives.map((other) => ({ ...place, host: other, files })),
    says: `start ${name}/${index} on ${host}`,
    undoSays: `stop ${name}/${index}`,
    creates: {
      kind: 'instance',
      name: `${name}/${index}`,
      memoryBytes: service === undefined ? 0 : memoryBytesOf(service),
      ports: service === undefined || portOf(service) === 'none' ? 0 : 1,
    },
  }
}

// ---- traffic

/**
 * The instances that are new to the edges, without traffic, as soon as their ports are known: the edges ask them while they come
 * up, at the same time as their hosts do.
 */
export function joinWaves(situation: ProcessSituation, weights: Weights, before: Weights): readonly Wave[] {
  const [had, has] = [countsAt(situation, before), countsAt(situation, weights)]
  const routes = routesAt(situation, { weights: before, shown: has, active: had })
  const isNew = Object.keys(has).some((service) => (has[service] ?? 0) > (had[service] ?? 0))
  if (routes.length === 0 || !isNew) return []
  const join: PlannedCall = {
    id: `routes/join/${stepName(weights)}`,
    call: 'join',
    parameters: { edges: edgesOf(situation), routes },
    says: 'show the new instances to the edges, without traffic',
    undoSays: 'take this version out of the routes',
    creates: { kind: 'route', name: `routes of ${situation.project} ${situation.config}` },
  }
  return [[join]]
}

/**
 * Weights and states in one change, once every edge has seen every instance of the version healthy by itself. What stands warm is
 * proven already: on the way back nothing is waited for.
 */
export function shiftWaves(situation: ProcessSituation, weights: Weights): readonly Wave[] {
  const stands = situation.incoming.outcomes.size > 0
  const has = countsAt(situation, weights)
  const shifted: Moment = { weights, shown: has, active: has }
  const back: Moment = { weights: mapValues(weights, () => 0), shown: has, active: {} }
  const routes = routesAt(situation, shifted)
  if (routes.length === 0) return []
  const shift: PlannedCall = {
    id: `routes/shift/${stepName(weights)}`,
    call: 'shift',
    parameters: { edges: edgesOf(situation), routes, before: routesAt(situation, back), isWarm: stands },
    says: stands ? giving(weights) : `${giving(weights)}, once every edge has proven it`,
    undoSays: 'give all of the traffic back to the version before',
  }
  return [[shift]]
}

/** As the routes stand while nothing is under way: one release serves, the one before may stand warm beside it. */
export function standingRoutes(situation: ProcessSituation): readonly PlainJson[] {
  const weights = mapValues(situation.incoming.release.services, () => 100)
  const counts = countsAt(situation, weights)
  return routesAt(situation, { weights, shown: counts, active: counts })
}

const giving = (weights: Weights): string => `give the new version ${describeWeights(weights)} of the traffic`

/** How many instances of each service with a route are up when it has this part of the traffic. */
function countsAt({ incoming }: ProcessSituation, weights: Weights): Readonly<Record<string, number>> {
  const { release } = incoming
  return Object.fromEntries(
    routedServices(release.services).map(([name, service]) => {
      const shares = sharesOf(service.strategy ?? release.strategy, service.instances)
      const weight = weights[name] ?? 0
      if (weight === 100) return [name, service.instances]
      return [name, weight === 0 ? 0 : (shares.find((share) => share.weight === weight)?.instances ?? 0)]
    }),
  )
}

/** Unique among the steps of a release, which give ever more. */
function stepName(weights: Weights): string {
  const [first, ...others] = new Set(Object.values(weights))
  return others.length === 0 ? `${first}` : `of-${Object.values(weights).reduce((sum, weight) => sum + weight, 0)}`
}

function describeWeights(weights: Weights): string {
  const [first, ...others] = new Set(Object.values(weights))
  if (others.length === 0) return first === 100 ? 'all' : `${first} percent`
  return Object.entries(weights)
    .map(([service, weight]) => `${service} ${weight} percent`)
    .join(', ')
}

/** Those that are known now. One that comes later is told as well; without a survey, whichever there are. */
const edgesOf = ({ survey }: ProcessSituation): PlainJson =>
  survey === null ? null : survey.hosts.flatMap(({ name, hasEdge }) => (hasEdge ? [name] : []))

const mapValues = (named: object, of: () => number): Weights =>
  Object.fromEntries(Object.keys(named).map((name) => [name, of()]))

function memberOf(outcome: PlainJson, name: string): string | undefined {
  if (typeof outcome !== 'object' || outcome === null || !(name in outcome)) return undefined
  const found: unknown = Object.entries(outcome).find(([key]) => key === name)?.[1]
  return typeof found === 'string' ? found : undefined
}
