/**
 * A histogram for hot paths. prom-client hashes the labels at each observation, which costs as much as a tenth of a durable
 * step; here a caller holds the series and adds to an array.
 */
import { Histogram } from 'prom-client'

export type TallyParts<Label extends string> = {
  readonly name: string
  readonly help: string
  readonly labels: readonly Label[]
  /** Upper bounds, growing. */
  readonly buckets: readonly number[]
}

/** One series: what was observed under one set of labels. */
export class Series {
  readonly bounds: readonly number[]
  /** One more than bounds: what is above the last. */
  readonly counts: Float64Array
  sum = 0

  constructor(bounds: readonly number[]) {
    this.bounds = bounds
    this.counts = new Float64Array(bounds.length + 1)
  }

  add(value: number): void {
    let at = 0
    while (at < this.bounds.length && value > (this.bounds[at] ?? Infinity)) at++
    this.counts[at] = (this.counts[at] ?? 0) + 1
    this.sum += value
  }
}

export class Tally<Label extends string> extends Histogram<Label> {
  readonly #parts: TallyParts<Label>
  readonly #series = new Map<string, { readonly labels: Record<Label, string>; readonly series: Series }>()

  constructor(parts: TallyParts<Label>) {
    const { name, help, labels, buckets } = parts
    super({ name, help, labelNames: labels, buckets: [...buckets], registers: [] })
    this.#parts = parts
  }

  /** The series of these labels, for the caller to keep. */
  series(labels: Record<Label, string>): Series {
    const key = JSON.stringify(this.#parts.labels.map((label) => labels[label]))
    const known = this.#series.get(key)
    if (known !== undefined) return known.series
    const series = new Series(this.#parts.buckets)
    this.#series.set(key, { labels, series })
    return series
  }

  /** What the registry prints. prom-client's own keeps its counts where nobody else can put any. */
  async getForPromString() {
    const { name, help, buckets } = this.#parts
    const values = [...this.#series.values()].flatMap(({ labels, series }) => {
      let count = 0
      const bounded = [...series.counts].map((inBucket, i) => {
        count += inBucket
        return { metricName: `${name}_bucket`, labels: { ...labels, le: buckets[i] ?? '+Inf' }, value: count }
      })
      return [
        ...bounded,
        { metricName: `${name}_sum`, labels, value: series.sum },
        { metricName: `${name}_count`, labels, value: count },
      ]
    })
    return { name, help, type: 'histogram', values, aggregator: 'sum' }
  }
}
