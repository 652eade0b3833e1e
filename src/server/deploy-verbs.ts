/** The verbs of deploying with what they work on bound, as the server takes them. Every one may throw HoldfastError. */
import type { Actor } from '../access/index.ts'
import type * as deploy from '../deploy/index.ts'

type Answer<T> = T | Promise<T>
/** Without what it remembers for itself. */
type Summary = Omit<deploy.Deployment, 'plan' | 'progress' | 'sight'>

export interface DeployVerbs {
  planDeployment(actor: Actor, request: deploy.PlanRequest, signal: AbortSignal): Promise<deploy.PlanAnswer>
  deployRelease(actor: Actor, request: deploy.DeployRequest): Promise<deploy.BegunDeployment>
  rollBack(actor: Actor, request: deploy.RollbackRequest): Promise<deploy.RollbackAnswer>
  haltDeployment(actor: Actor, request: deploy.HaltRequest): Promise<void>
  pauseDeployment(actor: Actor, request: deploy.PauseRequest): Promise<void>
  resumeDeployment(actor: Actor, request: deploy.ResumeRequest): Promise<void>
  retryDeployment(actor: Actor, request: deploy.ResumeRequest): Promise<deploy.BegunDeployment>

  voteOnDeployment(actor: Actor, request: deploy.VoteRequest): Promise<void>
  breakGlass(actor: Actor, request: deploy.BreakGlassRequest): Promise<void>
  reviewGlass(actor: Actor, request: deploy.ReviewRequest): Promise<void>
  protectPlace(actor: Actor, request: deploy.ProtectRequest): Promise<deploy.Protection | null>

  listDeployments(actor: Actor, request: deploy.HistoryRequest): Answer<readonly Summary[]>
  describeDeployment(actor: Actor, id: string): Answer<deploy.DeploymentDescription>
  /** Undefined before it has one. */
  planOfDeployment(actor: Actor, id: string): Answer<deploy.PlanOfDeployment | undefined>
  trafficOfDeployment(actor: Actor, id: string): Answer<readonly deploy.TrafficSample[]>
  /** The deployment as it is, then each time it has changed, until it has ended or the signal fired. */
  watchDeployment(actor: Actor, id: string, signal: AbortSignal): AsyncIterable<deploy.DeploymentDescription>
  explainDeployment(actor: Actor, id: string): Answer<deploy.Explanation>
  compareDeployments(actor: Actor, request: deploy.CompareRequest): Answer<deploy.Comparison>

  listPlaces(actor: Actor): Answer<readonly deploy.Pointer[]>
  statusOfPlace(actor: Actor, place: deploy.Place): Answer<deploy.PlaceStatus>
  lookAtPlace(actor: Actor, place: deploy.Place, signal: AbortSignal): Promise<deploy.PlaceStatus>
  /** What runs on a host and what its edge does, as its agent tells now. */
  lookAtHost(actor: Actor, host: string, signal: AbortSignal): Promise<deploy.HostLook>
  describeRelease(actor: Actor, id: string): Answer<deploy.StoredRelease>
  describeReleaseSchema(actor: Actor, target: string): Answer<object>

  readLogs(actor: Actor, request: deploy.LogsRequest, signal: AbortSignal): Promise<deploy.Logs>
  /** The newest lines, then each as it is written, until the signal fires. Refuses at once what it does not follow. */
  followLogs(
    actor: Actor,
    request: deploy.LogsRequest & { readonly after?: deploy.LogPositions | undefined },
    signal: AbortSignal,
  ): AsyncIterable<deploy.FollowedLines>

  addKey(actor: Actor, request: deploy.NewKey): Promise<deploy.Key>
  listKeys(actor: Actor): Answer<readonly deploy.ListedKey[]>
  revokeKey(actor: Actor, id: string): Promise<void>

  acquireLock(actor: Actor, request: deploy.LockRequest): Promise<deploy.Lock>
  releaseLock(actor: Actor, place: deploy.Place): Promise<void>
  breakLock(actor: Actor, request: deploy.BreakRequest): Promise<deploy.BreakAnswer>
  /** The answer to a break that is done already; `change` is what its record says. */
  repeatBreak(actor: Actor, place: deploy.Place, change: string): Promise<deploy.BreakAnswer>
  listLocks(actor: Actor): Answer<readonly deploy.Lock[]>
}
