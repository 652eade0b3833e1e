/** A procedure: a state machine, the task functions its states call, and the schema of its input. */
import { z } from 'zod'
import type { Logger } from '../../base/index.ts'
import { expandMachine } from './definition.ts'
import { badName } from './errors.ts'
import type { CheckedMachine, Scope } from './machine-types.ts'

/** What a task function gets besides its input. */
export type TaskContext = {
  /** Aborted when the task times out or its execution is stopped: pass it on to whatever takes one. */
  readonly signal: AbortSignal
  /** The same for every retry of one visit to the state, and never for another: give it to whoever must not do a thing twice. */
  readonly idempotencyKey: string
  readonly executionArn: string
  /** 0 for the first. */
  readonly attempt: number
  /** Milliseconds since 1970 UTC, by the engine's clock. */
  readonly now: () => number
  /** Lines carry the procedure, task, execution and attempt. */
  readonly log: Logger
}

/**
 * Its output (or what its promise gives) is the state's result, as JSON; undefined counts as null. What it throws fails the
 * task: the error's `name` is the name that Retry and Catch match, its `message` the cause.
 *
 * An input that the author annotates is believed (methods compare parameters both ways, hence the shape); `task(schema, run)`
 * checks it.
 */
export type TaskFunction = { run(input: unknown, context: TaskContext): unknown }['run']

/** Fails a task with any error name. */
export class TaskFailure extends Error {
  constructor(error: string, cause = '', options?: ErrorOptions) {
    super(cause, options)
    this.name = error
  }
}

/** Known across copies of this module, for a user's procedures may come from another one. */
const mark: unique symbol = Symbol.for('holdfast.procedure')

export type Procedure<Schema extends z.ZodType = z.ZodType> = {
  readonly name: string
  readonly input: Schema
  readonly machine: Scope
  readonly tasks: ReadonlyMap<string, TaskFunction>
  readonly [mark]: true
}

export type ProcedureParts<Schema extends z.ZodType, Machine, Tasks extends string> = {
  /** Also the name of its Lambda function on AWS. */
  readonly name: string
  /** Checked when an execution is started. Must be synchronous. */
  readonly input: Schema
  readonly machine: Machine & CheckedMachine<Machine, NoInfer<Tasks>>
  /**
   * By name, as states call them: `Resource: 'task:name'`. A function gets the effective input of its state, or what the state's
   * Parameters (Arguments) make of it.
   */
  readonly tasks: { readonly [Name in Tasks]: TaskFunction }
}

/** @throws HoldfastError procedure.name, procedure.task_missing */
export function procedure<Schema extends z.ZodType, const Machine extends Scope, Tasks extends string>(
  parts: ProcedureParts<Schema, Machine, Tasks>,
): Procedure<Schema> {
  const { name, input, machine } = parts
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) throw badName(name)
  const tasks = new Map(Object.entries<TaskFunction>(parts.tasks))
  // A JavaScript author has no compiler to say that a task is missing.
  expandMachine(machine, { functionArn: '', tasks: [...tasks.keys()] })
  return { name, input, machine, tasks, [mark]: true }
}

/** Whether a value was made by `procedure()`. */
export function isProcedure(value: unknown): value is Procedure {
  return typeof value === 'object' && value !== null && mark in value
}

/** A task function whose input is checked: what does not fit fails the task with InputError. */
export function task<Schema extends z.ZodType>(
  schema: Schema,
  run: (input: z.output<Schema>, context: TaskContext) => unknown,
): TaskFunction {
  return (input, context) => {
    const parsed = schema.safeParse(input)
    if (!parsed.success) throw new TaskFailure('InputError', z.prettifyError(parsed.error))
    return run(parsed.data, context)
  }
}
