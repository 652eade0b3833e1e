import { afterEach, describe, expect, it } from 'vitest'
import { HoldfastError } from '../../base/index.ts'
import {
  admin,
  type Answer,
  callApi,
  executionArn,
  type FakeVerbs,
  machineArn,
  openWorld,
  type World,
} from '../fake-world.ts'
import { routes } from './routes.ts'

let world: World
afterEach(() => world.server.close())

const at = Date.UTC(2026, 0, 1, 12, 0, 0, 459)
const time = '2026-01-01T12:00:00.459Z'
const definition = '{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}'
const role = 'arn:aws:iam::000000000000:role/holdfast'
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
} as const
const summarized = { arn: executionArn, machine: machineArn, name: 'run-1', status: 'RUNNING', startedAt: time }
const encoded = encodeURIComponent(executionArn)

type Case = {
  readonly call: readonly [line: string, body?: unknown]
  readonly verb: string
  readonly asked: readonly unknown[]
  readonly answers: unknown
  readonly expected: { readonly status: number; readonly body: unknown; readonly headers?: Record<string, string> }
}

const cases: readonly Case[] = [
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
        variableReferences: { A: ['x'] },
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
    expect(answer).toMatchObject({
      status: expected.status,
      headers: { 'content-type': 'application/json; charset=utf-8', ...expected.headers },
    })
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
    world = await openWorld({}, { authenticate: () => ({ type: 'user', id: 'eve', via: 'api' }) })
    for (const { method, path, verb } of routes) {
      if (verb === 'open') continue
      const answer = await callApi(world, `${method} ${path.replace(/:\w+/, 'x')}`, method === 'GET' ? undefined : '{')
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

describe('a machine', () => {
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

describe('a wrong request', () => {
  const refused = async (call: Case['call'], headers: Record<string, string> = {}): Promise<Answer> => {
    world = await openWorld({})
    const answer = await callApi(world, call[0], call[1], headers)
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8')
    expect(world.calls).toEqual([])
    return answer
  }

  it('is a problem with everything that is known about it', async () => {
    const answer = await refused(['POST /v1/machines', { nam: 'order', definition: 1 }])
    expect(answer.body).toEqual({
      type: 'urn:holdfast:problem:api.request',
      title: 'Bad Request',
      status: 400,
      detail: expect.stringContaining('did you mean "name"?'),
      instance: '/v1/machines',
      code: 'api.request',
      requestId: 'request-1',
      place: expect.stringContaining('body.nam'),
      retryable: false,
      errors: [
        { path: 'body.name', code: 'wrong_type', message: expect.any(String) },
        { path: 'body.definition', code: 'wrong_type', message: expect.any(String) },
        { path: 'body.nam', code: 'unknown_field', message: 'unknown field; did you mean "name"?' },
      ],
    })
  })

  it.each([
    [['GET /v1/machines?limit=0'], 422, 'query.limit'],
    [['GET /v1/machines?limit=1001'], 422, 'query.limit'],
    [['GET /v1/machines?limit=many'], 422, 'query.limit'],
    [['GET /v1/machines?limit=1&limit=2'], 400, 'query.limit'],
    [['GET /v1/machines?curser=x'], 400, 'did you mean \\"cursor\\"'],
    [['GET /v1/executions?status=DONE'], 422, 'accepted: RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED'],
    [['GET /v1/trail?action=machine.destroy'], 422, 'machine.create'],
    [['GET /v1/trail?since=yesterday'], 422, 'query.since'],
    [['POST /v1/machines', { name: '', definition }], 422, 'body.name'],
    [['POST /v1/machines', { name: 'a', definition, tags: [{ key: 'k', valu: 'v' }] }], 400, 'body.tags.0.valu'],
    [['POST /v1/machines', '{"name":'], 400, 'line 1'],
    [['POST /v1/machines', '[]'], 400, 'body'],
    [['POST /v1/machines', 'null'], 400, 'body'],
    [['POST /v1/machines', ''], 400, 'body.name'],
    [['POST /v1/machines', '{"__proto__":{"name":"x"},"name":"a","definition":"{}"}'], 400, '__proto__'],
    [['POST /v1/machines', `${'['.repeat(2000)}${']'.repeat(2000)}`], 400, 'depth'],
    [['POST /v1/executions', { machine: 'order', input: 1, inptu: 2 }], 400, 'did you mean \\"input\\"'],
    [['GET /v1/nothing'], 404, '/v1/openapi.json'],
    [['GET /'], 404, 'There is nothing at /'],
    [['DELETE /v1/machines'], 405, 'POST, GET'],
    [['GET /v1/machines/%ZZ'], 400, 'request'],
    [[`GET /v1/machines/${'x'.repeat(2001)}`], 422, 'path.machine'],
  ] as const)('%j is refused with %i and %s', async (call, status, words) => {
    const answer = await refused(call)
    expect(answer).toMatchObject({ status })
    expect(answer.text).toContain(words)
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''])(
    'of the content type "%s" is refused',
    async (type) => {
      const answer = await refused(['POST /v1/machines', '{}'], { 'content-type': type })
      expect(answer).toMatchObject({ status: 415, body: { accepted: 'application/json' } })
    },
  )

  it('that is compressed, or no UTF-8, is refused', async () => {
    expect(await refused(['POST /v1/machines', '{}'], { 'content-encoding': 'gzip' })).toMatchObject({ status: 415 })
    const headers = { 'content-type': 'application/json' }
    const body = new Uint8Array([0x7b, 0xff, 0x7d])
    expect(await world.call({ method: 'POST', path: '/v1/machines', headers, body })).toMatchObject({
      status: 400,
      body: { code: 'server.not_utf8' },
    })
  })

  it('that is too large is refused', async () => {
    world = await openWorld({}, {}, { payloadLimit: 1000, definitionLimit: 1000 })
    expect(await callApi(world, 'POST /v1/machines', 'x'.repeat(100_000))).toMatchObject({
      status: 413,
      body: { code: 'server.body_too_large', accepted: 'at most 67536 bytes' },
    })
  })

  it('with hundreds of faults is told the first of them', async () => {
    const fields = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`field${i}`, i]))
    const answer = await refused(['POST /v1/machines', fields])
    expect(answer.status).toBe(400)
    expect(answer.text.length).toBeLessThan(5000)
  })
})

describe('what a verb refuses', () => {
  const refusing = (error: Error): FakeVerbs => ({
    listStateMachines: () => {
      throw error
    },
  })

  it.each([
    ['invalid', 422],
    ['unauthenticated', 401],
    ['forbidden', 403],
    ['missing', 404],
    ['conflict', 409],
    ['too_large', 413],
    ['exhausted', 503],
    ['unavailable', 503],
  ] as const)('as %s is status %i with its code, place and repair', async (kind, status) => {
    const details = { kind, place: 'here', accepted: 'this', repair: 'mend it' }
    world = await openWorld(refusing(new HoldfastError('constructor', 'It failed', details)))
    const answer = await callApi(world, 'GET /v1/machines')
    expect(answer.body).toMatchObject({
      status,
      code: 'constructor',
      detail: 'It failed',
      place: 'here',
      accepted: 'this',
      repair: 'mend it',
    })
    expect(answer.headers['retry-after'] !== undefined).toBe(status === 503)
  })

  it.each([new Error('SELECT secret'), new HoldfastError('store.query', 'SELECT secret', { kind: 'internal' })])(
    'unexpectedly is told by its request id and logged with its words: %s',
    async (error) => {
      world = await openWorld(refusing(error))
      const answer = await callApi(world, 'GET /v1/machines')
      expect(answer).toMatchObject({ status: 500, body: { code: 'server.internal' } })
      expect(answer.text).not.toContain('secret')
      expect(world.logged.join()).toContain('SELECT secret')
    },
  )
})

describe('a write with an Idempotency-Key', () => {
  const start = (key: string, body: unknown = { machine: 'order' }) =>
    callApi(world, 'POST /v1/executions', body, { 'idempotency-key': key })
  const starting = (): FakeVerbs => ({ startExecution: () => ({ executionArn, startedAt: at }) })

  it('is carried out once and answered alike every time', async () => {
    world = await openWorld(starting())
    const first = await start('key-1')
    const second = await start('key-1')
    expect(second.status).toBe(201)
    expect(second.text).toBe(first.text)
    expect(second.headers.location).toBe(first.headers.location)
    expect(second.headers['idempotency-replayed']).toBe('true')
    expect(world.calls).toHaveLength(1)
  })

  it('names the execution, so that it starts once even when the answer was lost in a crash', async () => {
    world = await openWorld(starting())
    await start('key-1')
    await world.server.close()
    const names = [world.calls[0]?.[1]]
    world = await openWorld(starting())
    await start('key-1')
    names.push(world.calls[0]?.[1])
    expect(names[0]).toMatchObject({ name: expect.stringMatching(/^key-[\w-]{43}$/) })
    expect(names[1]).toEqual(names[0])
  })

  it('is refused when the key was used for something else', async () => {
    world = await openWorld(starting())
    await start('key-1')
    expect(await start('key-1', { machine: 'other' })).toMatchObject({
      status: 422,
      body: { code: 'api.idempotency_key_reused' },
    })
  })

  it('may be repeated when it was refused', async () => {
    let full = true
    world = await openWorld({
      startExecution: () => {
        if (full) throw new HoldfastError('store.full', 'Full', { kind: 'exhausted' })
        return { executionArn, startedAt: at }
      },
    })
    expect((await start('key-1')).status).toBe(503)
    full = false
    expect((await start('key-1')).status).toBe(201)
  })

  it('is told to wait while the first one is still running', async () => {
    let finish: (() => void) | undefined
    world = await openWorld({
      startExecution: () =>
        new Promise((resolve) => {
          finish = () => resolve({ executionArn, startedAt: at })
        }),
    })
    const first = start('key-1')
    while (finish === undefined) await new Promise(setImmediate)
    expect(await start('key-1')).toMatchObject({ status: 409, headers: { 'retry-after': '1' } })
    finish()
    expect((await first).status).toBe(201)
  })

  it('is forgotten after a day', async () => {
    world = await openWorld(starting())
    await start('key-1')
    world.clock.advanceBy(24 * 3_600_000)
    await start('key-1')
    expect(world.calls).toHaveLength(2)
  })

  it('is another write when another caller sends it', async () => {
    let id = 'ada'
    world = await openWorld(starting(), { authenticate: () => ({ ...admin, id }) })
    await start('key-1')
    id = 'bob'
    await start('key-1')
    expect(world.calls).toHaveLength(2)
  })

  it.each(['x'.repeat(129), 'with space', 'é'])('is refused when the key is no key: %s', async (key) => {
    world = await openWorld(starting())
    expect(await start(key)).toMatchObject({ status: 400, body: { code: 'api.idempotency_key' } })
  })
})

describe('the trail', () => {
  const record = {
    seq: 7,
    at,
    actor: { type: 'user', id: 'ada', via: 'api' },
    action: 'machine.create',
    subject: { type: 'machine', id: machineArn },
    change: '{"before":null,"after":{"n":1.0}}',
    prevHash: '00',
    hash: 'ff',
  } as const

  it('is read with filters', async () => {
    const asked: unknown[] = []
    world = await openWorld(
      {},
      {
        trail: {
          query: (query) => (asked.push(query), { items: [record], cursor: 't7' }),
          verify: () => Promise.reject(new Error('not asked')),
          export: async function* () {},
        },
      },
    )
    const path = '/v1/trail?actor=ada&action=machine.create&since=2026-01-01T00:00:00%2B09:00&limit=1'
    const answer = await callApi(world, `GET ${path}`)
    expect(answer.body).toEqual({
      items: [{ ...record, at: time, change: { before: null, after: { n: 1 } } }],
      cursor: 't7',
    })
    expect(answer.text).toContain('{"n":1.0}')
    expect(asked).toEqual([
      { actor: { id: 'ada' }, action: 'machine.create', since: Date.UTC(2025, 11, 31, 15), limit: 1 },
    ])
  })

  it('is verified, and says where it breaks', async () => {
    world = await openWorld(
      {},
      {
        trail: {
          query: () => ({ items: [] }),
          verify: (range) =>
            Promise.resolve({
              ok: false,
              broken: { seq: 3, reason: 'changed', detail: 'd' },
              from: range?.from ?? 0,
              to: 9,
              checkedRecords: 2,
              checkedHeads: 1,
              signedThrough: 2,
              prunedThrough: 0,
              unsealedRecords: 4,
              oldestUnsealedAt: at,
            }),
          export: async function* () {},
        },
      },
    )
    expect((await callApi(world, 'GET /v1/trail/verify?from=2')).body).toEqual({
      ok: false,
      broken: { seq: 3, reason: 'changed', detail: 'd' },
      from: 2,
      to: 9,
      checked: 2,
      checkedHeads: 1,
      signedThrough: 2,
      prunedThrough: 0,
      unsealed: 4,
      oldestUnsealedAt: time,
    })
  })

  it('is exported line by line', async () => {
    world = await openWorld(
      {},
      {
        trail: {
          query: () => ({ items: [] }),
          verify: () => Promise.reject(new Error('not asked')),
          export: async function* (range) {
            for (let seq = range?.from ?? 1; seq <= 3; seq++) yield `{"seq":${seq}}\n`
          },
        },
      },
    )
    const answer = await callApi(world, 'GET /v1/trail/export?from=2')
    expect(answer).toMatchObject({ status: 200, text: '{"seq":2}\n{"seq":3}\n' })
    expect(answer.headers['content-type']).toContain('application/x-ndjson')
  })

  it('that cannot be read to its end is cut off, so that nobody takes the part for the whole', async () => {
    world = await openWorld(
      {},
      {
        trail: {
          query: () => ({ items: [] }),
          verify: () => Promise.reject(new Error('not asked')),
          export: async function* () {
            yield '{"seq":1}\n'
            throw new Error('the disk is gone')
          },
        },
      },
    )
    await expect(callApi(world, 'GET /v1/trail/export')).rejects.toThrow('aborted')
  })
})

describe('Holdfast itself', () => {
  it('says which version it is', async () => {
    world = await openWorld({})
    expect((await callApi(world, 'GET /v1/version')).body).toEqual({
      version: '1.2.3',
      startedAt: '2026-01-01T00:00:00.000Z',
      region: 'eu-central-1',
      accountId: '123456789012',
    })
  })

  it('is unhealthy with the reason when it takes no work', async () => {
    const platform = { version: '1', startedAt: 0, account: { region: 'r', accountId: 'a' }, stop() {} }
    world = await openWorld({}, { platform: { ...platform, health: () => ({ status: 'full', reason: 'no space' }) } })
    expect(await callApi(world, 'GET /v1/health')).toMatchObject({
      status: 503,
      body: { status: 'full', reason: 'no space' },
    })
  })

  it('can be told to stop', async () => {
    const stopped: string[] = []
    const platform = { version: '1', startedAt: 0, account: { region: 'r', accountId: 'a' } }
    world = await openWorld(
      {},
      {
        platform: { ...platform, health: () => ({ status: 'ready' }), stop: (actor) => void stopped.push(actor.id) },
      },
    )
    expect(await callApi(world, 'POST /v1/stop')).toMatchObject({ status: 202, body: { status: 'closing' } })
    expect(stopped).toEqual(['ada'])
  })

  it('describes its API as OpenAPI 3.1', async () => {
    world = await openWorld({})
    const answer = await callApi(world, 'GET /v1/openapi.json', undefined, { authorization: '' })
    const document = answer.body as { openapi: string; paths: Record<string, Record<string, unknown>> }
    expect(document.openapi).toBe('3.1.0')
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
    )
    expect(described.toSorted()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).toSorted())
    expect(document.paths['/v1/executions']?.['post']).toMatchObject({
      operationId: 'executionStart',
      security: [{ token: [] }],
      requestBody: {
        content: { 'application/json': { schema: { additionalProperties: false, required: ['machine'] } } },
      },
      responses: {
        '201': { content: { 'application/json': {} } },
        default: { content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } },
      },
    })
  })
})
