import { afterEach, describe, expect, it } from 'vitest'
import { deleteStateMachine } from '../machine/delete.ts'
import { admin, definitionOf, endWorlds, executionArn, machineArn, nobody, taskState, World } from '../world.ts'
import { startExecution } from './start.ts'

afterEach(endWorlds)

const pass = definitionOf({ Only: { Type: 'Pass', End: true } })
const waits = definitionOf({ Work: taskState('work') })

describe('starting an execution', () => {
  it('runs it, and answers its ARN and the time', async () => {
    const world = new World()
    const arn = await world.machine('pay', pass)
    const started = await world.start(arn, { name: 'first', input: { amount: 7 } })
    expect(started).toEqual({ executionArn: executionArn('pay', 'first'), startedAt: world.clock.now() })
    expect(await world.describe(started.executionArn)).toEqual({
      arn: executionArn('pay', 'first'),
      stateMachineArn: arn,
      name: 'first',
      status: 'SUCCEEDED',
      startedAt: world.clock.now(),
      stoppedAt: world.clock.now(),
      input: '{"amount":7}',
      output: '{"amount":7}',
      redriveCount: 0,
      redriveObstacle: 'Execution is SUCCEEDED and cannot be redriven',
    })
  })

  it('is durable before it is answered', async () => {
    const world = new World()
    const arn = await world.machine('pay', waits)
    const { executionArn: started } = await startExecution(world.engine, admin, { stateMachineArn: arn })
    expect(await world.crash().status(started)).toBe('RUNNING')
  })

  it('gives a name of its own to one without', async () => {
    const world = new World()
    const arn = await world.machine('pay', pass)
    const names = new Set<string>()
    for (let n = 0; n < 50; n++) names.add((await world.start(arn)).executionArn)
    expect(names.size).toBe(50)
    expect([...names][0]).toMatch(/^arn:aws:states:eu-central-1:123456789012:execution:pay:[0-9a-f-]{36}$/)
  })

  it('keeps the input as it came, to the last blank and digit', async () => {
    const world = new World()
    const arn = await world.machine('pay', pass)
    const input = ' {"b": 1.0, "a": 12345678901234567890, "b2": [ ] } '
    const { executionArn: started } = await startExecution(world.engine, admin, { stateMachineArn: arn, input })
    expect((await world.describe(started)).input).toBe(input)
  })

  it('has an empty object for input unless told', async () => {
    const world = new World()
    const arn = await world.machine('pay', pass)
    const { executionArn: started } = await startExecution(world.engine, admin, { stateMachineArn: arn })
    expect((await world.describe(started)).input).toBe('{}')
  })

  it('keeps the trace header', async () => {
    const world = new World()
    const request = { stateMachineArn: await world.machine('pay', pass), traceHeader: 'Root=1-2-3' }
    const { executionArn: started } = await startExecution(world.engine, admin, request)
    expect((await world.describe(started)).traceHeader).toBe('Root=1-2-3')
  })

  it('is told in the trail with the digest of its input, not the input', async () => {
    const world = new World()
    const arn = await world.machine('pay', waits)
    const { executionArn: started } = await world.start(arn, { input: { card: '4711' } })
    const record = world.trail().find(({ action }) => action === 'execution.start')
    expect(record).toMatchObject({
      subject: started,
      change: { machine: arn, inputSha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    })
    expect(JSON.stringify(record)).not.toContain('4711')
  })
})

describe('starting under a name', () => {
  it('with the same input while it runs, answers the first start and begins nothing', async () => {
    const world = new World()
    const arn = await world.machine('pay', waits)
    const first = await world.start(arn, { name: 'once', input: { a: 1 } })
    await world.advance(5000)
    expect(await world.start(arn, { name: 'once', input: { a: 1 } })).toEqual(first)
    expect(world.calls).toHaveLength(1)
    expect(world.trail().filter(({ action }) => action === 'execution.start')).toHaveLength(1)
  })

  it('asked for many times at once, begins once', async () => {
    const world = new World()
    const stateMachineArn = await world.machine('pay', waits)
    const request = { stateMachineArn, name: 'once', input: '{}' }
    const answers = await Promise.all(Array.from({ length: 20 }, () => startExecution(world.engine, admin, request)))
    await world.settle()
    expect(new Set(answers.map((answer) => answer.executionArn)).size).toBe(1)
    expect(world.calls).toHaveLength(1)
  })

  it.each([
    ['another input', '{"a":2}'],
    ['the same input spelled differently', '{ "a":1}'],
  ])('with %s is refused', async (_how, input) => {
    const world = new World()
    const stateMachineArn = await world.machine('pay', waits)
    await world.start(stateMachineArn, { name: 'once', input: { a: 1 } })
    await expect(startExecution(world.engine, admin, { stateMachineArn, name: 'once', input })).rejects.toMatchObject({
      code: 'execution.exists',
      kind: 'conflict',
      message: `Execution Already Exists: '${executionArn('pay', 'once')}'`,
    })
  })

  it('that a closed execution has is refused, whatever the input', async () => {
    const world = new World()
    const stateMachineArn = await world.machine('pay', pass)
    await world.start(stateMachineArn, { name: 'once' })
    await expect(startExecution(world.engine, admin, { stateMachineArn, name: 'once' })).rejects.toMatchObject({
      code: 'execution.exists',
    })
  })

  it('that an execution of a deleted machine of this name has is refused', async () => {
    const world = new World()
    const stateMachineArn = await world.machine('pay', pass)
    await world.start(stateMachineArn, { name: 'once' })
    await deleteStateMachine(world.engine, admin, stateMachineArn)
    await world.machine('pay', pass)
    await expect(startExecution(world.engine, admin, { stateMachineArn, name: 'once' })).rejects.toMatchObject({
      code: 'execution.exists',
    })
  })

  it('that one of another machine has is free', async () => {
    const world = new World()
    await world.start(await world.machine('pay', pass), { name: 'once' })
    await world.start(await world.machine('ship', pass), { name: 'once' })
    expect(await world.status(executionArn('ship', 'once'))).toBe('SUCCEEDED')
  })

  it.each(['a b', 'a/b', 'a:b', '*', 'a\u0000', '😀'])('refuses the name %j', async (name) => {
    const world = new World()
    const stateMachineArn = await world.machine('pay', pass)
    await expect(startExecution(world.engine, admin, { stateMachineArn, name })).rejects.toMatchObject({
      code: 'name.invalid',
      message: `Invalid Name: '${name}'`,
    })
  })
})

describe('a start that is refused', () => {
  const refusals: [
    string,
    { stateMachineArn?: string; name?: string; input?: string; traceHeader?: string },
    object,
  ][] = [
    ['an empty name', { name: '' }, { code: 'request.invalid' }],
    ['a name of 81 characters', { name: 'a'.repeat(81) }, { code: 'request.invalid' }],
    ['a long trace header', { traceHeader: 'a'.repeat(257) }, { code: 'request.invalid' }],
    [
      'an input that is no JSON',
      { input: 'not json' },
      {
        code: 'execution.input_invalid',
        message: expect.stringContaining("Invalid State Machine Execution Input: 'Unrecognized token 'not'"),
      },
    ],
    ['an empty input', { input: '' }, { message: "Invalid State Machine Execution Input: 'Invalid execution input.'" }],
    ['a blank input', { input: ' \n' }, { code: 'execution.input_invalid' }],
    ['an input cut off', { input: '{"a":' }, { code: 'execution.input_invalid' }],
    ['an input with half a surrogate pair', { input: '"\ud800"' }, { code: 'request.invalid' }],
    ['an input nested 10,000 deep', { input: '['.repeat(10_000) }, { code: 'execution.input_invalid' }],
    ['what is no ARN', { stateMachineArn: 'pay' }, { code: 'arn.invalid' }],
    ['the ARN of an execution', { stateMachineArn: executionArn('pay', 'x') }, { code: 'arn.invalid' }],
    ['a machine that does not exist', { stateMachineArn: machineArn('other') }, { code: 'machine.missing' }],
  ]
  it.each(refusals)('for %s leaves nothing behind', async (_why, more, error) => {
    const world = new World()
    const stateMachineArn = await world.machine('pay', pass)
    await expect(startExecution(world.engine, admin, { stateMachineArn, ...more })).rejects.toMatchObject(error)
    expect(world.count('execution')).toBe(0)
    expect(world.trail()).toHaveLength(1)
  })

  it('for an input over the limit says how much is accepted and does not repeat it', async () => {
    const world = new World({ limits: { payloadBytes: 100 } })
    const stateMachineArn = await world.machine('pay', pass)
    const start = (input: string) => startExecution(world.engine, admin, { stateMachineArn, input })
    await expect(start(`"${'é'.repeat(50)}"`)).rejects.toMatchObject({
      code: 'request.too_large',
      accepted: 'at most 100 bytes of UTF-8',
      message: expect.not.stringContaining('é'),
    })
    await start(`"${'é'.repeat(49)}"`)
    expect(world.count('execution')).toBe(1)
  })

  it('for a machine that is being deleted says so', async () => {
    const world = new World()
    const stateMachineArn = await world.machine('pay', waits)
    await world.start(stateMachineArn)
    await deleteStateMachine(world.engine, admin, stateMachineArn)
    await expect(startExecution(world.engine, admin, { stateMachineArn })).rejects.toMatchObject({
      code: 'machine.deleting',
    })
  })

  it('for want of permission names who may', async () => {
    const world = new World()
    const stateMachineArn = await world.machine('pay', pass)
    await expect(startExecution(world.engine, nobody, { stateMachineArn })).rejects.toMatchObject({
      code: 'access.forbidden',
    })
    expect(world.count('execution')).toBe(0)
  })

  it('for want of a cause, which the system owes, takes nobody with it and leaves nothing behind', async () => {
    const world = new World()
    const stateMachineArn = await world.machine('pay', waits)
    const system = { type: 'system', id: 'scheduler', via: 'timer' } as const
    const others = Array.from({ length: 3 }, () => startExecution(world.engine, admin, { stateMachineArn }))
    const refused = startExecution(world.engine, system, { stateMachineArn, name: 'nightly' })
    await expect(refused).rejects.toMatchObject({ code: 'audit.cause_missing' })
    await Promise.all(others)
    await world.settle()
    expect(world.count('execution')).toBe(3)
    expect(world.calls).toHaveLength(3)

    const cause = { type: 'schedule', id: 'nightly' } as const
    await startExecution(world.engine, system, { stateMachineArn, name: 'nightly' }, cause)
    await world.settle()
    expect(world.calls).toHaveLength(4)
  })

  it('after the engine was closed says that it is stopping', async () => {
    const world = new World()
    const stateMachineArn = await world.machine('pay', pass)
    await world.engine.close()
    await expect(startExecution(world.engine, admin, { stateMachineArn })).rejects.toMatchObject({
      code: 'engine.stopping',
      kind: 'unavailable',
      retryable: true,
    })
  })
})
