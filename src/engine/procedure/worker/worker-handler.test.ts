import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type LogFields, type Logger, VirtualClock } from '../../../base/index.ts'
import type { TaskAnswer, TaskCall } from '../../resource-handler.ts'
import { functionArnOf } from '../definition.ts'
import { type WorkerHandler, workerHandler, type WorkerHandlerOptions } from './worker-handler.ts'

const account = { region: 'eu-central-1', accountId: '123456789012' }
const fixtures = join(import.meta.dirname, 'fixtures')
const never = new AbortController().signal

/** A log that can be waited on. */
class Ear implements Logger {
  readonly lines: { readonly level: string; readonly message: string; readonly fields: LogFields | undefined }[] = []
  readonly #waiting: { readonly message: string; readonly resolve: () => void }[] = []

  hear(message: string): Promise<void> {
    if (this.lines.some((line) => line.message === message)) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push({ message, resolve }))
  }

  debug = this.#note('debug')
  info = this.#note('info')
  warn = this.#note('warn')
  error = this.#note('error')

  #note(level: string) {
    return (message: string, fields?: LogFields): void => {
      this.lines.push({ level, message, fields })
      for (const waiting of this.#waiting) if (waiting.message === message) waiting.resolve()
    }
  }
}

const opened: WorkerHandler[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((handler) => handler.close()))
})

function open(file = 'holdfast.config.ts', more: Partial<WorkerHandlerOptions> = {}) {
  const clock = new VirtualClock(1_000_000)
  const log = new Ear()
  const environment = { SHOP_NAME: 'corner' }
  const handler = workerHandler(join(fixtures, file), { account, clock, log, environment, processes: 1, ...more })
  opened.push(handler)
  return {
    handler,
    clock,
    log,
    call: async (task: string, input?: unknown, signal = never) => handler.call(callOf(task, input), signal),
  }
}

async function loaded(more: Partial<WorkerHandlerOptions> = {}) {
  const opening = open('holdfast.config.ts', more)
  await opening.handler.load()
  return opening
}

function callOf(task: string, input: unknown = null): TaskCall {
  return {
    resource: { kind: 'lambda', arn: functionArnOf('shop', account) },
    input: JSON.stringify({ Task: task, Input: input }),
    executionArn: 'execution-1',
    stateName: 'Go',
    idempotencyKey: 'one/7',
    attempt: 1,
    token: undefined,
    roleArn: undefined,
    timeoutMs: undefined,
  }
}

describe('the procedures of a user', () => {
  it('are known once their file is loaded, with their definitions', async () => {
    const { handler } = open()
    const resource = { kind: 'lambda', arn: functionArnOf('shop', account) } as const
    expect(handler.handles(resource)).toBe(false)
    const procedures = await handler.load()
    expect(procedures.map(({ name }) => name)).toEqual(['shop', 'stubborn'])
    expect(JSON.parse(procedures[0]?.definition ?? '')).toHaveProperty('States.Go.Resource', resource.arn)
    expect(handler.handles(resource)).toBe(true)
    expect(handler.handles({ kind: 'lambda', arn: functionArnOf('other', account) })).toBe(false)
  })

  it('run in a process of their own, in the environment they were given', async () => {
    const { call } = await loaded()
    expect(await call('echo', { a: [1, 'two'] })).toEqual({ kind: 'succeeded', output: '{"a":[1,"two"]}' })
    expect(await call('where')).not.toEqual({ kind: 'succeeded', output: String(process.pid) })
    expect(await call('environment')).toEqual({ kind: 'succeeded', output: '["SHOP_NAME"]' })
    expect(await call('facts')).toEqual({
      kind: 'succeeded',
      output: '{"idempotencyKey":"execution-1/7","executionArn":"execution-1","attempt":1}',
    })
  })

  it('go by the engine’s clock', async () => {
    const { call, clock } = await loaded()
    clock.advanceTo(Date.UTC(2040, 0, 1))
    const answer = await call('clock')
    const told = answer.kind === 'succeeded' ? Number(answer.output) : 0
    expect(new Date(told).getUTCFullYear()).toBe(2040)
  })

  it('fail by the name of what they throw, or when there is no such task', async () => {
    const { call } = await loaded()
    expect(await call('fail')).toEqual({ kind: 'failed', error: 'CardDeclined', cause: 'no funds' })
    expect(await call('sell')).toMatchObject({ kind: 'failed', error: 'TaskError' })
  })

  it('log through the engine: by their logger, and what they print', async () => {
    const { call, log } = await loaded()
    await call('tell')
    await Promise.all([log.hear('printed'), log.hear('complained')])
    expect(log.lines).toContainEqual({
      level: 'warn',
      message: 'careful',
      fields: { procedure: 'shop', executionArn: 'execution-1', stateName: 'Go', attempt: 1, amount: 3 },
    })
    expect(log.lines).toContainEqual({
      level: 'info',
      message: 'printed',
      fields: { process: expect.any(Number), stream: 'stdout' },
    })
    expect(log.lines).toContainEqual({
      level: 'info',
      message: 'round',
      fields: { fields: expect.stringContaining('Circular') },
    })
    expect(log.lines.map(({ message }) => message)).toContain('a message from a worker process was not understood')
  })
})

describe('what a user’s code sends or prints in the worker’s place', () => {
  it('fails the call that it answers with no JSON, which would otherwise wait for ever', async () => {
    const { call } = await loaded()
    expect(await call('forge')).toMatchObject({ kind: 'failed', error: 'Runtime.MarshalError' })
    expect(await call('echo', 1)).toEqual({ kind: 'succeeded', output: '1' })
  })

  it('is told in pieces when it has no line ends', async () => {
    const { call, log } = await loaded()
    expect(await call('flood')).toEqual({ kind: 'succeeded', output: 'null' })
    await log.hear('flooded')
    const lengths = log.lines.map(({ message }) => message.length)
    expect(Math.max(...lengths)).toBeLessThan(200_000)
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBeGreaterThanOrEqual(3_000_000)
  })
})

describe('the input of a user’s procedure', () => {
  it('is checked by its schema, in the worker', async () => {
    const { handler } = await loaded()
    await expect(handler.checkInput('shop', '{"order":"a","count":9}')).resolves.toBeUndefined()
    await expect(handler.checkInput('shop', '{"order":"a","count":10}')).rejects.toMatchObject({
      code: 'procedure.input',
      place: '/count',
      message: 'the input does not fit the procedure "shop": /count: is no square',
    })
    await expect(handler.checkInput('toString', '{}')).rejects.toMatchObject({ code: 'procedure.missing' })
  })

  it('is refused by a schema that throws, and does not wait for one that never ends', async () => {
    const { handler, clock, log } = await loaded({ startMs: 5000, graceMs: 1000 })
    await expect(handler.checkInput('stubborn', '"throw"')).rejects.toMatchObject({
      code: 'procedure.input',
      message: expect.stringContaining('not today'),
    })
    const checking = handler.checkInput('stubborn', '"spin"')
    clock.advanceBy(5000)
    await expect(checking).rejects.toMatchObject({ code: 'procedure.unavailable', retryable: true })
    clock.advanceBy(1000)
    await log.hear('a worker process is stuck: it is killed')
  })
})

describe('a file of procedures that does not load', () => {
  it.each([
    ['throws.config.ts', 'the shop is closed'],
    ['nothing.config.ts', 'the file exports no `procedures`'],
    ['stranger.config.ts', 'procedures[0] was not made by procedure()'],
    ['twice.config.ts', 'two procedures named "shop"'],
    ['leaves.config.ts', 'ended with exit code 7.\nnothing to do here'],
    ['missing.config.ts', 'missing.config.ts'],
  ])('says why: %s', async (file, reason) => {
    const { handler } = open(file)
    await expect(handler.load()).rejects.toMatchObject({
      code: 'procedure.config',
      place: join(fixtures, file),
      message: expect.stringContaining(reason),
    })
  })

  it('is given up when it takes too long', async () => {
    const { handler, clock, log } = open('spins.config.ts', { startMs: 3000 })
    const loading = handler.load()
    await log.hear('loading')
    clock.advanceBy(3000)
    await expect(loading).rejects.toMatchObject({ message: expect.stringContaining('did not load within 3s') })
  })
})

describe('a worker process that ends', () => {
  it.each([
    ['leave', 'exit code 3', 'no way on'],
    ['crash', 'exit code', 'RangeError: thrown where nobody catches'],
  ])('fails the calls in it, says how, and is replaced: %s', async (task, how, words) => {
    const { call } = await loaded()
    const before = await call('where')
    const [bystander, culprit] = await Promise.all([call('ignore'), call(task)])
    for (const answer of [bystander, culprit]) {
      expect(answer).toMatchObject({ kind: 'failed', error: 'Runtime.ExitError' })
      expect(answer).toHaveProperty('cause', expect.stringContaining(how))
      expect(answer).toHaveProperty('cause', expect.stringContaining(words))
    }
    const after = await call('where')
    expect(after.kind).toBe('succeeded')
    expect(after).not.toEqual(before)
  })

  it('is one that ate its memory, and only that one', async () => {
    const { call } = await loaded({ memoryMb: 32 })
    expect(await call('devour')).toMatchObject({ kind: 'failed', error: 'Runtime.ExitError' })
    expect(await call('echo', 1)).toEqual({ kind: 'succeeded', output: '1' })
  })
})

describe('a call that is to stop', () => {
  it('is told so, and answered at once', async () => {
    const { call, log, clock } = await loaded()
    const stop = new AbortController()
    const answer = call('obey', null, stop.signal)
    await log.hear('waiting')
    stop.abort()
    expect(await answer).toMatchObject({ kind: 'failed', error: 'States.TaskFailed' })
    await log.hear('obeyed')
    const before = await call('where')
    clock.advanceBy(60_000)
    expect(await call('where')).toEqual(before)
  })

  it('loses its process when it spins, which nothing else can stop', async () => {
    const { call, log, clock } = await loaded({ graceMs: 2000 })
    const first = await call('where')
    const stop = new AbortController()
    const spinning = call('spin', null, stop.signal)
    await log.hear('spinning')
    const stuck = call('echo', 1)
    stop.abort()
    expect(await spinning).toMatchObject({ kind: 'failed' })
    clock.advanceBy(1999)
    expect(log.lines.map(({ message }) => message)).not.toContain('a worker process is stuck: it is killed')
    clock.advanceBy(1)
    expect(await stuck).toEqual({
      kind: 'failed',
      error: 'Runtime.ExitError',
      cause: 'The worker process was stuck for 2s when a call in it was to stop, and was killed.',
    })
    const next = await call('where')
    expect(next.kind).toBe('succeeded')
    expect(next).not.toEqual(first)
  })

  it('loses its process when it does not listen, but not before the other calls in it are done', async () => {
    const { call, log, clock } = await loaded({ graceMs: 2000 })
    const old = processOf(await call('where'))
    const stop = new AbortController()
    const ignoring = call('ignore', null, stop.signal)
    const other = new AbortController()
    const bystander = call('obey', null, other.signal)
    await Promise.all([log.hear('ignoring'), log.hear('waiting')])
    stop.abort()
    await ignoring
    // It answers in order, so by this answer it has heard of the abort.
    expect(processOf(await call('where'))).toBe(old)

    clock.advanceBy(2000)
    await log.hear('a task function goes on after it was told to stop: its process takes no more calls')
    expect(log.lines.find(({ message }) => message.startsWith('a task function goes on'))?.fields).toMatchObject({
      procedure: 'shop',
      stateName: 'Go',
    })
    expect(processOf(await call('where'))).not.toBe(old)
    expect(hasEnded(old)).toBe(false)
    other.abort()
    await bystander
    await log.hear('obeyed')
    await endOf(old)
  })

  it('never starts when it is stopped while it waits', async () => {
    const { call, log } = await loaded({ callsPerProcess: 1 })
    const holding = new AbortController()
    const holder = call('obey', null, holding.signal)
    await log.hear('waiting')
    const stop = new AbortController()
    const waiting = call('leave', null, stop.signal)
    stop.abort()
    expect(await waiting).toMatchObject({ error: 'States.TaskFailed' })
    expect(await call('leave', null, AbortSignal.abort())).toMatchObject({ error: 'States.TaskFailed' })
    holding.abort()
    await holder
    expect(await call('echo', 1)).toEqual({ kind: 'succeeded', output: '1' })
  })
})

describe('many calls', () => {
  it('share a process up to its limit', async () => {
    const { call } = await loaded({ callsPerProcess: 3 })
    const answers = await Promise.all([call('meet', 3), call('meet', 3), call('meet', 3)])
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
  })

  it('wait their turn beyond it, in order', async () => {
    const { call, log } = await loaded({ callsPerProcess: 1 })
    const stop = new AbortController()
    const first = call('obey', null, stop.signal)
    await log.hear('waiting')
    const done: number[] = []
    const rest = [1, 2, 3].map((n) => call('echo', n).then(() => done.push(n)))
    expect(done).toEqual([])
    stop.abort()
    await Promise.all([first, ...rest])
    expect(done).toEqual([1, 2, 3])
  })

  it('spread over as many processes as there may be', async () => {
    const { call, log } = await loaded({ processes: 2, callsPerProcess: 1 })
    const first = await call('where')
    const stop = new AbortController()
    const busy = call('obey', null, stop.signal)
    await log.hear('waiting')
    const others = [await call('where'), await call('where')]
    expect(others[0]).not.toEqual(first)
    expect(others[1]).toEqual(others[0])
    stop.abort()
    await busy
  })
})

describe('closing', () => {
  it('fails what is running, what waits and what comes later, and leaves no process', async () => {
    const { call, handler, log } = await loaded({ callsPerProcess: 1 })
    const worker = processOf(await call('where'))
    const running = call('ignore')
    await log.hear('ignoring')
    const waiting = call('echo')
    await handler.close()
    const answers = [await running, await waiting, await call('echo')]
    for (const answer of answers)
      expect(answer).toMatchObject({ error: 'Runtime.ExitError', cause: 'The worker was closed.' })
    expect(hasEnded(worker)).toBe(true)
  })

  it('happens by itself when the engine is killed, even to a worker that spins', async () => {
    const engine = fork(join(fixtures, 'parent.ts'), [join(fixtures, 'holdfast.config.ts')], { execArgv: [], env: {} })
    const [message] = await once(engine, 'message')
    const worker: unknown = Object(message).worker
    if (typeof worker !== 'number' || worker === 0) throw new Error('no worker')
    const ended = endOf(worker)
    engine.kill('SIGKILL')
    await ended
  })
})

function processOf(answer: TaskAnswer): number {
  if (answer.kind === 'failed') throw new Error(`${answer.error}: ${answer.cause}`)
  return Number(answer.output)
}

async function endOf(pid: number): Promise<void> {
  while (!hasEnded(pid)) await new Promise((resolve) => setImmediate(resolve))
}

/** Gone, or (where the system shows it) a zombie: the child of a dead parent may find nobody who collects it. */
function hasEnded(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return existsSync('/proc') && /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    // No such process, or none any more by the time its state was read.
    return true
  }
}
