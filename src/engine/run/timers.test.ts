import { afterEach, describe, expect, it } from 'vitest'
import { createActivity } from '../activity/create.ts'
import { startExecution } from '../execution/start.ts'
import { getActivityTask } from '../task/activity.ts'
import { sendTaskHeartbeat, sendTaskSuccess } from '../task/answer.ts'
import { activityArn, admin, definitionOf, endWorlds, taskState, World } from '../world.ts'
import { timersPerBatch } from './batch.ts'

afterEach(endWorlds)

const never = new AbortController().signal
const wait = (seconds: number) => definitionOf({ Wait: { Type: 'Wait', Seconds: seconds, End: true } })

describe('waiting', () => {
  it('takes exactly its time', async () => {
    const world = new World()
    const start = world.clock.now()
    const { executionArn: arn } = await world.start(await world.machine('sleep', wait(60)))
    await world.advance(59_999)
    expect(await world.status(arn)).toBe('RUNNING')
    await world.advance(1)
    expect(await world.describe(arn)).toMatchObject({ status: 'SUCCEEDED', stoppedAt: start + 60_000 })
  })

  it('for a year is one row and one alarm', async () => {
    const world = new World()
    const { executionArn: arn } = await world.start(await world.machine('sleep', wait(31_536_000)))
    expect(world.count('timer')).toBe(1)
    await world.advance(31_536_000_000)
    expect(await world.status(arn)).toBe('SUCCEEDED')
    expect(world.count('timer')).toBe(0)
  })

  it('until a time that is past takes none', async () => {
    const world = new World()
    const arn = await world.run({ Wait: { Type: 'Wait', Timestamp: '2020-01-01T00:00:00Z', End: true } })
    expect(await world.status(arn)).toBe('SUCCEEDED')
  })

  it('of thousands that are due at once ends for all, batch by batch, each once', async () => {
    const world = new World()
    const stateMachineArn = await world.machine('sleep', wait(60))
    const many = timersPerBatch * 5 + 7
    await Promise.all(Array.from({ length: many }, () => startExecution(world.engine, admin, { stateMachineArn })))
    expect(world.count('timer')).toBe(many)
    let commits = 0
    world.store.onCommit(() => commits++)
    await world.advance(60_000)
    expect(world.rows('SELECT count(*) AS n FROM execution WHERE status = 1')).toEqual([{ n: many }])
    expect(world.count('timer')).toBe(0)
    expect(world.rows('SELECT max(seq) AS most FROM chunk')).toEqual([{ most: 2 }])
    expect(commits).toBeGreaterThanOrEqual(6)
  })

  it('ends in the order of the times, whatever the order of the starts', async () => {
    const world = new World()
    for (const seconds of [30, 10, 20]) await world.start(await world.machine(`sleep-${seconds}`, wait(seconds)))
    world.clock.advanceBy(3_600_000)
    await world.settle()
    const closed = world.trail().filter(({ action }) => action === 'execution.close')
    expect(closed.map(({ subject }) => subject.split(':')[6])).toEqual(['sleep-10', 'sleep-20', 'sleep-30'])
  })

  it('is not held up by an earlier alarm that moved away', async () => {
    const world = new World()
    const soon = await world.run({ Work: taskState('work', { TimeoutSeconds: 5 }) })
    const later = await world.run({ Wait: { Type: 'Wait', Seconds: 10, End: true } })
    await world.succeed('done')
    await world.advance(10_000)
    expect([await world.status(soon), await world.status(later)]).toEqual(['SUCCEEDED', 'SUCCEEDED'])
  })
})

describe('retrying', () => {
  const retried = (more: object) =>
    taskState('work', {
      Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 3, ...more }],
    })

  it('waits 2, 6 and 18 seconds, then fails with the last error', async () => {
    const world = new World()
    const arn = await world.run({ Work: retried({}) })
    const start = world.clock.now()
    const at: number[] = []
    for (let attempt = 0; attempt < 4; attempt++) {
      at.push((world.clock.now() - start) / 1000)
      await world.fail('Busy', `call ${attempt}`)
      const pause = world.clock.nextAlarm()
      if (pause !== undefined) await world.advance(pause - world.clock.now())
    }
    expect(at).toEqual([0, 2, 8, 26])
    expect(await world.describe(arn)).toMatchObject({ status: 'FAILED', error: 'Busy', cause: 'call 3' })
  })

  it('makes the call again with the same key and the next attempt', async () => {
    const world = new World()
    await world.run({ Work: retried({}) })
    await world.fail('Busy')
    await world.advance(2000)
    expect(world.calls.map(({ attempt }) => attempt)).toEqual([0, 1])
    expect(new Set(world.calls.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1)
  })

  it('uses another key when the state is entered again', async () => {
    const world = new World()
    const arn = await world.run({
      Again: taskState('work', { Next: 'Loop' }),
      Loop: { Type: 'Choice', Choices: [{ Variable: '$', NumericEquals: 2, Next: 'Done' }], Default: 'Again' },
      Done: { Type: 'Succeed' },
    })
    await world.succeed(1)
    await world.succeed(2)
    expect(await world.status(arn)).toBe('SUCCEEDED')
    expect(new Set(world.calls.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(2)
  })

  it('with jitter waits between nothing and the full pause, and a replay would wait the same', async () => {
    const world = new World()
    const stateMachineArn = await world.machine('pay', definitionOf({ Work: retried({ JitterStrategy: 'FULL' }) }))
    for (let n = 0; n < 30; n++) await world.start(stateMachineArn)
    const start = world.clock.now()
    for (const call of world.calls) call.fail('Busy')
    await world.settle()
    const pauses = world.rows<{ due: number }>('SELECT due FROM timer').map(({ due }) => due - start)
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...pauses)).toBeLessThan(2000)
    expect(new Set(pauses).size).toBeGreaterThan(20)
  })
})

describe('a task with a timeout', () => {
  it('is cancelled and fails with States.Timeout, and its late answer is nobody’s', async () => {
    const world = new World()
    const arn = await world.run({ Work: taskState('work', { TimeoutSeconds: 5 }) })
    const call = world.call()
    expect(call.timeoutMs).toBe(5000)
    await world.advance(5000)
    expect(call.signal.aborted).toBe(true)
    expect(await world.describe(arn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' })
    call.succeed('late')
    await world.settle()
    expect(await world.events(arn)).not.toContain('LambdaFunctionSucceeded')
  })

  it('that is retried has a timeout of its own for each attempt', async () => {
    const world = new World()
    const arn = await world.run({
      Work: taskState('work', {
        TimeoutSeconds: 5,
        Retry: [{ ErrorEquals: ['States.Timeout'], IntervalSeconds: 1, MaxAttempts: 1 }],
      }),
    })
    await world.advance(6000)
    const [first, second] = world.calls
    expect([first?.signal.aborted, second?.signal.aborted]).toEqual([true, false])
    // The answer of the attempt before is not the answer of this one.
    first?.succeed('first')
    await world.settle()
    expect(await world.status(arn)).toBe('RUNNING')
    await world.advance(4999)
    second?.succeed('second')
    await world.settle()
    expect(await world.output(arn)).toBe('second')
  })

  it('answered in time leaves no timer', async () => {
    const world = new World()
    const arn = await world.run({
      Work: taskState('work', { TimeoutSeconds: 5, Next: 'Rest' }),
      Rest: taskState('rest'),
    })
    await world.succeed(1)
    expect(world.count('timer')).toBe(0)
    await world.advance(60_000)
    await world.succeed(2)
    expect(await world.output(arn)).toBe(2)
  })
})

describe('a heartbeat', () => {
  async function beating(
    more: object = {},
    after: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {},
  ): Promise<{ world: World; arn: string; token: string }> {
    const world = new World()
    await createActivity(world.engine, admin, { name: 'desk' })
    const arn = await world.run({
      Desk: taskState('', { Resource: activityArn('desk'), HeartbeatSeconds: 10, TimeoutSeconds: 1000, ...more }),
      ...after,
    })
    const task = await getActivityTask(world.engine, admin, { arn: activityArn('desk') }, never)
    return { world, arn, token: task?.token ?? '' }
  }

  it('that comes in time keeps the task alive; one that is missed ends it', async () => {
    const { world, arn, token } = await beating()
    for (let beat = 0; beat < 10; beat++) {
      await world.advance(9999)
      await sendTaskHeartbeat(world.engine, admin, { token })
    }
    expect(await world.status(arn)).toBe('RUNNING')
    await world.advance(9999)
    expect(await world.status(arn)).toBe('RUNNING')
    await world.advance(1)
    expect(await world.describe(arn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' })
  })

  it('moved in the very commit in which its timer is due does not fire', async () => {
    const { world, arn, token } = await beating()
    world.clock.advanceBy(9999)
    const beat = sendTaskHeartbeat(world.engine, admin, { token })
    // The alarm rings while the heartbeat waits for its commit: both are carried out together.
    world.clock.advanceBy(1)
    await beat
    await world.settle()
    expect(await world.status(arn)).toBe('RUNNING')
    await sendTaskSuccess(world.engine, admin, { token, output: '1' })
    expect(await world.status(arn)).toBe('SUCCEEDED')
  })

  it('writes no history and no chunk', async () => {
    const { world, arn, token } = await beating()
    const before = { events: await world.events(arn), chunks: world.count('chunk') }
    for (let beat = 0; beat < 50; beat++) await sendTaskHeartbeat(world.engine, admin, { token })
    expect({ events: await world.events(arn), chunks: world.count('chunk') }).toEqual(before)
  })

  it('is kept over a crash', async () => {
    const { world, arn, token } = await beating()
    await world.advance(8000)
    await sendTaskHeartbeat(world.engine, admin, { token })
    const next = world.crash()
    await next.engine.recover()
    await next.advance(9999)
    expect(await next.status(arn)).toBe('RUNNING')
    await next.advance(1)
    expect(await next.status(arn)).toBe('FAILED')
  })

  it('is its own error for a catcher by name', async () => {
    const { world, arn } = await beating(
      { Catch: [{ ErrorEquals: ['States.HeartbeatTimeout'], Next: 'Silent' }] },
      { Silent: { Type: 'Succeed' } },
    )
    await world.advance(10_000)
    expect(await world.status(arn)).toBe('SUCCEEDED')
  })
})

describe('the deadline of a machine', () => {
  it('ends it at exactly that time, however late the news', async () => {
    const world = new World()
    const start = world.clock.now()
    const arn = await world.run({ Work: taskState('work') }, {}, { TimeoutSeconds: 60 })
    const call = world.call()
    world.clock.advanceBy(3_600_000)
    await world.settle()
    expect(await world.describe(arn)).toMatchObject({ status: 'TIMED_OUT', stoppedAt: start + 60_000 })
    expect((await world.events(arn)).at(-1)).toBe('ExecutionTimedOut')
    expect(call.signal.aborted).toBe(true)
    expect(world.count('timer')).toBe(0)
  })

  it('is not met by one that ends before', async () => {
    const world = new World()
    const arn = await world.run({ Work: taskState('work') }, {}, { TimeoutSeconds: 60 })
    await world.advance(59_999)
    await world.succeed('just so')
    await world.advance(60_000)
    expect(await world.status(arn)).toBe('SUCCEEDED')
  })
})
