import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { listExecutions } from '../execution/list.ts'
import { redriveExecution } from '../execution/redrive.ts'
import { stopExecution } from '../execution/stop.ts'
import { admin, endWorlds, taskState, World } from '../world.ts'
import { describeMapRun } from './describe.ts'
import { listMapRuns } from './list.ts'
import { updateMapRun } from './update.ts'

afterEach(endWorlds)

type Kind = 'STANDARD' | 'EXPRESS'

const each = (state: object, more: object = {}, ExecutionType: Kind = 'STANDARD') => ({
  Type: 'Map',
  Label: 'each',
  ItemProcessor: {
    ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType },
    StartAt: 'Item',
    States: { Item: state },
  },
  End: true,
  ...more,
})

async function redrive(world: World, executionArn: string): Promise<void> {
  await redriveExecution(world.engine, admin, { executionArn })
  await world.settle()
}

async function onlyRun(world: World, execution: string) {
  const { items } = await listMapRuns(world.engine, admin, { executionArn: execution })
  const [run] = items
  if (run === undefined || items.length > 1) throw new Error(`${items.length} runs`)
  return describeMapRun(world.engine, admin, run.arn)
}

async function children(world: World, mapRunArn: string, more: object = {}) {
  const { items } = await listExecutions(world.engine, admin, { mapRunArn, limit: 1000, ...more })
  return items.toReversed()
}

const open = (world: World) => world.calls.filter((call) => call.open && !call.signal.aborted)

/** Answers the call of an item. */
async function answer(world: World, item: number, output: unknown): Promise<void> {
  open(world)
    .find(({ input }) => input === String(item))
    ?.succeed(output)
  await world.settle()
}

async function fail(world: World, item: number): Promise<void> {
  open(world)
    .find(({ input }) => input === String(item))
    ?.fail('Broken')
  await world.settle()
}

describe('redriving an execution that ended in a distributed Map', () => {
  it('runs again what had not succeeded, and starts what had not been started', async () => {
    const world = new World()
    const arn = await world.run({ Map: each(taskState('f'), { MaxConcurrency: 2 }) }, [1, 2, 3, 4])
    await answer(world, 1, 'one')
    await fail(world, 2)
    expect(await world.status(arn)).toBe('FAILED')
    const before = await onlyRun(world, arn)
    expect(before).toMatchObject({
      status: 'FAILED',
      redriveCount: 0,
      itemCounts: { succeeded: 1, failed: 1, aborted: 1, pending: 1, pendingRedrive: 0, failuresNotRedrivable: 0 },
    })
    await world.advance(1000)
    await redrive(world, arn)
    expect(await onlyRun(world, arn)).toMatchObject({
      arn: before.arn,
      status: 'RUNNING',
      redriveCount: 1,
      redrivenAt: world.clock.now(),
      itemCounts: { succeeded: 1, failed: 0, aborted: 0, running: 2, pending: 1, pendingRedrive: 0, total: 4 },
    })
    expect(Object.keys(await onlyRun(world, arn))).not.toContain('stoppedAt')
    for (const item of [2, 3, 4]) await answer(world, item, item)
    expect(await world.output(arn)).toEqual(['one', 2, 3, 4])
    expect(world.calls.map(({ input }) => input)).toEqual(['1', '2', '3', '2', '3', '4'])
    expect((await children(world, before.arn)).map(({ redriveCount }) => redriveCount)).toEqual([0, 1, 1, 0])
  })

  it('writes MapRunRedriven, and goes on from there', async () => {
    const world = new World()
    const arn = await world.run({ Map: each(taskState('f')) }, [1])
    await fail(world, 1)
    await redrive(world, arn)
    await answer(world, 1, 'one')
    const history = (await world.history(arn)).map(
      ({ id, previousEventId, type }) => `${id}←${previousEventId} ${type}`,
    )
    expect(history.slice(4)).toEqual([
      '5←4 MapRunFailed',
      '6←5 MapStateFailed',
      '7←6 ExecutionFailed',
      '8←7 ExecutionRedriven',
      '9←8 MapRunRedriven',
      '10←9 MapRunSucceeded',
      '11←10 MapStateSucceeded',
      '12←9 MapStateExited',
      '13←12 ExecutionSucceeded',
    ])
    const { arn: mapRunArn } = await onlyRun(world, arn)
    expect((await world.history(arn))[8]?.details).toEqual({ mapRunArn, redriveCount: 1 })
  })

  it('a child goes on from the state that failed, in its own history', async () => {
    const world = new World()
    const processor = {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: 'First',
      States: { First: taskState('first', { Next: 'Second' }), Second: taskState('second') },
    }
    const arn = await world.run({ Map: { Type: 'Map', ItemProcessor: processor, End: true } }, [7])
    await world.succeed('half')
    await world.fail('Broken')
    await redrive(world, arn)
    expect(world.call().stateName).toBe('Second')
    const child = world.call().executionArn
    await world.succeed('whole')
    expect(await world.output(arn)).toEqual(['whole'])
    expect((await world.events(child)).filter((type) => type.startsWith('Execution'))).toEqual([
      'ExecutionStarted',
      'ExecutionFailed',
      'ExecutionRedriven',
      'ExecutionSucceeded',
    ])
  })

  it('shows those that wait for their turn as PENDING_REDRIVE', async () => {
    const world = new World()
    const arn = await world.run({ Map: each(taskState('f'), { ToleratedFailureCount: 2 }) }, [1, 2, 3])
    for (const item of [1, 2, 3]) await fail(world, item)
    const { arn: mapRunArn } = await onlyRun(world, arn)
    expect((await children(world, mapRunArn)).map(({ status }) => status)).toEqual(['FAILED', 'FAILED', 'FAILED'])
    await redriveExecution(world.engine, admin, { executionArn: arn })
    await updateMapRun(world.engine, admin, { mapRunArn, maxConcurrency: 1 })
    await world.settle()
    const statuses = (await children(world, mapRunArn)).map(({ status }) => status)
    expect(statuses).toContain('PENDING_REDRIVE')
    const pending = statuses.filter((status) => status === 'PENDING_REDRIVE').length
    expect(await onlyRun(world, arn)).toMatchObject({ executionCounts: { pendingRedrive: pending, failed: 0 } })
    expect(await children(world, mapRunArn, { status: 'PENDING_REDRIVE' })).toHaveLength(pending)
    expect(await children(world, mapRunArn, { status: 'FAILED' })).toEqual([])
    expect(await children(world, mapRunArn, { redriven: true })).toHaveLength(3 - pending)
    for (const item of [1, 2, 3]) await answer(world, item, item)
    expect(await world.output(arn)).toEqual([1, 2, 3])
  })

  it('starts express children anew, under names of their own', async () => {
    const world = new World()
    const map = each(taskState('f'), { ToleratedFailureCount: 0 }, 'EXPRESS')
    const arn = await world.run({ Map: map }, [1, 2])
    await answer(world, 1, 'one')
    const { arn: mapRunArn } = await onlyRun(world, arn)
    const before = await children(world, mapRunArn)
    await fail(world, 2)
    await redrive(world, arn)
    await answer(world, 2, 'two')
    expect(await world.output(arn)).toEqual(['one', 'two'])
    const after = await children(world, mapRunArn)
    expect(after).toHaveLength(2)
    expect(after[0]?.arn).toBe(before[0]?.arn)
    expect(after[1]?.name).not.toBe(before[1]?.name)
    expect(await onlyRun(world, arn)).toMatchObject({ executionCounts: { succeeded: 2, failed: 0, total: 2 } })
  })

  it('fails again when too much fails again, and can be redriven again', async () => {
    const world = new World()
    const arn = await world.run({ Map: each(taskState('f'), { MaxConcurrency: 1 }) }, [1, 2])
    await fail(world, 1)
    for (let round = 1; round <= 3; round++) {
      await redrive(world, arn)
      await fail(world, 1)
      expect(await world.describe(arn)).toMatchObject({
        status: 'FAILED',
        error: 'States.ExceedToleratedFailureThreshold',
        redriveCount: round,
      })
      expect(await onlyRun(world, arn)).toMatchObject({
        status: 'FAILED',
        redriveCount: round,
        itemCounts: { failed: 1, pending: 1, pendingRedrive: 0, total: 2 },
      })
    }
    await redrive(world, arn)
    for (const item of [1, 2]) await answer(world, item, item)
    expect(await world.output(arn)).toEqual([1, 2])
  })

  it('that was stopped goes on with what was cut off; a stop amid a redrive leaves what still waited as it was', async () => {
    const world = new World()
    const arn = await world.run({ Map: each(taskState('f'), { ToleratedFailureCount: 9 }) }, [1, 2, 3])
    await fail(world, 1)
    await stopExecution(world.engine, admin, { executionArn: arn })
    await world.settle()
    expect(await onlyRun(world, arn)).toMatchObject({ status: 'ABORTED', itemCounts: { failed: 1, aborted: 2 } })
    const { arn: mapRunArn } = await onlyRun(world, arn)
    await redriveExecution(world.engine, admin, { executionArn: arn })
    await updateMapRun(world.engine, admin, { mapRunArn, maxConcurrency: 1 })
    await world.settle()
    await stopExecution(world.engine, admin, { executionArn: arn })
    await world.settle()
    const { itemCounts, status } = await onlyRun(world, arn)
    expect(status).toBe('ABORTED')
    expect(itemCounts.failed + itemCounts.aborted).toBe(3)
    expect(itemCounts).toMatchObject({ pendingRedrive: 0, running: 0 })
    await redrive(world, arn)
    for (const item of [1, 2, 3]) await answer(world, item, item)
    expect(await world.output(arn)).toEqual([1, 2, 3])
  })

  it('counts children whose history is full as failures that no redrive mends', async () => {
    const world = new World({ limits: { historyEvents: 10 } })
    const arn = await world.run({ Map: each(taskState('f'), { ToleratedFailureCount: 0 }) }, [1])
    for (let round = 0; round < 2 && open(world).length > 0; round++) {
      await fail(world, 1)
      if (round === 0) await redrive(world, arn).catch(() => undefined)
    }
    const run = await onlyRun(world, arn)
    expect(run).toMatchObject({ status: 'FAILED', executionCounts: { failed: 1, failuresNotRedrivable: 1 } })
  })

  it('opens a new run where the results were too large: every child had succeeded', async () => {
    const world = new World({ limits: { payloadBytes: 500 } })
    const arn = await world.run({ Map: each({ Type: 'Pass', Result: 'x'.repeat(300), End: true }) }, [1, 2])
    expect(await world.describe(arn)).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' })
    await redrive(world, arn)
    const { items } = await listMapRuns(world.engine, admin, { executionArn: arn })
    expect(items).toHaveLength(2)
  })

  it('goes all the way down where a Map stands in the processor of another', async () => {
    const world = new World()
    const processor = { ...each(taskState('f')).ItemProcessor, StartAt: 'Deep', States: { Deep: taskState('f') } }
    const inner = { Type: 'Map', Label: 'inner', ItemProcessor: processor, End: true }
    const arn = await world.run({ Map: each(inner) }, [[1, 2], [3]])
    await answer(world, 1, 'one')
    await fail(world, 2)
    expect(await world.status(arn)).toBe('FAILED')
    await redrive(world, arn)
    for (const item of [2, 3]) await answer(world, item, item)
    expect(await world.output(arn)).toEqual([['one', 2], [3]])
    expect(world.calls.filter(({ input }) => input === '1')).toHaveLength(1)
  })

  it('goes on after a crash right behind the redrive, and amid it', async () => {
    const world = new World()
    const arn = await world.run({ Map: each(taskState('f'), { ToleratedFailureCount: 3 }) }, [1, 2, 3, 4])
    for (const item of [1, 2, 3, 4]) await fail(world, item)
    await redriveExecution(world.engine, admin, { executionArn: arn })
    const next = world.crash()
    await next.engine.recover()
    await next.settle()
    await answer(next, 1, 1)
    await answer(next, 3, 3)
    const last = next.crash()
    await last.engine.recover()
    await last.settle()
    expect(open(last).map(({ input }) => input)).toEqual(['2', '4'])
    for (const item of [2, 4]) await answer(last, item, item)
    expect(await last.output(arn)).toEqual([1, 2, 3, 4])
    expect(last.count('execution')).toBe(5)
  })

  it('is told to the trail, but not its every child', async () => {
    const world = new World()
    const arn = await world.run({ Map: each(taskState('f')) }, [1])
    await fail(world, 1)
    await redrive(world, arn)
    await answer(world, 1, 1)
    expect(
      world
        .trail()
        .map(({ action }) => action)
        .slice(-5),
    ).toEqual(['execution.close', 'execution.redrive', 'map_run.redrive', 'map_run.close', 'execution.close'])
  })

  it('is refused after a thousand redrives of one run', async () => {
    const world = new World()
    const arn = await world.run({ Map: each(taskState('f')) }, [1])
    await fail(world, 1)
    await world.tamper('UPDATE map_run SET redrive_count = 1000')
    await expect(redrive(world, arn)).rejects.toThrow('Map run has been redriven 1000 times')
    expect(await world.status(arn)).toBe('FAILED')
  })
})

/** Answers all that is called, until nothing is: an item fails as often as `failures` says, and then succeeds. */
async function answerAll(world: World, failures: Map<string, number>): Promise<void> {
  for (let call = open(world)[0]; call !== undefined; call = open(world)[0]) {
    const left = failures.get(call.input) ?? 0
    failures.set(call.input, left - 1)
    if (left > 0) call.fail('Broken')
    else call.succeed(Number(call.input) * 2)
    await world.settle()
  }
}

describe('a crash amid the redrive of a Map Run', () => {
  it.each(['STANDARD', 'EXPRESS'] as const)(
    'harms nothing at any of its commits, with %s children',
    async (type) => {
      let boundary = 0
      for (let crashed = true; crashed;) {
        boundary++
        const world = new World()
        const map = each(taskState('f'), { MaxConcurrency: 2 }, type)
        const arn = await world.run({ Map: map }, [1, 2, 3, 4])
        await answerAll(world, new Map([['2', 1]]))
        expect(await world.status(arn)).toBe('FAILED')
        let commits = 0
        let next: World | undefined
        world.store.onCommit(() => {
          if (++commits === boundary) next = world.crash()
        })
        await redriveExecution(world.engine, admin, { executionArn: arn })
        await world.settle()
        await answerAll(world, new Map())
        expect(await world.output(arn)).toEqual([2, 4, 6, 8])
        crashed = next !== undefined
        if (next === undefined) break
        await next.engine.recover()
        await next.settle()
        if ((await next.status(arn)) === 'FAILED') await redrive(next, arn)
        await answerAll(next, new Map())
        expect(await next.output(arn)).toEqual([2, 4, 6, 8])
        expect(await onlyRun(next, arn)).toMatchObject({
          status: 'SUCCEEDED',
          redriveCount: 1,
          itemCounts: { succeeded: 4, failed: 0, aborted: 0, pendingRedrive: 0, running: 0, total: 4 },
        })
        expect(next.count('execution')).toBe(5)
        await endWorlds()
      }
      expect(boundary).toBeGreaterThan(5)
    },
    60_000,
  )
})

describe('an execution with a distributed Map that is redriven', () => {
  it('ends as it would have ended without what went wrong, whatever it was', async () => {
    const plan = fc.record({
      failures: fc.array(fc.nat(2), { minLength: 1, maxLength: 6 }),
      concurrency: fc.nat(4),
      type: fc.constantFrom<Kind>('STANDARD', 'EXPRESS'),
      stops: fc.nat(2),
    })
    const property = fc.asyncProperty(plan, async ({ failures, concurrency, type, stops }) => {
      const world = new World()
      const items = failures.map((_, i) => i)
      const arn = await world.run({ Map: each(taskState('f'), { MaxConcurrency: concurrency }, type) }, items)
      const left = new Map(failures.map((count, i) => [String(i), count]))
      for (let round = 0; (await world.status(arn)) !== 'SUCCEEDED'; round++) {
        if (round < stops) await stopExecution(world.engine, admin, { executionArn: arn })
        else await answerAll(world, left)
        if ((await world.status(arn)) === 'SUCCEEDED') break
        await redrive(world, arn)
      }
      expect(await world.output(arn)).toEqual(items.map((item) => item * 2))
      const { itemCounts } = await onlyRun(world, arn)
      expect(itemCounts).toMatchObject({
        succeeded: items.length,
        failed: 0,
        aborted: 0,
        running: 0,
        total: items.length,
      })
      await endWorlds()
    })
    await fc.assert(property, { numRuns: 40, seed: 20_261_130 })
  }, 60_000)
})
