import { afterEach, describe, expect, it } from 'vitest'
import { admin, endWorlds, nobody, taskState, World } from '../world.ts'
import { continueExecution } from './continue.ts'
import { stopExecution } from './stop.ts'

afterEach(endWorlds)

type Named = { readonly visit?: number; readonly state?: string; readonly clientToken?: string }

async function goOn(world: World, executionArn: string, input: unknown, named: Named = {}) {
  const request = { executionArn, input: JSON.stringify(input), ...named }
  const redriven = await continueExecution(world.engine, admin, request)
  await world.settle()
  return redriven
}

/** One that has failed in its second task. */
async function failed(world: World, input: unknown = { id: 7 }): Promise<string> {
  const arn = await world.run({ First: taskState('first', { Next: 'Pay' }), Pay: taskState('pay') })
  await world.succeed(input)
  await world.fail('Broken')
  return arn
}

const each = (more: object = {}) => ({
  Type: 'Map',
  ItemProcessor: { StartAt: 'T', States: { T: taskState('work') } },
  End: true,
  ...more,
})

describe('continuing an execution with another input', () => {
  it('enters the state that failed with it, and goes on in the same history', async () => {
    const world = new World()
    const arn = await failed(world)
    expect(await goOn(world, arn, { id: 8 })).toEqual({ redrivenAt: world.clock.now() })
    expect(world.call('Pay').input).toBe('{"id":8}')
    await world.succeed('paid')
    expect(await world.output(arn)).toBe('paid')
    expect((await world.events(arn)).slice(10, 14)).toEqual([
      'ExecutionFailed',
      'ExecutionRedriven',
      'TaskStateEntered',
      'LambdaFunctionScheduled',
    ])
    expect(await world.describe(arn)).toMatchObject({ status: 'SUCCEEDED', redriveCount: 1 })
  })

  it('hands the task another idempotency key: another input is another request', async () => {
    const world = new World()
    const arn = await failed(world)
    await goOn(world, arn, { id: 8 })
    const [before, after] = world.calls.filter(({ stateName }) => stateName === 'Pay')
    expect(after?.idempotencyKey).not.toBe(before?.idempotencyKey)
    await world.succeed(1)
  })

  it('is told in the trail with the difference, without what looks like a secret', async () => {
    const world = new World()
    const arn = await failed(world, { id: 7, gone: true, password: 'old' })
    await goOn(world, arn, { id: 8, password: 'new', card: { token: 'abc', kind: 'x' } })
    const record = world.trail().find(({ action }) => action === 'execution.continue')
    expect(record?.subject).toBe(arn)
    expect(record?.change).toEqual({
      before: 'failed',
      after: 'running',
      redriveCount: 1,
      state: 'Pay',
      visit: 7,
      input: {
        '$.id': { before: '7', after: '8' },
        '$.password': { before: '"••••••"', after: '"••••••"' },
        '$.card': { after: '{"token":"••••••","kind":"x"}' },
        '$.gone': { before: 'true' },
      },
    })
    await world.succeed(1)
  })

  it('corrects one iteration of a Map, and lets what was cut off beside it go on with what it had', async () => {
    const world = new World()
    const arn = await world.run({ Each: each() }, [1, 2, 3])
    world.calls[0]?.succeed('one')
    await world.settle()
    world.calls[1]?.fail('Broken')
    await world.settle()
    const events = await world.history(arn)
    const second = events.filter(({ type }) => type === 'TaskStateEntered')[1]
    await goOn(world, arn, 20, { visit: second?.id ?? 0 })
    expect(world.calls.slice(3).map(({ input }) => input)).toEqual(['20', '3'])
    for (const call of world.calls.slice(3)) call.succeed(JSON.parse(call.input))
    await world.settle()
    expect(await world.output(arn)).toEqual(['one', 20, 3])
  })

  it('gives a distributed Map that failed before its first item other items', async () => {
    const world = new World()
    const processor = { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, ...each().ItemProcessor }
    const arn = await world.run({ Each: each({ ItemProcessor: processor, ItemsPath: '$.items' }) }, { items: 'none' })
    await world.advance(1000)
    expect(await world.status(arn)).toBe('FAILED')
    await goOn(world, arn, { items: [1] })
    await world.advance(1000)
    await world.succeed('done')
    await world.advance(1000)
    expect(await world.output(arn)).toEqual(['done'])
  })

  it('can correct what was stopped, and again what then failed', async () => {
    const world = new World()
    const arn = await world.run({ Work: taskState('work') }, { n: 1 })
    await stopExecution(world.engine, admin, { executionArn: arn })
    await goOn(world, arn, { n: 2 })
    await world.fail('Broken')
    await goOn(world, arn, { n: 3 }, { state: 'Work' })
    expect(world.call('Work').input).toBe('{"n":3}')
    await world.succeed(1)
  })

  it('is done once for the same token', async () => {
    const world = new World()
    const arn = await failed(world)
    const first = await goOn(world, arn, { id: 8 }, { clientToken: 'once' })
    await world.fail('Broken')
    await world.advance(1000)
    expect(await goOn(world, arn, { id: 8 }, { clientToken: 'once' })).toEqual(first)
    expect(await world.status(arn)).toBe('FAILED')
  })

  it('is either done or not when a crash comes between asking and the answer, and can be asked again', async () => {
    const world = new World()
    const arn = await failed(world)
    const request = { executionArn: arn, input: '{"id":8}', clientToken: 'once' }
    const asked = continueExecution(world.engine, admin, request)
    const before = world.crash()
    await asked
    const after = world.crash()
    for (const next of [before, after]) {
      await next.engine.recover()
      await continueExecution(next.engine, admin, request)
      await next.settle()
      expect(await next.describe(arn)).toMatchObject({ status: 'RUNNING', redriveCount: 1 })
      expect(next.call('Pay').input).toBe('{"id":8}')
      expect(next.trail().filter(({ action }) => action === 'execution.continue')).toHaveLength(1)
      await next.succeed('done')
      expect(await next.output(arn)).toBe('done')
    }
  })

  it('calls the task again under the same key when a crash lost its answer', async () => {
    const world = new World()
    const arn = await failed(world)
    await goOn(world, arn, { id: 8 })
    const { idempotencyKey } = world.call('Pay')
    const next = world.crash()
    await next.engine.recover()
    await next.settle()
    expect(next.call('Pay')).toMatchObject({ idempotencyKey, input: '{"id":8}' })
    await next.succeed('done')
  })

  it('goes on after a crash that came right behind its acceptance', async () => {
    const world = new World()
    const arn = await failed(world)
    await continueExecution(world.engine, admin, { executionArn: arn, input: '{"id":8}' })
    const next = world.crash()
    await next.engine.recover()
    await next.settle()
    expect(next.call('Pay').input).toBe('{"id":8}')
    await next.succeed('done')
    expect(await next.output(arn)).toBe('done')
  })
})

describe('continuing is refused', () => {
  const refusal = { code: 'execution.not_correctable' }

  it('when several states ended at once and none is named, and says which there are', async () => {
    const world = new World()
    const arn = await world.run({ Each: each() }, [1, 2])
    world.calls[0]?.fail('Broken')
    await world.settle()
    await expect(goOn(world, arn, 9)).rejects.toMatchObject({
      ...refusal,
      message: 'Execution ended in several states at once',
      accepted: 'visit 6 (T, 0), 8 (T, 1)',
    })
    await expect(goOn(world, arn, 9, { state: 'T' })).rejects.toMatchObject(refusal)
  })

  it('of a Map whose iterations have begun', async () => {
    const world = new World()
    const arn = await world.run({ Each: each() }, [1, 2])
    world.calls[0]?.fail('Broken')
    await world.settle()
    await expect(goOn(world, arn, [3], { state: 'Each' })).rejects.toMatchObject({
      ...refusal,
      message: "Branches or iterations of state 'Each' have begun, and would be done again",
    })
  })

  it('of a distributed Map that has run items, and of its children', async () => {
    const world = new World()
    const processor = { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, ...each().ItemProcessor }
    const arn = await world.run({ Each: each({ ItemProcessor: processor }) }, [1])
    await world.advance(1000)
    await world.fail('Broken')
    await world.advance(1000)
    await expect(goOn(world, arn, [2])).rejects.toThrow('has begun: its items would be done again')
    const child = world.calls[0]?.executionArn ?? ''
    await expect(goOn(world, child, 2)).rejects.toThrow('Execution belongs to a map run')
  })

  it('in a state that it did not end in', async () => {
    const world = new World()
    const arn = await failed(world)
    await expect(goOn(world, arn, 1, { state: 'First' })).rejects.toMatchObject({
      ...refusal,
      message: "Execution did not end in state 'First'",
      accepted: 'visit 7 (Pay)',
    })
    await expect(goOn(world, arn, 1, { visit: 2 })).rejects.toMatchObject(refusal)
  })

  it('of what runs or has succeeded, with what is no JSON, and to who may not', async () => {
    const world = new World()
    const running = await world.run({ Work: taskState('work') })
    await expect(goOn(world, running, 1)).rejects.toMatchObject({ code: 'execution.not_redrivable' })
    const arn = await failed(new World())
    const text = { executionArn: arn, input: '{"id":' }
    await expect(continueExecution(world.engine, admin, text)).rejects.toMatchObject({
      code: 'execution.input_invalid',
    })
    await expect(continueExecution(world.engine, nobody, text)).rejects.toMatchObject({ code: 'access.forbidden' })
  })
})
