import { afterEach, describe, expect, it } from 'vitest'
import { startExecution } from '../execution/start.ts'
import { createStateMachine } from '../machine/create.ts'
import { updateStateMachine } from '../machine/update.ts'
import { startSyncExecution } from '../express/start-sync.ts'
import { redriveExecution } from '../execution/redrive.ts'
import { admin, definitionOf, endWorlds, machineArn, roleArn, taskState, World } from '../world.ts'

afterEach(endWorlds)

type Logged = { readonly group: string; readonly record: Readonly<Record<string, unknown>> }

/** A world that keeps what is logged, line by line. */
function loggingWorld(): { readonly world: World; readonly logged: Logged[] } {
  const logged: Logged[] = []
  const write = (group: string, lines: string): void => {
    for (const line of lines.trimEnd().split('\n')) logged.push({ group, record: JSON.parse(line) as Logged['record'] })
  }
  return { world: new World({ engine: { historyLog: { write } } }), logged }
}

const to = (level: string, includeExecutionData = false, group = '/aws/states/order'): string =>
  JSON.stringify({
    level,
    includeExecutionData,
    destinations: [
      { cloudWatchLogsLogGroup: { logGroupArn: `arn:aws:logs:eu-central-1:123456789012:log-group:${group}:*` } },
    ],
  })

async function machineWith(
  world: World,
  loggingConfiguration: string,
  type: 'STANDARD' | 'EXPRESS' = 'STANDARD',
): Promise<string> {
  const definition = definitionOf({
    Work: taskState('work', { Catch: [{ ErrorEquals: ['Small'], Next: 'Give up' }] }),
    'Give up': { Type: 'Fail', Error: 'Large' },
  })
  await createStateMachine(world.engine, admin, { name: 'order', definition, roleArn, loggingConfiguration, type })
  return machineArn('order')
}

const types = (logged: readonly Logged[]): unknown[] => logged.map(({ record }) => record['type'])

describe('the log of histories', () => {
  it('holds every event at level ALL, in the shape of AWS, numbers as texts', async () => {
    const { world, logged } = loggingWorld()
    const arn = await machineWith(world, to('ALL', true))
    const { executionArn } = await world.start(arn, { input: { a: 1 } })
    await world.succeed('done')
    expect(types(logged)).toEqual(await world.events(executionArn))
    expect(logged[0]).toEqual({
      group: '/aws/states/order',
      record: {
        id: '1',
        type: 'ExecutionStarted',
        details: { input: '{"a":1}', inputDetails: { truncated: false }, roleArn },
        previous_event_id: '0',
        event_timestamp: String(world.clock.now()),
        execution_arn: executionArn,
        redrive_count: '0',
      },
    })
  })

  it('leaves the payloads out unless they are to be included', async () => {
    const { world, logged } = loggingWorld()
    await world.start(await machineWith(world, to('ALL')), { input: { secret: 1 } })
    await world.succeed('secret')
    expect(JSON.stringify(logged)).not.toContain('secret')
    expect(logged[1]?.record['details']).toEqual({ name: 'Work' })
  })

  it.each([
    ['ERROR', ['LambdaFunctionFailed', 'FailStateEntered', 'ExecutionFailed']],
    ['FATAL', ['ExecutionFailed']],
    ['OFF', []],
  ])('at level %s holds %j of an execution that fails', async (level, expected) => {
    const { world, logged } = loggingWorld()
    await world.start(await machineWith(world, to(level)))
    await world.fail('Small')
    expect(types(logged)).toEqual(expected)
  })

  it('counts redrives', async () => {
    const { world, logged } = loggingWorld()
    const { executionArn } = await world.start(await machineWith(world, to('FATAL')))
    await world.fail('Other')
    await redriveExecution(world.engine, admin, { executionArn })
    await world.settle()
    await world.fail('Other')
    expect(logged.map(({ record }) => [record['type'], record['redrive_count']])).toEqual([
      ['ExecutionFailed', '0'],
      ['ExecutionFailed', '1'],
    ])
  })

  it('follows the revision that an execution runs', async () => {
    const { world, logged } = loggingWorld()
    const arn = await machineWith(world, to('FATAL'))
    await world.start(arn)
    await updateStateMachine(world.engine, admin, { arn, loggingConfiguration: to('OFF') })
    await world.start(arn)
    for (const call of world.calls) call.fail('Other')
    await world.settle()
    expect(logged).toHaveLength(1)
  })

  it('goes on after a crash, and tells nothing twice', async () => {
    const { world, logged } = loggingWorld()
    await world.start(await machineWith(world, to('ALL')))
    const before = logged.length
    const next = world.crash()
    await next.engine.recover()
    await next.settle()
    await next.succeed('done')
    const ids = logged.map(({ record }) => Number(record['id']))
    expect(before).toBeGreaterThan(0)
    expect(ids).toEqual(ids.map((_, i) => i + 1))
  })

  it.each([
    [
      'ALL',
      [
        'ExecutionStarted',
        'TaskStateEntered',
        'LambdaFunctionScheduled',
        'LambdaFunctionStarted',
        'LambdaFunctionFailed',
        'TaskStateExited',
        'FailStateEntered',
        'ExecutionFailed',
      ],
    ],
    ['ERROR', ['LambdaFunctionFailed', 'FailStateEntered', 'ExecutionFailed']],
    ['FATAL', ['ExecutionFailed']],
    ['OFF', []],
  ])('is kept of express executions too: at level %s %j', async (level, expected) => {
    for (const start of [startExecution, startSyncExecution]) {
      const { world, logged } = loggingWorld()
      const stateMachineArn = await machineWith(world, to(level), 'EXPRESS')
      const started = start(world.engine, admin, { stateMachineArn })
      await world.settle()
      await world.fail('Small')
      await started
      expect(types(logged)).toEqual(expected)
    }
  })

  it('has the payloads of express executions only where they are to be included', async () => {
    for (const included of [false, true]) {
      const { world, logged } = loggingWorld()
      const stateMachineArn = await machineWith(world, to('ALL', included), 'EXPRESS')
      const { executionArn } = await startExecution(world.engine, admin, { stateMachineArn, input: '{"secret":1}' })
      await world.settle()
      await world.succeed('secret')
      expect(JSON.stringify(logged).includes('secret')).toBe(included)
      expect(logged[0]).toMatchObject({
        group: '/aws/states/order',
        record: { id: '1', type: 'ExecutionStarted', execution_arn: executionArn },
      })
    }
  })

  it('is kept of the express children of a distributed Map', async () => {
    const { world, logged } = loggingWorld()
    const definition = definitionOf({
      Each: {
        Type: 'Map',
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' },
          StartAt: 'Only',
          States: { Only: { Type: 'Pass', End: true } },
        },
        End: true,
      },
    })
    const loggingConfiguration = to('ALL')
    await createStateMachine(world.engine, admin, { name: 'order', definition, roleArn, loggingConfiguration })
    const { executionArn } = await world.start(machineArn('order'), { input: ['a'] })
    const own = logged.filter(({ record }) => record['execution_arn'] !== executionArn)
    expect(types(own)).toEqual(['ExecutionStarted', 'PassStateEntered', 'PassStateExited', 'ExecutionSucceeded'])
  })

  it('has the end of an express execution that came too late to run', async () => {
    const { world } = loggingWorld()
    const stateMachineArn = await machineWith(world, to('FATAL'), 'EXPRESS')
    await startExecution(world.engine, admin, { stateMachineArn })
    await world.settle()
    const lines: string[] = []
    const late = world.crash({ engine: { historyLog: { write: (_group, text) => lines.push(text) } } })
    late.clock.advanceTo(late.clock.now() + 300_000)
    await late.engine.recover()
    await late.settle()
    await late.settle()
    expect(late.calls).toHaveLength(0)
    expect(lines.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual(['ExecutionTimedOut'])
  })

  it.each(['x', 'arn:aws:logs:eu-central-1:123456789012:log-group:../etc/passwd$:*', 'arn:aws:s3:::bucket'])(
    'cannot go to %j',
    async (logGroupArn) => {
      const { world } = loggingWorld()
      const configuration = { level: 'ALL', destinations: [{ cloudWatchLogsLogGroup: { logGroupArn } }] }
      await expect(machineWith(world, JSON.stringify(configuration))).rejects.toThrow(
        'Invalid Logging Configuration: Log Destination not found.',
      )
    },
  )
})
