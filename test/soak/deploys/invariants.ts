/** What has to hold whenever nothing is under way, read from the machine and not only from what Holdfast says of itself. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { parseMarker } from '../../../src/host/instance/marker.ts'
import { openMachine } from '../../../src/host/machine/open.ts'
import type { Decoys } from './decoys.ts'
import type { Operation, PlaceNow } from './operations.ts'
import type { System } from './system.ts'
import { ask } from './visitors.ts'

const { processes, sockets } = openMachine(process.platform)

export type Looked = {
  readonly system: System
  readonly decoys: Decoys
  readonly now: PlaceNow
  readonly ports: PortBook
}

/** Every port that an instance had: those of instances that are gone must be free of them. */
export class PortBook {
  readonly known = new Map<number, string>()
}

/** The old or the new one serves, and the history tells which. */
export function wrongEnd(operation: Operation, before: PlaceNow, now: PlaceNow): readonly string[] {
  const [newest] = now.history
  const isBegun = newest !== undefined && newest.id !== before.history[0]?.id
  const serving = now.serving?.fleet
  // Its control plane died before anybody was told of it.
  if (!isBegun) return serving === before.serving?.fleet ? [] : [`${serving} serves, and nothing was begun`]
  const { status, fleet, id } = newest
  const wanted = status === 'succeeded' ? fleet : before.serving?.fleet
  return [
    ...(serving === wanted ? [] : [`${id} ${status}, and ${serving} serves, not ${wanted}`]),
    ...(['succeeded', 'failed', 'halted'].includes(status) ? [] : [`${id} is ${status}`]),
    ...(operation === 'failing update' && status === 'succeeded' ? [`${id} was ill and succeeded`] : []),
  ]
}

/** Empty when everything is as it should be. */
export async function wrongNow({ system, decoys, now, ports }: Looked): Promise<readonly string[]> {
  const serving = now.serving?.fleet
  const warm = now.warm?.fleet
  const fleets = [serving, warm].filter((fleet) => fleet !== undefined)
  const web = fleets.flatMap((fleet) => [`${fleet}-web-0`, `${fleet}-web-1`])
  const instances = [...web, ...(serving === undefined ? [] : [`${serving}-mail-0`])].toSorted()
  return [
    ...differ('instances on disk', names(system, 'instances'), instances),
    ...differ('instances that run', running(system), instances),
    ...wrongFiles(system, fleets),
    ...portsLeft(system, ports, instances),
    ...(await wrongRoutes(system, { serving, fleets, web })),
    ...(await wrongAnswers(system, serving)),
    ...(await wrongLocks(system)),
    ...(await wrongIntents(system, now)),
    ...decoys.signalled.map((signal) => `somebody else's process was signalled: ${signal}`),
  ]
}

function differ(what: string, found: readonly string[], wanted: readonly string[]): readonly string[] {
  const odd = [...found.filter((one) => !wanted.includes(one)).map((one) => `${one} too much`), ...wanted.filter((one) => !found.includes(one)).map((one) => `${one} missing`)] // prettier-ignore
  return odd.length === 0 ? [] : [`${what}: ${odd.join(', ')}`]
}

const names = (system: System, folder: string): readonly string[] => {
  const path = join(system.data, 'host', folder)
  return existsSync(path) ? readdirSync(path).toSorted() : []
}

function hostId(system: System): string {
  return z.looseObject({ id: z.string() }).parse(JSON.parse(readFileSync(join(system.data, 'host/host.json'), 'utf8')))
    .id
}

/** Everything that carries the marker of this host: its owners, shim and application alike. */
export function marked(system: System): readonly { readonly pid: number; readonly owner: string }[] {
  const host = hostId(system)
  return processes.list().flatMap(({ pid, zombie }) => {
    const marker = zombie ? undefined : parseMarker(processes.marker(pid))
    return marker?.host === host ? [{ pid, owner: marker.owner }] : []
  })
}

const running = (system: System): readonly string[] => [...new Set(marked(system).map(({ owner }) => owner))].toSorted()

function wrongFiles(system: System, fleets: readonly string[]): readonly string[] {
  const copies = names(system, 'copies')
  const isOf = (name: string): boolean => fleets.some((fleet) => name.startsWith(`${fleet}-`))
  const notes = copies.filter((name) => name.endsWith('.json'))
  const folders = copies.filter((name) => /\.[0-9a-f]{18}$/.test(name))
  return [
    ...copies.filter((name) => !isOf(name)).map((name) => `a copy is left: ${name}`),
    ...(notes.length === fleets.length ? [] : [`${notes.length} notes of copies for ${fleets.length} releases`]),
    ...(folders.length === fleets.length ? [] : [`${folders.length} copies for ${fleets.length} releases`]),
    ...names(system, 'drafts').map((name) => `a draft is left: ${name}`),
  ]
}

/** Ports that instances had which are gone: nobody of ours listens there. */
function portsLeft(system: System, { known }: PortBook, instances: readonly string[]): readonly string[] {
  for (const instance of names(system, 'instances')) {
    const port = portOf(system, instance)
    if (port !== undefined) known.set(port, instance)
  }
  const ours = marked(system).map(({ pid }) => pid)
  return [...known].flatMap(([port, instance]) => {
    if (instances.includes(instance)) return []
    const listeners = new Set((sockets.listeners(port) ?? []).map(({ socket }) => socket))
    if (listeners.size === 0 || !ours.some((pid) => sockets.holds(pid, listeners))) return []
    return [`port ${port} of ${instance}, which is gone, is listened on`]
  })
}

const recordSchema = z.looseObject({ port: z.number().optional() })

function portOf(system: System, instance: string): number | undefined {
  const file = join(system.data, 'host/instances', instance, 'record.json')
  return existsSync(file) ? recordSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).port : undefined
}

type Wanted = {
  readonly serving: string | undefined
  readonly fleets: readonly string[]
  readonly web: readonly string[]
}

async function wrongRoutes(system: System, { serving, fleets, web }: Wanted): Promise<readonly string[]> {
  try {
    const { routes } = await system.edge().routes()
    const { keeper, workers } = await system.edge().status()
    const targets = routes.flatMap((route) => route.targets)
    const heavy = routes.flatMap(({ weights }) => weights.filter(({ weight }) => weight > 0))
    return [
      ...(serving === undefined || routes.length === 1 ? [] : [`${routes.length} routes`]),
      ...heavy.filter(({ release }) => release !== serving).map(({ release }) => `${release} has traffic`),
      ...targets.filter(({ release }) => !fleets.includes(release)).map(({ id }) => `the edge knows ${id}`),
      ...targets.filter(({ id }) => !web.includes(id)).map(({ id }) => `the edge knows ${id}`),
      ...(targets.filter(({ release }) => release === serving).length === 2
        ? []
        : ['it does not know both that serve']),
      ...(keeper.pid > 0 && workers.length > 0 ? [] : ['the edge is not whole']),
    ]
  } catch (error) {
    return [`the edge does not answer: ${String(error)}`]
  }
}

const described = z.looseObject({ releaseId: z.string() })
const released = z.looseObject({ document: z.looseObject({ metadata: z.looseObject({ version: z.string() }) }) })

async function wrongAnswers(system: System, serving: string | undefined): Promise<readonly string[]> {
  if (serving === undefined) return []
  const { releaseId } = described.parse((await system.call(`GET /v1/deployments/${serving}`)).body)
  const { document } = released.parse((await system.call(`GET /v1/releases/${releaseId}`)).body)
  const answers = await Promise.all(Array.from({ length: 8 }, () => ask(system.edgePort)))
  return answers.flatMap((answer) => {
    if (!('version' in answer)) return [`a visitor is not answered: ${answer.status} ${answer.why}`]
    return answer.version === document.metadata.version
      ? []
      : [`${answer.version} answers, not ${document.metadata.version}`]
  })
}

async function wrongLocks(system: System): Promise<readonly string[]> {
  const { items } = z.object({ items: z.array(z.unknown()) }).parse((await system.call('GET /v1/locks')).body)
  return items.map((lock) => `a lock is held: ${JSON.stringify(lock)}`)
}

const withCalls = z.looseObject({ calls: z.array(z.looseObject({ id: z.string(), status: z.string() })) })

/** What was begun has an end: no call is left of which nobody knows whether it was made. */
async function wrongIntents(system: System, { history }: PlaceNow): Promise<readonly string[]> {
  const [newest] = history
  if (newest === undefined) return []
  const { calls } = withCalls.parse((await system.call(`GET /v1/deployments/${newest.id}`)).body)
  return calls.filter(({ status }) => status === 'intended').map(({ id }) => `call ${id} of ${newest.id} is open`)
}
