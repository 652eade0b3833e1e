/** A host as it is at this moment: what runs there and what its edge does, as its agent tells when it is asked. */
import { type Actor, requirePermission } from '../../access/index.ts'
import {
  type HealthReport,
  type HostView,
  type InstanceExit,
  type InstanceStatus,
  unknownHost,
} from '../../host/index.ts'
import { releasesOfFleets } from '../deployment/rows.ts'
import { instanceName } from '../logs/instance-name.ts'
import { type LogWorld, newKey } from '../logs/find.ts'
import { judged, type LiveInstance } from '../look.ts'
import type { Place } from '../place.ts'
import { type EdgeSight, edgeSight } from './edge-sight.ts'
import { ratesSince } from './rates.ts'

export type HostLook = {
  readonly host: string
  readonly at: number
  /** Why nobody could tell, when nobody could: then there is nothing below. */
  readonly silent: string | undefined
  readonly instances: readonly HostInstance[]
  readonly edge: EdgeSight | undefined
  /** Fleet → release, of all that are named above and known here. */
  readonly releases: Readonly<Record<string, string>>
}

export type HostInstance = Place &
  Pick<LiveInstance, 'state' | 'detail'> & {
    /** As its host calls it. */
    readonly id: string
    /** As people do: `web/0`. */
    readonly instance: string
    readonly service: string
    /** The deployment that brought it up. */
    readonly fleet: string
    readonly phase: InstanceStatus['phase']
    readonly pid: number | undefined
    readonly port: number | undefined
    readonly startedAt: number | undefined
    readonly restarts: number
    readonly memoryBytes: number | undefined
    readonly lastExit: InstanceExit | undefined
  }

/** Whoever does not answer within this is told as silent: a look is of use only while somebody waits for it. */
const patienceMs = 4_000

/** By name or id. @throws HoldfastError access.forbidden, host.unknown */
export async function lookAtHost(world: LogWorld, actor: Actor, named: string, signal: AbortSignal): Promise<HostLook> {
  requirePermission(actor, 'host.describe', { type: 'host', id: named })
  const host = world.hosts.list().find(({ id, name }) => id === named || name === named)
  if (host === undefined) throw unknownHost(named)
  const { clock, store } = world.deploys
  const nothing = { host: host.id, at: clock.now(), instances: [], edge: undefined, releases: {} }
  if (host.state === 'away') return { ...nothing, silent: 'its agent is away' }
  const leave = new AbortController()
  const cancel = clock.alarm(clock.now() + patienceMs, () => leave.abort(new Error('it did not answer in time')))
  try {
    const asking = { world, host, signal: AbortSignal.any([signal, leave.signal]) }
    const [instances, edge] = await Promise.all([instancesOn(asking), edgeOn(asking)])
    const fleets = new Set([...instances.map(({ fleet }) => fleet), ...fleetsOf(edge)])
    return { ...nothing, silent: undefined, instances, edge, releases: releasesOfFleets(store.read, [...fleets]) }
  } catch (error) {
    if (signal.aborted) throw error
    return { ...nothing, silent: error instanceof Error ? error.message : String(error) }
  } finally {
    cancel()
  }
}

const fleetsOf = (edge: EdgeSight): readonly string[] =>
  edge.reachable
    ? edge.routes.flatMap(({ releases, targets }) => [...releases, ...targets].map(({ fleet }) => fleet))
    : []

type Asking = { readonly world: LogWorld; readonly host: HostView; readonly signal: AbortSignal }

async function edgeOn({ world, host, signal }: Asking): Promise<EdgeSight> {
  const windowsSince = ratesSince(world.deploys.clock.now())
  const command = { kind: 'edgeStatus', key: newKey(world), windowsSince } as const
  return edgeSight(await world.hosts.run<'edgeStatus'>(host.id, command, signal))
}

async function instancesOn(asking: Asking): Promise<readonly HostInstance[]> {
  const { world, host, signal } = asking
  const command = { kind: 'listInstances', key: newKey(world), memory: true } as const
  const { instances } = await world.hosts.run<'listInstances'>(host.id, command, signal)
  // What was told to stop is kept for its record only.
  const kept = instances.filter(({ phase }) => phase !== 'stopped')
  const looked = await Promise.all(kept.map((status) => instanceSight(asking, status)))
  return looked.toSorted(byName)
}

const byName = (a: HostInstance, b: HostInstance): number =>
  `${a.project} ${a.config}`.localeCompare(`${b.project} ${b.config}`) ||
  // The newest first: ids rise with time.
  b.fleet.localeCompare(a.fleet) ||
  a.instance.localeCompare(b.instance, 'en', { numeric: true })

async function instanceSight(asking: Asking, status: InstanceStatus): Promise<HostInstance> {
  const { project, config, service, release, phase, pid, port, startedAt, restarts, memoryBytes, lastExit } = status
  return {
    ...{ id: status.instance, instance: instanceName(status), project, config, service, fleet: release },
    ...{ phase, pid, port, startedAt, restarts, memoryBytes, lastExit },
    ...(await healthOf(asking, status)),
  }
}

async function healthOf(
  { world, host, signal }: Asking,
  status: InstanceStatus,
): Promise<Pick<LiveInstance, 'state' | 'detail'>> {
  const command = {
    kind: 'checkHealth',
    ...{ key: newKey(world), instance: status.instance, withinMs: 0, successes: 1 },
  } as const
  try {
    const report: HealthReport = await world.hosts.run<'checkHealth'>(host.id, command, signal)
    return judged(status, report)
  } catch (error) {
    // One that went away between the two questions is no reason to tell nothing of the others.
    if (signal.aborted) throw error
    return { detail: error instanceof Error ? error.message : String(error) }
  }
}
