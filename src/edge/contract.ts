/**
 * What the edge promises, whichever driver does it (ours, or HAProxy behind the same interface). The host agent writes
 * `EdgeRoutes`, pushes them with `applyRoutes` and reads `EdgeStatus` and `EdgeEvent`; nobody else talks to an edge.
 * All times are milliseconds; points in time count from 1970 UTC. The wire carries exactly these shapes as JSON.
 */
import type { EdgeRoutes } from './contract/routes.ts'
import type { EdgeEvent, EdgeStatus, StatusRequest } from './contract/status.ts'

export * from './contract/routes.ts'
export * from './contract/settings.ts'
export * from './contract/status.ts'

export interface Edge {
  /**
   * Resolves when the version is in force everywhere: no request that arrives later is placed by an older one. Not slowed by
   * probes, status or drains, nor stopped by a full disk. Pushing the version in force once more, unchanged, is allowed.
   * @throws HoldfastError edge.routes_invalid, edge.version_stale, edge.worker_silent, edge.unreachable
   */
  applyRoutes(routes: EdgeRoutes): Promise<RoutesInForce>
  /** The routes in force. */
  routes(): Promise<EdgeRoutes>
  status(request?: StatusRequest): Promise<EdgeStatus>
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
