import { afterEach, describe, expect, it } from 'vitest'
import { SlowExpression } from '../../asl/index.ts'
import { createStateMachine } from '../machine/create.ts'
import { deleteStateMachine } from '../machine/delete.ts'
import { describeExecution } from '../execution/describe.ts'
import { startExecution } from '../execution/start.ts'
import { pruneExecutions } from '../retention.ts'
import type { EngineExpressions } from '../run/core.ts'
import { admin, definitionOf, endWorlds, machineArn, nobody, taskState, World } from '../world.ts'
import { describeExpressExecution, listExpressExecutions } from './read.ts'
import { startSyncExecution } from './start-sync.ts'

afterEach(endWorlds)

const roleArn = 'arn:aws:iam::123456789012:role/run'
const pass = definitionOf({ Only: { Type: 'Pass', Result: 7, ResultPath: '$.n', End: true } })
const works = definitionOf({ Work: taskState('work') })

/** Every expression is slow, and comes to 42. */
const expressions: EngineExpressions = {
  check: () => [],
  variables: () => [],
  evaluate: (source, bindings) => {
    throw new SlowExpression(source, bindings)
  },
  evaluateSlowly: async () => ({ kind: 'value', text: '42' }),
}

/** @returns its ARN */
async function express(world: World, name: string, definition: string): Promise<string> {
  return (await createStateMachine(world.engine, admin, { name, definition, roleArn, type: 'EXPRESS' })).arn
}

async function start(world: World, arn: string, name?: string): Promise<string> {
  const request = { stateMachineArn: arn, ...(name === undefined ? {} : { name }) }
  const { executionArn } = await startExecution(world.engine, admin, request)
  await world.settle()
  return executionArn
}

const sync = (world: World, stateMachineArn: string, more: { name?: string; input?: string } = {}) =>
  startSyncExecution(world.engine, admin, { stateMachineArn, ...more })

const actionsOf = (world: World) =>
  world.trail().flatMap(({ action, change }) => (action.startsWith('execution.') ? [{ action, change }] : []))

describe('a synchronous express execution', () => {
  it('answers with its end, and its start and end are in the trail', async () => {
    const world = new World()
    const arn = await express(world, 'quick', pass)
    const ended = await sync(world, arn, { name: 'mine', input: '{"a": 1.0}' })
    expect(ended).toEqual({
      arn: expect.stringMatching(/^arn:aws:states:eu-central-1:123456789012:express:quick:mine:[0-9a-f-]{36}$/),
      stateMachineArn: machineArn('quick'),
      name: 'mine',
      status: 'SUCCEEDED',
      startedAt: world.clock.now(),
      stoppedAt: world.clock.now(),
      input: '{"a": 1.0}',
      output: '{"a":1.0,"n":7}',
    })
    expect(await describeExpressExecution(world.engine, admin, ended.arn)).toEqual(ended)
    expect(actionsOf(world)).toMatchObject([
      { action: 'execution.start', change: { machine: arn } },
      { action: 'execution.close', change: { status: 'succeeded' } },
    ])
    expect([world.count('execution'), world.count('chunk'), world.count('timer')]).toEqual([0, 0, 0])
  })

  it('answers a failure too, with error and cause', async () => {
    const world = new World()
    const arn = await express(world, 'no', definitionOf({ No: { Type: 'Fail', Error: 'Sold', Cause: 'out' } }))
    expect(await sync(world, arn)).toMatchObject({ status: 'FAILED', error: 'Sold', cause: 'out' })
  })

  it('calls its tasks, and retries them after their pause', async () => {
    const world = new World()
    const retry = [{ ErrorEquals: ['Busy'], IntervalSeconds: 2, MaxAttempts: 1 }]
    const arn = await express(world, 'works', definitionOf({ Work: taskState('work', { Retry: retry }) }))
    const running = sync(world, arn)
    await world.settle()
    await world.fail('Busy')
    expect(world.calls).toHaveLength(1)
    await world.advance(2000)
    expect(world.calls[1]).toMatchObject({ attempt: 1, idempotencyKey: world.calls[0]?.idempotencyKey })
    await world.succeed({ done: true })
    const { output, startedAt, stoppedAt } = await running
    expect(output).toBe('{"done":true}')
    expect(stoppedAt).toBe(startedAt + 2000)
  })

  it('is over after five minutes, and its call is told', async () => {
    const world = new World()
    const running = sync(world, await express(world, 'works', works))
    await world.settle()
    await world.advance(299_999)
    expect(world.call().signal.aborted).toBe(false)
    await world.advance(1)
    expect(world.calls[0]?.signal.aborted).toBe(true)
    expect(await running).toMatchObject({ status: 'TIMED_OUT' })
  })

  it('obeys a shorter timeout of its machine', async () => {
    const world = new World()
    const running = sync(
      world,
      await express(world, 'works', definitionOf({ Work: taskState('work') }, { TimeoutSeconds: 3 })),
    )
    await world.settle()
    await world.advance(3000)
    expect(await running).toMatchObject({ status: 'TIMED_OUT' })
  })

  it('runs an endless loop without keeping others waiting, and ends it in time', async () => {
    const world = new World()
    const loop = {
      A: { Type: 'Choice', Choices: [{ Variable: '$.done', IsPresent: true, Next: 'End' }], Default: 'B' },
      B: { Type: 'Wait', Seconds: 1, Next: 'A' },
      End: { Type: 'Succeed' },
    }
    const running = sync(world, await express(world, 'loop', definitionOf(loop)))
    await world.settle()
    await world.advance(300_000)
    expect(await running).toMatchObject({ status: 'TIMED_OUT' })
  })

  it('evaluates a slow expression elsewhere and goes on with it', async () => {
    const world = new World({ engine: { expressions } })
    const states = { Sum: { Type: 'Pass', QueryLanguage: 'JSONata', Output: '{% 6 * 7 %}', End: true } }
    expect((await sync(world, await express(world, 'slow', definitionOf(states)))).output).toBe('42')
  })

  it('runs Maps and Parallels as a durable one does', async () => {
    const world = new World()
    const each = { StartAt: 'Work', States: { Work: taskState('work') } }
    const states = { Each: { Type: 'Map', MaxConcurrency: 1, ItemProcessor: each, End: true } }
    const running = sync(world, await express(world, 'each', definitionOf(states)), { input: '[1,2]' })
    await world.settle()
    await world.succeed('a')
    await world.succeed('b')
    expect((await running).output).toBe('["a","b"]')
  })

  it('is refused for a standard machine, and for who may not start', async () => {
    const world = new World()
    const standard = await world.machine('standard', pass)
    await expect(sync(world, standard)).rejects.toMatchObject({ code: 'machine.type_unsupported' })
    const request = { stateMachineArn: standard }
    await expect(startSyncExecution(world.engine, nobody, request)).rejects.toMatchObject({ kind: 'forbidden' })
  })

  it('leaves nothing behind when the process dies under it', async () => {
    const world = new World()
    void sync(world, await express(world, 'works', works)).catch(() => undefined)
    await world.settle()
    const after = world.crash()
    await after.engine.recover()
    await after.settle()
    expect(after.calls).toHaveLength(0)
    expect(after.count('express_execution')).toBe(0)
  })

  it('tells the caller when the engine stops', async () => {
    const world = new World()
    const running = sync(world, await express(world, 'works', works))
    await world.settle()
    await Promise.all([world.engine.close(), expect(running).rejects.toMatchObject({ code: 'engine.stopping' })])
  })
})

describe('an asynchronous express execution', () => {
  it('has an ARN of its own each time, whatever its name', async () => {
    const world = new World()
    const arn = await express(world, 'quick', pass)
    const [first, second] = [await start(world, arn, 'same'), await start(world, arn, 'same')]
    expect(first).not.toBe(second)
    const { items } = await listExpressExecutions(world.engine, admin, { stateMachineArn: arn })
    expect(items.map((item) => [item.arn, item.status])).toEqual([
      [second, 'SUCCEEDED'],
      [first, 'SUCCEEDED'],
    ])
  })

  it('cannot be described as AWS describes executions', async () => {
    const world = new World()
    const execution = await start(world, await express(world, 'quick', pass))
    await expect(describeExecution(world.engine, admin, execution)).rejects.toThrow(
      "Invalid Arn: 'Resource type not valid in this context: express'",
    )
  })

  it('runs again from its beginning after a crash: at least once', async () => {
    const world = new World()
    const execution = await start(world, await express(world, 'works', works))
    expect(world.calls).toHaveLength(1)
    const after = world.crash()
    await after.engine.recover()
    await after.settle()
    await after.succeed('done')
    expect(await describeExpressExecution(after.engine, admin, execution)).toMatchObject({
      status: 'SUCCEEDED',
      output: '"done"',
    })
    expect(after.calls[0]?.idempotencyKey).toBe(world.calls[0]?.idempotencyKey)
  })

  it('has timed out when nobody was there until its five minutes were over', async () => {
    const world = new World()
    const execution = await start(world, await express(world, 'works', works))
    const after = world.crash()
    after.clock.advanceTo(after.clock.now() + 300_000)
    await after.engine.recover()
    await after.settle()
    expect(await describeExpressExecution(after.engine, admin, execution)).toMatchObject({ status: 'TIMED_OUT' })
    expect(after.calls).toHaveLength(0)
  })

  it('keeps its machine from going until it has ended, and goes with the time', async () => {
    const world = new World()
    const arn = await express(world, 'works', works)
    await start(world, arn)
    await deleteStateMachine(world.engine, admin, arn)
    const status = () => world.rows<{ status: string }>('SELECT status FROM state_machine')[0]?.status
    expect(status()).toBe('DELETING')
    await world.succeed('done')
    expect(status()).toBe('DELETED')
    await world.advance(10)
    const pruned = await pruneExecutions(world.engine, { closedBefore: world.clock.now(), limit: 10 })
    expect(pruned).toMatchObject({ executions: 1, machines: 1 })
    expect(world.count('express_execution')).toBe(0)
  })
})

describe('express executions within others', () => {
  const nested = (arn: string, resource: string, more: object = {}) =>
    definitionOf({
      Start: {
        Type: 'Task',
        Resource: `arn:aws:states:::${resource}`,
        Parameters: { StateMachineArn: arn, ...more },
        End: true,
      },
    })

  it('are started by a durable one, which goes on at once', async () => {
    const world = new World()
    const child = await express(world, 'child', works)
    const parent = await world.start(await world.machine('parent', nested(child, 'states:startExecution')))
    expect(await world.output(parent.executionArn)).toMatchObject({
      ExecutionArn: expect.stringContaining(':express:child:'),
    })
    await world.succeed('done')
    const { items } = await listExpressExecutions(world.engine, admin, {})
    expect(items[0]?.status).toBe('SUCCEEDED')
  })

  it('are refused where a durable one would wait for their end, as on AWS', async () => {
    const world = new World()
    const child = await express(world, 'child', pass)
    const parent = await world.start(await world.machine('parent', nested(child, 'states:startExecution.sync')))
    expect(await world.describe(parent.executionArn)).toMatchObject({
      status: 'FAILED',
      error: 'StepFunctions.StateMachineTypeNotSupportedException',
    })
  })

  it('answer aws-sdk:sfn:startSyncExecution with their end', async () => {
    const world = new World()
    const child = await express(world, 'child', pass)
    const states = nested(child, 'aws-sdk:sfn:startSyncExecution', { Input: { a: 1 } })
    const parent = await world.start(await world.machine('parent', states))
    expect(await world.output(parent.executionArn)).toMatchObject({
      Status: 'SUCCEEDED',
      Input: '{"a":1}',
      Output: '{"a":1,"n":7}',
      BillingDetails: { BilledDurationInMilliseconds: 100, BilledMemoryUsedInMB: 64 },
    })
    const unknown = nested(machineArn('gone'), 'aws-sdk:sfn:startSyncExecution')
    const other = await world.start(await world.machine('other', unknown))
    expect(await world.describe(other.executionArn)).toMatchObject({
      status: 'FAILED',
      error: 'Sfn.StateMachineDoesNotExistException',
    })
  })

  it('start executions themselves', async () => {
    const world = new World()
    const child = await world.machine('child', pass)
    const ended = await sync(
      world,
      await express(world, 'parent', nested(child, 'states:startExecution', { Name: 'one' })),
    )
    expect(JSON.parse(ended.output ?? '')).toMatchObject({
      ExecutionArn: expect.stringContaining(':execution:child:one'),
    })
    const again = await sync(world, machineArn('parent'))
    expect(again).toMatchObject({ error: 'StepFunctions.ExecutionAlreadyExistsException' })
  })

  it('run without a row for a caller that keeps its own', async () => {
    const world = new World()
    const row = world.engine.revisions
    const arn = await express(world, 'child', pass)
    const [head] = world.rows<{ id: number }>('SELECT id FROM revision')
    const { machine } = row.get(world.store.read, head?.id ?? 0)
    const about = {
      ...{ arn: 'arn:aws:states:eu-central-1:123456789012:execution:child/Map:1', name: '1', input: '{}', roleArn },
      ...{ startedAt: world.clock.now(), machineArn: arn, machineName: 'child', region: 'eu-central-1' },
    }
    const events: string[] = []
    const end = await world.engine.express.run({
      machine,
      about,
      heard: (history) => events.push(...history.map(({ type }) => type)),
    })
    expect(end).toEqual({ status: 'succeeded', at: world.clock.now(), output: '{"n":7}' })
    expect(events).toEqual(['ExecutionStarted', 'PassStateEntered', 'PassStateExited', 'ExecutionSucceeded'])
    expect(world.count('express_execution')).toBe(0)
  })
})
