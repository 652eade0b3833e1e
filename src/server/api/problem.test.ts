import { afterEach, describe, expect, it } from 'vitest'
import { HoldfastError } from '../../base/index.ts'
import { type Answer, callApi, type FakeVerbs, openWorld, type World } from '../fake-world.ts'

let world: World
afterEach(() => world.server.close())

const definition = '{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}'
describe('a wrong request', () => {
  const refused = async (
    call: readonly [line: string, body?: unknown],
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
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
    expect(answer.text.length).toBeLessThan(6000)
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
