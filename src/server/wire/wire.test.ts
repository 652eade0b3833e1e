import { afterEach, describe, expect, it } from 'vitest'
import { HoldfastError } from '../../base/index.ts'
import {
  activityArn,
  admin,
  callWire,
  type FakeVerbs,
  machineArn,
  openWorld,
  token,
  type World,
} from '../fake-world.ts'
import { cases } from './action-cases.fixture.ts'
import { actions } from './actions.ts'

let world: World
afterEach(() => world.server.close())

describe('an action', () => {
  it.each(cases)('$action asks the verb $verb and shapes its answer', async (example) => {
    world = await openWorld({ [example.verb]: () => example.answer })
    const answer = await callWire(world, example.action, example.request)
    expect(world.calls).toEqual([[example.verb, ...example.asked]])
    expect(answer.status).toBe(200)
    expect(answer.body).toEqual(JSON.parse(JSON.stringify(example.response)))
    expect(answer.text).not.toContain('null')
    expect(answer.headers).toMatchObject({
      'content-type': 'application/x-amz-json-1.0',
      'x-amzn-requestid': 'request-1',
    })
  })

  it('is shown here for every name in the table', () => {
    world = { server: { close: async () => {} } } as World // nothing to close
    const shown = new Set(cases.map(({ action }) => action))
    expect(Object.keys(actions).filter((name) => !shown.has(name as keyof typeof actions))).toEqual(['GetActivityTask'])
    expect(Object.keys(actions).length).toBe(37)
  })
})

describe('GetActivityTask', () => {
  const waiting = (seen: AbortSignal[]): FakeVerbs => ({
    getActivityTask: (_request: unknown, signal: AbortSignal) =>
      new Promise<undefined>((resolve) => {
        seen.push(signal)
        signal.addEventListener('abort', () => resolve(undefined))
      }),
  })
  const begun = async (seen: readonly AbortSignal[]): Promise<void> => {
    while (seen.length === 0) await new Promise(setImmediate)
  }

  it('hands out a task with its token', async () => {
    world = await openWorld({ getActivityTask: () => Promise.resolve({ token: 't', input: '{"a": 1}' }) })
    const answer = await callWire(world, 'GetActivityTask', { activityArn, workerName: 'w' })
    expect(answer.body).toEqual({ taskToken: 't', input: '{"a": 1}' })
    expect(world.calls[0]?.[1]).toEqual({ arn: activityArn, workerName: 'w' })
  })

  it('answers without a token when there was no task', async () => {
    world = await openWorld({ getActivityTask: () => Promise.resolve(undefined) })
    expect(await callWire(world, 'GetActivityTask', { activityArn })).toMatchObject({ status: 200, body: {} })
  })

  it('stops waiting when the worker hangs up', async () => {
    const seen: AbortSignal[] = []
    world = await openWorld(waiting(seen))
    const hangUp = new AbortController()
    const answer = callWire(world, 'GetActivityTask', { activityArn }, { signal: hangUp.signal })
    await begun(seen)
    hangUp.abort()
    await expect(answer).rejects.toThrow('aborted')
    while (seen[0]?.aborted !== true) await new Promise(setImmediate)
  })

  it('answers at once when the server closes', async () => {
    const seen: AbortSignal[] = []
    world = await openWorld(waiting(seen))
    const answer = callWire(world, 'GetActivityTask', { activityArn })
    await begun(seen)
    await world.server.close()
    expect(await answer).toMatchObject({ status: 200, body: {} })
  })
})

describe('who calls', () => {
  const claimOf = (key: string): string =>
    `AWS4-HMAC-SHA256 Credential=${key}/20260101/eu-central-1/states/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`

  it('is not known by naming a key: without its secret it is nobody', async () => {
    const findAwsKey = (id: string) => (id === 'HFAK1' ? { actor: admin, secretAccessKey: 's' } : undefined)
    world = await openWorld({}, { findAwsKey })
    const refused = async (key: string) =>
      callWire(world, 'ListStateMachines', {}, { headers: { authorization: claimOf(key) } })
    expect(await refused('HFAK1')).toMatchObject({
      status: 400,
      body: { __type: 'com.amazon.coral.service#IncompleteSignatureException' },
    })
    for (const key of ['HFAK2', token]) {
      expect(await refused(key)).toMatchObject({
        status: 400,
        body: { __type: 'com.amazon.coral.service#UnrecognizedClientException' },
      })
    }
    expect(world.calls).toEqual([])
  })

  it('may sign with any key where nobody is asked', async () => {
    world = await openWorld({ listStateMachines: () => ({ items: [] }) }, { authenticate: () => admin })
    const headers = { authorization: claimOf('any') }
    expect(await callWire(world, 'ListStateMachines', {}, { headers })).toMatchObject({ status: 200 })
  })

  it('is refused without a token, and told where to put it', async () => {
    world = await openWorld({})
    const answer = await callWire(world, 'ListStateMachines', {}, { headers: { authorization: '' } })
    expect(answer).toMatchObject({
      status: 400,
      body: { __type: 'com.amazon.coral.service#MissingAuthenticationTokenException' },
    })
    expect(answer.text).toContain('aws-credentials in the data folder')
  })

  it('is refused with a wrong token, and told where the right one stands', async () => {
    world = await openWorld({})
    const answer = await callWire(world, 'ListStateMachines', {}, { headers: { authorization: 'Bearer hf_no' } })
    expect(answer).toMatchObject({
      status: 400,
      body: { __type: 'com.amazon.coral.service#UnrecognizedClientException' },
    })
    expect(answer.text).toContain('set AWS_SHARED_CREDENTIALS_FILE to aws-credentials')
  })

  it.each(Object.entries(actions))('may not ask for %s without the permission', async (name, { verb }) => {
    world = await openWorld({}, { authenticate: () => ({ type: 'user', id: 'eve', via: 'api' }) })
    const answer = await callWire(world, name, '{')
    expect(answer).toMatchObject({
      status: 400,
      body: { __type: 'com.amazon.coral.service#AccessDeniedException' },
    })
    expect(answer.text).toContain(`user eve may not ${verb}`)
  })

  it('needs no token when the server asks for none', async () => {
    world = await openWorld({ listStateMachines: () => ({ items: [] }) }, { authenticate: () => admin })
    expect(await callWire(world, 'ListStateMachines', {}, { headers: { authorization: '' } })).toMatchObject({
      status: 200,
    })
  })
})

describe('what a verb refuses', () => {
  const refusing = (error: Error): FakeVerbs => ({
    listStateMachines: () => {
      throw error
    },
  })

  it('is the exception of the Step Functions API, in AWS’s words alone', async () => {
    world = await openWorld(
      refusing(
        new HoldfastError('machine.missing', "State Machine Does Not Exist: 'x'", { kind: 'missing', repair: 'r' }),
      ),
    )
    expect(await callWire(world, 'ListStateMachines', {})).toMatchObject({
      status: 400,
      body: {
        __type: 'com.amazonaws.swf.service.v2.model#StateMachineDoesNotExist',
        message: "State Machine Does Not Exist: 'x'",
      },
    })
  })

  it.each([
    ['access.forbidden', 'forbidden', 400, 'com.amazon.coral.service#AccessDeniedException'],
    ['store.full', 'exhausted', 503, 'com.amazon.coral.service#ServiceUnavailableException'],
    ['store.busy', 'unavailable', 503, 'com.amazon.coral.service#ServiceUnavailableException'],
    ['x.y', 'conflict', 400, 'com.amazonaws.swf.service.v2.model#ConflictException'],
    ['x.y', 'invalid', 400, 'com.amazon.coral.service#ValidationException'],
    ['constructor', 'missing', 400, 'com.amazonaws.swf.service.v2.model#ResourceNotFound'],
  ] as const)('as %s (%s) is status %i, %s, with the repair', async (code, kind, status, type) => {
    world = await openWorld(refusing(new HoldfastError(code, 'It failed', { kind, repair: 'mend it' })))
    expect(await callWire(world, 'ListStateMachines', {})).toMatchObject({
      status,
      body: { __type: type, message: 'It failed. Repair: mend it' },
    })
  })

  it('because the disk is full says when to come again', async () => {
    world = await openWorld(refusing(new HoldfastError('store.full', 'Full', { kind: 'exhausted' })))
    expect((await callWire(world, 'ListStateMachines', {})).headers['retry-after']).toBe('30')
  })

  it.each([
    new Error('SELECT secret FROM table'),
    new HoldfastError('store.query', 'SELECT secret FROM table', { kind: 'internal' }),
  ])('unexpectedly is told by its request id and logged with its words: %s', async (error) => {
    world = await openWorld(refusing(error))
    const answer = await callWire(world, 'ListStateMachines', {})
    expect(answer).toMatchObject({ status: 500, body: { __type: 'com.amazon.coral.service#InternalFailure' } })
    expect(answer.text).toContain('request-1')
    expect(answer.text).not.toContain('secret')
    expect(world.logged.join()).toContain('SELECT secret')
  })
})

describe('what is refused', () => {
  it.each([
    [{}, 'Exactly one of'],
    [{ stateMachineArn: machineArn, mapRunArn: 'arn:x' }, 'Exactly one of'],
    [{ stateMachineArn: machineArn, redriveFilter: 'REDRIVEN' }, 'redriveFilter'],
    [{ stateMachineArn: machineArn, statusFilter: 'PENDING_REDRIVE' }, 'PENDING_REDRIVE'],
  ])('ListExecutions of %j is refused', async (request, words) => {
    world = await openWorld({})
    const answer = await callWire(world, 'ListExecutions', request)
    expect(answer.status).toBe(400)
    expect(answer.text).toContain(words)
  })
})
