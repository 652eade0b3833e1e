import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { callApi, callWire, executionArn, type FakeVerbs, machineArn, openWorld, type World } from './fake-world.ts'

let world: World
afterEach(() => world.server.close())

const lists = (): FakeVerbs => ({ listStateMachines: () => ({ items: [] }) })
const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise(setImmediate)
}

/** A verb that answers when the test says so. */
function gate(answer: unknown): {
  readonly verb: () => Promise<unknown>
  readonly open: () => void
  readonly entered: () => number
} {
  const waiting: (() => void)[] = []
  let entered = 0
  return {
    verb: () => {
      entered++
      return new Promise((resolve) => waiting.push(() => resolve(answer)))
    },
    open: () => waiting.splice(0).forEach((go) => go()),
    entered: () => entered,
  }
}

describe('the door', () => {
  const foreign = [
    ['a page of another origin', { origin: 'https://evil.example' }],
    ['a page whose name was rebound to this machine', { host: 'evil.example:7400' }],
    ['a sandboxed page', { origin: 'null' }],
    ['a page of another port', { origin: 'http://localhost:1' }],
    ['an image on another page', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
  ] as const

  it.each(foreign)('keeps %s from the Step Functions API', async (_who, headers) => {
    world = await openWorld(lists())
    const answer = await callWire(world, 'ListStateMachines', {}, { headers })
    expect(answer).toMatchObject({ status: 403, body: { __type: 'com.amazon.coral.service#AccessDeniedException' } })
    expect(world.calls).toEqual([])
  })

  it.each(foreign)('keeps %s from our own API, the open routes too', async (_who, headers) => {
    world = await openWorld(lists())
    for (const path of ['/v1/machines', '/v1/health', '/v1/openapi.json', '/v1/nothing']) {
      const answer = await callApi(world, `GET ${path}`, undefined, headers)
      expect(answer).toMatchObject({
        status: 403,
        headers: { 'content-type': 'application/problem+json; charset=utf-8' },
      })
      expect(answer.headers['access-control-allow-origin']).toBeUndefined()
    }
    expect(world.calls).toEqual([])
  })

  it('answers no preflight of another origin', async () => {
    world = await openWorld(lists())
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' }
    const answer = await world.call({ method: 'OPTIONS', path: '/v1/machines', headers })
    expect(answer.status).toBe(403)
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  })

  it('tells browsers to keep no answer and to show it to no other page', async () => {
    world = await openWorld(lists())
    expect((await callApi(world, 'GET /v1/machines')).headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    })
  })

  it('lets in what the server itself serves, and the hosts that SDKs make up', async () => {
    world = await openWorld(lists())
    const own = { origin: `http://localhost:${world.port}`, 'sec-fetch-site': 'same-origin' }
    expect(await callApi(world, 'GET /v1/machines', undefined, own)).toMatchObject({ status: 200 })
    const headers = { host: `sync-localhost:${world.port}` }
    expect(await callWire(world, 'ListStateMachines', {}, { headers })).toMatchObject({ status: 200 })
  })
})

describe('the server', () => {
  it('says where it listens', async () => {
    world = await openWorld({})
    expect(world.server.address).toEqual({ host: '127.0.0.1', port: world.port, url: `http://127.0.0.1:${world.port}` })
    await world.server.close()
    expect(world.server.address).toBeUndefined()
  })

  it('says which port is taken', async () => {
    world = await openWorld({})
    await expect(openWorld({}, {}, { port: world.port })).rejects.toMatchObject({
      code: 'server.port',
      place: `port ${world.port}`,
      message: expect.stringContaining('something else listens there'),
    })
  })

  it.each([
    ['an address of another machine', '203.0.113.7', 'this machine has no such address'],
    ['a host that nobody knows', 'nobody.invalid', 'there is no such host'],
  ])('says why it cannot listen on %s', async (_name, host, words) => {
    await expect(openWorld({}, {}, { host })).rejects.toMatchObject({
      code: 'server.port',
      message: expect.stringContaining(words),
      repair: expect.stringContaining('leave out --host'),
    })
  })

  it('tells more callers than it can answer to come again, and long polls are not among them', async () => {
    const slow = gate({ items: [] })
    const polls = gate(undefined)
    world = await openWorld({ listStateMachines: slow.verb, getActivityTask: polls.verb }, {}, { maxInFlight: 2 })
    const polling = [1, 2, 3].map(() => callWire(world, 'GetActivityTask', { activityArn: machineArn }))
    await until(() => polls.entered() === 3)
    const first = callWire(world, 'ListStateMachines', {})
    await until(() => slow.entered() === 1)
    const second = callApi(world, 'GET /v1/machines')
    await until(() => slow.entered() === 2)
    expect(await callWire(world, 'ListStateMachines', {})).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      body: { __type: 'com.amazon.coral.service#ServiceUnavailableException' },
    })
    expect(await callApi(world, 'GET /v1/machines')).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      body: { code: 'server.busy', retryable: true },
    })
    slow.open()
    polls.open()
    expect(await Promise.all([first, second, ...polling])).toMatchObject(Array(5).fill({ status: 200 }))
  })

  it('lets what it is answering finish when it closes, and tells the connection to end', async () => {
    const slow = gate({ items: [] })
    world = await openWorld({ listStateMachines: slow.verb })
    const answer = callWire(world, 'ListStateMachines', {}, { headers: { connection: 'keep-alive' } })
    await until(() => slow.entered() === 1)
    let closed = false
    const closing = world.server.close().then(() => (closed = true))
    await expect(callWire(world, 'ListStateMachines', {})).rejects.toThrow('ECONNREFUSED')
    expect(closed).toBe(false)
    slow.open()
    expect(await answer).toMatchObject({ status: 200, headers: { connection: 'close' } })
    await closing
  })

  it('refuses a request that comes on an open connection while it closes', async () => {
    const slow = gate({ items: [] })
    world = await openWorld({ listStateMachines: slow.verb })
    const socket = connect(world.port, '127.0.0.1')
    let heard = ''
    socket.setEncoding('utf8').on('data', (text: string) => (heard += text))
    socket.on('error', () => {}) // a reset is one way to be told
    const request = `GET /v1/machines HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer hf_test\r\n\r\n`
    socket.write(request)
    await until(() => slow.entered() === 1)
    socket.write(request)
    const closing = world.server.close()
    slow.open()
    await closing
    await until(() => socket.destroyed)
    expect(slow.entered()).toBe(1)
    expect(heard.toLowerCase()).toContain('connection: close')
    socket.destroy()
  })

  it('cuts off what takes longer than its grace', async () => {
    const slow = gate({ items: [] })
    world = await openWorld({ listStateMachines: slow.verb }, {}, { graceMs: 5000 })
    const answer = callWire(world, 'ListStateMachines', {})
    await until(() => slow.entered() === 1)
    const closing = world.server.close()
    world.clock.advanceBy(5000)
    await expect(answer).rejects.toThrow('socket hang up')
    await closing
  })

  it('closes only once, however often it is told', async () => {
    world = await openWorld({})
    await Promise.all([world.server.close(), world.server.close()])
    await world.server.close()
  })

  it('refuses headers beyond its limit', async () => {
    world = await openWorld(lists())
    const answer = await callApi(world, 'GET /v1/machines', undefined, { 'x-long': 'x'.repeat(20_000) })
    expect(answer.status).toBe(431)
  })
})

describe('the stream of an execution', () => {
  const path = `/v1/executions/${encodeURIComponent(executionArn)}/events`
  const event = (id: number) => ({ id, previousEventId: id - 1, type: 'PassStateEntered', timestamp: 0 })
  const summary = { arn: executionArn, stateMachineArn: machineArn, name: 'run-1', startedAt: 0, input: '{}' } as const
  const closed = { ...summary, status: 'SUCCEEDED', stoppedAt: 1, output: '1.0' } as const
  const nothing = async function* () {}

  it('sends the events as they happen, then the execution, and ends', async () => {
    world = await openWorld({
      describeExecution: () => closed,
      async *watchExecution() {
        yield [event(1)]
        yield [event(2)]
      },
    })
    const answer = await callApi(world, `GET ${path}`)
    expect(answer.headers['content-type']).toBe('text/event-stream')
    const data = (id: number) =>
      `{"id":${id},"previousEventId":${id - 1},"type":"PassStateEntered","at":"1970-01-01T00:00:00.000Z"}`
    const end = `{"arn":"${executionArn}","machine":"${machineArn}","name":"run-1","status":"SUCCEEDED","startedAt":"1970-01-01T00:00:00.000Z","stoppedAt":"1970-01-01T00:00:00.001Z","input":{},"output":1.0}`
    expect(answer.text).toBe(
      `retry: 1000\n\nid: 1\nevent: history\ndata: ${data(1)}\n\nid: 2\nevent: history\ndata: ${data(2)}\n\nevent: end\ndata: ${end}\n\n`,
    )
    expect(world.calls[1]?.[1]).toEqual({ executionArn })
  })

  it.each([
    ['after the event that was seen last', '', { 'last-event-id': '41' }, 41],
    ['after the event that is named', '?after=7', {}, 7],
    ['after the later of both', '?after=7', { 'last-event-id': '41' }, 41],
    ['at the start when what was seen last is no event', '', { 'last-event-id': 'x; DROP' }, undefined],
  ])('goes on %s', async (_where, query, headers, afterEventId) => {
    world = await openWorld({
      describeExecution: () => ({ ...summary, status: 'RUNNING' }),
      watchExecution: nothing,
    })
    await callApi(world, `GET ${path}${query}`, undefined, headers)
    expect(world.calls[1]?.[1]).toEqual({ executionArn, ...(afterEventId === undefined ? {} : { afterEventId }) })
  })

  it('tells who saw everything not to come again', async () => {
    world = await openWorld({
      describeExecution: () => closed,
      getExecutionHistory: () => ({ items: [event(9)] }),
      watchExecution: nothing,
    })
    expect(await callApi(world, `GET ${path}`, undefined, { 'last-event-id': '9' })).toMatchObject({
      status: 204,
      text: '',
    })
    expect(await callApi(world, `GET ${path}`, undefined, { 'last-event-id': '8' })).toMatchObject({ status: 200 })
  })

  it('ends without a last event when the engine stops before the execution does', async () => {
    world = await openWorld({
      describeExecution: () => ({ ...summary, status: 'RUNNING' }),
      watchExecution: nothing,
    })
    expect((await callApi(world, `GET ${path}`)).text).toBe('retry: 1000\n\n')
  })

  it('is a problem when there is no such execution', async () => {
    world = await openWorld({})
    expect((await callApi(world, `GET ${path}`)).status).toBe(500)
    expect((await callApi(world, `GET ${path}?after=-1`)).status).toBe(422)
  })

  const watching = (signals: AbortSignal[]): FakeVerbs => ({
    describeExecution: () => ({ ...summary, status: 'RUNNING' }),
    async *watchExecution(_request: unknown, signal: AbortSignal) {
      signals.push(signal)
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      yield []
    },
  })

  it('shows that it is alive while nothing happens', async () => {
    const signals: AbortSignal[] = []
    world = await openWorld(watching(signals))
    let heard = ''
    const answer = world.call({ path, onData: (text) => void (heard += text) })
    await until(() => signals.length === 1)
    world.clock.advanceBy(31_000)
    await until(() => heard.split(': alive').length === 3)
    await world.server.close()
    expect((await answer).text).not.toContain('event: end')
  })

  it('stops watching when the reader goes', async () => {
    const signals: AbortSignal[] = []
    world = await openWorld(watching(signals))
    const hangUp = new AbortController()
    const answer = world.call({ path, signal: hangUp.signal })
    await until(() => signals.length === 1)
    hangUp.abort()
    await expect(answer).rejects.toThrow('aborted')
    await until(() => signals[0]?.aborted === true)
  })

  it('waits for a reader that does not keep up', async () => {
    let told = 0
    const large = { ...event(1), details: { input: 'x'.repeat(1_000_000) } }
    const signals: AbortSignal[] = []
    world = await openWorld({
      describeExecution: () => ({ ...summary, status: 'RUNNING' }),
      async *watchExecution(_request: unknown, signal: AbortSignal) {
        signals.push(signal)
        for (; told < 100 && !signal.aborted; told++) yield [large]
      },
    })
    const socket = connect(world.port, '127.0.0.1').pause()
    socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer hf_test\r\n\r\n`)
    await until(() => told > 0)
    let before = -1
    while (before < told) {
      before = told
      for (let i = 0; i < 200; i++) await new Promise(setImmediate)
    }
    expect(told).toBeLessThan(50)
    socket.destroy()
    await until(() => signals[0]?.aborted === true)
  })

  it('that fails half way ends without its last event, so that the reader comes back', async () => {
    world = await openWorld({
      describeExecution: () => ({ ...summary, status: 'RUNNING' }),
      // oxlint-disable-next-line require-yield
      async *watchExecution() {
        throw new Error('the disk is gone')
      },
    })
    const answer = await callApi(world, `GET ${path}`)
    expect(answer.text).toBe('retry: 1000\n\n')
    expect(world.logged).toEqual(['stream failed Error: the disk is gone'])
  })
})
