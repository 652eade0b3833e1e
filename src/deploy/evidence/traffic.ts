/** What is counted of the traffic, as a deployer reads it from whoever counts. Differences of two readings are a window. */

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

/** `[milliseconds, how many took about so long]`, the shortest first. */
export type LatencySpread = readonly (readonly [ms: number, count: number])[]

export type FleetTraffic = TrafficCounts & {
  readonly latency: readonly LatencyWindow[]
  /** Of all answers since the counter began, as the other counts. Missing where nobody knows. */
  readonly spread?: LatencySpread
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

/** A reading as it is kept: what it has counted. The windows of instances serve only whoever judges them at once. */
export function kept(reading: TrafficReading): TrafficReading {
  const { incoming, outgoing } = reading
  return { ...reading, incoming: { ...incoming, latency: [] }, outgoing: { ...outgoing, latency: [] } }
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

/** How long what was answered from `before` to `after` took. After a restart of the counter, all that it has. */
export function spreadBetween(before: FleetTraffic, after: FleetTraffic): LatencySpread {
  const { spread = [] } = after
  if (after.requests < before.requests) return spread
  const known = new Map(before.spread)
  return spread.flatMap(([ms, count]) => {
    const fresh = count - (known.get(ms) ?? 0)
    return fresh > 0 ? [[ms, fresh] as const] : []
  })
}

export function addSpreads(spreads: readonly LatencySpread[]): LatencySpread {
  const sums = new Map<number, number>()
  for (const [ms, count] of spreads.flat()) sums.set(ms, (sums.get(ms) ?? 0) + count)
  return [...sums].toSorted(([a], [b]) => a - b)
}

/** So long or less took this share of them. Null of none. */
export function quantileOf(spread: LatencySpread, share: number): number | null {
  let left = Math.ceil(spread.reduce((sum, [, count]) => sum + count, 0) * share)
  return spread.find(([, count]) => (left -= count) <= 0)?.[0] ?? null
}
