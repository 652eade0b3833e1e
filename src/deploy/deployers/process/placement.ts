/** Which hosts take which instances: spread over zones, then over hosts. Pure, and the same for the same hosts. */
import { createHash } from 'node:crypto'
import type { ProcessService } from './schemas.ts'
import { portOf } from './specification.ts'
import type { SeenHost, SeenInstance } from './survey.ts'

export type Candidate = Pick<SeenHost, 'name' | 'zone' | 'state' | 'instances'>

export type Wanted = {
  readonly project: string
  readonly config: string
  /** Of the service. */
  readonly name: string
  readonly service: Pick<ProcessService, 'zones' | 'port' | 'route' | 'health'>
}

/** So many other hosts are tried when one has no room. */
const mostAlternatives = 3

/**
 * For the index of an instance: its host, and those to try instead, in this order. Instance after instance takes the next zone, and in its
 * zone the next host. Which zone and host comes first is drawn by the name of the service, so that small services do not all
 * meet on one machine. What changes from one moment to the next (memory, load) has no say: it would be another plan.
 */
export function placer(hosts: readonly Candidate[], wanted: Wanted): (index: number) => readonly string[] {
  const zones = zonesOf(candidatesFor(hosts, wanted), wanted)
  const most = Math.max(0, ...zones.map((inZone) => inZone.length))
  return (index) => {
    const turns = Array.from({ length: zones.length * most }, (_, turn) => hostAt(zones, index + turn))
    return [...new Set(turns)].slice(0, 1 + mostAlternatives)
  }
}

/** Connected, in a zone that is wanted, and, where there is another, without somebody else on the fixed port. */
export function candidatesFor<Host extends Candidate>(hosts: readonly Host[], { service }: Wanted): readonly Host[] {
  const { zones } = service
  const fit = hosts.filter(({ state, zone }) => state === 'connected' && (zones?.includes(zone) ?? true))
  const port = portOf(service)
  if (typeof port !== 'number') return fit
  const free = fit.filter(({ instances }) => !instances.some((instance) => holds(instance, port)))
  return free.length === 0 ? fit : free
}

export const holds = (instance: SeenInstance, port: number): boolean => instance.runs && instance.port === port

function hostAt(zones: readonly (readonly string[])[], index: number): string {
  const inZone = zones[index % zones.length] ?? []
  return inZone[Math.floor(index / zones.length) % inZone.length] ?? ''
}

function zonesOf(hosts: readonly Candidate[], wanted: Wanted): readonly (readonly string[])[] {
  const zones = [...Map.groupBy(hosts, ({ zone }) => zone)]
  return drawn(zones, wanted, ([zone]) => zone).map(([, inZone]) =>
    drawn(inZone, wanted, ({ name }) => name).map(({ name }) => name),
  )
}

/** In an order that the service's name draws, and that a host more or less leaves as it is. */
function drawn<Thing>(things: readonly Thing[], wanted: Wanted, nameOf: (thing: Thing) => string): readonly Thing[] {
  const { project, config, name } = wanted
  const lot = (thing: Thing): string =>
    createHash('sha256')
      .update(JSON.stringify([project, config, name, nameOf(thing)]))
      .digest('hex')
  return things.toSorted((a, b) => (lot(a) < lot(b) ? -1 : 1))
}
