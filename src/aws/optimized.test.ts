import { afterEach, describe, expect, it } from 'vitest'
import { parseResource, type TaskResource } from '../asl/index.ts'
import { silentLogger } from '../base/index.ts'
import type { ResourceHandler } from '../engine/index.ts'
import { fakeService, taskCall, testCredentials } from './fake-service.ts'
import { type AwsHandlers, awsHandlers } from './handlers.ts'
import { uninstalledHandler } from './uninstalled.ts'

const never = new AbortController().signal
const opened: AwsHandlers[] = []
afterEach(() => {
  for (const handlers of opened.splice(0)) handlers.close()
})

const invoke = resourceOf('arn:aws:states:::lambda:invoke')
const sendMessage = resourceOf('arn:aws:states:::sqs:sendMessage')
const publish = resourceOf('arn:aws:states:::sns:publish')

function resourceOf(text: string): TaskResource {
  const parsed = parseResource(text)
  if (parsed === undefined) throw new Error(text)
  return parsed
}

function handlerFor(resource: TaskResource, url = 'http://127.0.0.1:1'): ResourceHandler {
  const handlers = awsHandlers(
    { region: 'us-east-1', endpoints: { lambda: url, sqs: url, sns: url }, credentials: testCredentials },
    silentLogger,
  )
  opened.push(handlers)
  const handler = handlers.handlers.find((candidate) => candidate.handles(resource))
  if (handler === undefined) throw new Error(`no handler takes ${resource.arn}`)
  return handler
}

/** What a task with these parameters comes to, with its output parsed. */
async function outcome(resource: TaskResource, url: string, parameters: unknown) {
  const answer = await handlerFor(resource, url).call(taskCall(resource, JSON.stringify(parameters)), never)
  return answer
}

function outputOf(answer: Awaited<ReturnType<typeof outcome>>): string {
  if (answer.kind !== 'succeeded') throw new Error(`${answer.error}: ${answer.cause}`)
  return answer.output
}

describe('lambda:invoke', () => {
  it('is taken as a request and with a task token, not as a job', () => {
    expect(handlerFor(resourceOf('arn:aws:states:::lambda:invoke.waitForTaskToken'))).toBeDefined()
    expect(() => handlerFor(resourceOf('arn:aws:states:::lambda:invoke.sync'))).toThrow('no handler')
  })

  it('gives the whole response, members in alphabetical order, the payload as JSON that keeps its numbers', async () => {
    await using service = await fakeService(() => ({
      body: '{"b": 1.0, "a": [12345678901234567890]}',
      headers: { 'X-Amz-Executed-Version': '$LATEST' },
    }))
    const output = outputOf(await outcome(invoke, service.url, { FunctionName: 'charge', Payload: { n: 1 } }))
    expect(output).toMatch(
      /^\{"ExecutedVersion":"\$LATEST","Payload":\{"b":1\.0,"a":\[12345678901234567890\]\},"SdkHttpMetadata":.*,"SdkResponseMetadata":\{"RequestId":"request-1"\},"StatusCode":200\}$/,
    )
    expect(service.received[0]?.body).toBe('{"n":1}')
  })

  it('spells headers as the wire did, all of them in order and each once sorted', async () => {
    await using service = await fakeService(() => ({
      body: '1',
      headers: { 'X-Amz-Executed-Version': '7', 'B-one': 'x' },
    }))
    const output: unknown = JSON.parse(outputOf(await outcome(invoke, service.url, { FunctionName: 'charge' })))
    expect(output).toMatchObject({
      SdkHttpMetadata: {
        AllHttpHeaders: { 'x-amzn-RequestId': ['request-1'], 'X-Amz-Executed-Version': ['7'], 'B-one': ['x'] },
        HttpHeaders: { 'X-Amz-Executed-Version': '7', 'B-one': 'x' },
        HttpStatusCode: 200,
      },
    })
    const headers = Object(output).SdkHttpMetadata.HttpHeaders as Record<string, string>
    const names = Object.keys(headers).map((name) => name.toLowerCase())
    expect(names).toEqual(names.toSorted())
  })

  it('calls the function, version and kind of invocation that the parameters name', async () => {
    await using service = await fakeService(() => ({ status: 202 }))
    const parameters = {
      FunctionName: 'charge',
      Qualifier: '7',
      InvocationType: 'Event',
      ClientContext: 'e30=',
      Payload: 1,
    }
    const output: unknown = JSON.parse(outputOf(await outcome(invoke, service.url, parameters)))
    expect(output).toMatchObject({ StatusCode: 202 })
    expect(output).not.toHaveProperty('Payload')
    expect(service.received[0]).toMatchObject({
      path: '/2015-03-31/functions/charge/invocations?Qualifier=7',
      headers: { 'x-amz-invocation-type': 'Event', 'x-amz-client-context': 'e30=' },
    })
  })

  it.each([
    [{ a: 1 }, '{"a":1}'],
    ['{"a": 1}', '{"a": 1}'],
    ['true', 'true'],
    ['plain words', '"plain words"'],
    [null, ''],
  ])('sends the payload %j as %s', async (payload, body) => {
    await using service = await fakeService(() => ({ body: 'null' }))
    await outcome(invoke, service.url, { FunctionName: 'charge', Payload: payload })
    expect(service.received[0]?.body).toBe(body)
  })

  it('shows a payload that is not JSON as its text', async () => {
    await using service = await fakeService(() => ({ body: '<ok/>' }))
    const output: unknown = JSON.parse(outputOf(await outcome(invoke, service.url, { FunctionName: 'charge' })))
    expect(output).toHaveProperty('Payload', '<ok/>')
  })

  it('fails with what the function threw, its payload printed again without blanks', async () => {
    await using service = await fakeService(() => ({
      body: '{"errorMessage": "no", "errorType": "CardDeclined", "at": 1.0}',
      headers: { 'X-Amz-Function-Error': 'Unhandled' },
    }))
    expect(await outcome(invoke, service.url, { FunctionName: 'charge' })).toEqual({
      kind: 'failed',
      error: 'CardDeclined',
      cause: '{"errorMessage":"no","errorType":"CardDeclined","at":1.0}',
    })
  })

  it('calls the region of a function ARN, else that of the execution', async () => {
    await using service = await fakeService(() => ({ body: '1' }))
    await outcome(invoke, service.url, { FunctionName: 'arn:aws:lambda:sa-east-1:123456789012:function:charge' })
    await outcome(invoke, service.url, { FunctionName: 'charge' })
    expect(service.received[0]?.headers.authorization).toContain('/sa-east-1/lambda/')
    expect(service.received[1]?.headers.authorization).toContain('/eu-central-1/lambda/')
  })

  it.each([
    ['[]', "The value of the field 'Parameters' has an invalid format"],
    ['{"Payload":{}}', "The field 'FunctionName' is required but was missing"],
    ['{"FunctionName":null}', "The field 'FunctionName' is required but was missing"],
    ['{"FunctionName":7}', "The value of the field 'FunctionName' has an invalid format"],
    ['{"FunctionName":"f","InvocationType":"Later"}', "The value of the field 'InvocationType' has an invalid format"],
    ['{"FunctionName":"f","Paylod":{}}', "The field 'Paylod' is not supported by Step Functions"],
    ['{"FunctionName":"f","constructor":{}}', "The field 'constructor' is not supported by Step Functions"],
    ['{"FunctionName":"f","Payload":null,"Qualifier":null}', undefined],
  ])('refuses %s before it calls: %s', (parameters, reason) => {
    expect(handlerFor(invoke).refuse?.(invoke, parameters)).toBe(reason)
  })
})

describe('sqs:sendMessage', () => {
  const QueueUrl = 'https://sqs.eu-central-1.amazonaws.com/123456789012/orders'
  const md5 = '9dd4e461268c8034f5c8564e155c67a6' // of "x"

  it('sends a string as it is and gives what the service answered', async () => {
    await using service = await fakeService(() => ({
      headers: { 'Content-Type': 'application/x-amz-json-1.0' },
      body: JSON.stringify({ MessageId: 'm-1', MD5OfMessageBody: md5, SequenceNumber: '18' }),
    }))
    const output = outputOf(await outcome(sendMessage, service.url, { QueueUrl, MessageBody: 'x', DelaySeconds: 5 }))
    expect(output).toMatch(
      /^\{"MD5OfMessageBody":"[0-9a-f]+","MessageId":"m-1","SdkHttpMetadata":\{.*\},"SdkResponseMetadata":\{"RequestId":"request-1"\},"SequenceNumber":"18"\}$/,
    )
    expect(JSON.parse(service.received[0]?.body ?? '')).toEqual({ QueueUrl, MessageBody: 'x', DelaySeconds: 5 })
    expect(service.received[0]?.headers['x-amz-target']).toBe('AmazonSQS.SendMessage')
  })

  it('sends anything else as its JSON text, numbers as they were written', async () => {
    await using service = await fakeService(() => ({ status: 400, body: '{"__type":"X"}' }))
    const handler = handlerFor(sendMessage, service.url)
    const parameters = `{"QueueUrl":"${QueueUrl}","MessageBody":{"TaskToken":"t","Amount":1.0}}`
    await handler.call(taskCall(sendMessage, parameters, { token: 't' }), never)
    expect(JSON.parse(service.received[0]?.body ?? '')).toHaveProperty('MessageBody', '{"TaskToken":"t","Amount":1.0}')
  })

  it('sends message attributes, binary ones from base64', async () => {
    await using service = await fakeService(() => ({ status: 400, body: '{"__type":"X"}' }))
    const MessageAttributes = {
      kind: { DataType: 'String', StringValue: 'order' },
      blob: { DataType: 'Binary', BinaryValue: 'AAEC' },
    }
    const parameters = {
      QueueUrl,
      MessageBody: 'x',
      MessageGroupId: 'g',
      MessageDeduplicationId: 'd',
      MessageAttributes,
    }
    await outcome(sendMessage, service.url, parameters)
    expect(JSON.parse(service.received[0]?.body ?? '')).toEqual(parameters)
  })

  it('leaves a missing body to the service, whose answer names no exception of its own', async () => {
    await using service = await fakeService(() => ({
      status: 400,
      body: '{"__type":"com.amazon.coral.service#MissingParameter","message":"The request must contain the parameter MessageBody."}',
    }))
    expect(
      handlerFor(sendMessage).refuse?.(sendMessage, JSON.stringify({ QueueUrl, MessageBody: null })),
    ).toBeUndefined()
    expect(await outcome(sendMessage, service.url, { QueueUrl, MessageBody: null })).toEqual({
      kind: 'failed',
      error: 'SQS.AmazonSQSException',
      cause:
        'The request must contain the parameter MessageBody. (Service: AmazonSQS; Status Code: 400; Error Code: MissingParameter; Request ID: request-1; Proxy: null)',
    })
  })

  it('names a missing queue as the Java SDK does, with the code of the wire', async () => {
    await using service = await fakeService(() => ({
      status: 400,
      headers: { 'x-amzn-query-error': 'AWS.SimpleQueueService.NonExistentQueue;Sender' },
      body: '{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"The specified queue does not exist."}',
    }))
    expect(await outcome(sendMessage, service.url, { QueueUrl, MessageBody: 'x' })).toEqual({
      kind: 'failed',
      error: 'SQS.QueueDoesNotExistException',
      cause:
        'The specified queue does not exist. (Service: AmazonSQS; Status Code: 400; Error Code: AWS.SimpleQueueService.NonExistentQueue; Request ID: request-1; Proxy: null)',
    })
  })

  it('fails with SdkClientException when the host of the service has no address', async () => {
    const endpoints = { sqs: 'https://sqs.nowhere.invalid' }
    const handlers = awsHandlers({ region: 'us-east-1', endpoints, credentials: testCredentials })
    opened.push(handlers)
    const handler = handlers.handlers.find((candidate) => candidate.handles(sendMessage))
    const parameters = { QueueUrl, MessageBody: 'x' }
    expect(await handler?.call(taskCall(sendMessage, JSON.stringify(parameters)), never)).toEqual({
      kind: 'failed',
      error: 'SQS.SdkClientException',
      cause: 'Unable to execute HTTP request: sqs.nowhere.invalid: Name or service not known',
    })
  })

  it.each([
    ['{"MessageBody":"x"}', "The field 'QueueUrl' is required but was missing"],
    ['{"QueueUrl":"q","DelaySeconds":1.5}', "The value of the field 'DelaySeconds' has an invalid format"],
    ['{"QueueUrl":"q","DelaySeconds":"1"}', "The value of the field 'DelaySeconds' has an invalid format"],
    [
      '{"QueueUrl":"q","MessageAttributes":{"a":{"StringValue":"x"}}}',
      "The value of the field 'MessageAttributes' has an invalid format",
    ],
    [
      '{"QueueUrl":"q","MessageAttributes":{"a":{"DataType":"Number","StringValue":1}}}',
      "The value of the field 'MessageAttributes' has an invalid format",
    ],
    ['{"QueueUrl":"q","MessageAttributes":[]}', "The value of the field 'MessageAttributes' has an invalid format"],
    ['{"QueueUrl":"q","DelaySeconds":3,"MessageAttributes":{}}', undefined],
  ])('refuses %s before it calls: %s', (parameters, reason) => {
    expect(handlerFor(sendMessage).refuse?.(sendMessage, parameters)).toBe(reason)
  })
})

describe('sns:publish', () => {
  const TopicArn = 'arn:aws:sns:eu-central-1:123456789012:incidents'
  const xml = (body: string) => ({ headers: { 'Content-Type': 'text/xml' }, body })

  it('publishes a message that is no string as its JSON text', async () => {
    await using service = await fakeService(() =>
      xml(
        '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>m-1</MessageId></PublishResult><ResponseMetadata><RequestId>request-1</RequestId></ResponseMetadata></PublishResponse>',
      ),
    )
    const output = outputOf(await outcome(publish, service.url, { TopicArn, Message: { level: 1 }, Subject: 'down' }))
    expect(output).toMatch(
      /^\{"MessageId":"m-1","SdkHttpMetadata":\{.*\},"SdkResponseMetadata":\{"RequestId":"request-1"\}\}$/,
    )
    const sent = new URLSearchParams(service.received[0]?.body)
    expect(Object.fromEntries(sent)).toMatchObject({
      Action: 'Publish',
      TopicArn,
      Message: '{"level":1}',
      Subject: 'down',
    })
  })

  it('names a missing topic as the Java SDK does', async () => {
    await using service = await fakeService(() => ({
      status: 404,
      ...xml(
        '<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>NotFound</Code><Message>Topic does not exist</Message></Error><RequestId>request-1</RequestId></ErrorResponse>',
      ),
    }))
    expect(await outcome(publish, service.url, { TopicArn, Message: 'x' })).toEqual({
      kind: 'failed',
      error: 'SNS.NotFoundException',
      cause:
        'Topic does not exist (Service: AmazonSNS; Status Code: 404; Error Code: NotFound; Request ID: request-1; Proxy: null)',
    })
  })

  it('refuses a message that is missing', () => {
    expect(handlerFor(publish).refuse?.(publish, JSON.stringify({ TopicArn }))).toBe(
      "The field 'Message' is required but was missing",
    )
  })
})

describe('a service without a handler', () => {
  const missing = resourceOf('arn:aws:states:::ecs:runTask')

  it('is not taken by the installed ones', () => {
    expect(() => handlerFor(missing)).toThrow('no handler')
    expect(() => handlerFor(resourceOf('arn:aws:states:::sqs:receiveMessage'))).toThrow('no handler')
  })

  it('fails at once, past every Retry and Catch, naming the service and what there is', async () => {
    const handler = uninstalledHandler(['arn:aws:states:::lambda:invoke[.waitForTaskToken]'])
    expect(handler.handles(missing)).toBe(true)
    expect(handler.handles(resourceOf('arn:aws:lambda:eu-central-1:1:function:f'))).toBe(false)
    expect(await handler.call(taskCall(missing, '{}'), never)).toEqual({
      kind: 'failed',
      error: 'States.Runtime',
      cause:
        'No handler is installed for arn:aws:states:::ecs:runTask. Installed: arn:aws:states:::lambda:invoke[.waitForTaskToken]. ' +
        'Call the service from a task function of a procedure or a Lambda function, or register a resource handler for it.',
    })
  })
})
