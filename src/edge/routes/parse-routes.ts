/** Routes and settings as they come over the wire or from disk → complete and checked. */
import { isIP } from 'node:net'
import {
  clientPolicyDefaults,
  type ClientPolicy,
  type CompleteRoute,
  type EdgeSettings,
  routeDefaults,
} from '../contract.ts'
import { edgeError } from '../errors.ts'
import * as read from './read.ts'

export type CompleteRoutes = { readonly version: number; readonly routes: readonly CompleteRoute[] }
export type CompleteSettings = Omit<EdgeSettings, 'client' | 'trustedProxies'> & {
  readonly client: ClientPolicy
  readonly trustedProxies: readonly string[]
}

const name = read.text('1 to 200 visible characters', /^[\x21-\x7e]{1,200}$/)
const label = read.text('up to 300 characters', /^[^\x00-\x1f]{0,300}$/)
const hostPattern = read.text(
  'a host name in lower case, "*.example.com" or "*"',
  /^(\*|(\*\.)?[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*|\[[0-9a-f:.]+\])$/,
)
const path = read.text(
  'a path that begins with / and has no query, fragment or blank',
  /^\/[\x21\x22\x24-\x3e\x40-\x7e]*$/,
)
const probePath = read.text('a path that begins with / and has no blank', /^\/[\x21-\x7e]*$/)
const token = read.text('a header or cookie name', /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/)
const duration = read.whole(0, 86_400_000)
const period = read.whole(1, 86_400_000)
const count = read.whole(0, 1_000_000_000)
const status = read.whole(200, 599)

const stickyBy: read.Read<NonNullable<CompleteRoute['stickyBy']>> = (value, place) => {
  const { kind, name: of } = read.record({
    kind: read.oneOf(['header', 'cookie', 'client']),
    name: read.optional(token),
  })(value, place)
  if (kind === 'client') return { kind }
  if (of === undefined) throw new read.Unreadable(`${place}/name`, 'is missing', `the name of the ${kind}`)
  return { kind, name: of }
}

const address: read.Read<CompleteRoute['targets'][number]['address']> = (value, place) => {
  if (typeof value === 'object' && value !== null && 'socketPath' in value) {
    return read.record({ socketPath: read.text('an absolute path', /^\/[^\0]{1,100}$/) })(value, place)
  }
  return read.record({ host: name, port: read.whole(1, 65_535) })(value, place)
}

const { health, limits, timeouts, retry, maintenance } = routeDefaults
const statusRange = read.record({ min: status, max: status })

const ownHealth = read.record({
  path: read.optional(probePath),
  method: read.optional(read.oneOf(['GET', 'HEAD'])),
  expectStatus: read.optional(statusRange),
  intervalMs: read.optional(period),
  bootIntervalMs: read.optional(period),
  timeoutMs: read.optional(period),
  rise: read.optional(read.whole(1, 1000)),
  fall: read.optional(read.whole(1, 1000)),
  releaseHeader: read.optional(token),
  host: read.optional(name),
})

const target = read.record({
  id: name,
  release: name,
  instance: label,
  address,
  state: read.oneOf(['active', 'warm', 'draining']),
  health: read.optional(ownHealth),
  attested: read.optional(read.record({ pid: read.whole(1, 2 ** 31), at: count53(), evidence: label })),
})

const route: read.Read<CompleteRoute> = read.record({
  id: name,
  project: name,
  config: name,
  service: name,
  hosts: read.list(hostPattern, 1),
  pathPrefix: read.fallback(path, routeDefaults.pathPrefix),
  weights: read.list(read.record({ release: name, weight: read.whole(0, 1_000_000) })),
  stickyBy: read.optional(stickyBy),
  targets: read.list(target),
  health: read.section({
    path: read.fallback(probePath, health.path),
    method: read.fallback(read.oneOf(['GET', 'HEAD']), health.method),
    expectStatus: read.fallback(statusRange, health.expectStatus),
    intervalMs: read.fallback(period, health.intervalMs),
    bootIntervalMs: read.fallback(period, health.bootIntervalMs),
    timeoutMs: read.fallback(period, health.timeoutMs),
    rise: read.fallback(read.whole(1, 1000), health.rise),
    fall: read.fallback(read.whole(1, 1000), health.fall),
    releaseHeader: read.fallback(token, health.releaseHeader),
    host: read.optional(name),
  }),
  limits: read.section({
    headerBytes: read.fallback(count, limits.headerBytes),
    bodyBytes: read.fallback(count53(), limits.bodyBytes),
    connections: read.fallback(count, limits.connections),
    requestsPerSecond: read.fallback(count, limits.requestsPerSecond),
    burst: read.fallback(count, limits.burst),
  }),
  timeouts: read.section({
    connectMs: read.fallback(period, timeouts.connectMs),
    responseMs: read.fallback(period, timeouts.responseMs),
    idleMs: read.fallback(period, timeouts.idleMs),
    drainMs: read.fallback(duration, timeouts.drainMs),
    upgradeDrainMs: read.fallback(duration, timeouts.upgradeDrainMs),
    upstreamIdleMs: read.fallback(duration, timeouts.upstreamIdleMs),
  }),
  retry: read.section({
    attempts: read.fallback(read.whole(0, 10), retry.attempts),
    connectFailure: read.fallback(read.flag, retry.connectFailure),
    reusedConnection: read.fallback(read.flag, retry.reusedConnection),
    replayBytes: read.fallback(read.whole(0, 16_777_216), retry.replayBytes),
  }),
  maintenance: read.section({
    on: read.fallback(read.flag, maintenance.on),
    status: read.fallback(status, maintenance.status),
    message: read.fallback(read.text('up to 100,000 characters', /^[^]{0,100000}$/), maintenance.message),
  }),
  panicThreshold: read.fallback(read.between(0, 1), routeDefaults.panicThreshold),
})

const routesDocument = read.record({ version: count53(1), routes: read.list(route) })

const numericAddress: read.Read<string> = (value, place) => {
  if (typeof value === 'string' && isIP(value) !== 0) return value
  throw new read.Unreadable(place, `is ${JSON.stringify(value)}`, 'a numeric address such as 127.0.0.1 or ::')
}
const file = read.text('a path', /^[^\0]{1,4000}$/)

const settingsDocument: read.Read<CompleteSettings> = read.record({
  listeners: read.list(
    read.record({
      name,
      host: numericAddress,
      port: read.whole(0, 65_535),
      certificates: read.optional(
        read.list(read.record({ hosts: read.list(hostPattern, 1), certFile: file, keyFile: file }), 1),
      ),
    }),
    1,
  ),
  accessLog: read.optional(read.record({ file, maxBytes: count53(1), keep: read.whole(0, 1000) })),
  trustedProxies: read.fallback(read.list(read.text('an address or CIDR block', /^[0-9a-fA-F:.]+(\/\d{1,3})?$/)), []),
  client: read.section({
    connections: read.fallback(read.whole(1, 1_000_000), clientPolicyDefaults.connections),
    headerBytes: read.fallback(read.whole(1024, 1_048_576), clientPolicyDefaults.headerBytes),
    headersMs: read.fallback(period, clientPolicyDefaults.headersMs),
    keepAliveMs: read.fallback(period, clientPolicyDefaults.keepAliveMs),
    leaveMs: read.fallback(duration, clientPolicyDefaults.leaveMs),
  }),
})

/** @throws HoldfastError edge.routes_invalid */
export function parseRoutes(value: unknown): CompleteRoutes {
  return refusing('edge.routes_invalid', 'The routes cannot be used', () => {
    const routes = routesDocument(value, '')
    refuseTwins(routes)
    return routes
  })
}

/** @throws HoldfastError edge.settings_invalid */
export function parseSettings(value: unknown): CompleteSettings {
  return refusing('edge.settings_invalid', 'The settings cannot be used', () => {
    const settings = settingsDocument(value, '')
    refuseSame(settings.listeners.map((listener) => [listener.name, '/listeners']))
    return settings
  })
}

function refusing<T>(code: 'edge.routes_invalid' | 'edge.settings_invalid', what: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof read.Unreadable)) throw error
    throw edgeError(code, `${what}: ${error.message}`, { place: error.place, accepted: error.accepted })
  }
}

function refuseTwins({ routes }: CompleteRoutes): void {
  refuseSame(routes.map(({ id }) => [id, '/routes']))
  refuseSame(routes.flatMap((each) => each.hosts.map((host) => [`${host}${trimmed(each.pathPrefix)}`, '/routes'])))
  routes.forEach((each, at) => {
    refuseSame(each.targets.map(({ id }) => [id, `/routes/${at}/targets`]))
    refuseSame(each.weights.map(({ release }) => [release, `/routes/${at}/weights`]))
  })
}

function refuseSame(named: readonly (readonly [string, string])[]): void {
  const seen = new Set<string>()
  for (const [key, place] of named) {
    if (seen.has(key)) throw new read.Unreadable(place, `has "${key}" twice`, 'each only once')
    seen.add(key)
  }
}

/** `/api/` and `/api` take the same requests. */
export function trimmed(prefix: string): string {
  return prefix.endsWith('/') ? prefix.slice(0, -1) : prefix
}

function count53(min = 0): read.Read<number> {
  return read.whole(min, Number.MAX_SAFE_INTEGER)
}
