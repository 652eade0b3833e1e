import { afterEach, describe, expect, it } from 'vitest'
import { createActivity } from '../activity/create.ts'
import { startExecution } from '../execution/start.ts'
import type { ResourceHandler } from '../resource-handler.ts'
import { activityArn, admin, definitionOf, endWorlds, functionArn, taskState, World } from '../world.ts'

afterEach(endWorlds)

async function reborn(world: World): Promise<World> {
  const next = world.crash()
  await next.engine.recover()
  await next.settle()
  return next
}

const calls = (world: World) =>
  world.calls.map(({ stateName, idempotencyKey, attempt }) => [stateName, idempotencyKey, attempt])

describe('after a crash', () => {
  it('a call that was under way is made again with the same key, and its result is recorded once', async () => {
    const world = new World()
    const arn = await world.run({ A: taskState('a', { Next: 'B' }), B: taskState('b') })
    await world.succeed(1)
    const next = await reborn(world)
    expect(calls(next)).toEqual(calls(world).slice(1))
    await next.succeed(2)
    expect(await next.output(arn)).toBe(2)
    expect((await next.events(arn)).filter((type) => type === 'LambdaFunctionSucceeded')).toHaveLength(2)
  })

  it('a retry keeps key and attempt', async () => {
    const world = new World()
    await world.run({ A: taskState('a', { Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 1 }] }) })
    await world.fail('Busy')
    await world.advance(1000)
    expect(calls(await reborn(world))).toEqual([['A', '1/2', 1]])
  })

  it('a backoff goes on to its end', async () => {
    const world = new World()
    const arn = await world.run({ A: taskState('a', { Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 60 }] }) })
    await world.fail('Busy')
    await world.advance(40_000)
    const next = await reborn(world)
    expect(next.calls).toEqual([])
    await next.advance(20_000)
    await next.succeed('second')
    expect(await next.output(arn)).toBe('second')
  })

  it('a wait ends at its time, and at once when that is past', async () => {
    const world = new World()
    const early = await world.run({ Wait: { Type: 'Wait', Seconds: 10, End: true } })
    const late = await world.run({ Wait: { Type: 'Wait', Seconds: 100, End: true } })
    const next = world.crash()
    next.clock.advanceBy(50_000)
    await next.engine.recover()
    await next.advance(0)
    expect([await next.status(early), await next.status(late)]).toEqual(['SUCCEEDED', 'RUNNING'])
    await next.advance(50_000)
    expect(await next.status(late)).toBe('SUCCEEDED')
  })

  it('a deadline that passed meanwhile ends the execution at its time', async () => {
    const world = new World()
    const started = world.clock.now()
    const arn = await world.run({ A: taskState('a') }, {}, { TimeoutSeconds: 10 })
    const next = world.crash()
    next.clock.advanceBy(60_000)
    await next.engine.recover()
    await next.advance(0)
    expect(await next.describe(arn)).toMatchObject({ status: 'TIMED_OUT', stoppedAt: started + 10_000 })
    expect(next.calls.every(({ signal }) => signal.aborted)).toBe(true)
  })

  it('a long run of states goes on where it was cut', async () => {
    const world = new World()
    const chain = Object.fromEntries(
      Array.from({ length: 1200 }, (_, n) => [
        `S${n}`,
        { Type: 'Pass', ...(n === 1199 ? { End: true } : { Next: `S${n + 1}` }) },
      ]),
    )
    const stateMachineArn = await world.machine('long', definitionOf(chain))
    await world.settle()
    const crashed = new Promise<World>((resolve) => {
      const leave = world.store.onCommit(() => {
        leave()
        resolve(world.crash())
      })
    })
    const { executionArn } = await startExecution(world.engine, admin, { stateMachineArn })
    const next = await crashed
    expect(await next.status(executionArn)).toBe('RUNNING')
    await next.engine.recover()
    await next.settle()
    expect(await next.status(executionArn)).toBe('SUCCEEDED')
    expect(next.rows('SELECT count(*) AS n FROM chunk')).toEqual([{ n: 3 }])
  })

  it('branches and iterations go on, each from where it was', async () => {
    const world = new World()
    const arn = await world.run(
      {
        Each: {
          Type: 'Map',
          MaxConcurrency: 2,
          ItemProcessor: { StartAt: 'Work', States: { Work: taskState('work') } },
          End: true,
        },
      },
      ['a', 'b', 'c', 'd'],
    )
    const [a] = world.calls
    a?.succeed('A')
    await world.settle()
    const next = await reborn(world)
    expect(next.calls.map(({ input }) => input)).toEqual(['"b"', '"c"'])
    for (const output of ['B', 'C', 'D']) {
      next.calls.find(({ open }) => open)?.succeed(output)
      await next.settle()
    }
    expect(await next.output(arn)).toEqual(['A', 'B', 'C', 'D'])
  })

  it('nothing of what had ended happens again', async () => {
    const world = new World()
    const arn = await world.run({ A: taskState('a') })
    await world.succeed(1)
    const before = await world.history(arn)
    const next = await reborn(world)
    await next.advance(3_600_000)
    expect(next.calls).toEqual([])
    expect(await next.history(arn)).toEqual(before)
  })

  it('says how many executions went on', async () => {
    const world = new World()
    for (let n = 0; n < 3; n++) await world.run({ A: taskState('a') })
    await world.run({ Wait: { Type: 'Wait', Seconds: 10, End: true } })
    await world.run({ Only: { Type: 'Pass', End: true } })
    expect(await world.crash().engine.recover()).toEqual({ executions: 3 })
  })

  it('those that sleep are not even read', async () => {
    const world = new World()
    await createActivity(world.engine, admin, { name: 'desk' })
    for (let n = 0; n < 5; n++) {
      await world.run({ Wait: { Type: 'Wait', Seconds: 10, End: true } })
      await world.run({ Desk: taskState('', { Resource: activityArn('desk') }) })
      await world.run({
        Ask: {
          Type: 'Task',
          Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
          Parameters: { QueueUrl: 'q', 'MessageBody.$': '$$.Task.Token' },
          End: true,
        },
      })
      await world.succeed({}, 'Ask')
    }
    expect(world.rows('SELECT count(*) AS n FROM execution WHERE busy = 1')).toEqual([{ n: 0 }])
    const next = await reborn(world)
    for (let id = 1; id <= 15; id++) expect(next.engine.cache.get(id)).toBeUndefined()
  })

  it('of the machine’s name and text nothing changes for those that run, though it was updated or deleted', async () => {
    const world = new World()
    const arn = await world.run({ A: taskState('a', { Next: 'B' }), B: taskState('b') })
    await world.tamper("UPDATE state_machine SET status = 'DELETING'")
    const next = await reborn(world)
    await next.succeed(1)
    await next.succeed(2)
    expect(await next.status(arn)).toBe('SUCCEEDED')
    expect(next.rows('SELECT status FROM state_machine')).toEqual([{ status: 'DELETED' }])
  })

  it('an execution that cannot be read is left alone, and the others go on', async () => {
    const world = new World()
    const broken = await world.run({ A: taskState('a') })
    const sound = await world.run({ A: taskState('a') })
    await world.tamper("UPDATE chunk SET body = '[1' WHERE execution_id = 1")
    const next = await reborn(world)
    await next.succeed('fine')
    expect([await next.status(broken), await next.status(sound)]).toEqual(['RUNNING', 'SUCCEEDED'])
  })

  it('of a long execution only the last snapshot and what came after it is read', async () => {
    const world = new World()
    const loop = {
      Work: taskState('work', { Next: 'More' }),
      More: { Type: 'Choice', Choices: [{ Variable: '$', NumericGreaterThan: 0, Next: 'Work' }], Default: 'Done' },
      Done: { Type: 'Succeed' },
    }
    const arn = await world.run(loop)
    for (let n = 0; n < 300; n++) await world.succeed(1)
    const [snapshot] = world.rows<{ seq: number }>('SELECT seq FROM snapshot')
    expect(snapshot?.seq).toBeGreaterThan(128)
    // What lies before the snapshot is not needed to go on.
    await world.tamper("UPDATE chunk SET body = '' WHERE seq <= ?", snapshot?.seq ?? 0)
    const next = await reborn(world)
    await next.succeed(0)
    expect(await next.status(arn)).toBe('SUCCEEDED')
    expect(next.count('snapshot')).toBe(0)
  })
})

describe('the memory of the engine', () => {
  it('keeps a bounded number of those that sleep, and reads the others when they wake', async () => {
    const world = new World()
    const stateMachineArn = await world.machine(
      'sleep',
      definitionOf({ Wait: { Type: 'Wait', Seconds: 10, Next: 'A' }, A: { Type: 'Pass', End: true } }),
    )
    await Promise.all(Array.from({ length: 1500 }, () => startExecution(world.engine, admin, { stateMachineArn })))
    const kept = world
      .rows<{ id: number }>('SELECT id FROM execution')
      .filter(({ id }) => world.engine.cache.get(id) !== undefined)
    expect(kept).toHaveLength(1000)
    await world.advance(10_000)
    expect(world.rows('SELECT count(*) AS n FROM execution WHERE status = 1')).toEqual([{ n: 1500 }])
    expect(
      Array.from({ length: 1500 }, (_, i) => world.engine.cache.get(i + 1)).every((live) => live === undefined),
    ).toBe(true)
  })
})

describe('closing the engine', () => {
  it('aborts the calls, whose answers are dropped, and they are made again after the next start', async () => {
    const world = new World()
    const arn = await world.run({ A: taskState('a') })
    const call = world.call()
    await world.engine.close()
    expect(call.signal.reason).toMatchObject({ code: 'engine.stopping' })
    call.succeed('dropped')
    await world.settle()
    expect(await world.status(arn)).toBe('RUNNING')
    const next = await reborn(world)
    await next.succeed('again')
    expect(await next.output(arn)).toBe('again')
  })

  it('writes what was accepted before, and rings no more', async () => {
    const world = new World()
    const stateMachineArn = await world.machine(
      'sleep',
      definitionOf({ Wait: { Type: 'Wait', Seconds: 10, End: true } }),
    )
    const starts = Array.from({ length: 2500 }, () => startExecution(world.engine, admin, { stateMachineArn }))
    await world.engine.close()
    expect((await Promise.allSettled(starts)).every(({ status }) => status === 'fulfilled')).toBe(true)
    expect(world.clock.nextAlarm()).toBeUndefined()
  })
})

describe('a handler', () => {
  const handler = (call: ResourceHandler['call'], more: Partial<ResourceHandler> = {}): ResourceHandler => ({
    handles: (resource) => resource.arn === functionArn('odd'),
    call,
    ...more,
  })

  it.each<[string, ResourceHandler]>([
    [
      'that throws',
      handler(() => {
        throw new TypeError('oh')
      }),
    ],
    ['that rejects', handler(() => Promise.reject(new TypeError('oh')))],
  ])('%s fails its task and nothing else', async (_how, odd) => {
    const world = new World({ handlers: [odd] })
    const arn = await world.run({ A: taskState('odd') })
    expect(await world.describe(arn)).toMatchObject({
      status: 'FAILED',
      error: 'States.TaskFailed',
      cause: 'TypeError: oh',
    })
    const other = await world.run({ A: taskState('a') })
    await world.succeed(1)
    expect(await world.status(other)).toBe('SUCCEEDED')
  })

  it('that cannot even say what it handles ends the execution that asks, before or after a crash, and nothing else', async () => {
    let broken = false
    const odd = handler(() => new Promise(() => {}), {
      handles: (resource) => {
        if (broken && resource.arn === functionArn('odd')) throw new TypeError('oh')
        return resource.arn === functionArn('odd')
      },
    })
    const world = new World({ handlers: [odd] })
    const before = await world.run({ A: taskState('odd') })
    broken = true
    const after = await world.run({ A: taskState('odd') })
    expect(await world.describe(after)).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
      cause: 'Holdfast could not carry out this step: oh',
    })
    const next = await reborn(world)
    expect(await next.describe(before)).toMatchObject({ status: 'FAILED', error: 'States.TaskFailed' })
    const other = await next.run({ A: taskState('a') })
    await next.succeed(1)
    expect(await next.status(other)).toBe('SUCCEEDED')
  })

  it('that answers at once needs no turn of the loop', async () => {
    const world = new World({ handlers: [handler(() => ({ kind: 'succeeded', output: '"now"' }))] })
    const arn = await world.run({ A: taskState('odd') })
    expect(await world.output(arn)).toBe('now')
  })

  it('that is missing fails the task with what to do about it', async () => {
    const world = new World({ engine: { handlers: [] } })
    const arn = await world.run({ A: taskState('odd') })
    expect(await world.describe(arn)).toMatchObject({
      status: 'FAILED',
      error: 'States.TaskFailed',
      cause: `Nothing here carries out ${functionArn('odd')}: register a resource handler for it in the configuration.`,
    })
  })
})
