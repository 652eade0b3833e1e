/**
 * What every driver behind `Edge` must do, over real sockets and real processes. A driver gives a running edge, empty of
 * routes; the suite brings applications and clients. It waits for events, never for time.
 */
import { createServer, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Edge, type EdgeEvent, routeDefaults, type Route, type Target } from './contract.ts'
import { ask, Line, until } from './world.fake.ts'

export type RunningEdge = {
  readonly edge: Edge
  /** Of the plain listener on 127.0.0.1. */
  readonly port: number
  readonly stop: () => Promise<void>
}

type App = { readonly server: Server; readonly port: number; readonly release: string; answers: (() => void)[] }

export function edgeSuite(driver: string, start: () => Promise<RunningEdge>): void {
  describe(`an edge driven by ${driver}`, () => {
    let running: RunningEdge
    let version = 0
    const apps: App[] = []

    beforeAll(async () => {
      running = await start()
      version = (await running.edge.status()).version
    })
    afterAll(() => running.stop())
    afterEach(() => {
      for (const { server } of apps.splice(0)) {
        server.close()
        server.closeAllConnections()
      }
    })

    /** `/slow` is answered when the test says so. */
    async function app(release: string): Promise<App> {
      const answers: (() => void)[] = []
      const server = createServer((request, response) => {
        response.setHeader('x-release-id', release)
        if (request.url === '/slow') answers.push(() => response.end(`slow ${release}`))
        else request.resume().on('end', () => response.end(release))
      })
      server.on('upgrade', (_, socket: Socket) => {
        socket.on('error', () => {})
        socket.on('end', () => socket.end())
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const address = server.address()
      const one: App = {
        server,
        port: address !== null && typeof address === 'object' ? address.port : 0,
        release,
        answers,
      }
      apps.push(one)
      return one
    }

    const target = ({ release, port }: App, more: Partial<Target> = {}): Target => ({
      id: release,
      release,
      instance: release,
      address: { host: '127.0.0.1', port },
      state: 'active',
      ...more,
    })
    const route = (targets: readonly Target[], more: Partial<Route> = {}): Route => ({
      id: 'shop',
      project: 'acme/shop',
      config: 'production',
      service: 'web',
      hosts: ['*'],
      weights: targets.map(({ release }) => ({ release, weight: 1 })),
      targets,
      health: { ...routeDefaults.health, rise: 2, fall: 2, intervalMs: 50, bootIntervalMs: 10 },
      ...more,
    })
    const push = (...routes: readonly Route[]) => running.edge.applyRoutes({ version: ++version, routes })
    const pushOld = (old: App, fresh: App, weights: readonly [number, number], more: Partial<Route> = {}) =>
      push(
        route([target(old), target(fresh)], {
          weights: [
            { release: old.release, weight: weights[0] },
            { release: fresh.release, weight: weights[1] },
          ],
          ...more,
        }),
      )

    async function firstEvent(after: number, fits: (event: EdgeEvent) => boolean): Promise<EdgeEvent> {
      const stop = new AbortController()
      for await (const event of running.edge.events({ signal: stop.signal, after })) {
        if (!fits(event)) continue
        stop.abort()
        return event
      }
      throw new Error('the events ended')
    }
    const lastEvent = async (): Promise<number> => {
      const event = await firstEvent(0, ({ kind }) => kind === 'missed')
      return event.id
    }
    async function healthy(...names: readonly string[]): Promise<void> {
      const isHealthy = async () => {
        const { routes } = await running.edge.status()
        const found = routes.flatMap(({ targets }) => targets).filter(({ health }) => health.state === 'healthy')
        return names.every((name) => found.some(({ id }) => id === name))
      }
      while (!(await isHealthy()));
    }

    it('has nothing to answer without routes, and says so', async () => {
      await push()
      expect(await ask(running.port)).toMatchObject({ status: 404, headers: { 'x-holdfast-edge': 'no_route' } })
    })

    it('acknowledges a version when it is in force', async () => {
      const [old, fresh] = [await app('r1'), await app('r2')]
      await pushOld(old, fresh, [1, 0])
      await healthy('r1', 'r2')
      for (let turn = 0; turn < 10; turn++) {
        const onNew = turn % 2 === 0
        expect(await pushOld(old, fresh, onNew ? [0, 1] : [1, 0])).toMatchObject({ version, stored: true })
        expect((await ask(running.port)).body).toBe(onNew ? 'r2' : 'r1')
      }
      expect((await running.edge.status()).version).toBe(version)
      expect(await running.edge.routes()).toMatchObject({ version })
    })

    it('refuses an old version, takes the same once more, and says what is wrong with a bad one', async () => {
      const routes = [route([target(await app('r1'))])]
      await push(...routes)
      await running.edge.applyRoutes({ version, routes })
      await expect(running.edge.applyRoutes({ version, routes: [] })).rejects.toMatchObject({
        code: 'edge.version_stale',
      })
      await expect(running.edge.applyRoutes({ version: version - 1, routes })).rejects.toMatchObject({
        code: 'edge.version_stale',
        accepted: `${version + 1} or more`,
      })
      const wrong = { version: version + 1, routes: [{ ...routes[0], hots: ['a'] }] }
      await expect(running.edge.applyRoutes(JSON.parse(JSON.stringify(wrong)))).rejects.toMatchObject({
        code: 'edge.routes_invalid',
        place: '/routes/0/hots',
        message: expect.stringContaining('did you mean "hosts"?'),
      })
      expect((await running.edge.status()).version).toBe(version)
    })

    it('never sends a request to a target that has not proven its release', async () => {
      const impostor = await app('r0')
      await push(route([target(impostor, { id: 'r1', release: 'r1' })]))
      const refused = await firstEvent(0, (event) => event.kind === 'target_health' && event.to === 'impostor')
      expect(refused).toMatchObject({ target: 'r1', release: 'r1' })
      expect((await ask(running.port)).status).toBe(503)
    })

    it('shares requests out by weight', async () => {
      const [old, fresh] = [await app('r1'), await app('r2')]
      await pushOld(old, fresh, [3, 1])
      await healthy('r1', 'r2')
      const bodies: string[] = []
      for (let at = 0; at < 40; at++) bodies.push((await ask(running.port)).body)
      expect(bodies.filter((body) => body === 'r2').length).toBeGreaterThanOrEqual(9)
      expect(bodies.filter((body) => body === 'r2').length).toBeLessThanOrEqual(11)
    })

    it('lets what is under way finish, tells when a target is empty, and counts by release', async () => {
      const [old, fresh] = [await app('r1'), await app('r2')]
      await pushOld(old, fresh, [1, 0])
      await healthy('r1', 'r2')
      const after = await lastEvent()
      const slow = ask(running.port, { path: '/slow' })
      await until(() => old.answers.length === 1)
      await pushOld(old, fresh, [0, 1])
      const { routes } = await running.edge.status()
      expect(routes[0]?.targets[0]).toMatchObject({ id: 'r1', serving: false, inFlight: 1, drained: false })
      old.answers[0]?.()
      expect((await slow).body).toBe('slow r1')
      const drained = await firstEvent(after, ({ kind, id }) => kind === 'target_drained' && id > after)
      expect(drained).toMatchObject({ target: 'r1', cut: [] })
      const status = await running.edge.status()
      expect(status.routes[0]?.targets[0]).toMatchObject({ drained: true, inFlight: 0 })
      expect(status.routes[0]?.releases.find(({ release }) => release === 'r1')?.totals).toMatchObject({
        edgeFailures: {},
      })
    })

    it('tells how long answers took since ever, and of the windows only those that are asked for', async () => {
      await push(route([target(await app('r1'))]))
      await healthy('r1')
      const told = async () => {
        const { routes } = await running.edge.status({ windowsSince: Number.MAX_SAFE_INTEGER })
        const { spread = [], windows = [] } = routes[0]?.releases.find(({ release }) => release === 'r1') ?? {}
        return { answers: spread.reduce((sum, [, count]) => sum + count, 0), windows }
      }
      const before = await told()
      for (let at = 0; at < 3; at++) await ask(running.port)
      expect(await told()).toEqual({ answers: before.answers + 3, windows: [] })
      const { routes: whole } = await running.edge.status()
      expect(whole[0]?.releases[0]?.windows).not.toEqual([])
    })

    it('takes a target out at once', async () => {
      const [old, fresh] = [await app('r1'), await app('r2')]
      await pushOld(old, fresh, [1, 1])
      await healthy('r1', 'r2')
      await running.edge.drain({ route: 'shop', targets: ['r1'] })
      for (let at = 0; at < 4; at++) expect((await ask(running.port)).body).toBe('r2')
      await expect(running.edge.drain({ route: 'shop', targets: ['r9'] })).rejects.toMatchObject({
        code: 'edge.target_unknown',
      })
    })

    it('sends WebSockets away with 1001 when their target stops serving', async () => {
      const [old, fresh] = [await app('r1'), await app('r2')]
      const timeouts = { upgradeDrainMs: 20 }
      await pushOld(old, fresh, [1, 0], { timeouts })
      await healthy('r1', 'r2')
      const line = new Line(running.port)
      line.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
      await line.saw((text) => text.endsWith('\r\n\r\n'))
      await pushOld(old, fresh, [0, 1], { timeouts })
      await line.saw((text) => text.endsWith('\x88\x02\x03\xe9'))
      line.write(Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe9]))
      await line.ended
    })

    it('leaves no request waiting or lost while it is restarted', async () => {
      await push(route([target(await app('r1'))]))
      await healthy('r1')
      let going = true
      const statuses = new Map<number, number>()
      const client = async () => {
        while (going) {
          const { status } = await ask(running.port)
          statuses.set(status, (statuses.get(status) ?? 0) + 1)
        }
      }
      const clients = [client(), client(), client()]
      await running.edge.restart()
      await running.edge.restart()
      going = false
      await Promise.all(clients)
      expect([...statuses.keys()]).toEqual([200])
    })

    it('knows the routes again after a restart, and the health of targets', async () => {
      await push(route([target(await app('r1'))]))
      await healthy('r1')
      await running.edge.restart()
      expect((await ask(running.port)).body).toBe('r1')
      const status = await running.edge.status()
      expect(status.version).toBe(version)
      expect(status.routes[0]?.targets[0]?.health.state).toBe('healthy')
    })
  })
}
