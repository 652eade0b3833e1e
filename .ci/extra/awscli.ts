/** Debian's `aws` command drives the real program: create, start, wait, read the history. */
import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { skip, startHoldfast } from '../holdfast.ts'

const version = spawnSync('aws', ['--version'], { encoding: 'utf8' })
if (version.status !== 0) skip('the aws command is not installed')

const region = 'us-east-1'
const role = 'arn:aws:iam::123456789012:role/any'
const definition = {
  StartAt: 'Greet',
  States: {
    Greet: { Type: 'Pass', Parameters: { 'greeting.$': "States.Format('hello {}', $.name)" }, Next: 'Pause' },
    Pause: { Type: 'Wait', Seconds: 0, End: true },
  },
}

const run = promisify(execFile)
const holdfast = await startHoldfast({})
try {
  await drive()
  console.log(`✓ ${(version.stdout || version.stderr).trim()}`)
} finally {
  await holdfast.stop()
}

async function drive(): Promise<void> {
  const machine = await aws('create-state-machine', {
    name: 'greeting',
    'role-arn': role,
    definition: JSON.stringify(definition),
  })
  const started = await aws('start-execution', {
    'state-machine-arn': text(machine, 'stateMachineArn'),
    input: '{"name":"Mika"}',
  })
  const arn = text(started, 'executionArn')
  const output = text(await untilClosed(arn), 'output')
  expect('output', output, '{"greeting":"hello Mika"}')
  const history = await aws('get-execution-history', { 'execution-arn': arn })
  const types = Array.isArray(history['events']) ? history['events'].map((event: { type: string }) => event.type) : []
  expect('history', types.at(0), 'ExecutionStarted')
  expect('history', types.at(-1), 'ExecutionSucceeded')
}

async function untilClosed(arn: string): Promise<Record<string, unknown>> {
  for (;;) {
    const execution = await aws('describe-execution', { 'execution-arn': arn })
    if (execution['status'] !== 'RUNNING') return execution
  }
}

async function aws(command: string, options: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
  const words = Object.entries(options).flatMap(([key, value]) => [`--${key}`, value])
  const where = ['--endpoint-url', holdfast.url, '--region', region, '--output', 'json']
  const { stdout } = await run('aws', ['stepfunctions', command, ...words, ...where], {
    env: { ...process.env, AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any' },
  })
  return JSON.parse(stdout)
}

function text(answer: Readonly<Record<string, unknown>>, key: string): string {
  const value = answer[key]
  if (typeof value !== 'string') throw new Error(`${key} is missing in ${JSON.stringify(answer)}`)
  return value
}

function expect(what: string, actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Error(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`)
}
