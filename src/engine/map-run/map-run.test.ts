import { afterEach, describe, expect, it } from 'vitest'
import { describeStateMachineForExecution } from '../execution/describe.ts'
import { listExecutions } from '../execution/list.ts'
import { searchExecutionRows } from '../execution/search.ts'
import { stopExecution } from '../execution/stop.ts'
import type { Queries } from '../registry.ts'
import { pruneExecutions } from '../retention.ts'
import { admin, endWorlds, taskState, World } from '../world.ts'
import { describeMapRun } from './describe.ts'
import { listMapRuns } from './list.ts'
import { updateMapRun } from './update.ts'

afterEach(endWorlds)

const pass = { Type: 'Pass', End: true }
const processor = (state: object): object => ({
  ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
  StartAt: 'Item',
  States: { Item: state },
})
const mapState = (state: object, more: object = {}) => ({
  Map: { Type: 'Map', Label: 'each', ItemProcessor: processor(state), End: true, ...more },
})
const failing = {
  Type: 'Choice',
  Choices: [{ Variable: '$', NumericGreaterThan: 100, Next: 'Bad' }],
  Default: 'Good',
}
const choosing = {
  ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
  StartAt: 'Look',
  States: { Look: failing, Bad: { Type: 'Fail', Error: 'Bad', Cause: 'too large' }, Good: { Type: 'Succeed' } },
}

/** The members of a Map whose children run in memory. */
const express = (state: object, States: object = {}) => ({
  ItemProcessor: {
    ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' },
    StartAt: 'Item',
    States: { ...States, Item: state },
  },
})

async function onlyRun(world: World, execution: string) {
  const { items } = await listMapRuns(world.engine, admin, { executionArn: execution })
  const [run] = items
  if (run === undefined || items.length > 1) throw new Error(`${items.length} runs`)
  return describeMapRun(world.engine, admin, run.arn)
}

async function childrenOf(world: World, mapRunArn: string) {
  const { items } = await listExecutions(world.engine, admin, { mapRunArn, limit: 1000 })
  return items.toReversed()
}

describe('a distributed Map', () => {
  it('runs each item as an execution of its own and joins the outputs in their order', async () => {
    const world = new World()
    const arn = await world.run(mapState({ ...pass, Parameters: { 'n.$': '$' } }), [3, 1, 2])
    expect(await world.output(arn)).toEqual([{ n: 3 }, { n: 1 }, { n: 2 }])
    const run = await onlyRun(world, arn)
    expect(run).toMatchObject({
      executionArn: arn,
      status: 'SUCCEEDED',
      maxConcurrency: 0,
      toleratedFailureCount: 0,
      toleratedFailurePercentage: 0,
      itemCounts: { pending: 0, running: 0, succeeded: 3, failed: 0, total: 3, resultsWritten: 3 },
      executionCounts: { succeeded: 3, total: 3 },
    })
    expect(run.arn).toMatch(/:mapRun:machine-1\/each:[0-9a-f-]{36}$/)
    expect(run.stateMachineArn).toMatch(/:stateMachine:machine-1\/each$/)
    expect(await world.events(arn)).toEqual([
      'ExecutionStarted',
      'MapStateEntered',
      'MapStateStarted',
      'MapRunStarted',
      'MapRunSucceeded',
      'MapStateSucceeded',
      'MapStateExited',
      'ExecutionSucceeded',
    ])
  })

  it('shows its children under their run alone, each with the processor as its machine', async () => {
    const world = new World()
    const arn = await world.run(mapState(pass), [1, 2])
    const { arn: mapRunArn } = await onlyRun(world, arn)
    const children = await childrenOf(world, mapRunArn)
    expect(children).toMatchObject([
      { status: 'SUCCEEDED', mapRunArn, itemCount: 1, stateMachineArn: expect.stringContaining('machine-1/each') },
      { status: 'SUCCEEDED' },
    ])
    const [first] = children
    expect(await world.describe(first?.arn ?? '')).toMatchObject({ input: '1', output: '1', mapRunArn })
    expect(await world.events(first?.arn ?? '')).toEqual([
      'ExecutionStarted',
      'PassStateEntered',
      'PassStateExited',
      'ExecutionSucceeded',
    ])
    const machine = await describeStateMachineForExecution(world.engine, admin, first?.arn ?? '')
    expect(machine).toMatchObject({ label: 'each', mapRunArn, name: 'machine-1/each' })
    expect(JSON.parse(machine.definition)).toEqual(processor(pass))
    const all = await listExecutions(world.engine, admin, {})
    expect(all.items.map((item) => item.arn)).toEqual([arn])
  })

  it('gives its children what the ItemSelector says, in both languages', async () => {
    const world = new World()
    const ItemSelector = { 'v.$': '$$.Map.Item.Value', 'at.$': '$$.Map.Item.Index', 'all.$': '$' }
    expect(await world.output(await world.run(mapState(pass, { ItemSelector }), ['a']))).toEqual([
      { v: 'a', at: 0, all: ['a'] },
    ])
    const selector = { v: '{% $states.context.Map.Item.Value %}', k: '{% $states.context.Map.Item.Key %}' }
    const arn = await world.run(mapState(pass, { ItemSelector: selector }), { x: 1 }, { QueryLanguage: 'JSONata' })
    expect(await world.output(arn)).toEqual([{ v: 1, k: 'x' }])
  })

  it('puts items into batches', async () => {
    const world = new World()
    const ItemBatcher = { MaxItemsPerBatch: 2, BatchInput: { 'of.$': 'States.ArrayLength($)' } }
    const arn = await world.run(mapState(pass, { ItemBatcher }), [1, 2, 3])
    expect(await world.output(arn)).toEqual([
      { BatchInput: { of: 3 }, Items: [1, 2] },
      { BatchInput: { of: 3 }, Items: [3] },
    ])
    expect(await onlyRun(world, arn)).toMatchObject({
      itemCounts: { succeeded: 3, total: 3 },
      executionCounts: { succeeded: 2, total: 2 },
    })
  })

  it('without items is done at once', async () => {
    const world = new World()
    expect(await world.output(await world.run(mapState(pass), []))).toEqual([])
  })

  it('runs no more children at once than it may', async () => {
    const world = new World()
    const arn = await world.run(mapState(taskState('f'), { MaxConcurrency: 2 }), [1, 2, 3, 4, 5])
    expect(world.calls).toHaveLength(2)
    const { arn: mapRunArn, itemCounts } = await onlyRun(world, arn)
    expect(itemCounts).toMatchObject({ pending: 3, running: 2, total: 5 })
    world.calls[0]?.succeed('a')
    await world.settle()
    expect(world.calls).toHaveLength(3)
    await updateMapRun(world.engine, admin, { mapRunArn, maxConcurrency: 4 })
    await world.settle()
    expect(world.calls).toHaveLength(5)
    for (const call of world.calls) if (call.open) call.succeed('z')
    await world.settle()
    expect(await world.output(arn)).toEqual(['a', 'z', 'z', 'z', 'z'])
    await expect(updateMapRun(world.engine, admin, { mapRunArn, maxConcurrency: 4 })).rejects.toThrow('has ended')
  })

  it('fails with the first failure when it tolerates none, and stops what runs', async () => {
    const world = new World()
    const arn = await world.run(mapState(taskState('f'), { MaxConcurrency: 2 }), [1, 2, 3])
    world.calls[0]?.fail('Oops')
    await world.settle()
    const description = await world.describe(arn)
    expect(description).toMatchObject({
      status: 'FAILED',
      error: 'States.ExceedToleratedFailureThreshold',
      cause: 'The specified tolerated failure threshold was exceeded',
    })
    expect(world.calls[1]?.signal.aborted).toBe(true)
    const run = await onlyRun(world, arn)
    expect(run).toMatchObject({
      status: 'FAILED',
      itemCounts: { pending: 1, running: 0, failed: 1, aborted: 1, succeeded: 0, total: 3 },
    })
    expect((await world.events(arn)).slice(3)).toEqual([
      'MapRunStarted',
      'MapRunFailed',
      'MapStateFailed',
      'ExecutionFailed',
    ])
  })

  it('bears the failures it tolerates and leaves them out of the result', async () => {
    const world = new World()
    const map = (more: object) => ({ Map: { Type: 'Map', ItemProcessor: choosing, End: true, ...more } })
    const items = [1, 101, 2, 102]
    expect(await world.output(await world.run(map({ ToleratedFailureCount: 2 }), items))).toEqual([1, 2])
    expect(await world.output(await world.run(map({ ToleratedFailurePercentage: 50 }), items))).toEqual([1, 2])
    expect(await world.status(await world.run(map({ ToleratedFailurePercentage: 49 }), items))).toBe('FAILED')
    expect(await world.status(await world.run(map({ ToleratedFailureCount: 1 }), items))).toBe('FAILED')
  })

  it('fails when its tolerance is lowered below what has failed', async () => {
    const world = new World()
    const arn = await world.run(mapState(taskState('f'), { ToleratedFailureCount: 1 }), [1, 2])
    world.calls[0]?.fail('Oops')
    await world.settle()
    expect(await world.status(arn)).toBe('RUNNING')
    const { arn: mapRunArn } = await onlyRun(world, arn)
    await updateMapRun(world.engine, admin, { mapRunArn, toleratedFailureCount: 0 })
    await world.settle()
    expect(await world.status(arn)).toBe('FAILED')
    expect(world.trail().map(({ action }) => action)).toContain('map_run.update')
  })

  it('is aborted with its execution, and its children with it', async () => {
    const world = new World()
    const arn = await world.run(mapState(taskState('f')), [1, 2])
    await stopExecution(world.engine, admin, { executionArn: arn })
    await world.settle()
    const run = await onlyRun(world, arn)
    expect(run).toMatchObject({ status: 'ABORTED', itemCounts: { aborted: 2, running: 0 } })
    expect(run.stoppedAt).toBeDefined()
    expect((await childrenOf(world, run.arn)).map(({ status }) => status)).toEqual(['ABORTED', 'ABORTED'])
    expect(await world.events(arn)).toEqual([
      'ExecutionStarted',
      'MapStateEntered',
      'MapStateStarted',
      'MapRunStarted',
      'ExecutionAborted',
    ])
    expect(world.rows('SELECT id FROM map_run WHERE open = 1')).toEqual([])
  })

  it('fails when a selector cannot be evaluated', async () => {
    const world = new World()
    const arn = await world.run(mapState(pass, { ItemSelector: { 'x.$': '$$.Map.Item.Value.no' } }), [{ no: 1 }, {}])
    expect(await world.describe(arn)).toMatchObject({ status: 'FAILED', error: 'States.Runtime' })
  })

  it('refuses results that are too large together', async () => {
    const world = new World({ limits: { payloadBytes: 1000 } })
    const arn = await world.run(mapState({ ...pass, Result: 'x'.repeat(300) }), [1, 2, 3, 4])
    expect(await world.describe(arn)).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' })
  })

  it('may stand in the processor of another', async () => {
    const world = new World()
    const inner = {
      Type: 'Map',
      Label: 'inner',
      ItemProcessor: { ...processor(pass), StartAt: 'Deep', States: { Deep: pass } },
      End: true,
    }
    const arn = await world.run(mapState(inner), [[1, 2], [3]])
    expect(await world.output(arn)).toEqual([[1, 2], [3]])
    const names = world.rows<{ name: string }>('SELECT DISTINCT machine_name AS name FROM execution ORDER BY 1')
    expect(names.map(({ name }) => name)).toEqual(['machine-1', 'machine-1/each', 'machine-1/inner'])
  })

  it('goes on after a crash at any moment, and starts nothing twice', async () => {
    const world = new World()
    const arn = await world.run(mapState(taskState('f'), { MaxConcurrency: 2 }), [1, 2, 3])
    world.calls[0]?.succeed('a')
    await world.settle()
    const next = world.crash()
    await next.engine.recover()
    await next.settle()
    expect(next.calls.filter(({ open }) => open)).toHaveLength(2)
    for (const call of next.calls) call.succeed('b')
    await next.settle()
    expect(await next.output(arn)).toEqual(['a', 'b', 'b'])
    expect(next.count('execution')).toBe(4)
  })

  it('runs express children in memory: their rows tell of them, and no history', async () => {
    const world = new World()
    const arn = await world.run(mapState(pass, express({ ...pass, Parameters: { 'n.$': '$' } })), [3, 1, 2])
    expect(await world.output(arn)).toEqual([{ n: 3 }, { n: 1 }, { n: 2 }])
    expect(await onlyRun(world, arn)).toMatchObject({
      status: 'SUCCEEDED',
      executionCounts: { succeeded: 3, total: 3 },
    })
    const chunks = 'SELECT 1 FROM chunk JOIN execution e ON e.id = execution_id WHERE map_run_id IS NOT NULL'
    expect(world.rows(chunks)).toEqual([])
  })

  it('begins express children again that a crash has cut off, and none whose end is recorded', async () => {
    const world = new World()
    const arn = await world.run(mapState(pass, express(taskState('f'))), [1, 2])
    world.calls[0]?.succeed('a')
    await world.settle()
    const next = world.crash()
    await next.engine.recover()
    await next.settle()
    expect(next.calls).toHaveLength(1)
    next.calls[0]?.succeed('b')
    await next.settle()
    expect(await next.output(arn)).toEqual(['a', 'b'])
    expect(next.count('execution')).toBe(3)
  })

  it('stops express children with it, and what they come to afterwards does not count', async () => {
    const world = new World()
    const arn = await world.run(mapState(pass, express(taskState('f'))), [1, 2])
    await stopExecution(world.engine, admin, { executionArn: arn })
    await world.settle()
    expect(world.calls.map(({ signal }) => signal.aborted)).toEqual([true, true])
    const run = await onlyRun(world, arn)
    expect(run).toMatchObject({ status: 'ABORTED', itemCounts: { aborted: 2, running: 0, succeeded: 0 } })
  })

  it('counts the failures of express children against its tolerance', async () => {
    const world = new World()
    const map = (more: object) =>
      mapState(pass, { ...express(failing, { Bad: choosing.States.Bad, Good: choosing.States.Good }), ...more })
    expect(await world.output(await world.run(map({ ToleratedFailureCount: 1 }), [1, 101, 2]))).toEqual([1, 2])
    expect(await world.status(await world.run(map({}), [1, 101, 2]))).toBe('FAILED')
  })

  it('is deleted with its execution when that is old enough, children first', async () => {
    const world = new World()
    const arn = await world.run(mapState(pass), [1, 2, 3])
    await world.advance(1000)
    const request = { closedBefore: world.clock.now(), limit: 2 }
    expect((await pruneExecutions(world.engine, request)).executions).toBe(2)
    expect(await world.status(arn)).toBe('SUCCEEDED')
    await pruneExecutions(world.engine, request)
    for (const table of ['execution', 'map_run', 'map_run_plan']) expect(world.count(table)).toBe(0)
  })

  it('is told to the trail, but not its every child', async () => {
    const world = new World()
    await world.run(mapState(pass), [1, 2])
    expect(world.trail().map(({ action }) => action)).toEqual([
      'machine.create',
      'execution.start',
      'map_run.start',
      'map_run.close',
      'execution.close',
    ])
  })
})

describe('the lists of executions', () => {
  // The plans of PostgreSQL depend on how many rows there are.
  it.skipIf(process.env['HOLDFAST_TEST_STORE'] === 'postgres')('find their page through an index', async () => {
    const world = new World()
    await world.run(mapState(pass), [1, 2, 3])
    const asked: string[] = []
    const { read } = world.engine.store
    const watched: Queries = { ...read, prepare: (text: string) => (asked.push(text), read.prepare(text)) }
    searchExecutionRows(watched, { machineId: undefined, status: undefined, before: 9 }, 10)
    const plan = world.rows<{ detail: string }>(`EXPLAIN QUERY PLAN ${asked[0]?.replaceAll('?', '9')}`)
    expect(plan[0]?.detail).toContain('INDEX execution_own (id<?)')
  })

  it('show the children of a run page by page, the newest first', async () => {
    const world = new World()
    const arn = await world.run(mapState(pass), [1, 2, 3])
    const { arn: mapRunArn } = await onlyRun(world, arn)
    const first = await listExecutions(world.engine, admin, { mapRunArn, limit: 2 })
    const cursor = first.cursor === undefined ? {} : { cursor: first.cursor }
    const second = await listExecutions(world.engine, admin, { mapRunArn, limit: 2, ...cursor })
    const inputs = [...first.items, ...second.items].map(async (item) => (await world.describe(item.arn)).input)
    expect(await Promise.all(inputs)).toEqual(['3', '2', '1'])
  })
})
