/** Figures over many samples. Pure. */

/** The smallest sample that at least `share` of them do not exceed (nearest rank). NaN of nothing. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return Number.NaN
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * share) - 1))] ?? Number.NaN
}

export type Summary = {
  readonly count: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly max: number
}

export function summarize(samples: Iterable<number>): Summary {
  const sorted = Float64Array.from(samples).sort()
  const at = (share: number): number => rounded(quantile(sorted, share))
  return { count: sorted.length, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) }
}

/** To a hundredth: below that it is noise. */
export function rounded(value: number): number {
  return Math.round(value * 100) / 100
}

export type Sample = { readonly atMs: number; readonly value: number }
export type Bucket = { readonly atMs: number; readonly samples: readonly number[] }

/** Samples by slices of time, in order; slices without samples are left out. `values` are sorted. */
export function bucketize(samples: Iterable<Sample>, startMs: number, widthMs: number): readonly Bucket[] {
  const buckets = new Map<number, number[]>()
  for (const { atMs, value } of samples) {
    const slice = Math.floor((atMs - startMs) / widthMs)
    const found = buckets.get(slice)
    if (found === undefined) buckets.set(slice, [value])
    else found.push(value)
  }
  return [...buckets]
    .toSorted(([a], [b]) => a - b)
    .map(([slice, values]) => ({ atMs: startMs + slice * widthMs, samples: values.toSorted((a, b) => a - b) }))
}

/** A repeatable source of chance (mulberry32): the same seed gives the same load. */
export function chanceFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
