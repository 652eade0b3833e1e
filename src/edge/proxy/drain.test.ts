import { createHash } from 'node:crypto'
import type { Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Route } from '../contract.ts'
import { type App, ask, Line, turn, until, World } from '../world.fake.ts'

let world: World
beforeEach(() => {
  world = new World()
})
afterEach(() => world.close())

const timeouts = { drainMs: 1000, upgradeDrainMs: 900 }

/** Old and new; the old one answers `/slow` when told. */
async function oldAndNew() {
  const held: (() => void)[] = []
  const old = await world.app('r1', (request, response) => {
    if (request.url === '/slow') held.push(() => response.end('slow but whole'))
    else response.end('from r1')
  })
  const fresh = await world.app('r2')
  const port = await world.edge()
  const route = (more: Partial<Route> = {}) =>
    world.route([world.target('r1', old), world.target('r2', fresh)], { timeouts, ...more })
  const onOld = route({
    weights: [
      { release: 'r1', weight: 1 },
      { release: 'r2', weight: 0 },
    ],
  })
  const onNew = route({
    weights: [
      { release: 'r1', weight: 0 },
      { release: 'r2', weight: 1 },
    ],
  })
  await world.serve(onOld)
  await world.health('shop', 'r2', 'healthy')
  return { old, fresh, port, onOld, onNew, release: () => held.splice(0).forEach((end) => end()) }
}

const totals = () => world.worker?.report().routes[0]?.targets.find(({ id }) => id === 'r1')?.counts.totals

describe('a target that stops serving', () => {
  it('gets nothing new from that moment, and finishes what it has', async () => {
    const { old, port, onNew, release } = await oldAndNew()
    const slow = ask(port, { path: '/slow' })
    await until(() => old.seen.length === 1)
    world.apply(onNew)
    for (let at = 0; at < 10; at++) expect((await ask(port)).body).toBe('from r2')
    expect(old.seen).toHaveLength(1)
    release()
    expect(await slow).toMatchObject({ status: 200, body: 'slow but whole' })
    expect(await world.happened('target_drained')).toMatchObject({ target: 'r1', cut: [] })
  })

  it('has its idle connections closed first, by the edge', async () => {
    const { old, port, onNew } = await oldAndNew()
    await ask(port)
    await until(() => old.sockets.size === 1)
    world.apply(onNew)
    await until(() => old.sockets.size === 0)
  })

  it('is cut at the end of the drain, with the ids of who lost', async () => {
    const { old, port, onNew } = await oldAndNew()
    const slow = ask(port, { path: '/slow', headers: { 'x-request-id': 'the-slow-one' } })
    await until(() => old.seen.length === 1)
    world.apply(onNew)
    world.clock.advanceBy(999)
    await turn()
    expect(world.happenings.map(({ kind }) => kind)).not.toContain('target_drained')
    world.clock.advanceBy(1)
    expect(await slow).toMatchObject({ status: 504, headers: { 'x-holdfast-edge': 'drain_timeout' } })
    expect(await world.happened('target_drained')).toMatchObject({ cut: ['the-slow-one'], tookMs: 1000 })
    expect(totals()).toMatchObject({ edgeFailures: { drain_timeout: 1 } })
  })

  it('is left alone again when it serves again in time', async () => {
    const { old, port, onNew, onOld, release } = await oldAndNew()
    const slow = ask(port, { path: '/slow' })
    await until(() => old.seen.length === 1)
    world.apply(onNew)
    world.apply(onOld)
    await world.happened('drain_called_off')
    world.clock.advanceBy(5000)
    release()
    expect((await slow).status).toBe(200)
    expect((await ask(port)).body).toBe('from r1')
  })

  it('drains also when it is gone from the routes, and is shown until it is empty', async () => {
    const { old, fresh, port, release } = await oldAndNew()
    const slow = ask(port, { path: '/slow' })
    await until(() => old.seen.length === 1)
    world.apply(world.route([world.target('r2', fresh)], { timeouts }))
    const shown = () => world.worker?.report().routes[0]?.targets.map(({ id, serving }) => [id, serving])
    expect(shown()).toEqual([
      ['r2', true],
      ['r1', false],
    ])
    release()
    expect((await slow).body).toBe('slow but whole')
    await world.happened('target_drained')
    expect(shown()).toEqual([['r2', true]])
  })

  it('can be taken out at once, without a new version of the routes', async () => {
    const { old, fresh, port, onOld } = await oldAndNew()
    world.apply({
      ...onOld,
      weights: [
        { release: 'r1', weight: 1 },
        { release: 'r2', weight: 1 },
      ],
    })
    world.worker?.drain({ route: 'shop', targets: ['r1'] })
    for (let at = 0; at < 4; at++) expect((await ask(port)).body).toBe('from r2')
    expect([old.seen.length, fresh.seen.length]).toEqual([0, 4])
    expect(() => world.worker?.drain({ route: 'shop', targets: ['r9'] })).toThrow(/r9/)
  })

  it('lets an event stream end between two events, and tells its client when to come back', async () => {
    let stream: { write(text: string): void } | undefined
    const app = await world.app('r1', (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: 1\n\n')
      stream = response
    })
    const port = await world.edge()
    const routeOf = (weight: number) =>
      world.route([world.target('r1', app)], { timeouts, weights: [{ release: 'r1', weight }] })
    await world.serve(routeOf(1))
    const line = new Line(port)
    line.write('GET /events HTTP/1.1\r\nHost: a\r\n\r\n')
    await line.saw((text) => text.includes('data: 1\n\n'))
    stream?.write('data: ')
    await line.saw((text) => text.includes('data: \r\n'))
    world.apply(routeOf(0))
    world.clock.advanceBy(900)
    stream?.write('2\n\n')
    const text = await line.saw((all) => all.endsWith('\r\n0\r\n\r\n'))
    expect(text).toMatch(/2\n\n(\r\n[0-9a-f]+\r\n)?retry: \d+\n\n\r\n0\r\n\r\n$/)
    expect(await world.happened('target_drained')).toMatchObject({ cut: [] })
    expect(totals()).toMatchObject({ classes: [0, 1, 0, 0, 0], edgeFailures: {}, clientAborts: 0 })
    line.socket.destroy()
  })
})

const acceptKey = (key: string) =>
  createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
const textFrame = (text: string) => Buffer.concat([Buffer.from([0x81, text.length]), Buffer.from(text)])
const maskedClose = Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe9])

describe('a WebSocket', () => {
  let upstream: Socket | undefined
  let received: Buffer

  async function open(): Promise<{ line: Line; app: App; port: number; routeOf: (weight: number) => Route }> {
    received = Buffer.alloc(0)
    const app = await world.app('r1')
    app.server.on('upgrade', (request, socket: Socket) => {
      upstream = socket
      socket.on('error', () => {})
      socket.on('end', () => socket.end())
      socket.on('data', (chunk: Buffer) => (received = Buffer.concat([received, chunk])))
      const key = acceptKey(request.headers['sec-websocket-key'] ?? '')
      const head = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${key}\r\n`
      socket.write(Buffer.concat([Buffer.from(`${head}\r\n`), textFrame('hello')]))
    })
    const port = await world.edge()
    const routeOf = (weight: number) =>
      world.route([world.target('r1', app)], { timeouts, weights: [{ release: 'r1', weight }] })
    await world.serve(routeOf(1))
    const line = new Line(port)
    const ask = 'GET /ws HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n'
    line.write(`${ask}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`)
    await line.saw((text) => text.endsWith('hello'))
    return { line, app, port, routeOf }
  }

  it('is joined through, both ways, and counted apart', async () => {
    const { line } = await open()
    expect(line.text).toContain('HTTP/1.1 101')
    expect(line.text).toContain('Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
    line.write(Buffer.from('from the client'))
    await until(() => received.includes('from the client'))
    upstream?.write(textFrame('again'))
    await line.saw((text) => text.endsWith('again'))
    expect(world.worker?.report().routes[0]?.targets[0]?.counts).toMatchObject({ inFlight: 1, upgraded: 1 })
    line.socket.destroy()
    await until(() => world.worker?.inFlight === 0)
    expect(world.worker?.report().routes[0]?.targets[0]?.counts).toMatchObject({
      upgraded: 0,
      totals: { classes: [1, 0, 0, 0, 0], edgeFailures: {} },
    })
  })

  it('is closed with 1001 between two frames at its moment of the drain, and has not failed', async () => {
    const { line, routeOf } = await open()
    const frame = textFrame('half of it')
    upstream?.write(frame.subarray(0, 6))
    await line.saw((text) => text.endsWith('half'))
    world.apply(routeOf(0))
    world.clock.advanceBy(200)
    await turn()
    expect(line.text.endsWith('half')).toBe(true)
    world.clock.advanceBy(700)
    upstream?.write(Buffer.concat([frame.subarray(6), textFrame('too late')]))
    const closing = '\x88\x02\x03\xe9'
    const text = await line.saw((all) => all.endsWith(closing))
    expect(text.endsWith(`half of it${closing}`)).toBe(true)
    await until(() => received.length >= 8)
    expect([received[0], received[1]]).toEqual([0x88, 0x82])
    line.write(maskedClose)
    await line.ended
    expect(await world.happened('target_drained')).toMatchObject({ cut: [] })
    expect(totals()).toMatchObject({ edgeFailures: {}, clientAborts: 0 })
  })

  it('that the application has not taken yet has the time of a request; taken then, it is closed with 1001', async () => {
    let accept: () => void = () => {}
    const app = await world.app('r1')
    app.server.on('upgrade', (_, socket: Socket) => {
      socket.on('error', () => {})
      accept = () =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
    })
    const port = await world.edge()
    const routeOf = (weight: number) =>
      world.route([world.target('r1', app)], { timeouts, weights: [{ release: 'r1', weight }] })
    await world.serve(routeOf(1))
    const line = new Line(port)
    line.write('GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    const before = accept
    await until(() => accept !== before)
    world.apply(routeOf(0))
    world.clock.advanceBy(950)
    accept()
    await line.saw((text) => text.startsWith('HTTP/1.1 101') && text.includes('\r\n\r\n'))
    world.clock.advanceBy(0)
    await line.saw((text) => text.endsWith('\x88\x02\x03\xe9'))
    line.write(maskedClose)
    await line.ended
    expect(await world.happened('target_drained')).toMatchObject({ cut: [] })
  })

  it('that the application never takes is a 504 at the end of the drain', async () => {
    const app = await world.app('r1')
    let came = false
    app.server.on('upgrade', (_, socket: Socket) => {
      came = true
      socket.on('error', () => {})
    })
    const port = await world.edge()
    const routeOf = (weight: number) =>
      world.route([world.target('r1', app)], { timeouts, weights: [{ release: 'r1', weight }] })
    await world.serve(routeOf(1))
    const line = new Line(port)
    line.write('GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    await until(() => came)
    world.apply(routeOf(0))
    world.clock.advanceBy(timeouts.drainMs)
    expect(await line.ended).toMatch(/^HTTP\/1.1 504 [^]*drain_timeout/)
  })

  it('whose client hangs up is ended although the application does not care', async () => {
    const { line } = await open()
    upstream?.removeAllListeners('end')
    line.socket.end()
    await turn()
    await until(() => upstream?.readableEnded === true)
    world.clock.advanceBy(2000)
    await until(() => world.worker?.inFlight === 0)
  })

  it('is ended although its client never answers the goodbye', async () => {
    const { line, routeOf } = await open()
    world.apply(routeOf(0))
    world.clock.advanceBy(900)
    await line.saw((all) => all.endsWith('\x88\x02\x03\xe9'))
    world.clock.advanceBy(2000)
    await line.ended
  })

  it('that the application declines is answered as it says', async () => {
    const app = await world.app('r1', (_, response) => void response.writeHead(403).end('not you'))
    const port = await world.edge()
    await world.serve(world.route([world.target('r1', app)]))
    const line = new Line(port)
    line.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    expect(await line.ended).toMatch(/^HTTP\/1\.1 403 [^]*not you$/)
  })

  it('finds another target when the first cannot be reached, and is told when there is none', async () => {
    const { app, port, routeOf } = await open()
    app.server.close()
    const line = new Line(port)
    line.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    expect(await line.ended).toMatch(/^HTTP\/1\.1 502 [^]*x-holdfast-edge: (connect_failed|reset_before_answer)/)
    world.apply(routeOf(0))
    const none = new Line(port)
    none.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    expect(await none.ended).toMatch(/^HTTP\/1\.1 503 [^]*x-holdfast-edge: no_target/)
  })

  it('offer of HTTP/2 is not one: the request is an ordinary one', async () => {
    const app = await world.app('r1')
    const port = await world.edge()
    await world.serve(world.route([world.target('r1', app)]))
    const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABk' }
    expect((await ask(port, { headers })).body).toBe('from r1')
    expect(app.seen[0]?.headers).not.toHaveProperty('http2-settings')
  })
})

describe('a worker that leaves', () => {
  it('accepts nothing more, answers what comes on kept connections by the newest routes, and ends with the last of them', async () => {
    const { port, onNew } = await oldAndNew()
    const line = new Line(port)
    const ask = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
    line.write(ask)
    await line.saw((text) => text.includes('from r1'))
    const left = world.worker?.leave()
    world.apply(onNew)
    line.write(ask)
    const text = await line.ended
    expect(text.slice(text.indexOf('from r1'))).toMatch(/Connection: close[^]*from r2/)
    await left
    const refused = new Line(port)
    expect(await refused.ended).toBe('')
  })

  it('can be told to hurry', async () => {
    const { old, port } = await oldAndNew()
    const slow = ask(port, { path: '/slow' })
    await until(() => old.seen.length === 1)
    const left = world.worker?.leave()
    world.clock.advanceBy(1000)
    void world.worker?.leave(10)
    world.clock.advanceBy(10)
    expect(await slow).toMatchObject({ status: 504, headers: { 'x-holdfast-edge': 'drain_timeout' } })
    await left
  })

  it('closes WebSockets politely within its time', async () => {
    const app = await world.app('r1')
    app.server.on('upgrade', (_, socket: Socket) => {
      socket.on('error', () => {})
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
    })
    const port = await world.edge({ client: { leaveMs: 2000 } })
    await world.serve(world.route([world.target('r1', app)]))
    const line = new Line(port)
    line.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    await line.saw((text) => text.endsWith('\r\n\r\n'))
    const left = world.worker?.leave()
    world.clock.advanceBy(2000)
    await line.saw((text) => text.endsWith('\x88\x02\x03\xe9'))
    line.write(maskedClose)
    await line.ended
    await left
  })
})
