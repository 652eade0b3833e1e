/** A place as it is at this moment: what `statusOfPlace` reads, and how its hosts find each instance now. */
import type { Actor } from '../access/index.ts'
import { HoldfastError } from '../base/index.ts'
import type { HealthReport, Hosts, InstanceStatus } from '../host/index.ts'
import type { InstancePlace } from './deployer.ts'
import { type LogWorld, newKey } from './logs/find.ts'
import { instanceName } from './logs/instance-name.ts'
import type { Place } from './place.ts'
import { type FleetStatus, type PlaceStatus, statusOfPlace } from './queries.ts'

/** An instance as its host finds it. What is missing nobody could tell. */
export type LiveInstance = InstancePlace & {
  readonly state?: 'healthy' | 'starting' | 'unhealthy' | 'gone'
  readonly port?: number
  readonly restarts?: number
  /** Since then it runs without a break. */
  readonly startedAt?: number
  /** Of all its processes. */
  readonly memoryBytes?: number
  /** What was asked of it and what came, or why nobody could ask. */
  readonly detail?: string
}

/** Whoever does not answer within this is told as silent: a status is of use only while somebody waits for it. */
const patienceMs = 4_000

/** @throws HoldfastError access.forbidden, deploy.request_invalid */
export async function lookAtPlace(
  world: LogWorld,
  actor: Actor,
  request: Place,
  signal: AbortSignal,
): Promise<PlaceStatus> {
  const status = statusOfPlace(world.deploys, actor, request)
  const leave = new AbortController()
  const { clock } = world.deploys
  const cancel = clock.alarm(clock.now() + patienceMs, () => leave.abort(new Error('it did not answer in time')))
  try {
    const either = AbortSignal.any([signal, leave.signal])
    const [serving, warm] = await Promise.all(
      [status.serving, status.warm].map((fleet) => look(world, status, fleet, either)),
    )
    return { ...status, serving: serving ?? null, warm: warm ?? null }
  } finally {
    cancel()
  }
}

async function look(
  world: LogWorld,
  place: Place,
  fleet: FleetStatus | null,
  signal: AbortSignal,
): Promise<FleetStatus | null> {
  if (fleet === null) return null
  const byHost = Map.groupBy(fleet.instances, ({ host }) => host)
  const seen = await Promise.all(
    [...byHost].map(async ([host, instances]) => {
      if (host === undefined) return instances
      return lookOn({ world, place, fleet: fleet.fleet, host, signal }, instances)
    }),
  )
  const byName = new Map(seen.flat().map((one) => [one.instance, one]))
  return { ...fleet, instances: fleet.instances.map((one) => byName.get(one.instance) ?? one) }
}

type Asking = {
  readonly world: LogWorld
  readonly place: Place
  readonly fleet: string
  readonly host: string
  readonly signal: AbortSignal
}

async function lookOn(asking: Asking, instances: readonly InstancePlace[]): Promise<readonly LiveInstance[]> {
  const { world, place, fleet, host, signal } = asking
  const silent = (why: string): readonly LiveInstance[] => instances.map((one) => ({ ...one, detail: why }))
  const known = world.hosts.list().find(({ name }) => name === host)
  // Of another kind of target: nobody here can ask it.
  if (known === undefined) return instances
  if (known.state === 'away') return silent(`the agent of ${host} is away`)
  try {
    const { project, config } = place
    const command = {
      kind: 'listInstances',
      key: newKey(world),
      project,
      config,
      release: fleet,
      memory: true,
    } as const
    const listed = await world.hosts.run<'listInstances'>(host, command, signal)
    const byName = new Map(listed.instances.map((status) => [instanceName(status), status]))
    return await Promise.all(instances.map((one) => lookAt(asking, one, byName.get(one.instance))))
  } catch (error) {
    return silent(whyNot(error))
  }
}

const whyNot = (error: unknown): string => (error instanceof Error ? error.message : String(error))

async function lookAt(asking: Asking, one: InstancePlace, status: InstanceStatus | undefined): Promise<LiveInstance> {
  if (status === undefined) return { ...one, state: 'gone', detail: `${asking.host} does not know it` }
  const { port, restarts, startedAt, memoryBytes } = status
  const known = {
    ...{ ...one, restarts },
    ...(port === undefined ? {} : { port }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
  }
  try {
    const report = await probe(asking, status)
    return { ...known, ...judged(status, report) }
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'host.instance_missing')
      return { ...one, state: 'gone', detail: error.message }
    return { ...known, detail: whyNot(error) }
  }
}

function probe({ world, host, signal }: Asking, { instance }: InstanceStatus): Promise<HealthReport> {
  const command = { kind: 'checkHealth', key: newKey(world), instance, withinMs: 0, successes: 1 } as const
  const { hosts }: { readonly hosts: Hosts } = world
  return hosts.run<'checkHealth'>(host, command, signal)
}

/** Pure: one look, where a deployment would want several in a row. */
export function judged(
  { phase, port, portTaken }: Pick<InstanceStatus, 'phase' | 'port' | 'portTaken'>,
  { healthy, reason, detail }: Pick<HealthReport, 'healthy' | 'reason' | 'detail'>,
): Pick<LiveInstance, 'state' | 'detail'> {
  if (portTaken === true) return { state: 'unhealthy', detail: `it waits: another program listens on its port ${port}` }
  if (healthy) return { state: 'healthy', detail }
  const isComing =
    phase === 'starting' || (phase === 'running' && (reason === 'too-young' || reason === 'not-listening'))
  return { state: isComing ? 'starting' : 'unhealthy', detail: phase === 'running' ? detail : `${phase}: ${detail}` }
}
