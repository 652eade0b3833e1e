/** What our own API says of a host that was just looked at: its instances and its edge. */
import { z } from 'zod'
import type { HostInstance, HostLook, RouteSight, TargetSight } from '../../deploy/index.ts'
import { place } from './deploy-schemas.ts'
import { maybeTimeOf, time, timeOf } from './schemas.ts'

const fleet = z.string().meta({ description: 'The deployment that made it; `releases` names its release.' })

const exit = z.object({
  at: time,
  code: z.int().optional(),
  signal: z.string().optional(),
  reason: z.string(),
  ranMs: z.number(),
  detail: z.string().optional(),
})

const instance = z
  .object({
    id: z.string().meta({ description: 'As its host calls it.' }),
    instance: z.string().meta({ description: 'As people do: `web/0`.' }),
    ...place.shape,
    service: z.string(),
    fleet,
    state: z
      .enum(['starting', 'healthy', 'unhealthy', 'gone'])
      .optional()
      .meta({ description: 'Missing when its health could not be asked for: `detail` says why.' }),
    detail: z.string().optional(),
    phase: z.enum(['starting', 'running', 'crash-looping', 'ended', 'stopping', 'stopped']),
    pid: z.int().optional(),
    port: z.int().optional(),
    startedAt: time.optional().meta({ description: 'Since then it runs without a break.' }),
    restarts: z.int(),
    memoryBytes: z.int().optional().meta({ description: 'Of all its processes.' }),
    lastExit: exit.optional(),
  })
  .meta({ id: 'HostInstance' })

const rates = {
  perSecond: z.number().meta({ description: 'Requests, in the last minute.' }),
  failedPerSecond: z.number().meta({ description: 'Answers of class 5xx, and requests that failed on the way.' }),
  p50Ms: z.number().nullable(),
  p99Ms: z.number().nullable().meta({ description: 'Of the worst ten seconds of the last minute.' }),
  inFlight: z.int(),
}
const counts = z.record(z.string(), z.int())

const target = z.object({
  id: z.string(),
  fleet,
  instance: z.string(),
  address: z.string(),
  state: z.enum(['active', 'warm', 'draining']),
  isServing: z.boolean().meta({ description: 'It takes new requests.' }),
  isDraining: z.boolean().meta({ description: 'It takes none any more, and has some under way.' }),
  health: z.enum(['unproven', 'believed', 'healthy', 'unhealthy', 'impostor']),
  healthSince: time,
  evidence: z.string().optional().meta({ description: 'What was last asked of it and what came.' }),
  ...rates,
})

const edgeRoute = z
  .object({
    ...place.shape,
    id: z.string(),
    service: z.string(),
    addresses: z.array(z.string()).meta({ description: 'Host and path, `*` for any host.' }),
    isMaintenance: z.boolean(),
    isPanic: z
      .boolean()
      .meta({ description: 'Fewer targets than `panicThreshold` are healthy: all that were ever proven are used.' }),
    panicThreshold: z.number().meta({ description: 'Share of healthy targets, 0 to 1.' }),
    edgeFailures: counts.meta({ description: 'Answers that the edge made itself, by cause, since it started.' }),
    releases: z.array(
      z.object({ fleet, share: z.number().meta({ description: 'Of the traffic, 0 to 1.' }), ...rates }),
    ),
    targets: z.array(target),
  })
  .meta({ id: 'EdgeRoute' })

const worker = z.object({
  pid: z.int(),
  state: z.enum(['starting', 'serving', 'leaving']),
  startedAt: time,
  version: z.int(),
  connections: z.int(),
  inFlight: z.int(),
})

const edge = z.discriminatedUnion('reachable', [
  z.object({ reachable: z.literal(false), why: z.string() }),
  z.object({
    reachable: z.literal(true),
    version: z.int().meta({ description: 'Of the routes in force.' }),
    startedAt: time,
    listeners: z.array(z.object({ name: z.string(), host: z.string(), port: z.int(), tls: z.boolean() })),
    keeper: z.object({ pid: z.int() }).optional(),
    workers: z.array(worker).optional(),
    crashes: z.int().meta({ description: 'Workers that died without being told to, since it started.' }),
    unrouted: counts.meta({ description: 'Answers made before a route was found, by cause.' }),
    routes: z.array(edgeRoute),
  }),
])

export const hostLook = z
  .object({
    host: z.string(),
    at: time,
    silent: z.string().optional().meta({ description: 'Why nobody could tell; then there is nothing in the lists.' }),
    instances: z.array(instance),
    edge: edge.optional(),
    releases: z.record(z.string(), z.string()).meta({ description: 'Fleet → release, of those known here.' }),
  })
  .meta({ id: 'HostLook' })

export const lookOf = ({ at, instances, edge: seen, ...look }: HostLook): z.output<typeof hostLook> => ({
  ...look,
  at: timeOf(at),
  instances: instances.map(instanceOf),
  edge: seen === undefined ? undefined : edgeOf(seen),
})

const instanceOf = ({ startedAt, lastExit, ...rest }: HostInstance): z.output<typeof instance> => ({
  ...rest,
  startedAt: maybeTimeOf(startedAt),
  lastExit: lastExit === undefined ? undefined : { ...lastExit, at: timeOf(lastExit.at) },
})

function edgeOf(seen: NonNullable<HostLook['edge']>): z.output<typeof edge> {
  if (!seen.reachable) return seen
  const { startedAt, workers, listeners, unrouted, routes, ...rest } = seen
  return {
    ...rest,
    startedAt: timeOf(startedAt),
    listeners: [...listeners],
    workers: workers?.map((one) => ({ ...one, startedAt: timeOf(one.startedAt) })),
    unrouted: { ...unrouted },
    routes: routes.map(routeOf),
  }
}

const routeOf = ({ addresses, edgeFailures, releases, targets, ...rest }: RouteSight): z.output<typeof edgeRoute> => ({
  ...rest,
  addresses: [...addresses],
  edgeFailures: { ...edgeFailures },
  releases: [...releases],
  targets: targets.map(targetOf),
})

const targetOf = ({ healthSince, ...rest }: TargetSight): z.output<typeof target> => ({
  ...rest,
  healthSince: timeOf(healthSince),
})
