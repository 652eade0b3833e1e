import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { Agent, createServer, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { connect } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import type { Clock } from '../base/index.ts'
import type { EdgeClient } from './client.ts'
import type { EdgeSettings, EdgeStatus, Route } from './contract.ts'
import { edgeSuite } from './edge.suite.ts'
import { launchEdge } from './launch.ts'
import { ask, Line, until } from './world.fake.ts'

const realClock: Clock = {
  now: () => Date.now(),
  alarm(atMs, ring) {
    const timer = setTimeout(ring, Math.max(0, atMs - Date.now()))
    return () => clearTimeout(timer)
  },
}
const launcher = {
  executable: process.execPath,
  before: [fileURLToPath(new URL('../app/edge-main.ts', import.meta.url))],
}
const plain: EdgeSettings = { listeners: [{ name: 'main', host: '127.0.0.1', port: 0 }] }

async function launch(settings = plain, folder = mkdtempSync(join(tmpdir(), 'edge-'))) {
  const edge = await launchEdge({ folder, settings, launcher, clock: realClock })
  const { listeners } = await edge.status()
  const stop = async () => {
    await edge.stop({ withinMs: 200 })
    rmSync(folder, { recursive: true, force: true })
  }
  return { edge, port: listeners[0]?.port ?? 0, stop, folder }
}

edgeSuite('our own processes', launch)

const stops: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop()
})

async function started(settings = plain) {
  const running = await launch(settings)
  stops.push(running.stop)
  return running
}

async function app(): Promise<{ readonly port: number; close(): void }> {
  const server = createServer((incoming, response) => {
    incoming.resume().on('end', () => response.setHeader('x-release-id', 'r1').end('r1'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = (): void => {
    server.close()
    server.closeAllConnections()
  }
  stops.push(close)
  const address = server.address()
  return { port: address !== null && typeof address === 'object' ? address.port : 0, close }
}

const route = (port: number): Route => ({
  id: 'shop',
  project: 'acme/shop',
  config: 'production',
  service: 'web',
  hosts: ['*'],
  weights: [{ release: 'r1', weight: 1 }],
  targets: [{ id: 'a', release: 'r1', instance: 'web.1', address: { host: '127.0.0.1', port }, state: 'active' }],
  health: { bootIntervalMs: 10, intervalMs: 100 },
})

async function serve(edge: EdgeClient, version = 1): Promise<{ close(): void }> {
  const target = await app()
  await edge.applyRoutes({ version, routes: [route(target.port)] })
  await seen(edge, ({ routes }) => routes[0]?.targets[0]?.health.state === 'healthy')
  return target
}

async function seen(edge: EdgeClient, fits: (status: EdgeStatus) => boolean): Promise<EdgeStatus> {
  for (;;) {
    const status = await edge.status().catch(() => undefined)
    if (status !== undefined && fits(status)) return status
  }
}

/** Stopped first, so that none of them sees another die. */
async function killAll(edge: EdgeClient): Promise<void> {
  const { keeper, workers } = await edge.status()
  const all = [keeper.pid, ...workers.map((worker) => worker.pid)]
  for (const signal of ['SIGSTOP', 'SIGKILL'] as const) for (const pid of all) process.kill(pid, signal)
}

const settingsIn = (folder: string): EdgeSettings => JSON.parse(readFileSync(join(folder, 'edge.json'), 'utf8'))

/** Clients in a closed loop, half of them on kept connections, some uploading. Counts what was not a whole 200. */
function load(port: number) {
  const kept = new Agent({ keepAlive: true, maxSockets: 8 })
  const failures: string[] = []
  let going = true
  let done = 0
  const once = (agent: Agent | false, method: 'GET' | 'POST') =>
    new Promise<void>((resolve) => {
      const fail = (error: Error & { code?: string }) => {
        failures.push(error.code ?? error.message)
        resolve()
      }
      const call = request({ host: '127.0.0.1', port, agent, method }, (answer) => {
        if (answer.statusCode !== 200)
          failures.push(`${answer.statusCode} ${String(answer.headers['x-holdfast-edge'])}`)
        answer.on('error', fail)
        answer.resume().on('end', () => {
          done++
          resolve()
        })
      })
      call.on('error', fail)
      call.end(method === 'POST' ? 'x'.repeat(2000) : undefined)
    })
  const client = async (agent: Agent | false, method: 'GET' | 'POST') => {
    while (going) await once(agent, method)
  }
  const clients = [
    client(kept, 'GET'),
    client(kept, 'GET'),
    client(kept, 'POST'),
    client(false, 'GET'),
    client(false, 'POST'),
  ]
  return {
    failures,
    get done() {
      return done
    },
    async stop() {
      going = false
      await Promise.all(clients)
      kept.destroy()
      return { done, failures }
    },
  }
}

describe('the edge as processes', () => {
  it('loses nothing over ten hand-overs under load', async () => {
    const { edge, port } = await started()
    await serve(edge)
    const traffic = load(port)
    for (let turn = 0; turn < 10; turn++) await edge.restart()
    const { done, failures } = await traffic.stop()
    expect(failures).toEqual([])
    expect(done).toBeGreaterThan(100)
    const status = await edge.status()
    expect(status.crashes).toBe(0)
    expect(status.routes[0]?.releases[0]?.totals).toMatchObject({
      edgeFailures: {},
      classes: [0, expect.any(Number), 0, 0, 0],
    })
  })

  it('refuses no connection when a worker is killed, and loses only what that worker had under way', async () => {
    const { edge, port } = await started()
    await serve(edge)
    const traffic = load(port)
    for (let turn = 1; turn <= 3; turn++) {
      const { workers } = await edge.status()
      const before = traffic.done
      process.kill(workers.find(({ state }) => state === 'serving')?.pid ?? 0, 'SIGKILL')
      await seen(edge, (status) => status.crashes === turn && status.workers.some(({ state }) => state === 'serving'))
      await until(() => traffic.done > before + 20)
    }
    const { failures } = await traffic.stop()
    expect(failures).not.toContain('ECONNREFUSED')
    // Five clients: at each kill each of them had at most one request under way.
    expect(failures.length).toBeLessThanOrEqual(15)
    expect(new Set(failures).difference(new Set(['ECONNRESET', 'EPIPE']))).toEqual(new Set())
  })

  it('survives the death of its keeper without losing a request, and has a new one', async () => {
    const { edge, port } = await started()
    await serve(edge)
    const traffic = load(port)
    const { keeper } = await edge.status()
    process.kill(keeper.pid, 'SIGKILL')
    const after = await seen(edge, (status) => status.keeper.pid !== keeper.pid && status.workers.length === 1)
    expect(after.listeners[0]?.port).toBe(port)
    await edge.applyRoutes({ ...(await edge.routes()), version: 2 })
    const { failures } = await traffic.stop()
    expect(failures).toEqual([])
    expect((await ask(port)).body).toBe('r1')
  })

  it('starts with the last good routes when everything was killed', async () => {
    const { edge, folder } = await started({
      listeners: [{ name: 'main', host: '127.0.0.1', port: await freePort() }],
    })
    await serve(edge)
    await killAll(edge)
    const again = await launch(settingsIn(folder), folder)
    expect(await again.edge.status()).toMatchObject({ version: 1, origin: 'disk' })
    expect((await ask(again.port)).body).toBe('r1')
  })

  it('starts with them and says that nobody is there when what served was killed as well', async () => {
    const { edge, folder } = await started({
      listeners: [{ name: 'main', host: '127.0.0.1', port: await freePort() }],
    })
    const target = await serve(edge)
    await killAll(edge)
    target.close()
    const again = await launch(settingsIn(folder), folder)
    for (const _ of [1, 2]) expect((await ask(again.port)).status).toBe(503)
  })

  it('ends as soon as nothing is under way when it is told to stop, whoever keeps a connection', async () => {
    const { edge, port, folder } = await launch()
    await serve(edge)
    const line = new Line(port)
    line.write('GET / HTTP/1.1\r\nhost: shop\r\n\r\n')
    await line.saw((text) => text.endsWith('r1'))
    await edge.stop({ withinMs: 3_600_000 })
    expect(await line.ended).toContain('200 OK')
    rmSync(folder, { recursive: true, force: true })
  })

  it('is one per folder, and is found again by who asks for it twice', async () => {
    const { edge, folder } = await started()
    const { keeper } = await edge.status()
    const again = await launchEdge({ folder, settings: plain, launcher, clock: realClock })
    expect((await again.status()).keeper).toEqual(keeper)
    expect(() => execFileSync(process.execPath, [...launcher.before, 'keeper', folder], { stdio: 'pipe' })).toThrow(
      /runs on .* already/,
    )
  })

  it('says that somebody else has the port, and nothing of its own inside', async () => {
    const { port } = await started()
    const settings = { listeners: [{ name: 'main', host: '127.0.0.1', port }] }
    const folder = mkdtempSync(join(tmpdir(), 'edge-'))
    const launched = launchEdge({ folder, settings, launcher, clock: realClock })
    await expect(launched).rejects.toMatchObject({
      code: 'edge.port_taken',
      message: `Another process listens on 127.0.0.1:${port}`,
    })
  })

  it('can be reached by its owner only', async () => {
    const { folder } = await started()
    expect(statSync(join(folder, 'admin.sock')).mode & 0o777).toBe(0o600)
    expect(statSync(folder).mode & 0o077).toBe(0)
  })

  it('shows certificates by name, new ones after a reload, and the old ones while a file is broken', async () => {
    const files = mkdtempSync(join(tmpdir(), 'edge-tls-'))
    cpSync(fixtures, files, { recursive: true })
    const file = (name: string) => join(files, name)
    const keyFile = file('test-only.key')
    const certificates = [
      { hosts: ['shop.example.com'], certFile: file('shop.pem'), keyFile },
      { hosts: ['*.other.example.com'], certFile: file('other.pem'), keyFile },
    ]
    const { edge, port } = await started({ listeners: [{ name: 'tls', host: '127.0.0.1', port: 0, certificates }] })
    expect(await peerOf(port, 'shop.example.com')).toBe('shop.example.com 01')
    expect(await peerOf(port, 'a.other.example.com')).toBe('*.other.example.com 03')
    expect(await peerOf(port, 'unknown.test')).toBe('shop.example.com 01')
    cpSync(file('shop-renewed.pem'), file('shop.pem'))
    await edge.reload()
    expect(await peerOf(port, 'shop.example.com')).toBe('shop.example.com 02')
    writeFileSync(file('shop.pem'), 'broken')
    await expect(edge.reload()).rejects.toMatchObject({ code: 'edge.settings_invalid', place: file('shop.pem') })
    await edge.restart()
    expect(await peerOf(port, 'shop.example.com')).toBe('shop.example.com 02')
    await seen(edge, ({ workers }) => workers.length === 1)
  })

  it('takes other listeners and rules for clients after a reload, without a gap', async () => {
    const { edge, port, folder } = await started()
    await serve(edge)
    const traffic = load(port)
    const settings: EdgeSettings = {
      listeners: [...plain.listeners, { name: 'second', host: '127.0.0.1', port: 0 }],
      client: { keepAliveMs: 2000 },
    }
    await launchEdge({ folder, settings, launcher, clock: realClock })
    const { listeners } = await edge.status()
    expect(listeners.map(({ name }) => name)).toEqual(['main', 'second'])
    expect(listeners[0]?.port).toBe(port)
    const answer = await ask(listeners[1]?.port ?? 0, { headers: { connection: 'keep-alive' } })
    expect(answer).toMatchObject({ status: 200, headers: { 'keep-alive': 'timeout=2' } })
    expect((await traffic.stop()).failures).toEqual([])
  })
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return address !== null && typeof address === 'object' ? address.port : 0
}

const fixtures = fileURLToPath(new URL('fixtures', import.meta.url))

/** Whom the certificate is for, and its serial number. */
function peerOf(port: number, servername: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, servername, rejectUnauthorized: false }, () => {
      const { subject, serialNumber } = socket.getPeerCertificate()
      resolve(`${String(subject.CN)} ${serialNumber}`)
      socket.destroy()
    })
    socket.on('error', reject)
  })
}
