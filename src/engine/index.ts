/**
 * engine: durable executions: state machines kept, started, carried out and looked at.
 * Words: work (what the one writer is asked), batch (one transaction of it), chunk (one step as a row), live (an execution in memory),
 * handler (what carries a task out), token (names one attempt of one task).
 * It does not know HTTP or AWS's clients: those come in as handlers, and the server calls the verbs.
 */
export { createActivity } from './activity/create.ts'
export { deleteActivity } from './activity/delete.ts'
export { describeActivity } from './activity/describe.ts'
export { listActivities } from './activity/list.ts'
export {
  type Account,
  activityArn,
  executionArn,
  parseArn,
  parseExecutionArn,
  parseMapRunArn,
  parseStateMachineArn,
  qualifiedArn,
  stateMachineArn,
} from './arn.ts'
export type * from './contract.ts'
export { type Hint, type Hints, localHints } from './node/hints.ts'
export type { NodeOptions } from './node/node.ts'
export { awsLimits, createEngine, embeddedLimits, type Engine, type EngineOptions } from './engine.ts'
export * from './errors.ts'
export { describeExecution, describeStateMachineForExecution } from './execution/describe.ts'
export { getExecutionHistory } from './execution/history.ts'
export { listExecutions } from './execution/list.ts'
export { startExecution } from './execution/start.ts'
export { billingOf, expressMachine } from './express/express.ts'
export { describeExpressExecution, listExpressExecutions } from './express/read.ts'
export { startSyncExecution } from './express/start-sync.ts'
export { stopExecution } from './execution/stop.ts'
export { watchExecution } from './execution/watch.ts'
export { continueExecution } from './execution/continue.ts'
export { redriveExecution } from './execution/redrive.ts'
export { createAlias } from './alias/create.ts'
export { deleteAlias } from './alias/delete.ts'
export { describeAlias } from './alias/describe.ts'
export { listAliases } from './alias/list.ts'
export { updateAlias } from './alias/update.ts'
export { createStateMachine } from './machine/create.ts'
export { deleteStateMachine } from './machine/delete.ts'
export { describeStateMachine } from './machine/describe.ts'
export { listStateMachines } from './machine/list.ts'
export { rehearseMachine } from './machine/rehearse.ts'
export { surveyStateMachines } from './machine/survey.ts'
export { updateStateMachine } from './machine/update.ts'
export { validateDefinition } from './machine/validate.ts'
export { type DigestVerification, verifyDigest } from './history/digest.ts'
export type { HistoryLog } from './history/log.ts'
export {
  type Divergence,
  type Replay,
  type ReplayedStep,
  replayExecution,
  type ReplayPlace,
  replaySteps,
} from './history/replay.ts'
export { describeMapRun } from './map-run/describe.ts'
export { listMapRuns } from './map-run/list.ts'
export {
  type Bucket,
  type ListedObject,
  type Listing,
  objectChanged,
  type ObjectBody,
  ObjectFailure,
  type ObjectPlace,
  type ObjectStore,
} from './map-run/object-store.ts'
export { updateMapRun } from './map-run/update.ts'
export type {
  BatchFacts,
  CallOutcome,
  CallSpan,
  ClosedExecution,
  EngineObserver,
  EngineTracer,
  SlowFacts,
  TracedExecution,
} from './observer.ts'
export type { TraceContext } from './trace-context.ts'
export type {
  ResourceHandler,
  TaskAnswer,
  TaskCall,
  WireInspector,
  WireRequest,
  WireResponse,
} from './resource-handler.ts'
export { type Pruned, pruneExecutions, type PruneRequest, type RetentionSettings } from './retention.ts'
export type { EngineExpressions, EngineLimits } from './run/core.ts'
export { describeMachineRevision } from './revision/describe.ts'
export { listRevisions } from './revision/list.ts'
export { listTags } from './tag/list.ts'
export { tagResource } from './tag/add.ts'
export { untagResource } from './tag/remove.ts'
export { getActivityTask } from './task/activity.ts'
export { sendTaskFailure, sendTaskHeartbeat, sendTaskSuccess } from './task/answer.ts'
export { decideTrial, type MockCheck, type PlannedTrial, type TrialRules } from './trial/decide.ts'
export { runTrial, type TrialPlace } from './trial/run.ts'
export { testState } from './trial/test-state.ts'
export { deleteVersion } from './version/delete.ts'
export { listVersions } from './version/list.ts'
export { publishVersion } from './version/publish.ts'
export * from './procedure/index.ts'
