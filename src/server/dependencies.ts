/** What the server is handed: the verbs it translates to, who is calling, and the world (time, chance, log). */
import type { Actor } from '../access/index.ts'
import type { SealedRecord } from '../audit/index.ts'
import type { Clock, Logger } from '../base/index.ts'
import type { Account } from '../engine/arn.ts'
import type * as engine from '../engine/contract.ts'
import type { AnswerKeeper } from './api/idempotency.ts'

type Answer<T> = T | Promise<T>

/** The engine's verbs with the engine bound. Every one may throw HoldfastError. */
export interface EngineVerbs {
  createStateMachine(actor: Actor, request: engine.CreateStateMachineRequest): Answer<engine.CreatedStateMachine>
  updateStateMachine(actor: Actor, request: engine.UpdateStateMachineRequest): Answer<engine.UpdatedStateMachine>
  deleteStateMachine(actor: Actor, arn: string): Answer<void>
  describeStateMachine(actor: Actor, arn: string): Answer<engine.StateMachineDescription>
  describeStateMachineForExecution(actor: Actor, executionArn: string): Answer<engine.StateMachineDescription>
  listStateMachines(actor: Actor, page: engine.PageRequest): Answer<engine.Page<engine.StateMachineSummary>>
  validateDefinition(actor: Actor, request: engine.ValidateRequest): Answer<engine.Validation>

  startExecution(actor: Actor, request: engine.StartExecutionRequest): Answer<engine.StartedExecution>
  stopExecution(actor: Actor, request: engine.StopRequest): Answer<engine.StoppedExecution>
  describeExecution(actor: Actor, arn: string): Answer<engine.ExecutionDescription>
  listExecutions(actor: Actor, request: engine.ListExecutionsRequest): Answer<engine.Page<engine.ExecutionSummary>>
  getExecutionHistory(actor: Actor, request: engine.HistoryRequest): Answer<engine.Page<engine.HistoryRecord>>

  /** Calls back the events after `afterEventId` as they are committed; resolves when the execution closed or the signal fired. */
  watchExecution(
    actor: Actor,
    request: engine.WatchRequest,
    onEvents: (events: readonly engine.HistoryRecord[]) => void,
    signal: AbortSignal,
  ): Promise<void>

  sendTaskSuccess(actor: Actor, request: { readonly token: string; readonly output: string }): Answer<void>
  sendTaskFailure(
    actor: Actor,
    request: { readonly token: string; readonly error?: string; readonly cause?: string },
  ): Answer<void>
  sendTaskHeartbeat(actor: Actor, request: { readonly token: string }): Answer<void>

  createActivity(
    actor: Actor,
    request: { readonly name: string; readonly tags?: readonly engine.Tag[] },
  ): Answer<{ readonly arn: string; readonly createdAt: number }>
  deleteActivity(actor: Actor, arn: string): Answer<void>
  describeActivity(actor: Actor, arn: string): Answer<engine.ActivityDescription>
  listActivities(actor: Actor, page: engine.PageRequest): Answer<engine.Page<engine.ActivityDescription>>
  /** Waits until there is a task or the signal fires; then answers undefined. */
  getActivityTask(
    actor: Actor,
    request: { readonly arn: string; readonly workerName?: string },
    signal: AbortSignal,
  ): Promise<engine.ActivityTask | undefined>

  tagResource(actor: Actor, request: { readonly arn: string; readonly tags: readonly engine.Tag[] }): Answer<void>
  untagResource(actor: Actor, request: { readonly arn: string; readonly keys: readonly string[] }): Answer<void>
  listTags(actor: Actor, arn: string): Answer<readonly engine.Tag[]>
}

/** What is asked of the trail: each member that is given must match. */
export type TrailFilter = {
  readonly action?: string
  readonly actorId?: string
  readonly subjectId?: string
  readonly execution?: string
  /** Milliseconds since 1970 UTC, inclusive. */
  readonly since?: number
  readonly until?: number
}
/** Sequence numbers, inclusive. */
export type TrailRange = { readonly from?: number; readonly to?: number }
export type TrailVerification = {
  readonly ok: boolean
  /** Records walked. */
  readonly checked: number
  /** Where the chain breaks first, and how. */
  readonly broken?: { readonly seq: number; readonly reason: string }
  /** Records that are committed but not sealed yet. */
  readonly unsealed: number
  readonly head?: { readonly seq: number; readonly hash: string }
}

/** The trail's verbs with the trail bound. */
export interface TrailVerbs {
  query(actor: Actor, request: TrailFilter & engine.PageRequest): Answer<engine.Page<SealedRecord>>
  verify(actor: Actor, range: TrailRange): Answer<TrailVerification>
  /** JSON lines, without line ends. */
  exportLines(actor: Actor, range: TrailRange): Answer<Iterable<string> | AsyncIterable<string>>
}

/** How the process is doing. */
export type Health = {
  /** `ready`: takes work; `full`: the disk or a quota refuses new work; `closing`. */
  readonly status: 'ready' | 'full' | 'closing'
  /** What is wrong and what to do about it, when something is. */
  readonly reason?: string
}

export interface Platform {
  readonly version: string
  readonly startedAt: number
  readonly account: Account
  health(): Health
  /** Begins an orderly stop and returns; the server is closed by it. @throws HoldfastError when the actor may not */
  stop(actor: Actor): Answer<void>
}

export type ServerDependencies = {
  readonly verbs: EngineVerbs
  readonly trail: TrailVerbs
  readonly platform: Platform
  /** Answers to writes with an Idempotency-Key. */
  readonly answers: AnswerKeeper
  /**
   * The actor a bearer token stands for; undefined when none was sent (accepted only with `--auth none`).
   * @throws HoldfastError of kind `unauthenticated`
   */
  readonly authenticate: (token: string | undefined) => Answer<Actor>
  readonly clock: Clock
  readonly logger: Logger
  /** A new id for each request, told to the caller and written with every log line about it. */
  readonly newRequestId: () => string
}
