import { afterEach, describe, expect, it } from 'vitest'
import { parseResource, type TaskResource } from '../../asl/index.ts'
import { VirtualClock } from '../../base/index.ts'
import { configuredConnections, type Connection } from '../../connection/index.ts'
import type { WireInspector, WireRequest, WireResponse } from '../../engine/index.ts'
import { openGate } from '../../outbound/index.ts'
import { type FakeService, fakeService, type Received, type Reply, taskCall, testCredentials } from '../fake-service.ts'
import { type AwsHandlers, awsHandlers, type WebDependencies } from '../handlers.ts'

const never = new AbortController().signal
const opened: AwsHandlers[] = []
afterEach(() => {
  for (const handlers of opened.splice(0)) handlers.close()
})

const resourceOf = (action: string): TaskResource => {
  const parsed = parseResource(`arn:aws:states:::${action}`)
  if (parsed === undefined) throw new Error(action)
  return parsed
}

const secrets: Record<string, string> = { 'env:PASSWORD': 'pa55', 'file:/run/key': 'k3y', 'env:CLIENT': 's3cret' }
const readSecret = (reference: string): string => {
  const value = secrets[reference]
  if (value === undefined) throw new Error(`${reference} is not set`)
  return value
}

/** This machine, under both of its names: what a redirect leads to is another host. */
const allowedHosts = ['127.0.0.1:*', 'localhost:*']
const connections: Readonly<Record<string, Connection>> = {
  shop: { authorization: { kind: 'basic', username: 'ada', password: 'env:PASSWORD' }, allowedHosts },
  bound: {
    authorization: { kind: 'apiKey', name: 'X-Api-Key', value: { value: 'sealed-k3y' } },
    allowedHosts: ['api.example.com', '127.0.0.1:*'],
    invocation: { headers: { 'X-Odd': { value: 'env:PASSWORD' } } },
  },
  keyed: {
    authorization: { kind: 'apiKey', name: 'X-Api-Key', value: 'file:/run/key' },
    allowedHosts,
    invocation: { headers: { 'X-Tenant': 'acme' }, query: { version: '2' }, body: { pin: 'env:PASSWORD' } },
  },
  broken: { authorization: { kind: 'basic', username: 'ada', password: 'env:MISSING' }, allowedHosts },
}

const basic = (password: string): Connection => ({
  authorization: { kind: 'basic', username: 'ada', password: { value: password } },
  allowedHosts,
})

const arnOf = (name: string) => `arn:aws:events:us-east-2:123456789012:connection/${name}/81210c42`

type World = Partial<Omit<WebDependencies, 'connections'>> & {
  readonly allow?: readonly string[]
  readonly connections?: Readonly<Record<string, Connection>>
}

function handlerFor(
  resource: TaskResource,
  { allow = ['127.0.0.1'], connections: own = connections, ...more }: World = {},
  endpoint?: string,
) {
  const gate = openGate({ allow })
  const known = configuredConnections(own)
  const web = { ...{ gate, connections: known, readSecret, now: () => Date.UTC(2026, 0, 1) }, ...more }
  const endpoints: Record<string, string> = endpoint === undefined ? {} : { 'execute-api': endpoint }
  const config = { region: 'us-east-1', endpoints }
  const handlers = awsHandlers({ ...config, credentials: testCredentials }, undefined, web)
  opened.push(handlers)
  const handler = handlers.handlers.find((candidate) => candidate.handles(resource))
  if (handler === undefined) throw new Error(`no handler takes ${resource.arn}`)
  return handler
}

const http = resourceOf('http:invoke')
const invokeHttp = (parameters: object, more: World = {}, signal = never) =>
  handlerFor(http, more).call(taskCall(http, JSON.stringify(parameters)), signal)

const asked = (service: FakeService, more: object = {}) => ({
  ...{ ApiEndpoint: `${service.url}/orders`, Method: 'POST', Authentication: { ConnectionArn: arnOf('shop') } },
  ...more,
})

const json = (body: unknown, more: Reply = {}): Reply => ({
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
  ...more,
})

describe('http:invoke', () => {
  it('sends the request with the proof of its connection and shows the answer', async () => {
    await using service = await fakeService(() =>
      json({ id: 1.5 }, { headers: { 'Content-Type': 'application/json; charset=utf-8', 'X-One': 'a' } }),
    )
    const answer = await invokeHttp(
      asked(service, {
        RequestBody: { total: 1 },
        Headers: { 'X-Trace': 't-1' },
        QueryParameters: { page: 2, tag: ['a b', 'c'] },
      }),
    )
    if (answer.kind !== 'succeeded') throw new Error(answer.cause)
    expect(JSON.parse(answer.output)).toMatchObject({
      Headers: { 'content-type': ['application/json; charset=utf-8'], 'x-one': ['a'] },
      ResponseBody: { id: 1.5 },
      StatusCode: 200,
      StatusText: 'OK',
    })
    expect(service.received[0]).toMatchObject({
      path: '/orders?page=2&tag=a+b&tag=c',
      body: '{"total":1}',
      headers: {
        authorization: `Basic ${Buffer.from('ada:pa55').toString('base64')}`,
        'content-type': 'application/json',
        'user-agent': 'Amazon|StepFunctions|HttpInvoke|eu-central-1',
        range: 'bytes=0-262144',
        'x-trace': 't-1',
      },
    })
    expect(answer.output).not.toContain('pa55')
  })

  it('adds what the connection always sends; where both say something, the connection counts', async () => {
    await using service = await fakeService(() => json({}))
    await invokeHttp(
      asked(service, {
        InvocationConfig: { ConnectionArn: arnOf('keyed') },
        Authentication: {},
        Headers: { 'x-tenant': 'evil', 'x-api-key': 'mine' },
        QueryParameters: { version: '1', page: '1' },
        RequestBody: { pin: '0000', item: 'a' },
      }),
    )
    expect(service.received[0]).toMatchObject({
      path: '/orders?version=2&page=1',
      body: '{"pin":"pa55","item":"a"}',
      headers: { 'x-api-key': 'k3y', 'x-tenant': 'acme' },
    })
  })

  it.each([
    [undefined, 'list[0]=a&list[1]=b%20c&deep[key]=1'],
    ['INDICES', 'list[0]=a&list[1]=b%20c&deep[key]=1'],
    ['REPEAT', 'list=a&list=b%20c&deep[key]=1'],
    ['COMMAS', 'list=a,b%20c&deep[key]=1'],
    ['BRACKETS', 'list[]=a&list[]=b%20c&deep[key]=1'],
  ])('encodes a form with lists as %s', async (ArrayFormat, body) => {
    await using service = await fakeService(() => json({}))
    const RequestEncodingOptions = ArrayFormat === undefined ? {} : { ArrayFormat }
    await invokeHttp(
      asked(service, {
        RequestBody: { list: ['a', 'b c'], deep: { key: 1 } },
        Transform: { RequestBodyEncoding: 'URL_ENCODED', RequestEncodingOptions },
      }),
    )
    expect(service.received[0]).toMatchObject({
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
  })

  it('names a failure by its status, with the answer as the cause', async () => {
    await using service = await fakeService(({ path }) =>
      path === '/orders' ? { status: 404, body: 'no such order' } : { status: 503 },
    )
    expect(await invokeHttp(asked(service))).toEqual({
      kind: 'failed',
      error: 'States.Http.StatusCode.404',
      cause: 'no such order',
    })
    const other = asked(service, { ApiEndpoint: `${service.url}/other` })
    expect(await invokeHttp(other)).toEqual({
      kind: 'failed',
      error: 'States.Http.StatusCode.503',
      cause: 'Service Unavailable',
    })
  })

  it.each<[string, Reply, string]>([
    ['an image', { headers: { 'Content-Type': 'image/png' }, body: 'x' }, 'States.Runtime'],
    [
      'more than a payload may have',
      { headers: { 'Content-Type': 'text/plain' }, body: 'x'.repeat(262_145) },
      'States.DataLimitExceeded',
    ],
  ])('refuses to show %s', async (_what, reply, error) => {
    await using service = await fakeService(() => reply)
    expect(await invokeHttp(asked(service))).toMatchObject({ kind: 'failed', error })
  })

  it('shows what is no JSON as its text', async () => {
    await using service = await fakeService(() => ({ headers: { 'Content-Type': 'application/json' }, body: '<ok/>' }))
    const answer = await invokeHttp(asked(service))
    expect(answer).toMatchObject({ kind: 'succeeded', output: expect.stringContaining('"ResponseBody":"<ok/>"') })
  })

  it('names a connection that breaks', async () => {
    await using service = await fakeService((_received, response) => void response.destroy())
    expect(await invokeHttp(asked(service))).toMatchObject({ error: 'States.Http.Socket' })
  })

  it('calls nothing on this machine or behind it unless the configuration allows it', async () => {
    await using service = await fakeService(() => json({}))
    const answer = await invokeHttp(asked(service), { allow: [] })
    expect(answer).toMatchObject({
      error: 'States.Runtime',
      cause: expect.stringContaining('"127.0.0.1" to outbound.allow'),
    })
    expect(service.received).toHaveLength(0)
  })

  it('says which connections there are when the one asked for is not', async () => {
    await using service = await fakeService(() => json({}))
    expect(await invokeHttp(asked(service, { Authentication: { ConnectionArn: arnOf('constructor') } }))).toEqual({
      kind: 'failed',
      error: 'Events.ConnectionResource.ResourceNotFound',
      cause: `There is no connection ${arnOf('constructor')}. Those there are: shop, bound, keyed, broken.`,
    })
  })

  it('sends the secrets of a connection to its hosts alone, whatever a definition says', async () => {
    await using service = await fakeService(() => json({}))
    const elsewhere = asked(service, {
      ApiEndpoint: service.url.replace('127.0.0.1', 'localhost'),
      Authentication: { ConnectionArn: arnOf('bound') },
    })
    const answer = await invokeHttp(elsewhere, { allow: ['localhost', '127.0.0.1'] })
    expect(answer).toMatchObject({
      kind: 'failed',
      error: 'States.Runtime',
      cause: expect.stringMatching(
        /the connection bound is not for localhost:\d+, only for its allowedHosts: api\.example\.com/,
      ),
    })
    expect(service.received).toHaveLength(0)
  })

  it('follows no redirect that leads away from the hosts of its connection', async () => {
    await using service = await fakeService(({ headers }) =>
      headers.host?.startsWith('127.0.0.1') === true
        ? { status: 307, headers: { Location: `http://localhost:${headers.host.split(':')[1]}/stolen` } }
        : json({}),
    )
    const bound = asked(service, { Authentication: { ConnectionArn: arnOf('bound') } })
    const answer = await invokeHttp(bound, { allow: ['localhost', '127.0.0.1'] })
    expect(answer).toMatchObject({ error: 'States.Http.Socket', cause: expect.stringContaining('may not go') })
    expect(service.received.map(({ path }) => path)).toEqual(['/orders'])
    // To another of its own hosts it goes on, without its proof.
    await invokeHttp(asked(service), { allow: ['localhost', '127.0.0.1'] })
    expect(service.received.at(-1)).toMatchObject({ path: '/stolen' })
    expect(service.received.at(-1)?.headers.authorization).toBeUndefined()
  })

  it('takes what came over the API as the secret itself, never as a reference', async () => {
    await using service = await fakeService(() => json({}))
    await invokeHttp(asked(service, { Authentication: { ConnectionArn: arnOf('bound') } }))
    expect(service.received[0]?.headers).toMatchObject({ 'x-api-key': 'sealed-k3y', 'x-odd': 'env:PASSWORD' })
  })

  it('shows a test what it sends and gets, without what is the connection’s to know unless that is revealed', async () => {
    await using service = await fakeService(({ headers, body }) =>
      json(
        { sent: body, auth: headers.authorization, key: headers['x-api-key'] },
        { headers: { 'X-Echo': 'pa55-word' } },
      ),
    )
    const spied = (reveal: boolean, name: string) => {
      const heard: { request?: WireRequest; response?: WireResponse } = {}
      const inspect: WireInspector = {
        reveal,
        sends: (request) => void (heard.request = request),
        got: (response) => void (heard.response = response),
      }
      const parameters = asked(service, { Authentication: { ConnectionArn: arnOf(name) }, RequestBody: { item: 1.0 } })
      return { heard, call: taskCall(http, JSON.stringify(parameters), { inspect }) }
    }
    const echoing = { ...connections, shop: basic('pa55-word') }
    const hidden = spied(false, 'shop')
    await handlerFor(http, { connections: echoing }).call(hidden.call, never)
    expect(hidden.heard.request).toEqual({
      ...{ protocol: 'http', method: 'POST', url: `${service.url}/orders`, body: '{"item":1}' },
      headers:
        '[User-Agent: Amazon|StepFunctions|HttpInvoke|eu-central-1, Range: bytes=0-262144, Content-Type: application/json, Authorization: [REDACTED]]',
    })
    expect(hidden.heard.response).toMatchObject({ protocol: 'http', statusCode: '200', statusMessage: 'OK' })
    expect(JSON.parse(hidden.heard.response?.body ?? '')).toMatchObject({ auth: '[REDACTED]' })
    expect(JSON.stringify(hidden.heard)).not.toMatch(/pa55|YWRh/)
    const keyed = spied(false, 'keyed')
    await handlerFor(http).call(keyed.call, never)
    expect(keyed.heard.request).toMatchObject({
      url: `${service.url}/orders?version=[REDACTED]`,
      headers: expect.stringContaining('X-Tenant: [REDACTED], X-Api-Key: [REDACTED]'),
      body: '{"item":1,"pin":"[REDACTED]"}',
    })
    const open = spied(true, 'keyed')
    await handlerFor(http).call(open.call, never)
    expect(open.heard.request?.headers).toContain('X-Api-Key: k3y')
    expect(open.heard.request?.body).toBe('{"item":1,"pin":"pa55"}')
  })

  it('names the reference of a secret that cannot be read, and sends nothing', async () => {
    await using service = await fakeService(() => json({}))
    expect(await invokeHttp(asked(service, { Authentication: { ConnectionArn: arnOf('broken') } }))).toEqual({
      kind: 'failed',
      error: 'Events.ConnectionResource.InvalidConnectionState',
      cause: 'A secret of the connection broken cannot be read: env:MISSING is not set',
    })
    expect(service.received).toHaveLength(0)
  })

  it.each([
    [{ Method: 'GET' }, "The field 'ApiEndpoint' is required but was missing"],
    [{ ApiEndpoint: 'ftp://a' }, "The value of the field 'ApiEndpoint' has an invalid format"],
    [{ ApiEndpoint: 'https://user:pass@a' }, "The value of the field 'ApiEndpoint' has an invalid format"],
    [{ Method: 'TRACE' }, "The value of the field 'Method' has an invalid format"],
    [{ Authentication: {} }, "The field 'Authentication.ConnectionArn' is required but was missing"],
    [{ Headers: { Host: 'evil' } }, "The header 'Host' is not supported in the field 'Headers'"],
    [{ Headers: { 'X-Forwarded-For': '1' } }, "The header 'X-Forwarded-For' is not supported in the field 'Headers'"],
    [{ Headers: { 'X-Amz-Date': '1' } }, "The header 'X-Amz-Date' is not supported in the field 'Headers'"],
    [{ Headers: { 'a\r\nb': '1' } }, "The value of the field 'Headers' has an invalid format"],
    [{ Headers: { a: {} } }, "The value of the field 'Headers' has an invalid format"],
    [{ QueryParameters: { a: {} } }, "The value of the field 'QueryParameters' has an invalid format"],
    [{ Transform: { RequestBodyEncoding: 'XML' } }, "The value of the field 'Transform' has an invalid format"],
    [
      { Transform: { RequestBodyEncoding: 'URL_ENCODED' }, RequestBody: 'a' },
      "The value of the field 'RequestBody' has an invalid format",
    ],
    [{ Body: {} }, "The field 'Body' is not supported by Step Functions"],
    [{}, undefined],
  ])('refuses %j before it calls: %s', (change, reason) => {
    const base = { ApiEndpoint: 'https://a', Method: 'GET', Authentication: { ConnectionArn: arnOf('shop') } }
    const parameters =
      'Method' in change && Object.keys(change).length === 1 && change.Method === 'GET'
        ? change
        : { ...base, ...change }
    expect(handlerFor(http).refuse?.(http, JSON.stringify(parameters))).toBe(reason)
  })

  it('ends the request when its signal says so', async () => {
    const arrived = Promise.withResolvers<void>()
    const closed = Promise.withResolvers<void>()
    await using service = await fakeService((_received, response) => {
      response.on('close', closed.resolve)
      arrived.resolve()
      return undefined
    })
    const stop = new AbortController()
    const answer = invokeHttp(asked(service), {}, stop.signal)
    await arrived.promise
    stop.abort()
    expect(await answer).toMatchObject({ kind: 'failed', error: 'States.TaskFailed' })
    await closed.promise
  })
})

describe('a connection with OAuth', () => {
  const clock = new VirtualClock()
  const world = (service: FakeService): World => ({
    now: () => clock.now(),
    connections: {
      oauth: {
        allowedHosts,
        authorization: {
          ...{ kind: 'oauth', method: 'POST', clientId: 'me', clientSecret: 'env:CLIENT' },
          endpoint: `${service.url}/token`,
          parameters: { body: { scope: 'orders' } },
        },
      },
    },
  })
  const oauth = (service: FakeService) => asked(service, { Authentication: { ConnectionArn: arnOf('oauth') } })
  const issuing = (reply: Reply, api: Reply = json({})) => {
    let count = 0
    return ({ path }: Received): Reply =>
      path === '/token' ? { ...reply, body: (reply.body ?? '').replace('N', String(++count)) } : api
  }
  const issued = json({ access_token: 'token-N', expires_in: 3600, token_type: 'bearer' })

  it('fetches a token, keeps it until it expires, and fetches another', async () => {
    await using service = await fakeService(issuing(issued))
    const handler = handlerFor(http, world(service))
    const call = () => handler.call(taskCall(http, JSON.stringify(oauth(service))), never)
    await call()
    await call()
    expect(Object.fromEntries(new URLSearchParams(service.received[0]?.body))).toEqual({
      ...{ grant_type: 'client_credentials', client_id: 'me', client_secret: 's3cret', scope: 'orders' },
    })
    clock.advanceTo(clock.now() + 3_541_000)
    await call()
    expect(service.received.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ['/token', undefined],
      ['/orders', 'Bearer token-1'],
      ['/orders', 'Bearer token-1'],
      ['/token', undefined],
      ['/orders', 'Bearer token-2'],
    ])
  })

  it('does not send a token again that the API refused', async () => {
    await using service = await fakeService(issuing(issued, { status: 401 }))
    const handler = handlerFor(http, world(service))
    const call = () => handler.call(taskCall(http, JSON.stringify(oauth(service))), never)
    expect(await call()).toMatchObject({ error: 'States.Http.StatusCode.401' })
    await call()
    expect(service.received.map(({ path }) => path)).toEqual(['/token', '/orders', '/token', '/orders'])
  })

  it.each<[string, Reply]>([
    ['it answered 403', { status: 403, body: 'the secret s3cret is wrong' }],
    ['its answer holds no access_token', json({ error: 's3cret' })],
  ])('that gets no token says that %s, and nothing of the secret', async (reason, reply) => {
    await using service = await fakeService(issuing(reply))
    expect(await invokeHttp(oauth(service), world(service))).toEqual({
      kind: 'failed',
      error: 'Events.ConnectionResource.InvalidConnectionState',
      cause: `The connection oauth gets no token from its OAuth endpoint: ${reason}`,
    })
  })
})

describe('apigateway:invoke', () => {
  const gateway = resourceOf('apigateway:invoke')
  const ApiEndpoint = 'abc.execute-api.eu-west-1.amazonaws.com'
  const invoke = (service: FakeService, parameters: object) =>
    handlerFor(gateway, {}, service.url).call(
      taskCall(gateway, JSON.stringify({ ApiEndpoint, Method: 'POST', ...parameters })),
      never,
    )

  it('fails when the answer goes on beyond what is kept, as half of it would be taken for the whole', async () => {
    await using service = await fakeService(() => json('x'.repeat(1_048_576)))
    expect(await invoke(service, {})).toEqual({
      kind: 'failed',
      error: 'States.DataLimitExceeded',
      cause:
        "The state/task 'apigateway' returned a result with a size exceeding the maximum number of bytes service limit.",
    })
  })

  it('calls path and stage under the name of the API and shows the answer, headers as the wire spelled them', async () => {
    await using service = await fakeService(() =>
      json({ hello: 'world' }, { headers: { 'Content-Type': 'application/json', 'X-Amzn-Trace-Id': 't' } }),
    )
    const answer = await invoke(service, {
      ...{ Stage: 'dev', Path: '/pets', RequestBody: { a: 1, none: null } },
      ...{ Headers: { custom: ['one', 'two'] }, QueryParameters: { tag: ['a', 'b'] } },
    })
    if (answer.kind !== 'succeeded') throw new Error(answer.cause)
    expect(JSON.parse(answer.output)).toMatchObject({
      Headers: { 'Content-Type': ['application/json'], 'X-Amzn-Trace-Id': ['t'] },
      ResponseBody: { hello: 'world' },
      StatusCode: 200,
      StatusText: 'OK',
    })
    expect(service.received[0]).toMatchObject({
      path: '/dev/pets?tag=a&tag=b',
      body: '{"a":1}',
      headers: { host: ApiEndpoint, custom: 'one,two', 'content-type': 'application/json' },
    })
    expect(service.received[0]?.headers.authorization).toBeUndefined()
  })

  it('keeps nulls where the definition allows them', async () => {
    await using service = await fakeService(() => json({}))
    await invoke(service, { RequestBody: { none: null }, AllowNullValues: true })
    expect(service.received[0]?.body).toBe('{"none":null}')
  })

  it.each(['IAM_ROLE', 'RESOURCE_POLICY'])('signs for %s in the region of the API', async (AuthType) => {
    await using service = await fakeService(() => json({}))
    await invoke(service, { AuthType, RequestBody: { a: 1 } })
    const { authorization } = service.received[0]?.headers ?? {}
    expect(authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20260101\/eu-west-1\/execute-api\/aws4_request, SignedHeaders=\S*host\S*, Signature=[0-9a-f]{64}$/,
    )
  })

  it('names a failure by its status, with the answer as the cause', async () => {
    await using service = await fakeService(() => json({ message: 'Missing Authentication Token' }, { status: 403 }))
    expect(await invoke(service, {})).toEqual({
      kind: 'failed',
      error: 'ApiGateway.403',
      cause: '{"message":"Missing Authentication Token"}',
    })
  })

  it('may not reach into the network behind it', async () => {
    const answer = await handlerFor(gateway, { allow: [] }).call(
      taskCall(gateway, JSON.stringify({ ApiEndpoint: '169.254.169.254', Method: 'GET' })),
      never,
    )
    expect(answer).toMatchObject({ error: 'States.Runtime', cause: expect.stringContaining('metadata') })
  })

  it.each([
    [{ Headers: { custom: 'text' } }, "The value of the field 'Headers' has an invalid format"],
    [{ Headers: { Authorization: ['x'] } }, "The header 'Authorization' is not supported in the field 'Headers'"],
    [{ QueryParameters: { a: 'b' } }, "The value of the field 'QueryParameters' has an invalid format"],
    [{ ApiEndpoint: 'https://a/b' }, "The value of the field 'ApiEndpoint' has an invalid format"],
    [{ AuthType: 'NONE' }, "The value of the field 'AuthType' has an invalid format"],
    [{}, undefined],
  ])('refuses %j before it calls: %s', (change, reason) => {
    const parameters = JSON.stringify({ ApiEndpoint, Method: 'GET', ...change })
    expect(handlerFor(gateway).refuse?.(gateway, parameters)).toBe(reason)
  })
})
