/** Debian's `aws` command drives the real program: create, start, wait, read the history, send a task token. */
import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { skip, startHoldfast } from '../holdfast.ts'

const version = spawnSync('aws', ['--version'], { encoding: 'utf8' })
if (version.status !== 0) skip('the aws command is not installed')

const region = 'us-east-1'
/** How often an execution is looked at before it counts as stuck. */
const looks = 60
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
  await greet()
  await answerTask()
  console.log(`✓ ${(version.stdout || version.stderr).trim()}`)
} finally {
  await holdfast.stop()
}

async function greet(): Promise<void> {
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

/** An activity worker made of three commands: the token that one prints is what the next sends. */
async function answerTask(): Promise<void> {
  const activity = text(await aws('create-activity', { name: 'approve' }), 'activityArn')
  const states = { Approve: { Type: 'Task', Resource: activity, TimeoutSeconds: 60, End: true } }
  const machine = await aws('create-state-machine', {
    name: 'approval',
    'role-arn': role,
    definition: JSON.stringify({ StartAt: 'Approve', States: states }),
  })
  const started = await aws('start-execution', {
    'state-machine-arn': text(machine, 'stateMachineArn'),
    input: '{"order":7}',
  })
  const task = await aws('get-activity-task', { 'activity-arn': activity })
  expect('task', text(task, 'input'), '{"order":7}')
  await aws('send-task-success', { 'task-token': text(task, 'taskToken'), 'task-output': '{"approved":true}' })
  expect('answer', text(await untilClosed(text(started, 'executionArn')), 'output'), '{"approved":true}')
}

async function untilClosed(arn: string): Promise<Record<string, unknown>> {
  for (let look = 0; look < looks; look++) {
    const execution = await aws('describe-execution', { 'execution-arn': arn })
    if (execution['status'] !== 'RUNNING') return execution
  }
  throw new Error(`${arn} still runs after ${looks} looks`)
}

async function aws(command: string, options: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
  const words = Object.entries(options).flatMap(([key, value]) => [`--${key}`, value])
  const where = ['--endpoint-url', holdfast.url, '--region', region, '--output', 'json']
  const { stdout } = await run('aws', ['stepfunctions', command, ...words, ...where], {
    env: { ...process.env, AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any' },
  })
  return stdout.trim() === '' ? {} : JSON.parse(stdout)
}

function text(answer: Readonly<Record<string, unknown>>, key: string): string {
  const value = answer[key]
  if (typeof value !== 'string') throw new Error(`${key} is missing in ${JSON.stringify(answer)}`)
  return value
}

function expect(what: string, actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Error(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`)
}
