/** The proof that is kept with a deployment: its traffic before, during and after, and what the switch itself cost. Pure. */
import {
  addCounts,
  addSpreads,
  countsBetween,
  quantileOf,
  spreadBetween,
  type TrafficCounts,
  type TrafficReading,
} from './traffic.ts'

export type Phase = TrafficCounts & {
  readonly ms: number
  /** Of all that was answered in this very time. Null without traffic, and where nobody knows. */
  readonly p50Ms: number | null
  readonly p99Ms: number | null
}

export type Evidence = {
  /** From the beginning until the first request may go to the new version; of a rollback, since the deployment it goes back from. */
  readonly before: Phase
  /** Until all of them do. */
  readonly during: Phase
  /** Until the deployment is done. */
  readonly after: Phase
  /** Failures that the switch made: see `switchFailures`. */
  readonly madeBySwitch: number
  /** Of a rollback, and of a deployment that came back after it had traffic. */
  readonly back?: WayBack
}

/** How long the bad version still had its traffic. */
export type WayBack = {
  /** When the rollback was accepted, or when the deployment turned back. */
  readonly from: number
  /** When every balancer had the former version in force again: nothing new reached the bad one after that. */
  readonly until: number
  /**
   * Requests to the bad version in between, counted from a reading that is asked for together with the switch. Null where
   * nobody counts, and where there was no time to read: a halt does not wait for it.
   */
  readonly requests: number | null
}

/** `until` is when the last of these was in force; undefined when none of them is. */
export function wayBackOf(
  from: number,
  settled: readonly (number | null)[],
  { shift, switched }: Readings,
): WayBack | undefined {
  const times = settled.flatMap((at) => (at === null || at < from ? [] : [at]))
  if (times.length === 0) return undefined
  const isCounted = shift !== undefined && switched !== undefined
  const requests = isCounted ? countsBetween(shift.outgoing, switched.outgoing).requests : null
  return { from, until: Math.max(...times), requests }
}

export type Readings = Readonly<Partial<Record<'begin' | 'shift' | 'switched' | 'end', TrafficReading>>>

/** Undefined when nobody counts. */
export function evidenceOf(readings: Readings): Evidence | undefined {
  const { begin, shift = begin, switched = shift, end = switched } = readings
  if (begin === undefined || shift === undefined || switched === undefined || end === undefined) return undefined
  return {
    before: phaseBetween(begin, shift),
    during: phaseBetween(shift, switched),
    after: phaseBetween(switched, end),
    madeBySwitch: switchFailures(begin, shift, end),
  }
}

/**
 * Requests that failed on the way to an instance since the traffic began to move, beyond what failed so before. A balancer
 * that made such failures already (an instance was sick) goes on making them; the switch is blamed for what came on top.
 * Not counted: clients that left, and answers of the application itself, however bad.
 */
export function switchFailures(begin: TrafficReading, shift: TrafficReading, now: TrafficReading): number {
  const [before, since] = [lostBetween(begin, shift), lostBetween(shift, now)]
  const expected = before.requests === 0 ? 0 : (before.lost / before.requests) * since.requests
  return Math.max(0, since.lost - (before.lost === 0 ? 0 : Math.ceil(expected + 3 * Math.sqrt(expected))))
}

function lostBetween(from: TrafficReading, to: TrafficReading): { readonly lost: number; readonly requests: number } {
  const { requests, deliveryFailures } = countsOfBoth(from, to)
  const unplaced = to.unplaced < from.unplaced ? to.unplaced : to.unplaced - from.unplaced
  return { lost: deliveryFailures + unplaced, requests: requests + unplaced }
}

const countsOfBoth = (from: TrafficReading, to: TrafficReading): TrafficCounts =>
  addCounts(countsBetween(from.incoming, to.incoming), countsBetween(from.outgoing, to.outgoing))

function phaseBetween(from: TrafficReading, to: TrafficReading): Phase {
  const spread = addSpreads([spreadBetween(from.incoming, to.incoming), spreadBetween(from.outgoing, to.outgoing)])
  return {
    ms: to.at - from.at,
    ...countsOfBoth(from, to),
    p50Ms: quantileOf(spread, 0.5),
    p99Ms: quantileOf(spread, 0.99),
  }
}
