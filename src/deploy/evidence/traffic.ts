/** What is counted of the traffic, as a deployer reads it from whoever counts. Differences of two readings are a window. */

import { median } from './statistics.ts'

/** Sums since the counter began. A counter that began anew is smaller than before. */
export type TrafficCounts = {
  readonly requests: number
  /** Answers of class 5xx that the application itself gave. */
  readonly applicationFailures: number
  /**
   * What clients saw fail because of the balancer or its way to an instance: 5xx of its own making, a reset after the
   * request was accepted, a refused connection.
   */
  readonly deliveryFailures: number
  /** The client went away first: nobody's failure. */
  readonly clientAborts: number
}

/** Latencies of one piece of time, ten seconds or so, of one instance. */
export type LatencyWindow = {
  readonly instance: string
  readonly startedAt: number
  readonly count: number
  readonly p50Ms: number
  readonly p99Ms: number
}

export type FleetTraffic = TrafficCounts & {
  readonly latency: readonly LatencyWindow[]
}

export type TrafficReading = {
  readonly at: number
  readonly incoming: FleetTraffic
  readonly outgoing: FleetTraffic
  /** Answers the balancer gave for want of any instance: they belong to neither. */
  readonly unplaced: number
}

export const noCounts: TrafficCounts = {
  requests: 0,
  applicationFailures: 0,
  deliveryFailures: 0,
  clientAborts: 0,
}

/** A reading as it is kept: the windows of all instances of a time as one, for there may be many instances. */
export function kept(reading: TrafficReading): TrafficReading {
  const { incoming, outgoing } = reading
  return {
    ...reading,
    incoming: { ...incoming, latency: merged(incoming.latency) },
    outgoing: { ...outgoing, latency: merged(outgoing.latency) },
  }
}

function merged(windows: readonly LatencyWindow[]): readonly LatencyWindow[] {
  const byTime = Map.groupBy(
    windows.filter(({ count }) => count > 0),
    ({ startedAt }) => startedAt,
  )
  return [...byTime].map(([startedAt, all]) => ({
    instance: 'all',
    startedAt,
    count: all.reduce((sum, { count }) => sum + count, 0),
    p50Ms: median(all.map(({ p50Ms }) => p50Ms)),
    p99Ms: Math.max(...all.map(({ p99Ms }) => p99Ms)),
  }))
}

/** What was counted from `before` to `after`. After a restart of the counter, all that it has. */
export function countsBetween(before: TrafficCounts, after: TrafficCounts): TrafficCounts {
  const restarted = after.requests < before.requests
  const base = restarted ? noCounts : before
  return {
    requests: after.requests - base.requests,
    applicationFailures: Math.max(0, after.applicationFailures - base.applicationFailures),
    deliveryFailures: Math.max(0, after.deliveryFailures - base.deliveryFailures),
    clientAborts: Math.max(0, after.clientAborts - base.clientAborts),
  }
}

export function addCounts(a: TrafficCounts, b: TrafficCounts): TrafficCounts {
  return {
    requests: a.requests + b.requests,
    applicationFailures: a.applicationFailures + b.applicationFailures,
    deliveryFailures: a.deliveryFailures + b.deliveryFailures,
    clientAborts: a.clientAborts + b.clientAborts,
  }
}
