import { beforeEach, describe, expect, it } from 'vitest'
import { silentLogger, VirtualClock } from '../../base/index.ts'
import type { EdgeEvent, Route } from '../contract.ts'
import { parseRoutes, parseSettings } from '../routes/parse-routes.ts'
import { turn } from '../world.fake.ts'
import type { FromWorker, ToWorker } from '../worker/protocol.ts'
import { EventLog } from './event-log.ts'
import { Keeper } from './keeper.ts'
import { loadSettings } from './load-settings.ts'
import { ListeningSockets } from './sockets.ts'
import type { WorkerLink } from './worker-handle.ts'

/** A worker process as the channel shows it; the test plays its part. */
class FakeWorker implements WorkerLink {
  readonly pid: number
  readonly heard: ToWorker[] = []
  killed = false
  answering = true
  #onMessage: (message: FromWorker) => void = () => {}
  #onGone: (reason: string) => void = () => {}

  constructor(pid: number) {
    this.pid = pid
  }
  send(message: ToWorker): void {
    this.heard.push(message)
    if (message.kind !== 'ask' || !this.answering) return
    const value = message.about === 'report' ? { version: 1, connections: 0, unrouted: {}, routes: [] } : undefined
    this.say({ kind: 'answer', number: message.number, outcome: { ok: true, value } })
  }
  onMessage(listener: (message: FromWorker) => void): void {
    this.#onMessage = listener
  }
  onGone(listener: (reason: string) => void): void {
    this.#onGone = listener
  }
  kill(): void {
    this.killed = true
    this.die('SIGKILL')
  }
  say(message: FromWorker): void {
    this.#onMessage(message)
  }
  die(reason: string): void {
    this.#onGone(reason)
  }
  serve(): void {
    this.say({ kind: 'serving' })
  }
  get versions(): readonly (number | undefined)[] {
    return this.heard.flatMap((message) => {
      if (message.kind === 'start') return [message.routes?.version]
      return message.kind === 'ask' && message.about === 'routes' ? [message.routes.version] : []
    })
  }
}

const route: Route = {
  id: 'shop',
  project: 'acme/shop',
  config: 'production',
  service: 'web',
  hosts: ['*'],
  weights: [{ release: 'r1', weight: 1 }],
  targets: [{ id: 'a', release: 'r1', instance: 'web.1', address: { host: '127.0.0.1', port: 1 }, state: 'active' }],
}
const routes = (version: number) => ({ version, routes: [route] })
const key = JSON.stringify(['shop', 'a', 'r1', { host: '127.0.0.1', port: 1 }])

let clock: VirtualClock
let workers: FakeWorker[]
let events: EventLog
let keeper: Keeper
let store: () => Promise<void>

async function newKeeper(lastGood?: number): Promise<Keeper> {
  clock = new VirtualClock()
  workers = []
  events = new EventLog(() => clock.now(), 0)
  store = async () => {}
  const settings = await loadSettings(parseSettings({ listeners: [{ name: 'main', host: '127.0.0.1', port: 0 }] }))
  return new Keeper({
    machine: {
      clock,
      monotonicMs: () => clock.now(),
      randomBytes: (length) => new Uint8Array(length),
      logger: silentLogger,
    },
    pid: 1,
    sockets: ListeningSockets.inherit([], [], []),
    settings,
    routes: lastGood === undefined ? undefined : parseRoutes(routes(lastGood)),
    events,
    spawn: () => {
      const worker = new FakeWorker(100 + workers.length)
      workers.push(worker)
      return worker
    },
    store: () => store(),
    readSettings: async () => settings,
  })
}

const worker = (at: number): FakeWorker => {
  const found = workers[at]
  if (found === undefined) throw new Error(`there is no worker ${at}`)
  return found
}
const kinds = (): readonly EdgeEvent['kind'][] => events.since(0).map(({ kind }) => kind)

async function started(lastGood?: number): Promise<void> {
  keeper = await newKeeper(lastGood)
  const start = keeper.start()
  worker(0).serve()
  await start
}

describe('a keeper', () => {
  beforeEach(() => started())

  it('starts a successor the moment its worker dies, with the newest routes and what is known of targets', async () => {
    await keeper.applyRoutes(routes(1))
    worker(0).say({ kind: 'health', key, health: { state: 'healthy', since: 5, successes: 2, failures: 0 } })
    worker(0).say({ kind: 'pulse', connections: 9, inFlight: 3 })
    worker(0).die('SIGSEGV')
    expect(workers).toHaveLength(2)
    expect(worker(1).heard[0]).toMatchObject({
      kind: 'start',
      routes: { version: 1 },
      known: { [key]: { state: 'healthy' } },
    })
    expect(events.since(0).at(-1)).toMatchObject({ kind: 'worker_died', reason: 'SIGSEGV', inFlight: 3 })
    expect((await keeper.status()).crashes).toBe(1)
  })

  it('gives pauses to one that dies again and again, and none after it has lived for a while', () => {
    for (let at = 0; at < 3; at++) worker(at).die('exit code 1')
    expect(workers).toHaveLength(4)
    worker(3).die('exit code 1')
    expect(workers).toHaveLength(4)
    clock.advanceBy(200)
    expect(workers).toHaveLength(5)
    worker(4).serve()
    for (let second = 0; second < 20; second++) {
      worker(4).say({ kind: 'pulse', connections: 0, inFlight: 0 })
      clock.advanceBy(1000)
    }
    worker(4).die('exit code 1')
    expect(workers).toHaveLength(6)
  })

  it('replaces a worker that hangs, but not one that slept together with it', () => {
    clock.advanceBy(8000)
    worker(0).say({ kind: 'pulse', connections: 0, inFlight: 0 })
    clock.advanceBy(10_000)
    expect(worker(0).killed).toBe(false)
    clock.advanceBy(2000)
    expect(worker(0).killed).toBe(true)
    expect(workers).toHaveLength(2)
  })

  it('acknowledges routes when the worker has them, and says when the disk would not take them', async () => {
    expect(await keeper.applyRoutes(routes(1))).toMatchObject({ version: 1, workers: 1, stored: true })
    store = async () => Promise.reject(new Error('ENOSPC'))
    expect(await keeper.applyRoutes(routes(2))).toMatchObject({ version: 2, stored: false })
    store = async () => {}
    expect(await keeper.applyRoutes(routes(3))).toMatchObject({ stored: true })
    expect(worker(0).versions).toEqual([undefined, 1, 2, 3])
  })

  it('acknowledges routes once the successor serves when the worker dies over them', async () => {
    worker(0).answering = false
    let applied = false
    const applying = keeper.applyRoutes(routes(1)).then(() => (applied = true))
    await turn()
    worker(0).die('SIGKILL')
    await turn()
    expect(applied).toBe(false)
    expect(worker(1).versions).toEqual([1])
    worker(1).serve()
    await applying
  })

  it('does not acknowledge routes that a silent worker may not have', async () => {
    worker(0).answering = false
    const applying = keeper.applyRoutes(routes(1))
    await turn()
    clock.advanceBy(3000)
    await expect(applying).rejects.toMatchObject({ code: 'edge.worker_silent', retryable: true })
    worker(0).answering = true
    expect(await keeper.applyRoutes(routes(1))).toMatchObject({ version: 1 })
  })

  it('tells routes to the worker that leaves, too, and kills it when it does not listen', async () => {
    const restart = keeper.restart()
    await turn()
    worker(1).serve()
    await restart
    expect(worker(0).heard.at(-1)).toMatchObject({ kind: 'leave' })
    await keeper.applyRoutes(routes(1))
    expect([worker(0).versions, worker(1).versions]).toEqual([
      [undefined, 1],
      [undefined, 1],
    ])
    worker(0).answering = false
    const applying = keeper.applyRoutes(routes(2))
    await turn()
    clock.advanceBy(3000)
    expect(await applying).toMatchObject({ version: 2 })
    expect(worker(0).killed).toBe(true)
  })

  it('keeps the old worker when the new one does not come up', async () => {
    const restart = keeper.restart()
    await turn()
    worker(1).say({ kind: 'failed', error: { code: 'edge.port_taken', message: 'no port' } })
    worker(1).die('exit code 1')
    await expect(restart).rejects.toMatchObject({ code: 'edge.port_taken' })
    expect(worker(0).heard).not.toContainEqual(expect.objectContaining({ kind: 'leave' }))
    expect(await keeper.applyRoutes(routes(1))).toMatchObject({ workers: 1 })
    const slow = keeper.restart()
    await turn()
    clock.advanceBy(15_000)
    await expect(slow).rejects.toMatchObject({ code: 'edge.worker_silent' })
  })

  it('calls a target drained when it is in every worker, a dead one included', async () => {
    const started = { kind: 'drain_started', route: 'shop', target: 'a', release: 'r1', inFlight: 1 } as const
    const drained = {
      kind: 'target_drained',
      route: 'shop',
      target: 'a',
      release: 'r1',
      tookMs: 5,
      cut: ['x'],
    } as const
    const restart = keeper.restart()
    await turn()
    worker(1).serve()
    await restart
    for (const at of [0, 1]) worker(at).say({ kind: 'happening', happening: started })
    worker(1).say({ kind: 'happening', happening: drained })
    expect(kinds()).not.toContain('target_drained')
    worker(0).die('exit code 0')
    expect(events.since(0).filter(({ kind }) => kind === 'target_drained')).toMatchObject([{ cut: ['x'] }])
    expect(kinds().filter((kind) => kind === 'drain_started')).toHaveLength(1)
  })

  it('relieves two at once when a worker dies during its own replacement', async () => {
    const restart = keeper.restart()
    await turn()
    worker(0).die('SIGKILL')
    worker(2).serve()
    worker(1).serve()
    await restart
    expect(worker(2).heard.at(-1)).toMatchObject({ kind: 'leave' })
    expect(worker(1).heard).not.toContainEqual(expect.objectContaining({ kind: 'leave' }))
  })

  it('stops when every worker has left', async () => {
    let stopped = false
    const stopping = keeper.stop(50).then(() => (stopped = true))
    await turn()
    expect(stopped).toBe(false)
    expect(worker(0).heard.at(-1)).toEqual({ kind: 'leave', withinMs: 50, forGood: true })
    worker(0).die('exit code 0')
    await stopping
    expect(workers).toHaveLength(1)
  })

  it('does not wait for ever for a worker that does not leave', async () => {
    const stopping = keeper.stop(50)
    clock.advanceBy(4000)
    await stopping
    expect(worker(0).killed).toBe(true)
  })
})

describe('a keeper with last good routes', () => {
  it('starts with them, believing what served, and takes only newer ones', async () => {
    await started(7)
    expect(worker(0).heard[0]).toMatchObject({ routes: { version: 7 }, known: { [key]: { state: 'believed' } } })
    expect(await keeper.status()).toMatchObject({ version: 7, origin: 'disk' })
    await expect(keeper.applyRoutes(routes(6))).rejects.toMatchObject({ code: 'edge.version_stale' })
    expect(await keeper.applyRoutes(routes(8))).toMatchObject({ version: 8 })
    expect(await keeper.status()).toMatchObject({ origin: 'push' })
  })

  it('relieves the worker that outlived the keeper before it', async () => {
    keeper = await newKeeper(7)
    const orphan = new FakeWorker(99)
    const start = keeper.start(orphan)
    await turn()
    expect(orphan.heard).toEqual([])
    worker(0).serve()
    await start
    expect(orphan.heard).toEqual([{ kind: 'leave' }])
    await keeper.applyRoutes(routes(8))
    expect(orphan.versions).toEqual([8])
    orphan.die('it left')
    expect((await keeper.status()).crashes).toBe(0)
  })
})
