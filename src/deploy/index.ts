/**
 * deploy: taking signed releases to their targets: out slowly, back fast, and never half.
 * Words: release (signed request to deploy), deployment (one attempt), fleet (what one deployment made), place (project and config),
 * plan (every call before it is made), intent (a call written down before it is made), deployer (what knows one kind of target), janitor.
 * It does not know processes, machines or balancers: a deployer does. It opens no port and reads no file.
 */
export { type Deploys, type DeploysOptions, openDeploys } from './deploys.ts'
export {
  type Call,
  call,
  type CallContext,
  type CallParts,
  type Deployer,
  type Deployers,
  type Fleet,
  type FleetDescription,
  type InstancePlace,
  type Needs,
  outcomeOf,
  type PlannedCall,
  type Problem,
  resolveSymbols,
  type ServiceAddress,
  showSymbols,
  type Situation,
  type StartCall,
  type Thing,
  type Wave,
  type Weights,
  type WorkingCopyPlace,
} from './deployer.ts'
export { type DeployErrorCode, deployErrors } from './errors.ts'
export type { NamedActor } from './named.ts'
export {
  DeployFailure,
  type Diagnosis,
  type FailureClass,
  failureClasses,
  failureRules,
  type Mender,
  type Reaction,
} from './failure.ts'
export type { ApprovalSight, SeenVote } from './approval/describe.ts'
export {
  breakGlass,
  type BreakGlassRequest,
  breakGlassRequestSchema,
  reviewGlass,
  type ReviewRequest,
  reviewRequestSchema,
} from './approval/break-glass.ts'
export { protectPlace, type ProtectRequest, protectRequestSchema } from './approval/protect.ts'
export type { Protection } from './approval/rows.ts'
export { voteOnDeployment, type VoteRequest, voteRequestSchema } from './approval/vote.ts'
export type { Evidence, Phase } from './evidence/evidence.ts'
export type { SampledTraffic, TrafficSample } from './evidence/samples.ts'
export type { OfferedRollback, Offers } from './deployment/offers.ts'
export {
  type CanaryPolicy,
  canaryPolicy,
  type CanaryQuestion,
  type CanaryVerdict,
  judgeCanary,
} from './evidence/canary.ts'
export {
  type FleetTraffic,
  type LatencyWindow,
  noCounts,
  type TrafficCounts,
  type TrafficReading,
} from './evidence/traffic.ts'
export type { InstanceHealth } from './health/judge.ts'
export {
  instancesOf,
  type ProcessArtifact,
  processArtifactSchema,
  processDeployer,
  type ProcessDeployerOptions,
  type ProcessService,
  processServiceSchema,
  type StartedInstance,
} from './deployers/index.ts'

export {
  type CommonArtifact,
  type CommonService,
  commonServiceSchema,
  durationSchema,
  nameSchema,
  projectSchema,
  type Release,
  releaseJsonSchema,
  type ReleaseDocument,
  type ReleaseParts,
  type SignedRelease,
} from './release/schemas.ts'
export { type Fault as ReleaseFault, parseRelease, readReleaseText, releaseFaults } from './release/parse.ts'
export { describeReleaseSchema } from './release/describe-schema.ts'
export { identityOf, type ReleaseIdentity } from './release/identity.ts'
export { readPublicKey, signRelease } from './release/signature.ts'
export { type Strategy, strategySchema } from './strategy/schemas.ts'

export { type Act, actsOf, hashOf, type Plan, type Stage } from './plan/plan.ts'
export { describePlan } from './plan/describe.ts'
export { diffPlans, type PlanDifference } from './plan/diff.ts'

export { addKey, type NewKey, newKeySchema } from './key/add.ts'
export { listKeys } from './key/list.ts'
export { revokeKey } from './key/revoke.ts'
export type { Key, ListedKey } from './key/rows.ts'
export {
  type LogsRequest,
  logsRequestSchema,
  type LogWorld,
  type SilentHost,
  type Source as LogSource,
} from './logs/find.ts'
export { type FollowedLines, followLogs, type LogPositions } from './logs/follow.ts'
export { type LogLine, type Logs, readLogs } from './logs/read.ts'
export { type LiveInstance, lookAtPlace } from './look.ts'
export type { EdgeSight, ReleaseSight, RouteSight, TargetSight } from './host/edge-sight.ts'
export { type HostInstance, type HostLook, lookAtHost } from './host/look.ts'
export { acquireLock, type LockRequest, lockRequestSchema } from './lock/acquire.ts'
export { type BreakAnswer, breakLock, type BreakRequest, breakRequestSchema, repeatBreak } from './lock/break.ts'
export type { Lock, LockKind } from './lock/lease.ts'
export { listLocks } from './lock/list.ts'
export { releaseLock } from './lock/release.ts'

export {
  compareDeployments,
  type CompareRequest,
  compareRequestSchema,
  type Comparison,
  type DeploymentSide,
} from './deployment/compare.ts'
export { type BegunDeployment, deployRelease, type DeployRequest, deployRequestSchema } from './deployment/deploy.ts'
export { haltDeployment, type HaltRequest, haltRequestSchema } from './deployment/halt.ts'
export { pauseDeployment, type PauseRequest, pauseRequestSchema } from './deployment/pause.ts'
export { type PlanAnswer, planDeployment, type PlanRequest, planRequestSchema } from './deployment/plan.ts'
export type { Pointer } from './deployment/pointer.ts'
export { resumeDeployment, type ResumeRequest, resumeRequestSchema } from './deployment/resume.ts'
export { retryDeployment } from './deployment/retry.ts'
export { rollBack, type RollbackAnswer, type RollbackRequest, rollbackRequestSchema } from './deployment/rollback.ts'
export type { Course, Deployment, DeploymentKind, DeploymentStatus } from './deployment/rows.ts'
export { type Place, placeName, placeSchema } from './place.ts'
export type {
  BakeSight,
  CallSummary,
  DeploymentDescription,
  DeploymentSummary,
  PassedState,
  SeenInstance,
  ServiceWeight,
  StepSight,
  WarmSight,
} from './deployment/describe.ts'
export type { SeenTraffic } from './deployment/sight.ts'
export { watchDeployment } from './deployment/watch.ts'
export {
  describeDeployment,
  describeRelease,
  explainDeployment,
  type Explanation,
  type FleetStatus,
  type HistoryRequest,
  historyRequestSchema,
  listDeployments,
  listPlaces,
  type PlanOfDeployment,
  planOfDeployment,
  type PlaceStatus,
  statusOfPlace,
  trafficOfDeployment,
} from './queries.ts'
export type { StoredRelease } from './release/rows.ts'

export { watchElsewhere } from './deployment/elsewhere.ts'
export { type JanitorOptions, janitorMs, janitorTick, startJanitor } from './janitor.ts'
export { procedureName } from './machine/names.ts'
export { deployProcedures } from './machine/procedure.ts'
export { hookProcedures, type HookWorld } from './hook/procedures.ts'
export { type BuiltInHook, builtInInputs } from './hook/schemas.ts'
export type { Fetch as SmokeFetch } from './hook/smoke.ts'
export { type ForwardState, forwardStates, type StateName } from './machine/states.ts'
