import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fullBucket, retryAfterSeconds, takeToken } from './rate.ts'

it('never admits more than the burst plus the steady rate, however requests are spread', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(gaps, fc.integer({ min: 1, max: 50 }), fc.nat(20), (waits, requestsPerSecond, burst) => {
      const rate = { requestsPerSecond, burst }
      let bucket = fullBucket(rate, 0)
      let now = 0
      let admitted = 0
      for (const wait of waits) {
        now += wait
        const taken = takeToken(bucket, rate, now)
        bucket = taken.bucket
        if (taken.ok) admitted++
      }
      const atOnce = Math.max(1, burst, requestsPerSecond / 10)
      expect(admitted).toBeLessThanOrEqual(atOnce + (now / 1000) * requestsPerSecond + 1e-6)
    }),
  )
})

it('admits a steady flow at exactly the rate', () => {
  const rate = { requestsPerSecond: 10, burst: 0 }
  let bucket = fullBucket(rate, 0)
  for (let at = 0; at < 50; at++) {
    const taken = takeToken(bucket, rate, at * 100)
    expect(taken.ok).toBe(true)
    bucket = taken.bucket
  }
})

it('says when to come back', () => {
  const rate = { requestsPerSecond: 0.1, burst: 1 }
  const { bucket } = takeToken(fullBucket(rate, 0), rate, 0)
  expect(takeToken(bucket, rate, 1).ok).toBe(false)
  expect(retryAfterSeconds(bucket, rate)).toBe(10)
})

it('neither gives nor takes when the clock is set back', () => {
  const rate = { requestsPerSecond: 10, burst: 2 }
  const first = takeToken(fullBucket(rate, 1000), rate, 1000)
  const second = takeToken(first.bucket, rate, 0)
  expect(second.ok).toBe(true)
  expect(takeToken(second.bucket, rate, 0).ok).toBe(false)
})
