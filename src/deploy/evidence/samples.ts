/** The traffic of a deployment over its time, as pieces between two readings. Pieces add up: two neighbours are one longer piece. Pure. */
import {
  addCounts,
  addSpreads,
  countsBetween,
  type FleetTraffic,
  type LatencySpread,
  quantileOf,
  spreadBetween,
  type TrafficCounts,
  type TrafficReading,
} from './traffic.ts'

export type SideOfPiece = TrafficCounts & { readonly spread: LatencySpread }

export type TrafficPiece = {
  readonly beganAt: number
  readonly endedAt: number
  readonly incoming: SideOfPiece
  readonly outgoing: SideOfPiece
  /** Requests that found no instance at all: they belong to neither. */
  readonly unplaced: number
}

/** A piece as people see it. */
export type TrafficSample = {
  /** Grows by one with each; what was left out was added to the next. */
  readonly number: number
  readonly from: number
  readonly to: number
  readonly incoming: SampledTraffic
  readonly outgoing: SampledTraffic
  readonly unplaced: number
}

export type SampledTraffic = {
  readonly requests: number
  /** Answers of class 5xx by the application itself. */
  readonly failures: number
  /** Failed on the way to an instance. */
  readonly lost: number
  readonly clientAborts: number
  /** Null without traffic, and where nobody knows. */
  readonly p50Ms: number | null
  readonly p99Ms: number | null
}

export function pieceBetween(before: TrafficReading, after: TrafficReading): TrafficPiece {
  return {
    beganAt: before.at,
    endedAt: after.at,
    incoming: sideBetween(before.incoming, after.incoming),
    outgoing: sideBetween(before.outgoing, after.outgoing),
    unplaced: after.unplaced < before.unplaced ? after.unplaced : after.unplaced - before.unplaced,
  }
}

const sideBetween = (before: FleetTraffic, after: FleetTraffic): SideOfPiece => ({
  ...countsBetween(before, after),
  spread: spreadBetween(before, after),
})

export function joined(a: TrafficPiece, b: TrafficPiece): TrafficPiece {
  return {
    beganAt: a.beganAt,
    endedAt: b.endedAt,
    incoming: addSides(a.incoming, b.incoming),
    outgoing: addSides(a.outgoing, b.outgoing),
    unplaced: a.unplaced + b.unplaced,
  }
}

const addSides = (a: SideOfPiece, b: SideOfPiece): SideOfPiece => ({
  ...addCounts(a, b),
  spread: addSpreads([a.spread, b.spread]),
})

/** So many pieces a deployment has at most. */
export const mostPieces = 120
/** A rate of less time than this says more about chance than about the traffic. */
const shortestMs = 500

/** Whether what follows is added to this one. */
export const isTooShort = ({ beganAt, endedAt }: TrafficPiece): boolean => endedAt - beganAt < shortestMs

export const sampleOf = (number: number, piece: TrafficPiece): TrafficSample => ({
  number,
  from: piece.beganAt,
  to: piece.endedAt,
  incoming: sampledOf(piece.incoming),
  outgoing: sampledOf(piece.outgoing),
  unplaced: piece.unplaced,
})

const sampledOf = ({ spread, requests, ...counts }: SideOfPiece): SampledTraffic => ({
  requests,
  failures: counts.applicationFailures,
  lost: counts.deliveryFailures,
  clientAborts: counts.clientAborts,
  p50Ms: quantileOf(spread, 0.5),
  p99Ms: quantileOf(spread, 0.99),
})
