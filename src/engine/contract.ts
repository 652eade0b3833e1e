/**
 * The engine's verbs as the server, the CLI's tests and other domains see them. Every verb is a function
 * `verb(engine, actor, request)` in a file of its own; all of them are exported from `engine/index.ts`.
 * All times are milliseconds since 1970 UTC. All payloads are JSON text. Errors are HoldfastError with the codes of
 * `engine/errors.ts`, their messages AWS's own wording.
 */
import type { Diagnostic, Inspection, TrialStatus } from '../asl/index.ts'
import type { JsonText } from '../base/index.ts'

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED'
export type MachineType = 'STANDARD' | 'EXPRESS'
export type Tag = { readonly key: string; readonly value: string }

/** `items` in order; `cursor` continues the list, absent at its end. */
export type Page<T> = { readonly items: readonly T[]; readonly cursor?: string }
export type PageRequest = { readonly limit?: number; readonly cursor?: string }

// ---- state machines (verbs in engine/machine/)

export type CreateStateMachineRequest = {
  readonly name: string
  readonly definition: string
  readonly roleArn: string
  readonly type?: MachineType
  /** Stored and given back as they came; only the issue on the complete engine acts on them. */
  readonly loggingConfiguration?: JsonText
  readonly tracingConfiguration?: JsonText
  readonly encryptionConfiguration?: JsonText
  readonly tags?: readonly Tag[]
}
/** createStateMachine(engine, actor, request) → idempotent on equal text, see spec 2.2. */
export type CreatedStateMachine = { readonly arn: string; readonly createdAt: number }

export type UpdateStateMachineRequest = {
  readonly arn: string
  /** Only if this is still its revision (`INITIAL` names the first); else `machine.revision_changed`. */
  readonly expectedRevision?: string
  readonly definition?: string
  readonly roleArn?: string
  readonly loggingConfiguration?: JsonText
  readonly tracingConfiguration?: JsonText
  readonly encryptionConfiguration?: JsonText
}
/** Nothing changed: the current revision, whose id is absent when it is the first. */
export type UpdatedStateMachine = { readonly updatedAt: number; readonly revisionId?: string }

/** describeStateMachine(engine, actor, arn) and describeStateMachineForExecution(engine, actor, executionArn). */
export type StateMachineDescription = {
  readonly arn: string
  readonly name: string
  readonly status: 'ACTIVE' | 'DELETING'
  readonly definition: string
  readonly roleArn: string
  readonly type: MachineType
  readonly createdAt: number
  readonly updatedAt: number
  readonly loggingConfiguration?: JsonText
  readonly tracingConfiguration?: JsonText
  readonly encryptionConfiguration?: JsonText
  /** Absent for the first revision. */
  readonly revisionId?: string
  /** State name → names of the variables it reads (sorted). */
  readonly variableReferences: ReadonlyMap<string, readonly string[]>
}
/** listStateMachines(engine, actor, page): by name, as AWS lists them. */
export type StateMachineSummary = {
  readonly arn: string
  readonly name: string
  readonly type: MachineType
  readonly createdAt: number
}
/** validateDefinition(engine, actor, request): the checker behind a verb. */
export type ValidateRequest = {
  readonly definition: string
  readonly type?: MachineType
  readonly severity?: 'ERROR' | 'WARNING'
  readonly limit?: number
}
export type Validation = {
  readonly ok: boolean
  readonly diagnostics: readonly Diagnostic[]
  readonly truncated: boolean
}
// deleteStateMachine(engine, actor, arn) → void

// ---- tests of single states (engine/trial/)

/** testState(engine, actor, request): a state, or with `stateName` one of a whole machine. Texts of JSON, as AWS takes them. */
export type TestStateRequest = {
  readonly definition: string
  readonly stateName?: string
  readonly roleArn?: string
  readonly input?: string
  readonly variables?: string
  readonly context?: string
  readonly revealSecrets?: boolean
  /** What its task, branches or iterations are taken to come to: one of both. */
  readonly mock?: {
    readonly result?: string
    readonly errorOutput?: { readonly error?: string; readonly cause?: string }
    /** How the result is compared with the API that the resource calls. Default STRICT. */
    readonly fieldValidationMode?: 'STRICT' | 'PRESENT' | 'NONE'
  }
  readonly stateConfiguration?: {
    readonly retrierRetryCount?: number
    readonly errorCausedByState?: string
    readonly mapIterationFailureCount?: number
    readonly mapItemReaderData?: string
  }
}
export type TestedState = {
  readonly status: TrialStatus
  readonly output?: JsonText
  readonly error?: string
  readonly cause?: string
  readonly nextState?: string
  readonly inspection: Inspection
}

// ---- activities (engine/activity/): createActivity(engine, actor, {name, tags}), deleteActivity, describeActivity,
// listActivities, getActivityTask(engine, actor, {arn, workerName}, signal)
export type ActivityDescription = { readonly arn: string; readonly name: string; readonly createdAt: number }
export type ActivityTask = { readonly token: string; readonly input: JsonText }

// ---- tags (engine/tag/): tagResource(engine, actor, {arn, tags}), untagResource(engine, actor, {arn, keys}), listTags(engine, actor, arn)

// ---- executions (engine/execution/)

export type StartExecutionRequest = {
  readonly stateMachineArn: string
  readonly name?: string
  readonly input?: string
  readonly traceHeader?: string
}
export type StartedExecution = { readonly executionArn: string; readonly startedAt: number }

export type ExecutionSummary = {
  readonly arn: string
  readonly stateMachineArn: string
  readonly name: string
  readonly status: ExecutionStatus
  readonly startedAt: number
  readonly stoppedAt?: number
}
/** describeExecution(engine, actor, arn). Keys are absent where AWS's are. */
export type ExecutionDescription = ExecutionSummary & {
  readonly input: JsonText
  readonly output?: JsonText
  readonly error?: string
  readonly cause?: string
  readonly traceHeader?: string
}
/** startSyncExecution(engine, actor, request) → its end; describeExpressExecution(engine, actor, arn). */
export type ExpressDescription = ExecutionDescription
export type ListExecutionsRequest = PageRequest & {
  readonly stateMachineArn?: string
  readonly status?: ExecutionStatus
}

/** One history event in AWS's shape: `details` are the members of `<type>EventDetails`, absent where AWS has none. */
export type HistoryRecord = {
  readonly id: number
  readonly previousEventId: number
  readonly type: string
  readonly timestamp: number
  readonly detailsKey?: string
  readonly details?: Readonly<Record<string, unknown>>
}
/** getExecutionHistory(engine, actor, request) */
export type HistoryRequest = PageRequest & {
  readonly executionArn: string
  readonly reverse?: boolean
}
/** stopExecution(engine, actor, request) → when it stopped; an execution that is closed already answers its own stop time. */
export type StopRequest = { readonly executionArn: string; readonly error?: string; readonly cause?: string }
export type StoppedExecution = { readonly stoppedAt: number }

// ---- answers from outside: sendTaskSuccess(engine, actor, {token, output}), sendTaskFailure(engine, actor, {token, error?, cause?}),
// sendTaskHeartbeat(engine, actor, {token})

/** watchExecution(engine, actor, arn, {after}, signal): calls back history as it is committed; ends with the execution. */
export type WatchRequest = { readonly executionArn: string; readonly afterEventId?: number }
