/** The worker process: loads a user's procedures and calls their task functions when the engine asks. */
import { inspect } from 'node:util'
import { Worker } from 'node:worker_threads'
import { HoldfastError, type JsonText, type LogFields, type Logger } from '../../../base/index.ts'
import { procedureSummary } from '../summary.ts'
import type { InputProblem } from '../errors.ts'
import { inputProblems } from '../input.ts'
import type { Procedure } from '../procedure.ts'
import { answerTask, failed, taskErrors } from '../task-answer.ts'
import { loadProcedures } from './load-config.ts'
import type { FromWorker, Request, ToWorker, WorkerSetup } from './protocol.ts'

const setup = readSetup(process.argv[2])
const calls = new Map<number, AbortController>()
const log: Logger = { debug: tell('debug'), info: tell('info'), warn: tell('warn'), error: tell('error') }

// A terminal sends its Ctrl-C to the whole group: when to end is the engine's to say.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
process.on('disconnect', () => process.exit(0))
new Worker(new URL('watchdog.ts', import.meta.url)).unref()

const loading = loadProcedures(setup.configPath)
process.on('message', (message: ToWorker) => receive(message))
await announce()

async function announce(): Promise<void> {
  try {
    const procedures = [...(await loading).values()]
    send({
      kind: 'ready',
      procedures: procedures.map((procedure) => procedureSummary(procedure, setup.account)),
    })
  } catch (error) {
    send({ kind: 'broken', reason: reasonOf(error) })
    process.disconnect?.()
  }
}

function receive(message: ToWorker): void {
  if (message.kind === 'abort') {
    calls.get(message.id)?.abort()
    send({ kind: 'aborting', id: message.id })
    return
  }
  // When loading has failed, `announce` has said so and the process is about to end.
  void loading.then(
    (procedures) => answer(procedures, message),
    () => {},
  )
}

async function answer(procedures: ReadonlyMap<string, Procedure>, request: Request & { id: number }): Promise<void> {
  const procedure = procedures.get(request.procedure)
  const { id } = request
  if (request.kind === 'check') {
    send({ kind: 'checked', id, problems: [...problemsOf(procedure, request.input)] })
    return
  }
  if (procedure === undefined) {
    const cause = `The procedure "${request.procedure}" is no longer in ${setup.configPath}.`
    send({ kind: 'answer', id, answer: failed(taskErrors.unknownTask, cause) })
    return
  }
  const controller = new AbortController()
  calls.set(id, controller)
  const world = { now: clockFrom(request.nowMs), log }
  send({ kind: 'answer', id, answer: await answerTask(procedure, request.facts, world, controller.signal) })
  calls.delete(id)
}

function problemsOf(procedure: Procedure | undefined, input: JsonText): readonly InputProblem[] {
  if (procedure === undefined) return [{ place: '/', message: `the procedure is no longer in ${setup.configPath}` }]
  try {
    return inputProblems(procedure, input)
  } catch (error) {
    // A refinement of the user's that throws must not take the process with it.
    return [{ place: '/', message: `the schema could not check it: ${reasonOf(error)}` }]
  }
}

/** The engine's clock, carried on: it may not be the machine's. */
function clockFrom(nowMs: number): () => number {
  const offset = nowMs - performance.now()
  return () => Math.round(offset + performance.now())
}

function tell(level: keyof Logger) {
  return (message: string, fields: LogFields = {}) => send({ kind: 'log', level, message, fields: printable(fields) })
}

/** A line that cannot be sent must not fail the task that wrote it. */
function printable(fields: LogFields): Record<string, unknown> {
  try {
    JSON.stringify(fields)
    return fields
  } catch {
    // A circle or a bigint: shown as text instead.
    return { fields: inspect(fields) }
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof HoldfastError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

function send(message: FromWorker): void {
  // Without a channel the engine is gone, and 'disconnect' ends the process.
  if (process.connected) process.send?.(message)
}

/** The engine wrote it, with `WorkerSetup` for its type. */
function readSetup(text: string | undefined): WorkerSetup {
  return JSON.parse(text ?? '') as WorkerSetup
}
