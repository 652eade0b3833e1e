/** Counts what passed: sums since the start, and windows. Counts of several workers add up. */
import {
  type EdgeCause,
  type EdgeFailures,
  type LatencySpread,
  type Traffic,
  type TrafficStatus,
  type TrafficWindow,
  windowMs,
  windowsKept,
} from '../contract.ts'
import { Histogram, type SparseCounts } from '../decide/histogram.ts'

/** How one exchange ended. */
export type Outcome = {
  /** Of the application's answer; absent when it gave none. */
  readonly status: number | undefined
  readonly cause: EdgeCause | undefined
  readonly clientAborted: boolean
  readonly retries: number
  readonly foreign: boolean
  readonly latencyMs: number
}

/** What workers send to the keeper. */
export type TrafficCounts = Omit<Traffic, 'latency'> & { readonly latencies: SparseCounts; readonly maxMs: number }

export type MeterCounts = {
  readonly inFlight: number
  readonly upgraded: number
  readonly totals: TrafficCounts
  readonly windows: readonly ({ readonly startedAt: number } & TrafficCounts)[]
}

type Window = { readonly startedAt: number; readonly tally: Tally }

export class Meter {
  readonly #totals = new Tally()
  #windows: Window[] = []
  inFlight = 0
  upgraded = 0

  count(outcome: Outcome, now: number): void {
    this.#totals.add(outcome)
    this.#window(now).tally.add(outcome)
  }

  /** `since`: without windows that had ended by then. */
  counts(now: number, since = 0): MeterCounts {
    const oldest = windowStart(now) - (windowsKept - 1) * windowMs
    this.#windows = this.#windows.filter(({ startedAt }) => startedAt >= oldest)
    return {
      inFlight: this.inFlight,
      upgraded: this.upgraded,
      totals: this.#totals.counts(),
      windows: this.#windows
        .filter(({ startedAt }) => startedAt + windowMs > since)
        .map(({ startedAt, tally }) => ({ startedAt, ...tally.counts() })),
    }
  }

  #window(now: number): Window {
    const startedAt = windowStart(now)
    const last = this.#windows.at(-1)
    // A clock set back must not open a second window of the same time.
    if (last !== undefined && last.startedAt >= startedAt) return last
    const next = { startedAt, tally: new Tally() }
    this.#windows.push(next)
    if (this.#windows.length > windowsKept) this.#windows.shift()
    return next
  }
}

/** One sum of traffic, growing. */
class Tally {
  #requests = 0
  readonly #classes: [number, number, number, number, number] = [0, 0, 0, 0, 0]
  readonly #edgeFailures = new Map<string, number>()
  #clientAborts = 0
  #retries = 0
  #foreignAnswers = 0
  readonly #latencies = new Histogram()

  add(outcome: Outcome): void {
    this.#requests++
    this.#retries += outcome.retries
    if (outcome.foreign) this.#foreignAnswers++
    if (outcome.clientAborted) this.#clientAborts++
    if (outcome.cause !== undefined) {
      this.#edgeFailures.set(outcome.cause, (this.#edgeFailures.get(outcome.cause) ?? 0) + 1)
    }
    if (outcome.status === undefined) return
    this.#classes[classOf(outcome.status)]++
    if (!outcome.clientAborted) this.#latencies.add(outcome.latencyMs)
  }

  merge(counts: TrafficCounts): void {
    this.#requests += counts.requests
    counts.classes.forEach((count, at) => (this.#classes[classOf((at + 1) * 100)] += count))
    for (const [cause, count] of Object.entries(counts.edgeFailures)) {
      this.#edgeFailures.set(cause, (this.#edgeFailures.get(cause) ?? 0) + count)
    }
    this.#clientAborts += counts.clientAborts
    this.#retries += counts.retries
    this.#foreignAnswers += counts.foreignAnswers
    this.#latencies.merge({ counts: counts.latencies, maxMs: counts.maxMs })
  }

  counts(): TrafficCounts {
    const { counts: latencies, maxMs } = this.#latencies.sparse()
    return { ...this.#plain(), latencies, maxMs }
  }

  spread(): LatencySpread {
    return this.#latencies.spread()
  }

  traffic(): Traffic {
    return { ...this.#plain(), latency: this.#latencies.summary() }
  }

  #plain(): Omit<Traffic, 'latency'> {
    return {
      requests: this.#requests,
      classes: [...this.#classes],
      edgeFailures: Object.fromEntries(this.#edgeFailures),
      clientAborts: this.#clientAborts,
      retries: this.#retries,
      foreignAnswers: this.#foreignAnswers,
    }
  }
}

/** How long all answers took, over workers. */
export const sumSpread = (parts: readonly MeterCounts[]): LatencySpread =>
  tallyOf(parts.map(({ totals }) => totals)).spread()

/** The sum over workers, with quantiles. `since`: without windows that had ended by then. */
export function sumTraffic(parts: readonly MeterCounts[], since = 0): TrafficStatus {
  const known = parts.flatMap(({ windows }) => windows.map(({ startedAt }) => startedAt))
  const starts = [...new Set(known.filter((startedAt) => startedAt + windowMs > since))]
  const newest = starts.toSorted((a, b) => a - b).slice(-windowsKept)
  const windowAt = (startedAt: number): TrafficWindow => ({
    startedAt,
    ...sum(parts.flatMap(({ windows }) => windows.filter((window) => window.startedAt === startedAt))),
  })
  return {
    inFlight: parts.reduce((all, { inFlight }) => all + inFlight, 0),
    upgraded: parts.reduce((all, { upgraded }) => all + upgraded, 0),
    totals: sum(parts.map(({ totals }) => totals)),
    windows: newest.map(windowAt),
  }
}

/** What a worker that left had counted: nothing of it is under way any more. */
export function mergeCounts(parts: readonly MeterCounts[]): MeterCounts {
  const byStart = Map.groupBy(
    parts.flatMap(({ windows }) => windows),
    ({ startedAt }) => startedAt,
  )
  const windows = [...byStart].map(([startedAt, counts]) => ({ startedAt, ...tallyOf(counts).counts() }))
  return {
    inFlight: 0,
    upgraded: 0,
    totals: tallyOf(parts.map(({ totals }) => totals)).counts(),
    windows: windows.toSorted((a, b) => a.startedAt - b.startedAt).slice(-windowsKept),
  }
}

export function addFailures(parts: readonly EdgeFailures[]): EdgeFailures {
  const sums = new Map<string, number>()
  for (const part of parts) {
    for (const [cause, count] of Object.entries(part)) sums.set(cause, (sums.get(cause) ?? 0) + count)
  }
  return Object.fromEntries(sums)
}

function sum(parts: readonly TrafficCounts[]): Traffic {
  return tallyOf(parts).traffic()
}

function tallyOf(parts: readonly TrafficCounts[]): Tally {
  const tally = new Tally()
  for (const part of parts) tally.merge(part)
  return tally
}

function windowStart(now: number): number {
  return Math.floor(now / windowMs) * windowMs
}

function classOf(status: number): 0 | 1 | 2 | 3 | 4 {
  if (status < 200) return 0
  if (status < 300) return 1
  if (status < 400) return 2
  return status < 500 ? 3 : 4
}
