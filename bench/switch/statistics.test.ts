import { describe, expect, it } from 'vitest'
import { bucketize, chanceFrom, quantile, summarize } from './statistics.ts'

describe('quantiles', () => {
  it('are samples themselves, by nearest rank', () => {
    const sorted = Array.from({ length: 100 }, (_, at) => at + 1)
    expect([0, 0.5, 0.99, 1].map((share) => quantile(sorted, share))).toEqual([1, 50, 99, 100])
    expect(quantile([7], 0.01)).toBe(7)
    expect(quantile([], 0.5)).toBeNaN()
  })

  it('of unsorted samples in one summary', () => {
    expect(summarize([3, 1.234, 2])).toEqual({ count: 3, p50: 2, p90: 3, p99: 3, max: 3 })
  })

  it('one slow request in a hundred is p99 and not hidden by it', () => {
    const samples = [...Array.from({ length: 98 }, () => 1), 500, 500]
    expect(summarize(samples)).toMatchObject({ p90: 1, p99: 500 })
  })
})

describe('slices of time', () => {
  it('hold what fell into them, sorted, and are left out when empty', () => {
    const samples = [
      { atMs: 1050, value: 9 },
      { atMs: 1010, value: 5 },
      { atMs: 1250, value: 7 },
      { atMs: 1051, value: 2 },
    ]
    expect(bucketize(samples, 1000, 100)).toEqual([
      { atMs: 1000, samples: [2, 5, 9] },
      { atMs: 1200, samples: [7] },
    ])
  })
})

describe('chance', () => {
  it('is the same for the same seed, and even', () => {
    const draw = (seed: number, count: number) => Array.from({ length: count }, chanceFrom(seed))
    expect(draw(1, 5)).toEqual(draw(1, 5))
    expect(draw(1, 5)).not.toEqual(draw(2, 5))
    const mean = draw(3, 10_000).reduce((sum, one) => sum + one, 0) / 10_000
    expect(mean).toBeGreaterThan(0.49)
    expect(mean).toBeLessThan(0.51)
  })
})
