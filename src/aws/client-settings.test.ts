import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { expect, it } from 'vitest'
import { silentLogger } from '../base/index.ts'
import { clientSettings } from './client-settings.ts'
import { testCredentials } from './fake-service.ts'

/** Where a client that is set up as ours connects to for a command; nothing leaves. */
async function hostOf(act: (settings: object) => Promise<unknown>, region = 'eu-west-1'): Promise<string> {
  let host = 'nowhere'
  const settings = clientSettings({
    ...{ config: { region, endpoints: {}, credentials: testCredentials }, log: silentLogger, service: 'any' },
    ...{ place: { region, roleArn: undefined }, assumeRole: () => Promise.reject(new Error('no role')) },
  })
  const requestHandler = {
    metadata: { handlerProtocol: 'http/1.1' },
    handle: async (request: { protocol: string; hostname: string }) => {
      host = `${request.protocol}//${request.hostname}`
      throw new Error('far enough')
    },
  }
  await act({ ...settings, requestHandler }).catch(() => undefined)
  return host
}

const inner = '169.254.169.254'

it.each([`http://${inner}/latest/queue`, 'http://localhost:7400/queue', 'https://evil.example/queue'])(
  'no address of a queue leads a call elsewhere: %s',
  async (QueueUrl) => {
    const host = await hostOf((settings) =>
      new SQSClient(settings).send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' })),
    )
    expect(host).toBe('https://sqs.eu-west-1.amazonaws.com')
  },
)

it.each([`${inner}/#`, `evil.example/`, 'a@evil.example', `x.${inner}`])(
  'no region leads a call elsewhere: %s',
  async (region) => {
    const host = await hostOf(
      (settings) => new LambdaClient(settings).send(new InvokeCommand({ FunctionName: 'f' })),
      region,
    )
    expect(host).toBe('nowhere')
  },
)

it.each(['evil.example/', inner, 'a@evil.example', 'arn:aws:s3:evil.example:123456789012:accesspoint/x'])(
  'no name of a bucket, table or endpoint leads a call elsewhere: %s',
  async (name) => {
    const hosts = await Promise.all([
      hostOf((settings) => new S3Client(settings).send(new GetObjectCommand({ Bucket: name, Key: '../k' }))),
      hostOf((settings) => new DynamoDBClient(settings).send(new GetItemCommand({ TableName: name, Key: {} }))),
      hostOf((settings) =>
        new EventBridgeClient(settings).send(new PutEventsCommand({ EndpointId: name, Entries: [] })),
      ),
    ])
    for (const host of hosts) expect(host).toMatch(/^https:\/\/[a-z0-9.-]+\.amazonaws\.com$|^nowhere$/)
  },
)
