/**
 * W4: kill -9 amid W1 at 100, then a new process on the same folder: how soon it is ready, whether a step whose result was
 * recorded ran again, and whether everything that was acknowledged is there and ends.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startExecution } from '../src/engine/index.ts'
import { payload, tenSteps } from './workflows.ts'
import { admin, install, newFolder, openWorld } from './world.ts'

export type RestartFigures = {
  /** From the start of the new process until it has made the interrupted calls again. */
  readonly readyMs: number
  /** From the start of the new process until the first new result is recorded. */
  readonly firstProgressMs: number
  readonly inFlight: number
  readonly acknowledged: number
  readonly lost: number
  /** Steps that ran again although their result was recorded before the kill. */
  readonly repeated: number
}

export async function measureRestart(killAfterMs: number): Promise<RestartFigures> {
  const folder = newFolder()
  const acknowledged = await runUntilKilled(folder.path, killAfterMs)
  const recorded = await recordedSteps(folder.path)
  const figures = await runAgain(folder.path)
  const again = readCalls(folder.path, 'second')
  const repeated = again.filter((key) => recorded.has(key)).length
  const lost = [...acknowledged].filter((arn) => !figures.ended.includes(arn)).length
  folder.remove()
  const { readyMs, firstProgressMs, inFlight } = figures
  return { readyMs, firstProgressMs, inFlight, acknowledged: acknowledged.size, lost, repeated }
}

type Message =
  | { readonly kind: 'acknowledged'; readonly arns: readonly string[] }
  | { readonly kind: 'done'; readonly figures: SecondRun }
type SecondRun = {
  readonly readyMs: number
  readonly firstProgressMs: number
  readonly inFlight: number
  readonly ended: readonly string[]
}

const child = (...args: readonly string[]): ChildProcess =>
  fork(import.meta.filename, ['--child', ...args], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })

/** Both sides of the pipe are this file. */
const asMessage = (message: unknown): Message => message as Message

function runUntilKilled(folder: string, killAfterMs: number): Promise<ReadonlySet<string>> {
  const victim = child('first', folder)
  const acknowledged = new Set<string>()
  return new Promise((resolve) => {
    victim.on('message', (raw) => {
      const message = asMessage(raw)
      if (message.kind !== 'acknowledged') return
      if (acknowledged.size === 0) setTimeout(() => victim.kill('SIGKILL'), killAfterMs)
      for (const arn of message.arns) acknowledged.add(arn)
    })
    victim.once('exit', () => resolve(acknowledged))
  })
}

function runAgain(folder: string): Promise<SecondRun> {
  const second = child('second', folder, String(Date.now()))
  return new Promise((resolve, reject) => {
    second.on('message', (raw) => {
      const message = asMessage(raw)
      if (message.kind === 'done') resolve(message.figures)
    })
    second.once('exit', (code) => reject(new Error(`the second process ended with ${code} and no figures`)))
  })
}

/** `executionId/enteredId` of every step whose result is in the store. */
async function recordedSteps(folder: string): Promise<ReadonlySet<string>> {
  const world = openWorld(folder, [tenSteps])
  const rows = world.store.read.all<{ execution: number; body: string }>(
    'SELECT execution_id AS execution, body FROM chunk',
  )
  await world.close()
  // A chunk's cause is its second cell; that of a recorded result begins [3, frame, enteredId, …].
  return new Set(
    rows.flatMap(({ execution, body }) => {
      const cause = (JSON.parse(body) as readonly unknown[])[1] as readonly number[]
      return cause[0] === 3 ? [`${execution}/${cause[2]}`] : []
    }),
  )
}

const callsFile = (folder: string, run: string): string => join(folder, `calls-${run}.log`)
const readCalls = (folder: string, run: string): readonly string[] =>
  readFileSync(callsFile(folder, run), 'utf8').split('\n').filter(Boolean)

/** W1's procedure, writing down each call before it answers. */
function watched(folder: string, run: string, onCall: () => void): typeof tenSteps {
  const nothing = (input: unknown, context: { readonly idempotencyKey: string }): unknown => {
    appendFileSync(callsFile(folder, run), `${context.idempotencyKey}\n`)
    onCall()
    return input
  }
  return { ...tenSteps, tasks: new Map([['nothing', nothing]]) }
}

async function first(folder: string): Promise<void> {
  const procedure = watched(folder, 'first', () => {})
  const world = openWorld(folder, [procedure])
  await world.engine.recover()
  const arn = await install(world, procedure)
  const one = async (): Promise<void> => {
    for (;;) {
      const { executionArn } = await startExecution(world.engine, admin, { stateMachineArn: arn, input: payload })
      process.send?.({ kind: 'acknowledged', arns: [executionArn] } satisfies Message)
    }
  }
  await Promise.all(Array.from({ length: 100 }, one))
}

async function second(folder: string, startedAt: number): Promise<void> {
  let firstProgress = 0
  const procedure = watched(folder, 'second', () => {})
  const world = openWorld(folder, [procedure])
  world.store.onCommit(() => (firstProgress ||= Date.now()))
  const { executions } = await world.engine.recover()
  const ready = Date.now()
  const count = (): number =>
    world.store.read.get<{ open: number }>('SELECT count(*) AS open FROM execution WHERE status = 0')?.open ?? 0
  while (count() > 0) await new Promise((resolve) => setTimeout(resolve, 20))
  const ended = world.store.read.all<{ machine: string; name: string }>(
    'SELECT machine_name AS machine, name FROM execution',
  )
  const prefix = 'arn:aws:states:us-east-1:123456789012:execution'
  const figures = {
    readyMs: ready - startedAt,
    firstProgressMs: firstProgress - startedAt,
    inFlight: executions,
    ended: ended.map(({ machine, name }) => `${prefix}:${machine}:${name}`),
  }
  await world.close()
  process.send?.({ kind: 'done', figures } satisfies Message, () => process.disconnect?.())
}

const [flag, run, folder, startedAt] = process.argv.slice(2)
if (flag === '--child' && folder !== undefined) {
  await (run === 'first' ? first(folder) : second(folder, Number(startedAt)))
}
