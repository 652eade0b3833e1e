/** Status and events: what the edge tells. Times in milliseconds, points in time since 1970 UTC. */
import type { TargetState } from './routes.ts'

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

export type ReleaseStatus = { readonly release: string; readonly weight: number } & TrafficStatus & {
    /** Of all answers since the edge started: the difference of two is what was answered in between. */
    readonly spread: LatencySpread
  }

/** `[milliseconds, how many took about so long]`, the shortest first; right to 2 %. */
export type LatencySpread = readonly (readonly [ms: number, count: number])[]

export type StatusRequest = {
  /** Only windows that had not ended then: they are most of a status. Absent: all that are kept. */
  readonly windowsSince?: number
}

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
 * - `believed`: was healthy when the edge last ran; used, and probed; `unproven` again when nobody listens there
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
