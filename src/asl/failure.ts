/** How a state fails inside the interpreter. Thrown while evaluating, caught by the step that runs the state. */
import { JsonSyntaxError } from '../base/index.ts'

export type FailureKind =
  /** A path, a field or a call that cannot be evaluated: ends the execution, nothing catches it. */
  | 'runtime'
  /** A JSONata expression: recorded as EvaluationFailed, can be retried and caught. */
  | 'evaluation'
  /** Everything else: a task's error, a Fail state, an intrinsic. */
  | 'state'

export class StateFailure extends Error {
  readonly kind: FailureKind
  readonly error: string | undefined
  readonly detail: string | undefined
  /** Whether the cause tells state and event before the detail, as interpreter errors do. */
  readonly located: boolean
  /** Field of a failed expression: `Output/values[0]`. */
  readonly location: string | undefined

  constructor(
    kind: FailureKind,
    error: string | undefined,
    detail: string | undefined,
    more: { located?: boolean; location?: string } = {},
  ) {
    super(detail ?? error ?? 'failed')
    this.kind = kind
    this.error = error
    this.detail = detail
    this.located = more.located ?? false
    this.location = more.location
  }
}

export const runtimeFailure = (detail: string): StateFailure =>
  new StateFailure('runtime', 'States.Runtime', detail, { located: true })

export const evaluationFailure = (detail: string, location: string | undefined): StateFailure =>
  new StateFailure('evaluation', 'States.QueryEvaluationError', detail, {
    located: true,
    ...(location === undefined ? {} : { location }),
  })

/** A result, output or value of a state or task is over the payload limit, in AWS's words. */
export const sizeFailure = (name: string): StateFailure =>
  limitFailure(
    `The state/task '${name}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  )

export const limitFailure = (detail: string): StateFailure =>
  new StateFailure('state', 'States.DataLimitExceeded', detail)

/**
 * What an error that was thrown while a state was evaluated means for the state; undefined when it is a defect of ours.
 * Payloads can be joined until no parser takes them (1,000 levels) or no string holds them: that ends the execution.
 */
export function failureOf(error: unknown): StateFailure | undefined {
  if (error instanceof StateFailure) return error
  if (error instanceof JsonSyntaxError) return runtimeFailure(`A value cannot be read as JSON: ${error.reason}`)
  if (error instanceof RangeError) return runtimeFailure(`A value is too large to be computed: ${error.message}`)
  return undefined
}

/** What a retrier, a catcher or the parent scope sees of a failure. */
export type ErrorOutput = {
  readonly error: string | undefined
  readonly cause: string | undefined
  /** A heartbeat timeout is reported as States.Timeout, but retriers may name it States.HeartbeatTimeout. */
  readonly alias?: string
}

/** Whether one of the names in `ErrorEquals` matches the failure (spec 1.6). */
export function matchesError(names: readonly string[], failure: ErrorOutput): boolean {
  const { error } = failure
  if (error === 'States.Runtime') return false
  return names.some((name) => {
    if (error !== undefined && (name === error || name === failure.alias)) return true
    // Recorded: AWS lets States.ALL catch States.DataLimitExceeded, whatever its documentation says.
    if (name === 'States.ALL') return true
    return name === 'States.TaskFailed' && error !== 'States.Timeout' && error !== 'States.DataLimitExceeded'
  })
}
