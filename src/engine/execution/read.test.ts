import { afterEach, describe, expect, it } from 'vitest'
import type { HistoryRecord, Page } from '../contract.ts'
import { updateStateMachine } from '../machine/update.ts'
import { admin, definitionOf, endWorlds, executionArn, machineArn, nobody, taskState, World } from '../world.ts'
import { describeExecution, describeStateMachineForExecution } from './describe.ts'
import { getExecutionHistory } from './history.ts'
import { listExecutions } from './list.ts'
import { statusNumber } from './rows.ts'
import { searchExecutionRows } from './search.ts'
import { stopExecution } from './stop.ts'

afterEach(endWorlds)

const pass = definitionOf({ Only: { Type: 'Pass', End: true } })
const fails = definitionOf({ Only: { Type: 'Fail', Error: 'Out', Cause: 'of luck' } })
const waits = definitionOf({ Work: taskState('work') })

describe('describing an execution', () => {
  it('that runs tells neither end nor output', async () => {
    const world = new World()
    const { executionArn: arn } = await world.start(await world.machine('pay', waits), { name: 'a' })
    expect(await world.describe(arn)).toEqual({
      arn,
      stateMachineArn: machineArn('pay'),
      name: 'a',
      status: 'RUNNING',
      startedAt: world.clock.now(),
      input: '{}',
      redriveCount: 0,
      redriveObstacle: 'Execution is RUNNING and cannot be redriven',
    })
  })

  it('that failed tells error and cause and no output', async () => {
    const world = new World()
    const { executionArn: arn } = await world.start(await world.machine('pay', fails))
    const description = await world.describe(arn)
    expect(description).toMatchObject({ status: 'FAILED', error: 'Out', cause: 'of luck' })
    expect(description).not.toHaveProperty('output')
  })

  it('that timed out tells no error', async () => {
    const world = new World()
    const machine = await world.machine('pay', definitionOf({ Work: taskState('work') }, { TimeoutSeconds: 5 }))
    const { executionArn: arn } = await world.start(machine)
    await world.advance(5000)
    const description = await world.describe(arn)
    expect(description).toMatchObject({ status: 'TIMED_OUT' })
    expect(Object.keys(description)).not.toContain('error')
    expect(Object.keys(description)).not.toContain('cause')
  })

  it.each([
    ['that does not exist', executionArn('pay', 'other'), 'execution.missing'],
    ['of another region', executionArn('pay', 'a').replace('eu-central-1', 'us-east-1'), 'execution.missing'],
    ['of another account', executionArn('pay', 'a').replace('123456789012', '210987654321'), 'execution.missing'],
    ['by the ARN of its machine', machineArn('pay'), 'arn.invalid'],
    ['by no ARN', "'; DROP TABLE execution", 'arn.invalid'],
  ])('%s is refused', async (_what, arn, code) => {
    const world = new World()
    await world.start(await world.machine('pay', waits), { name: 'a' })
    await expect(describeExecution(world.engine, admin, arn)).rejects.toMatchObject({ code })
  })

  it('is not for everybody', async () => {
    const world = new World()
    const { executionArn: arn } = await world.start(await world.machine('pay', pass))
    await expect(describeExecution(world.engine, nobody, arn)).rejects.toMatchObject({ code: 'access.forbidden' })
    await expect(describeStateMachineForExecution(world.engine, nobody, arn)).rejects.toMatchObject({
      code: 'access.forbidden',
    })
  })

  it('shows the text it runs, not the one its machine has now', async () => {
    const world = new World()
    const machine = await world.machine('pay', waits)
    const { executionArn: arn } = await world.start(machine)
    await updateStateMachine(world.engine, admin, { arn: machine, definition: pass })
    expect((await describeStateMachineForExecution(world.engine, admin, arn)).definition).toBe(waits)
    await world.succeed('done')
    expect(await world.output(arn)).toBe('done')
  })
})

describe('listing executions', () => {
  async function threeOfTwo(): Promise<World> {
    const world = new World()
    const pay = await world.machine('pay', pass)
    const ship = await world.machine('ship', waits)
    await world.start(pay, { name: 'p1' })
    await world.start(ship, { name: 's1' })
    await world.start(pay, { name: 'p2' })
    return world
  }
  const names = async (world: World, request: Parameters<typeof listExecutions>[2]) =>
    (await listExecutions(world.engine, admin, request)).items.map(({ name }) => name)

  it('begins with the newest, of all machines or of one', async () => {
    const world = await threeOfTwo()
    expect(await names(world, {})).toEqual(['p2', 's1', 'p1'])
    expect(await names(world, { stateMachineArn: machineArn('pay') })).toEqual(['p2', 'p1'])
  })

  it('tells of each what a list needs', async () => {
    const world = await threeOfTwo()
    const { items } = await listExecutions(world.engine, admin, { limit: 2 })
    expect(items).toEqual([
      {
        arn: executionArn('pay', 'p2'),
        stateMachineArn: machineArn('pay'),
        name: 'p2',
        status: 'SUCCEEDED',
        startedAt: world.clock.now(),
        stoppedAt: world.clock.now(),
        redriveCount: 0,
      },
      {
        arn: executionArn('ship', 's1'),
        stateMachineArn: machineArn('ship'),
        name: 's1',
        status: 'RUNNING',
        startedAt: world.clock.now(),
        redriveCount: 0,
      },
    ])
  })

  it('are found by text in their name or error, and by their time', async () => {
    const world = await threeOfTwo()
    const since = world.clock.now() + 1000
    world.clock.advanceTo(since)
    await world.start(await world.machine('fall', fails), { name: 'Order_1' })
    expect(await names(world, { name: 'P' })).toEqual(['p2', 'p1'])
    expect(await names(world, { name: 'order_1' })).toEqual(['Order_1'])
    expect(await names(world, { name: 'r_e' })).toEqual([])
    expect(await names(world, { startedSince: since })).toEqual(['Order_1'])
    expect(await names(world, { startedUntil: since, status: 'RUNNING' })).toEqual(['s1'])
    const [failed] = (await listExecutions(world.engine, admin, { status: 'FAILED' })).items
    expect(failed?.error).toBeDefined()
    expect(await names(world, { error: failed?.error?.slice(1).toUpperCase() ?? '' })).toEqual(['Order_1'])
    expect(await names(world, { error: 'nothing of the kind' })).toEqual([])
  })

  it('are found by text in their input, signs of SQL included', async () => {
    const world = new World()
    const pay = await world.machine('pay', pass)
    await world.start(pay, { name: 'a', input: { customer: 'Mika', share: '50%' } })
    await world.start(pay, { name: 'b', input: { customer: 'Ken', share: '505' } })
    expect(await names(world, { input: 'mika' })).toEqual(['a'])
    expect(await names(world, { input: '"share":"50%"' })).toEqual(['a'])
    expect(await names(world, { input: 'customer', name: 'B' })).toEqual(['b'])
  })

  it('are looked for by text in so many at a time, which is told, and the cursor goes on behind them', async () => {
    const world = new World()
    const [pay, fall] = [await world.machine('pay', pass), await world.machine('fall', fails)]
    for (let n = 1; n <= 9; n++) await world.start(n === 2 ? fall : pay, { name: `p${n}`, input: { n } })
    const look = (filter: object, before = Number.MAX_SAFE_INTEGER) =>
      searchExecutionRows(world.store.read, { machineId: undefined, status: undefined, before, ...filter }, 10, {
        name: 4,
        input: 3,
      })
    const first = look({ name: 'P1' })
    expect(first).toMatchObject({ rows: [], searched: 4 })
    const second = look({ name: 'P1' }, first.last)
    expect(second).toMatchObject({ rows: [], searched: 4 })
    expect(look({ name: 'P1' }, second.last)).toMatchObject({ rows: [{ name: 'p1' }], last: undefined })
    expect(look({ input: '"n":7' })).toMatchObject({ rows: [{ name: 'p7' }], searched: 3 })
    // Of errors only what has failed is looked through, and of a time what is of that time.
    expect(look({ error: 'out' })).toMatchObject({ rows: [{ name: 'p2' }], last: undefined })
    expect(look({ name: 'p', startedUntil: 0 })).toMatchObject({ rows: [], last: undefined })
  })

  it('can be of one status', async () => {
    const world = await threeOfTwo()
    await world.start(await world.machine('fall', fails), { name: 'f1' })
    expect(await names(world, { status: 'RUNNING' })).toEqual(['s1'])
    expect(await names(world, { status: 'FAILED' })).toEqual(['f1'])
    expect(await names(world, { status: 'TIMED_OUT' })).toEqual([])
    expect(await names(world, { status: 'SUCCEEDED', stateMachineArn: machineArn('pay') })).toEqual(['p2', 'p1'])
    expect(await names(world, { status: 'RUNNING', stateMachineArn: machineArn('pay') })).toEqual([])
  })

  it('goes on page by page, and new ones do not shift the pages', async () => {
    const world = new World()
    const pay = await world.machine('pay', pass)
    for (let n = 1; n <= 5; n++) await world.start(pay, { name: `p${n}` })
    const first = await listExecutions(world.engine, admin, { limit: 2 })
    await world.start(pay, { name: 'p6' })
    const second = await listExecutions(world.engine, admin, { limit: 2, cursor: first.cursor ?? '' })
    const third = await listExecutions(world.engine, admin, { limit: 2, cursor: second.cursor ?? '' })
    expect([first, second, third].map(({ items }) => items.map(({ name }) => name))).toEqual([
      ['p5', 'p4'],
      ['p3', 'p2'],
      ['p1'],
    ])
    expect(third).not.toHaveProperty('cursor')
  })

  it.each([
    ['made up', 'bm90IG91cnM'],
    ['of a list of machines', Buffer.from('machines:5').toString('base64url')],
    ['without a number', Buffer.from('executions:NaN').toString('base64url')],
    ['with SQL', Buffer.from('executions:1 OR 1=1').toString('base64url')],
    ['empty', ''],
  ])('refuses a cursor %s', async (_what, cursor) => {
    const world = await threeOfTwo()
    await expect(listExecutions(world.engine, admin, { cursor })).rejects.toMatchObject({
      code: expect.stringMatching(/^(page\.cursor_invalid|request\.invalid)$/),
    })
  })

  it.each([
    ['RUNNING', 'execution_open'],
    ['FAILED', 'execution_failed'],
    ['ABORTED', 'execution_failed'],
  ])('of status %s finds the few among many by an index', async (status, index) => {
    const world = await threeOfTwo()
    const asked: string[] = []
    const { read } = world.store
    const watched = {
      prepare: <Row extends object>(sql: string) => {
        asked.push(sql)
        return read.prepare<Row>(sql)
      },
    }
    searchExecutionRows(watched, { machineId: undefined, status: statusNumber(status as 'RUNNING'), before: 1000 }, 10)
    const plan = world.rows<{ detail: string }>(`EXPLAIN QUERY PLAN ${asked[0]}`.replaceAll('?', '9'))
    expect(plan.map(({ detail }) => detail).join('; ')).toContain(index)
  })

  it('of a machine that does not exist is refused', async () => {
    const world = new World()
    await expect(listExecutions(world.engine, admin, { stateMachineArn: machineArn('pay') })).rejects.toMatchObject({
      code: 'machine.missing',
    })
    await expect(listExecutions(world.engine, nobody, {})).rejects.toMatchObject({ code: 'access.forbidden' })
  })
})

describe('reading a history', () => {
  /** 1 started, then 2 for each of the 400 states, then 1 succeeded: 802 events in several chunks. */
  async function long(world: World, states = 400): Promise<string> {
    const chain = Object.fromEntries(
      Array.from({ length: states }, (_, n) => [
        `S${n}`,
        n % 100 === 50
          ? taskState('work', n === states - 1 ? {} : { Next: `S${n + 1}` })
          : { Type: 'Pass', ...(n === states - 1 ? { End: true } : { Next: `S${n + 1}` }) },
      ]),
    )
    const arn = await world.run(chain)
    for (let n = 50; n < states; n += 100) await world.succeed({ n })
    expect(await world.status(arn)).toBe('SUCCEEDED')
    return arn
  }
  const ids = (page: Page<HistoryRecord>): number[] => page.items.map(({ id }) => id)

  async function allPages(world: World, arn: string, limit: number, reverse: boolean): Promise<HistoryRecord[]> {
    const found: HistoryRecord[] = []
    let cursor: string | undefined
    do {
      const request = { executionArn: arn, limit, reverse, ...(cursor === undefined ? {} : { cursor }) }
      const page = await getExecutionHistory(world.engine, admin, request)
      expect(page.items.length).toBeLessThanOrEqual(limit)
      found.push(...page.items)
      cursor = page.cursor
    } while (cursor !== undefined)
    return found
  }

  it('gives the same events whatever the size of the pages, forward and backward, with ids without gaps', async () => {
    const world = new World()
    const arn = await long(world)
    const whole = await allPages(world, arn, 1000, false)
    expect(whole.map(({ id }) => id)).toEqual(Array.from({ length: whole.length }, (_, n) => n + 1))
    expect(whole).toHaveLength(1 + 400 * 2 + 4 * 3 + 1)
    for (const limit of [1, 7, 100, 999]) {
      expect(await allPages(world, arn, limit, false)).toEqual(whole)
      expect(await allPages(world, arn, limit, true)).toEqual(whole.toReversed())
    }
  })

  it('with large payloads gives smaller pages, and all of it in the end', async () => {
    const world = new World()
    const arn = await world.run({
      Work: taskState('work', { Next: 'More' }),
      More: { Type: 'Choice', Choices: [{ Variable: '$', StringEquals: 'enough', Next: 'Done' }], Default: 'Work' },
      Done: { Type: 'Succeed' },
    })
    for (let n = 0; n < 12; n++) await world.succeed('x'.repeat(1_500_000))
    await world.succeed('enough')
    const page = await getExecutionHistory(world.engine, admin, { executionArn: arn, limit: 1000 })
    expect(page.items.length).toBeLessThan(60)
    expect(page.cursor).toBeDefined()
    for (const reverse of [false, true]) {
      const whole = (await allPages(world, arn, 1000, reverse)).map(({ id }) => id)
      const last = Math.max(...whole)
      expect(reverse ? whole.toReversed() : whole).toEqual(Array.from({ length: last }, (_, n) => n + 1))
    }
  })

  it('begins with a hundred events unless told, oldest first', async () => {
    const world = new World()
    const arn = await long(world)
    const page = await getExecutionHistory(world.engine, admin, { executionArn: arn })
    expect(ids(page)).toEqual(Array.from({ length: 100 }, (_, n) => n + 1))
    expect(page.cursor).toBeDefined()
  })

  it('that grows meanwhile goes on where the page ended', async () => {
    const world = new World()
    const arn = await world.run({ A: taskState('a', { Next: 'B' }), B: taskState('b') })
    const before = await getExecutionHistory(world.engine, admin, { executionArn: arn, limit: 2 })
    await world.succeed(1)
    const after = await getExecutionHistory(world.engine, admin, {
      executionArn: arn,
      limit: 1000,
      cursor: before.cursor ?? '',
    })
    expect([...ids(before), ...ids(after)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  it('shows events as AWS does', async () => {
    const world = new World()
    const arn = await world.run({ Work: taskState('work') }, { a: 1 })
    await world.succeed({ b: 2 })
    const timestamp = world.clock.now()
    const input = '{"a":1}'
    const output = '{"b":2}'
    const whole = { truncated: false }
    expect(await world.history(arn)).toEqual([
      {
        id: 1,
        previousEventId: 0,
        type: 'ExecutionStarted',
        timestamp,
        detailsKey: 'executionStartedEventDetails',
        details: { input, inputDetails: whole, roleArn: 'arn:aws:iam::123456789012:role/run' },
      },
      {
        id: 2,
        previousEventId: 0,
        type: 'TaskStateEntered',
        timestamp,
        detailsKey: 'stateEnteredEventDetails',
        details: { name: 'Work', input, inputDetails: whole },
      },
      {
        id: 3,
        previousEventId: 2,
        type: 'LambdaFunctionScheduled',
        timestamp,
        detailsKey: 'lambdaFunctionScheduledEventDetails',
        details: {
          resource: 'arn:aws:lambda:eu-central-1:123456789012:function:work',
          input,
          inputDetails: whole,
        },
      },
      { id: 4, previousEventId: 3, type: 'LambdaFunctionStarted', timestamp },
      {
        id: 5,
        previousEventId: 4,
        type: 'LambdaFunctionSucceeded',
        timestamp,
        detailsKey: 'lambdaFunctionSucceededEventDetails',
        details: { output, outputDetails: whole },
      },
      {
        id: 6,
        previousEventId: 5,
        type: 'TaskStateExited',
        timestamp,
        detailsKey: 'stateExitedEventDetails',
        details: { name: 'Work', output, outputDetails: whole },
      },
      {
        id: 7,
        previousEventId: 6,
        type: 'ExecutionSucceeded',
        timestamp,
        detailsKey: 'executionSucceededEventDetails',
        details: { output, outputDetails: whole },
      },
    ])
  })

  it.each([
    ['of the other direction', 'history-reverse', '5'],
    ['that is no number', 'history', 'NaN'],
    ['beyond all numbers', 'history', '9'.repeat(20)],
  ])('refuses a cursor %s', async (_what, list, key) => {
    const world = new World()
    const arn = await long(world, 3)
    const cursor = Buffer.from(`${list} ${arn}:${key}`).toString('base64url')
    await expect(getExecutionHistory(world.engine, admin, { executionArn: arn, cursor })).rejects.toMatchObject({
      code: 'page.cursor_invalid',
      message: "Invalid Token: 'Invalid token'",
    })
  })

  it('refuses the cursor of another execution, an execution that does not exist, and strangers', async () => {
    const world = new World()
    const arn = await long(world, 60)
    const other = await long(world, 60)
    const { cursor = '' } = await getExecutionHistory(world.engine, admin, { executionArn: arn, limit: 5 })
    await expect(getExecutionHistory(world.engine, admin, { executionArn: other, cursor })).rejects.toMatchObject({
      code: 'page.cursor_invalid',
    })
    await expect(
      getExecutionHistory(world.engine, admin, { executionArn: executionArn('a', 'b') }),
    ).rejects.toMatchObject({ code: 'execution.missing' })
    await expect(getExecutionHistory(world.engine, nobody, { executionArn: arn })).rejects.toMatchObject({
      code: 'access.forbidden',
    })
  })
})

describe('an execution that was stopped', () => {
  it('tells its history with the stop at its end, which follows on nothing', async () => {
    const world = new World()
    const arn = await world.run({ Work: taskState('work') })
    await stopExecution(world.engine, admin, { executionArn: arn, error: 'Enough', cause: 'for today' })
    expect((await world.history(arn)).at(-1)).toMatchObject({
      id: 5,
      previousEventId: 0,
      type: 'ExecutionAborted',
      detailsKey: 'executionAbortedEventDetails',
      details: { error: 'Enough', cause: 'for today' },
    })
  })
})
