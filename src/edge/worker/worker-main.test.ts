import { beforeEach, describe, expect, it } from 'vitest'
import { silentLogger, VirtualClock } from '../../base/index.ts'
import { clientPolicyDefaults } from '../contract.ts'
import { parseRoutes } from '../routes/parse-routes.ts'
import { turn } from '../world.fake.ts'
import type { FromWorker, ToWorker } from './protocol.ts'
import { type KeeperLink, runWorker } from './worker-main.ts'

class FakeKeeper implements KeeperLink {
  readonly heard: FromWorker[] = []
  #onMessage: (message: ToWorker) => void = () => {}
  #onClose: () => void = () => {}
  send(message: FromWorker): void {
    this.heard.push(message)
  }
  onMessage(listener: (message: ToWorker) => void): void {
    this.#onMessage = listener
  }
  onClose(listener: () => void): void {
    this.#onClose = listener
  }
  async say(message: ToWorker): Promise<void> {
    this.#onMessage(message)
    await turn()
  }
  die(): void {
    this.#onClose()
  }
}

// Without listeners, so that no descriptor is needed.
const start: ToWorker = {
  kind: 'start',
  settings: { listeners: [], trustedProxies: [], client: clientPolicyDefaults },
  routes: undefined,
  known: {},
  withheld: [{ route: 'gone', targets: ['a'] }],
}

let clock: VirtualClock
let keeper: FakeKeeper
let raised: FakeKeeper[]
let exits: number[]

beforeEach(() => {
  clock = new VirtualClock()
  keeper = new FakeKeeper()
  raised = []
  exits = []
  runWorker({
    machine: {
      clock,
      monotonicMs: () => clock.now(),
      randomBytes: (length) => new Uint8Array(length),
      logger: silentLogger,
    },
    keeper,
    raiseKeeper: () => {
      const next = new FakeKeeper()
      raised.push(next)
      return next
    },
    exit: (code) => exits.push(code),
  })
})

describe('a worker process', () => {
  it('answers its keeper, also what it cannot do', async () => {
    await keeper.say({ kind: 'ask', number: 1, about: 'report' })
    await keeper.say(start)
    const routes = parseRoutes({ version: 4, routes: [] })
    await keeper.say({ kind: 'ask', number: 2, about: 'routes', routes })
    await keeper.say({ kind: 'ask', number: 3, about: 'report' })
    await keeper.say({ kind: 'ask', number: 4, about: 'drain', request: { route: 'x', targets: [] } })
    expect(keeper.heard).toMatchObject([
      { kind: 'answer', number: 1, outcome: { ok: false, error: { code: 'edge.worker_silent' } } },
      { kind: 'serving' },
      { kind: 'answer', number: 2, outcome: { ok: true } },
      { kind: 'answer', number: 3, outcome: { ok: true, value: { version: 4 } } },
      { kind: 'answer', number: 4, outcome: { ok: false, error: { code: 'edge.target_unknown' } } },
    ])
  })

  it('shows each second that it is alive', async () => {
    await keeper.say(start)
    clock.advanceBy(3000)
    expect(keeper.heard.filter(({ kind }) => kind === 'pulse')).toHaveLength(3)
  })

  it('raises a new keeper when its own dies, with pauses when that does not live', async () => {
    await keeper.say(start)
    keeper.die()
    clock.advanceBy(0)
    expect(raised).toHaveLength(1)
    raised[0]?.die()
    clock.advanceBy(199)
    expect(raised).toHaveLength(1)
    clock.advanceBy(1)
    expect(raised).toHaveLength(2)
    clock.advanceBy(1000)
    expect(raised[1]?.heard).toContainEqual({ kind: 'pulse', connections: 0, inFlight: 0 })
    await raised[1]?.say({ kind: 'leave' })
    expect(exits).toEqual([0])
  })

  it('is of no use without a keeper before it serves', () => {
    keeper.die()
    expect([exits, raised]).toEqual([[1], []])
  })

  it('says its last words when it has left', async () => {
    await keeper.say(start)
    await keeper.say({ kind: 'leave', withinMs: 5 })
    expect(keeper.heard.at(-1)).toMatchObject({ kind: 'left', report: { version: 0 } })
    expect(exits).toEqual([0])
  })
})
