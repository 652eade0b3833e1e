/**
 * What the edge promises, whichever driver does it (ours, or HAProxy behind the same interface). The host agent writes
 * `EdgeRoutes`, pushes them with `applyRoutes` and reads `EdgeStatus` and `EdgeEvent`; nobody else talks to an edge.
 * All times are milliseconds; points in time count from 1970 UTC. The wire carries exactly these shapes as JSON.
 */

// ---- routes: what the edge is told

/** The whole truth about routing. Each push replaces the one before; `version` must be higher than the one in force. */
export type EdgeRoutes = {
  readonly version: number
  readonly routes: readonly Route[]
}

/** One service of a project and config under some addresses. Sections left out take the values of `routeDefaults`. */
export type Route = {
  /** Stable over versions: counters, weights' turns and drains hang on it. */
  readonly id: string
  readonly project: string
  readonly config: string
  readonly service: string
  /** `shop.example.com`, `*.example.com` (any depth below), or `*`. The most specific route wins, first by host, then by path. */
  readonly hosts: readonly string[]
  /** Whole segments: `/api` takes `/api` and `/api/x`, not `/apix`. Default `/`. */
  readonly pathPrefix?: string
  /** Shares of the traffic by release, without cookies. A release not named here, or with 0, takes no new request. */
  readonly weights: readonly ReleaseWeight[]
  /** Keeps a client on one release and target while both can serve. Absent: each request is placed on its own. */
  readonly stickyBy?: StickyBy
  readonly targets: readonly Target[]
  readonly health?: Partial<HealthPolicy>
  readonly limits?: Partial<RouteLimits>
  readonly timeouts?: Partial<RouteTimeouts>
  readonly retry?: Partial<RetryPolicy>
  /** Requests are answered by the edge itself while `on`. Targets stay probed. */
  readonly maintenance?: Maintenance
  /** Below this share (0 to 1) of healthy targets, all that were ever proven are used again. Default 0.5; 0 turns it off. */
  readonly panicThreshold?: number
}

/** `weight`: any whole number ≥ 0; only the ratio counts. */
export type ReleaseWeight = { readonly release: string; readonly weight: number }

/** A request without the header or cookie is placed on its own. */
export type StickyBy =
  | { readonly kind: 'header'; readonly name: string }
  | { readonly kind: 'cookie'; readonly name: string }
  | { readonly kind: 'client' }

/**
 * - `active`: takes new requests, once proven healthy, according to the weight of its release
 * - `warm`: probed and ready, takes none
 * - `draining`: takes none, not probed; will be stopped when the edge says `target_drained`
 *
 * A target *serves* while it is active and its release has a weight above 0. When it stops serving, for whatever reason
 * (other state, weight 0, gone from the routes), it drains: its idle connections are closed at once, requests under way get
 * `drainMs`, WebSockets and event streams are closed politely, spread over `upgradeDrainMs`.
 */
export type TargetState = 'active' | 'warm' | 'draining'

export type TargetAddress =
  | { readonly host: string; readonly port: number }
  /** A Unix socket. */
  | { readonly socketPath: string }

export type Target = {
  /** Unique within its route. The same id with another release or address is another target. */
  readonly id: string
  readonly release: string
  /** For people: `web.2`. */
  readonly instance: string
  readonly address: TargetAddress
  readonly state: TargetState
  /** The host agent saw that the listening socket belongs to the process it supervises: proof for servers that echo nothing. */
  readonly attested?: Attestation
}

export type Attestation = { readonly pid: number; readonly at: number; readonly evidence: string }

/** A probe passes when it is answered in time with an accepted status *and* the answer provably comes from the release. */
export type HealthPolicy = {
  readonly path: string
  readonly method: 'GET' | 'HEAD'
  readonly expectStatus: { readonly min: number; readonly max: number }
  readonly intervalMs: number
  /** Until the first `rise` successes: what is booting is asked more often. */
  readonly bootIntervalMs: number
  readonly timeoutMs: number
  /** Successes in a row until healthy. */
  readonly rise: number
  /** Failures in a row until unhealthy. */
  readonly fall: number
  /** The answer must repeat the release id in this header; a wrong id is refused even from an attested target. */
  readonly releaseHeader: string
  /** The Host header of a probe; absent: the target's own address. */
  readonly host?: string
}

/** 0 means no limit. */
export type RouteLimits = {
  readonly headerBytes: number
  readonly bodyBytes: number
  /** Requests under way, upgraded ones included. */
  readonly connections: number
  readonly requestsPerSecond: number
  /** Requests that may come at once; at least what the rate gives in a tenth of a second. */
  readonly burst: number
}

export type RouteTimeouts = {
  readonly connectMs: number
  /** From the request being sent to the head of the answer. */
  readonly responseMs: number
  /** Without a byte in either direction, once the exchange has begun. Not applied to event streams and upgrades. */
  readonly idleMs: number
  /** What requests under way get when their target stops serving; then they are answered 504 or cut. */
  readonly drainMs: number
  /** Over this time WebSockets (close frame 1001) and event streams (`retry:` and an orderly end) are sent elsewhere. */
  readonly upgradeDrainMs: number
  /** Connections to a target are closed after so long without use; keep it below the application's own keep-alive time. */
  readonly upstreamIdleMs: number
}

/** Only what cannot do a thing twice is repeated; this can only be narrowed. */
export type RetryPolicy = {
  /** Repeats after the first try. */
  readonly attempts: number
  /** The connection was not made, so nothing was sent: any method, on another target. */
  readonly connectFailure: boolean
  /** A kept connection broke before a byte of the answer; only idempotent methods, or when no byte of the body was sent. */
  readonly reusedConnection: boolean
  /** Bodies up to this size are kept until the answer begins, so that an idempotent request can be repeated. */
  readonly replayBytes: number
}

export type Maintenance = { readonly on: boolean; readonly status: number; readonly message: string }

/** A section of a route as it is in force: every field said. */
export type CompleteRoute = Omit<Route, 'pathPrefix' | 'health' | 'limits' | 'timeouts' | 'retry' | 'maintenance'> & {
  readonly pathPrefix: string
  readonly health: HealthPolicy
  readonly limits: RouteLimits
  readonly timeouts: RouteTimeouts
  readonly retry: RetryPolicy
  readonly maintenance: Maintenance
  readonly panicThreshold: number
}

export const routeDefaults = {
  pathPrefix: '/',
  health: {
    path: '/',
    method: 'GET',
    expectStatus: { min: 200, max: 299 },
    intervalMs: 1000,
    bootIntervalMs: 100,
    timeoutMs: 2000,
    rise: 2,
    fall: 3,
    releaseHeader: 'x-release-id',
  },
  limits: { headerBytes: 0, bodyBytes: 0, connections: 0, requestsPerSecond: 0, burst: 0 },
  timeouts: {
    connectMs: 2000,
    responseMs: 60_000,
    idleMs: 60_000,
    drainMs: 30_000,
    upgradeDrainMs: 30_000,
    // Node's own servers close at 5 s.
    upstreamIdleMs: 4000,
  },
  retry: { attempts: 2, connectFailure: true, reusedConnection: true, replayBytes: 65_536 },
  maintenance: { on: false, status: 503, message: 'Down for maintenance. Please try again soon.' },
  panicThreshold: 0.5,
} as const satisfies Partial<CompleteRoute>

// ---- settings: what the edge is started with

export type EdgeSettings = {
  readonly listeners: readonly ListenerSettings[]
  readonly accessLog?: AccessLogSettings
  /** Addresses or CIDR blocks whose X-Forwarded-* are believed and continued; from anybody else they are replaced. */
  readonly trustedProxies?: readonly string[]
  readonly client?: Partial<ClientPolicy>
}

export type ListenerSettings = {
  readonly name: string
  /** A numeric address. */
  readonly host: string
  /** 0 takes a free one, told in `EdgeStatus.listeners`. */
  readonly port: number
  /** Present: HTTPS. The certificate is chosen by the name the client asks for (SNI), else the first. */
  readonly certificates?: readonly CertificateFiles[]
}

/** PEM files, read at start and on `reload`. */
export type CertificateFiles = {
  /** Exact names or `*.example.com` (one label, as in certificates). */
  readonly hosts: readonly string[]
  readonly certFile: string
  readonly keyFile: string
}

/** JSON lines. The file is renamed to `file.1` … `file.keep` when it would grow above `maxBytes`. */
export type AccessLogSettings = { readonly file: string; readonly maxBytes: number; readonly keep: number }

/** How the edge treats whoever connects to it. */
export type ClientPolicy = {
  /** Connections at once over all listeners. */
  readonly connections: number
  readonly headerBytes: number
  /** A connection that has not sent a whole request head by then is answered 408 and closed. */
  readonly headersMs: number
  /** Idle time of a kept connection. */
  readonly keepAliveMs: number
  /** What connections still open get when a worker leaves for its successor. */
  readonly leaveMs: number
}

export const clientPolicyDefaults: ClientPolicy = {
  connections: 20_000,
  headerBytes: 32_768,
  headersMs: 10_000,
  keepAliveMs: 15_000,
  leaveMs: 60_000,
}

// ---- status: what the edge tells

/**
 * Why the edge itself answered, or cut an answer. Sent as header `x-holdfast-edge` and counted apart from what
 * applications answer. `edgeCauses` says status and whose doing it is.
 */
export type EdgeCause = keyof typeof edgeCauses

/**
 * `by`: `client` (its own request), `policy` (we were told to), `pool` (a target or the edge failed: what a switch must not
 * cause). `status` 0: the answer had begun, so it could only be cut.
 */
export const edgeCauses = {
  bad_request: { status: 400, by: 'client' },
  no_route: { status: 404, by: 'client' },
  method_refused: { status: 405, by: 'client' },
  request_timeout: { status: 408, by: 'client' },
  body_too_large: { status: 413, by: 'client' },
  headers_too_large: { status: 431, by: 'client' },
  encoding_unknown: { status: 501, by: 'client' },
  loop: { status: 508, by: 'client' },
  rate_limited: { status: 429, by: 'policy' },
  too_many_requests_open: { status: 503, by: 'policy' },
  maintenance: { status: 503, by: 'policy' },
  no_target: { status: 503, by: 'pool' },
  connect_failed: { status: 502, by: 'pool' },
  connect_timeout: { status: 504, by: 'pool' },
  reset_before_answer: { status: 502, by: 'pool' },
  bad_answer: { status: 502, by: 'pool' },
  response_timeout: { status: 504, by: 'pool' },
  drain_timeout: { status: 504, by: 'pool' },
  reset_in_answer: { status: 0, by: 'pool' },
  idle_timeout: { status: 0, by: 'pool' },
  drain_cut: { status: 0, by: 'pool' },
  edge_failed: { status: 500, by: 'pool' },
} as const satisfies Readonly<Record<string, { readonly status: number; readonly by: 'client' | 'policy' | 'pool' }>>

export type EdgeStatus = {
  /** Version in force in every worker; 0 before the first. */
  readonly version: number
  /** Where it came from: a push since the start, or the last good routes on disk. */
  readonly origin: 'none' | 'disk' | 'push'
  readonly now: number
  readonly keeper: { readonly pid: number; readonly startedAt: number }
  readonly listeners: readonly {
    readonly name: string
    readonly host: string
    readonly port: number
    readonly tls: boolean
  }[]
  readonly workers: readonly WorkerStatus[]
  /** Workers that died without being told, since the keeper started. Each may have cost the requests it had under way. */
  readonly crashes: number
  readonly routes: readonly RouteStatus[]
  /** Answers made before a route was found. */
  readonly unrouted: EdgeFailures
}

export type WorkerStatus = {
  readonly pid: number
  readonly state: 'starting' | 'serving' | 'leaving'
  readonly startedAt: number
  readonly version: number
  readonly connections: number
  readonly inFlight: number
}

export type RouteStatus = {
  readonly id: string
  readonly panic: boolean
  /** Answers the edge made without a target (no_target, rate_limited, maintenance, …). */
  readonly edgeFailures: EdgeFailures
  readonly releases: readonly ReleaseStatus[]
  readonly targets: readonly TargetStatus[]
}

export type EdgeFailures = Readonly<Partial<Record<EdgeCause, number>>>

export type ReleaseStatus = { readonly release: string; readonly weight: number } & TrafficStatus

export type TargetStatus = {
  readonly id: string
  readonly release: string
  readonly instance: string
  readonly state: TargetState
  readonly serving: boolean
  readonly health: HealthStatus
  /** Nothing under way and no new request possible. */
  readonly drained: boolean
} & TrafficStatus

/**
 * - `unproven`: has not yet passed `rise` probes; gets nothing
 * - `believed`: was healthy when the edge last ran; used, and probed
 * - `healthy`, `unhealthy`: as probed; an unhealthy one is used only in panic
 * - `impostor`: answered with another release id; never used, not even in panic
 */
export type HealthState = 'unproven' | 'believed' | 'healthy' | 'unhealthy' | 'impostor'

export type HealthStatus = {
  readonly state: HealthState
  readonly since: number
  /** In a row, up to now. */
  readonly successes: number
  readonly failures: number
  /** The latest observation that counted. Absent before the first. */
  readonly evidence?: HealthEvidence
}

export type HealthEvidence = {
  readonly at: number
  readonly verdict: 'pass' | 'fail' | 'impostor'
  /** For people: `200 in 3 ms, release echoed`, `connect ECONNREFUSED`, `status 500, expected 200 to 299`. */
  readonly detail: string
}

/** Sums since the edge started; `windows` are the last ones, oldest first, of `windowMs` each, the last still running. */
export type TrafficStatus = {
  readonly inFlight: number
  /** Of these, WebSockets and other upgrades. */
  readonly upgraded: number
  readonly totals: Traffic
  readonly windows: readonly TrafficWindow[]
}

export const windowMs = 10_000
export const windowsKept = 30

export type Traffic = {
  readonly requests: number
  /** Answers by class, as the application gave them: index 0 is 1xx (upgrades), 4 is 5xx. */
  readonly classes: readonly [number, number, number, number, number]
  /** Made by the edge for want of an answer of this target. */
  readonly edgeFailures: EdgeFailures
  /** The client went away first. Nobody's failure. */
  readonly clientAborts: number
  /** Repeats that spared a client a failure. */
  readonly retries: number
  /** Answers that named another release than the target's. */
  readonly foreignAnswers: number
  readonly latency: Latency
}

/** From the request's head to the end of the answer; upgrades and event streams count to the head of the answer. */
export type Latency = {
  readonly count: number
  readonly p50Ms: number
  readonly p90Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

export type TrafficWindow = { readonly startedAt: number } & Traffic

// ---- events

/** `id` grows by one; `events({ after })` continues there. The last 1,000 are kept. */
export type EdgeEvent = { readonly id: number; readonly at: number } & EdgeHappening

export type EdgeHappening =
  | { readonly kind: 'routes_in_force'; readonly version: number; readonly tookMs: number }
  | {
      readonly kind: 'target_health'
      readonly route: string
      readonly target: string
      readonly release: string
      readonly from: HealthState
      readonly to: HealthState
      readonly evidence?: HealthEvidence
    }
  | {
      readonly kind: 'drain_started'
      readonly route: string
      readonly target: string
      readonly release: string
      readonly inFlight: number
    }
  /** It serves again before it was empty. */
  | {
      readonly kind: 'drain_called_off'
      readonly route: string
      readonly target: string
      readonly release: string
    }
  /** `cut`: requests that were not finished in time, by request id. */
  | {
      readonly kind: 'target_drained'
      readonly route: string
      readonly target: string
      readonly release: string
      readonly tookMs: number
      readonly cut: readonly string[]
    }
  | {
      readonly kind: 'panic'
      readonly route: string
      readonly on: boolean
      readonly healthy: number
      readonly of: number
    }
  | { readonly kind: 'worker_serving'; readonly pid: number }
  | { readonly kind: 'worker_left'; readonly pid: number }
  | { readonly kind: 'worker_died'; readonly pid: number; readonly reason: string; readonly inFlight: number }
  | { readonly kind: 'reloaded'; readonly certificates: number }
  /** The reader was too slow, or came too late: events up to `until` are lost to it. Read the status. */
  | { readonly kind: 'missed'; readonly until: number }

// ---- the interface

export interface Edge {
  /**
   * Resolves when the version is in force everywhere: no request that arrives later is placed by an older one. Not slowed by
   * probes, status or drains, nor stopped by a full disk. Pushing the version in force once more, unchanged, is allowed.
   * @throws HoldfastError edge.routes_invalid, edge.version_stale, edge.worker_silent, edge.unreachable
   */
  applyRoutes(routes: EdgeRoutes): Promise<RoutesInForce>
  /** The routes in force. */
  routes(): Promise<EdgeRoutes>
  status(): Promise<EdgeStatus>
  /**
   * Takes targets out at once, until a later version of the routes: for when there is no time to make one. Resolves when no
   * new request can reach them; `target_drained` tells the end. @throws HoldfastError edge.target_unknown
   */
  drain(request: DrainRequest): Promise<void>
  /** Ends when the signal is aborted. @throws HoldfastError edge.unreachable when the edge goes away */
  events(options: { readonly signal: AbortSignal; readonly after?: number }): AsyncIterable<EdgeEvent>
  /** Reads settings and certificates again. A broken file changes nothing. @throws HoldfastError edge.settings_invalid */
  reload(): Promise<void>
  /** Replaces every worker without refusing, resetting or losing a request. Resolves when the new ones serve. */
  restart(): Promise<void>
  /** Ends the edge: refuses new connections at once and gives what is under way `withinMs`. No part of any deploy. */
  stop(options?: { readonly withinMs?: number }): Promise<void>
}

export type RoutesInForce = {
  readonly version: number
  readonly workers: number
  readonly tookMs: number
  /** Whether it is on disk as the last good routes, to start with after a crash of everything. */
  readonly stored: boolean
}

export type DrainRequest = { readonly route: string; readonly targets: readonly string[] }
