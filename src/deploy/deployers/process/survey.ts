/** A look at the hosts before anything is decided. */
import type { PlainJson } from '../../../audit/index.ts'
import type { ArtifactSource, HostView } from '../../../host/index.ts'
import { addressesOf } from './address.ts'
import { DeployFailure } from '../../failure.ts'
import { isAbout } from './failures.ts'
import type { HostCaller } from './host-caller.ts'

/** An instance or a route of any place, as far as others have to make room for it. */
export type SeenInstance = {
  readonly project: string
  readonly config: string
  readonly release: string
  readonly service: string
  readonly port: number | null
  readonly runs: boolean
  /** What it uses now. */
  readonly memoryBytes: number
}

export type SeenRoute = {
  readonly project: string
  readonly config: string
  readonly service: string
  /** `shop.example.com/`. */
  readonly address: string
}

export type SeenHost = {
  readonly name: string
  readonly zone: string
  readonly state: HostView['state']
  /** Why it counts as away although its agent is there. */
  readonly trouble?: string
  readonly hasEdge: boolean
  /** Null before its agent first told. */
  readonly root: boolean | null
  readonly memoryBytes: number | null
  readonly freePorts: number | null
  readonly instances: readonly SeenInstance[]
  readonly routes: readonly SeenRoute[]
  /** Why it brings no such artifact from its disk. */
  readonly forbidden?: { readonly what: string; readonly command?: string }
}

export type ProcessSurvey = { readonly hosts: readonly SeenHost[] }

/** A survey is plain data; on the way back there is none, for nothing is placed anew. */
export type Surveyed = ProcessSurvey | null

/** By name, so that whatever is decided from it does not depend on the order in which hosts came. */
export async function surveyHosts(
  caller: HostCaller,
  signal: AbortSignal,
  artifact?: ArtifactSource,
): Promise<ProcessSurvey> {
  const hosts = caller.hosts.list().toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return { hosts: await Promise.all(hosts.map((host) => look({ caller, artifact, signal }, host))) }
}

type Asking = {
  readonly caller: HostCaller
  readonly artifact: ArtifactSource | undefined
  readonly signal: AbortSignal
}

async function look(asking: Asking, host: HostView): Promise<SeenHost> {
  const { name, zone, state, edge, facts } = host
  return {
    name,
    zone,
    state,
    hasEdge: edge !== undefined,
    root: facts?.root ?? null,
    memoryBytes: facts?.memoryBytes.available ?? null,
    freePorts: facts?.ports.free ?? null,
    ...(state === 'connected' ? await asked(asking, host) : { instances: [], routes: [] }),
  }
}

type Answered = Pick<SeenHost, 'instances' | 'routes'> & Partial<Pick<SeenHost, 'state' | 'trouble' | 'forbidden'>>

/** A connected agent answers such questions at once. One that does not must not hold up what is deployed elsewhere. */
const answersWithinMs = 10_000

async function asked({ caller, artifact, signal }: Asking, { name, edge }: HostView): Promise<Answered> {
  const late = new AbortController()
  // One that went away meanwhile may come back, and is waited for as long as the registry does.
  const ring = (): void => (caller.find(name)?.state === 'away' ? wait() : late.abort())
  let cancel = (): void => {}
  const wait = (): void => {
    cancel = caller.clock.alarm(caller.clock.now() + answersWithinMs, ring)
  }
  wait()
  const ends = AbortSignal.any([signal, late.signal])
  try {
    const [instances, routes, forbidden] = await Promise.all([
      seenInstances(caller, name, ends),
      edge === undefined ? [] : seenRoutes(caller, name, ends),
      artifact === undefined ? undefined : whyForbidden(caller, { host: name, artifact }, ends),
    ])
    return { instances, routes, ...(forbidden === undefined ? {} : { forbidden }) }
  } catch (fault) {
    if (late.signal.aborted) return outOfOrder(`its agent is connected and has not answered for ${answersWithinMs / 1000} s`) // prettier-ignore
    if (isAbout(fault, 'host.report_invalid')) return outOfOrder('its agent answers with what cannot be understood')
    throw fault
  } finally {
    cancel()
  }
}

const outOfOrder = (trouble: string): Answered => ({ state: 'away', trouble, instances: [], routes: [] })

async function seenInstances(caller: HostCaller, host: string, signal: AbortSignal): Promise<SeenInstance[]> {
  const { instances } = await caller.read(host, { kind: 'listInstances' }, signal)
  return instances.map(({ project, config, release, service, port = null, phase, memoryBytes = 0 }) => {
    const runs = phase !== 'stopped' && phase !== 'ended'
    return { project, config, release, service, port, runs, memoryBytes }
  })
}

async function seenRoutes(caller: HostCaller, host: string, signal: AbortSignal): Promise<SeenRoute[]> {
  const { places } = await caller.read(host, { kind: 'edgeStatus' }, signal)
  return places.flatMap(({ project, config, routes }) =>
    routes.flatMap((route) =>
      addressesOf(route).map((address) => ({ project, config, service: route.service, address })),
    ),
  )
}

type Wanted = { readonly host: string; readonly artifact: ArtifactSource }

async function whyForbidden(caller: HostCaller, { host, artifact }: Wanted, signal: AbortSignal) {
  try {
    await caller.read<'checkArtifact'>(host, { kind: 'checkArtifact', artifact }, signal)
    return undefined
  } catch (fault) {
    // An agent of a former version does not know the question.
    if (isAbout(fault, 'host.command_invalid')) return undefined
    if (!(fault instanceof DeployFailure) || !isAbout(fault, 'host.artifact_forbidden')) throw fault
    return { what: fault.message, ...(fault.command === undefined ? {} : { command: fault.command }) }
  }
}

/** A survey came from `surveyHosts`, or is null; only its type does not say so. */
export const surveyOf = (survey: PlainJson): Surveyed => survey as Surveyed
