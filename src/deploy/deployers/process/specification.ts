/** A service and an artifact of the release file in the words of the host's commands. Pure. */
import type { PlainJson } from '../../../audit/index.ts'
import { parseDuration } from '../../../base/index.ts'
import { type HealthPolicy, routeDefaults } from '../../../edge/index.ts'
import type { ArtifactSource, CommandInput } from '../../../host/index.ts'
import type { ProcessArtifact, ProcessService } from './schemas.ts'

type StartInput = Extract<CommandInput, { readonly kind: 'startInstance' }>
type PrepareInput = Extract<CommandInput, { readonly kind: 'prepareArtifact' }>

/** What of `startInstance` the service decides. */
export type InstanceOrder = Required<
  Pick<
    StartInput,
    'command' | 'folder' | 'port' | 'environment' | 'secrets' | 'dataFolder' | 'limits' | 'health' | 'restart' | 'stop'
  >
> &
  Pick<StartInput, 'user'>

/** What of `prepareArtifact` the release decides. */
export type ArtifactOrder = Pick<PrepareInput, 'artifact' | 'build' | 'user'>

/** So much an instance is thought to need that says nothing else. */
export const assumedMemoryMiB = 64
export const memoryBytesOf = ({ limits }: ProcessService): number => (limits.memoryMiB ?? assumedMemoryMiB) * 1_048_576

type PortParts = Pick<ProcessService, 'port' | 'route' | 'health'>

export function portOf({ port, route, health }: PortParts): 'allocate' | 'none' | number {
  return port ?? (route !== undefined || health?.kind === 'http' ? 'allocate' : 'none')
}

/** How the hosts ask an instance. */
export function healthOf(service: ProcessService): NonNullable<StartInput['health']> & { readonly kind: string } {
  const { health } = service
  const [host] = service.route?.hosts ?? []
  switch (health?.kind) {
    case undefined:
      return portOf(service) === 'none'
        ? { kind: 'staying-up', forMs: 10_000 }
        : { kind: 'http', path: '/', status: [200, 399], releaseHeader, headers: hostHeader(host), ...defaultProbing }
    case 'staying-up':
      return { kind: 'staying-up', forMs: parseDuration(health.for) }
    case 'command':
      return { kind: 'command', command: health.command, ...probing(health) }
    case 'http': {
      const { path, status } = health
      const headers = { ...(hasHost(health.headers) ? {} : hostHeader(host)), ...health.headers }
      return { kind: 'http', path, status, releaseHeader: health.releaseHeader, headers, ...probing(health) }
    }
    default:
      return health satisfies never
  }
}

/** In a row, until an instance counts as healthy. */
export function successesOf(service: ProcessService): number {
  const health = healthOf(service)
  return health.kind === 'staying-up' ? 1 : (health.successes ?? defaultProbing.successes)
}

const { releaseHeader } = routeDefaults.health
const defaultProbing = { timeoutMs: 5000, intervalMs: 100, successes: 3 }

function probing(health: { readonly timeout: string; readonly interval: string; readonly successes: number }) {
  const { timeout, interval, successes } = health
  return { timeoutMs: parseDuration(timeout), intervalMs: parseDuration(interval), successes }
}

/** Applications that answer only to their own names are asked by one of them. */
const hostHeader = (host: string | undefined): Record<string, string> =>
  host === undefined || host.includes('*') ? {} : { host }
const hasHost = (headers: Readonly<Record<string, string>>): boolean =>
  Object.keys(headers).some((name) => name.toLowerCase() === 'host')

/**
 * How the edges ask an instance. What is healthy by command or by staying up has to answer the edge as well, for it is HTTP
 * that the edge passes on: any answer that provably comes from the instance will do.
 */
export function edgeHealthOf(service: ProcessService): Partial<HealthPolicy> {
  const health = healthOf(service)
  if (health.kind !== 'http') return { path: '/', expectStatus: { min: 200, max: 599 } }
  const { path = '/', status: [min, max] = [200, 399], headers = {}, timeoutMs } = health
  const host = Object.entries(headers).find(([name]) => name.toLowerCase() === 'host')?.[1]
  return {
    path,
    expectStatus: { min, max },
    releaseHeader: health.releaseHeader ?? releaseHeader,
    timeoutMs: timeoutMs ?? defaultProbing.timeoutMs,
    ...(host === undefined ? {} : { host }),
  }
}

export function instanceOrder(service: ProcessService): InstanceOrder {
  const { command, folder, environment, secrets, user, dataFolder, limits, restart, stop } = service
  return {
    command,
    folder,
    environment,
    secrets,
    dataFolder,
    limits,
    port: portOf(service),
    health: healthOf(service),
    restart: {
      policy: restart.policy,
      firstDelayMs: parseDuration(restart.firstDelay),
      longestDelayMs: parseDuration(restart.longestDelay),
      crashLoop: { exits: restart.crashLoop.exits, withinMs: parseDuration(restart.crashLoop.within) },
    },
    stop: { signal: stop.signal, killMs: parseDuration(stop.kill) },
    ...(user === undefined ? {} : { user }),
  }
}

export function artifactOrder(artifact: ProcessArtifact, services: readonly ProcessService[]): ArtifactOrder {
  const user = artifact.user ?? commonUser(services)
  return {
    artifact: sourceOf(artifact),
    ...(artifact.build === undefined ? {} : { build: buildOf(artifact.build) }),
    ...(user === undefined ? {} : { user }),
  }
}

export function sourceOf({ folder, url, sha256, strip, exclude, secretHeaders }: ProcessArtifact): ArtifactSource {
  if (url !== undefined) return { kind: 'archive', url, sha256: sha256 ?? '', strip, secretHeaders }
  return { kind: 'folder', path: folder ?? '', exclude, ...(sha256 === undefined ? {} : { sha256 }) }
}

function buildOf({ command, environment, secrets, timeout, memoryMiB }: NonNullable<ProcessArtifact['build']>) {
  const limit = memoryMiB === undefined ? {} : { memoryMiB }
  return { command, environment, secrets, timeoutMs: parseDuration(timeout), ...limit }
}

/** Whoever runs all of the services has to be able to read their files. */
function commonUser(services: readonly ProcessService[]): string | undefined {
  const [first, ...others] = new Set(services.map(({ user }) => user))
  return others.length === 0 ? first : undefined
}

/** Orders are plain data all through; only their types do not say so. */
export const asPlain = (value: InstanceOrder | ArtifactOrder): PlainJson =>
  JSON.parse(JSON.stringify(value)) as PlainJson
