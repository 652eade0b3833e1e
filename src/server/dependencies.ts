/** What the server is handed: the verbs it translates to, who is calling, and the world (time, chance, log). */
import type { Actor, AwsKeyHolder } from '../access/index.ts'
import type { News, Refusal, TrailPage, TrailQuery, TrailRange, Verification } from '../audit/index.ts'
import type { Clock, Logger } from '../base/index.ts'
import type { ListedConnection, NewConnection } from '../connection/index.ts'
import type * as engine from '../engine/index.ts'
import type { CaseResult } from '../rehearsal/index.ts'
import type { AnswerKeeper } from './api/idempotency.ts'
import type { HostVerbs } from './host-verbs.ts'
import type { DeployVerbs } from './deploy-verbs.ts'
import type { IdentityVerbs } from './identity-verbs.ts'
import type { PeopleVerbs } from './people-verbs.ts'
import type { SessionVerbs } from './session-verbs.ts'
import type { TokenVerbs } from './token-verbs.ts'

type Answer<T> = T | Promise<T>

/** The engine's verbs with the engine bound. Every one may throw HoldfastError. */
export interface EngineVerbs {
  createStateMachine(actor: Actor, request: engine.CreateStateMachineRequest): Answer<engine.CreatedStateMachine>
  updateStateMachine(actor: Actor, request: engine.UpdateStateMachineRequest): Answer<engine.UpdatedStateMachine>
  deleteStateMachine(actor: Actor, arn: string): Answer<void>
  describeStateMachine(actor: Actor, arn: string): Answer<engine.StateMachineDescription>
  describeStateMachineForExecution(actor: Actor, executionArn: string): Answer<engine.StateMachineDescription>
  listStateMachines(actor: Actor, page: engine.PageRequest): Answer<engine.Page<engine.StateMachineSummary>>
  surveyStateMachines(actor: Actor, page: engine.PageRequest): Answer<engine.Page<engine.SurveyedStateMachine>>
  listRevisions(actor: Actor, request: engine.ListOfMachineRequest): Answer<engine.Page<engine.RevisionSummary>>
  describeMachineRevision(
    actor: Actor,
    request: { readonly stateMachineArn: string; readonly revisionId: string },
  ): Answer<engine.RevisionDescription>
  rehearseMachine(actor: Actor, request: engine.RehearseRequest): Answer<CaseResult>
  validateDefinition(actor: Actor, request: engine.ValidateRequest): Answer<engine.Validation>
  testState(actor: Actor, request: engine.TestStateRequest): Answer<engine.TestedState>

  publishVersion(actor: Actor, request: engine.PublishRequest): Answer<engine.PublishedVersion>
  listVersions(actor: Actor, request: engine.ListOfMachineRequest): Answer<engine.Page<engine.VersionSummary>>
  deleteVersion(actor: Actor, arn: string): Answer<void>
  createAlias(actor: Actor, request: engine.CreateAliasRequest): Answer<engine.AliasSummary>
  updateAlias(actor: Actor, request: engine.UpdateAliasRequest): Answer<{ readonly updatedAt: number }>
  describeAlias(actor: Actor, arn: string): Answer<engine.AliasDescription>
  listAliases(actor: Actor, request: engine.ListOfMachineRequest): Answer<engine.Page<engine.AliasSummary>>
  deleteAlias(actor: Actor, arn: string): Answer<void>

  startExecution(actor: Actor, request: engine.StartExecutionRequest): Answer<engine.StartedExecution>
  /** Runs an express machine; answers with its end, which may take five minutes. */
  startSyncExecution(actor: Actor, request: engine.StartExecutionRequest): Answer<engine.ExpressDescription>
  listExpressExecutions(
    actor: Actor,
    request: engine.ListExecutionsRequest,
  ): Answer<engine.Page<engine.ExecutionSummary>>
  describeExpressExecution(actor: Actor, arn: string): Answer<engine.ExpressDescription>
  stopExecution(actor: Actor, request: engine.StopRequest): Answer<engine.StoppedExecution>
  redriveExecution(actor: Actor, request: engine.RedriveRequest): Answer<engine.RedrivenExecution>
  continueExecution(actor: Actor, request: engine.ContinueRequest): Answer<engine.RedrivenExecution>
  describeExecution(actor: Actor, arn: string): Answer<engine.ExecutionDescription>
  listExecutions(actor: Actor, request: engine.ListExecutionsRequest): Answer<engine.ExecutionPage>
  getExecutionHistory(actor: Actor, request: engine.HistoryRequest): Answer<engine.Page<engine.HistoryRecord>>

  describeMapRun(actor: Actor, arn: string): Answer<engine.MapRunDescription>
  listMapRuns(actor: Actor, request: engine.ListMapRunsRequest): Answer<engine.Page<engine.MapRunSummary>>
  updateMapRun(actor: Actor, request: engine.UpdateMapRunRequest): Answer<void>

  /** The events after `afterEventId`, then each as it is committed, until the execution closed or the signal fired. */
  watchExecution(
    actor: Actor,
    request: engine.WatchRequest,
    signal: AbortSignal,
  ): AsyncIterable<readonly engine.HistoryRecord[]>

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
  /** Waits for a task up to a minute; undefined when none came or the signal fired. */
  getActivityTask(
    actor: Actor,
    request: { readonly arn: string; readonly workerName?: string },
    signal: AbortSignal,
  ): Promise<engine.ActivityTask | undefined>

  tagResource(actor: Actor, request: { readonly arn: string; readonly tags: readonly engine.Tag[] }): Answer<void>
  untagResource(actor: Actor, request: { readonly arn: string; readonly keys: readonly string[] }): Answer<void>
  listTags(actor: Actor, arn: string): Answer<readonly engine.Tag[]>
}

/** The verbs of connections with their book bound. */
export interface ConnectionVerbs {
  addConnection(actor: Actor, request: NewConnection): Promise<ListedConnection>
  listConnections(actor: Actor): Answer<readonly ListedConnection[]>
  removeConnection(actor: Actor, name: string): Promise<void>
}

/** Of the trail: what is read from outside. Who may is asked before, by the route. */
export interface TrailReader {
  query(query: TrailQuery): TrailPage
  verify(range?: TrailRange): Promise<Verification>
  /** JSON lines, oldest first, then what proves them. */
  exportWithProof(range?: TrailRange): AsyncIterable<string>
}

/** What was acted on, as it happens. */
export interface TrailNewsReader {
  /** The last sealed record. */
  readonly through: number
  /** Returns how to stop it. */
  listen(listener: (news: News) => void): () => void
}

/** How the process is doing. */
export type Health = {
  /** `ready`: takes work; `full`: the disk or a quota refuses new work; `closing`. */
  readonly status: 'ready' | 'full' | 'closing'
  /** What is wrong and what to do about it, when something is. */
  readonly reason?: string
}

/** What a new sealing key has brought about. */
export type RotatedKeys = {
  readonly key: string
  readonly sealed: number
  /** Whose key was lost before: these stay as they are. */
  readonly unreadable: number
  readonly dropped: readonly string[]
}

export interface Platform {
  readonly version: string
  readonly startedAt: number
  readonly account: engine.Account
  health(): Health
  /** Shows who holds connection.json's key that it is this server. */
  prove(challenge: string): string
  /** Begins an orderly stop, which closes the server too, and returns. Who may is asked before, by the route. */
  stop(actor: Actor): Answer<void>
  /** @throws HoldfastError access.forbidden, app.other_nodes */
  rotateKeys(actor: Actor): Promise<RotatedKeys>
}

/** What is counted, and what it is told. */
export interface MetricsPort {
  readonly contentType: string
  text(): Promise<string>
  /** A request was answered: the pattern of its route, or the action of the wire API. */
  answered(facts: {
    readonly method: string
    readonly route: string
    readonly status: number
    readonly ms: number
  }): void
}

export type ServerDependencies = {
  readonly verbs: EngineVerbs
  readonly deploys: DeployVerbs
  readonly hosts: HostVerbs
  readonly connections: ConnectionVerbs
  readonly trail: TrailReader
  readonly news: TrailNewsReader
  readonly sessions: SessionVerbs
  readonly people: PeopleVerbs
  readonly tokens: TokenVerbs
  readonly identity: IdentityVerbs
  /** Folder with the built console; undefined: none is served. */
  readonly consoleFolder: string | undefined
  readonly platform: Platform
  readonly metrics: MetricsPort
  /** Answers to writes with an Idempotency-Key. */
  readonly answers: AnswerKeeper
  /**
   * The actor a bearer token stands for; undefined when none was sent (accepted only with `--auth none`).
   * @throws HoldfastError of kind `unauthenticated`
   */
  readonly authenticate: (token: string | undefined) => Answer<Actor>
  /**
   * Whose a key for AWS's tools is, with the secret that signatures are checked by; undefined: nobody's any more. Without this,
   * nobody is asked who they are, and signatures are not looked at.
   */
  readonly findAwsKey?: (accessKeyId: string) => AwsKeyHolder | undefined
  /** What is refused, for the trail. It neither waits nor fails. */
  readonly noteRefusal: (refusal: Refusal) => void
  readonly clock: Clock
  /** Milliseconds that only grow, with fractions. */
  readonly elapsed: () => number
  readonly logger: Logger
  /** A new id for each request, told to the caller and written with every log line about it. */
  readonly newRequestId: () => string
}
