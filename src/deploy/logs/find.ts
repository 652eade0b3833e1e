/** Whose output is asked for: instances of a place, on whichever hosts they are. */
import { z } from 'zod'
import { type Actor, requirePermission } from '../../access/index.ts'
import { HoldfastError, ulid } from '../../base/index.ts'
import type { Hosts, OutputPlace } from '../../host/index.ts'
import type { Deploys } from '../deploys.ts'
import { deployError } from '../errors.ts'
import { requireOnDeployment, requireOnPlace } from '../permission.ts'
import { type Place, placeSchema } from '../place.ts'
import { instanceName } from './instance-name.ts'
import { nameSchema } from '../release/schemas.ts'
import { parseRequest } from '../request.ts'

/** Where output is read. */
export type LogWorld = { readonly deploys: Deploys; readonly hosts: Hosts }

export const logsRequestSchema = z.strictObject({
  ...placeSchema.partial().shape,
  deployment: z.string().min(1).max(100).optional().describe('Only instances that this deployment brought up'),
  service: nameSchema.optional(),
  instance: z.string().min(1).max(200).optional().describe('One instance: `web/0`, or as its host calls it'),
  lines: z.int().min(1).max(10_000).default(200).describe('So many of the newest lines of each instance'),
})
export type LogsRequest = z.input<typeof logsRequestSchema>

/** What is asked for, with the place it is in. */
export type Wanted = Place & {
  readonly fleet: string | undefined
  readonly service: string | undefined
  readonly instance: string | undefined
  readonly lines: number
}

/** @throws HoldfastError access.forbidden, deploy.request_invalid, deploy.deployment_missing */
export function wantedBy({ deploys }: LogWorld, actor: Actor, request: LogsRequest): Wanted {
  const { project, config, deployment, service, instance, lines } = parseRequest(logsRequestSchema, request)
  requirePermission(actor, 'logs.read')
  if (deployment !== undefined) {
    const found = requireOnDeployment(deploys.store.read, actor, 'logs.read', deployment)
    return { project: found.project, config: found.config, fleet: found.fleet, service, instance, lines }
  }
  if (project !== undefined && config !== undefined) {
    requireOnPlace(actor, 'logs.read', { project, config })
    return { project, config, fleet: undefined, service, instance, lines }
  }
  throw deployError('deploy.request_invalid', 'It is not said whose logs', {
    place: project === undefined ? 'project' : 'config',
    accepted: 'project and config, or deployment',
  })
}

export type Source = {
  /** Name of the host. */
  readonly host: string
  /** As its host calls it, or the working copy that a build made. */
  readonly id: string
  readonly of: OutputPlace['of']
  /** As people do: `web/0`; `build` for what a build wrote. */
  readonly instance: string
  readonly service: string
  /** The deployment that brought it up. */
  readonly deployment: string
}

/** A host that did not answer, and why. */
export type SilentHost = { readonly host: string; readonly reason: string }

export type Found = { readonly sources: readonly Source[]; readonly silent: readonly SilentHost[] }

/**
 * Asks every host at the same time. One whose agent is away is not waited for: it is told. Of a deployment that is asked for by
 * its id also what is no longer there: builds, and instances that were taken down.
 */
export async function findSources(world: LogWorld, wanted: Wanted, signal: AbortSignal): Promise<Found> {
  const hosts = world.hosts.list()
  const away = hosts.filter(({ state }) => state === 'away').map(({ name }) => silentHost(name, 'its agent is away'))
  const asked = hosts.filter(({ state }) => state !== 'away').map(({ name }) => sourcesOn(world, wanted, name, signal))
  const answers = await Promise.all(asked)
  return {
    sources: answers.flatMap(({ sources }) => sources).toSorted(byName),
    silent: [...away, ...answers.flatMap(({ silent }) => silent)],
  }
}

const byName = (a: Source, b: Source): number =>
  a.deployment.localeCompare(b.deployment) || a.instance.localeCompare(b.instance, 'en', { numeric: true })

async function sourcesOn(world: LogWorld, wanted: Wanted, host: string, signal: AbortSignal): Promise<Found> {
  const { project, config, fleet, service } = wanted
  const narrowed = { ...(fleet === undefined ? {} : { release: fleet }), ...(service === undefined ? {} : { service }) }
  try {
    const key = newKey(world)
    const command = { kind: 'listOutputs', key, project, config, ...narrowed, removed: fleet !== undefined } as const
    const { outputs } = await world.hosts.run<'listOutputs'>(host, command, signal)
    const sources = outputs.map((output) => sourceOf(host, output))
    const { instance } = wanted
    return { sources: sources.filter((one) => instance === undefined || isCalled(one, instance)), silent: [] }
  } catch (error) {
    if (signal.aborted || !(error instanceof HoldfastError)) throw error
    return { sources: [], silent: [silentHost(host, error.message)] }
  }
}

const isCalled = ({ id, instance }: Source, name: string): boolean => id === name || instance === name

/** Services cannot be told from it by their instances: those have a number. */
const buildName = 'build'

function sourceOf(host: string, { of, release, service = buildName }: OutputPlace): Source {
  if ('workingCopy' in of)
    return { host, id: of.workingCopy, of, instance: buildName, service: buildName, deployment: release }
  const id = of.instance
  const instance = instanceName({ instance: id, release, service })
  return { host, id, of, instance, service, deployment: release }
}

const silentHost = (host: string, reason: string): SilentHost => ({ host, reason })

/** Of a question that is asked once. */
export const newKey = ({ deploys: { clock, randomBytes } }: LogWorld): string =>
  `logs/${ulid(clock.now(), randomBytes)}`
