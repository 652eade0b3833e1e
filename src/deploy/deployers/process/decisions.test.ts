import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PlainJson } from '../../../audit/index.ts'
import { HoldfastError } from '../../../base/index.ts'
import { edgeErrors, type Route } from '../../../edge/index.ts'
import { commandSchema, hostErrorCodes } from '../../../host/index.ts'
import type { Fleet } from '../../deployer.ts'
import { DeployFailure } from '../../failure.ts'
import { parseRelease } from '../../release/parse.ts'
import type { Release } from '../../release/schemas.ts'
import { routeId } from './address.ts'
import { checkSituation } from './check.ts'
import { firstPlaces, prepareWaves, startCall } from './decide.ts'
import { departure } from './departure.ts'
import { hostFailure, meanings } from './failures.ts'
import { instancesOf } from './instances.ts'
import { type Candidate, placer } from './placement.ts'
import { healthFrom, trafficFrom } from './readings.ts'
import { type ProcessSituation, routesAt } from './route-plan.ts'
import { type ProcessService, processArtifactSchema, processServiceSchema } from './schemas.ts'
import { healthOf, instanceOrder, portOf } from './specification.ts'
import type { SeenHost } from './survey.ts'

const parts = { kind: 'process', artifact: processArtifactSchema, service: processServiceSchema }
const archive = { url: 'https://files.example.com/shop.tgz', sha256: 'a'.repeat(64) }
const web = { command: 'node server.js', route: { hosts: ['shop.example.com'] } }

type Document = Readonly<Record<string, PlainJson>>
type ProcessRelease = Release & { readonly services: Readonly<Record<string, ProcessService>> }

function release(services: Document, more: Document = {}): ProcessRelease {
  const createdAt = '2026-11-20T12:00:00.000Z'
  const whole = { project: 'acme/shop', config: 'production', artifact: archive, createdAt, services, ...more }
  // The deployer's own schema has read the services.
  return parseRelease({ process: parts }, whole) as ProcessRelease
}

const refusal = (services: Document, more: Document = {}): string => {
  try {
    release(services, more)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  return 'accepted'
}

const host = (name: string, more: Partial<SeenHost> = {}): SeenHost => ({
  name,
  zone: 'a',
  state: 'connected',
  hasEdge: true,
  root: false,
  memoryBytes: 8 * 2 ** 30,
  freePorts: 100,
  instances: [],
  routes: [],
  ...more,
})

const fleet = (of: ProcessRelease, id = 'new', outcomes: Fleet['outcomes'] = new Map()): Fleet<ProcessService> => ({
  id,
  releaseId: `release of ${id}`,
  release: of,
  outcomes,
})

function situation(
  hosts: readonly SeenHost[] | null,
  services: Document,
  more: Document & { readonly former?: never } = {},
  outgoing?: Fleet<ProcessService>,
): ProcessSituation {
  const survey = hosts === null ? null : { hosts }
  const incoming = fleet(release(services, more))
  return { project: 'acme/shop', config: 'production', incoming, outgoing, survey }
}

const enough = { memoryBytes: 0, ports: 0 }

describe('a release file', () => {
  it('needs no more than a command and a route', () => {
    const [service] = Object.values(release({ web }).services)
    if (service === undefined) throw new Error('there is no service')
    expect(portOf(service)).toBe('allocate')
    expect(healthOf(service)).toMatchObject({
      kind: 'http',
      path: '/',
      status: [200, 399],
      headers: { host: 'shop.example.com' },
    })
  })

  it('without a route stays up for its health, and listens on nothing', () => {
    const [service] = Object.values(release({ mail: { command: 'node mail.js' } }).services)
    if (service === undefined) throw new Error('there is no service')
    expect(portOf(service)).toBe('none')
    expect(healthOf(service)).toEqual({ kind: 'staying-up', forMs: 10_000 })
  })

  it.each<[string, Document, Document, string]>([
    ['a wrong key', { web: { ...web, comand: 'x' } }, {}, 'services.web.comand: unknown key; did you mean "command"?'],
    ['a wrong key in the route', { web: { ...web, route: { host: ['a'] } } }, {}, 'did you mean "hosts"?'],
    ['both a folder and an archive', { web }, { artifact: { ...archive, folder: '/a' } }, 'either "folder" or "url"'],
    ['neither', { web }, { artifact: {} }, 'artifact.folder: either "folder" or "url"'],
    ['an archive without its digest', { web }, { artifact: { url: archive.url } }, 'artifact.sha256'],
    ['a queue worker with a route', { web: { ...web, queueWorker: true } }, {}, 'services.web.queueWorker'],
    [
      'a former version that need not be warm, without a route',
      { mail: { command: 'x', keepWarm: false } },
      {},
      'queueWorker: true',
    ],
    ['a route without a port', { web: { ...web, port: 'none' } }, {}, 'services.web.port'],
    ['a variable that the host sets', { web: { ...web, environment: { PORT: '1' } } }, {}, 'services.web.environment'],
    ['a secret by its value', { web: { ...web, secrets: { KEY: 'hunter2' } } }, {}, 'env:NAME'],
    ['a folder outside', { web: { ...web, folder: '../x' } }, {}, 'services.web.folder'],
    ['a host in capitals', { web: { ...web, route: { hosts: ['Shop.example.com'] } } }, {}, 'services.web.route.hosts'],
    ['a status upside down', { web: { ...web, health: { kind: 'http', status: [399, 200] } } }, {}, 'the lowest first'],
  ])('is refused with %s', (_what, services, more, told) => {
    expect(refusal(services, more)).toContain(told)
  })

  it('that is accepted is never refused by the hosts', () => {
    const text = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme-ascii' })
    const name = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,8}$/)
    const service = fc.record(
      {
        command: fc.oneof(text, fc.array(text, { minLength: 1, maxLength: 3 })),
        port: fc.constantFrom('allocate', 'none', 8080),
        environment: fc.dictionary(name, text, { maxKeys: 2 }),
        secrets: fc.dictionary(name, fc.constantFrom('env:KEY', 'file:/run/key'), { maxKeys: 2 }),
        folder: fc.constantFrom('', 'app', 'a/b'),
        user: fc.constantFrom('www', '_app'),
        dataFolder: fc.boolean(),
        health: fc.constantFrom(
          { kind: 'http', path: '/up', timeout: '1s', successes: 1 },
          { kind: 'command', command: ['true'] },
          { kind: 'staying-up', for: '1s' },
        ),
        limits: fc.constantFrom({}, { memoryMiB: 64, openFiles: 100 }),
        restart: fc.constantFrom({}, { policy: 'never', crashLoop: { exits: 2 } }),
        stop: fc.constantFrom({}, { signal: 'SIGINT', kill: '1m' }),
      },
      { requiredKeys: ['command'] },
    )
    fc.assert(
      fc.property(service, (drawn) => {
        const parsed = processServiceSchema.safeParse(drawn)
        if (!parsed.success) return
        const about = { key: 'k', project: 'acme/shop', config: 'production', release: 'dep_1', service: 'web' }
        const start = { kind: 'startInstance', ...about, instance: 'dep_1-web-0', ...instanceOrder(parsed.data) }
        expect(commandSchema.safeParse(start).error).toBeUndefined()
      }),
    )
  })
})

describe('instances are placed', () => {
  const hosts = (zones: readonly number[]): Candidate[] =>
    zones.flatMap((count, zone) => Array.from({ length: count }, (_, i) => host(`h${zone}-${i}`, { zone: `z${zone}` })))
  const wanted = { project: 'acme/shop', config: 'production', name: 'web', service: {} } as Parameters<
    typeof placer
  >[1]
  const spread = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 })

  it('evenly over zones, and in each zone evenly over its hosts', () => {
    fc.assert(
      fc.property(spread, fc.integer({ min: 1, max: 40 }), (zones, count) => {
        const all = hosts(zones)
        const place = placer(all, wanted)
        const placed = Array.from({ length: count }, (_, index) => place(index)[0] ?? '')
        const counts = (of: (name: string) => string, names: readonly string[]): number[] =>
          names.map((name) => placed.filter((one) => of(one) === name).length)
        const isEven = (each: readonly number[]): boolean => Math.max(...each) - Math.min(...each) <= 1
        const zoneOf = (name: string): string => all.find((one) => one.name === name)?.zone ?? ''
        const zoneNames = [...new Set(all.map(({ zone }) => zone))]
        expect(isEven(counts(zoneOf, zoneNames))).toBe(true)
        for (const zone of zoneNames) {
          const names = all.filter((one) => one.zone === zone).map(({ name }) => name)
          expect(isEven(counts((name) => name, names))).toBe(true)
        }
      }),
    )
  })

  it('the same for the same hosts, in whichever order they come', () => {
    fc.assert(
      fc.property(spread, fc.nat(30), (zones, index) => {
        const all = hosts(zones)
        expect(placer(all.toReversed(), wanted)(index)).toEqual(placer(all, wanted)(index))
      }),
    )
  })

  it('with other hosts to try, each once, as far as there are any', () => {
    fc.assert(
      fc.property(spread, fc.nat(30), (zones, index) => {
        const all = hosts(zones)
        const places = placer(all, wanted)(index)
        expect(new Set(places).size).toBe(places.length)
        expect(places).toHaveLength(Math.min(all.length, 4))
      }),
    )
  })

  it('nowhere that drains, is away or is in another zone', () => {
    const all = [host('a'), host('b', { state: 'draining' }), host('c', { state: 'away' }), host('d', { zone: 'x' })]
    expect(placer(all, { ...wanted, service: { ...wanted.service, zones: ['a'] } })(0)).toEqual(['a'])
    expect(placer([], wanted)(0)).toEqual([])
  })

  it('away from whoever holds their fixed port, where there is another host', () => {
    const held = { project: 'x/y', config: 'z', release: 'r', service: 's', port: 9100, runs: true, memoryBytes: 0 }
    const all = [host('a', { instances: [held] }), host('b')]
    const fixed = { ...wanted, service: { ...wanted.service, port: 9100 } }
    expect(placer(all, fixed)(0)).toEqual(['b'])
    expect(placer(all.slice(0, 1), fixed)(0)).toEqual(['a'])
  })
})

describe('before anything is changed it is told', () => {
  const first = (hosts: readonly SeenHost[], services: Document, more: Document = {}) =>
    checkSituation(situation(hosts, services, more), enough)[0]
  const away = { state: 'away' } as const
  const other = { project: 'x/y', config: 'z', service: 'web' }

  it.each<[string, readonly SeenHost[], Document, Document, object]>([
    ['that no host is enrolled', [], { web }, {}, { class: 'capacity', command: expect.stringContaining('holdfast up --with-host') }], // prettier-ignore
    ['that none is connected', [host('a', away)], { web }, {}, { class: 'platform', command: 'start the agent on a: holdfast host' }], // prettier-ignore
    ['that all are draining', [host('a', { state: 'draining' })], { web }, {}, { class: 'capacity', command: 'holdfast hosts undrain a' }], // prettier-ignore
    ['that a folder is on one host', [host('a'), host('b')], { web: { ...web, instances: 2 } }, { artifact: { folder: '/srv', sha256: 'a'.repeat(64) } }, { field: 'artifact.folder' }], // prettier-ignore
    ['that a folder is relative', [host('a')], { web }, { artifact: { folder: 'srv', sha256: 'a'.repeat(64) } }, { field: 'artifact.folder' }], // prettier-ignore
    [
      'that a folder is signed without what lies in it',
      [host('a')],
      { web },
      { artifact: { folder: '/srv' } },
      { field: 'artifact.sha256' },
    ],
    ['that there is no such zone', [host('a', { zone: 'north' })], { web: { ...web, zones: ['nort'] } }, {}, { field: 'services.web.zones', command: 'write "north"' }], // prettier-ignore
    ['that an agent may not be somebody else', [host('a')], { web: { ...web, user: 'www' } }, {}, { class: 'permission', field: 'services.web.user' }], // prettier-ignore
    ['that two versions cannot share a port', [host('a')], { web: { ...web, port: 8080 } }, {}, { field: 'services.web.port' }], // prettier-ignore
    ['that two instances cannot either', [host('a')], { mail: { command: 'x', port: 8080, instances: 2 } }, {}, { field: 'services.mail.port' }], // prettier-ignore
    ['that a port is taken', [host('a', { instances: [{ ...other, release: 'r', port: 8080, runs: true, memoryBytes: 0 }] })], { mail: { command: 'x', port: 8080 } }, {}, { what: expect.stringContaining('web of x/y z') }], // prettier-ignore
    ['that there is no edge', [host('a', { hasEdge: false })], { web }, {}, { field: 'services.web.route' }],
    ['that an edge cannot be told', [host('a'), host('b', away)], { web }, {}, { class: 'platform', what: expect.stringContaining('edge of b') }], // prettier-ignore
    ['that two services have one address', [host('a')], { web, api: web }, {}, { field: 'services.api.route' }],
    ['that an address is taken', [host('a', { routes: [{ ...other, address: 'shop.example.com/' }] })], { web }, {}, { field: 'services.web.route', what: expect.stringContaining('web of x/y z') }], // prettier-ignore
    ['that a host has too little memory', [host('a', { memoryBytes: 2 ** 20 })], { web }, {}, { class: 'capacity', what: expect.stringContaining('64 MiB are to start on a') }], // prettier-ignore
    ['that a host has too few ports', [host('a', { freePorts: 1 })], { web: { ...web, instances: 2 } }, {}, { class: 'capacity', what: expect.stringContaining('1 ports free') }], // prettier-ignore
  ])('%s', (_what, hosts, services, more, problem) => {
    expect(first(hosts, services, more)).toMatchObject(problem)
  })

  it('that all hosts together have too little memory', () => {
    const [problem] = checkSituation(situation([host('a')], { web }), { memoryBytes: 2 ** 50, ports: 0 })
    expect(problem).toMatchObject({ class: 'capacity', command: expect.stringContaining('holdfast hosts add') })
  })

  it('nothing, where everything fits; memory of what stands warm is counted as free', () => {
    expect(first([host('a'), host('b', { zone: 'b' })], { web: { ...web, instances: 4 } })).toBeUndefined()
    const warm = { project: 'acme/shop', config: 'production', release: 'dep_0', service: 'web', port: 1, runs: true }
    const full = host('a', { memoryBytes: 2 ** 20, instances: [{ ...warm, memoryBytes: 64 * 2 ** 20 }] })
    expect(first([full], { web })).toBeUndefined()
    expect(checkSituation(situation(null, { web }), enough)).toEqual([])
  })
})

describe('the calls of a release', () => {
  it('bring files once to each host that gets an instance, and to others only with the start', () => {
    const three = [host('a'), host('b'), host('c')]
    const made = situation(three, { web: { ...web, instances: 2 } })
    const [wave = []] = prepareWaves(made)
    const places = firstPlaces(made).map(([, , name]) => name)
    expect(wave.map(({ id }) => id)).toEqual([...new Set(places)].toSorted().map((name) => `prepare/${name}`))
    const start = startCall(made, 'web', 0)
    expect(start.parameters).toMatchObject({ copy: { $outcome: `prepare/${places[0]}`, member: 'workingCopy' } })
    expect(start.alternatives).toHaveLength(2)
    for (const other of start.alternatives ?? [])
      expect(other).toMatchObject({ files: { artifact: { kind: 'archive' } } })
  })

  it('start again, on the way back, where the files are', () => {
    const outcomes = new Map<string, PlainJson>([['prepare/b', { host: 'b', zone: 'z', workingCopy: 'copy' }]])
    const incoming = fleet(release({ mail: { command: 'x', queueWorker: true } }), 'dep_1', outcomes)
    const back = { ...situation(null, { web }), incoming }
    expect(startCall(back, 'mail', 0)).toMatchObject({ parameters: { host: 'b' }, alternatives: [] })
  })

  it('are read back: which instance is where', () => {
    const outcomes = new Map<string, PlainJson>([
      ['start/web/10', { host: 'a', instance: 'i10', port: 2 }],
      ['start/web/9', { host: 'a', instance: 'i9', port: null }],
      ['start/api/0', { host: 'b', instance: 'i0', port: 1 }],
      ['prepare/a', { host: 'a', workingCopy: 'c' }],
      ['start/odd/0', 'nothing'],
    ])
    expect(instancesOf({ outcomes }).map(({ service, index, port }) => [service, index, port])).toEqual([
      ['api', 0, 1],
      ['web', 9, undefined],
      ['web', 10, 2],
    ])
  })
})

describe('routes', () => {
  const started = (id: string, names: readonly string[]): Fleet['outcomes'] =>
    new Map(names.map((name, i) => [`start/${name}`, { host: 'a', instance: `${id}-${name}`, port: 24_000 + i }]))
  const former = (services: Document, names: readonly string[]) =>
    fleet(release(services), 'dep_1', started('dep_1', names))
  const at = (weight: number, active = weight > 0 ? 1 : 0) => ({
    weights: { web: weight },
    shown: { web: 1 },
    active: { web: active },
  })
  const states = (route: Readonly<Record<string, PlainJson | undefined>> | undefined): string[] =>
    ((route?.['targets'] ?? []) as unknown as { release: string; state: string }[]).map(
      (one) => `${one.release} ${one.state}`,
    )

  it('share an address between two releases by weight', () => {
    const made = situation([host('a')], { web }, {}, former({ web }, ['web/0']))
    const [route] = routesAt(made, at(30))
    expect(route).toMatchObject({
      weights: [
        { release: 'new', weight: 30 },
        { release: 'dep_1', weight: 70 },
      ],
    })
    expect(states(route)).toEqual(['new active', 'dep_1 active'])
  })

  it('leave the former release warm after the switch', () => {
    const made = situation([host('a')], { web }, {}, former({ web }, ['web/0']))
    const [route] = routesAt(made, at(100))
    expect(route).toMatchObject({
      weights: [
        { release: 'new', weight: 100 },
        { release: 'dep_1', weight: 0 },
      ],
    })
    expect(states(route)).toEqual(['new active', 'dep_1 warm'])
  })

  it('keep what is the same: ids hang on the address alone', () => {
    const made = situation([host('a')], { site: web }, {}, former({ web }, ['web/0']))
    const ids = [0, 50, 100].map((weight) => routesAt(made, { ...at(weight), weights: { site: weight } }).map(({ id }) => id)) // prettier-ignore
    expect(ids).toEqual([['shop.example.com/'], ['shop.example.com/'], ['shop.example.com/']])
  })

  it('fit what an edge takes, however long the names are', () => {
    const place = { project: `${'a'.repeat(63)}/${'b'.repeat(63)}`, config: 'c'.repeat(63) }
    const long = routeId(place, 'x'.repeat(300))
    expect(`${place.project}:${place.config}:${long}`.length).toBeLessThanOrEqual(200)
    expect(routeId(place, 'y'.repeat(300))).not.toBe(long)
  })

  it('at every moment of every takeover name every address once, and are taken by an edge', () => {
    const services = fc
      .uniqueArray(fc.tuple(fc.constantFrom('web', 'api', 'site'), fc.constantFrom('a', 'b', '*')), {
        selector: ([name]) => name,
        minLength: 1,
      })
      .filter((all) => new Set(all.map(([, of]) => of)).size === all.length)
      .map((all): Document =>
        Object.fromEntries(all.map(([name, of]) => [name, { command: 'x', route: { hosts: [of] } }])),
      )
    fc.assert(
      fc.property(services, services, fc.constantFrom(0, 40, 100), (next, before, weight) => {
        const names = Object.keys(next)
        const each = (value: number): Record<string, number> => Object.fromEntries(names.map((name) => [name, value]))
        const outgoing = former(
          before,
          Object.keys(before).map((name) => `${name}/0`),
        )
        const made = { ...situation([host('a')], next), outgoing }
        const routes = routesAt(made, { weights: each(weight), shown: each(1), active: each(weight > 0 ? 1 : 0) })
        const ids = routes.map(({ id }) => id)
        expect(new Set(ids).size).toBe(ids.length)
        const told = JSON.parse(JSON.stringify(routes), (key, value: unknown) => {
          const isSymbol = typeof value === 'object' && value !== null && '$outcome' in value
          return isSymbol ? (key === 'port' ? 24_000 : `${String(value.$outcome)}`) : value
        }) as Route[]
        const place = { project: 'acme/shop', config: 'production' }
        const routesTold = told.map((route) => ({ ...route, ...place }))
        const command = { kind: 'setRoutes', key: 'k', ...place, routes: routesTold }
        expect(commandSchema.safeParse(command).error).toBeUndefined()
        for (const { maintenance, targets, weights } of told) {
          const usable = targets.filter(({ release: of, state }) => state === 'active' && weights.some((one) => one.release === of && one.weight > 0)) // prettier-ignore
          expect(usable.length > 0 || maintenance?.on === true).toBe(true)
        }
      }),
    )
  })
})

describe('a fleet leaves the routes of an edge', () => {
  const target = (release: string, state: 'active' | 'warm' | 'draining') => ({ id: release, release, instance: release, address: { host: 'a', port: 1 }, state }) // prettier-ignore
  const route = (...targets: readonly ReturnType<typeof target>[]): Route => ({
    ...{ id: 'r', project: 'p', config: 'c', service: 's', hosts: ['*'] },
    weights: targets.map(({ release: of }) => ({ release: of, weight: 50 })),
    targets,
  })
  const reading = (drained: boolean) =>
    ({ reachable: true, routes: [{ id: 'r', targets: [{ id: 'old', release: 'old', drained }] }] }) as never
  const leave = (told: readonly Route[], drained: boolean, isLate = false) =>
    departure({ told, reading: reading(drained), fleet: 'old', isLate })

  it('by draining first, then waiting, then leaving', () => {
    const step = leave([route(target('old', 'active'), target('new', 'active'))], false)
    expect(step).toMatchObject({ kind: 'push', isOut: false })
    const pushed = step.kind === 'push' ? step.routes : []
    expect(pushed[0]?.targets.map(({ state }) => state)).toEqual(['draining', 'active'])
    expect(leave(pushed, false)).toEqual({ kind: 'wait' })
    const out = leave(pushed, true)
    expect(out).toMatchObject({ kind: 'push', isOut: true, routes: [{ weights: [{ release: 'new' }] }] })
    expect(leave(out.kind === 'push' ? out.routes : [], true)).toEqual({ kind: 'out' })
  })

  it('at once when it has been warm, and at last when its time is over', () => {
    expect(leave([route(target('old', 'warm'), target('new', 'active'))], true)).toMatchObject({ isOut: true })
    expect(leave([route(target('old', 'draining'))], false, true)).toMatchObject({ isOut: true, routes: [] })
  })
})

describe('what a host throws', () => {
  it.each([...hostErrorCodes, ...Object.keys(edgeErrors).filter(isOfRoutes)])('%s has its meaning', (code) => {
    expect(Object.keys(meanings)).toContain(code)
  })

  it('keeps what it says and what mends it, with the field of the service it is about', () => {
    const thrown = new HoldfastError('host.secret_missing', 'KEY is not set', { kind: 'missing', repair: 'set it' })
    expect(hostFailure(thrown, { host: 'a', service: 'web' })).toMatchObject({
      class: 'user',
      field: 'services.web.secrets',
      message: 'a: KEY is not set (host.secret_missing)',
      command: 'set it',
    })
    expect(hostFailure(thrown, { host: 'a' }).field).toBe('secrets')
  })

  it('that nobody knows is judged by its kind; a failure stays as it is', () => {
    expect(hostFailure(new HoldfastError('odd.code', 'no', { kind: 'forbidden' }), { host: 'a' }).class).toBe(
      'permission',
    )
    expect(hostFailure(new Error('boom'), { host: 'a' }).class).toBe('platform')
    const failure = new DeployFailure('quota', 'full')
    expect(hostFailure(failure, { host: 'a' })).toBe(failure)
  })
})

/** Those that routes can meet; the others belong to an edge's start, which is the host's business. */
function isOfRoutes(code: string): boolean {
  return ['edge.routes_invalid', 'edge.version_stale', 'edge.worker_silent', 'edge.unreachable'].includes(code)
}

describe('health', () => {
  const look = (report: object, memory: object = {}, more: object = {}) =>
    healthFrom({
      name: 'web/0',
      status: { phase: 'running', restarts: 1 },
      report: { healthy: false, final: false, reason: undefined, detail: 'said', ...report },
      memory: { successes: 1, same: 1, reason: undefined, ...memory },
      wanted: 3,
      mayMove: false,
      ...more,
    })

  it('is proven by successes in a row', () => {
    expect(look({ healthy: true })).toMatchObject({ state: 'starting', detail: 'said, 1 of 3 times in a row' })
    expect(look({ healthy: true }, { successes: 3 })).toEqual({ instance: 'web/0', state: 'healthy', restarts: 1, detail: 'said' }) // prettier-ignore
  })

  it.each(['wrong-release', 'foreign-socket', 'unproven'])('is beyond hope when it is %s for long', (reason) => {
    expect(look({ reason }, { same: 4 })).toMatchObject({ state: 'unhealthy' })
    expect(look({ reason }, { same: 4 }).hopeless).toBeUndefined()
    expect(look({ reason }, { same: 5 })).toMatchObject({ state: 'unhealthy', hopeless: true })
  })

  it('is not the release that is at fault when another program has the port', () => {
    const foreign = look({ reason: 'foreign-socket' }, { same: 5 })
    expect(foreign.obstacle).toMatchObject({
      class: 'capacity',
      what: 'said',
      command: expect.stringContaining('ss -ltnp'),
    })
    expect(look({ reason: 'foreign-socket' })).toMatchObject({ state: 'unhealthy', obstacle: foreign.obstacle })
    expect(look({ reason: 'wrong-release' }, { same: 5 }).obstacle).toBeUndefined()
  })

  it('is to be started again elsewhere when another program has the port that its host chose', () => {
    const elsewhere = { isMisplaced: true, obstacle: { class: 'capacity' } }
    expect(look({ reason: 'foreign-socket' }, { same: 5 }, { mayMove: true })).toMatchObject(elsewhere)
    expect(look({ reason: 'foreign-socket', final: true }, { same: 1 }, { mayMove: true })).toMatchObject(elsewhere)
    const waits = { mayMove: true, status: { phase: 'starting', restarts: 1, portTaken: true } }
    expect(look({ reason: 'starting' }, {}, waits)).toMatchObject({ ...elsewhere, state: 'starting' })
    expect(look({ reason: 'foreign-socket' }, { same: 2 }, { mayMove: true }).isMisplaced).toBeUndefined()
    expect(look({ reason: 'foreign-socket' }, { same: 5 }).isMisplaced).toBeUndefined()
  })

  it('is beyond hope when the host says so, and on its way while it comes up', () => {
    expect(look({ final: true, reason: 'crash-loop' })).toMatchObject({ hopeless: true })
    expect(look({ reason: 'not-listening' })).toMatchObject({ state: 'starting' })
    expect(look({ reason: 'status' }, { same: 50 })).toEqual({ instance: 'web/0', state: 'unhealthy', restarts: 1, detail: 'said' }) // prettier-ignore
  })
})

describe('traffic', () => {
  const totals = (requests: number, edgeFailures: object) => ({
    totals: { requests, classes: [0, 0, 0, 0, 7], edgeFailures, clientAborts: 2 },
    windows: [{ startedAt: 5, latency: { count: 3, p50Ms: 1, p99Ms: 2 } }],
  })
  const edge = (name: string) => ({
    name,
    reading: {
      reachable: true,
      routes: [
        {
          id: 'r',
          edgeFailures: { no_target: 4, rate_limited: 9, maintenance: 9 },
          releases: [
            {
              ...{
                release: 'new',
                spread: [
                  [2, 9],
                  [7, 1],
                ],
              },
              ...totals(10, { connect_failed: 1, drain_cut: 2, body_too_large: 5 }),
            },
          ],
          targets: [{ release: 'new', instance: 'i', ...totals(10, {}) }],
        },
      ],
    } as never,
  })

  it('is summed over all edges, and only what a switch must not cause counts as lost', () => {
    const read = trafficFrom([edge('a'), edge('b')], { incoming: 'new', outgoing: 'old', at: 1 })
    expect(read.incoming).toMatchObject({ requests: 20, applicationFailures: 14, deliveryFailures: 6, clientAborts: 4 })
    expect(read.incoming.latency).toHaveLength(2)
    expect(read.incoming.spread).toEqual([
      [2, 18],
      [7, 2],
    ])
    expect(read.outgoing).toMatchObject({ requests: 0 })
    expect(read.unplaced).toBe(8)
  })

  it('is not judged by half of the edges', () => {
    const gone = { name: 'b', reading: { reachable: false, why: 'killed', routes: [], places: [] } as const }
    const read = (): unknown => trafficFrom([edge('a'), gone], { incoming: 'new', outgoing: undefined, at: 1 })
    expect(read).toThrow(DeployFailure)
  })
})
