/** Routes: what the edge is told. Times in milliseconds. */

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
 * - `draining`: takes none, not probed; will be stopped when the edge says `target_drained`. Must prove itself again to return
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
  /** Instead of the route's, field by field: two releases of a service may be asked in different ways. */
  readonly health?: Partial<HealthPolicy>
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
