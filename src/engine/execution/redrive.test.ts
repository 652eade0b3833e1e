import { afterEach, describe, expect, it } from 'vitest'
import { createActivity } from '../activity/create.ts'
import { replayExecution } from '../history/replay.ts'
import { deleteStateMachine } from '../machine/delete.ts'
import { getActivityTask } from '../task/activity.ts'
import { sendTaskSuccess } from '../task/answer.ts'
import { activityArn, admin, definitionOf, endWorlds, machineArn, nobody, taskState, World } from '../world.ts'
import { listExecutions } from './list.ts'
import { redriveExecution } from './redrive.ts'
import { stopExecution } from './stop.ts'
import { describeStateMachineForExecution } from './describe.ts'
import { updateStateMachine } from '../machine/update.ts'

afterEach(endWorlds)

const never = new AbortController().signal
const dayMs = 86_400_000

async function redrive(world: World, executionArn: string, clientToken?: string) {
  const token = clientToken === undefined ? {} : { clientToken }
  const redriven = await redriveExecution(world.engine, admin, { executionArn, ...token })
  await world.settle()
  return redriven
}

/** An execution that has failed in its only task. */
async function failed(world: World): Promise<string> {
  const arn = await world.run({ Work: taskState('work') })
  await world.fail('Broken')
  return arn
}

describe('redriving an execution', () => {
  it('goes on from the failed task under the same ARN and in the same history', async () => {
    const world = new World()
    const arn = await world.run({ First: taskState('first', { Next: 'Second' }), Second: taskState('second') })
    await world.succeed({ a: 1 })
    await world.fail('Broken')
    await world.advance(60_000)
    expect(await redrive(world, arn)).toEqual({ redrivenAt: world.clock.now() })
    expect(await world.describe(arn)).toMatchObject({
      status: 'RUNNING',
      redriveCount: 1,
      redrivenAt: world.clock.now(),
      redriveObstacle: 'Execution is RUNNING and cannot be redriven',
    })
    expect(Object.keys(await world.describe(arn))).not.toContain('stoppedAt')
    expect(world.call('Second').input).toBe('{"a":1}')
    await world.succeed('done')
    expect(await world.output(arn)).toBe('done')
    expect((await world.events(arn)).filter((type) => type.startsWith('Execution'))).toEqual([
      'ExecutionStarted',
      'ExecutionFailed',
      'ExecutionRedriven',
      'ExecutionSucceeded',
    ])
    expect(world.calls.map(({ stateName }) => stateName)).toEqual(['First', 'Second', 'Second'])
  })

  it('hands the task the idempotency key that it had: what it began before is not begun twice', async () => {
    const world = new World()
    const arn = await failed(world)
    await redrive(world, arn)
    const [before, after] = world.calls
    expect(after?.idempotencyKey).toBe(before?.idempotencyKey)
    expect(after?.attempt).toBe((before?.attempt ?? 0) + 1)
    await world.succeed(1)
  })

  it('is told in the trail, and the end is recorded anew with the digest of the whole history', async () => {
    const world = new World()
    const arn = await failed(world)
    await redrive(world, arn)
    await world.succeed(1)
    const actions = world.trail().filter(({ subject }) => subject === arn)
    expect(actions.map(({ action }) => action)).toEqual([
      'execution.start',
      'execution.close',
      'execution.redrive',
      'execution.close',
    ])
    expect(actions[2]?.change).toEqual({ before: 'failed', after: 'running', redriveCount: 1 })
  })

  it('keeps the definition that it was started with', async () => {
    const world = new World()
    const machine = await world.machine('order', definitionOf({ Work: taskState('work') }))
    const { executionArn } = await world.start(machine)
    await world.fail('Broken')
    const changed = definitionOf({ Other: { Type: 'Succeed' } })
    await updateStateMachine(world.engine, admin, { arn: machine, definition: changed })
    await redrive(world, executionArn)
    expect(world.call().stateName).toBe('Work')
    const { definition } = await describeStateMachineForExecution(world.engine, admin, executionArn)
    expect(definition).toContain('Work')
    await world.succeed(1)
  })

  it('can be done again and again', async () => {
    const world = new World()
    const arn = await failed(world)
    for (let round = 1; round <= 5; round++) {
      await redrive(world, arn)
      expect(await world.describe(arn)).toMatchObject({ status: 'RUNNING', redriveCount: round })
      await world.fail('Broken')
    }
    const { items } = await listExecutions(world.engine, admin, {})
    expect(items[0]).toMatchObject({ status: 'FAILED', redriveCount: 5, redrivenAt: world.clock.now() })
  })

  it('does not hear a task token of before', async () => {
    const world = new World()
    await createActivity(world.engine, admin, { name: 'pack' })
    const arn = await world.run({ Pack: { Type: 'Task', Resource: activityArn('pack'), End: true } })
    const take = () => getActivityTask(world.engine, admin, { arn: activityArn('pack') }, never)
    const before = await take()
    await stopExecution(world.engine, admin, { executionArn: arn })
    await redrive(world, arn)
    const late = sendTaskSuccess(world.engine, admin, { token: before?.token ?? '', output: '"late"' })
    await expect(late).rejects.toThrow('Provided task does not exist anymore')
    const after = await take()
    await sendTaskSuccess(world.engine, admin, { token: after?.token ?? '', output: '"right"' })
    expect(await world.output(arn)).toBe('right')
  })

  it('goes on after a crash that came right behind it', async () => {
    const world = new World()
    const arn = await failed(world)
    await redriveExecution(world.engine, admin, { executionArn: arn })
    const next = world.crash()
    await next.engine.recover()
    await next.settle()
    await next.succeed('done')
    expect(await next.output(arn)).toBe('done')
  })
})

describe('a redrive is refused', () => {
  it.each([
    ['RUNNING', async (world: World) => world.run({ Work: taskState('work') })],
    ['SUCCEEDED', async (world: World) => world.run({ Done: { Type: 'Succeed' } })],
  ])('of an execution that is %s', async (status, make) => {
    const world = new World()
    const arn = await make(world)
    await expect(redrive(world, arn)).rejects.toMatchObject({
      code: 'execution.not_redrivable',
      message: `Execution is ${status} and cannot be redriven`,
    })
  })

  it('later than 14 days after the end', async () => {
    const world = new World()
    const arn = await failed(world)
    await world.advance(14 * dayMs)
    expect(Object.keys(await world.describe(arn))).not.toContain('redriveObstacle')
    await world.advance(1)
    await expect(redrive(world, arn)).rejects.toThrow('Execution redrivable period exceeded')
    expect((await world.describe(arn)).redriveObstacle).toBe('Execution redrivable period exceeded')
  })

  it('a year after the start', async () => {
    const world = new World()
    const arn = await world.run({ Work: taskState('work') })
    await world.advance(365 * dayMs)
    await world.fail('Broken')
    await expect(redrive(world, arn)).rejects.toThrow('Execution has exceeded the max execution time')
  })

  it('when the history is full', async () => {
    const world = new World({ limits: { historyEvents: 6 } })
    const arn = await failed(world)
    expect(await world.events(arn)).toHaveLength(6)
    await expect(redrive(world, arn)).rejects.toThrow('Execution history event limit exceeded')
  })

  it('of a machine that was deleted', async () => {
    const world = new World()
    const machine = await world.machine('order', definitionOf({ Work: taskState('work') }))
    const { executionArn } = await world.start(machine)
    await world.fail('Broken')
    await deleteStateMachine(world.engine, admin, machine)
    await expect(redrive(world, executionArn)).rejects.toThrow('State machine is in DELETING status')
  })

  it('to who may not', async () => {
    const world = new World()
    const arn = await failed(world)
    await expect(redriveExecution(world.engine, nobody, { executionArn: arn })).rejects.toMatchObject({
      code: 'access.forbidden',
    })
    expect(await world.status(arn)).toBe('FAILED')
  })
})

describe('an execution with a distributed Map', () => {
  const each = {
    Type: 'Map',
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: 'T',
      States: { T: taskState('work') },
    },
  }

  it('takes its children along; none of them can be redriven alone', async () => {
    const world = new World()
    const arn = await world.run({ Each: { ...each, End: true } }, [1, 2])
    world.calls[0]?.fail('Broken')
    await world.advance(1000)
    expect(await world.status(arn)).toBe('FAILED')
    expect(Object.keys(await world.describe(arn))).not.toContain('redriveObstacle')
    const child = world.calls[0]?.executionArn ?? ''
    expect(await world.describe(child)).toMatchObject({ redrivableByMapRun: true })
    await expect(redrive(world, child)).rejects.toThrow('Execution belongs to a map run')
  })

  it('that ended behind it is redriven', async () => {
    const world = new World()
    const arn = await world.run({ Each: { ...each, Next: 'After' }, After: taskState('after') }, [1])
    await world.advance(1000)
    await world.succeed('done', 'T')
    await world.advance(1000)
    await world.fail('Broken', undefined, 'After')
    expect(Object.keys(await world.describe(arn))).not.toContain('redriveObstacle')
    await redrive(world, arn)
    await world.succeed('right', 'After')
    expect(await world.output(arn)).toBe('right')
    expect(world.calls.filter(({ stateName }) => stateName === 'T')).toHaveLength(1)
  })
})

describe('the token of a request', () => {
  it('within 15 minutes is answered again and redrives nothing', async () => {
    const world = new World()
    const arn = await failed(world)
    const first = await redrive(world, arn, 'once')
    await world.fail('Broken')
    await world.advance(15 * 60_000)
    expect(await redrive(world, arn, 'once')).toEqual(first)
    expect(await world.status(arn)).toBe('FAILED')
    await world.advance(1)
    expect(await redrive(world, arn, 'once')).toEqual({ redrivenAt: world.clock.now() })
    expect(await world.describe(arn)).toMatchObject({ status: 'RUNNING', redriveCount: 2 })
  })

  it('is forgotten after ten others', async () => {
    const world = new World()
    const arn = await failed(world)
    for (let i = 0; i <= 10; i++) {
      await world.advance(1)
      await redrive(world, arn, `token-${i}`)
      await world.fail('Broken')
    }
    await redrive(world, arn, 'token-1')
    expect(await world.status(arn)).toBe('FAILED')
    await redrive(world, arn, 'token-0')
    expect(await world.status(arn)).toBe('RUNNING')
  })
})

describe('nested executions', () => {
  const sync = (name: string) => ({
    Type: 'Task',
    Resource: 'arn:aws:states:::states:startExecution.sync:2',
    Parameters: { StateMachineArn: machineArn(name) },
    ResultSelector: { 'result.$': '$.Output' },
    End: true,
  })

  it('a parent that is redriven starts its child anew', async () => {
    const world = new World()
    await world.machine('child', definitionOf({ Work: taskState('work') }))
    const arn = await world.run({ Call: sync('child') })
    await world.fail('Broken')
    expect(await world.status(arn)).toBe('FAILED')
    await redrive(world, arn)
    await world.succeed('done')
    expect(await world.output(arn)).toEqual({ result: 'done' })
    const { items } = await listExecutions(world.engine, admin, { stateMachineArn: machineArn('child') })
    expect(items.map(({ status }) => status)).toEqual(['SUCCEEDED', 'FAILED'])
  })

  it('a child that is redriven by itself is nobody’s any more', async () => {
    const world = new World()
    await world.machine('child', definitionOf({ Work: taskState('work') }))
    const parent = await world.run({ Call: sync('child') })
    await world.fail('Broken')
    const { items } = await listExecutions(world.engine, admin, { stateMachineArn: machineArn('child') })
    const child = items[0]?.arn ?? ''
    await redrive(world, child)
    await redrive(world, parent)
    await stopExecution(world.engine, admin, { executionArn: parent })
    expect(await world.status(child)).toBe('RUNNING')
    world.calls.find((call) => call.open && !call.signal.aborted)?.succeed('done')
    await world.settle()
    expect(await world.status(child)).toBe('SUCCEEDED')
    expect(await world.status(parent)).toBe('ABORTED')
  })
})

describe('two requests at once', () => {
  it('redrive it once', async () => {
    const world = new World()
    const arn = await failed(world)
    const outcomes = await Promise.allSettled([redrive(world, arn), redrive(world, arn)])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(world.calls.filter((call) => call.open && !call.signal.aborted)).toHaveLength(1)
    expect(await world.describe(arn)).toMatchObject({ redriveCount: 1 })
    await world.succeed(1)
  })
})

describe('a long Map', () => {
  it('that was cut off goes on with what had not succeeded, in as many steps as it takes', async () => {
    const world = new World()
    const map = {
      Type: 'Map',
      MaxConcurrency: 40,
      ItemProcessor: { StartAt: 'T', States: { T: taskState('work') } },
      End: true,
    }
    const items = Array.from({ length: 200 }, (_, i) => i)
    const arn = await world.run({ Each: map }, items)
    const answerAll = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        const call = world.calls.find((each) => each.open && !each.signal.aborted)
        call?.succeed(Number(call.input) * 2)
        await world.settle()
      }
    }
    await answerAll(150)
    world.calls.find((each) => each.open && !each.signal.aborted)?.fail('Broken')
    await world.settle()
    expect(await world.status(arn)).toBe('FAILED')
    const before = world.calls.length
    await redrive(world, arn)
    await answerAll(50)
    expect(await world.output(arn)).toEqual(items.map((item) => item * 2))
    expect(world.calls.length - before).toBe(50)
    const id = world.rows<{ id: number }>('SELECT id FROM execution')[0]?.id ?? 0
    expect(replayExecution(world.engine, world.store.read, id).divergence).toBeUndefined()
  })
})
