/** Made by scripts/console/client.ts from the routes of src/server/api: `npm run console:client`. Not edited by hand. */

export type Activity = { readonly arn: string; readonly name: string; readonly createdAt: string }

export type Alias = { readonly arn: string; readonly name: string; readonly createdAt: string; readonly description?: string; readonly routing: readonly ({ readonly version: number; readonly weight: number })[]; readonly updatedAt: string }

export type AliasSummary = { readonly arn: string; readonly name: string; readonly createdAt: string }

export type Comparison = { readonly from: { readonly id: string; readonly project: string; readonly config: string; readonly kind: "deploy" | "rollback" | "return"; readonly releaseId: string; readonly status: "running" | "paused" | "succeeded" | "failed" | "halted" }; readonly to: { readonly id: string; readonly project: string; readonly config: string; readonly kind: "deploy" | "rollback" | "return"; readonly releaseId: string; readonly status: "running" | "paused" | "succeeded" | "failed" | "halted" }; readonly release: readonly ({ readonly op: "test" | "add" | "replace" | "remove"; readonly path: string; readonly value?: unknown })[]; readonly plan?: { readonly added: readonly (string)[]; readonly removed: readonly (string)[]; readonly changed: readonly ({ readonly call: string; readonly change: readonly ({ readonly op: "test" | "add" | "replace" | "remove"; readonly path: string; readonly value?: unknown })[] })[]; readonly reordered: boolean; readonly around: readonly ({ readonly op: "test" | "add" | "replace" | "remove"; readonly path: string; readonly value?: unknown })[] } }

export type Connection = { readonly name: string; readonly kind: "basic" | "apiKey" | "oauth"; readonly allowedHosts: readonly (string)[]; readonly from: "configuration" | "api"; readonly changedAt?: string }

export type Deployment = { readonly id: string; readonly project: string; readonly config: string; readonly target: string; readonly kind: "deploy" | "rollback" | "return"; readonly releaseId: string; readonly fleet: string; readonly retryOf: string | null; readonly startFrom: string | null; readonly status: "running" | "paused" | "succeeded" | "failed" | "halted"; readonly course: "forward" | "compensate" | "finish"; readonly state: string; readonly control: "run" | "pause" | "halt"; readonly controlReason: string | null; readonly planHash: string | null; readonly diagnosis?: Diagnosis; readonly evidence?: Evidence; readonly unreviewed: boolean; readonly requestedBy: { readonly type: string; readonly id: string; readonly via: string; readonly name?: string }; readonly executionArn: string | null; readonly createdAt: string; readonly deadlineAt: string; readonly pausedAt: (string | null); readonly committedAt: (string | null); readonly endedAt: (string | null); readonly states: readonly ({ readonly state: string; readonly step: (number | null); readonly startedAt: string; readonly endedAt: (string | null) })[]; readonly waitingFor: string | null; readonly step: ({ readonly number: number; readonly of: number; readonly bake: ({ readonly since: string; readonly until: string; readonly requests: { readonly wanted: number; readonly answered: number; readonly left: number } } | null) } | null); readonly seenAt: (string | null); readonly healthy: { readonly count: number; readonly of: number }; readonly instances: readonly ({ readonly instance: string; readonly service: string; readonly host?: string; readonly url?: string; readonly state?: "starting" | "healthy" | "unhealthy" | "gone"; readonly restarts?: number; readonly hopeless?: boolean; readonly obstacle?: { readonly class: string; readonly what: string; readonly command: string }; readonly detail?: string })[]; readonly weights: readonly ({ readonly service: string; readonly incoming: number; readonly outgoing: number })[]; readonly traffic: ({ readonly incoming: { readonly requests: number; readonly failures: number; readonly lost: number; readonly clientAborts: number; readonly p99Ms: number | null }; readonly outgoing: { readonly requests: number; readonly failures: number; readonly lost: number; readonly clientAborts: number; readonly p99Ms: number | null }; readonly stepRequests: number } | null); readonly calls: readonly ({ readonly id: string; readonly stage: string; readonly kind: "do" | "undo"; readonly service?: string; readonly says: string; readonly undoSays?: string; readonly status: "planned" | "intended" | "done" | "failed" | "undone"; readonly madeAt: (string | null); readonly answeredAt: (string | null); readonly undoneAt: (string | null); readonly failure?: string })[]; readonly hooks: readonly ({ readonly name: string; readonly procedure: string; readonly done: boolean })[]; readonly remarks: readonly (string)[]; readonly forwardOnly: string | null; readonly addresses: readonly ({ readonly service: string; readonly url: string })[]; readonly serving: ({ readonly fleet: string; readonly releaseId: string } | null); readonly warm: ({ readonly fleet: string; readonly releaseId: string; readonly until: (string | null) } | null); readonly former: ({ readonly fleet: string; readonly releaseId: string } | null); readonly sample: (TrafficSample | null); readonly offers: { readonly halt: boolean; readonly pause: boolean; readonly resume: boolean; readonly retry: boolean; readonly from: readonly (string)[]; readonly rollback: ({ readonly kind: "rollback" | "return"; readonly releaseId: string; readonly tookMs: number | null } | null) }; readonly approval: ({ readonly requester: string; readonly needed: number; readonly state: "waiting" | "approved" | "refused" | "expired" | "broken"; readonly missing: number; readonly askedAt: string; readonly expiresAt: string; readonly votes: readonly ({ readonly by: { readonly type: string; readonly id: string; readonly via: string; readonly name?: string }; readonly verdict: "approve" | "refuse"; readonly reason: string | null; readonly votedAt: string })[]; readonly glass: ({ readonly by: { readonly type: string; readonly id: string; readonly via: string; readonly name?: string }; readonly person: string; readonly reason: string; readonly at: string; readonly reviewed: ({ readonly by: string; readonly note: string; readonly at: string } | null) } | null) } | null) }

export type DeploymentPlan = { readonly plan: Plan; readonly hash: string; readonly text: string }

export type DeploymentSummary = { readonly id: string; readonly project: string; readonly config: string; readonly target: string; readonly kind: "deploy" | "rollback" | "return"; readonly releaseId: string; readonly fleet: string; readonly retryOf: string | null; readonly startFrom: string | null; readonly status: "running" | "paused" | "succeeded" | "failed" | "halted"; readonly course: "forward" | "compensate" | "finish"; readonly state: string; readonly control: "run" | "pause" | "halt"; readonly controlReason: string | null; readonly planHash: string | null; readonly diagnosis?: Diagnosis; readonly evidence?: Evidence; readonly unreviewed: boolean; readonly requestedBy: { readonly type: string; readonly id: string; readonly via: string; readonly name?: string }; readonly executionArn: string | null; readonly createdAt: string; readonly deadlineAt: string; readonly pausedAt: (string | null); readonly committedAt: (string | null); readonly endedAt: (string | null) }

export type Diagnosis = { readonly class: "user" | "permission" | "quota" | "throttle" | "capacity" | "consistency" | "health" | "platform" | "halted"; readonly state: string; readonly call?: string; readonly field?: string; readonly what: string; readonly meaning: string; readonly mender: "author" | "operator" | "nobody"; readonly command: string }

export type Diagnostic = { readonly severity: "ERROR" | "WARNING"; readonly code: string; readonly message: string; readonly location?: string }

export type EdgeRoute = { readonly project: string; readonly config: string; readonly id: string; readonly service: string; readonly addresses: readonly (string)[]; readonly isMaintenance: boolean; readonly isPanic: boolean; readonly panicThreshold: number; readonly edgeFailures: Readonly<Record<string, number>>; readonly releases: readonly ({ readonly fleet: string; readonly share: number; readonly perSecond: number; readonly failedPerSecond: number; readonly p50Ms: number | null; readonly p99Ms: number | null; readonly inFlight: number })[]; readonly targets: readonly ({ readonly id: string; readonly fleet: string; readonly instance: string; readonly address: string; readonly state: "active" | "warm" | "draining"; readonly isServing: boolean; readonly isDraining: boolean; readonly health: "unproven" | "believed" | "healthy" | "unhealthy" | "impostor"; readonly healthSince: string; readonly evidence?: string; readonly perSecond: number; readonly failedPerSecond: number; readonly p50Ms: number | null; readonly p99Ms: number | null; readonly inFlight: number })[] }

export type Evidence = { readonly before: { readonly ms: number; readonly requests: number; readonly applicationFailures: number; readonly deliveryFailures: number; readonly clientAborts: number; readonly p50Ms: number | null; readonly p99Ms: number | null }; readonly during: { readonly ms: number; readonly requests: number; readonly applicationFailures: number; readonly deliveryFailures: number; readonly clientAborts: number; readonly p50Ms: number | null; readonly p99Ms: number | null }; readonly after: { readonly ms: number; readonly requests: number; readonly applicationFailures: number; readonly deliveryFailures: number; readonly clientAborts: number; readonly p50Ms: number | null; readonly p99Ms: number | null }; readonly madeBySwitch: number; readonly back?: { readonly from: string; readonly until: string; readonly requests: (number | null) } }

export type Execution = { readonly arn: string; readonly machine: string; readonly name: string; readonly status: "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED" | "PENDING_REDRIVE"; readonly startedAt: string; readonly stoppedAt?: string; readonly error?: string; readonly version?: string; readonly alias?: string; readonly redriveCount?: number; readonly redrivenAt?: string; readonly mapRun?: string; readonly items?: number; readonly input: unknown; readonly output?: unknown; readonly cause?: string; readonly traceHeader?: string; readonly redriveObstacle?: string; readonly redrivableByMapRun?: true }

export type ExecutionSummary = { readonly arn: string; readonly machine: string; readonly name: string; readonly status: "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED" | "PENDING_REDRIVE"; readonly startedAt: string; readonly stoppedAt?: string; readonly error?: string; readonly version?: string; readonly alias?: string; readonly redriveCount?: number; readonly redrivenAt?: string; readonly mapRun?: string; readonly items?: number }

export type Explanation = { readonly deployment: DeploymentSummary; readonly diagnosis?: Diagnosis; readonly failedCalls: readonly ({ readonly id: string; readonly stage: string; readonly kind: "do" | "undo"; readonly service?: string; readonly says: string; readonly undoSays?: string; readonly status: "planned" | "intended" | "done" | "failed" | "undone"; readonly madeAt: (string | null); readonly answeredAt: (string | null); readonly undoneAt: (string | null); readonly failure?: string })[]; readonly unhealthy: readonly ({ readonly instance: string; readonly service: string; readonly host?: string; readonly url?: string; readonly state?: "starting" | "healthy" | "unhealthy" | "gone"; readonly restarts?: number; readonly hopeless?: boolean; readonly obstacle?: { readonly class: string; readonly what: string; readonly command: string }; readonly detail?: string })[]; readonly states: readonly ({ readonly state: string; readonly step: (number | null); readonly startedAt: string; readonly endedAt: (string | null) })[]; readonly waitingFor: string | null; readonly remarks: readonly (string)[] }

export type Group = { readonly name: string; readonly grants: readonly ({ readonly role: "viewer" | "deployer" | "approver" | "responder" | "admin"; readonly project?: string; readonly config?: string })[]; readonly members: readonly (string)[] }

export type HistoryEvent = { readonly id: number; readonly previousEventId: number; readonly type: string; readonly at: string; readonly details?: Readonly<Record<string, unknown>> }

export type Host = { readonly id: string; readonly name: string; readonly zone: string; readonly address: string; readonly state: "connected" | "away" | "draining"; readonly isConnected: boolean; readonly isDraining: boolean; readonly edge?: { readonly url: string }; readonly enrolledAt: string; readonly lastSeenAt?: string; readonly agentVersion?: string; readonly commandsUnderWay: number; readonly facts?: HostFacts }

export type HostFacts = { readonly hostname: string; readonly platform: string; readonly cpus: number; readonly load: number; readonly instances: number; readonly memoryBytes: { readonly total: number; readonly available: number }; readonly diskBytes: { readonly total: number; readonly available: number }; readonly ports?: { readonly inUse: number; readonly quarantined: number; readonly free: number }; readonly agentStartedAt?: number }

export type HostInstance = { readonly id: string; readonly instance: string; readonly project: string; readonly config: string; readonly service: string; readonly fleet: string; readonly state?: "starting" | "healthy" | "unhealthy" | "gone"; readonly detail?: string; readonly phase: "starting" | "running" | "crash-looping" | "ended" | "stopping" | "stopped"; readonly pid?: number; readonly port?: number; readonly startedAt?: string; readonly restarts: number; readonly memoryBytes?: number; readonly lastExit?: { readonly at: string; readonly code?: number; readonly signal?: string; readonly reason: string; readonly ranMs: number; readonly detail?: string } }

export type HostLook = { readonly host: string; readonly at: string; readonly silent?: string; readonly instances: readonly (HostInstance)[]; readonly edge?: ({ readonly reachable: false; readonly why: string } | { readonly reachable: true; readonly version: number; readonly startedAt: string; readonly listeners: readonly ({ readonly name: string; readonly host: string; readonly port: number; readonly tls: boolean })[]; readonly keeper?: { readonly pid: number }; readonly workers?: readonly ({ readonly pid: number; readonly state: "starting" | "serving" | "leaving"; readonly startedAt: string; readonly version: number; readonly connections: number; readonly inFlight: number })[]; readonly crashes: number; readonly unrouted: Readonly<Record<string, number>>; readonly routes: readonly (EdgeRoute)[] }); readonly releases: Readonly<Record<string, string>> }

export type Inspection = { readonly input: unknown; readonly afterInputPath?: unknown; readonly afterParameters?: unknown; readonly afterArguments?: unknown; readonly afterItemsPath?: unknown; readonly afterItemsPointer?: unknown; readonly afterItemBatcher?: unknown; readonly afterItemSelector?: unknown; readonly result?: unknown; readonly afterResultSelector?: unknown; readonly afterResultPath?: unknown; readonly maxConcurrency?: number; readonly toleratedFailureCount?: number; readonly toleratedFailurePercentage?: number; readonly variables?: unknown; readonly request?: { readonly protocol: string; readonly method: string; readonly url: string; readonly headers: string; readonly body?: string }; readonly response?: { readonly protocol: string; readonly statusCode: string; readonly statusMessage: string; readonly headers: string; readonly body: string }; readonly errorDetails?: ({ readonly catchIndex: number } | { readonly retryIndex: number; readonly retryBackoffIntervalSeconds: number }) }

export type JoinCode = { readonly code: string; readonly expiresAt: string }

export type Key = { readonly id: string; readonly name: string; readonly publicKey: string; readonly createdAt: string; readonly revokedAt: (string | null) }

export type ListedKey = { readonly id: string; readonly name: string; readonly publicKey: string; readonly createdAt: string; readonly revokedAt: (string | null); readonly releases: number; readonly lastRelease: ({ readonly id: string; readonly project: string; readonly config: string; readonly acceptedAt: string } | null) }

export type Lock = { readonly project: string; readonly config: string; readonly kind: "deployment" | "person"; readonly owner: string | null; readonly ownerName?: string; readonly reason: string; readonly term: number; readonly takenAt: string; readonly expiresAt: string }

export type LogLine = { readonly host: string; readonly instance: string; readonly service: string; readonly deployment: string; readonly text: string; readonly gap?: true }

export type Machine = { readonly arn: string; readonly name: string; readonly type: "STANDARD" | "EXPRESS"; readonly createdAt: string; readonly status: "ACTIVE" | "DELETING"; readonly updatedAt: string; readonly revisionId?: string; readonly roleArn: string; readonly definition: string; readonly description?: string; readonly logging?: MachineLogging; readonly tracing: boolean; readonly inputSchema?: unknown; readonly variableReferences: Readonly<Record<string, readonly (string)[]>> }

export type MachineLogging = { readonly level: "ALL" | "ERROR" | "FATAL" | "OFF"; readonly includeExecutionData?: boolean; readonly group?: string }

export type MachineLoggingInput = { readonly level: "ALL" | "ERROR" | "FATAL" | "OFF"; readonly includeExecutionData?: boolean; readonly group?: string }

export type MachineRevision = { readonly number: number; readonly revisionId: string; readonly createdAt: string; readonly madeBy?: { readonly type: string; readonly id: string; readonly via: string; readonly name?: string }; readonly summary?: string; readonly versions: readonly (number)[] }

export type MachineSummary = { readonly arn: string; readonly name: string; readonly type: "STANDARD" | "EXPRESS"; readonly createdAt: string; readonly lately?: { readonly last: MachineRevision; readonly running: number; readonly succeeded: number; readonly failed: number; readonly aborted: number } }

export type MachineVersion = { readonly arn: string; readonly version: number; readonly createdAt: string; readonly description?: string }

export type MapRun = { readonly arn: string; readonly execution: string; readonly machine: string; readonly startedAt: string; readonly stoppedAt?: string; readonly status: "RUNNING" | "SUCCEEDED" | "FAILED" | "ABORTED"; readonly maxConcurrency: number; readonly toleratedFailureCount: number; readonly toleratedFailurePercentage: number; readonly items: MapRunCounts; readonly executions: MapRunCounts; readonly redriveCount: number; readonly redrivenAt?: string; readonly stillReading?: true; readonly error?: string; readonly cause?: string }

export type MapRunCounts = { readonly pending: number; readonly running: number; readonly succeeded: number; readonly failed: number; readonly timedOut: number; readonly aborted: number; readonly total: number; readonly resultsWritten: number; readonly failuresNotRedrivable?: number; readonly pendingRedrive?: number }

export type MapRunSummary = { readonly arn: string; readonly execution: string; readonly machine: string; readonly startedAt: string; readonly stoppedAt?: string }

export type Passkey = { readonly id: string; readonly name: string; readonly address: string; readonly isSynced: boolean; readonly createdAt: string; readonly lastUsedAt?: string }

export type PasskeyAssertionInput = { readonly id: string; readonly rawId: string; readonly type: "public-key"; readonly authenticatorAttachment?: "platform" | "cross-platform"; readonly clientExtensionResults?: Readonly<Record<string, unknown>>; readonly response: { readonly clientDataJSON: string; readonly authenticatorData: string; readonly signature: string; readonly userHandle?: string } }

export type PasskeyCreation = { readonly challenge: string; readonly rp: { readonly id?: string; readonly name: string }; readonly user: { readonly id: string; readonly name: string; readonly displayName: string }; readonly pubKeyCredParams: readonly ({ readonly alg: number; readonly type: "public-key" })[]; readonly timeout?: number; readonly attestation?: "none" | "direct" | "enterprise" | "indirect"; readonly excludeCredentials?: readonly ({ readonly id: string; readonly type: "public-key"; readonly transports?: readonly ("ble" | "hybrid" | "internal" | "nfc" | "usb")[] })[]; readonly authenticatorSelection?: { readonly residentKey?: "required" | "preferred" | "discouraged"; readonly requireResidentKey?: boolean; readonly userVerification?: "required" | "preferred" | "discouraged" } }

export type PasskeyRegistrationInput = { readonly id: string; readonly rawId: string; readonly type: "public-key"; readonly authenticatorAttachment?: "platform" | "cross-platform"; readonly clientExtensionResults?: Readonly<Record<string, unknown>>; readonly response: { readonly clientDataJSON: string; readonly attestationObject: string; readonly transports?: readonly (string)[]; readonly authenticatorData?: string; readonly publicKey?: string; readonly publicKeyAlgorithm?: number } }

export type PasskeyRequest = { readonly challenge: string; readonly rpId?: string; readonly timeout?: number; readonly userVerification?: "required" | "preferred" | "discouraged" }

export type Person = { readonly id: string; readonly login: string; readonly name: string; readonly grants: readonly ({ readonly role: "viewer" | "deployer" | "approver" | "responder" | "admin"; readonly project?: string; readonly config?: string })[]; readonly groups: readonly (string)[]; readonly createdAt: string; readonly joinedAt?: string; readonly disabledAt?: string; readonly recoveryCodes: number; readonly passkeys: number }

export type PlaceStatus = { readonly project: string; readonly config: string; readonly pointer: Pointer; readonly serving: ({ readonly fleet: string; readonly releaseId: string; readonly until: (string | null); readonly deployment: string; readonly since: (string | null); readonly requestedBy: { readonly type: string; readonly id: string; readonly via: string; readonly name?: string }; readonly instances: readonly ({ readonly instance: string; readonly service: string; readonly host?: string; readonly url?: string; readonly state?: "starting" | "healthy" | "unhealthy" | "gone"; readonly port?: number; readonly restarts?: number; readonly startedAt?: string; readonly memoryBytes?: number; readonly detail?: string })[]; readonly addresses: readonly ({ readonly service: string; readonly url: string })[] } | null); readonly warm: ({ readonly fleet: string; readonly releaseId: string; readonly until: (string | null); readonly deployment: string; readonly since: (string | null); readonly requestedBy: { readonly type: string; readonly id: string; readonly via: string; readonly name?: string }; readonly instances: readonly ({ readonly instance: string; readonly service: string; readonly host?: string; readonly url?: string; readonly state?: "starting" | "healthy" | "unhealthy" | "gone"; readonly port?: number; readonly restarts?: number; readonly startedAt?: string; readonly memoryBytes?: number; readonly detail?: string })[]; readonly addresses: readonly ({ readonly service: string; readonly url: string })[] } | null); readonly underWay: (Deployment | null); readonly locks: readonly (Lock)[]; readonly closed: (Lock | null); readonly protection: (Protection | null); readonly history: readonly (DeploymentSummary)[] }

export type Plan = { readonly kind: "deploy" | "rollback" | "return"; readonly project: string; readonly config: string; readonly target: string; readonly releaseId: string; readonly digest: string; readonly serving: string | null; readonly warm: string | null; readonly steps: readonly ({ readonly shares: Readonly<Record<string, { readonly instances: number; readonly weight: number }>>; readonly bake: { readonly ms: number; readonly requests: number } })[]; readonly stages: readonly ({ readonly state: string; readonly step?: number; readonly waves: readonly (readonly (({ readonly kind: "do"; readonly call: { readonly id: string; readonly call: string; readonly parameters: unknown; readonly says: string; readonly undoSays: string; readonly creates?: { readonly kind: string; readonly name: string; readonly memoryBytes?: number; readonly ports?: number }; readonly service?: string; readonly alternatives?: readonly (unknown)[] } } | { readonly kind: "undo"; readonly id: string; readonly fleet: string; readonly of: { readonly deployment: string; readonly call: string }; readonly says: string; readonly deletes?: { readonly kind: string; readonly name: string; readonly memoryBytes?: number; readonly ports?: number } }))[])[] })[]; readonly later: { readonly state: string; readonly step?: number; readonly waves: readonly (readonly (({ readonly kind: "do"; readonly call: { readonly id: string; readonly call: string; readonly parameters: unknown; readonly says: string; readonly undoSays: string; readonly creates?: { readonly kind: string; readonly name: string; readonly memoryBytes?: number; readonly ports?: number }; readonly service?: string; readonly alternatives?: readonly (unknown)[] } } | { readonly kind: "undo"; readonly id: string; readonly fleet: string; readonly of: { readonly deployment: string; readonly call: string }; readonly says: string; readonly deletes?: { readonly kind: string; readonly name: string; readonly memoryBytes?: number; readonly ports?: number } }))[])[] }; readonly warmMs: number; readonly hooks: readonly ({ readonly moment: string; readonly index: number; readonly procedure: string })[]; readonly forwardOnly: string | null; readonly stopped: readonly (string)[]; readonly cold?: readonly (string)[]; readonly needs: { readonly memoryBytes: number; readonly ports: number } }

export type PlanAnswer = { readonly plan: Plan; readonly hash: string; readonly problems: readonly ({ readonly class: "user" | "permission" | "quota" | "throttle" | "capacity" | "consistency" | "health" | "platform"; readonly field?: string; readonly what: string; readonly command: string })[]; readonly text: string }

export type Pointer = { readonly project: string; readonly config: string; readonly servingFleet: string | null; readonly servingRelease: string | null; readonly warmFleet: string | null; readonly warmRelease: string | null; readonly warmUntil: (string | null) }

export type Problem = { readonly type: string; readonly title: string; readonly status: number; readonly detail: string; readonly instance: string; readonly code: string; readonly requestId: string; readonly place?: string; readonly accepted?: string; readonly repair?: string; readonly retryable: boolean; readonly errors?: readonly ({ readonly path: string; readonly code: string; readonly message: string })[] }

export type Protection = { readonly approvals: number; readonly livesMs: number }

export type Rehearsed = { readonly status: "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED" | "RUNNING"; readonly output?: string; readonly error?: string; readonly cause?: string; readonly elapsedMs: number; readonly path: readonly (string)[]; readonly calls: readonly ({ readonly state: string; readonly input: string; readonly attempt: number })[]; readonly unanswered: readonly ({ readonly state: string; readonly input: string; readonly reason: string })[]; readonly differences: readonly ({ readonly what: string; readonly expected: string; readonly actual: string })[]; readonly events: readonly (HistoryEvent)[] }

export type Release = { readonly id: string; readonly project: string; readonly config: string; readonly target: string; readonly digest: string; readonly document: unknown; readonly keyId: string; readonly signature: string; readonly signedAt: string; readonly acceptedAt: string }

export type Session = { readonly id: string; readonly holder: { readonly id: string; readonly name: string }; readonly createdAt: string; readonly expiresAt: string; readonly lastUsedAt?: string; readonly userAgent?: string; readonly isCurrent: boolean }

export type SignedIn = { readonly actor: { readonly type: string; readonly id: string; readonly via: string; readonly name?: string }; readonly person: string; readonly login?: string; readonly grants: readonly ({ readonly role: "viewer" | "deployer" | "approver" | "responder" | "admin"; readonly project?: string; readonly config?: string })[]; readonly canSignOut: boolean }

export type TestedState = { readonly status: "SUCCEEDED" | "FAILED" | "RETRIABLE" | "CAUGHT_ERROR"; readonly output?: unknown; readonly error?: string; readonly cause?: string; readonly nextState?: string; readonly inspection: Inspection }

export type Token = { readonly id: string; readonly name: string; readonly state: "good" | "over" | "revoked"; readonly actor: { readonly type: "user" | "machine"; readonly id: string }; readonly grants?: readonly ({ readonly role: "viewer" | "deployer" | "approver" | "responder" | "admin"; readonly project?: string; readonly config?: string })[]; readonly madeBy?: { readonly type: string; readonly id: string; readonly name?: string }; readonly oneWith?: readonly ({ readonly id: string; readonly name: string })[]; readonly createdAt: string; readonly lastUsedAt?: string; readonly expiresAt?: string; readonly revokedAt?: string }

export type TrafficSample = { readonly number: number; readonly from: string; readonly to: string; readonly incoming: { readonly requests: number; readonly failures: number; readonly lost: number; readonly clientAborts: number; readonly p50Ms: number | null; readonly p99Ms: number | null }; readonly outgoing: { readonly requests: number; readonly failures: number; readonly lost: number; readonly clientAborts: number; readonly p50Ms: number | null; readonly p99Ms: number | null }; readonly unplaced: number }

export type TrailRecord = { readonly seq: number; readonly at: string; readonly actor: { readonly type: string; readonly id: string; readonly via: string; readonly name?: string }; readonly action: string; readonly subject: { readonly type: string; readonly id: string }; readonly change?: unknown; readonly execution?: string; readonly eventId?: number; readonly cause?: { readonly type: string; readonly id: string }; readonly drill?: string; readonly clockRegress?: true; readonly prevHash: string; readonly hash: string }

export type Operations = {
  /** Create an activity. The same name again answers the same activity. */
  activityCreate: { body: { readonly name: string; readonly tags?: readonly ({ readonly key: string; readonly value: string })[] }; answer: Activity }
  /** List activities. */
  activityList: { query?: { readonly limit?: string; readonly cursor?: string }; answer: { readonly items: readonly (Activity)[]; readonly cursor?: string } }
  /** Delete an alias. What it has started goes on. */
  aliasDelete: { params: { readonly machine: string; readonly alias: string }; answer: undefined }
  /** Where an alias leads. */
  aliasDescribe: { params: { readonly machine: string; readonly alias: string }; answer: Alias }
  /** The aliases of a state machine, or of one version (`name:7`), by name. */
  aliasList: { params: { readonly machine: string }; query?: { readonly limit?: string; readonly cursor?: string }; answer: { readonly items: readonly (AliasSummary)[]; readonly cursor?: string } }
  /** Lead an alias to one or two versions; create it when there is none of that name. */
  aliasUpdate: { params: { readonly machine: string; readonly alias: string }; body: { readonly routing: readonly ({ readonly version: number; readonly weight: number })[]; readonly description?: string }; answer: Alias }
  /** Which jobs of pipelines may what, as the configuration says. */
  ciRuleList: { answer: { readonly items: readonly ({ readonly issuer: string; readonly url: string; readonly audience: string; readonly claims: Readonly<Record<string, readonly (string)[]>>; readonly grants: readonly ({ readonly role: "viewer" | "deployer" | "approver" | "responder" | "admin"; readonly project?: string; readonly config?: string })[] })[] } }
  /** A token for a job of a pipeline, for a quarter of an hour, in exchange for the ID token that its issuer gave it. Each is good for one. */
  ciTokenIssue: { body: { readonly token: string }; answer: { readonly secret: string; readonly expiresAt: string; readonly grants: readonly ({ readonly role: "viewer" | "deployer" | "approver" | "responder" | "admin"; readonly project?: string; readonly config?: string })[] } }
  /** Add a connection, or with `replace` give it other secrets or hosts. It is sealed, and its secrets are never shown. */
  connectionAdd: { body: { readonly name: string; readonly allowedHosts: readonly (string)[]; readonly authorization: ({ readonly kind: "basic"; readonly username: string; readonly password: string } | { readonly kind: "apiKey"; readonly name: string; readonly value: string } | { readonly kind: "oauth"; readonly endpoint: string; readonly method?: "GET" | "POST" | "PUT"; readonly clientId: string; readonly clientSecret: string; readonly parameters?: { readonly headers?: Readonly<Record<string, string>>; readonly query?: Readonly<Record<string, string>>; readonly body?: Readonly<Record<string, string>> } }); readonly invocation?: { readonly headers?: Readonly<Record<string, string>>; readonly query?: Readonly<Record<string, string>>; readonly body?: Readonly<Record<string, string>> }; readonly replace?: boolean }; answer: Connection }
  /** All connections by name, those of the configuration too, without their secrets. */
  connectionList: { answer: { readonly items: readonly (Connection)[] } }
  /** Remove a connection and its secrets. One of the configuration is removed there. */
  connectionRemove: { params: { readonly name: string }; answer: undefined }
  /** Stop it wherever it is and take back what it did. Halting twice is no error. */
  deployHalt: { params: { readonly id: string }; body?: { readonly reason?: string }; answer: DeploymentSummary }
  /** Stop it where it is, with the traffic as it is, until it is resumed or halted. */
  deployPause: { params: { readonly id: string }; body?: { readonly reason?: string }; answer: DeploymentSummary }
  /** What a deployment of this release would do, to the last call, without doing any of it. */
  deployPlan: { body: { readonly release: unknown; readonly signature?: { readonly key: string; readonly value: string } }; answer: PlanAnswer }
  /** Let a paused one go on, where it was or at another state. */
  deployResume: { params: { readonly id: string }; body?: { readonly from?: string }; answer: DeploymentSummary }
  /** Try the same signed release again, from the lock on: a new attempt. A paused one is resumed instead. */
  deployRetry: { params: { readonly id: string }; body?: { readonly from?: string }; answer: { readonly id: string; readonly releaseId: string; readonly executionArn: string } }
  /** Bring the former release of a place back, or any release of its history. A deployment under way is halted instead. */
  deployRollback: { body: { readonly project: string; readonly config: string; readonly to?: string; readonly reason?: string }; answer: { readonly outcome: "halted" | "rollback" | "return"; readonly deployment: string; readonly releaseId: string } }
  /** Deploy a signed release. The same release is accepted once; an Idempotency-Key makes a repetition safe. */
  deployStart: { body: { readonly release: unknown; readonly signature: { readonly key: string; readonly value: string }; readonly planHash?: string }; answer: { readonly id: string; readonly releaseId: string; readonly executionArn: string } }
  /** Go ahead without approval, in an emergency. It is told everywhere, and waits for somebody else’s look. */
  deploymentBreakGlass: { params: { readonly id: string }; body: { readonly reason: string }; answer: Deployment }
  /** What differs between two deployments: in their release files, and in their plans. */
  deploymentCompare: { params: { readonly id: string; readonly other: string }; answer: Comparison }
  /** One deployment: where it is, its instances, its traffic, every call. */
  deploymentDescribe: { params: { readonly id: string }; answer: Deployment }
  /** Why it is as it is: the diagnosis, who can mend it, the exact next step. */
  deploymentExplain: { params: { readonly id: string }; answer: Explanation }
  /** The history of a place, or of all of them, newest first. */
  deploymentList: { query?: { readonly project?: string; readonly config?: string; readonly limit?: string; readonly cursor?: string }; answer: { readonly items: readonly (DeploymentSummary)[]; readonly cursor?: string } }
  /** What it planned, to the last call. */
  deploymentPlan: { params: { readonly id: string }; answer: DeploymentPlan | undefined }
  /** Say what was found in a deployment that went ahead without approval; by somebody else than who did so. */
  deploymentReview: { params: { readonly id: string }; body: { readonly note: string }; answer: Deployment }
  /** Its traffic over its time, old and new version apart: requests, failures, latency. At most 120 pieces, oldest first. */
  deploymentTraffic: { params: { readonly id: string }; answer: { readonly items: readonly (TrafficSample)[] } }
  /** Agree to the plan of a deployment that waits for it, or refuse it. Never to what one asked for oneself: a person is one person, whichever token they use. */
  deploymentVote: { params: { readonly id: string }; body: { readonly plan: string; readonly verdict: "approve" | "refuse"; readonly reason?: string }; answer: Deployment }
  /** The deployment as it goes: a `deployment` event whenever it has changed, then one `end`, each with the whole of it. Resumes after Last-Event-ID. */
  deploymentWatch: { params: { readonly id: string }; answer: string | undefined }
  /** One express execution by its ARN, with input and output. */
  describeExpressExecution: { params: { readonly execution: string }; answer: Execution }
  /** Redrive an execution with another input for the state it ended in, which is entered anew. What had succeeded is not done again. */
  executionContinue: { params: { readonly execution: string }; body: { readonly input: unknown; readonly visit?: number; readonly state?: string }; answer: { readonly redrivenAt: string } }
  /** One execution, with input and output. */
  executionDescribe: { params: { readonly execution: string }; answer: Execution }
  /** What happened, event by event. */
  executionHistory: { params: { readonly execution: string }; query?: { readonly limit?: string; readonly cursor?: string; readonly order?: "oldest" | "newest" }; answer: { readonly items: readonly (HistoryEvent)[]; readonly cursor?: string } }
  /** List executions, newest first. */
  executionList: { query?: { readonly machine?: string; readonly status?: "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED" | "PENDING_REDRIVE"; readonly limit?: string; readonly cursor?: string; readonly mapRun?: string; readonly name?: string; readonly error?: string; readonly input?: string; readonly startedSince?: string; readonly startedUntil?: string }; answer: { readonly items: readonly (ExecutionSummary)[]; readonly cursor?: string; readonly searched?: number } }
  /** The state machine as this execution runs it, whatever became of the machine since. */
  executionMachine: { params: { readonly execution: string }; answer: { readonly arn: string; readonly name: string; readonly definition: string } }
  /** Go on with an execution that failed, timed out or was stopped; what had succeeded is not done again. */
  executionRedrive: { params: { readonly execution: string }; answer: { readonly redrivenAt: string } }
  /** Start an execution. With an Idempotency-Key and no name, the key decides the name: it never starts twice. */
  executionStart: { body: { readonly machine: string; readonly name?: string; readonly input?: unknown; readonly traceHeader?: string }; answer: { readonly arn: string; readonly startedAt: string } }
  /** Stop an execution: its tasks are told, its status becomes ABORTED. */
  executionStop: { params: { readonly execution: string }; body?: { readonly error?: string; readonly cause?: string }; answer: { readonly stoppedAt: string } }
  /** The history as it happens: `history` events whose id is the event’s, then one `end` with the execution. Resumes after Last-Event-ID. */
  executionWatch: { params: { readonly execution: string }; query?: { readonly after?: string }; answer: string | undefined }
  /** Whether it takes work. Needs no token. */
  getHealth: { answer: { readonly status: "ready" | "full" | "closing"; readonly reason?: string } }
  /** Proves that it is the server that wrote connection.json: an HMAC of the challenge under the key that stands there. Needs no token. */
  getProof: { query: { readonly challenge: string }; answer: { readonly proof: string } }
  /** Every group with what its members may do, by name. */
  groupList: { answer: { readonly items: readonly (Group)[] } }
  /** Remove a group. Its members lose what they had by it. */
  groupRemove: { params: { readonly name: string }; answer: undefined }
  /** Make a group, or change what its members may do. Who is in it stands with the people. */
  groupSet: { params: { readonly name: string }; body: { readonly grants: readonly ({ readonly role: "viewer" | "deployer" | "approver" | "responder" | "admin"; readonly project?: string; readonly config?: string })[] }; answer: Group }
  /** One host. */
  hostDescribe: { params: { readonly host: string }; answer: Host }
  /** Put no new instances there; those that run go on until their release is replaced. */
  hostDrain: { params: { readonly host: string }; answer: Host }
  /** Enrol a host. The token in the answer is what its agent comes with; it is told this once. */
  hostEnrol: { body: { readonly name: string; readonly zone?: string; readonly address?: string }; answer: { readonly host: Host; readonly token: string } }
  /** All enrolled hosts, by name. */
  hostList: { answer: { readonly items: readonly (Host)[]; readonly cursor?: string } }
  /** What runs on a host and what its edge does, as its agent tells now: it is asked, for at most four seconds. Rates are of the last minute. */
  hostLook: { params: { readonly host: string }; answer: HostLook }
  /** Take a host off the list and revoke its token. Refused while it runs instances, unless forced. */
  hostRemove: { params: { readonly host: string }; body?: { readonly force?: boolean }; answer: undefined }
  /** For agents: what became of a command. May be told more than once. */
  hostReport: { params: { readonly host: string }; body: { readonly session: string; readonly outcome: ({ readonly key: string; readonly ok: true; readonly result: Readonly<Record<string, unknown>> } | { readonly key: string; readonly ok: false; readonly failure: { readonly code: string; readonly message: string; readonly kind: string; readonly retryable: boolean; readonly place?: string; readonly accepted?: string; readonly repair?: string } }) }; answer: { readonly awaited: boolean } }
  /** New instances may be put there again. */
  hostUndrain: { params: { readonly host: string }; answer: Host }
  /** For agents: what to do next, as soon as there is something. Commands without an outcome come again, under the same key. */
  hostWork: { params: { readonly host: string }; body: { readonly session: string; readonly agent: { readonly version: string }; readonly facts: { readonly host: string; readonly hostname: string; readonly platform: string; readonly cpus: number; readonly load: number; readonly memoryBytes: { readonly total: number; readonly available: number }; readonly diskBytes: { readonly total: number; readonly available: number }; readonly instances: number; readonly ports: { readonly free: number }; readonly root: boolean; readonly edge?: { readonly state: string } }; readonly edge: ({ readonly url: string } | null); readonly zone?: string; readonly address?: string; readonly underWay?: readonly (string)[]; readonly waitMs?: number }; answer: { readonly host: { readonly id: string; readonly name: string; readonly zone: string; readonly address: string }; readonly commands: readonly ({ readonly kind: string; readonly key: string })[] } }
  /** Who the code of an invitation is for, and what their authenticator is to take in. It does not spend the code. */
  joinBegin: { body: { readonly code: string }; answer: { readonly login: string; readonly name: string; readonly totpSecret: string; readonly totpUri: string } }
  /** Choose a password, show that the authenticator works, and be signed in. The code is spent by it. */
  joinFinish: { body: { readonly code: string; readonly password: string; readonly totp: string }; answer: { readonly key: string; readonly expiresAt: string; readonly recoveryCodes: readonly (string)[] } }
  /** Register a public key: from now on releases that it signs are accepted. Adding it again is no error. */
  keyAdd: { body: { readonly name: string; readonly publicKey: string }; answer: Key }
  /** All keys, revoked ones too, oldest first. */
  keyList: { answer: { readonly items: readonly (ListedKey)[] } }
  /** Accept nothing more that this key signs. What was accepted stays. Revoking twice is no error. */
  keyRevoke: { params: { readonly id: string }; answer: undefined }
  /** List express executions, newest first. A synchronous one is there from its end. */
  listExpressExecutions: { query?: { readonly machine?: string; readonly status?: "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED" | "PENDING_REDRIVE"; readonly limit?: string; readonly cursor?: string }; answer: { readonly items: readonly (ExecutionSummary)[]; readonly cursor?: string } }
  /** Close a place against new deployments; one under way goes on. Locking again renews it with the new reason. */
  lockAcquire: { body: { readonly project: string; readonly config: string; readonly reason: string; readonly for?: string }; answer: Lock }
  /** Break a lock that is not your own; kept in the trail with the reason. */
  lockBreak: { body: { readonly project: string; readonly config: string; readonly reason: string }; answer: { readonly outcome: "opened" | "halting"; readonly owner: string; readonly ownerName?: string } }
  /** The locks that are held now, of deployments and of people. */
  lockList: { answer: { readonly items: readonly (Lock)[] } }
  /** Open what you have closed. What is open already stays so. */
  lockRelease: { body: { readonly project: string; readonly config: string }; answer: undefined }
  /** A command line asks to sign in: somebody has to say yes to its code in the console, within ten minutes. */
  loginAsk: { body: { readonly name: string }; answer: { readonly device: string; readonly code: string; readonly expiresAt: string } }
  /** Let the command line act as whoever asks this, or refuse it. */
  loginDecide: { params: { readonly code: string }; body: { readonly verdict: "allow" | "refuse" }; answer: undefined }
  /** The command line that waits under this code. */
  loginFind: { params: { readonly code: string }; answer: { readonly code: string; readonly name: string; readonly createdAt: string; readonly expiresAt: string } }
  /** What came of it: asked every few seconds. The token is handed out once. */
  loginTake: { body: { readonly device: string }; answer: { readonly id: string; readonly secret: string; readonly person: string; readonly grants: readonly ({ readonly role: "viewer" | "deployer" | "approver" | "responder" | "admin"; readonly project?: string; readonly config?: string })[]; readonly expiresAt: string } | undefined }
  /** What instances wrote, both streams in the order of writing, secrets masked: of a place, or of one deployment. */
  logsRead: { query?: { readonly project?: string; readonly config?: string; readonly deployment?: string; readonly service?: string; readonly instance?: string; readonly lines?: string; readonly follow?: "true" | "false" }; answer: { readonly items: readonly (LogLine)[]; readonly silent: readonly ({ readonly host: string; readonly reason: string })[] } }
  /** Create a state machine. The same request again answers the same machine. */
  machineCreate: { body: { readonly name: string; readonly definition: string; readonly type?: "STANDARD" | "EXPRESS"; readonly roleArn?: string; readonly tags?: readonly ({ readonly key: string; readonly value: string })[]; readonly logging?: MachineLoggingInput; readonly summary?: string }; answer: { readonly arn: string; readonly name: string; readonly createdAt: string } }
  /** One state machine, with its definition. */
  machineDescribe: { params: { readonly machine: string }; answer: Machine }
  /** List state machines by name. */
  machineList: { query?: { readonly limit?: string; readonly cursor?: string; readonly lately?: "true" | "false" }; answer: { readonly items: readonly (MachineSummary)[]; readonly cursor?: string } }
  /** Publish the current revision as a version, which never changes. One that is a version already stays it. */
  machinePublish: { params: { readonly machine: string }; body?: { readonly revisionId?: string; readonly description?: string }; answer: MachineVersion }
  /** Run a definition in virtual time, with mocks for its tasks: nothing is stored, called or waited for. */
  machineRehearse: { body: { readonly definition: string; readonly type?: "STANDARD" | "EXPRESS"; readonly case: unknown }; answer: Rehearsed }
  /** One revision of a state machine, with its definition. */
  machineRevision: { params: { readonly machine: string; readonly revision: string }; answer: { readonly number: number; readonly revisionId: string; readonly createdAt: string; readonly madeBy?: { readonly type: string; readonly id: string; readonly via: string; readonly name?: string }; readonly summary?: string; readonly versions: readonly (number)[]; readonly definition: string; readonly roleArn: string } }
  /** The revisions of a state machine, the latest first. */
  machineRevisions: { params: { readonly machine: string }; query?: { readonly limit?: string; readonly cursor?: string }; answer: { readonly items: readonly (MachineRevision)[]; readonly cursor?: string } }
  /** Give a state machine this definition for the executions to come; create it when there is none of that name. */
  machineUpdate: { params: { readonly machine: string }; body: { readonly definition: string; readonly roleArn?: string; readonly type?: "STANDARD" | "EXPRESS"; readonly summary?: string }; answer: { readonly arn: string; readonly revisionId?: string; readonly updatedAt: string } }
  /** Check a definition without storing anything. */
  machineValidate: { body: { readonly definition: string; readonly type?: "STANDARD" | "EXPRESS"; readonly severity?: "ERROR" | "WARNING"; readonly limit?: number }; answer: { readonly ok: boolean; readonly diagnostics: readonly (Diagnostic)[]; readonly truncated: boolean } }
  /** One map run: how far it is, and what it may do. */
  map_runDescribe: { params: { readonly run: string }; answer: MapRun }
  /** The map runs of an execution, newest first. */
  map_runList: { params: { readonly execution: string }; query?: { readonly limit?: string; readonly cursor?: string }; answer: { readonly items: readonly (MapRunSummary)[]; readonly cursor?: string } }
  /** Change the concurrency or the tolerance of a map run that is under way. */
  map_runUpdate: { params: { readonly run: string }; body?: { readonly maxConcurrency?: number; readonly toleratedFailureCount?: number; readonly toleratedFailurePercentage?: number }; answer: MapRun }
  /** Add the passkey that was made, in the session that asked for it. */
  ownPasskeyAdd: { body: { readonly name: string; readonly credential: PasskeyRegistrationInput }; answer: Passkey }
  /** Begin to add a passkey of one’s own: only in a session that began at most a quarter of an hour ago. */
  ownPasskeyBegin: { answer: PasskeyCreation }
  /** The passkeys of the person who asks, oldest first. */
  ownPasskeyList: { answer: { readonly items: readonly (Passkey)[] } }
  /** Remove a passkey of one’s own, in a session that began at most a quarter of an hour ago; never the last way of signing in. */
  ownPasskeyRemove: { params: { readonly id: string }; answer: undefined }
  /** Give a passkey of one’s own another name. */
  ownPasskeyRename: { params: { readonly id: string }; body: { readonly name: string }; answer: Passkey }
  /** Sign out somewhere else: from now on that session opens nothing. */
  ownSessionEnd: { params: { readonly id: string }; answer: undefined }
  /** Sign out everywhere but here; asked with a token, everywhere. */
  ownSessionEndOthers: { answer: { readonly ended: number } }
  /** Where whoever asks is signed in to the console, newest first. */
  ownSessionList: { answer: { readonly items: readonly (Session)[] } }
  /** A token of one’s own, for the command line or a program: it never does more than whoever makes it may. */
  ownTokenCreate: { body: { readonly name: string; readonly grants: readonly ({ readonly role: "viewer" | "deployer" | "approver" | "responder" | "admin"; readonly project?: string; readonly config?: string })[]; readonly expiresAt?: string; readonly awsKey?: boolean }; answer: { readonly token: Token; readonly secret: string; readonly awsKey?: { readonly accessKeyId: string; readonly secretAccessKey: string } } }
  /** The tokens of the person who asks. */
  ownTokenList: { answer: { readonly items: readonly (Token)[] } }
  /** Revoke a token of one’s own. Revoking twice is no error. */
  ownTokenRevoke: { params: { readonly id: string }; answer: undefined }
  /** Give a token of one’s own a new secret. */
  ownTokenRotate: { params: { readonly id: string }; body?: { readonly overlapMs?: number }; answer: { readonly token: Token; readonly secret: string; readonly formerUntil: string } }
  /** Begin to join with a passkey in place of a password and an authenticator. It does not spend the code. */
  passkeyJoinBegin: { body: { readonly code: string }; answer: PasskeyCreation }
  /** Join with the passkey that was made, and be signed in. The code is spent by it. */
  passkeyJoinFinish: { body: { readonly code: string; readonly name: string; readonly credential: PasskeyRegistrationInput }; answer: { readonly key: string; readonly expiresAt: string; readonly recoveryCodes: readonly (string)[] } }
  /** Begin to sign in by passkey: what an authenticator is to sign within five minutes. The same whoever asks. */
  passkeySignInBegin: { body?: { readonly login?: string }; answer: PasskeyRequest }
  /** Sign in with what the authenticator has signed. It counts as both factors, for it has asked for PIN, fingerprint or face. */
  passkeySignInFinish: { body: { readonly credential: PasskeyAssertionInput }; answer: { readonly key: string; readonly expiresAt: string } }
  /** Add somebody. They join by the code that is answered: it lets them choose a passkey, or a password and an authenticator. */
  personAdd: { body: { readonly login: string; readonly name: string; readonly grants?: readonly ({ readonly role: "viewer" | "deployer" | "approver" | "responder" | "admin"; readonly project?: string; readonly config?: string })[]; readonly groups?: readonly (string)[] }; answer: { readonly person: Person; readonly join: JoinCode } }
  /** Change what somebody may do, their name, their groups, or disable them. What is left out stays. */
  personChange: { params: { readonly login: string }; body?: { readonly name?: string; readonly grants?: readonly ({ readonly role: "viewer" | "deployer" | "approver" | "responder" | "admin"; readonly project?: string; readonly config?: string })[]; readonly alsoGrants?: readonly ({ readonly role: "viewer" | "deployer" | "approver" | "responder" | "admin"; readonly project?: string; readonly config?: string })[]; readonly groups?: readonly (string)[]; readonly disabled?: boolean }; answer: Person }
  /** Another code to join by: for whoever has lost the first one, or what they sign in with. */
  personInvite: { params: { readonly login: string }; answer: JoinCode }
  /** Everybody who may sign in, by login, those who are disabled too. */
  personList: { answer: { readonly items: readonly (Person)[] } }
  /** Every place that ever had a release in charge, by name. */
  placeList: { answer: { readonly items: readonly (Pointer)[] } }
  /** How many others have to agree to a deployment there; 0: nobody. What has begun keeps what it needed. */
  placeProtect: { params: { readonly project: string; readonly config: string }; body: { readonly approvals: number; readonly within?: string }; answer: { readonly protection: (Protection | null) } }
  /** What serves a place, what stands warm, what is under way, who has closed it. */
  placeStatus: { params: { readonly project: string; readonly config: string }; query?: { readonly live?: "true" | "false" }; answer: PlaceStatus }
  /** Which Holdfast this is. */
  platformDescribe: { answer: { readonly version: string; readonly startedAt: string; readonly region: string; readonly accountId: string } }
  /** Numbers about this process and its store, in the text format of Prometheus. */
  platformMetrics: { answer: string }
  /** Make a new sealing key, seal every secret anew under it, and forget the keys that nothing is under any more. */
  platformRotate_keys: { answer: { readonly key: string; readonly sealed: number; readonly unreadable: number; readonly dropped: readonly (string)[] } }
  /** Stop Holdfast in good order: what runs is kept and goes on at the next start. */
  platformStop: { answer: { readonly status: "closing" } }
  /** Sign in by name and recovery code: for who joined with a passkey and has lost it. Each code is good once. */
  recoverySignIn: { body: { readonly login: string; readonly recoveryCode: string }; answer: { readonly key: string; readonly expiresAt: string } }
  /** One release as it was signed, with its signature. */
  releaseDescribe: { params: { readonly id: string }; answer: Release }
  /** JSON Schema (2020-12) of the release files of a target, for editors. */
  releaseSchema: { params: { readonly target: string }; answer: Readonly<Record<string, unknown>> }
  /** Run an express machine and wait for its end, which may take five minutes. */
  runExpressExecution: { body: { readonly machine: string; readonly name?: string; readonly input?: unknown; readonly traceHeader?: string }; answer: Execution }
  /** Sign in, with the one-time code of a link, with a token, or with the second half of a sign-in by name. The session is in two halves: a cookie, and the key that is answered. */
  sessionBegin: { body?: { readonly code?: string; readonly token?: string; readonly step?: string; readonly totp?: string; readonly recoveryCode?: string }; answer: { readonly key: string; readonly expiresAt: string } }
  /** Who is signed in. */
  sessionDescribe: { answer: SignedIn }
  /** Sign out. The cookie and its key open nothing any more. */
  sessionEnd: { answer: undefined }
  /** A one-time code that signs in to the console as whoever asks: it belongs behind `/sign-in#`. */
  sessionInvite: { answer: { readonly code: string; readonly expiresAt: string } | undefined }
  /** Who is signed in to the console, newest first. */
  sessionList: { answer: { readonly items: readonly (Session)[] } }
  /** Sign somebody out, wherever they are: from now on that session opens nothing. */
  sessionRevoke: { params: { readonly id: string }; answer: undefined }
  /** Which events of the histories to come are logged, and to which files. What runs already is logged as before. */
  setMachineLogging: { params: { readonly machine: string }; body: MachineLoggingInput; answer: { readonly arn: string; readonly revisionId?: string; readonly updatedAt: string } }
  /** The first half of signing in by name. `POST /v1/session` with `step` is the second. */
  signInBegin: { body: { readonly login: string; readonly password: string }; answer: { readonly step: string; readonly expiresAt: string } }
  /** Begin to sign in at an identity provider. It sends the browser back to `/sign-on` of this console, and what it brings is taken from this browser alone. */
  signOnBegin: { body: { readonly provider: string; readonly from?: string; readonly joinCode?: string }; answer: { readonly url: string; readonly expiresAt: string } }
  /** Sign in with what an identity provider has sent the browser back with: once, and with the cookie. */
  signOnFinish: { body: { readonly query: string }; answer: { readonly key: string; readonly expiresAt: string; readonly from: string } }
  /** The identity providers that people may sign in by. */
  signOnProviders: { answer: { readonly items: readonly ({ readonly id: string; readonly name: string })[] } }
  /** Try one state: its output, or how it fails, and what it computes on the way. A Task without a mock is called. */
  stateTest: { body: { readonly definition: string; readonly state?: string; readonly roleArn?: string; readonly input?: unknown; readonly variables?: unknown; readonly context?: unknown; readonly result?: unknown; readonly failure?: { readonly error?: string; readonly cause?: string }; readonly validation?: "STRICT" | "PRESENT" | "NONE"; readonly revealSecrets?: boolean; readonly retries?: number; readonly failedState?: string; readonly failedIterations?: number; readonly items?: unknown }; answer: TestedState }
  /** Make a token. Its secret is in this answer and nowhere else: what is kept of it is a hash. */
  tokenCreate: { body: { readonly name: string; readonly grants: readonly ({ readonly role: "viewer" | "deployer" | "approver" | "responder" | "admin"; readonly project?: string; readonly config?: string })[]; readonly expiresAt?: string; readonly awsKey?: boolean }; answer: { readonly token: Token; readonly secret: string; readonly awsKey?: { readonly accessKeyId: string; readonly secretAccessKey: string } } }
  /** All tokens, those that are over or revoked too, oldest first. No answer ever holds a secret again. */
  tokenList: { answer: { readonly items: readonly (Token)[] } }
  /** From now on it opens nothing, nor do sessions that it began; the agent of a host whose token it is stays away. Revoking twice is no error. */
  tokenRevoke: { params: { readonly id: string }; answer: undefined }
  /** Give a token a new secret; id, grants and end stay, and so do its keys for AWS’s tools. */
  tokenRotate: { params: { readonly id: string }; body?: { readonly overlapMs?: number }; answer: { readonly token: Token; readonly secret: string; readonly formerUntil: string } }
  /** What is acted on, as it happens: `changes` events, some a second at most, with the actions and the things they were done to. After Last-Event-ID the first one says whether to read anew. */
  trailChanges: { answer: string }
  /** The trail as JSON lines, oldest first; then the key, and the signed statements that prove it. `holdfast audit verify --file` reads it without a server. */
  trailExport: { query?: { readonly from?: string; readonly to?: string }; answer: string }
  /** The sealed records of the trail, newest first. */
  trailRead: { query?: { readonly action?: "platform.start" | "platform.stop" | "platform.rotate_keys" | "platform.keys_rotated" | "token.create" | "token.revoke" | "login.decide" | "token.rotate" | "token.replayed" | "token.rekey" | "access.refused" | "access.forbidden" | "outbound.refused" | "person.add" | "person.change" | "person.invite" | "person.join" | "person.link" | "person.sign_in_failed" | "passkey.add" | "passkey.rename" | "passkey.remove" | "passkey.copied" | "group.set" | "group.remove" | "session.invite" | "session.begin" | "session.end" | "trail.prune" | "machine.create" | "machine.update" | "machine.delete" | "machine.publish" | "version.delete" | "alias.create" | "alias.update" | "alias.delete" | "state.test" | "activity.create" | "activity.delete" | "resource.tag" | "resource.untag" | "execution.start" | "execution.stop" | "execution.redrive" | "execution.continue" | "execution.close" | "execution.prune" | "map_run.start" | "map_run.update" | "map_run.redrive" | "map_run.close" | "task.call" | "task.succeed" | "task.fail" | "connection.add" | "connection.remove" | "key.add" | "key.revoke" | "host.enrol" | "host.connect" | "host.drain" | "host.undrain" | "host.remove" | "lock.acquire" | "lock.release" | "lock.break" | "place.protect" | "approval.ask" | "approval.give" | "approval.refuse" | "approval.reach" | "approval.review" | "deploy.start" | "deploy.refuse" | "deploy.halt" | "deploy.pause" | "deploy.resume" | "deploy.takeover" | "deploy.call" | "deploy.called" | "deploy.undone" | "deploy.commit" | "deploy.succeed" | "deploy.fail" | "deploy.halted" | "deploy.break_glass" | "deploy.retire"; readonly actor?: string; readonly text?: string; readonly subject?: string; readonly execution?: string; readonly since?: string; readonly until?: string; readonly limit?: string; readonly cursor?: string }; answer: { readonly items: readonly (TrailRecord)[]; readonly cursor?: string } }
  /** One sealed record with its neighbours in the chain. */
  trailRecord: { params: { readonly seq: string }; answer: { readonly record: TrailRecord; readonly before?: TrailRecord; readonly after?: TrailRecord } }
  /** Walk the hash chain and say where it breaks, if it does. */
  trailVerify: { query?: { readonly from?: string; readonly to?: string }; answer: { readonly ok: boolean; readonly broken?: { readonly seq: number; readonly reason: string; readonly detail: string }; readonly from: number; readonly to: number; readonly checked: number; readonly checkedHeads: number; readonly signedThrough: number; readonly prunedThrough: number; readonly unsealed: number; readonly oldestUnsealedAt?: string } }
  /** Delete a version that no alias points at. Its number is not given again. */
  versionDelete: { params: { readonly machine: string; readonly version: string }; answer: undefined }
  /** The versions of a state machine, the latest first. */
  versionList: { params: { readonly machine: string }; query?: { readonly limit?: string; readonly cursor?: string }; answer: { readonly items: readonly (MachineVersion)[]; readonly cursor?: string } }
}

/** Method and path of each. */
export const operations = {
  activityCreate: ["POST", "/v1/activities"],
  activityList: ["GET", "/v1/activities"],
  aliasDelete: ["DELETE", "/v1/machines/{machine}/aliases/{alias}"],
  aliasDescribe: ["GET", "/v1/machines/{machine}/aliases/{alias}"],
  aliasList: ["GET", "/v1/machines/{machine}/aliases"],
  aliasUpdate: ["PUT", "/v1/machines/{machine}/aliases/{alias}"],
  ciRuleList: ["GET", "/v1/ci/rules"],
  ciTokenIssue: ["POST", "/v1/ci/tokens"],
  connectionAdd: ["POST", "/v1/connections"],
  connectionList: ["GET", "/v1/connections"],
  connectionRemove: ["DELETE", "/v1/connections/{name}"],
  deployHalt: ["POST", "/v1/deployments/{id}/halt"],
  deployPause: ["POST", "/v1/deployments/{id}/pause"],
  deployPlan: ["POST", "/v1/deployments/plan"],
  deployResume: ["POST", "/v1/deployments/{id}/resume"],
  deployRetry: ["POST", "/v1/deployments/{id}/retry"],
  deployRollback: ["POST", "/v1/rollbacks"],
  deployStart: ["POST", "/v1/deployments"],
  deploymentBreakGlass: ["POST", "/v1/deployments/{id}/break-glass"],
  deploymentCompare: ["GET", "/v1/deployments/{id}/diff/{other}"],
  deploymentDescribe: ["GET", "/v1/deployments/{id}"],
  deploymentExplain: ["GET", "/v1/deployments/{id}/why"],
  deploymentList: ["GET", "/v1/deployments"],
  deploymentPlan: ["GET", "/v1/deployments/{id}/plan"],
  deploymentReview: ["POST", "/v1/deployments/{id}/review"],
  deploymentTraffic: ["GET", "/v1/deployments/{id}/traffic"],
  deploymentVote: ["POST", "/v1/deployments/{id}/votes"],
  deploymentWatch: ["GET", "/v1/deployments/{id}/events"],
  describeExpressExecution: ["GET", "/v1/express-executions/{execution}"],
  executionContinue: ["POST", "/v1/executions/{execution}/continue"],
  executionDescribe: ["GET", "/v1/executions/{execution}"],
  executionHistory: ["GET", "/v1/executions/{execution}/history"],
  executionList: ["GET", "/v1/executions"],
  executionMachine: ["GET", "/v1/executions/{execution}/machine"],
  executionRedrive: ["POST", "/v1/executions/{execution}/redrive"],
  executionStart: ["POST", "/v1/executions"],
  executionStop: ["POST", "/v1/executions/{execution}/stop"],
  executionWatch: ["GET", "/v1/executions/{execution}/events"],
  getHealth: ["GET", "/v1/health"],
  getProof: ["GET", "/v1/proof"],
  groupList: ["GET", "/v1/groups"],
  groupRemove: ["DELETE", "/v1/groups/{name}"],
  groupSet: ["PUT", "/v1/groups/{name}"],
  hostDescribe: ["GET", "/v1/hosts/{host}"],
  hostDrain: ["POST", "/v1/hosts/{host}/drain"],
  hostEnrol: ["POST", "/v1/hosts"],
  hostList: ["GET", "/v1/hosts"],
  hostLook: ["GET", "/v1/hosts/{host}/look"],
  hostRemove: ["POST", "/v1/hosts/{host}/remove"],
  hostReport: ["POST", "/v1/hosts/{host}/outcomes"],
  hostUndrain: ["POST", "/v1/hosts/{host}/undrain"],
  hostWork: ["POST", "/v1/hosts/{host}/commands/next"],
  joinBegin: ["POST", "/v1/join/begin"],
  joinFinish: ["POST", "/v1/join"],
  keyAdd: ["POST", "/v1/keys"],
  keyList: ["GET", "/v1/keys"],
  keyRevoke: ["POST", "/v1/keys/{id}/revoke"],
  listExpressExecutions: ["GET", "/v1/express-executions"],
  lockAcquire: ["POST", "/v1/locks"],
  lockBreak: ["POST", "/v1/locks/break"],
  lockList: ["GET", "/v1/locks"],
  lockRelease: ["POST", "/v1/locks/release"],
  loginAsk: ["POST", "/v1/logins"],
  loginDecide: ["POST", "/v1/logins/{code}"],
  loginFind: ["GET", "/v1/logins/{code}"],
  loginTake: ["POST", "/v1/logins/token"],
  logsRead: ["GET", "/v1/logs"],
  machineCreate: ["POST", "/v1/machines"],
  machineDescribe: ["GET", "/v1/machines/{machine}"],
  machineList: ["GET", "/v1/machines"],
  machinePublish: ["POST", "/v1/machines/{machine}/versions"],
  machineRehearse: ["POST", "/v1/machines/rehearse"],
  machineRevision: ["GET", "/v1/machines/{machine}/revisions/{revision}"],
  machineRevisions: ["GET", "/v1/machines/{machine}/revisions"],
  machineUpdate: ["PUT", "/v1/machines/{machine}"],
  machineValidate: ["POST", "/v1/machines/validate"],
  map_runDescribe: ["GET", "/v1/map-runs/{run}"],
  map_runList: ["GET", "/v1/executions/{execution}/map-runs"],
  map_runUpdate: ["POST", "/v1/map-runs/{run}/update"],
  ownPasskeyAdd: ["POST", "/v1/me/passkeys"],
  ownPasskeyBegin: ["POST", "/v1/me/passkeys/begin"],
  ownPasskeyList: ["GET", "/v1/me/passkeys"],
  ownPasskeyRemove: ["DELETE", "/v1/me/passkeys/{id}"],
  ownPasskeyRename: ["PUT", "/v1/me/passkeys/{id}"],
  ownSessionEnd: ["POST", "/v1/me/sessions/{id}/end"],
  ownSessionEndOthers: ["POST", "/v1/me/sessions/end-others"],
  ownSessionList: ["GET", "/v1/me/sessions"],
  ownTokenCreate: ["POST", "/v1/me/tokens"],
  ownTokenList: ["GET", "/v1/me/tokens"],
  ownTokenRevoke: ["POST", "/v1/me/tokens/{id}/revoke"],
  ownTokenRotate: ["POST", "/v1/me/tokens/{id}/rotate"],
  passkeyJoinBegin: ["POST", "/v1/join/passkey/begin"],
  passkeyJoinFinish: ["POST", "/v1/join/passkey"],
  passkeySignInBegin: ["POST", "/v1/sign-in/passkey"],
  passkeySignInFinish: ["POST", "/v1/sign-in/passkey/finish"],
  personAdd: ["POST", "/v1/people"],
  personChange: ["PUT", "/v1/people/{login}"],
  personInvite: ["POST", "/v1/people/{login}/invitations"],
  personList: ["GET", "/v1/people"],
  placeList: ["GET", "/v1/places"],
  placeProtect: ["PUT", "/v1/places/{project}/{config}/protection"],
  placeStatus: ["GET", "/v1/places/{project}/{config}"],
  platformDescribe: ["GET", "/v1/version"],
  platformMetrics: ["GET", "/metrics"],
  platformRotate_keys: ["POST", "/v1/secrets/rotate"],
  platformStop: ["POST", "/v1/stop"],
  recoverySignIn: ["POST", "/v1/sign-in/recovery"],
  releaseDescribe: ["GET", "/v1/releases/{id}"],
  releaseSchema: ["GET", "/v1/release-schemas/{target}"],
  runExpressExecution: ["POST", "/v1/express-executions"],
  sessionBegin: ["POST", "/v1/session"],
  sessionDescribe: ["GET", "/v1/session"],
  sessionEnd: ["DELETE", "/v1/session"],
  sessionInvite: ["POST", "/v1/session/invitations"],
  sessionList: ["GET", "/v1/sessions"],
  sessionRevoke: ["POST", "/v1/sessions/{id}/revoke"],
  setMachineLogging: ["PUT", "/v1/machines/{machine}/logging"],
  signInBegin: ["POST", "/v1/sign-in"],
  signOnBegin: ["POST", "/v1/sign-on"],
  signOnFinish: ["POST", "/v1/sign-on/finish"],
  signOnProviders: ["GET", "/v1/sign-on"],
  stateTest: ["POST", "/v1/states/test"],
  tokenCreate: ["POST", "/v1/tokens"],
  tokenList: ["GET", "/v1/tokens"],
  tokenRevoke: ["POST", "/v1/tokens/{id}/revoke"],
  tokenRotate: ["POST", "/v1/tokens/{id}/rotate"],
  trailChanges: ["GET", "/v1/trail/changes"],
  trailExport: ["GET", "/v1/trail/export"],
  trailRead: ["GET", "/v1/trail"],
  trailRecord: ["GET", "/v1/trail/records/{seq}"],
  trailVerify: ["GET", "/v1/trail/verify"],
  versionDelete: ["DELETE", "/v1/machines/{machine}/versions/{version}"],
  versionList: ["GET", "/v1/machines/{machine}/versions"],
} as const satisfies Record<keyof Operations, readonly [method: string, path: string]>

/** What a query parameter accepts, where it is one of a few. */
export const accepted = {
  executionHistory_order: ["oldest","newest"],
  executionList_status: ["RUNNING","SUCCEEDED","FAILED","TIMED_OUT","ABORTED","PENDING_REDRIVE"],
  listExpressExecutions_status: ["RUNNING","SUCCEEDED","FAILED","TIMED_OUT","ABORTED","PENDING_REDRIVE"],
  logsRead_follow: ["true","false"],
  machineList_lately: ["true","false"],
  placeStatus_live: ["true","false"],
  trailRead_action: ["platform.start","platform.stop","platform.rotate_keys","platform.keys_rotated","token.create","token.revoke","login.decide","token.rotate","token.replayed","token.rekey","access.refused","access.forbidden","outbound.refused","person.add","person.change","person.invite","person.join","person.link","person.sign_in_failed","passkey.add","passkey.rename","passkey.remove","passkey.copied","group.set","group.remove","session.invite","session.begin","session.end","trail.prune","machine.create","machine.update","machine.delete","machine.publish","version.delete","alias.create","alias.update","alias.delete","state.test","activity.create","activity.delete","resource.tag","resource.untag","execution.start","execution.stop","execution.redrive","execution.continue","execution.close","execution.prune","map_run.start","map_run.update","map_run.redrive","map_run.close","task.call","task.succeed","task.fail","connection.add","connection.remove","key.add","key.revoke","host.enrol","host.connect","host.drain","host.undrain","host.remove","lock.acquire","lock.release","lock.break","place.protect","approval.ask","approval.give","approval.refuse","approval.reach","approval.review","deploy.start","deploy.refuse","deploy.halt","deploy.pause","deploy.resume","deploy.takeover","deploy.call","deploy.called","deploy.undone","deploy.commit","deploy.succeed","deploy.fail","deploy.halted","deploy.break_glass","deploy.retire"],
} as const
