import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import { parseResource, type TaskResource } from '../asl/index.ts'
import { silentLogger } from '../base/index.ts'
import type { AwsConfig } from './config.ts'
import { fakeService, taskCall, testCredentials } from './fake-service.ts'
import { type AwsHandlers, awsHandlers } from './handlers.ts'

const arn = 'arn:aws:lambda:ap-northeast-1:123456789012:function:charge:live'
const resource = resourceOf(arn)
const never = new AbortController().signal

const opened: AwsHandlers[] = []
afterEach(() => {
  for (const handlers of opened.splice(0)) handlers.close()
})

function resourceOf(text: string): TaskResource {
  const parsed = parseResource(text)
  if (parsed === undefined) throw new Error(text)
  return parsed
}

function handlerAt(url: string, more: Partial<AwsConfig> = {}) {
  const handlers = awsHandlers({
    region: 'us-east-1',
    endpoints: { lambda: url },
    credentials: testCredentials,
    ...more,
  })
  opened.push(handlers)
  const handler = handlers.handlers.find((candidate) => candidate.handles(resource))
  if (handler === undefined) throw new Error('no handler takes a function ARN')
  return handler
}

describe('a task whose Resource is a function ARN', () => {
  it('hands its span on when executions are traced, signed with the request, and nothing otherwise', async () => {
    await using service = await fakeService(() => ({ body: '{}' }))
    const handler = handlerAt(service.url)
    const trace = {
      traceparent: '00-67891233abcdef012345678912345678-53995c3f42cd8ad8-01',
      amazon: 'Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1',
    }
    await handler.call(taskCall(resource, '{}', { trace }), never)
    await handler.call(taskCall(resource, '{}'), never)
    const [traced, plain] = service.received.map(({ headers }) => headers)
    expect(traced).toMatchObject({ traceparent: trace.traceparent, 'x-amzn-trace-id': trace.amazon })
    expect(traced?.authorization).toContain('traceparent')
    expect(plain?.['traceparent']).toBeUndefined()
  })

  it('logs what the SDK says of a failed call in words, without the payload', async () => {
    await using service = await fakeService(() => ({ status: 500, body: '{"message":"no room"}' }))
    const lines: string[] = []
    const config = { region: 'us-east-1', endpoints: { lambda: service.url }, credentials: testCredentials }
    const handlers = awsHandlers(config, { ...silentLogger, error: (line) => lines.push(line) })
    opened.push(handlers)
    await handlers.handlers[0]?.call(taskCall(resource, '{"card":"4242"}'), never)
    expect(lines).toEqual(['LambdaClient InvokeCommand no room'])
  })

  it('sends the task input as it stands and gives back the payload as it came', async () => {
    const payload = '{"total": 1.0, "id": 12345678901234567890, "2": 1, "1": 2}'
    await using service = await fakeService(() => ({ body: payload }))
    const answer = await handlerAt(service.url).call(taskCall(resource, '{"a": 1.50}'), never)
    expect(answer).toEqual({ kind: 'succeeded', output: payload })
    expect(service.received[0]?.path).toBe(`/2015-03-31/functions/${encodeURIComponent(arn)}/invocations`)
    expect(service.received[0]?.body).toBe('{"a": 1.50}')
  })

  it('calls the region that the ARN names', async () => {
    await using service = await fakeService(() => ({ body: '1' }))
    await handlerAt(service.url).call(taskCall(resource, '{}'), never)
    expect(service.received[0]?.headers.authorization).toContain('/ap-northeast-1/lambda/')
  })

  it('takes no payload for null', async () => {
    await using service = await fakeService(() => ({}))
    expect(await handlerAt(service.url).call(taskCall(resource, '{}'), never)).toEqual({
      kind: 'succeeded',
      output: 'null',
    })
  })

  it('fails with the name of what the function threw, and its payload as it came', async () => {
    const payload = '{"errorMessage": "no funds", "errorType": "CardDeclined", "stackTrace": []}'
    await using service = await fakeService(() => ({ body: payload, headers: { 'X-Amz-Function-Error': 'Unhandled' } }))
    const answer = await handlerAt(service.url).call(taskCall(resource, '{}'), never)
    expect(answer).toEqual({ kind: 'failed', error: 'CardDeclined', cause: payload })
  })

  it.each(['{"errorMessage":"Task timed out after 3.00 seconds"}', '"boom"', 'not JSON'])(
    'fails with Lambda.Unknown when the function gives no error type: %s',
    async (payload) => {
      await using service = await fakeService(() => ({
        body: payload,
        headers: { 'X-Amz-Function-Error': 'Unhandled' },
      }))
      const answer = await handlerAt(service.url).call(taskCall(resource, '{}'), never)
      expect(answer).toEqual({
        kind: 'failed',
        error: 'Lambda.Unknown',
        cause: `The cause could not be determined because Lambda did not return an error type. Returned payload: ${payload}`,
      })
    },
  )

  it('says where a payload stops being JSON', async () => {
    await using service = await fakeService(() => ({ body: '<html>' }))
    const answer = await handlerAt(service.url).call(taskCall(resource, '{}'), never)
    expect(answer).toMatchObject({ kind: 'failed', error: 'Lambda.Unknown' })
    expect(answer).toHaveProperty('cause', expect.stringContaining('not JSON: '))
    expect(answer).toHaveProperty('cause', expect.stringContaining('line 1, column 1'))
  })

  it('names an exception of the service as the Java SDK does', async () => {
    await using service = await fakeService(() => ({
      status: 404,
      headers: { 'x-amzn-ErrorType': 'ResourceNotFoundException' },
      body: JSON.stringify({ Type: 'User', Message: `Function not found: ${arn}` }),
    }))
    expect(await handlerAt(service.url).call(taskCall(resource, '{}'), never)).toEqual({
      kind: 'failed',
      error: 'Lambda.ResourceNotFoundException',
      cause: `Function not found: ${arn} (Service: AWSLambda; Status Code: 404; Error Code: ResourceNotFoundException; Request ID: request-1; Proxy: null)`,
    })
  })

  it('puts a code that the service does not declare under its catch-all', async () => {
    await using service = await fakeService(() => ({
      status: 403,
      headers: { 'x-amzn-ErrorType': 'AccessDeniedException' },
      body: JSON.stringify({ Message: 'not allowed' }),
    }))
    expect(await handlerAt(service.url).call(taskCall(resource, '{}'), never)).toEqual({
      kind: 'failed',
      error: 'Lambda.AWSLambdaException',
      cause:
        'not allowed (Service: AWSLambda; Status Code: 403; Error Code: AccessDeniedException; Request ID: request-1; Proxy: null)',
    })
  })

  it('sends once, whatever the service answers: how often is the definition’s to say', async () => {
    await using service = await fakeService(() => ({
      status: 500,
      headers: { 'x-amzn-ErrorType': 'ServiceException' },
      body: '{"Message":"internal"}',
    }))
    const answer = await handlerAt(service.url).call(taskCall(resource, '{}'), never)
    expect(answer).toHaveProperty('error', 'Lambda.ServiceException')
    expect(service.received).toHaveLength(1)
  })

  it('sends again at once when a kept connection turns out to be closed, but only once', async () => {
    const calls: number[] = []
    await using service = await fakeService((_received, response) => {
      calls.push(calls.length)
      if (calls.length === 2) return { body: '"back"' }
      response.destroy()
      return undefined
    })
    const handler = handlerAt(service.url)
    expect(await handler.call(taskCall(resource, '{}'), never)).toEqual({ kind: 'succeeded', output: '"back"' })
    expect(await handler.call(taskCall(resource, '{}'), never)).toEqual({
      kind: 'failed',
      error: 'Lambda.SdkClientException',
      cause: 'Unable to execute HTTP request: Connection reset',
    })
    expect(calls).toHaveLength(4)
  })

  it('fails with SdkClientException when nobody listens', async () => {
    const service = await fakeService(() => ({}))
    await service[Symbol.asyncDispose]()
    const answer = await handlerAt(service.url).call(taskCall(resource, '{}'), never)
    const host = new URL(service.url).host
    expect(answer).toEqual({
      kind: 'failed',
      error: 'Lambda.SdkClientException',
      cause: `Unable to execute HTTP request: Connect to ${host} failed: Connection refused`,
    })
  })

  it('ends the call when its signal says so', async () => {
    const arrived = Promise.withResolvers<void>()
    const closed = Promise.withResolvers<unknown>()
    await using service = await fakeService((_received, response) => {
      closed.resolve(once(response, 'close'))
      arrived.resolve()
      return undefined
    })
    const stop = new AbortController()
    const answer = handlerAt(service.url).call(taskCall(resource, '{}'), stop.signal)
    await arrived.promise
    stop.abort()
    expect(await answer).toMatchObject({ kind: 'failed', error: 'States.TaskFailed' })
    await closed.promise
  })

  it('refuses a role that the configuration does not list, rather than call as somebody else', async () => {
    await using service = await fakeService(() => ({ body: '1' }))
    const call = taskCall(resource, '{}', { roleArn: 'arn:aws:iam::210987654321:role/pay' })
    const answer = await handlerAt(service.url).call(call, never)
    expect(answer).toMatchObject({ kind: 'failed', error: 'States.TaskFailed' })
    expect(answer).toHaveProperty('cause', expect.stringContaining('arn:aws:iam::210987654321:role/pay'))
    expect(service.received).toHaveLength(0)
  })
})
