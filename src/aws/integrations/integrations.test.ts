import { afterEach, describe, expect, it } from 'vitest'
import { parseResource, type TaskResource } from '../../asl/index.ts'
import { fakeService, type Reply, taskCall, testCredentials } from '../fake-service.ts'
import { type AwsHandlers, awsHandlers } from '../handlers.ts'

const never = new AbortController().signal
const opened: AwsHandlers[] = []
afterEach(() => {
  for (const handlers of opened.splice(0)) handlers.close()
})

const json = (body: unknown, more: Reply = {}): Reply => ({
  headers: { 'Content-Type': 'application/x-amz-json-1.0' },
  body: JSON.stringify(body),
  ...more,
})

function resourceOf(action: string): TaskResource {
  const parsed = parseResource(`arn:aws:states:::${action}`)
  if (parsed === undefined) throw new Error(action)
  return parsed
}

function handlerFor(resource: TaskResource, url: string) {
  const handlers = awsHandlers({ region: 'us-east-1', endpoint: url, endpoints: {}, credentials: testCredentials })
  opened.push(handlers)
  const handler = handlers.handlers.find((candidate) => candidate.handles(resource))
  if (handler === undefined) throw new Error(`no handler takes ${resource.arn}`)
  return handler
}

async function run(action: string, url: string, parameters: unknown) {
  const resource = resourceOf(action)
  return handlerFor(resource, url).call(taskCall(resource, JSON.stringify(parameters)), never)
}

const item = {
  id: { S: 'id1' },
  n: { N: '1.0' },
  blob: { B: 'AAEC' },
  tags: { SS: ['a', 'b'] },
  deep: { M: { x: { NULL: true } } },
}

describe('dynamodb:putItem and its sisters', () => {
  it('send items in the notation of DynamoDB and give the whole response', async () => {
    await using service = await fakeService(() => json({ Item: item }))
    const answer = await run('dynamodb:getItem', service.url, { TableName: 't', Key: { id: { S: 'id1' } } })
    if (answer.kind !== 'succeeded') throw new Error(answer.cause)
    const output = JSON.parse(answer.output) as Record<string, unknown>
    expect(Object.keys(output)).toEqual(['Item', 'SdkHttpMetadata', 'SdkResponseMetadata'])
    expect(output).toMatchObject({ Item: item, SdkHttpMetadata: { HttpStatusCode: 200 } })
    expect(service.received[0]?.headers['x-amz-target']).toBe('DynamoDB_20120810.GetItem')
    expect(JSON.parse(service.received[0]?.body ?? '')).toEqual({ TableName: 't', Key: { id: { S: 'id1' } } })
  })

  it('send what binary attributes hold, not its base64 once more', async () => {
    await using service = await fakeService(() => json({}))
    await run('dynamodb:putItem', service.url, { TableName: 't', Item: item })
    expect(JSON.parse(service.received[0]?.body ?? '')).toEqual({ TableName: 't', Item: item })
  })

  it.each(['putItem', 'updateItem', 'deleteItem'])('%s is its own call', async (action) => {
    await using service = await fakeService(() => json({ Attributes: { a: { N: '1' } } }))
    const key = action === 'putItem' ? { Item: item } : { Key: { id: { S: '1' } } }
    const answer = await run(`dynamodb:${action}`, service.url, { TableName: 't', ...key, ReturnValues: 'ALL_OLD' })
    expect(answer).toMatchObject({
      kind: 'succeeded',
      output: expect.stringContaining('{"Attributes":{"a":{"N":"1"}}'),
    })
    expect(String(service.received[0]?.headers['x-amz-target']).toLowerCase()).toContain(action.toLowerCase())
  })

  it('leave a missing item to the service, whose unmodelled answer falls under its catch-all', async () => {
    const message =
      "1 validation error detected: Value null at 'item' failed to satisfy constraint: Member must not be null"
    const refusal = { __type: 'com.amazon.coral.validate#ValidationException', message }
    await using service = await fakeService(() => json(refusal, { status: 400 }))
    expect(await run('dynamodb:putItem', service.url, { TableName: 't', Item: null })).toEqual({
      kind: 'failed',
      error: 'DynamoDB.AmazonDynamoDBException',
      cause: `${message} (Service: AmazonDynamoDBv2; Status Code: 400; Error Code: ValidationException; Request ID: request-1; Proxy: null)`,
    })
  })

  it('name a missing table by its exception', async () => {
    const refusal = {
      __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException',
      message: 'Requested resource not found',
    }
    await using service = await fakeService(() => json(refusal, { status: 400 }))
    expect(await run('dynamodb:getItem', service.url, { TableName: 't', Key: {} })).toMatchObject({
      error: 'DynamoDB.ResourceNotFoundException',
      cause:
        'Requested resource not found (Service: AmazonDynamoDBv2; Status Code: 400; Error Code: ResourceNotFoundException; Request ID: request-1; Proxy: null)',
    })
  })

  it.each([
    ['dynamodb:getItem', { TableName: 7 }, "The value of the field 'TableName' has an invalid format"],
    ['dynamodb:getItem', { Item: {} }, "The field 'Item' is not supported by Step Functions"],
    ['dynamodb:putItem', { TableName: 't', Item: [] }, "The value of the field 'Item' has an invalid format"],
    ['dynamodb:getItem', { ConsistentRead: 'yes' }, "The value of the field 'ConsistentRead' has an invalid format"],
    ['dynamodb:getItem', { AttributesToGet: 'a' }, "The value of the field 'AttributesToGet' has an invalid format"],
    ['events:putEvents', {}, "The field 'Entries' is required but was missing"],
    ['dynamodb:deleteItem', { TableName: 't', Key: {} }, undefined],
  ])('%s refuses %j before it calls: %s', (action, parameters, reason) => {
    const resource = resourceOf(action)
    expect(handlerFor(resource, 'http://127.0.0.1:1').refuse?.(resource, JSON.stringify(parameters))).toBe(reason)
  })

  it('tell what lies too deep for that check in the same words', async () => {
    expect(await run('dynamodb:putItem', 'http://127.0.0.1:1', { TableName: 't', Item: { id: 'x' } })).toEqual({
      kind: 'failed',
      error: 'States.Runtime',
      cause: `The Parameters '{"TableName":"t","Item":{"id":"x"}}' could not be used to start the Task: [The value of the field 'id' has an invalid format]`,
    })
  })
})

describe('events:putEvents', () => {
  const entry = { Detail: { total: 1 }, DetailType: 'paid', Source: 'shop', Resources: ['order/1'] }

  it('sends details as text and tells each event where it comes from', async () => {
    await using service = await fakeService(() => json({ Entries: [{ EventId: 'e-1' }], FailedEntryCount: 0 }))
    expect(await run('events:putEvents', service.url, { Entries: [entry] })).toEqual({
      kind: 'succeeded',
      output: '{"Entries":[{"EventId":"e-1"}],"FailedEntryCount":0}',
    })
    const execution = 'arn:aws:states:eu-central-1:123456789012:execution:orders:one'
    const machine = 'arn:aws:states:eu-central-1:123456789012:stateMachine:orders'
    expect(JSON.parse(service.received[0]?.body ?? '')).toEqual({
      Entries: [{ ...entry, Detail: '{"total":1}', Resources: ['order/1', execution, machine] }],
    })
  })

  it('fails when the bus refuses one of them, with its answer as the cause', async () => {
    const response = {
      FailedEntryCount: 1,
      Entries: [{ EventId: 'e-1' }, { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' }],
    }
    await using service = await fakeService(() => json(response))
    expect(await run('events:putEvents', service.url, { Entries: [entry, entry] })).toEqual({
      kind: 'failed',
      error: 'EventBridge.FailedEntry',
      cause:
        '{"Entries":[{"EventId":"e-1"},{"ErrorCode":"MalformedDetail","ErrorMessage":"Detail is malformed."}],"FailedEntryCount":1}',
    })
  })
})
