import { afterEach, describe, expect, it } from 'vitest'
import { can } from '../../access/index.ts'
import { HoldfastError } from '../../base/index.ts'
import { callApi, executionArn, machineArn, openWorld, type World } from '../fake-world.ts'
import { routes } from './routes.ts'

let world: World
afterEach(() => world.server.close())

const at = Date.UTC(2026, 0, 1, 12, 0, 0, 459)
const time = '2026-01-01T12:00:00.459Z'
const definition = '{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}'
const role = 'arn:aws:iam::000000000000:role/holdfast'
const [, , , region, account] = machineArn.split(':')
const logged = (level: string, includeExecutionData: boolean, group: string): string => {
  const logGroupArn = `arn:aws:logs:${region}:${account}:log-group:${group}:*`
  return JSON.stringify({ level, includeExecutionData, destinations: [{ cloudWatchLogsLogGroup: { logGroupArn } }] })
}
const missing = (): never => {
  throw new HoldfastError('machine.missing', 'There is none', { kind: 'missing' })
}
const machine = {
  arn: machineArn,
  name: 'order',
  status: 'ACTIVE',
  definition,
  roleArn: role,
  type: 'STANDARD',
  createdAt: at,
  updatedAt: at,
  revisionId: 'r2',
  variableReferences: new Map([['A', ['x']]]),
} as const
const summary = {
  arn: executionArn,
  stateMachineArn: machineArn,
  name: 'run-1',
  status: 'RUNNING',
  startedAt: at,
  redriveCount: 0,
} as const
const summarized = {
  arn: executionArn,
  machine: machineArn,
  name: 'run-1',
  status: 'RUNNING',
  startedAt: time,
  redriveCount: 0,
}
const encoded = encodeURIComponent(executionArn)

type Case = {
  readonly call: readonly [line: string, body?: unknown]
  readonly verb: string
  readonly asked: readonly unknown[]
  readonly answers: unknown
  readonly expected: { readonly status: number; readonly body: unknown; readonly headers?: Record<string, string> }
}

const versionArn = `${machineArn}:2`
const aliasArn = `${machineArn}:live`
const alias = {
  arn: aliasArn,
  name: 'live',
  routing: [{ versionArn, weight: 100 }],
  createdAt: at,
  updatedAt: at,
} as const
const aliasShown = {
  arn: aliasArn,
  name: 'live',
  routing: [{ version: 2, weight: 100 }],
  createdAt: time,
  updatedAt: time,
}

const revision = {
  ...{ number: 2, revisionId: 'r2', createdAt: at, versions: [1], summary: 'retries' },
  madeBy: { type: 'user', id: 'ada', via: 'api' },
}
const revisionShown = { ...revision, createdAt: time, madeBy: { ...revision.madeBy, name: 'Ada' } }

const cases: readonly Case[] = [
  {
    call: ['POST /v1/machines/order/versions', { description: 'second' }],
    verb: 'publishVersion',
    asked: [{ arn: machineArn, description: 'second' }],
    answers: { arn: versionArn, createdAt: at },
    expected: { status: 201, body: { arn: versionArn, version: 2, createdAt: time } },
  },
  {
    call: ['GET /v1/machines/order/versions?limit=1'],
    verb: 'listVersions',
    asked: [{ stateMachineArn: machineArn, limit: 1 }],
    answers: { items: [{ arn: versionArn, createdAt: at, description: 'second' }], cursor: 'next' },
    expected: {
      status: 200,
      body: { items: [{ arn: versionArn, version: 2, createdAt: time, description: 'second' }], cursor: 'next' },
    },
  },
  {
    call: ['DELETE /v1/machines/order/versions/2'],
    verb: 'deleteVersion',
    asked: [versionArn],
    answers: undefined,
    expected: { status: 204, body: undefined },
  },
  {
    call: ['GET /v1/machines/order:2/aliases'],
    verb: 'listAliases',
    asked: [{ stateMachineArn: versionArn }],
    answers: { items: [{ arn: aliasArn, createdAt: at }] },
    expected: { status: 200, body: { items: [{ arn: aliasArn, name: 'live', createdAt: time }] } },
  },
  {
    call: ['GET /v1/machines/order/aliases/live'],
    verb: 'describeAlias',
    asked: [aliasArn],
    answers: alias,
    expected: { status: 200, body: aliasShown },
  },
  {
    call: ['DELETE /v1/machines/order/aliases/live'],
    verb: 'deleteAlias',
    asked: [aliasArn],
    answers: undefined,
    expected: { status: 204, body: undefined },
  },
  {
    call: ['POST /v1/executions/order:run-1/redrive', {}],
    verb: 'redriveExecution',
    asked: [{ executionArn }],
    answers: { redrivenAt: at },
    expected: { status: 200, body: { redrivenAt: time } },
  },
  {
    call: ['POST /v1/executions/order:run-1/continue', { input: { n: 1.5 }, visit: 7 }],
    verb: 'continueExecution',
    asked: [{ executionArn, input: '{"n":1.5}', visit: 7 }],
    answers: { redrivenAt: at },
    expected: { status: 200, body: { redrivenAt: time } },
  },
  {
    call: ['POST /v1/machines', { name: 'order', definition }],
    verb: 'createStateMachine',
    asked: [{ name: 'order', definition, roleArn: role }],
    answers: { arn: machineArn, createdAt: at },
    expected: {
      status: 201,
      body: { arn: machineArn, name: 'order', createdAt: time },
      headers: { location: '/v1/machines/order' },
    },
  },
  {
    call: ['POST /v1/machines', { name: 'order', definition, logging: { level: 'ERROR', group: '/shop/orders' } }],
    verb: 'createStateMachine',
    asked: [{ name: 'order', definition, roleArn: role, loggingConfiguration: logged('ERROR', false, '/shop/orders') }],
    answers: { arn: machineArn, createdAt: at },
    expected: { status: 201, body: { arn: machineArn, name: 'order', createdAt: time } },
  },
  {
    call: ['PUT /v1/machines/order/logging', { level: 'ALL', includeExecutionData: true }],
    verb: 'updateStateMachine',
    asked: [{ arn: machineArn, loggingConfiguration: logged('ALL', true, '/states/order') }],
    answers: { updatedAt: at, revisionId: 'r2' },
    expected: {
      status: 200,
      body: { arn: machineArn, revisionId: 'r2', updatedAt: time },
      headers: { etag: '"r2"' },
    },
  },
  {
    call: ['PUT /v1/machines/order/logging', { level: 'OFF' }],
    verb: 'updateStateMachine',
    asked: [{ arn: machineArn, loggingConfiguration: '{"level":"OFF","includeExecutionData":false}' }],
    answers: { updatedAt: at },
    expected: { status: 200, body: { arn: machineArn, updatedAt: time } },
  },
  {
    call: ['GET /v1/machines?limit=2&cursor=abc'],
    verb: 'listStateMachines',
    asked: [{ limit: 2, cursor: 'abc' }],
    answers: { items: [machine], cursor: 'def' },
    expected: {
      status: 200,
      body: { items: [{ arn: machineArn, name: 'order', type: 'STANDARD', createdAt: time }], cursor: 'def' },
    },
  },
  {
    call: ['GET /v1/machines/order'],
    verb: 'describeStateMachine',
    asked: [machineArn],
    answers: machine,
    expected: {
      status: 200,
      headers: { etag: '"r2"' },
      body: {
        arn: machineArn,
        name: 'order',
        type: 'STANDARD',
        createdAt: time,
        status: 'ACTIVE',
        updatedAt: time,
        revisionId: 'r2',
        roleArn: role,
        definition,
        tracing: false,
        variableReferences: { A: ['x'] },
      },
    },
  },
  {
    call: ['GET /v1/machines?lately=true'],
    verb: 'surveyStateMachines',
    asked: [{}],
    answers: { items: [{ ...machine, revisions: 1, last: revision, running: 1, succeeded: 7, failed: 2, aborted: 0 }] },
    expected: {
      status: 200,
      body: {
        items: [
          {
            ...{ arn: machineArn, name: 'order', type: 'STANDARD', createdAt: time },
            lately: { last: revisionShown, running: 1, succeeded: 7, failed: 2, aborted: 0 },
          },
        ],
      },
    },
  },
  {
    call: ['GET /v1/machines/order/revisions'],
    verb: 'listRevisions',
    asked: [{ stateMachineArn: machineArn }],
    answers: { items: [revision] },
    expected: { status: 200, body: { items: [revisionShown] } },
  },
  {
    call: ['GET /v1/machines/order/revisions/r2'],
    verb: 'describeMachineRevision',
    asked: [{ stateMachineArn: machineArn, revisionId: 'r2' }],
    answers: { ...revision, definition, roleArn: role },
    expected: { status: 200, body: { ...revisionShown, definition, roleArn: role } },
  },
  {
    call: [
      'POST /v1/machines/rehearse',
      { definition, case: { input: { n: 1 }, mocks: { Pay: { error: 'Busy', after: '2s' } } } },
    ],
    verb: 'rehearseMachine',
    asked: [
      {
        definition,
        testCase: { name: 'unnamed', input: { n: 1 }, mocks: { Pay: [{ error: 'Busy', after: 2000 }] }, expect: {} },
      },
    ],
    answers: {
      differences: [{ what: 'status', expected: 'SUCCEEDED', actual: 'FAILED' }],
      unanswered: [{ stateName: 'Ask', input: '{}', reason: 'no mock' }],
      simulation: {
        ...{ status: 'failed', error: 'Busy', elapsedMs: 2000, path: ['Pay'] },
        calls: [{ stateName: 'Pay', input: '{"n":1}', attempt: 0 }],
        history: [{ id: 1, previousEventId: 0, type: 'ExecutionStarted', timestamp: at, details: { input: '{}' } }],
      },
    },
    expected: {
      status: 200,
      body: {
        ...{ status: 'FAILED', error: 'Busy', elapsedMs: 2000, path: ['Pay'], differences: [] },
        calls: [{ state: 'Pay', input: '{"n":1}', attempt: 0 }],
        unanswered: [{ state: 'Ask', input: '{}', reason: 'no mock' }],
        events: [{ id: 1, previousEventId: 0, type: 'ExecutionStarted', at: time, details: { input: '{}' } }],
      },
    },
  },
  {
    call: ['PUT /v1/machines/order', { definition }],
    verb: 'updateStateMachine',
    asked: [{ arn: machineArn, definition }],
    answers: { updatedAt: at, revisionId: 'r3' },
    expected: {
      status: 200,
      body: { arn: machineArn, revisionId: 'r3', updatedAt: time },
      headers: { etag: '"r3"' },
    },
  },
  {
    call: ['POST /v1/express-executions', { machine: 'order', name: 'run-1', input: { n: 1 } }],
    verb: 'startSyncExecution',
    asked: [{ stateMachineArn: machineArn, name: 'run-1', input: '{"n":1}' }],
    answers: { ...summary, status: 'SUCCEEDED', stoppedAt: at, input: '{"n":1}', output: '7' },
    expected: {
      status: 200,
      body: { ...summarized, status: 'SUCCEEDED', stoppedAt: time, input: { n: 1 }, output: 7 },
    },
  },
  {
    call: ['GET /v1/express-executions?machine=order&status=FAILED&limit=2'],
    verb: 'listExpressExecutions',
    asked: [{ stateMachineArn: machineArn, status: 'FAILED', limit: 2 }],
    answers: { items: [summary], cursor: 'next' },
    expected: { status: 200, body: { items: [summarized], cursor: 'next' } },
  },
  {
    call: [`GET /v1/express-executions/${encoded}`],
    verb: 'describeExpressExecution',
    asked: [executionArn],
    answers: { ...summary, input: '{}' },
    expected: { status: 200, body: { ...summarized, input: {} } },
  },
  {
    call: ['POST /v1/states/test', { definition, state: 'A', input: { n: 1 }, failure: { error: 'E' }, retries: 2 }],
    verb: 'testState',
    asked: [
      {
        definition,
        stateName: 'A',
        roleArn: role,
        input: '{"n":1}',
        mock: { errorOutput: { error: 'E' } },
        stateConfiguration: { retrierRetryCount: 2 },
      },
    ],
    answers: {
      status: 'CAUGHT_ERROR',
      output: '1.0',
      error: 'E',
      nextState: 'B',
      inspection: {
        input: '{"n":1}',
        fields: { afterInputPath: '{"n":1}' },
        numbers: {},
        variables: '{"x":2}',
        errorDetails: { catchIndex: 1 },
      },
    },
    expected: {
      status: 200,
      body: {
        status: 'CAUGHT_ERROR',
        output: 1,
        error: 'E',
        nextState: 'B',
        inspection: {
          input: { n: 1 },
          afterInputPath: { n: 1 },
          variables: { x: 2 },
          errorDetails: { catchIndex: 1 },
        },
      },
    },
  },
  {
    call: ['POST /v1/machines/validate', { definition, severity: 'WARNING', limit: 5 }],
    verb: 'validateDefinition',
    asked: [{ definition, severity: 'WARNING', limit: 5 }],
    answers: { ok: true, diagnostics: [], truncated: false },
    expected: { status: 200, body: { ok: true, diagnostics: [], truncated: false } },
  },
  {
    call: ['POST /v1/executions', { machine: 'order', name: 'run-1', input: { a: [1] } }],
    verb: 'startExecution',
    asked: [{ stateMachineArn: machineArn, name: 'run-1', input: '{"a":[1]}' }],
    answers: { executionArn, startedAt: at },
    expected: {
      status: 201,
      body: { arn: executionArn, startedAt: time },
      headers: { location: `/v1/executions/${encoded}` },
    },
  },
  {
    call: ['GET /v1/executions?machine=order&status=RUNNING'],
    verb: 'listExecutions',
    asked: [{ stateMachineArn: machineArn, status: 'RUNNING' }],
    answers: { items: [summary] },
    expected: { status: 200, body: { items: [summarized] } },
  },
  {
    call: ['GET /v1/executions/order:run-1'],
    verb: 'describeExecution',
    asked: [executionArn],
    answers: { ...summary, status: 'SUCCEEDED', stoppedAt: at, input: '{"a":1}', output: 'null' },
    expected: {
      status: 200,
      body: { ...summarized, status: 'SUCCEEDED', stoppedAt: time, input: { a: 1 }, output: null },
    },
  },
  {
    call: [`GET /v1/executions/${encoded}/history?order=newest&limit=1000`],
    verb: 'getExecutionHistory',
    asked: [{ executionArn, reverse: true, limit: 1000 }],
    answers: {
      items: [{ id: 1, previousEventId: 0, type: 'ExecutionStarted', timestamp: at, details: { input: '{}' } }],
    },
    expected: {
      status: 200,
      body: {
        items: [{ id: 1, previousEventId: 0, type: 'ExecutionStarted', at: time, details: { input: '{}' } }],
      },
    },
  },
  {
    call: [`POST /v1/executions/${encoded}/stop`, { cause: 'enough' }],
    verb: 'stopExecution',
    asked: [{ executionArn, cause: 'enough' }],
    answers: { stoppedAt: at },
    expected: { status: 200, body: { stoppedAt: time } },
  },
]

describe('a route', () => {
  it.each(cases)('$call.0 asks the verb $verb', async ({ call, verb, asked, answers, expected }) => {
    world = await openWorld({ [verb]: () => answers })
    const answer = await callApi(world, ...call)
    expect(answer.body).toEqual(expected.body)
    const typed = expected.status === 204 ? {} : { 'content-type': 'application/json; charset=utf-8' }
    expect(answer).toMatchObject({ status: expected.status, headers: { ...typed, ...expected.headers } })
    expect(world.calls).toEqual([[verb, ...asked]])
  })

  it('is refused without a token, unless it is open', async () => {
    world = await openWorld({})
    const answer = await callApi(world, 'GET /v1/machines', undefined, { authorization: '' })
    expect(answer).toMatchObject({ status: 401, body: { code: 'access.unauthenticated', status: 401 } })
    expect(answer.headers['www-authenticate']).toContain('Bearer')
    expect(await callApi(world, 'GET /v1/health', undefined, { authorization: '' })).toMatchObject({
      status: 200,
      body: { status: 'ready' },
    })
  })

  it('is refused to who may not call it, before anything else is looked at', async () => {
    const eve = { type: 'user', id: 'eve', via: 'api' } as const
    world = await openWorld({}, { authenticate: () => eve })
    for (const { method, path, verb } of routes) {
      // What everybody may is about themselves.
      if (verb === 'open' || can(eve, verb).allowed) continue
      const body = method === 'GET' || method === 'DELETE' ? undefined : '{'
      const answer = await callApi(world, `${method} ${path.replace(/:\w+/, 'x')}`, body)
      expect(answer).toMatchObject({ status: 403, body: { code: 'access.forbidden', place: verb } })
    }
    expect(world.calls).toEqual([])
  })

  it('keeps the spelling of numbers and the order of keys in payloads, both ways', async () => {
    const input = '{"2":1.0,"1":12345678901234567890,"x":1e3}'
    world = await openWorld({
      startExecution: () => ({ executionArn, startedAt: at }),
      describeExecution: () => ({ ...summary, input }),
    })
    await callApi(world, 'POST /v1/executions', `{"machine": "order", "input": ${input}}`)
    expect(world.calls[0]?.[1]).toMatchObject({ input })
    expect((await callApi(world, 'GET /v1/executions/order:run-1')).text).toContain(`"input":${input}`)
  })
})

it('a case with a fault is refused at its place', async () => {
  world = await openWorld({ rehearseMachine: () => undefined })
  const answer = await callApi(world, 'POST /v1/machines/rehearse', {
    definition: '{}',
    case: { mocks: { Pay: [{ output: 1, error: 'Busy' }] } },
  })
  expect(answer).toMatchObject({ status: 422, body: { detail: expect.stringContaining('mocks.Pay.0') } })
})

describe('a machine', () => {
  it('is shown with what of its histories is logged', async () => {
    const loggingConfiguration = logged('FATAL', false, '/shop/orders')
    world = await openWorld({ describeStateMachine: () => ({ ...machine, loggingConfiguration }) })
    expect((await callApi(world, 'GET /v1/machines/order')).body).toMatchObject({
      logging: { level: 'FATAL', includeExecutionData: false, group: '/shop/orders' },
    })
  })

  const put = (headers: Record<string, string>) => callApi(world, 'PUT /v1/machines/order', { definition }, headers)

  it('that is put where there is none is created', async () => {
    world = await openWorld({
      updateStateMachine: missing,
      createStateMachine: () => ({ arn: machineArn, createdAt: at }),
    })
    expect(await put({})).toMatchObject({ status: 201, body: { arn: machineArn }, headers: { etag: '"INITIAL"' } })
    expect(world.calls[1]).toEqual(['createStateMachine', { name: 'order', definition, roleArn: role }])
  })

  it('is changed only while it has the revision of If-Match', async () => {
    world = await openWorld({
      updateStateMachine: () => {
        throw new HoldfastError('machine.revision_changed', 'Changed', { kind: 'conflict' })
      },
    })
    expect(await put({ 'if-match': '"r1"' })).toMatchObject({ status: 412, body: { code: 'machine.revision_changed' } })
    expect(world.calls[0]?.[1]).toMatchObject({ expectedRevision: 'r1' })
    expect(await put({ 'if-match': 'r1' })).toMatchObject({ status: 400, body: { code: 'api.if_match' } })
  })

  it('that is not there has no revision to match', async () => {
    world = await openWorld({ updateStateMachine: missing })
    expect(await put({ 'if-match': '*' })).toMatchObject({ status: 412, body: { code: 'api.precondition' } })
    expect(await callApi(world, `PUT /v1/machines/${machineArn}`, { definition })).toMatchObject({ status: 404 })
  })

  it('is not sent again to who has its revision', async () => {
    world = await openWorld({ describeStateMachine: () => machine })
    const answer = await callApi(world, 'GET /v1/machines/order', undefined, { 'if-none-match': '"r2"' })
    expect(answer).toMatchObject({ status: 304, text: '', headers: { etag: '"r2"' } })
  })
})
