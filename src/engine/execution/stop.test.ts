import { afterEach, describe, expect, it } from 'vitest'
import { createActivity } from '../activity/create.ts'
import { getActivityTask } from '../task/activity.ts'
import { sendTaskSuccess } from '../task/answer.ts'
import {
  activityArn,
  admin,
  definitionOf,
  endWorlds,
  executionArn,
  machineArn,
  nobody,
  taskState,
  World,
} from '../world.ts'
import { startExecution } from './start.ts'
import { stopExecution } from './stop.ts'

afterEach(endWorlds)

const never = new AbortController().signal
const stop = (world: World, arn: string) => stopExecution(world.engine, admin, { executionArn: arn })

describe('stopping an execution', () => {
  it('ends it now, with error and cause as given', async () => {
    const world = new World()
    const arn = await world.run({ Wait: { Type: 'Wait', Seconds: 1000, End: true } })
    await world.advance(5000)
    const request = { executionArn: arn, error: 'Enough', cause: 'for today' }
    expect(await stopExecution(world.engine, admin, request)).toEqual({ stoppedAt: world.clock.now() })
    expect(await world.describe(arn)).toMatchObject({
      status: 'ABORTED',
      error: 'Enough',
      cause: 'for today',
      stoppedAt: world.clock.now(),
    })
  })

  it('without error and cause stores none', async () => {
    const world = new World()
    const arn = await world.run({ Wait: { Type: 'Wait', Seconds: 1000, End: true } })
    await stop(world, arn)
    expect(Object.keys(await world.describe(arn))).not.toContain('error')
    expect((await world.history(arn)).at(-1)?.details).toEqual({})
  })

  it('aborts the call under way, whose answer changes nothing any more', async () => {
    const world = new World()
    const arn = await world.run({ Work: taskState('work') })
    const call = world.call()
    await stop(world, arn)
    expect(call.signal.aborted).toBe(true)
    expect(call.signal.reason).toMatchObject({ code: 'task.cancelled' })
    const before = await world.history(arn)
    call.succeed('late')
    await world.settle()
    expect(await world.history(arn)).toEqual(before)
    expect(await world.status(arn)).toBe('ABORTED')
  })

  it('leaves no timer, activity task, waiting event or snapshot behind', async () => {
    const world = new World()
    await createActivity(world.engine, admin, { name: 'desk' })
    const branch = (name: string, state: object) => ({ StartAt: name, States: { [name]: state } })
    const arn = await world.run(
      {
        All: {
          Type: 'Parallel',
          End: true,
          Branches: [
            branch('Sleep', { Type: 'Wait', Seconds: 50, End: true }),
            branch('Desk', taskState('', { Resource: activityArn('desk'), TimeoutSeconds: 9, HeartbeatSeconds: 5 })),
            branch('Work', taskState('work', { TimeoutSeconds: 9 })),
          ],
        },
      },
      {},
      { TimeoutSeconds: 100 },
    )
    await getActivityTask(world.engine, admin, { arn: activityArn('desk') }, never)
    expect(world.count('timer')).toBe(5)
    expect(world.count('activity_task')).toBe(1)
    await stop(world, arn)
    for (const table of ['timer', 'activity_task', 'inbox', 'snapshot']) expect(world.count(table)).toBe(0)
    const before = await world.history(arn)
    await world.advance(200_000)
    expect(await world.history(arn)).toEqual(before)
  })

  it('takes the task from the worker that has it', async () => {
    const world = new World()
    await createActivity(world.engine, admin, { name: 'desk' })
    const arn = await world.run({ Desk: taskState('', { Resource: activityArn('desk') }) })
    const task = await getActivityTask(world.engine, admin, { arn: activityArn('desk') }, never)
    await stop(world, arn)
    await expect(sendTaskSuccess(world.engine, admin, { token: task?.token ?? '', output: '1' })).rejects.toMatchObject(
      { code: 'task.closed' },
    )
  })

  it('that has ended answers when it ended, and changes nothing', async () => {
    const world = new World()
    const arn = await world.run({ Only: { Type: 'Pass', End: true } })
    const ended = world.clock.now()
    await world.advance(5000)
    expect(await stop(world, arn)).toEqual({ stoppedAt: ended })
    expect(await world.status(arn)).toBe('SUCCEEDED')
    expect(world.trail().filter(({ action }) => action === 'execution.stop')).toEqual([])
  })

  it('twice at once ends it once', async () => {
    const world = new World()
    const arn = await world.run({ Work: taskState('work') })
    const answers = await Promise.all([stop(world, arn), stop(world, arn), stop(world, arn)])
    expect(new Set(answers.map(({ stoppedAt }) => stoppedAt)).size).toBe(1)
    expect((await world.events(arn)).filter((type) => type === 'ExecutionAborted')).toHaveLength(1)
    expect(world.trail().filter(({ action }) => action === 'execution.stop')).toHaveLength(1)
  })

  it('in the commit that starts it keeps its task from ever being called', async () => {
    const world = new World()
    const arn = await world.machine('pay', definitionOf({ Work: taskState('work') }))
    const started = startExecution(world.engine, admin, { stateMachineArn: arn, name: 'brief' })
    const id = 1
    const stopped = world.engine.writer.submit({ kind: 'event', executionId: id, event: { kind: 'stop' } })
    await Promise.all([started, stopped])
    await world.settle()
    expect(await world.status(executionArn('pay', 'brief'))).toBe('ABORTED')
    expect(world.calls).toEqual([])
  })

  it('tells the trail who did it, and that it ended', async () => {
    const world = new World()
    const arn = await world.run({ Work: taskState('work') })
    await stop(world, arn)
    expect(world.trail().slice(-2)).toMatchObject([
      { action: 'execution.stop', subject: arn },
      { action: 'execution.close', subject: arn, change: { status: 'aborted' } },
    ])
  })

  it.each([
    ['that does not exist', executionArn('pay', 'x'), 'execution.missing'],
    ['that is a machine', machineArn('pay'), 'arn.invalid'],
  ])('%s is refused', async (_what, arn, code) => {
    await expect(stop(new World(), arn)).rejects.toMatchObject({ code })
  })

  it('with an error or cause that AWS would not take, or by a stranger, is refused', async () => {
    const world = new World()
    const executionArn = await world.run({ Work: taskState('work') })
    for (const more of [{ error: 'x'.repeat(257) }, { cause: 'x'.repeat(32_769) }]) {
      await expect(stopExecution(world.engine, admin, { executionArn, ...more })).rejects.toMatchObject({
        code: 'request.invalid',
        message: expect.not.stringContaining('xxx'),
      })
    }
    await expect(stopExecution(world.engine, nobody, { executionArn })).rejects.toMatchObject({
      code: 'access.forbidden',
    })
    expect(await world.status(executionArn)).toBe('RUNNING')
  })
})
