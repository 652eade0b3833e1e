/** The unmodified SDK drives a whole Holdfast over a loopback socket. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as sfn from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfiguration, type Runtime, startRuntime, systemClock, systemRandom } from '../../src/app/index.ts'
import { silentLogger } from '../../src/base/index.ts'

const roleArn = 'arn:aws:iam::123456789012:role/run'
let folder: string
let runtime: Runtime
let client: sfn.SFNClient
let credentials: { accessKeyId: string; secretAccessKey: string }

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-sdk-'))
  const { configuration } = await readConfiguration({ workingFolder: folder, file: undefined, overrides: { port: 0 } })
  runtime = await startRuntime({
    version: '0.0.0',
    dataFolder: folder,
    configuration,
    configurationFile: undefined,
    environment: { AWS_REGION: 'us-east-1' },
    clock: systemClock,
    randomBytes: systemRandom,
    logger: silentLogger,
    pid: process.pid,
  })
  credentials = credentialsIn(readFileSync(join(folder, 'aws-credentials'), 'utf8'))
  client = clientWith(credentials)
})
afterAll(async () => {
  client.destroy()
  await runtime.stop()
  rmSync(folder, { recursive: true, force: true })
})

const clientWith = (credentials: { accessKeyId: string; secretAccessKey: string }): sfn.SFNClient =>
  new sfn.SFNClient({ endpoint: runtime.address.url, region: 'us-east-1', credentials, maxAttempts: 1 })

/** As every tool of AWS reads them. */
function credentialsIn(text: string): { accessKeyId: string; secretAccessKey: string } {
  const valueOf = (name: string): string => new RegExp(`^${name} = (.+)$`, 'm').exec(text)?.[1] ?? ''
  return { accessKeyId: valueOf('aws_access_key_id'), secretAccessKey: valueOf('aws_secret_access_key') }
}

let machines = 0
async function create(states: object, StartAt = 'A'): Promise<string> {
  const definition = JSON.stringify({ StartAt, States: states })
  const name = `machine-${++machines}`
  const { stateMachineArn } = await client.send(new sfn.CreateStateMachineCommand({ name, definition, roleArn }))
  return stateMachineArn ?? ''
}

async function start(stateMachineArn: string, input = '{}'): Promise<string> {
  const { executionArn } = await client.send(new sfn.StartExecutionCommand({ stateMachineArn, input }))
  return executionArn ?? ''
}

async function closed(executionArn: string): Promise<sfn.DescribeExecutionCommandOutput> {
  for (;;) {
    const execution = await client.send(new sfn.DescribeExecutionCommand({ executionArn }))
    if (execution.status !== 'RUNNING') return execution
  }
}

const pass = { A: { Type: 'Pass', Result: { done: true }, End: true } }

describe('the unmodified SDK', () => {
  it('creates a machine, starts it, waits and reads what it answered', async () => {
    const stateMachineArn = await create(pass)
    const executionArn = await start(stateMachineArn, '{"n": 1.0}')
    const execution = await closed(executionArn)
    expect(execution).toMatchObject({
      executionArn,
      stateMachineArn,
      status: 'SUCCEEDED',
      input: '{"n": 1.0}',
      output: '{"done":true}',
      redriveStatus: 'NOT_REDRIVABLE',
    })
    expect(execution.startDate).toBeInstanceOf(Date)
    expect(execution.stopDate?.getTime()).toBeGreaterThanOrEqual(execution.startDate?.getTime() ?? 0)
    expect(Object.keys(execution)).not.toContain('error')
  })

  it('pages through a history, in both directions', async () => {
    const executionArn = await start(await create(pass))
    await closed(executionArn)
    const seen: sfn.HistoryEvent[] = []
    for await (const page of sfn.paginateGetExecutionHistory({ client, pageSize: 1 }, { executionArn })) {
      seen.push(...(page.events ?? []))
    }
    expect(seen.map(({ id, previousEventId, type }) => [id, previousEventId, type])).toEqual([
      [1, 0, 'ExecutionStarted'],
      [2, 0, 'PassStateEntered'],
      [3, 2, 'PassStateExited'],
      [4, 3, 'ExecutionSucceeded'],
    ])
    expect(seen[2]?.stateExitedEventDetails).toEqual({
      name: 'A',
      output: '{"done":true}',
      outputDetails: { truncated: false },
    })
    const command = { executionArn, reverseOrder: true, maxResults: 1, includeExecutionData: false }
    const { events, nextToken } = await client.send(new sfn.GetExecutionHistoryCommand(command))
    expect(events).toMatchObject([{ id: 4, executionSucceededEventDetails: { outputDetails: { truncated: false } } }])
    expect(events?.[0]?.executionSucceededEventDetails?.output).toBeUndefined()
    expect(nextToken).toBeDefined()
  })

  it('lists machines and executions, page by page', async () => {
    const stateMachineArn = await create(pass)
    const started = [await start(stateMachineArn), await start(stateMachineArn), await start(stateMachineArn)]
    for (const executionArn of started) await closed(executionArn)
    const listed: string[] = []
    for await (const page of sfn.paginateListExecutions({ client, pageSize: 2 }, { stateMachineArn })) {
      listed.push(...(page.executions ?? []).map(({ executionArn }) => executionArn ?? ''))
    }
    expect(listed.toSorted()).toEqual(started.toSorted())
    const machineArns: (string | undefined)[] = []
    for await (const page of sfn.paginateListStateMachines({ client, pageSize: 1 }, {})) {
      machineArns.push(...(page.stateMachines ?? []).map((machine) => machine.stateMachineArn))
    }
    expect(machineArns).toContain(stateMachineArn)
    const failed = { stateMachineArn, statusFilter: 'FAILED' } as const
    expect((await client.send(new sfn.ListExecutionsCommand(failed))).executions).toEqual([])
  })

  it('describes, updates and deletes a machine', async () => {
    const stateMachineArn = await create(pass)
    const described = await client.send(new sfn.DescribeStateMachineCommand({ stateMachineArn }))
    expect(described).toMatchObject({
      status: 'ACTIVE',
      type: 'STANDARD',
      roleArn,
      loggingConfiguration: { level: 'OFF' },
    })
    const definition = JSON.stringify({ StartAt: 'B', States: { B: { Type: 'Succeed' } } })
    const updated = await client.send(new sfn.UpdateStateMachineCommand({ stateMachineArn, definition }))
    expect(updated.revisionId).toMatch(/^[0-9a-f-]{36}$/)
    expect(updated.updateDate).toBeInstanceOf(Date)
    const executionArn = await start(stateMachineArn)
    const ran = await client.send(new sfn.DescribeStateMachineForExecutionCommand({ executionArn }))
    expect(ran).toMatchObject({ definition, revisionId: updated.revisionId })
    await closed(executionArn)
    await client.send(new sfn.DeleteStateMachineCommand({ stateMachineArn }))
    await expect(client.send(new sfn.DescribeStateMachineCommand({ stateMachineArn }))).rejects.toBeInstanceOf(
      sfn.StateMachineDoesNotExist,
    )
  })

  it('stops an execution', async () => {
    const executionArn = await start(await create({ A: { Type: 'Wait', Seconds: 86_400, End: true } }))
    const { stopDate } = await client.send(new sfn.StopExecutionCommand({ executionArn, error: 'Enough', cause: 'c' }))
    expect(stopDate).toBeInstanceOf(Date)
    expect(await closed(executionArn)).toMatchObject({ status: 'ABORTED', error: 'Enough', cause: 'c' })
  })

  it('works for an activity: takes the task, beats, answers', async () => {
    const { activityArn } = await client.send(new sfn.CreateActivityCommand({ name: 'pack' }))
    expect(await client.send(new sfn.DescribeActivityCommand({ activityArn }))).toMatchObject({ name: 'pack' })
    expect((await client.send(new sfn.ListActivitiesCommand({}))).activities).toMatchObject([{ activityArn }])
    const states = { A: { Type: 'Task', Resource: activityArn, HeartbeatSeconds: 3600, End: true } }
    // The worker is there before the work.
    const polled = client.send(new sfn.GetActivityTaskCommand({ activityArn, workerName: 'w' }))
    const executionArn = await start(await create(states), '{"box": 7}')
    const task = await polled
    expect(JSON.parse(task.input ?? '')).toEqual({ box: 7 })
    const { taskToken } = task
    await client.send(new sfn.SendTaskHeartbeatCommand({ taskToken }))
    await client.send(new sfn.SendTaskSuccessCommand({ taskToken, output: '{"packed": true}' }))
    expect(await closed(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '{"packed": true}' })
    await expect(client.send(new sfn.SendTaskSuccessCommand({ taskToken, output: '1' }))).rejects.toBeInstanceOf(
      sfn.TaskTimedOut,
    )
    await client.send(new sfn.DeleteActivityCommand({ activityArn }))
    await expect(client.send(new sfn.GetActivityTaskCommand({ activityArn }))).rejects.toBeInstanceOf(
      sfn.ActivityDoesNotExist,
    )
  })

  it('fails a task by its token', async () => {
    const { activityArn } = await client.send(new sfn.CreateActivityCommand({ name: 'fail' }))
    const executionArn = await start(await create({ A: { Type: 'Task', Resource: activityArn, End: true } }))
    const { taskToken } = await client.send(new sfn.GetActivityTaskCommand({ activityArn }))
    await client.send(new sfn.SendTaskFailureCommand({ taskToken, error: 'Broken', cause: 'dropped' }))
    expect(await closed(executionArn)).toMatchObject({ status: 'FAILED', error: 'Broken', cause: 'dropped' })
  })

  it('tags and untags', async () => {
    const resourceArn = await create(pass)
    const tags = [
      { key: 'team', value: 'ops' },
      { key: 'empty', value: '' },
    ]
    await client.send(new sfn.TagResourceCommand({ resourceArn, tags }))
    await client.send(new sfn.UntagResourceCommand({ resourceArn, tagKeys: ['empty'] }))
    const listed = await client.send(new sfn.ListTagsForResourceCommand({ resourceArn }))
    expect(listed.tags).toEqual([{ key: 'team', value: 'ops' }])
  })

  it('validates a definition without storing it', async () => {
    const definition = JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Pass', Next: 'B' } } })
    const { result, diagnostics } = await client.send(new sfn.ValidateStateMachineDefinitionCommand({ definition }))
    expect(result).toBe('FAIL')
    expect(diagnostics).toContainEqual(
      expect.objectContaining({ code: 'MISSING_TRANSITION_TARGET', severity: 'ERROR' }),
    )
  })
})

describe('errors reach the SDK as the exceptions of its model', () => {
  const definition = JSON.stringify({ StartAt: 'A', States: pass })
  const stateMachineArn = 'arn:aws:states:us-east-1:123456789012:stateMachine:none'
  const executionArn = 'arn:aws:states:us-east-1:123456789012:execution:none:none'

  it.each([
    [sfn.StateMachineDoesNotExist, () => client.send(new sfn.DescribeStateMachineCommand({ stateMachineArn }))],
    [sfn.ExecutionDoesNotExist, () => client.send(new sfn.DescribeExecutionCommand({ executionArn }))],
    [sfn.InvalidArn, () => client.send(new sfn.DescribeExecutionCommand({ executionArn: 'nonsense' }))],
    [sfn.InvalidName, () => client.send(new sfn.CreateStateMachineCommand({ name: 'a b', definition, roleArn }))],
    [
      sfn.InvalidDefinition,
      () => client.send(new sfn.CreateStateMachineCommand({ name: 'bad', definition: '{}', roleArn })),
    ],
    [sfn.InvalidToken, () => client.send(new sfn.SendTaskHeartbeatCommand({ taskToken: 'made-up' }))],
    [sfn.InvalidToken, () => client.send(new sfn.ListActivitiesCommand({ nextToken: 'made-up' }))],
    [sfn.MissingRequiredParameter, () => client.send(new sfn.UpdateStateMachineCommand({ stateMachineArn }))],
    [sfn.ResourceNotFound, () => client.send(new sfn.ListTagsForResourceCommand({ resourceArn: stateMachineArn }))],
  ])('%o', async (exception, call) => {
    const error = await call().then(
      () => undefined,
      (caught: unknown) => caught,
    )
    expect(error).toBeInstanceOf(exception)
    expect(error).toMatchObject({ $metadata: { httpStatusCode: 400, requestId: expect.any(String) } })
  })

  it('for what already exists', async () => {
    const arn = await create(pass)
    const taken = { name: arn.split(':').at(-1) ?? '', definition: definition.replace('A', 'A '), roleArn }
    await expect(
      client.send(new sfn.CreateStateMachineCommand({ ...taken, definition: ` ${definition}` })),
    ).rejects.toBeInstanceOf(sfn.StateMachineAlreadyExists)
    const run = { stateMachineArn: arn, name: 'once', input: '{}' }
    const started = await client.send(new sfn.StartExecutionCommand(run))
    await closed(started.executionArn ?? '')
    await expect(client.send(new sfn.StartExecutionCommand({ ...run, input: '[]' }))).rejects.toBeInstanceOf(
      sfn.ExecutionAlreadyExists,
    )
    await expect(client.send(new sfn.StartExecutionCommand({ ...run, input: 'nope' }))).rejects.toBeInstanceOf(
      sfn.InvalidExecutionInput,
    )
  })

  it('for requests that break the model', async () => {
    await expect(client.send(new sfn.ListStateMachinesCommand({ maxResults: 1001 }))).rejects.toMatchObject({
      name: 'ValidationException',
      message:
        "1 validation error detected: Value '1001' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 1000",
    })
  })

  it.each([
    ['a key of nobody', { accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }, 'UnrecognizedClientException'],
    ['another secret', { secretAccessKey: 'another' }, 'InvalidSignatureException'],
  ])('for %s', async (_what, changes, name) => {
    const stranger = clientWith({ ...credentials, ...changes })
    await expect(stranger.send(new sfn.ListStateMachinesCommand({}))).rejects.toMatchObject({ name })
    stranger.destroy()
  })
})

it('answers what the SDK calls another host for', async () => {
  const local = clientWith(credentials)
  // `sync-127.0.0.1` has no address; what counts is that the server knows the name.
  local.config.disableHostPrefix = true
  const tried = await local.send(new sfn.TestStateCommand({ definition: JSON.stringify(pass.A), roleArn, input: '{}' }))
  expect(tried).toMatchObject({ status: 'SUCCEEDED' })
  const express = { name: `machine-${++machines}`, type: 'EXPRESS', roleArn } as const
  const definition = JSON.stringify({ StartAt: 'A', States: pass })
  const { stateMachineArn } = await client.send(new sfn.CreateStateMachineCommand({ ...express, definition }))
  const ended = await local.send(new sfn.StartSyncExecutionCommand({ stateMachineArn, input: '{}' }))
  expect(ended).toMatchObject({ status: 'SUCCEEDED' })
  local.destroy()
})

describe('redriving a Map Run', () => {
  const states = {
    A: {
      Type: 'Map',
      Label: 'each',
      ToleratedFailureCount: 1,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'Ask',
        States: { Ask: { Type: 'Task', Resource: '', End: true } },
      },
      End: true,
    },
  }

  /** Takes the next task and answers it by its input: what is in `broken` fails. */
  async function work(activityArn: string, broken: readonly string[]): Promise<void> {
    const { taskToken, input } = await client.send(new sfn.GetActivityTaskCommand({ activityArn }))
    if (broken.includes(input ?? '')) await client.send(new sfn.SendTaskFailureCommand({ taskToken, error: 'Broken' }))
    else await client.send(new sfn.SendTaskSuccessCommand({ taskToken, output: `[${input}]` }))
  }

  it('runs again what had failed, and tells of it as AWS does', async () => {
    const { activityArn = '' } = await client.send(new sfn.CreateActivityCommand({ name: 'each' }))
    states.A.ItemProcessor.States.Ask.Resource = activityArn
    const executionArn = await start(await create(states), '[1,2,3]')
    for (let i = 0; i < 3; i++) await work(activityArn, ['2', '3'])
    expect(await closed(executionArn)).toMatchObject({ status: 'FAILED', redriveStatus: 'REDRIVABLE' })
    const { mapRuns = [] } = await client.send(new sfn.ListMapRunsCommand({ executionArn }))
    const mapRunArn = mapRuns[0]?.mapRunArn ?? ''
    const describeRun = () => client.send(new sfn.DescribeMapRunCommand({ mapRunArn }))
    expect(await describeRun()).toMatchObject({
      status: 'FAILED',
      redriveCount: 0,
      itemCounts: { succeeded: 1, failed: 2, total: 3, pendingRedrive: 0, failuresNotRedrivable: 0 },
    })
    const list = async (more: Partial<sfn.ListExecutionsCommandInput> = {}) =>
      (await client.send(new sfn.ListExecutionsCommand({ mapRunArn, ...more }))).executions ?? []
    const [failed] = await list({ statusFilter: 'FAILED' })
    expect(await client.send(new sfn.DescribeExecutionCommand({ executionArn: failed?.executionArn }))).toMatchObject({
      redriveStatus: 'REDRIVABLE_BY_MAP_RUN',
    })
    await expect(
      client.send(new sfn.RedriveExecutionCommand({ executionArn: failed?.executionArn })),
    ).rejects.toBeInstanceOf(sfn.ExecutionNotRedrivable)
    const { redriveDate } = await client.send(new sfn.RedriveExecutionCommand({ executionArn }))
    expect(redriveDate).toBeInstanceOf(Date)
    await client.send(new sfn.UpdateMapRunCommand({ mapRunArn, maxConcurrency: 1 }))
    for (let i = 0; i < 2; i++) await work(activityArn, [])
    expect(await closed(executionArn)).toMatchObject({ status: 'SUCCEEDED', redriveCount: 1, output: '[[1],[2],[3]]' })
    expect(await describeRun()).toMatchObject({
      status: 'SUCCEEDED',
      redriveCount: 1,
      redriveDate: expect.any(Date),
      executionCounts: { succeeded: 3, failed: 0, total: 3, pendingRedrive: 0 },
    })
    expect((await list({ redriveFilter: 'REDRIVEN' })).map(({ redriveCount }) => redriveCount)).toEqual([1, 1])
    expect(await list({ statusFilter: 'PENDING_REDRIVE' })).toEqual([])
    const { events = [] } = await client.send(new sfn.GetExecutionHistoryCommand({ executionArn }))
    const redriven = events.find(({ type }) => type === 'MapRunRedriven')
    expect(redriven?.mapRunRedrivenEventDetails).toEqual({ mapRunArn, redriveCount: 1 })
  })
})
