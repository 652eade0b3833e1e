import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Histogram } from './histogram.ts'

const latencies = fc.array(fc.double({ min: 0.06, max: 600_000, noNaN: true }), { minLength: 1, maxLength: 300 })

it('knows quantiles to a few percent', () => {
  fc.assert(
    fc.property(latencies, (all) => {
      const histogram = new Histogram()
      for (const ms of all) histogram.add(ms)
      const sorted = all.toSorted((a, b) => a - b)
      const { p50Ms, p99Ms, maxMs, count } = histogram.summary()
      for (const [share, found] of [
        [0.5, p50Ms],
        [0.99, p99Ms],
      ] as const) {
        const exact = sorted[Math.ceil(all.length * share) - 1] ?? 0
        expect(Math.abs(found - exact)).toBeLessThanOrEqual(exact * 0.025 + 0.01)
      }
      expect(count).toBe(all.length)
      expect(maxMs).toBeCloseTo(sorted.at(-1) ?? 0, 1)
    }),
  )
})

it('adds up to the same when it was counted in parts', () => {
  fc.assert(
    fc.property(latencies, latencies, (first, second) => {
      const whole = new Histogram()
      for (const ms of [...first, ...second]) whole.add(ms)
      const sum = new Histogram()
      for (const part of [first, second]) {
        const one = new Histogram()
        for (const ms of part) one.add(ms)
        sum.merge(one.sparse())
      }
      expect(sum.summary()).toEqual(whole.summary())
    }),
  )
})

it('is all zeros when nothing came, and takes what is no time at all', () => {
  expect(new Histogram().summary()).toEqual({ count: 0, p50Ms: 0, p90Ms: 0, p99Ms: 0, maxMs: 0 })
  const histogram = new Histogram()
  for (const ms of [0, -1, Number.NaN, 1e12]) histogram.add(ms)
  expect(histogram.summary().count).toBe(4)
})

it('tells all of its counts, in order, with what they stand for', () => {
  fc.assert(
    fc.property(latencies, (all) => {
      const histogram = new Histogram()
      for (const ms of all) histogram.add(ms)
      const spread = histogram.spread()
      expect(spread.reduce((sum, [, count]) => sum + count, 0)).toBe(all.length)
      expect(spread.every(([ms], at) => ms > (spread[at - 1]?.[0] ?? 0))).toBe(true)
      const [shortest = 0] = spread[0] ?? []
      expect(Math.abs(shortest / Math.min(...all) - 1)).toBeLessThanOrEqual(0.025)
    }),
  )
})
