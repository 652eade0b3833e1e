/** How a state fails inside the interpreter. Thrown while evaluating, caught by the step that runs the state. */

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

/** What a retrier, a catcher or the parent scope sees of a failure. */
export type ErrorOutput = {
  readonly error: string | undefined
  readonly cause: string | undefined
  /** A heartbeat timeout is reported as States.Timeout, but retriers may name it States.HeartbeatTimeout. */
  readonly alias?: string
}

/** Whether one of the names in `ErrorEquals` matches the failure (spec 1.6). */
export function matchesError(names: readonly string[], failure: ErrorOutput): boolean {
  const error = failure.error ?? ''
  if (error === 'States.Runtime') return false
  return names.some((name) => {
    if (name === error || name === failure.alias) return true
    // Recorded: AWS lets States.ALL catch States.DataLimitExceeded, whatever its documentation says.
    if (name === 'States.ALL') return true
    return name === 'States.TaskFailed' && error !== 'States.Timeout' && error !== 'States.DataLimitExceeded'
  })
}
