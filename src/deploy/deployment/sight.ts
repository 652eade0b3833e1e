/** What was last seen of a deployment: its instances, and its traffic. Kept for people; nothing is decided by it. Pure. */
import {
  countsBetween,
  type FleetTraffic,
  quantileOf,
  spreadBetween,
  type TrafficReading,
} from '../evidence/traffic.ts'
import type { InstanceHealth } from '../health/judge.ts'

/** Since the new version has traffic. */
export type SeenTraffic = {
  readonly requests: number
  /** Answers of class 5xx by the application itself. */
  readonly failures: number
  /** Failed on the way to it: see `TrafficCounts.deliveryFailures`. */
  readonly lost: number
  readonly clientAborts: number
  /** The slowest hundredth took longer. Null without traffic, and where nobody knows. */
  readonly p99Ms: number | null
}

export type Sight = {
  readonly at: number
  readonly instances: readonly InstanceHealth[]
  /** How many of those that must be healthy are. */
  readonly healthy: number
  readonly of: number
  /** Missing as long as the new version has no traffic, and where nobody counts. */
  readonly traffic?: {
    readonly incoming: SeenTraffic
    readonly outgoing: SeenTraffic
    /** Answered by the new version since the step under way has its traffic: what a bake by requests counts. */
    readonly stepRequests: number
  }
}

export function seenTraffic(
  since: TrafficReading,
  now: TrafficReading,
): Omit<NonNullable<Sight['traffic']>, 'stepRequests'> {
  return {
    incoming: seenOf(since.incoming, now.incoming),
    outgoing: seenOf(since.outgoing, now.outgoing),
  }
}

function seenOf(before: FleetTraffic, after: FleetTraffic): SeenTraffic {
  const { requests, applicationFailures, deliveryFailures, clientAborts } = countsBetween(before, after)
  return {
    requests,
    failures: applicationFailures,
    lost: deliveryFailures,
    clientAborts,
    p99Ms: quantileOf(spreadBetween(before, after), 0.99),
  }
}

/**
 * Whether a sight is worth a commit: at once when an instance has changed its state; otherwise once a second, and in a long
 * bake more seldom.
 */
export function isNews(before: Sight | undefined, now: Sight, elapsedMs: number): boolean {
  if (before === undefined || statesIn(before) !== statesIn(now)) return true
  const { at: seenBefore, ...old } = before
  const { at: seenNow, ...fresh } = now
  const pauseMs = Math.min(10_000, Math.max(1000, elapsedMs / 60))
  return seenNow - seenBefore >= pauseMs && JSON.stringify(old) !== JSON.stringify(fresh)
}

const statesIn = ({ instances, healthy, of }: Sight): string =>
  `${healthy}/${of} ${instances.map(({ instance, state, restarts }) => `${instance} ${state} ${restarts}`).join()}`
