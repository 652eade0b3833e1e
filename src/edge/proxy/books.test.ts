/** What the edge keeps of the past: counts by time, and the access log. */
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { silentLogger, VirtualClock } from '../../base/index.ts'
import { windowsKept } from '../contract.ts'
import type { EdgeMachine } from '../machine.ts'
import { ask, until, World } from '../world.fake.ts'
import { type AccessEntry, AccessLogFile } from './access-log.ts'
import { Deadline } from './deadline.ts'
import { Meter, sumTraffic } from './meter.ts'

const outcome = { status: 200, cause: undefined, clientAborted: false, retries: 0, foreign: false, latencyMs: 1 }

describe('counts', () => {
  it('are kept by windows of ten seconds, the last thirty', () => {
    const meter = new Meter()
    for (let at = 0; at < 40; at++) meter.count(outcome, at * 10_000 + 3)
    const { windows, totals } = sumTraffic([meter.counts(39 * 10_000 + 9999)])
    expect(totals.requests).toBe(40)
    expect(windows).toHaveLength(windowsKept)
    expect(windows[0]).toMatchObject({ startedAt: 100_000, requests: 1 })
  })
  it('fall out of the windows although nothing new comes', () => {
    const meter = new Meter()
    meter.count(outcome, 0)
    expect(meter.counts(299_999).windows).toHaveLength(1)
    expect(meter.counts(300_000).windows).toHaveLength(0)
  })
  it('are told without the windows that nobody asks for', () => {
    const meter = new Meter()
    for (const at of [0, 10_000, 20_000]) meter.count(outcome, at)
    const since = (ms: number) => sumTraffic([meter.counts(25_000, ms)]).windows.map(({ startedAt }) => startedAt)
    expect(since(0)).toEqual([0, 10_000, 20_000])
    expect(since(15_000)).toEqual([10_000, 20_000])
    expect(since(20_000)).toEqual([20_000])
    expect(sumTraffic([meter.counts(25_000)], Number.MAX_SAFE_INTEGER)).toMatchObject({
      totals: { requests: 3 },
      windows: [],
    })
  })
  it('go into the newest window when the clock is set back', () => {
    const meter = new Meter()
    meter.count(outcome, 50_000)
    meter.count(outcome, 5_000)
    expect(meter.counts(50_000).windows).toMatchObject([{ startedAt: 50_000, requests: 2 }])
  })
})

describe('a deadline', () => {
  it('rings once, at the last time it was set to', () => {
    const clock = new VirtualClock(0)
    const rung: number[] = []
    const deadline = new Deadline(clock)
    deadline.set(100, () => rung.push(clock.now()))
    clock.advanceBy(50)
    deadline.set(100, () => rung.push(clock.now()))
    clock.advanceBy(99)
    expect(rung).toEqual([])
    clock.advanceBy(500)
    expect(rung).toEqual([150])
    deadline.set(10, () => rung.push(clock.now()))
    deadline.set(5, () => rung.push(clock.now()))
    clock.advanceBy(20)
    deadline.set(10, () => rung.push(clock.now()))
    deadline.clear()
    clock.advanceBy(20)
    expect(rung).toEqual([150, 654])
  })
})

describe('the access log', () => {
  const folders: string[] = []
  afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })))

  function newLog(maxBytes: number, keep: number) {
    const folder = mkdtempSync(join(tmpdir(), 'edge-log-'))
    folders.push(folder)
    const clock = new VirtualClock()
    const said: string[] = []
    const logger = { ...silentLogger, error: (message: string) => void said.push(message) }
    const machine: EdgeMachine = {
      clock,
      monotonicMs: () => 0,
      randomBytes: (length) => new Uint8Array(length),
      logger,
    }
    const file = join(folder, 'access.log')
    return { folder, file, clock, said, machine, log: new AccessLogFile({ file, maxBytes, keep }, machine) }
  }
  const entry = (requestId: string): AccessEntry => ({
    at: 1,
    requestId,
    client: '127.0.0.1',
    method: 'GET',
    host: 'a',
    path: '/',
    status: 200,
    bytesIn: 0,
    bytesOut: 0,
    tookMs: 1,
  })
  const idsIn = (file: string) =>
    readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as AccessEntry).requestId)

  it('is written soon, not at once', () => {
    const { file, clock, log } = newLog(10_000, 2)
    log.write(entry('a'))
    log.write(entry('b'))
    expect(readdirSync(join(file, '..'))).toEqual([])
    clock.advanceBy(500)
    expect(idsIn(file)).toEqual(['a', 'b'])
    log.close()
  })

  it('is rotated by size, and the oldest is let go', () => {
    const { file, folder, log } = newLog(200, 2)
    for (const id of ['a', 'b', 'c', 'd', 'e']) {
      log.write(entry(id))
      log.flush()
    }
    log.close()
    expect(readdirSync(folder).toSorted()).toEqual(['access.log', 'access.log.1', 'access.log.2'])
    expect([file, `${file}.1`, `${file}.2`].map(idsIn)).toEqual([['e'], ['d'], ['c']])
  })

  it('is emptied when nothing old is kept', () => {
    const { file, folder, log } = newLog(200, 0)
    for (const id of ['a', 'b']) {
      log.write(entry(id))
      log.flush()
    }
    log.close()
    expect([readdirSync(folder), idsIn(file)]).toEqual([['access.log'], ['b']])
  })

  it('is not rotated a second time by the worker that comes late', () => {
    const { file, folder, log, machine } = newLog(200, 3)
    const other = new AccessLogFile({ file, maxBytes: 200, keep: 3 }, machine)
    log.write(entry('a'))
    log.flush()
    other.write(entry('b'))
    other.flush()
    log.write(entry('c'))
    log.flush()
    log.close()
    other.close()
    expect(readdirSync(folder).toSorted()).toEqual(['access.log', 'access.log.1'])
    expect([idsIn(`${file}.1`), idsIn(file)]).toEqual([['a'], ['b', 'c']].toSorted())
  })

  it('that cannot be written is complained about once, and goes on later', () => {
    const { file, folder, log, said } = newLog(10_000, 1)
    renameSync(folder, `${folder}.away`)
    for (const id of ['a', 'b']) {
      log.write(entry(id))
      log.flush()
    }
    expect(said).toHaveLength(1)
    renameSync(`${folder}.away`, folder)
    log.write(entry('c'))
    log.close()
    expect(idsIn(file)).toEqual(['c'])
  })

  it('tells of each request who, what, where to and how it ended, without its query', async () => {
    const { file, folder } = newLog(10_000, 1)
    folders.push(mkdtempSync(join(tmpdir(), 'edge-log-')))
    const world = new World()
    const app = await world.app('r1')
    const port = await world.edge({ accessLog: { file, maxBytes: 10_000, keep: 1 } })
    await world.serve(world.route([world.target('r1', app)], { hosts: ['a.example.com'] }))
    await ask(port, { path: '/pay?card=4111', headers: { host: 'a.example.com', 'x-request-id': 'one' } })
    await ask(port, { headers: { host: 'b.example.com', 'x-request-id': 'two' } })
    world.clock.advanceBy(500)
    await until(() => readdirSync(folder).length > 0)
    const lines = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as AccessEntry)
    expect(lines).toMatchObject([
      { requestId: 'one', path: '/pay', status: 200, route: 'shop', release: 'r1', target: 'r1', bytesOut: 7 },
      { requestId: 'two', status: 404, cause: 'no_route' },
    ])
    world.close()
  })
})
