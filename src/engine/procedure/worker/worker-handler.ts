/**
 * A user's procedures. Their file is code of somebody else's: it is only ever loaded in worker processes, which can be killed.
 *
 * Calls share a process (task functions mostly wait), so a function that ends its process, or blocks it until it is killed, fails
 * the other calls in it too, with Runtime.ExitError: the one error that every task should be ready to retry.
 */
import type { Clock, JsonText, Logger } from '../../../base/index.ts'
import type { Account } from '../../arn.ts'
import type { ResourceHandler } from '../../resource-handler.ts'
import { functionArnOf } from '../definition.ts'
import { badInput, procedureMissing, workerUnavailable } from '../errors.ts'
import { failed, taskErrors } from '../task-answer.ts'
import type { ProcedureSummary } from './protocol.ts'
import { WorkerPool } from './worker-pool.ts'

export type WorkerHandlerOptions = {
  readonly account: Account
  readonly clock: Clock
  /** Gets what task functions log, and what they print. */
  readonly log: Logger
  /** The whole environment of the processes. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** 2 by default. */
  readonly processes?: number
  /** How many calls run in one process at once: 16 by default; more wait. */
  readonly callsPerProcess?: number
  /** How long the file may take to load: a minute by default, for a machine that has much else to do. */
  readonly startMs?: number
  /** How long a task function may go on after it was told to stop: 2 s by default. */
  readonly graceMs?: number
  /** Heap of one process: 512 by default. */
  readonly memoryMb?: number
}

export type WorkerHandler = ResourceHandler & {
  /**
   * Loads the file and gives what it holds; before that, `handles` knows none of its procedures. Call it at start, and do not
   * start without it: their tasks would go to AWS.
   *
   * @throws HoldfastError procedure.config
   */
  load(): Promise<readonly ProcedureSummary[]>
  /** @throws HoldfastError procedure.input, procedure.missing, procedure.unavailable */
  checkInput(procedure: string, input: JsonText): Promise<void>
  /** Kills the processes; calls under way fail. Fulfilled when they are gone. */
  close(): Promise<void>
}

const defaults = { processes: 2, callsPerProcess: 16, startMs: 60_000, graceMs: 2000, memoryMb: 512 }

/** @param configPath absolute path of the module that exports `procedures` */
export function workerHandler(configPath: string, options: WorkerHandlerOptions): WorkerHandler {
  const settings = { ...defaults, ...options, configPath }
  const pool = new WorkerPool(settings)
  const byArn = new Map<string, string>()
  return {
    handles: (resource) => resource.kind === 'lambda' && byArn.has(resource.arn),
    async load() {
      const procedures = await pool.load()
      byArn.clear()
      for (const { name } of procedures) byArn.set(functionArnOf(name, options.account), name)
      return procedures
    },
    async call(call, signal) {
      const procedure = byArn.get(call.resource.arn)
      if (procedure === undefined) return failed(taskErrors.unknownTask, `${call.resource.arn} is no procedure.`)
      const { input, executionArn, stateName, idempotencyKey, attempt } = call
      const facts = { input, executionArn, stateName, idempotencyKey, attempt }
      const reply = await pool.ask(() => ({ kind: 'call', procedure, facts, nowMs: options.clock.now() }), signal)
      return reply.kind === 'answer'
        ? reply.answer
        : failed(taskErrors.processEnded, 'The worker answered something else.')
    },
    async checkInput(procedure, input) {
      if (![...byArn.values()].includes(procedure)) throw procedureMissing(procedure, [...byArn.values()])
      const problems = await checked(pool, settings, { procedure, input })
      if (problems.length > 0) throw badInput(procedure, problems)
    },
    close: () => pool.close(),
  }
}

/** A schema may hold code of the user's as well, so it has no longer than the file had to load. */
async function checked(
  pool: WorkerPool,
  { clock, startMs }: { readonly clock: Clock; readonly startMs: number },
  question: { readonly procedure: string; readonly input: JsonText },
) {
  const late = new AbortController()
  const cancel = clock.alarm(clock.now() + startMs, () => late.abort())
  const reply = await pool.ask(() => ({ kind: 'check', ...question }), late.signal)
  cancel()
  if (reply.kind === 'checked') return reply.problems
  throw workerUnavailable(
    reply.answer.kind === 'failed' ? (reply.answer.cause ?? '') : 'The worker answered something else.',
  )
}
