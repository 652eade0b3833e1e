/**
 * The engine's verbs as the server, the CLI's tests and other domains see them. Every verb is a function
 * `verb(engine, actor, request)` in a file of its own; all of them are exported from `engine/index.ts`.
 * All times are milliseconds since 1970 UTC. All payloads are JSON text. Errors are HoldfastError with the codes of
 * `engine/errors.ts`, their messages AWS's own wording.
 */
import type { Actor } from '../access/index.ts'
import type { Diagnostic, Inspection, TrialStatus } from '../asl/index.ts'
import type { JsonText } from '../base/index.ts'
import type { runCase } from '../rehearsal/index.ts'
import type { WireRequest, WireResponse } from './resource-handler.ts'

/** `PENDING_REDRIVE`: a child of a Map Run that has failed, and will run again in the redrive that is under way. */
export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED' | 'PENDING_REDRIVE'
export type MachineType = 'STANDARD' | 'EXPRESS'
export type Tag = { readonly key: string; readonly value: string }

/** `items` in order; `cursor` continues the list, absent at its end. */
export type Page<T> = { readonly items: readonly T[]; readonly cursor?: string }
export type PageRequest = { readonly limit?: number; readonly cursor?: string }

// ---- state machines (verbs in engine/machine/)

/** Whether the revision becomes a version at once; a description needs `publish`. */
export type Publishing = { readonly publish?: boolean; readonly versionDescription?: string }

export type CreateStateMachineRequest = {
  readonly name: string
  readonly definition: string
  readonly roleArn: string
  readonly type?: MachineType
  /** Given back as they came; `loggingConfiguration` says which history goes to which log file. */
  readonly loggingConfiguration?: JsonText
  readonly tracingConfiguration?: JsonText
  readonly encryptionConfiguration?: JsonText
  readonly tags?: readonly Tag[]
  /** What its first revision is for, in the author's words. */
  readonly summary?: string
} & Publishing
/** createStateMachine(engine, actor, request) → idempotent on equal text, see spec 2.2. */
export type CreatedStateMachine = { readonly arn: string; readonly createdAt: number; readonly versionArn?: string }

export type UpdateStateMachineRequest = {
  readonly arn: string
  /** Only if this is still its revision (`INITIAL` names the first); else `machine.revision_changed`. */
  readonly expectedRevision?: string
  readonly definition?: string
  readonly roleArn?: string
  readonly loggingConfiguration?: JsonText
  readonly tracingConfiguration?: JsonText
  readonly encryptionConfiguration?: JsonText
  /** What the new revision is for, in the author's words. */
  readonly summary?: string
} & Publishing
/** Nothing changed: the current revision, whose id is absent when it is the first. */
export type UpdatedStateMachine = {
  readonly updatedAt: number
  readonly revisionId?: string
  readonly versionArn?: string
}

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
  /** Of the version that was asked for. */
  readonly description?: string
  /** Of a procedure: what it takes, as JSON Schema. */
  readonly inputSchema?: JsonText
  /** State name → names of the variables it reads (sorted). */
  readonly variableReferences: ReadonlyMap<string, readonly string[]>
  /** Of the processor of a distributed Map. */
  readonly label?: string
  readonly mapRunArn?: string
}
/** listStateMachines(engine, actor, page): by name, as AWS lists them. */
export type StateMachineSummary = {
  readonly arn: string
  readonly name: string
  readonly type: MachineType
  readonly createdAt: number
}
/** surveyStateMachines(engine, actor, page): the machines with their last change and what became of their last executions. */
export type SurveyedStateMachine = StateMachineSummary & {
  readonly revisions: number
  readonly last: RevisionSummary
  /** How many run now. */
  readonly running: number
  /** Of its last hundred executions. */
  readonly succeeded: number
  readonly failed: number
  readonly aborted: number
}
/** listRevisions(engine, actor, request): the latest first. */
export type RevisionSummary = {
  /** 1, 2, 3 … within the machine. */
  readonly number: number
  /** Absent for the first. */
  readonly revisionId?: string
  readonly createdAt: number
  /** Absent of what was made before it was kept. */
  readonly madeBy?: Pick<Actor, 'type' | 'id' | 'via'>
  readonly summary?: string
  /** Numbers of the versions it was published as. */
  readonly versions: readonly number[]
}
/** describeMachineRevision(engine, actor, request): with its text. */
export type RevisionDescription = RevisionSummary & { readonly definition: string; readonly roleArn: string }
/** rehearseMachine(engine, actor, request): a case as in a file of `asl test`, against a definition that need not be stored. */
export type RehearseRequest = {
  readonly definition: string
  readonly type?: MachineType
  readonly testCase: Parameters<typeof runCase>[0]['testCase']
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
  /** Shows in `request` what the connection of an HTTP task adds. Needs the permission for it. */
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
  /** `request` and `response` of an HTTP task that was really called. */
  readonly inspection: Inspection & { readonly request?: WireRequest; readonly response?: WireResponse }
}

// ---- versions (verbs in engine/version/): publishVersion(engine, actor, request), listVersions, deleteVersion(engine, actor, arn)

/** `revisionId`: only if this is still the machine's revision; `INITIAL` names the first. */
export type PublishRequest = { readonly arn: string; readonly revisionId?: string; readonly description?: string }
export type PublishedVersion = { readonly arn: string; readonly createdAt: number }
export type ListOfMachineRequest = PageRequest & { readonly stateMachineArn: string }
export type VersionSummary = { readonly arn: string; readonly createdAt: number; readonly description?: string }

// ---- aliases (verbs in engine/alias/): createAlias, updateAlias(engine, actor, request), describeAlias, deleteAlias(engine, actor, arn), listAliases

/** One or two versions of one machine; the weights sum up to 100. */
export type AliasRoute = { readonly versionArn: string; readonly weight: number }
export type CreateAliasRequest = {
  readonly name: string
  readonly description?: string
  readonly routing: readonly AliasRoute[]
}
export type UpdateAliasRequest = {
  readonly arn: string
  readonly description?: string
  readonly routing?: readonly AliasRoute[]
}
export type AliasSummary = { readonly arn: string; readonly createdAt: number }
export type AliasDescription = AliasSummary & {
  readonly name: string
  readonly description?: string
  readonly routing: readonly AliasRoute[]
  readonly updatedAt: number
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
  /** What it failed with; AWS leaves it out of lists. */
  readonly error?: string
  /** What it was started through. */
  readonly versionArn?: string
  readonly aliasArn?: string
  /** Absent of what cannot be redriven: express executions. */
  readonly redriveCount?: number
  readonly redrivenAt?: number
  /** Of a child of a Map Run: the run, and how many items it was given. */
  readonly mapRunArn?: string
  readonly itemCount?: number
}
/** describeExecution(engine, actor, arn). Keys are absent where AWS's are. */
export type ExecutionDescription = ExecutionSummary & {
  readonly input: JsonText
  readonly output?: JsonText
  readonly cause?: string
  readonly traceHeader?: string
  /** Why it cannot be redriven; absent when it can. */
  readonly redriveObstacle?: string
  /** A child of a Map Run that a redrive of its run's execution takes along. */
  readonly redrivableByMapRun?: true
}
/** startSyncExecution(engine, actor, request) → its end; describeExpressExecution(engine, actor, arn). */
export type ExpressDescription = ExecutionDescription

/** redriveExecution(engine, actor, request): the same token within 15 minutes answers the same redrive. */
export type RedriveRequest = { readonly executionArn: string; readonly clientToken?: string }
/** continueExecution(engine, actor, request): a redrive with another input for the state that it ended in. */
export type ContinueRequest = RedriveRequest & {
  readonly input: JsonText
  /** Id of the event that began the stay in that state; needed where the execution ended in several states at once. */
  readonly visit?: number
  /** Name of that state, where the name says it. */
  readonly state?: string
}
export type RedrivenExecution = { readonly redrivenAt: number }

export type ListExecutionsRequest = PageRequest & {
  /** Of a machine, of one of its versions, or of one of its aliases. */
  readonly stateMachineArn?: string
  /** The children of this Map Run, instead of the executions of a machine. */
  readonly mapRunArn?: string
  readonly status?: ExecutionStatus
  /** Only those that have been redriven, or only the others. */
  readonly redriven?: boolean
  /** In the name, whatever the case. */
  readonly name?: string
  /** In the error that it ended with, whatever the case. */
  readonly error?: string
  /** In the JSON text of its input, whatever the case; in the beginning of a long one. */
  readonly input?: string
  /** Milliseconds since 1970 UTC: `startedSince` ≤ start < `startedUntil`. */
  readonly startedSince?: number
  readonly startedUntil?: number
}

/**
 * `searched`: text was looked for, and only in so many of the newest (after the cursor); the new cursor goes on behind them. Absent
 * when all there are were searched, or the page is full.
 */
export type ExecutionPage = Page<ExecutionSummary> & { readonly searched?: number }

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

// ---- Map Runs (engine/map-run/): describeMapRun(engine, actor, arn), listMapRuns(engine, actor, request),
// updateMapRun(engine, actor, request)

export type MapRunStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED'

/** Of items, and of the executions that carry them out; the same unless items come in batches. */
export type MapRunCounts = {
  readonly pending: number
  readonly running: number
  readonly succeeded: number
  readonly failed: number
  readonly timedOut: number
  readonly aborted: number
  readonly total: number
  readonly resultsWritten: number
  /** Both absent where nothing has failed yet: what has failed for good, and what waits to run again. */
  readonly failuresNotRedrivable?: number
  readonly pendingRedrive?: number
}

export type MapRunSummary = {
  readonly arn: string
  readonly executionArn: string
  /** `…:stateMachine:NAME/LABEL`, the machine of its executions. */
  readonly stateMachineArn: string
  readonly startedAt: number
  readonly stoppedAt?: number
}

export type MapRunDescription = MapRunSummary & {
  readonly status: MapRunStatus
  /** 0: as many as the service lets run. */
  readonly maxConcurrency: number
  readonly toleratedFailureCount: number
  readonly toleratedFailurePercentage: number
  readonly itemCounts: MapRunCounts
  readonly executionCounts: MapRunCounts
  readonly redriveCount: number
  readonly redrivenAt?: number
  /** There may be more items than have been counted: they are still read. */
  readonly stillReading?: true
  /** Why it fails or has failed. */
  readonly error?: string
  readonly cause?: string
}

export type ListMapRunsRequest = PageRequest & { readonly executionArn: string }

export type UpdateMapRunRequest = {
  readonly mapRunArn: string
  readonly maxConcurrency?: number
  readonly toleratedFailureCount?: number
  readonly toleratedFailurePercentage?: number
}

// ---- answers from outside: sendTaskSuccess(engine, actor, {token, output}), sendTaskFailure(engine, actor, {token, error?, cause?}),
// sendTaskHeartbeat(engine, actor, {token})

/** watchExecution(engine, actor, arn, {after}, signal): calls back history as it is committed; ends with the execution. */
export type WatchRequest = { readonly executionArn: string; readonly afterEventId?: number }
