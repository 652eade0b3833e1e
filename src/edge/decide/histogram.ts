/**
 * Latencies in buckets that grow by 4 %: quantiles are right to 2 %, sums of workers are exact, and a million of them cost
 * as much as ten.
 */
import type { Latency, LatencySpread } from '../contract.ts'

const growth = Math.log(1.04)
const smallestMs = 0.05
/** Up to about an hour. */
const buckets = 470

/** `[bucket, count, bucket, count, …]`, only what is not empty: how counts travel between processes. */
export type SparseCounts = readonly number[]

export class Histogram {
  readonly #counts = new Uint32Array(buckets)
  #count = 0
  #maxMs = 0

  add(ms: number): void {
    const at = bucketOf(ms)
    this.#counts[at] = (this.#counts[at] ?? 0) + 1
    this.#count++
    if (ms > this.#maxMs) this.#maxMs = ms
  }

  sparse(): { readonly counts: SparseCounts; readonly maxMs: number } {
    const counts: number[] = []
    this.#counts.forEach((count, at) => {
      if (count > 0) counts.push(at, count)
    })
    return { counts, maxMs: this.#maxMs }
  }

  merge({ counts, maxMs }: { readonly counts: SparseCounts; readonly maxMs: number }): void {
    for (let i = 0; i + 1 < counts.length; i += 2) {
      const at = counts[i] ?? 0
      const count = counts[i + 1] ?? 0
      this.#counts[at] = (this.#counts[at] ?? 0) + count
      this.#count += count
    }
    this.#maxMs = Math.max(this.#maxMs, maxMs)
  }

  spread(): LatencySpread {
    return [...this.#counts.entries()].flatMap(([at, count]) => (count === 0 ? [] : [[middleOf(at), count] as const]))
  }

  summary(): Latency {
    return {
      count: this.#count,
      p50Ms: this.#quantile(0.5),
      p90Ms: this.#quantile(0.9),
      p99Ms: this.#quantile(0.99),
      maxMs: round(this.#maxMs),
    }
  }

  #quantile(share: number): number {
    let left = Math.ceil(this.#count * share)
    if (left === 0) return 0
    const at = this.#counts.findIndex((count) => (left -= count) <= 0)
    return round(Math.min(this.#maxMs, smallestMs * Math.exp(growth * (at - 0.5))))
  }
}

/** Four digits tell the buckets apart. */
const middleOf = (at: number): number => Number((smallestMs * Math.exp(growth * (at - 0.5))).toPrecision(4))

function bucketOf(ms: number): number {
  if (!(ms > smallestMs)) return 0
  return Math.min(buckets - 1, Math.ceil(Math.log(ms / smallestMs) / growth))
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100
}
