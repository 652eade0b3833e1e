/** Runs one machine through DynamoDB, SQS, SNS, S3, EventBridge and Secrets Manager of moto, a stand-in for AWS that others wrote. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'
import { freePort, skip, startHoldfast } from '../holdfast.ts'

const work = mkdtempSync(join(tmpdir(), 'holdfast-moto-'))
process.on('exit', () => rmSync(work, { recursive: true, force: true }))
const limitMs = 60_000

type Step = readonly [name: string, resource: string, parameters: object, assign?: object]

/** Each state calls one service and keeps what the next ones need. */
const steps: readonly Step[] = [
  [
    'Table',
    'aws-sdk:dynamodb:createTable',
    {
      TableName: 'orders',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    },
    { created: '{% $type($states.result.TableDescription.CreationDateTime) %}' },
  ],
  [
    'Put',
    'dynamodb:putItem',
    { TableName: 'orders', Item: { id: { S: 'o-1' }, blob: { B: 'AAEC' }, total: { N: '12.50' } } },
  ],
  [
    'Update',
    'dynamodb:updateItem',
    {
      ...{ TableName: 'orders', Key: { id: { S: 'o-1' } }, UpdateExpression: 'SET paid = :p' },
      ExpressionAttributeValues: { ':p': { BOOL: true } },
    },
  ],
  [
    'Get',
    'dynamodb:getItem',
    { TableName: 'orders', Key: { id: { S: 'o-1' } } },
    { item: '{% $states.result.Item %}' },
  ],
  [
    'Query',
    'aws-sdk:dynamodb:query',
    {
      ...{ TableName: 'orders', KeyConditionExpression: 'id = :id' },
      ExpressionAttributeValues: { ':id': { S: 'o-1' } },
    },
    { count: '{% $states.result.Count %}' },
  ],
  ['Queue', 'aws-sdk:sqs:createQueue', { QueueName: 'orders' }, { queue: '{% $states.result.QueueUrl %}' }],
  ['Send', 'sqs:sendMessage', { QueueUrl: '{% $queue %}', MessageBody: { order: 'o-1' } }],
  [
    'Receive',
    'aws-sdk:sqs:receiveMessage',
    { QueueUrl: '{% $queue %}' },
    { message: '{% $states.result.Messages[0].Body %}' },
  ],
  ['Topic', 'aws-sdk:sns:createTopic', { Name: 'orders' }, { topic: '{% $states.result.TopicArn %}' }],
  [
    'Publish',
    'sns:publish',
    { TopicArn: '{% $topic %}', Message: { order: 'o-1' } },
    { published: '{% $length($states.result.MessageId) %}' },
  ],
  ['Bucket', 'aws-sdk:s3:createBucket', { Bucket: 'orders' }],
  ['Store', 'aws-sdk:s3:putObject', { Bucket: 'orders', Key: 'o/1.json', Body: { total: 12 } }],
  ['Load', 'aws-sdk:s3:getObject', { Bucket: 'orders', Key: 'o/1.json' }, { object: '{% $states.result.Body %}' }],
  [
    'Tell',
    'events:putEvents',
    { Entries: [{ Source: 'shop', DetailType: 'paid', Detail: { order: 'o-1' } }] },
    {
      failed: '{% $states.result.FailedEntryCount %}',
    },
  ],
  ['Hide', 'aws-sdk:secretsmanager:createSecret', { Name: 'key', SecretString: { user: 'ada' } }],
  [
    'Reveal',
    'aws-sdk:secretsmanager:getSecretValue',
    { SecretId: 'key' },
    { secret: '{% $states.result.SecretString %}' },
  ],
  ['Miss', 'aws-sdk:secretsmanager:getSecretValue', { SecretId: 'nothing' }],
]

const moto = await startMoto()
const keys = { AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any', AWS_REGION: 'us-east-1' }
const holdfast = await startHoldfast({ AWS_ENDPOINT_URL: moto.url, ...keys })
try {
  process.exitCode = judge(await run()) ? 0 : 1
} finally {
  await holdfast.stop()
  moto.process.kill('SIGTERM')
}

async function startMoto(): Promise<{ readonly url: string; readonly process: ChildProcess }> {
  const tried = spawnSync('python3', ['-m', 'venv', join(work, 'venv')], { stdio: 'ignore' })
  if (tried.status !== 0) skip('python3 with venv is not here')
  const quiet = ['--quiet', '--disable-pip-version-check']
  const installed = spawnSync(join(work, 'venv/bin/pip'), ['install', ...quiet, 'moto[server]'], { stdio: 'ignore' })
  if (installed.status !== 0) skip('pip cannot install moto[server]')
  const port = await freePort()
  const server = spawn(join(work, 'venv/bin/moto_server'), ['-p', String(port)], { stdio: 'ignore' })
  const url = `http://127.0.0.1:${port}`
  await until(`${url}/moto-api/`, server)
  return { url, process: server }
}

async function until(url: string, server: ChildProcess): Promise<void> {
  for (const end = Date.now() + limitMs; Date.now() < end;) {
    if (server.exitCode !== null) throw new Error(`moto_server ended with ${server.exitCode}`)
    if (
      await fetch(url).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('moto_server does not answer')
}

async function run(): Promise<DescribeExecutionCommandOutput> {
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' }
  const client = new SFNClient({ region: 'us-east-1', endpoint: holdfast.url, credentials })
  const roleArn = 'arn:aws:iam::123456789012:role/any'
  const definition = JSON.stringify(machine())
  const { stateMachineArn } = await client.send(new CreateStateMachineCommand({ name: 'moto', definition, roleArn }))
  const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn, input: '{"total": 12.50}' }))
  for (const end = Date.now() + limitMs; ;) {
    const execution = await client.send(new DescribeExecutionCommand({ executionArn }))
    if (execution.status !== 'RUNNING' || Date.now() > end) return execution
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function machine(): object {
  const states = steps.map(([name, resource, Arguments, Assign], at) => [
    name,
    {
      ...{ Type: 'Task', Resource: `arn:aws:states:::${resource}`, Arguments, Next: steps[at + 1]?.[0] ?? 'Wrong' },
      ...(Assign === undefined ? {} : { Assign }),
      ...(name === 'Miss'
        ? { Catch: [{ ErrorEquals: ['SecretsManager.ResourceNotFoundException'], Next: 'Done' }] }
        : {}),
    },
  ])
  const shown = ['created', 'item', 'count', 'message', 'published', 'object', 'failed', 'secret']
  const Output = Object.fromEntries(shown.map((name) => [name, `{% $${name} %}`]))
  return {
    ...{ QueryLanguage: 'JSONata', StartAt: 'Table' },
    States: {
      ...Object.fromEntries(states),
      Done: { Type: 'Succeed', Output },
      Wrong: { Type: 'Fail', Error: 'Found' },
    },
  }
}

function judge({ status, output, error, cause }: DescribeExecutionCommandOutput): boolean {
  const wanted = {
    created: 'string',
    item: { blob: { B: 'AAEC' }, id: { S: 'o-1' }, paid: { BOOL: true }, total: { N: '12.50' } },
    count: 1,
    message: '{"order":"o-1"}',
    published: 36,
    object: '{"total":12}',
    failed: 0,
    secret: '{"user":"ada"}',
  }
  const found = output === undefined ? {} : (JSON.parse(output) as Readonly<Record<string, unknown>>)
  console.log(`${status === 'SUCCEEDED' ? '✓' : '✗'} the machine: ${status} ${error ?? ''} ${cause ?? ''}`.trimEnd())
  const agree = Object.entries(wanted).map(([name, value]) => {
    const same = sorted(found[name]) === sorted(value)
    console.log(`${same ? '✓' : '✗'} ${name}: ${JSON.stringify(found[name])}`)
    return same
  })
  return status === 'SUCCEEDED' && agree.every((same) => same)
}

/** The text of a value, members in alphabetical order. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  )
}
