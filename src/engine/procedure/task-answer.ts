/** One call of a task function, from its payload to the answer. The hot path: nothing is made here that the call can do without. */
import { inspect } from 'node:util'
import type { JsonText, LogFields, Logger } from '../../base/index.ts'
import type { TaskAnswer } from '../resource-handler.ts'
import { tellMistake } from './mistake.ts'
import type { Procedure, TaskContext, TaskFunction } from './procedure.ts'

/**
 * The names under which a task function fails that threw nothing itself. They are Lambda's and Step's own, so that a Retry or
 * Catch means the same here and on AWS.
 */
export const taskErrors = {
  /** The payload names no task of the procedure. */
  unknownTask: 'TaskError',
  /** What the function returned cannot be written as JSON. */
  unprintable: 'Runtime.MarshalError',
  /** The process ended under the function. */
  processEnded: 'Runtime.ExitError',
  /** The file with the procedures does not load. */
  notLoaded: 'Runtime.ImportModuleError',
} as const

/** What a call knows of itself, for the context of the function. */
export type CallFacts = {
  readonly input: JsonText
  readonly executionArn: string
  readonly stateName: string
  readonly idempotencyKey: string
  readonly attempt: number
}

/** What a call gets from where it runs. */
export type CallWorld = { readonly now: () => number; readonly log: Logger }

/** Synchronous when the function is. A promise fulfils when the function's does, whatever the signal says meanwhile. */
export function answerTask(
  procedure: Procedure,
  facts: CallFacts,
  world: CallWorld,
  signal: AbortSignal,
): TaskAnswer | Promise<TaskAnswer> {
  const { Task, Input } = payloadOf(facts.input)
  const run = typeof Task === 'string' ? procedure.tasks.get(Task) : undefined
  if (run === undefined) return unknownTask(procedure, Task)
  return answerOf(run, Input, new CallContext(procedure.name, facts, world, signal))
}

type FailedAnswer = Extract<TaskAnswer, { kind: 'failed' }>

export function failed(error: string, cause: string): FailedAnswer {
  return { kind: 'failed', error, cause }
}

/** A call that its signal ended. The engine knows why and has decided; nobody waits for this answer. */
export function givenUp(): TaskAnswer {
  return failed('States.TaskFailed', 'The call was given up because its task had timed out or was stopped.')
}

function answerOf(run: TaskFunction, input: unknown, context: TaskContext): TaskAnswer | Promise<TaskAnswer> {
  try {
    const output = run(input, context)
    const fails = (thrown: unknown): FailedAnswer => threw(thrown, context)
    return isThenable(output) ? Promise.resolve(output).then(succeeded, fails) : succeeded(output)
  } catch (thrown) {
    return threw(thrown, context)
  }
}

function threw(thrown: unknown, context: TaskContext): FailedAnswer {
  const answer = failedBy(thrown)
  tellMistake(thrown, answer.error ?? '', context)
  return answer
}

function succeeded(output: unknown): TaskAnswer {
  try {
    // Undefined and functions have no JSON; whoever returns nothing means null.
    return { kind: 'succeeded', output: JSON.stringify(output) ?? 'null' }
  } catch (thrown) {
    const reason = failedBy(thrown).cause ?? ''
    return failed(taskErrors.unprintable, `The output cannot be written as JSON: ${reason}`)
  }
}

/** What is thrown is anybody's: its members may be of any type, and reading them may throw once more. */
function failedBy(thrown: unknown): FailedAnswer {
  try {
    const name: unknown = thrown instanceof Error ? thrown.name : undefined
    return failed(typeof name === 'string' && name !== '' ? name : 'Error', messageOf(thrown))
  } catch {
    // The failure is what counts; that it cannot say what it is, is all there is to say.
    return failed('Error', 'The function threw something that cannot be read.')
  }
}

function messageOf(thrown: unknown): string {
  const message: unknown = thrown instanceof Error ? thrown.message : thrown
  return typeof message === 'string' ? message : inspect(message)
}

function unknownTask(procedure: Procedure, task: unknown): TaskAnswer {
  const names = [...procedure.tasks.keys()].join(', ')
  const given = typeof task === 'string' ? `the task "${task}"` : 'no task'
  return failed(
    taskErrors.unknownTask,
    `The payload for the procedure ${procedure.name} names ${given}. It must be {"Task": name, "Input": …} with one of: ${names}.`,
  )
}

/** The payload is JSON, which the engine has seen to; anything but an object has neither member. */
function payloadOf(text: JsonText): { readonly Task?: unknown; readonly Input?: unknown } {
  return (JSON.parse(text) as { Task?: unknown; Input?: unknown } | null) ?? {}
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

/** Made for every call, so it only holds references; the logger is made when it is asked for. */
class CallContext implements TaskContext {
  readonly signal: AbortSignal
  readonly now: () => number
  readonly #procedure: string
  readonly #facts: CallFacts
  readonly #log: Logger

  constructor(procedure: string, facts: CallFacts, world: CallWorld, signal: AbortSignal) {
    this.signal = signal
    this.now = world.now
    this.#procedure = procedure
    this.#facts = facts
    this.#log = world.log
  }

  /**
   * `order:6f1c/12`. The engine's own key holds the execution's number, which another data folder gives to another execution:
   * whoever remembers keys outside must not take the one for the other.
   */
  get idempotencyKey(): string {
    const { executionArn, idempotencyKey } = this.#facts
    const execution = executionArn.split(':').slice(-2).join(':')
    return execution + idempotencyKey.slice(idempotencyKey.lastIndexOf('/'))
  }

  get executionArn(): string {
    return this.#facts.executionArn
  }

  get attempt(): number {
    return this.#facts.attempt
  }

  get log(): Logger {
    const { executionArn, stateName, attempt } = this.#facts
    return withFields(this.#log, { procedure: this.#procedure, executionArn, stateName, attempt })
  }
}

function withFields(log: Logger, common: LogFields): Logger {
  const tell = (level: keyof Logger) => (message: string, fields?: LogFields) =>
    log[level](message, { ...common, ...fields })
  return { debug: tell('debug'), info: tell('info'), warn: tell('warn'), error: tell('error') }
}
