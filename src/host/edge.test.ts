import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { type EdgeClient, launchEdge, type Route, type Target } from '../edge/index.ts'
import { openTestHost, realClock, type TestHost } from './agent-world.ts'
import type { CommandInput } from './contract.ts'
import type { EdgeReading, InstanceStatus } from './outcome.ts'

/** One real edge for all of them; each test has a host, a place and an address of its own. */
const folder = mkdtempSync(join(tmpdir(), 'edge-'))
const launcher = {
  executable: process.execPath,
  before: [fileURLToPath(new URL('../app/edge-main.ts', import.meta.url))],
}
const settings = { listeners: [{ name: 'main', host: '127.0.0.1', port: 0 }] }
const source = { open: () => launchEdge({ folder, settings, launcher, clock: realClock }) }

let edge: EdgeClient
let edgePort = 0
beforeAll(async () => {
  edge = await source.open()
  edgePort = (await edge.status()).listeners[0]?.port ?? 0
})
afterAll(async () => {
  await edge.stop({ withinMs: 200 })
  rmSync(folder, { recursive: true, force: true })
})

const hosts: TestHost[] = []
afterEach(async () => {
  for (const host of hosts.splice(0)) {
    await host.ok(routes([]))
    await host.end()
  }
})

let keys = 0
const key = () => `k${++keys}`
const place = { project: 'acme/shop', config: 'production' }

/** Answers its release, after a while where it is asked to; says nothing of who it is, as most servers do. */
const server = `
const http = require('node:http')
const app = http.createServer((request, response) => {
  if (request.url === '/exit') process.exit(3)
  const ms = request.url === '/slow' ? Number(process.env.SLOW_MS) : 0
  console.log('asked', request.url)
  setTimeout(() => response.end(process.env.HOLDFAST_RELEASE), ms)
})
app.listen(process.env.PORT, process.env.LISTEN ?? '127.0.0.1')
process.on('SIGTERM', () => { console.log('told to end'); process.exit(0) })
`

async function open(): Promise<TestHost> {
  const host = await openTestHost({ edge: source })
  hosts.push(host)
  return host
}

async function start(host: TestHost, release: string, members: Partial<Start> = {}): Promise<InstanceStatus> {
  const path = host.app('app.cjs', server)
  const prepare = { kind: 'prepareArtifact', key: key(), ...place, release } as const
  const { workingCopy } = await host.ok({ ...prepare, artifact: { kind: 'folder', path } })
  const address = { ...place, release, service: 'web', instance: `${release}-web-1` }
  const environment = { SLOW_MS: '600' }
  const command = { kind: 'startInstance', key: key(), ...address, workingCopy, command: 'exec node app.cjs' } as const
  return host.ok({ ...command, environment, ...members })
}
type Start = Extract<CommandInput, { kind: 'startInstance' }>

const health = { intervalMs: 50, bootIntervalMs: 20, rise: 2, fall: 2 }
const target = ({ instance, release, port = 0 }: InstanceStatus, state: Target['state'] = 'active'): Target => ({
  ...{ id: instance, instance: 'web.1', release, state },
  address: { host: '127.0.0.1', port },
})
const route = (targets: readonly Target[], serving: string, more: Partial<Route> = {}): Route => ({
  ...{ id: 'web', ...place, service: 'web', hosts: ['shop.example.com'], targets, health },
  weights: [{ release: serving, weight: 1 }],
  ...more,
})
const routes = (told: readonly Route[], members: object = {}) => ({
  kind: 'setRoutes' as const,
  key: key(),
  ...place,
  routes: [...told],
  ...members,
})
const stop = (instance: string, members: object = {}) =>
  ({ kind: 'stopInstance', key: key(), instance, ...members }) as const

function ask(path = '/'): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const headers = { host: 'shop.example.com' }
    const asked = request({ host: '127.0.0.1', port: edgePort, path, headers, agent: false }, (answer) => {
      let body = ''
      answer.on('data', (chunk: Buffer) => (body += chunk.toString()))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }))
    })
    asked.on('error', reject).end()
  })
}

async function reading(host: TestHost): Promise<Extract<EdgeReading, { reachable: true }>> {
  const found = await host.ok({ kind: 'edgeStatus', key: key(), ...place })
  if (!found.reachable) throw new Error(found.why)
  return found
}
const healthOf = async (host: TestHost, id: string) =>
  (await reading(host)).routes[0]?.targets.find((seen) => seen.id === id)?.health

/** A switch from one release to the next, as the deployer makes it. */
async function twoReleases(host: TestHost) {
  const [old, fresh] = [await start(host, 'dep_1'), await start(host, 'dep_2')]
  await host.ok(routes([route([target(old)], 'dep_1')], { awaitHealthyMs: 20_000 }))
  const warm = routes([route([target(old), target(fresh, 'warm')], 'dep_1')], { awaitHealthyMs: 20_000 })
  expect(await host.ok(warm)).toMatchObject({ stored: true, healthyAfterMs: expect.any(Number) })
  return { old, fresh }
}

const hasLoopback6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'))

describe('an application that listens on ::1 alone', () => {
  it.runIf(hasLoopback6)('gets its requests there', async () => {
    const host = await open()
    const there = await start(host, 'dep_6', { environment: { SLOW_MS: '1', LISTEN: '::1' } })
    await host.ok(routes([route([target(there)], 'dep_6')], { awaitHealthyMs: 20_000 }))
    expect(await ask()).toEqual({ status: 200, body: 'dep_6' })
  })
})

describe('a switch', () => {
  it('loses nothing: who is under way on the old release is answered before its process is told to end', async () => {
    const host = await open()
    const { old, fresh } = await twoReleases(host)
    expect(await ask()).toEqual({ status: 200, body: 'dep_1' })
    const slow = ask('/slow')
    await vi.waitFor(async () => {
      const { text } = await host.ok({ kind: 'logs', key: key(), of: { instance: old.instance } })
      expect(text).toContain('asked /slow')
    }, 120_000)
    await host.ok(routes([route([target(old, 'warm'), target(fresh)], 'dep_2')]))
    expect((await ask()).body).toBe('dep_2')
    await host.ok(routes([route([target(fresh)], 'dep_2')]))
    const stopped = await host.ok(stop(old.instance))
    expect(await slow).toEqual({ status: 200, body: 'dep_1' })
    expect(stopped).toMatchObject({ wasRunning: true, killed: false, drainedMs: expect.any(Number) })
    const lost = (await reading(host)).routes[0]?.releases.map(({ totals }) => totals.edgeFailures)
    expect(lost).toEqual([{}, {}])
  })

  it('and back takes one push, which waits for no build and no stop', async () => {
    const host = await open()
    const { old, fresh } = await twoReleases(host)
    await host.ok(routes([route([target(old, 'warm'), target(fresh)], 'dep_2')]))
    const path = host.app('file', 'x', 'other')
    const artifact = { kind: 'folder', path } as const
    const address = { ...place, release: 'dep_3' }
    const build = { command: `until [ -e ${join(path, 'go')} ]; do sleep 0.05; done` }
    const building = host.agent().run({ kind: 'prepareArtifact', key: key(), ...address, artifact, build })
    await host.ok(routes([route([target(old), target(fresh, 'warm')], 'dep_1')]))
    expect((await ask()).body).toBe('dep_1')
    host.app('go', '', 'other')
    expect(await building).toMatchObject({ ok: true })
  })

  it('is not made to a target that never becomes healthy, and says what the edge saw of it', async () => {
    const host = await open()
    const old = await start(host, 'dep_1')
    const deaf = await start(host, 'dep_2', { command: 'sleep 1000' })
    await host.ok(routes([route([target(old)], 'dep_1')], { awaitHealthyMs: 20_000 }))
    const warm = routes([route([target(old), target(deaf, 'warm')], 'dep_1')], { awaitHealthyMs: 300 })
    const failure = await host.failure(warm)
    expect(failure).toMatchObject({ code: 'host.targets_unhealthy', retryable: true })
    expect(failure.message).toContain(`${deaf.instance} of route web is unproven: connect ECONNREFUSED`)
    expect(await ask()).toEqual({ status: 200, body: 'dep_1' })
    expect((await reading(host)).routes[0]?.targets).toHaveLength(2)
  })
})

describe('an instance that the edge sends requests', () => {
  it('is not stopped, unless somebody forces it', async () => {
    const host = await open()
    const { old } = await twoReleases(host)
    const refusal = await host.failure(stop(old.instance))
    expect(refusal).toMatchObject({ code: 'host.instance_serving', kind: 'conflict' })
    expect(refusal.repair).toContain('setRoutes')
    expect(await ask()).toEqual({ status: 200, body: 'dep_1' })
    expect(await host.ok(stop(old.instance, { force: true }))).toMatchObject({ wasRunning: true })
  })

  it('is vouched for by its socket, and again when it was restarted', async () => {
    const host = await open()
    const started = await start(host, 'dep_1', { restart: { firstDelayMs: 0 } })
    await host.ok(routes([route([target(started)], 'dep_1')], { awaitHealthyMs: 20_000 }))
    expect((await healthOf(host, started.instance))?.evidence?.detail).toContain('attested by the host agent')
    const attested = async () =>
      (await edge.routes()).routes.find(({ id }) => id.endsWith(':web'))?.targets[0]?.attested
    const { pid } = await host.ok({ kind: 'instanceStatus', key: key(), instance: started.instance })
    expect((await attested())?.pid).toBe(pid)
    await ask('/exit').catch(() => undefined)
    await vi.waitFor(
      async () => {
        const found = await host.ok({ kind: 'instanceStatus', key: key(), instance: started.instance })
        expect(found.restarts).toBe(1)
        expect((await attested())?.pid).toBe(found.pid)
      },
      { timeout: 120_000, interval: 50 },
    )
    await vi.waitFor(async () => expect(await ask()).toEqual({ status: 200, body: 'dep_1' }), 120_000)
  })
})

describe('the agent', () => {
  it('dies and returns without a request failing, and vouches for the same processes', async () => {
    const host = await open()
    const { old } = await twoReleases(host)
    let failed = 0
    let going = true
    const client = (async () => {
      while (going) if ((await ask()).status !== 200) failed++
    })()
    await host.restart()
    await vi.waitFor(async () => expect((await reading(host)).reachable).toBe(true), 120_000)
    expect((await healthOf(host, old.instance))?.state).toBe('healthy')
    going = false
    await client
    expect(failed).toBe(0)
    expect((await host.ok({ kind: 'hostFacts', key: key() })).edge).toMatchObject({
      state: 'reachable',
      listeners: [{ port: edgePort }],
    })
  })

  it('launches its edge again when that is gone, and tells it the routes', async () => {
    const host = await open()
    await twoReleases(host)
    const { version } = await reading(host)
    await edge.stop({ withinMs: 100 })
    await vi.waitFor(async () => expect((await reading(host)).version).toBeGreaterThan(version), {
      timeout: 120_000,
      interval: 50,
    })
    edgePort = (await edge.status()).listeners[0]?.port ?? 0
    await vi.waitFor(async () => expect(await ask()).toEqual({ status: 200, body: 'dep_1' }), 120_000)
  })

  it('reads routes as the edge does, and says where they are wrong', async () => {
    const host = await open()
    const wrong = JSON.parse(JSON.stringify({ ...route([], 'dep_1'), hots: ['a'] }))
    expect(await host.failure(routes([wrong]))).toMatchObject({
      code: 'host.command_invalid',
      place: 'routes.0.hots',
      message: expect.stringContaining('did you mean "hosts"?'),
    })
    expect(await host.failure({ ...routes([]), fence: { scope: 'acme/shop/production', term: -1 } })).toMatchObject({
      code: 'host.command_invalid',
    })
  })
})

it('a host without an edge says so', async () => {
  const host = await openTestHost()
  hosts.push(host)
  expect(await host.failure(routes([route([], 'dep_1')]))).toMatchObject({ code: 'host.edge_missing' })
  expect(await host.ok({ kind: 'edgeStatus', key: key() })).toEqual({
    places: [],
    reachable: false,
    why: 'This host runs no edge',
    routes: [],
  })
  expect((await host.ok({ kind: 'hostFacts', key: key() })).edge).toEqual({ state: 'none' })
})
