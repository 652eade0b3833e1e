import { afterEach, describe, expect, it } from 'vitest'
import { deleteStateMachine } from '../machine/delete.ts'
import { startExecution } from '../execution/start.ts'
import { stopExecution } from '../execution/stop.ts'
import { admin, definitionOf, endWorlds, executionArn, machineArn, taskState, World } from '../world.ts'
import { sendTaskSuccess } from './answer.ts'

afterEach(endWorlds)

const childArn = machineArn('child')
const calling = (pattern: string, more: object = {}, parameters: object = {}) => ({
  Type: 'Task',
  Resource: `arn:aws:states:::states:startExecution${pattern}`,
  Parameters: { StateMachineArn: childArn, Name: 'kid', Input: { a: 1 }, ...parameters },
  ...('Next' in more ? {} : { End: true }),
  ...more,
})
const kid = executionArn('child', 'kid')

async function withChild(states: Record<string, Record<string, unknown>>): Promise<World> {
  const world = new World()
  await world.machine('child', definitionOf(states))
  return world
}
const working = { Work: taskState('work') }
const passing = { Pass: { Type: 'Pass', Result: { b: 2 }, End: true } }

describe('a nested execution that is only started', () => {
  it('answers its parent at once and goes on alone', async () => {
    const world = await withChild(working)
    const arn = await world.run({ Call: calling('') })
    expect(await world.output(arn)).toMatchObject({
      ExecutionArn: kid,
      StartDate: world.clock.now(),
      SdkHttpMetadata: { HttpStatusCode: 200 },
    })
    expect(await world.status(kid)).toBe('RUNNING')
    await world.succeed('done')
    expect(await world.output(kid)).toBe('done')
  })

  it('does not end with its parent', async () => {
    const world = await withChild(working)
    const arn = await world.run({ Call: calling('', { Next: 'Rest' }), Rest: taskState('rest') })
    await stopExecution(world.engine, admin, { executionArn: arn })
    expect(await world.status(kid)).toBe('RUNNING')
  })

  it('is told in the trail as its parent’s doing', async () => {
    const world = await withChild(working)
    const arn = await world.run({ Call: calling('') })
    const rows = world.rows<{ actor_type: string; actor_id: string; cause_id: string }>(
      "SELECT actor_type, actor_id, cause_id FROM trail_unsealed WHERE action = 'execution.start' AND subject_id = ?",
      kid,
    )
    expect(rows).toEqual([{ actor_type: 'machine', actor_id: arn, cause_id: arn }])
  })
})

describe('a nested execution that is awaited', () => {
  it.each([
    ['.sync', '{"a":1}', '{"b":2}'],
    ['.sync:2', { a: 1 }, { b: 2 }],
  ])('%s gives its parent its description when it ends', async (pattern, input, output) => {
    const world = await withChild(working)
    const start = world.clock.now()
    const arn = await world.run({ Call: calling(pattern) })
    expect((await world.events(arn)).at(-1)).toBe('TaskSubmitted')
    await world.advance(3000)
    await world.succeed({ b: 2 })
    expect(await world.output(arn)).toEqual({
      ExecutionArn: kid,
      Input: input,
      InputDetails: { Included: true },
      Name: 'kid',
      Output: output,
      OutputDetails: { Included: true },
      StartDate: start,
      StateMachineArn: childArn,
      Status: 'SUCCEEDED',
      StopDate: start + 3000,
    })
  })

  it('tells of redrives where the call was made with the Credentials of another role', async () => {
    const world = await withChild(working)
    const credentials = { RoleArn: 'arn:aws:iam::222222222222:role/theirs' }
    const arn = await world.run({ Call: calling('.sync', { Credentials: credentials }) })
    await world.succeed({ b: 2 })
    expect(await world.output(arn)).toMatchObject({
      RedriveCount: 0,
      RedriveStatus: 'NOT_REDRIVABLE',
      RedriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
    })
  })

  it('that ends in the very step of its start is submitted before it has succeeded', async () => {
    const world = await withChild(passing)
    const arn = await world.run({ Call: calling('.sync:2') })
    expect((await world.events(arn)).slice(3)).toEqual([
      'TaskStarted',
      'TaskSubmitted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ])
  })

  it('that fails fails the task, with its description for a cause, which can be caught', async () => {
    const world = await withChild({ Fall: { Type: 'Fail', Error: 'Out', Cause: 'of luck' } })
    const arn = await world.run({
      Call: calling('.sync', { Catch: [{ ErrorEquals: ['States.TaskFailed'], Next: 'Seen' }], Next: 'Seen' }),
      Seen: { Type: 'Pass', Parameters: { 'cause.$': 'States.StringToJson($.Cause)' }, End: true },
    })
    expect(await world.output(arn)).toMatchObject({
      cause: { Status: 'FAILED', Error: 'Out', Cause: 'of luck', ExecutionArn: kid },
    })
  })

  it('is one of a chain, and the end goes all the way up in one commit', async () => {
    const world = new World()
    await world.machine('m3', definitionOf(working))
    for (const [n, of] of [
      [2, 3],
      [1, 2],
    ]) {
      const parameters = { StateMachineArn: machineArn(`m${of}`), Name: 'x' }
      await world.machine(`m${n}`, definitionOf({ Call: calling('.sync:2', {}, parameters) }))
    }
    await world.start(machineArn('m1'), { name: 'x' })
    const commits: number[] = []
    world.store.onCommit(() => commits.push(world.rows('SELECT id FROM execution WHERE status = 1').length))
    await world.succeed('deep')
    expect(commits[0]).toBe(3)
    expect(await world.output(executionArn('m1', 'x'))).toMatchObject({
      Name: 'x',
      Output: { Name: 'x', Output: 'deep' },
    })
  })

  it('is stopped with its parent, and all that it awaits in turn', async () => {
    const world = new World()
    await world.machine('leaf', definitionOf(working))
    await world.machine(
      'child',
      definitionOf({ Call: calling('.sync', {}, { StateMachineArn: machineArn('leaf'), Name: 'leaf' }) }),
    )
    const arn = await world.run({ Call: calling('.sync') })
    const call = world.call()
    await stopExecution(world.engine, admin, { executionArn: arn, error: 'Enough' })
    await world.settle()
    expect(await world.describe(kid)).toMatchObject({ status: 'ABORTED', cause: expect.stringContaining(arn) })
    expect(await world.status(executionArn('leaf', 'leaf'))).toBe('ABORTED')
    expect(call.signal.aborted).toBe(true)
    expect(world.trail().filter(({ action }) => action === 'execution.stop')).toHaveLength(3)
  })

  it('is stopped when the task that awaits it times out', async () => {
    const world = await withChild(working)
    await world.run({ Call: calling('.sync', { TimeoutSeconds: 5 }) })
    await world.advance(5000)
    expect(await world.status(kid)).toBe('ABORTED')
  })

  it('is stopped when the deadline of its parent’s machine is over', async () => {
    const world = await withChild(working)
    const arn = await world.run({ Call: calling('.sync') }, {}, { TimeoutSeconds: 5 })
    await world.advance(5000)
    expect([await world.status(arn), await world.status(kid)]).toEqual(['TIMED_OUT', 'ABORTED'])
  })

  it('is stopped when another branch fails, but those of other tasks go on', async () => {
    const world = await withChild(working)
    const other = await world.run({ Call: calling('.sync', {}, { Name: 'other' }) })
    await world.run({
      Both: {
        Type: 'Parallel',
        End: true,
        Branches: [
          { StartAt: 'Call', States: { Call: calling('.sync') } },
          { StartAt: 'Fast', States: { Fast: taskState('fast') } },
        ],
      },
    })
    await world.fail('Broken', '', 'Fast')
    expect(await world.status(kid)).toBe('ABORTED')
    expect(await world.status(executionArn('child', 'other'))).toBe('RUNNING')
    await world.succeed(1, 'Work')
    expect(await world.status(other)).toBe('SUCCEEDED')
  })

  it('stopped by somebody fails the task of its parent', async () => {
    const world = await withChild(working)
    const arn = await world.run({ Call: calling('.sync') })
    await stopExecution(world.engine, admin, { executionArn: kid, error: 'No' })
    await world.settle()
    expect(await world.describe(arn)).toMatchObject({ status: 'FAILED', error: 'States.TaskFailed' })
  })

  it('lets its machine be deleted when it ends', async () => {
    const world = await withChild(working)
    const arn = await world.run({ Call: calling('.sync') })
    await deleteStateMachine(world.engine, admin, childArn)
    await world.succeed('done')
    expect(await world.status(arn)).toBe('SUCCEEDED')
    expect(world.rows('SELECT status FROM state_machine WHERE arn = ?', childArn)).toEqual([{ status: 'DELETED' }])
  })

  it('retried is another execution', async () => {
    const world = await withChild({ Fall: { Type: 'Fail' } })
    const retry = { Retry: [{ ErrorEquals: ['States.TaskFailed'], IntervalSeconds: 1, MaxAttempts: 2 }] }
    await world.run({ Call: calling('.sync', retry, { Name: undefined }) })
    await world.advance(10_000)
    expect(world.rows('SELECT id FROM execution WHERE machine_name = ?', 'child')).toHaveLength(3)
  })
})

describe('a nested execution that answers by token', () => {
  it('is started and then waited for, until the token is used', async () => {
    const world = await withChild({ Keep: taskState('keep') })
    const arn = await world.run({
      Call: calling('.waitForTaskToken', {}, { Input: { 'token.$': '$$.Task.Token' } }),
    })
    const { token } = JSON.parse(world.call('Keep').input)
    expect((await world.events(arn)).at(-1)).toBe('TaskSubmitted')
    await world.succeed('ended', 'Keep')
    expect(await world.status(arn)).toBe('RUNNING')
    await sendTaskSuccess(world.engine, admin, { token, output: '"answered"' })
    expect(await world.output(arn)).toBe('answered')
  })
})

describe('a nested start that is refused', () => {
  it.each([
    [
      'for want of the machine',
      { StateMachineArn: machineArn('none') },
      'StepFunctions.StateMachineDoesNotExistException',
      `State Machine Does Not Exist: '${machineArn('none')}'`,
    ],
    ['for a name that is taken', { Name: 'taken' }, 'StepFunctions.ExecutionAlreadyExistsException', 'Already Exists'],
    ['for what is no ARN', { StateMachineArn: 'child' }, 'StepFunctions.InvalidArnException', 'Invalid Arn'],
  ])('%s fails the task, and nothing is started', async (_why, parameters, error, cause) => {
    const world = await withChild(passing)
    await world.start(childArn, { name: 'taken' })
    for (const pattern of ['', '.sync', '.waitForTaskToken']) {
      const arn = await world.run({ Call: calling(pattern, {}, parameters) })
      expect(await world.describe(arn)).toMatchObject({
        status: 'FAILED',
        error,
        cause: expect.stringContaining(cause),
      })
    }
    expect(world.rows('SELECT id FROM execution WHERE machine_name = ?', 'child')).toHaveLength(1)
  })

  it.each([
    ['without a machine', '{% {"Name": "x"} %}', "The field 'StateMachineArn' is required but was missing"],
    [
      'with a number for a name',
      `{% {"StateMachineArn": "${childArn}", "Name": 5} %}`,
      "The value of the field 'Name' has an invalid format",
    ],
    ['with a list of parameters', '{% [1, 2] %}', 'The parameters are not an object'],
  ])('%s is no task at all', async (_how, text, reason) => {
    const world = await withChild(passing)
    const arn = await world.run({
      Call: { ...calling('.sync'), Parameters: undefined, QueryLanguage: 'JSONata', Arguments: text },
    })
    expect(await world.describe(arn)).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
      cause: expect.stringContaining(reason),
    })
    expect(await world.events(arn)).not.toContain('TaskScheduled')
  })

  it('because the parent has been stopped meanwhile starts nothing', async () => {
    const world = await withChild(working)
    const parent = await world.machine('parent', definitionOf({ Call: calling('.sync') }))
    const started = startExecution(world.engine, admin, { stateMachineArn: parent, name: 'p' })
    // Written together with the start, so that the stop is in line before the nested start that it brings about.
    await world.store.write(() => {
      void world.engine.writer.submit({ kind: 'event', executionId: 1, event: { kind: 'stop' } })
    })
    await started
    await world.settle()
    expect(world.rows('SELECT name, status FROM execution')).toEqual([{ name: 'p', status: 4 }])
  })
})

describe('a crash around a nested execution', () => {
  it('before its start is written starts it once, after', async () => {
    const world = await withChild(working)
    // The parent is committed; the start that follows is not.
    const parent = world.machine('parent', definitionOf({ Call: calling('.sync') }))
    const seen: World[] = []
    const arn = await parent
    await world.settle()
    const leave = world.store.onCommit(() => {
      leave()
      seen.push(world.crash())
    })
    await world.start(arn, { name: 'p' })
    const [next] = seen
    expect(next?.rows('SELECT name FROM execution ORDER BY id')).toEqual([{ name: 'p' }])
    await next?.engine.recover()
    await next?.settle()
    expect(next?.rows('SELECT name FROM execution ORDER BY id')).toEqual([{ name: 'p' }, { name: 'kid' }])
    await next?.succeed(1)
    expect(await next?.status(executionArn('parent', 'p'))).toBe('SUCCEEDED')
  })

  it('at any commit loses and doubles nothing', async () => {
    const world = await withChild(working)
    const arn = await world.machine('parent', definitionOf({ Call: calling('.sync') }))
    await world.settle()
    const copies: World[] = []
    const leave = world.store.onCommit(() => copies.push(world.crash()))
    await world.start(arn, { name: 'p' })
    await world.succeed('done')
    leave()
    expect(copies.length).toBeGreaterThanOrEqual(3)
    for (const copy of copies) {
      await copy.engine.recover()
      await copy.settle()
      for (const call of copy.calls) call.succeed('again')
      await copy.settle()
      expect(copy.rows('SELECT name, status FROM execution ORDER BY id')).toEqual([
        { name: 'p', status: 1 },
        { name: 'kid', status: 1 },
      ])
    }
  })
})
