import { afterEach, describe, expect, it } from 'vitest'
import type { HistoryRecord } from '../contract.ts'
import { admin, definitionOf, endWorlds, executionArn, nobody, taskState, World } from '../world.ts'
import { stopExecution } from './stop.ts'
import { watchExecution } from './watch.ts'

afterEach(endWorlds)

/** Somebody who watches: what has come so far, and whether it is over. */
class Watcher {
  readonly events: HistoryRecord[] = []
  /** Ids in the portions in which they came. */
  readonly portions: number[][] = []
  readonly controller = new AbortController()
  readonly over: Promise<void>
  ended = false

  constructor(world: World, arn: string, afterEventId?: number) {
    this.over = this.#read(
      watchExecution(
        world.engine,
        admin,
        { executionArn: arn, ...(afterEventId === undefined ? {} : { afterEventId }) },
        this.controller.signal,
      ),
    )
  }

  async #read(events: AsyncGenerator<readonly HistoryRecord[]>): Promise<void> {
    for await (const portion of events) {
      this.portions.push(portion.map(({ id }) => id))
      this.events.push(...portion)
    }
    this.ended = true
  }

  get ids(): number[] {
    return this.events.map(({ id }) => id)
  }
}

const upTo = (last: number): number[] => Array.from({ length: last }, (_, n) => n + 1)
const twoTasks = { A: taskState('a', { Next: 'B' }), B: taskState('b') }

describe('watching an execution', () => {
  it('tells what has happened, then what happens, and ends with it', async () => {
    const world = new World()
    const arn = await world.run(twoTasks)
    const watcher = new Watcher(world, arn)
    await world.settle()
    expect(watcher.portions).toEqual([[1, 2, 3, 4]])
    await world.succeed(1)
    expect(watcher.portions).toEqual([
      [1, 2, 3, 4],
      [5, 6, 7, 8, 9],
    ])
    expect(watcher.ended).toBe(false)
    await world.succeed(2)
    expect(watcher.ended).toBe(true)
    expect(watcher.events).toEqual(await world.history(arn))
    expect(watcher.events.at(-1)?.type).toBe('ExecutionSucceeded')
  })

  it('of one that has ended tells it all and ends', async () => {
    const world = new World()
    const arn = await world.run({ Only: { Type: 'Pass', End: true } })
    const watcher = new Watcher(world, arn)
    await watcher.over
    expect(watcher.ids).toEqual(upTo(4))
  })

  it('goes on after an event, even inside what was committed together', async () => {
    const world = new World()
    const arn = await world.run(twoTasks)
    const watchers = [0, 3, 4, 6].map((after) => new Watcher(world, arn, after))
    await world.succeed(1)
    await world.succeed(2)
    await Promise.all(watchers.map(({ over }) => over))
    expect(watchers.map(({ ids }) => ids[0])).toEqual([1, 4, 5, 7])
    expect(new Set(watchers.map(({ ids }) => ids.at(-1)))).toEqual(new Set([12]))
  })

  it('after the last event of one that has ended, ends at once', async () => {
    const world = new World()
    const arn = await world.run({ Only: { Type: 'Pass', End: true } })
    for (const after of [4, 1_000_000]) {
      const watcher = new Watcher(world, arn, after)
      await watcher.over
      expect(watcher.events).toEqual([])
    }
  })

  it('tells a long history in portions', async () => {
    const world = new World()
    const chain = Object.fromEntries(
      upTo(700).map((n) => [`S${n}`, { Type: 'Pass', ...(n === 700 ? { End: true } : { Next: `S${n + 1}` }) }]),
    )
    const watcher = new Watcher(world, await world.run(chain))
    await watcher.over
    expect(watcher.ids).toEqual(upTo(1402))
    expect(watcher.portions.map((portion) => portion.length)).toEqual([500, 500, 402])
  })

  it('is read once for all who are at the same place, and what comes in quick succession is told together', async () => {
    const world = new World()
    const chain = Object.fromEntries(
      upTo(6).map((n) => [`S${n}`, taskState('a', n === 6 ? {} : { Next: `S${n + 1}` })]),
    )
    const arn = await world.run(chain)
    const told: (readonly HistoryRecord[])[][] = []
    const over = upTo(3).map(async (n) => {
      const portions: (readonly HistoryRecord[])[] = []
      told.push(portions)
      const { signal } = new AbortController()
      for await (const portion of watchExecution(world.engine, admin, { executionArn: arn }, signal))
        portions.push(portion)
      return n
    })
    await world.settle()
    for (const n of upTo(5)) await world.succeed(n)
    expect(told.map((portions) => portions.length)).toEqual([2, 2, 2])
    world.clock.advanceBy(100)
    await world.settle()
    expect(told.map((portions) => portions.length)).toEqual([3, 3, 3])
    await world.succeed(6)
    await Promise.all(over)
    const [first = [], ...others] = told
    for (const portions of others) for (const [i, portion] of portions.entries()) expect(portion).toBe(first[i])
    expect(first.flat().at(-1)?.type).toBe('ExecutionSucceeded')
  })

  it('misses nothing that is committed while it looks', async () => {
    const world = new World()
    const arn = await world.run({
      Loop: { Type: 'Wait', Seconds: 1, Next: 'More' },
      More: {
        Type: 'Choice',
        Choices: [{ Variable: '$$.State.EnteredTime', StringGreaterThan: '2026-01-01T00:01:40Z', Next: 'Done' }],
        Default: 'Loop',
      },
      Done: { Type: 'Succeed' },
    })
    const watchers = [new Watcher(world, arn)]
    for (let second = 0; second < 120; second++) {
      world.clock.advanceBy(1000)
      watchers.push(new Watcher(world, arn, second))
      await world.settle()
    }
    await Promise.all(watchers.map(({ over }) => over))
    const last = (await world.history(arn)).length
    for (const [i, { ids }] of watchers.entries()) {
      const after = Math.max(0, i - 1)
      expect(ids).toEqual(upTo(last).slice(after))
    }
  })

  it('ends when the execution is stopped', async () => {
    const world = new World()
    const arn = await world.run(twoTasks)
    const watcher = new Watcher(world, arn)
    await stopExecution(world.engine, admin, { executionArn: arn })
    await watcher.over
    expect(watcher.events.at(-1)?.type).toBe('ExecutionAborted')
  })

  it('ends when the watcher leaves, and the execution goes on', async () => {
    const world = new World()
    const arn = await world.run(twoTasks)
    const watcher = new Watcher(world, arn)
    await world.settle()
    watcher.controller.abort()
    await watcher.over
    expect(watcher.ids).toEqual(upTo(4))
    await world.succeed(1)
    expect(watcher.ids).toEqual(upTo(4))
    expect(await world.status(arn)).toBe('RUNNING')
  })

  it('does not begin for a watcher that has left', async () => {
    const world = new World()
    const arn = await world.run(twoTasks)
    const gone = AbortSignal.abort()
    const portions: unknown[] = []
    for await (const portion of watchExecution(world.engine, admin, { executionArn: arn }, gone)) portions.push(portion)
    expect(portions).toEqual([])
  })

  it('ends when the engine is closed, before or after it began', async () => {
    const world = new World()
    const arn = await world.run(twoTasks)
    const before = new Watcher(world, arn)
    await world.settle()
    await world.engine.close()
    await before.over
    expect(before.ids).toEqual(upTo(4))
    const after = new Watcher(world, arn)
    await after.over
    expect(after.ids).toEqual(upTo(4))
  })

  it('does not hear of others', async () => {
    const world = new World()
    const machine = await world.machine('pay', definitionOf(twoTasks))
    const { executionArn: mine } = await world.start(machine)
    const watcher = new Watcher(world, mine)
    await world.settle()
    await world.start(machine)
    await world.start(machine)
    expect(watcher.portions).toHaveLength(1)
    watcher.controller.abort()
  })

  it('of one that does not exist, or by a stranger, is refused', async () => {
    const world = new World()
    const { signal } = new AbortController()
    const missing = watchExecution(world.engine, admin, { executionArn: executionArn('pay', 'x') }, signal)
    await expect(missing.next()).rejects.toMatchObject({ code: 'execution.missing' })
    const arn = await world.run(twoTasks)
    await expect(watchExecution(world.engine, nobody, { executionArn: arn }, signal).next()).rejects.toMatchObject({
      code: 'access.forbidden',
    })
  })
})
