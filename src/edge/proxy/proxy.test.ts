import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createNetServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type App, ask, Line, raw, turn, until, World } from '../world.fake.ts'

let world: World
beforeEach(() => {
  world = new World()
})
afterEach(() => world.close())

const releasesIn = async (port: number, times: number) => {
  const bodies: string[] = []
  for (let at = 0; at < times; at++) bodies.push((await ask(port)).body)
  return bodies
}

describe('a request', () => {
  it('reaches the application whole, and so does the answer', async () => {
    const app = await world.app('r1', (request, response) => {
      let text = ''
      request.on('data', (chunk) => (text += String(chunk)))
      request.on('end', () => {
        response.setHeader('set-cookie', ['a=1', 'b=2'])
        response.writeHead(201, 'Made')
        response.end(`${request.method} ${request.url} ${text}`)
      })
    })
    const port = await world.edge()
    await world.serve(world.route([world.target('r1', app)]))
    const answer = await ask(port, {
      method: 'POST',
      path: '/buy?x=%2F',
      body: 'apples',
      headers: { host: 'shop.example.com', 'x-request-id': 'mine-1' },
    })
    expect(answer).toMatchObject({ status: 201, body: 'POST /buy?x=%2F apples' })
    expect(answer.headers).toMatchObject({ 'set-cookie': ['a=1', 'b=2'], 'x-request-id': 'mine-1' })
    expect(answer.headers).not.toHaveProperty('x-holdfast-edge')
    expect(app.seen[0]?.headers).toMatchObject({
      host: 'shop.example.com',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-request-id': 'mine-1',
      via: '1.1 holdfast',
      'content-length': '6',
    })
  })

  it('may be large both ways, in chunks', async () => {
    const app = await world.app('r1', (request, response) => void request.pipe(response))
    const port = await world.edge()
    await world.serve(world.route([world.target('r1', app)]))
    const body = Buffer.alloc(3_000_000, 'holdfast')
    const answer = await ask(port, { method: 'PUT', body, headers: { 'transfer-encoding': 'chunked' } })
    expect(answer.body.length).toBe(body.length)
    expect(answer.body).toBe(body.toString())
  })

  it('is told to continue by the application, not by the edge', async () => {
    const app = await world.app('r1')
    app.server.on('checkContinue', (request, response) => {
      if (request.headers['x-refuse'] !== undefined) return void response.writeHead(417).end()
      response.writeContinue()
      request.pipe(response)
    })
    const port = await world.edge()
    await world.serve(world.route([world.target('r1', app)]))
    const head = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n'
    const line = new Line(port)
    line.write(`${head}\r\n`)
    await line.saw((text) => text.startsWith('HTTP/1.1 100'))
    line.write('ok')
    await line.saw((text) => text.includes('HTTP/1.1 200') && text.endsWith('ok\r\n0\r\n\r\n'))
    line.socket.destroy()
    const refused = new Line(port)
    refused.write(`${head}X-Refuse: 1\r\n\r\n`)
    await refused.saw((text) => text.startsWith('HTTP/1.1 417'))
    refused.socket.destroy()
  })

  it('finds its service by host and path', async () => {
    const [shop, api] = [await world.app('shop'), await world.app('api')]
    const port = await world.edge()
    await world.serve(
      world.route([world.target('shop', shop)], { id: 'a', hosts: ['shop.example.com'] }),
      world.route([world.target('api', api)], { id: 'b', hosts: ['shop.example.com'], pathPrefix: '/api' }),
    )
    const headers = { host: 'SHOP.example.com:80' }
    expect((await ask(port, { headers })).body).toBe('from shop')
    expect((await ask(port, { path: '/api/x', headers })).body).toBe('from api')
    expect((await ask(port, { path: '/x/../api', headers })).body).toBe('from api')
    const lost = await ask(port, { headers: { host: 'elsewhere.test' } })
    expect(lost).toMatchObject({ status: 404, headers: { 'x-holdfast-edge': 'no_route' } })
    expect(world.worker?.report().unrouted).toEqual({ no_route: 1 })
  })

  it('goes over a kept connection', async () => {
    const app = await world.app('r1')
    const port = await world.edge()
    await world.serve(world.route([world.target('r1', app)]))
    await until(() => app.sockets.size === 0)
    await releasesIn(port, 5)
    expect(app.sockets.size).toBe(1)
  })

  it('reaches an application on a Unix socket', async () => {
    const app = await world.app('r1')
    const socketPath = join(mkdtempSync(join(tmpdir(), 'edge-')), 'app.sock')
    const second = createServer((_, response) => void response.setHeader('x-release-id', 'r1').end('over the socket'))
    await new Promise<void>((resolve) => second.listen(socketPath, resolve))
    const port = await world.edge()
    await world.serve(world.route([world.target('r1', app, { address: { socketPath } })]))
    expect((await ask(port)).body).toBe('over the socket')
    second.close()
  })
})

describe('weights', () => {
  it('share requests out exactly, and at once when they change', async () => {
    const targets = [world.target('r1', await world.app('r1')), world.target('r2', await world.app('r2'))]
    const port = await world.edge()
    const weighted = (old: number, fresh: number) =>
      world.route(targets, {
        weights: [
          { release: 'r1', weight: old },
          { release: 'r2', weight: fresh },
        ],
      })
    await world.serve(weighted(3, 1))
    const bodies = await releasesIn(port, 20)
    expect(bodies.filter((body) => body === 'from r2')).toHaveLength(5)
    world.apply(weighted(0, 1))
    expect(new Set(await releasesIn(port, 10))).toEqual(new Set(['from r2']))
    world.apply(weighted(1, 0))
    expect(new Set(await releasesIn(port, 10))).toEqual(new Set(['from r1']))
  })

  it('keep a sticky client where it is', async () => {
    const targets = [world.target('r1', await world.app('r1')), world.target('r2', await world.app('r2'))]
    const port = await world.edge()
    await world.serve(world.route(targets, { stickyBy: { kind: 'cookie', name: 'sid' } }))
    const seen = new Set<string>()
    for (let client = 0; client < 12; client++) {
      const headers = { cookie: `sid=${client}` }
      const bodies = [await ask(port, { headers }), await ask(port, { headers })].map(({ body }) => body)
      expect(bodies[0]).toBe(bodies[1])
      seen.add(bodies[0] ?? '')
    }
    expect(seen.size).toBe(2)
  })
})

describe('a target', () => {
  it('gets nothing before it is proven, and nothing while it is warm', async () => {
    const [old, fresh] = [await world.app('r1'), await world.app('r2')]
    const port = await world.edge()
    await world.serve(world.route([world.target('r1', old), world.target('r2', fresh, { state: 'warm' })]))
    await world.health('shop', 'r2', 'healthy')
    await releasesIn(port, 6)
    expect([old.seen.length, fresh.seen.length]).toEqual([6, 0])
  })

  it('is refused when another release answers on its port, even in panic', async () => {
    const app = await world.app('r1')
    const port = await world.edge()
    world.apply(world.route([world.target('r2', app)]))
    await world.health('shop', 'r2', 'impostor')
    expect(await ask(port)).toMatchObject({ status: 503, headers: { 'x-holdfast-edge': 'no_target' } })
    const told = await world.happened('target_health', ({ to }) => to === 'impostor')
    expect(told.evidence?.detail).toBe('x-release-id says "r1", expected "r2"')
    expect(app.seen).toHaveLength(0)
  })

  it('may be asked in its own way: two releases share a route that are healthy on different paths', async () => {
    const [old, fresh] = [await world.app('r1'), await world.app('r2')]
    answerOnlyOn(old, 'r1', '/health')
    answerOnlyOn(fresh, 'r2', '/up')
    await world.edge()
    const own = (path: string) => ({ health: { path, expectStatus: { min: 204, max: 204 } } })
    await world.serve(world.route([world.target('r1', old, own('/health')), world.target('r2', fresh, own('/up'))]))
    const states = world.worker?.report().routes[0]?.targets.map(({ release, health }) => `${release} ${health.state}`)
    expect(states).toEqual(['r1 healthy', 'r2 healthy'])
  })

  it('that echoes nothing is proven by the host agent only', async () => {
    const app = await world.app('r1')
    app.server.removeAllListeners('request')
    app.server.on('request', (_, response) => void response.end('mute'))
    const port = await world.edge()
    world.apply(world.route([world.target('r1', app)]))
    for (let at = 0; at < 20; at++) await turn()
    world.clock.advanceBy(10)
    expect((await ask(port)).status).toBe(503)
    await world.serve(
      world.route([world.target('r1', app, { attested: { pid: 7, at: 1, evidence: 'inode 9 is held by 7' } })]),
    )
    expect((await ask(port)).body).toBe('mute')
  })

  it('that stops answering probes is left out; below half the pool all are used again', async () => {
    const apps = [await world.app('r1'), await world.app('r1'), await world.app('r1')]
    const targets = apps.map((app, at) => world.target('r1', app, { id: `t${at}` }))
    const port = await world.edge()
    await world.serve(world.route(targets))
    const sick = (app: (typeof apps)[number]) => {
      app.server.prependListener('request', (request, response) => {
        if (request.headers['x-holdfast-probe'] !== undefined) response.statusCode = 500
      })
    }
    for (const app of apps.slice(0, 1)) sick(app)
    await world.health('shop', 't0', 'unhealthy')
    const before = apps[0]?.seen.length
    await releasesIn(port, 6)
    expect(apps[0]?.seen.length).toBe(before)
    for (const app of apps.slice(1, 2)) sick(app)
    await world.health('shop', 't1', 'unhealthy')
    expect(await world.happened('panic')).toMatchObject({ on: true, healthy: 1, of: 3 })
    await releasesIn(port, 6)
    expect(apps.every(({ seen }) => seen.length > 0)).toBe(true)
  })

  it('whose answers name another release is looked at again at once', async () => {
    const app = await world.app('r1')
    const port = await world.edge()
    await world.serve(world.route([world.target('r1', app)]))
    app.server.removeAllListeners('request')
    app.server.on('request', (_, response) => void response.setHeader('x-release-id', 'r0').end('old'))
    await ask(port)
    await world.happened('target_health', ({ to }) => to === 'impostor')
    expect(world.worker?.report().routes[0]?.targets[0]?.counts.totals.foreignAnswers).toBe(1)
  })
})

describe('what goes wrong between edge and target', () => {
  it('a target that cannot be reached costs nobody anything while another can, whatever the method', async () => {
    const [dead, live] = [await world.app('r1'), await world.app('r1')]
    const port = await world.edge()
    await world.serve(world.route([world.target('r1', dead, { id: 'dead' }), world.target('r1', live, { id: 'live' })]))
    dead.server.close()
    dead.server.closeAllConnections()
    for (let at = 0; at < 6; at++) expect((await ask(port, { method: 'POST', body: 'x' })).status).toBe(200)
    await world.happened('target_health', ({ target, to }) => target === 'dead' && to === 'unhealthy')
    const counts = world.worker?.report().routes[0]?.releases[0]?.counts.totals
    expect(counts).toMatchObject({ requests: 6, retries: 2, edgeFailures: {} })
  })

  it('a kept connection that the target closes under a GET is a matter of one repeat', async () => {
    let close = false
    const app = await world.app('r1', (request, response) => {
      if (close && request.socket.bytesRead > 0) {
        close = false
        request.socket.destroy()
      } else response.end('fine')
    })
    const port = await world.edge()
    await world.serve(world.route([world.target('r1', app)]))
    await ask(port)
    close = true
    expect(await ask(port)).toMatchObject({ status: 200, body: 'fine' })
    close = true
    const lost = await ask(port, { method: 'POST' })
    expect(lost).toMatchObject({ status: 502, headers: { 'x-holdfast-edge': 'reset_before_answer' } })
  })

  it('where every kept connection breaks, the repeat comes on a new one', async () => {
    let close = false
    const sockets = new Set<unknown>()
    const app = () =>
      world.app('r1', (request, response) => {
        if (close && sockets.has(request.socket)) return void request.socket.destroy()
        sockets.add(request.socket)
        response.end('fine')
      })
    const names = ['a', 'b', 'c', 'd']
    const targets = await Promise.all(names.map(async (id) => world.target('r1', await app(), { id })))
    const port = await world.edge()
    await world.serve(world.route(targets))
    for (const _ of names) await ask(port)
    expect(sockets.size).toBe(names.length)
    close = true
    expect(await ask(port)).toMatchObject({ status: 200, body: 'fine' })
  })

  it('a PUT is repeated with its body', async () => {
    let close = false
    const app = await world.app('r1', (request, response) => {
      let text = ''
      request.on('data', (chunk) => (text += String(chunk)))
      request.on('end', () => {
        if (close) request.socket.destroy()
        else response.end(text)
        close = false
      })
    })
    const port = await world.edge()
    await world.serve(world.route([world.target('r1', app)]))
    await ask(port)
    close = true
    expect(await ask(port, { method: 'PUT', body: 'whole' })).toMatchObject({ status: 200, body: 'whole' })
  })

  it('an answer that breaks off is not passed on as whole', async () => {
    const app = await world.app('r1', (_, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('half', () => response.destroy())
    })
    const port = await world.edge()
    await world.serve(world.route([world.target('r1', app)]))
    await expect(ask(port)).rejects.toThrow('aborted')
    const counts = () => world.worker?.report().routes[0]?.targets[0]?.counts
    await until(() => counts()?.totals.requests === 1)
    expect(counts()?.totals.edgeFailures).toEqual({ reset_in_answer: 1 })
  })

  it('an answer that is none is a 502 with its own cause', async () => {
    const nonsense = createNetServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', (head) => {
        const probe = head.includes('X-Holdfast-Probe')
        socket.end(probe ? 'HTTP/1.1 200 OK\r\nX-Release-Id: r1\r\nContent-Length: 0\r\n\r\n' : 'SSH-2.0-x\r\n')
      })
    })
    await new Promise<void>((resolve) => nonsense.listen(0, '127.0.0.1', resolve))
    const address = nonsense.address()
    const target = { port: address !== null && typeof address === 'object' ? address.port : 0 }
    const port = await world.edge()
    await world.serve(world.route([world.target('r1', target)]))
    expect(await ask(port)).toMatchObject({ status: 502, headers: { 'x-holdfast-edge': 'bad_answer' } })
    nonsense.close()
  })

  it("an application's own 502 is not the edge's", async () => {
    const app = await world.app(
      'r1',
      (_, response) => void response.writeHead(502, { 'x-holdfast-edge': 'forged' }).end(),
    )
    const port = await world.edge()
    await world.serve(world.route([world.target('r1', app)]))
    const answer = await ask(port)
    expect(answer.status).toBe(502)
    expect(answer.headers).not.toHaveProperty('x-holdfast-edge')
    expect(world.worker?.report().routes[0]?.targets[0]?.counts.totals).toMatchObject({
      classes: [0, 0, 0, 0, 1],
      edgeFailures: {},
    })
  })

  it('an answer that does not come is a 504 when its time is over', async () => {
    const app = await world.app('r1', () => {})
    const port = await world.edge()
    await world.serve(world.route([world.target('r1', app)], { timeouts: { responseMs: 5000 } }))
    const answer = ask(port)
    await until(() => app.seen.length === 1)
    world.clock.advanceBy(5000)
    expect(await answer).toMatchObject({ status: 504, headers: { 'x-holdfast-edge': 'response_timeout' } })
  })

  it('nobody listening anywhere is a 502', async () => {
    const app = await world.app('r1')
    const port = await world.edge()
    await world.serve(world.route([world.target('r1', app)]))
    app.server.close()
    app.server.closeAllConnections()
    expect(await ask(port)).toMatchObject({ status: 502, headers: { 'x-holdfast-edge': 'connect_failed' } })
  })

  it("a client that goes away is nobody's failure, and the target hears of it", async () => {
    let gone = false
    const app = await world.app('r1', (request) => void request.on('close', () => (gone = true)))
    const port = await world.edge()
    await world.serve(world.route([world.target('r1', app)]))
    const line = new Line(port)
    line.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await until(() => app.seen.length === 1)
    line.socket.destroy()
    await until(() => gone)
    expect(world.worker?.report().routes[0]?.targets[0]?.counts).toMatchObject({
      inFlight: 0,
      totals: { clientAborts: 1, edgeFailures: {} },
    })
  })
})

describe('limits', () => {
  it('refuse bodies that are too large, announced or not', async () => {
    const app = await world.app('r1', (request, response) => {
      request.resume()
      request.on('end', () => response.end())
    })
    const port = await world.edge()
    await world.serve(world.route([world.target('r1', app)], { limits: { bodyBytes: 10 } }))
    const refused = { status: 413, headers: { 'x-holdfast-edge': 'body_too_large' } }
    expect(await ask(port, { method: 'POST', body: 'x'.repeat(11) })).toMatchObject(refused)
    const chunked = { 'transfer-encoding': 'chunked' }
    expect(await ask(port, { method: 'POST', body: 'x'.repeat(11), headers: chunked })).toMatchObject(refused)
    expect((await ask(port, { method: 'POST', body: 'x'.repeat(10), headers: chunked })).status).toBe(200)
  })

  it('refuse what comes too fast, until time has passed', async () => {
    const app = await world.app('r1')
    const port = await world.edge()
    await world.serve(world.route([world.target('r1', app)], { limits: { requestsPerSecond: 1, burst: 2 } }))
    const statuses = [await ask(port), await ask(port), await ask(port)].map(({ status }) => status)
    expect(statuses).toEqual([200, 200, 429])
    world.clock.advanceBy(1000)
    expect((await ask(port)).status).toBe(200)
  })

  it('refuse more at once than allowed', async () => {
    const app = await world.app('r1', (request, response) => {
      if (request.url === '/slow') return
      response.end()
    })
    const port = await world.edge()
    await world.serve(world.route([world.target('r1', app)], { limits: { connections: 1 } }))
    const line = new Line(port)
    line.write('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n')
    await until(() => app.seen.length === 1)
    expect(await ask(port)).toMatchObject({ status: 503, headers: { 'x-holdfast-edge': 'too_many_requests_open' } })
    line.socket.destroy()
    await until(() => world.worker?.inFlight === 0)
    expect((await ask(port)).status).toBe(200)
  })

  it('refuse long heads, by route and for the whole edge', async () => {
    const app = await world.app('r1')
    const port = await world.edge({ client: { headerBytes: 4096 } })
    await world.serve(world.route([world.target('r1', app)], { limits: { headerBytes: 500 } }))
    const refused = { status: 431, headers: { 'x-holdfast-edge': 'headers_too_large' } }
    expect(await ask(port, { headers: { 'x-long': 'x'.repeat(600) } })).toMatchObject(refused)
    expect(await ask(port, { headers: { 'x-long': 'x'.repeat(6000) } })).toMatchObject(refused)
  })

  it('end a connection that never sends a whole head', async () => {
    const port = await world.edge({ client: { headersMs: 40 } })
    expect(await raw(port, 'GET / HTTP/1.1\r\nHost')).toContain('408')
    expect(await raw(port, '')).toContain('408')
  })

  it('show the maintenance page instead', async () => {
    const app = await world.app('r1')
    const port = await world.edge()
    const maintenance = { on: true, status: 503, message: 'Back at nine.' }
    await world.serve(world.route([world.target('r1', app)], { maintenance }))
    const answer = await ask(port, { headers: { accept: 'text/html' } })
    expect(answer).toMatchObject({ status: 503, headers: { 'x-holdfast-edge': 'maintenance', 'retry-after': '30' } })
    expect(answer.body).toContain('Back at nine.')
    expect(app.seen).toHaveLength(0)
  })
})

describe('smuggling', () => {
  it.each([
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 6\r\n'],
    ['a length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n'],
    ['an encoding in disguise', 'Transfer-Encoding : chunked\r\n'],
    ['an encoding with a tail', 'Transfer-Encoding: chunked, x\r\n'],
    ['a folded encoding', 'Transfer-Encoding:\r\n chunked\r\n'],
    ['a bare carriage return', 'X: a\rTransfer-Encoding: chunked\r\n'],
    ['two hosts', 'Host: other\r\n'],
    ['a zero byte', 'X: a\0b\r\n'],
  ])('by %s never reaches a target', async (_, headers) => {
    const app = await world.app('r1', (request, response) => {
      request.resume()
      request.on('end', () => response.end())
    })
    const port = await world.edge()
    await world.serve(world.route([world.target('r1', app)]))
    const text = await raw(
      port,
      `POST / HTTP/1.1\r\nHost: a\r\n${headers}\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n`,
    )
    expect(text).toMatch(/^HTTP\/1\.1 (400|501)/)
    expect(app.seen.map(({ url }) => url)).not.toContain('/smuggled')
    expect(app.seen).toHaveLength(0)
  })

  it('CONNECT is refused', async () => {
    const port = await world.edge()
    expect(await raw(port, 'CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n')).toMatch(/^HTTP\/1\.1 405/)
  })
})

/** An application whose health stands on this path alone. */
function answerOnlyOn(app: App, release: string, path: string): void {
  app.server.removeAllListeners('request')
  app.server.on('request', (request, response) => {
    response.writeHead(request.url === path ? 204 : 404, { 'x-release-id': release }).end()
  })
}
