/** Health and traffic of a fleet, as its hosts and the edges tell. Reads only. */
import type { Clock } from '../../../base/index.ts'
import { edgeCauses, type EdgeFailures, type RouteStatus, type Traffic as Counted } from '../../../edge/index.ts'
import type { EdgeReading, HealthReport, InstanceStatus, Outcomes } from '../../../host/index.ts'
import type { Fleet } from '../../deployer.ts'
import { addCounts, addSpreads, type FleetTraffic, noCounts, type TrafficReading } from '../../evidence/traffic.ts'
import { DeployFailure } from '../../failure.ts'
import type { InstanceHealth } from '../../health/judge.ts'
import { isAbout } from './failures.ts'
import type { HostCaller } from './host-caller.ts'
import { instancesOf, nameOf, type StartedInstance } from './instances.ts'
import { routedServices } from './route-plan.ts'
import type { ProcessService } from './schemas.ts'
import { portOf, successesOf } from './specification.ts'
import type { Vouchers } from './vouchers.ts'

// ---- health

type Memory = { readonly successes: number; readonly same: number; readonly reason: string | undefined }

/** Signs that time does not heal, once they come so often in a row: an old process may be on its way out of the port. */
const lasting: ReadonlySet<string> = new Set(['wrong-release', 'foreign-socket', 'unproven'])
const lastingAfter = 5
/** What has been up for so long was asked often enough, by whoever brought it up. */
const knownAfterMs = 60_000
const mostRemembered = 20_000

/** Within one reading an instance that comes up is asked by its own host until it is clear how it is, for so long. */
const comingUpMs = 700

/**
 * Each reading asks all instances at the same time, so that it takes no longer than the slowest answer: what is known once, what
 * comes up until it is healthy or the time of one reading is over. Successes in a row are counted from reading to reading.
 */
export class HealthReader {
  readonly #caller: HostCaller
  readonly #vouchers: Vouchers
  readonly #memory = new Map<string, Memory>()

  constructor(caller: HostCaller, vouchers: Vouchers) {
    this.#caller = caller
    this.#vouchers = vouchers
  }

  /** @throws DeployFailure when a host cannot be asked */
  async read(fleet: Fleet<ProcessService>, signal: AbortSignal): Promise<readonly InstanceHealth[]> {
    const byHost = Map.groupBy(instancesOf(fleet), ({ host }) => host)
    const read = await Promise.all(
      [...byHost].map(([host, instances]) => this.#readHost(host, { fleet, instances, signal })),
    )
    return read.flat()
  }

  async #readHost(
    host: string,
    {
      fleet,
      instances,
      signal,
    }: { fleet: Fleet<ProcessService>; instances: readonly StartedInstance[]; signal: AbortSignal },
  ): Promise<readonly InstanceHealth[]> {
    const { project, config } = fleet.release
    const asked = { kind: 'listInstances', project, config, release: fleet.id } as const
    const listing = this.#caller.read<'listInstances'>(host, asked, signal)
    return Promise.all(
      instances.map((one) => this.#readOne({ one, listing, service: fleet.release.services[one.service], signal })),
    )
  }

  async #readOne({ one, listing, service, signal }: Asking): Promise<InstanceHealth> {
    const mostWanted = service === undefined ? 1 : successesOf(service)
    const gone: InstanceHealth = { instance: nameOf(one), state: 'gone', restarts: 0, detail: `${one.host} does not know it` } // prettier-ignore
    try {
      // Who was well before is asked at once; of the others it has to be known whether they have just begun.
      const isProven = this.#missing(one.instance, mostWanted) === 0
      const [listed, early] = await Promise.all([listing, isProven ? this.#ask(one, 0, signal) : undefined])
      const status = listed.instances.find(({ instance }) => instance === one.instance)
      if (status === undefined) return gone
      const isKnown = (status.startedAt ?? Infinity) + knownAfterMs <= this.#caller.clock.now()
      const wanted = isKnown ? 1 : mostWanted
      const report = early ?? (await this.#ask(one, this.#missing(one.instance, wanted), signal))
      this.#vouchers.note(one, report, status)
      const memory = this.#remember(one.instance, report)
      const mayMove = service !== undefined && portOf(service) === 'allocate'
      return healthFrom({ name: nameOf(one), status, report, memory, wanted, mayMove })
    } catch (fault) {
      if (isAbout(fault, 'host.instance_missing')) return gone
      throw fault
    }
  }

  /** How many more successes in a row it takes. */
  #missing(instance: string, wanted: number): number {
    return Math.max(0, wanted - (this.#memory.get(instance)?.successes ?? 0))
  }

  #ask({ host, instance }: StartedInstance, missing: number, signal: AbortSignal): Promise<HealthReport> {
    const patience = missing === 0 ? { withinMs: 0, successes: 1 } : { withinMs: comingUpMs, successes: missing }
    return this.#caller.read<'checkHealth'>(host, { kind: 'checkHealth', instance, ...patience }, signal)
  }

  #remember(instance: string, { probes, reason, successes: inRow }: HealthReport): Memory {
    const before = this.#memory.get(instance)
    const same = reason !== undefined && before?.reason === reason ? before.same + 1 : 1
    // All that this reading saw was good, so it goes on from the one before.
    const successes = inRow < probes ? inRow : (before?.successes ?? 0) + inRow
    const memory = { successes, same, reason }
    if (this.#memory.size >= mostRemembered) this.#memory.clear()
    this.#memory.set(instance, memory)
    return memory
  }
}

type Asking = {
  readonly one: StartedInstance
  readonly listing: Promise<Outcomes['listInstances']>
  readonly service: ProcessService | undefined
  readonly signal: AbortSignal
}

type Seen = {
  readonly name: string
  readonly status: Pick<InstanceStatus, 'phase' | 'restarts' | 'portTaken'>
  readonly report: Pick<HealthReport, 'healthy' | 'final' | 'reason' | 'detail'>
  readonly memory: Memory
  /** Successes in a row until it is healthy. */
  readonly wanted: number
  /** Its port was chosen by its host, and may as well be another. */
  readonly mayMove: boolean
}

/** Pure. */
export function healthFrom({ name, status, report, memory, wanted, mayMove }: Seen): InstanceHealth {
  const { healthy, final, reason, detail } = report
  const base = { instance: name, restarts: status.restarts, detail }
  // Its time was over before there were enough.
  if (healthy || (reason === undefined && memory.successes > 0)) {
    if (memory.successes >= wanted) return { ...base, state: 'healthy' }
    return { ...base, state: 'starting', detail: `${detail}, ${memory.successes} of ${wanted} times in a row` }
  }
  const isLasting = reason !== undefined && lasting.has(reason) && (final || memory.same >= lastingAfter)
  const obstacle = obstacleIn(status.portTaken === true ? 'foreign-socket' : reason, detail)
  const isForeign = status.portTaken === true || (isLasting && reason === 'foreign-socket')
  const misplaced = isForeign && mayMove ? { isMisplaced: true as const } : {}
  if (final || isLasting) return { ...base, ...obstacle, ...misplaced, state: 'unhealthy', hopeless: true }
  const isComing = status.phase === 'starting' || reason === 'too-young' || reason === 'not-listening'
  return { ...base, ...obstacle, ...misplaced, state: isComing ? 'starting' : 'unhealthy' }
}

/** A program that is not ours has the port: no change of the release makes it go away. */
function obstacleIn(reason: string | undefined, what: string): Pick<InstanceHealth, 'obstacle'> {
  if (reason !== 'foreign-socket') return {}
  const command = 'see who listens there (ss -ltnp) and end it, then: holdfast deploy FILE'
  return { obstacle: { class: 'capacity', what, command } }
}

// ---- traffic

type Sides = {
  readonly incoming: Fleet<ProcessService>
  readonly outgoing: Fleet<ProcessService> | undefined
  readonly windowsSince?: number | undefined
}

/** Summed over all edges. Undefined where no service of either release gets requests. */
export async function readTraffic(
  caller: HostCaller,
  { incoming, outgoing, windowsSince }: Sides,
  signal: AbortSignal,
): Promise<TrafficReading | undefined> {
  const services = [incoming, ...(outgoing === undefined ? [] : [outgoing])].map(({ release }) => release.services)
  if (services.every((all) => routedServices(all).length === 0)) return undefined
  const { project, config } = incoming.release
  const windows = windowsSince === undefined ? {} : { windowsSince }
  const asked = { kind: 'edgeStatus', project, config, ...windows } as const
  const readings = await Promise.all(
    caller.edges().map(async ({ name }) => ({ name, reading: await caller.read<'edgeStatus'>(name, asked, signal) })),
  )
  return trafficFrom(readings, { incoming: incoming.id, outgoing: outgoing?.id, at: caller.clock.now() })
}

type Question = {
  readonly incoming: string
  readonly outgoing: string | undefined
  readonly at: ReturnType<Clock['now']>
}

/** Pure. @throws DeployFailure when an edge does not tell: with half of the counts a judgement would be wrong */
export function trafficFrom(
  readings: readonly { readonly name: string; readonly reading: EdgeReading }[],
  { incoming, outgoing, at }: Question,
): TrafficReading {
  const routes = readings.flatMap(({ name, reading }) => {
    if (!reading.reachable) throw new DeployFailure('platform', `${name}: its edge is away: ${reading.why}`)
    return reading.routes
  })
  return {
    at,
    incoming: trafficOf(routes, incoming),
    outgoing: outgoing === undefined ? { ...noCounts, latency: [] } : trafficOf(routes, outgoing),
    unplaced: routes.reduce((sum, { edgeFailures }) => sum + failuresOf(edgeFailures), 0),
  }
}

function trafficOf(routes: readonly RouteStatus[], fleet: string): FleetTraffic {
  const own = routes.flatMap(({ releases }) => releases.filter(({ release }) => release === fleet))
  const counts = own.map(({ totals }) => countsOf(totals)).reduce(addCounts, noCounts)
  const latency = routes
    .flatMap(({ targets }) => targets.filter(({ release }) => release === fleet))
    .flatMap(({ instance, windows }) =>
      windows.map(({ startedAt, latency: { count, p50Ms, p99Ms } }) => ({ instance, startedAt, count, p50Ms, p99Ms })),
    )
  return { ...counts, latency, spread: addSpreads(own.map(({ spread }) => spread)) }
}

const countsOf = ({ requests, classes, edgeFailures, clientAborts }: Counted) => ({
  requests,
  applicationFailures: classes[4],
  deliveryFailures: failuresOf(edgeFailures),
  clientAborts,
})

/** Those that a switch must not make: not what clients did wrong, nor what the edge was told to refuse. */
function failuresOf(failures: EdgeFailures): number {
  return Object.entries(edgeCauses).reduce((sum, [cause, { by }]) => {
    return by === 'pool' ? sum + (Object.entries(failures).find(([name]) => name === cause)?.[1] ?? 0) : sum
  }, 0)
}
