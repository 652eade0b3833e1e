import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canaryPolicy, judgeCanary } from './canary.ts'
import { evidenceOf, switchFailures } from './evidence.ts'
import { alphaOfLook, binomialGreater, fisherGreater, logFactorial, median, rankGreater } from './statistics.ts'
import {
  addCounts,
  countsBetween,
  type FleetTraffic,
  type LatencySpread,
  type LatencyWindow,
  noCounts,
  spreadBetween,
  type TrafficReading,
} from './traffic.ts'

const fleet = (more: Partial<FleetTraffic> = {}): FleetTraffic => ({ ...noCounts, latency: [], ...more })
const reading = (at: number, incoming: Partial<FleetTraffic>, outgoing: Partial<FleetTraffic>, unplaced = 0) =>
  ({ at, incoming: fleet(incoming), outgoing: fleet(outgoing), unplaced }) satisfies TrafficReading

/** Chance that is the same in each run. */
function chanceFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

describe('the statistics', () => {
  it('know factorials', () => {
    for (const n of [0, 1, 2, 5, 31, 32, 100, 170]) {
      let exact = 0
      for (let i = 2; i <= n; i++) exact += Math.log(i)
      expect(logFactorial(n)).toBeCloseTo(exact, 9)
    }
  })

  // Values of R: fisher.test(matrix(c(a, n-a, b, m-b), 2, byrow = TRUE), alternative = 'greater').
  it.each([
    [3, 4, 1, 4, 0.242857142857143],
    [10, 100, 2, 100, 0.0164],
    [0, 10, 5, 10, 1],
    [5, 10, 0, 10, 0.0162538699690403],
  ])('%i of %i against %i of %i', (a, n, b, m, expected) => {
    expect(fisherGreater({ failures: a, requests: n }, { failures: b, requests: m })).toBeCloseTo(expected, 3)
  })

  it('say nothing without requests', () => {
    expect(fisherGreater({ failures: 0, requests: 0 }, { failures: 1, requests: 9 })).toBe(1)
    expect(fisherGreater({ failures: 1, requests: 9 }, { failures: 0, requests: 0 })).toBe(1)
    expect(rankGreater([], [1])).toBe(1)
    expect(median([])).toBeNaN()
  })

  it.each([
    [1, 1, 0.5, 0.5],
    [5, 10, 0.5, 0.623046875],
    [10, 10, 0.1, 1e-10],
    [0, 10, 0.1, 1],
    [1, 10, 0, 0],
    [10, 10, 1, 1],
  ])('%i of %i at a rate of %d', (failures, requests, rate, expected) => {
    expect(binomialGreater({ failures, requests }, rate)).toBeCloseTo(expected, 10)
  })

  it('add up to one over all outcomes, and fall as failures rise', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 300 }), fc.nat(300), (n, m, failed) => {
        fc.pre(failed <= Math.min(n, m))
        const tails = Array.from({ length: failed + 1 }, (_, k) =>
          fisherGreater({ failures: k, requests: n }, { failures: failed - k, requests: m }),
        )
        expect(tails[0]).toBeCloseTo(1, 9)
        expect(tails.every((p, i) => p >= 0 && p <= (tails[i - 1] ?? 1) + 1e-9)).toBe(true)
      }),
    )
  })

  it('rank exactly', () => {
    expect(rankGreater([4, 5, 6], [1, 2, 3])).toBeCloseTo(1 / 20, 12)
    expect(rankGreater([5, 6, 7, 8], [1, 2, 3, 4])).toBeCloseTo(1 / 70, 12)
    expect(rankGreater([1, 2, 3], [4, 5, 6])).toBe(1)
    expect(rankGreater([1, 1], [1, 1])).toBeGreaterThan(0.5)
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 2, 3])).toBe(2.5)
  })

  it('spend no more than the whole, over ever so many looks', () => {
    const spent = Array.from({ length: 10_000 }, (_, i) => alphaOfLook(0.02, i + 1)).reduce((a, b) => a + b, 0)
    expect(spent).toBeLessThan(0.02)
    expect(spent).toBeGreaterThan(0.0199)
  })
})

describe('the canary judge', () => {
  const judge = (fresh: [number, number], old: [number, number], look = 1) =>
    judgeCanary({
      since: reading(0, {}, {}),
      now: reading(
        60_000,
        { applicationFailures: fresh[0], requests: fresh[1] },
        { applicationFailures: old[0], requests: old[1] },
      ),
      look,
      final: false,
      steps: 2,
    }).objection

  it.each<[string, [number, number], [number, number], boolean]>([
    ['everything fails', [50, 50], [0, 500], true],
    ['a tenth fails that did not', [20, 200], [0, 2000], true],
    ['four fail', [4, 4], [0, 500], false],
    ['both fail alike', [100, 1000], [1000, 10_000], false],
    ['a little more fails, within the margin', [12, 1000], [100, 10_000], false],
    ['twice as much fails of much', [300, 10_000], [1500, 100_000], true],
    ['nobody knows how the old one was', [50, 50], [0, 0], false],
    ['there were no requests', [0, 0], [0, 0], false],
  ])('when %s', (_what, fresh, old, objects) => {
    expect(judge(fresh, old) !== undefined).toBe(objects)
  })

  it('asks for more certainty at later looks', () => {
    expect(judge([9, 200], [2, 200])).toBeUndefined()
    expect(judge([14, 200], [0, 200])).toBeDefined()
    expect(judge([14, 200], [0, 200], 40)).toBeUndefined()
  })

  it('counts failures on the way to the new version as well', () => {
    const now = reading(1000, { requests: 100, deliveryFailures: 50 }, { requests: 1000 })
    const { objection } = judgeCanary({ since: reading(0, {}, {}), now, look: 1, final: false, steps: 1 })
    expect(objection).toContain('50 of 100 requests failed on the new version')
  })

  it('raises a false alarm about failures in at most 2 of 100 deployments that look twenty times', () => {
    const chance = chanceFrom(7)
    let alarms = 0
    for (let deployment = 0; deployment < 1000; deployment++) {
      const [fresh, old] = [
        { failures: 0, requests: 0 },
        { failures: 0, requests: 0 },
      ]
      for (let look = 1; look <= 20; look++) {
        for (let i = 0; i < 50; i++) fresh.failures += chance() < 0.03 ? 1 : 0
        for (let i = 0; i < 50; i++) old.failures += chance() < 0.03 ? 1 : 0
        fresh.requests += 50
        old.requests += 50
        if (judge([fresh.failures, fresh.requests], [old.failures, old.requests], look) === undefined) continue
        alarms++
        break
      }
    }
    expect(alarms / 1000).toBeLessThanOrEqual(0.02)
  })

  it('sees a release of which 5 of 100 requests fail within a few thousand', () => {
    const chance = chanceFrom(11)
    let seen = 0
    for (let deployment = 0; deployment < 100; deployment++) {
      let failures = 0
      for (let i = 0; i < 2000; i++) failures += chance() < 0.05 ? 1 : 0
      if (judge([failures, 2000], [20, 18_000], 10) !== undefined) seen++
    }
    expect(seen).toBe(100)
  })

  // ---- latency

  const windows = (
    instances: number,
    p99Of: (instance: number, window: number) => number,
    name = 'i',
  ): LatencyWindow[] =>
    Array.from({ length: instances * 6 }, (_, i) => ({
      instance: `${name}${i % instances}`,
      startedAt: 10_000 * Math.floor(i / instances),
      count: 100,
      p50Ms: 5,
      p99Ms: p99Of(i % instances, Math.floor(i / instances)),
    }))
  const judgeLatency = (fresh: LatencyWindow[], old: LatencyWindow[], steps = 1) =>
    judgeCanary({
      since: reading(0, {}, {}),
      now: reading(60_000, { latency: fresh, requests: 3000 }, { latency: old, requests: 3000 }),
      look: 9,
      final: true,
      steps,
    })

  it('objects to a version whose every instance is much slower', () => {
    const { objection } = judgeLatency(
      windows(6, (i) => 200 + i),
      windows(6, (i) => 50 + i),
    )
    expect(objection).toContain('the slowest hundredth took 202.5 ms on the new version, 52.5 ms on the old')
  })

  it.each<[string, LatencyWindow[], LatencyWindow[]]>([
    ['too few instances', windows(3, () => 500), windows(3, () => 50)],
    ['a difference that does not matter', windows(6, () => 55), windows(6, () => 50)],
    ['one slow instance of many', windows(6, (i) => (i === 0 ? 900 : 50)), windows(6, () => 50)],
    ['one slow window in each', windows(6, (_i, w) => (w === 2 ? 900 : 50)), windows(6, () => 50)],
  ])('does not object to %s', (_what, fresh, old) => {
    expect(judgeLatency(fresh, old).objection).toBeUndefined()
  })

  it('is not deceived by latencies that hang together: at most 2 of 100 false alarms', () => {
    const chance = chanceFrom(3)
    let alarms = 0
    for (let deployment = 0; deployment < 1000; deployment++) {
      // Each instance has a speed of its own, and its windows wander around it.
      const wander = () => {
        const base = Array.from({ length: 5 }, () => 60 * Math.exp(chance() - 0.5))
        const last = [...base]
        return windows(5, (i) => {
          const next = 0.9 * (last[i] ?? 60) + 0.1 * (base[i] ?? 60) + 40 * (chance() - 0.5)
          last[i] = next
          return next
        })
      }
      if (judgeLatency(wander(), wander()).objection !== undefined) alarms++
    }
    expect(alarms / 1000).toBeLessThanOrEqual(canaryPolicy.alpha)
  })
})

describe('the evidence of a deployment', () => {
  it('is missing when nobody counts', () => {
    expect(evidenceOf({})).toBeUndefined()
  })

  it('tells requests, failures and latency before, during and after', () => {
    const spread = (...counts: readonly number[]): LatencySpread =>
      [1, 5, 50, 400].flatMap((ms, at) => (counts[at] === undefined ? [] : [[ms, counts[at]] as const]))
    const evidence = evidenceOf({
      begin: reading(0, {}, { requests: 1000, spread: spread(1000) }),
      shift: reading(1700, {}, { requests: 2000, spread: spread(1000, 980, 20) }),
      switched: reading(
        1800,
        { requests: 100, spread: spread(0, 0, 100) },
        { requests: 2100, spread: spread(1100, 980, 20) },
      ),
      end: reading(
        1850,
        { requests: 3100, applicationFailures: 2, spread: spread(3000, 0, 100) },
        { requests: 2100, spread: spread(1100, 980, 20) },
      ),
    })
    expect(evidence).toMatchObject({
      before: { ms: 1700, requests: 1000, p50Ms: 5, p99Ms: 50 },
      during: { ms: 100, requests: 200, p50Ms: 1, p99Ms: 50 },
      after: { ms: 50, requests: 3000, applicationFailures: 2, p50Ms: 1, p99Ms: 1 },
      madeBySwitch: 0,
    })
  })

  it('has no latency where there was no traffic, or nobody knows it', () => {
    const evidence = evidenceOf({
      begin: reading(0, {}, {}),
      shift: reading(10, {}, { requests: 5 }),
      end: reading(20, {}, { requests: 5 }),
    })
    expect(evidence).toMatchObject({ before: { requests: 5, p50Ms: null }, after: { requests: 0, p99Ms: null } })
  })

  it('begins anew with the counter', () => {
    const before = fleet({
      requests: 100,
      spread: [
        [1, 90],
        [50, 10],
      ],
    })
    expect(spreadBetween(before, fleet({ requests: 7, spread: [[2, 7]] }))).toEqual([[2, 7]])
    expect(
      spreadBetween(
        before,
        fleet({
          requests: 101,
          spread: [
            [1, 91],
            [50, 10],
          ],
        }),
      ),
    ).toEqual([[1, 1]])
  })

  it.each<[string, TrafficReading, TrafficReading, TrafficReading, number]>([
    [
      'nothing',
      reading(0, {}, {}),
      reading(1, {}, { requests: 100 }),
      reading(2, { requests: 100 }, { requests: 100 }),
      0,
    ],
    [
      'a reset after the request was accepted',
      reading(0, {}, {}),
      reading(1, {}, { requests: 100 }),
      reading(2, { requests: 99 }, { requests: 101, deliveryFailures: 1 }),
      1,
    ],
    [
      'no instance to be found',
      reading(0, {}, {}),
      reading(1, {}, { requests: 9 }),
      reading(2, {}, { requests: 9 }, 2),
      2,
    ],
    [
      'clients that left, and 502s of the application',
      reading(0, {}, {}),
      reading(1, {}, { requests: 100 }),
      reading(2, { requests: 100, clientAborts: 9, applicationFailures: 50 }, { requests: 100 }),
      0,
    ],
    [
      'a sick instance that failed before and goes on failing',
      reading(0, {}, {}),
      reading(1, {}, { requests: 1000, deliveryFailures: 10 }),
      reading(2, { requests: 900, deliveryFailures: 10 }, { requests: 1100, deliveryFailures: 11 }),
      0,
    ],
    [
      'much more than failed before',
      reading(0, {}, {}),
      reading(1, {}, { requests: 1000, deliveryFailures: 1 }),
      reading(2, { requests: 1000, deliveryFailures: 100 }, { requests: 1000, deliveryFailures: 1 }),
      96,
    ],
  ])('blames the switch for what is its doing: %s', (_what, begin, shift, now, made) => {
    expect(switchFailures(begin, shift, now)).toBe(made)
  })

  it('counts on when the counter began anew', () => {
    const before = { ...noCounts, requests: 100, clientAborts: 3 }
    expect(countsBetween(before, { ...noCounts, requests: 7 })).toEqual({ ...noCounts, requests: 7 })
    expect(addCounts(before, before)).toMatchObject({ requests: 200, clientAborts: 6 })
  })
})
