import { once } from 'node:events'
import { NormalizedSchema } from '@smithy/core/schema'
import { afterEach, describe, expect, it } from 'vitest'
import { parseResource, type TaskResource } from '../../asl/index.ts'
import type { TaskCall } from '../../engine/index.ts'
import { fakeService, type Reply, taskCall, testCredentials } from '../fake-service.ts'
import { type AwsHandlers, awsHandlers } from '../handlers.ts'
import { sdkInput } from './input.ts'
import { javaName } from './names.ts'
import { sdkResult } from './output.ts'

const never = new AbortController().signal
const opened: AwsHandlers[] = []
afterEach(() => {
  for (const handlers of opened.splice(0)) handlers.close()
})

const json = (body: unknown, more: Reply = {}): Reply => ({
  headers: { 'Content-Type': 'application/x-amz-json-1.1' },
  body: JSON.stringify(body),
  ...more,
})

function resourceOf(action: string): TaskResource {
  const parsed = parseResource(`arn:aws:states:::aws-sdk:${action}`)
  if (parsed === undefined) throw new Error(action)
  return parsed
}

async function run(action: string, url: string, parameters: unknown, signal = never, more: Partial<TaskCall> = {}) {
  const resource = resourceOf(action)
  const handlers = awsHandlers({ region: 'us-east-1', endpoint: url, endpoints: {}, credentials: testCredentials })
  opened.push(handlers)
  const handler = handlers.handlers.find((candidate) => candidate.handles(resource))
  return handler?.call(taskCall(resource, JSON.stringify(parameters), more), signal)
}

const outputOf = (answer: Awaited<ReturnType<typeof run>>): unknown => {
  if (answer?.kind !== 'succeeded') throw new Error(`${answer?.error}: ${answer?.cause}`)
  return JSON.parse(answer.output)
}

describe('aws-sdk:<service>:<action>', () => {
  it('calls the command of the installed client and gives its members alone', async () => {
    await using service = await fakeService(() => json({ Count: 1, Items: [{ id: { S: '1' } }], ScannedCount: 1 }))
    const answer = await run('dynamodb:query', service.url, { TableName: 't', Limit: 5 })
    expect(answer).toEqual({ kind: 'succeeded', output: '{"Count":1,"Items":[{"id":{"S":"1"}}],"ScannedCount":1}' })
    expect(service.received[0]?.headers['x-amz-target']).toBe('DynamoDB_20120810.Query')
  })

  it('spells members with a capital, both ways, and leaves the keys of maps as they are', async () => {
    const machine = {
      stateMachineArn: 'arn',
      name: 'm',
      definition: '{}',
      roleArn: 'r',
      type: 'STANDARD',
      creationDate: 1.5,
    }
    await using service = await fakeService(() => json({ ...machine, variableReferences: { lower: ['a'] } }))
    const answer = await run('sfn:describeStateMachine', service.url, { StateMachineArn: 'arn' })
    expect(outputOf(answer)).toEqual({
      CreationDate: '1970-01-01T00:00:01.500Z',
      Definition: '{}',
      Name: 'm',
      RoleArn: 'r',
      StateMachineArn: 'arn',
      Type: 'STANDARD',
      VariableReferences: { lower: ['a'] },
    })
    expect(JSON.parse(service.received[0]?.body ?? '')).toEqual({ stateMachineArn: 'arn' })
  })

  it('finds a service whose client has a hyphen, and gives the same idempotency token to every try of a visit', async () => {
    await using service = await fakeService(() => json({ ARN: 'arn', Name: 'n', VersionId: 'v' }))
    const create = (more: Partial<TaskCall>) =>
      run('secretsmanager:createSecret', service.url, { Name: 'n', SecretString: { user: 'a' } }, never, more)
    expect(outputOf(await create({}))).toEqual({ ARN: 'arn', Name: 'n', VersionId: 'v' })
    await create({ attempt: 1 })
    await create({ idempotencyKey: 'one/9' })
    const [first, retried, later] = service.received.map(({ body }) => JSON.parse(body) as Record<string, unknown>)
    expect(first).toMatchObject({ Name: 'n', SecretString: '{"user":"a"}' })
    expect(first?.['ClientRequestToken']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(retried).toEqual(first)
    expect(later?.['ClientRequestToken']).not.toBe(first?.['ClientRequestToken'])
  })

  it.each([
    ['text', 'text'],
    [{ Dict: 'Value' }, '{"Dict":"Value"}'],
    [0, '0'],
  ])('puts the object %j into a bucket as %s', async (Body, sent) => {
    await using service = await fakeService(() => ({ headers: { ETag: '"e"' } }))
    expect(outputOf(await run('s3:putObject', service.url, { Bucket: 'b', Key: 'k', Body }))).toMatchObject({
      ETag: '"e"',
    })
    expect(service.received[0]).toMatchObject({ path: '/b/k?x-id=PutObject', body: expect.stringContaining(sent) })
  })

  it('reads the body of an object as text, and dates as text', async () => {
    const headers = {
      ETag: '"e"',
      'Last-Modified': 'Tue, 02 Jan 2024 03:04:05 GMT',
      'Content-Type': 'text/plain',
      'Content-Length': '9',
    }
    await using service = await fakeService(() => ({ headers, body: 'text data' }))
    expect(outputOf(await run('s3:getObject', service.url, { Bucket: 'b', Key: 'k' }))).toEqual({
      Body: 'text data',
      ContentLength: 9,
      ContentType: 'text/plain',
      ETag: '"e"',
      LastModified: '2024-01-02T03:04:05Z',
      Metadata: {},
    })
  })

  it('names errors as the second generation of the Java SDK does', async () => {
    const refusal = {
      __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException',
      message: 'Requested resource not found',
    }
    await using service = await fakeService(() => json(refusal, { status: 400 }))
    expect(await run('dynamodb:putItem', service.url, { TableName: 't', Item: {} })).toEqual({
      kind: 'failed',
      error: 'DynamoDb.ResourceNotFoundException',
      cause: 'Requested resource not found (Service: DynamoDb, Status Code: 400, Request ID: request-1)',
    })
  })

  it('names errors that the service does not declare by the service, and a token that it does by the token', async () => {
    await using service = await fakeService(() =>
      json({ __type: 'ValidationException', message: 'Invalid name.' }, { status: 400 }),
    )
    expect(await run('secretsmanager:createSecret', service.url, { Name: 'Invalid Name' })).toMatchObject({
      error: 'SecretsManager.SecretsManagerException',
    })
    await using machines = await fakeService(() =>
      json({ __type: 'InvalidToken', message: 'Invalid token' }, { status: 400 }),
    )
    expect(await run('sfn:sendTaskSuccess', machines.url, { TaskToken: 't', Output: {} })).toMatchObject({
      error: 'Sfn.InvalidTokenException',
    })
  })

  it('tells both request ids of S3', async () => {
    const body = '<Error><Code>NoSuchBucket</Code><Message>The specified bucket does not exist</Message></Error>'
    const headers = { 'Content-Type': 'application/xml', 'x-amz-request-id': 'r-1', 'x-amz-id-2': 'r-2' }
    await using service = await fakeService(() => ({ status: 404, headers, body }))
    const answer = await run('s3:listObjects', service.url, { Bucket: 'b' })
    expect(answer).toMatchObject({ error: 'S3.NoSuchBucketException' })
    expect(answer).toHaveProperty(
      'cause',
      expect.stringMatching(/\(Service: S3, Status Code: 404, Request ID: .*, Extended Request ID: r-2\)$/),
    )
  })

  it.each([
    ['dynamodb:query', { Table: 't' }, "The field 'Table' is not supported by Step Functions"],
    ['dynamodb:query', { Limit: 'many' }, "The value of the field 'Limit' has an invalid format"],
    ['dynamodb:batchGetItem', { RequestItems: [] }, "The value of the field 'RequestItems' has an invalid format"],
    ['dynamodb:query', [], "The value of the field 'Parameters' has an invalid format"],
  ])('%s with %j is not called: %s', async (action, parameters, reason) => {
    const answer = await run(action, 'http://127.0.0.1:1', parameters)
    expect(answer).toMatchObject({ error: 'States.Runtime', cause: expect.stringContaining(`[${reason}]`) })
  })

  it('says what to install for a service whose client is missing', async () => {
    expect(await run('cloudwatchlogs:putLogEvents', 'http://127.0.0.1:1', {})).toEqual({
      kind: 'failed',
      error: 'States.Runtime',
      cause:
        'arn:aws:states:::aws-sdk:cloudwatchlogs:putLogEvents needs @aws-sdk/client-cloudwatch-logs, which is not installed beside Holdfast. ' +
        'Run: npm install @aws-sdk/client-cloudwatch-logs',
    })
  })

  it('says which action comes near one that does not exist', async () => {
    expect(await run('dynamodb:putItems', 'http://127.0.0.1:1', {})).toMatchObject({
      error: 'States.Runtime',
      cause:
        'arn:aws:states:::aws-sdk:dynamodb:putItems cannot be called: @aws-sdk/client-dynamodb has no PutItems. Did you mean putItem?',
    })
  })

  it('is taken with a task token too', async () => {
    await using service = await fakeService(() => json({ MessageId: 'm' }))
    const answer = await run('sns:publish.waitForTaskToken', service.url, { TopicArn: 't', Message: {} }, never, {
      token: 'tok',
    })
    expect(answer).toBeDefined()
    expect(new URLSearchParams(service.received[0]?.body).get('Action')).toBe('Publish')
  })

  it('ends the call when its signal says so, also while a body is being read', async () => {
    const arrived = Promise.withResolvers<void>()
    const closed = Promise.withResolvers<unknown>()
    await using service = await fakeService((_received, response) => {
      response.writeHead(200, { 'Content-Length': '1000' })
      response.write('the first bytes')
      closed.resolve(once(response, 'close'))
      arrived.resolve()
      return undefined
    })
    const stop = new AbortController()
    const answer = run('s3:getObject', service.url, { Bucket: 'b', Key: 'k' }, stop.signal)
    await arrived.promise
    stop.abort()
    expect(await answer).toMatchObject({ kind: 'failed' })
    await closed.promise
  })
})

describe('bytes', () => {
  const blob = 21
  const schema = NormalizedSchema.of([3, 'kms', 'Message', 0, ['CiphertextBlob', 'Plaintext'], [blob, blob]])
  const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1')

  it.each([
    ['that are no text', '\u00ff\u0000\u00fe\u0001'],
    ['that happen to be text', 'abcd'],
  ])('that one call encrypted are the bytes that the next decrypts: %s', async (_kind, text) => {
    const encrypted = await sdkResult({ CiphertextBlob: bytes(text) }, schema)
    const taken = sdkInput(encrypted, schema, () => '')
    expect(Buffer.from(Object(taken['CiphertextBlob'])).toString('latin1')).toBe(text)
  })

  it('that are a document are their text, both ways', async () => {
    const decrypted = await sdkResult({ Plaintext: bytes('an order') }, schema)
    expect(decrypted.get('Plaintext')).toBe('an order')
    expect(sdkInput(decrypted, schema, () => '')).toEqual({ Plaintext: Buffer.from('an order') })
  })
})

describe('the name of a service in errors', () => {
  it.each([
    ['DynamoDB', 'DynamoDb'],
    ['SFN', 'Sfn'],
    ['S3', 'S3'],
    ['Secrets Manager', 'SecretsManager'],
    ['EventBridge', 'EventBridge'],
    ['EC2', 'Ec2'],
    ['Elastic Load Balancing v2', 'ElasticLoadBalancingV2'],
    ['Cognito Identity Provider', 'CognitoIdentityProvider'],
  ])('%s is %s', (serviceId, name) => {
    expect(javaName(serviceId)).toBe(name)
  })
})
