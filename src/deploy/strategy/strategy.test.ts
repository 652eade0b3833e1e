import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { HealthVerdict } from '../health/judge.ts'
import { decide, type Sight, type Wish } from './decide.ts'
import { type Strategy, strategySchema } from './schemas.ts'
import { bakeTimeOf, sharesOf, stepsOf, weightsAt } from './steps.ts'

const bake = { for: '30s', requests: 0 }

const anyStrategy: fc.Arbitrary<Strategy> = fc
  .oneof(
    fc.record({ kind: fc.constant('all-at-once' as const) }),
    fc.record({ kind: fc.constant('one-box' as const) }),
    fc.record({ kind: fc.constant('linear' as const), by: fc.integer({ min: 1, max: 99 }) }),
    fc.record({
      kind: fc.constant('percentage' as const),
      steps: fc
        .uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 8 })
        .map((steps) => steps.toSorted((a, b) => a - b)),
    }),
  )
  .map((strategy) => strategySchema.parse(strategy))

const anyServices = fc.dictionary(
  fc.stringMatching(/^[a-z]{1,5}$/),
  fc.record({ instances: fc.integer({ min: 1, max: 50 }), strategy: fc.option(anyStrategy, { nil: undefined }) }),
  { minKeys: 1, maxKeys: 4 },
)

describe('the steps of a strategy', () => {
  it.each<[Strategy, number, [number, number][]]>([
    [{ kind: 'all-at-once', bake }, 10, [[10, 100]]],
    [
      { kind: 'one-box', bake },
      10,
      [
        [1, 10],
        [10, 100],
      ],
    ],
    [
      { kind: 'one-box', bake },
      40,
      [
        [1, 2],
        [40, 100],
      ],
    ],
    [
      { kind: 'one-box', bake },
      1000,
      [
        [1, 1],
        [1000, 100],
      ],
    ],
    [
      { kind: 'one-box', bake },
      1,
      [
        [1, 10],
        [1, 100],
      ],
    ],
    [
      { kind: 'percentage', steps: [5, 50], bake },
      10,
      [
        [1, 5],
        [5, 50],
        [10, 100],
      ],
    ],
    [
      { kind: 'linear', by: 30, bake },
      10,
      [
        [3, 30],
        [6, 60],
        [9, 90],
        [10, 100],
      ],
    ],
    [
      { kind: 'linear', by: 50, bake },
      3,
      [
        [2, 50],
        [3, 100],
      ],
    ],
  ])('%# are as many instances and as much traffic as it says', (strategy, instances, shares) => {
    expect(sharesOf(strategy, instances).map((share) => [share.instances, share.weight])).toEqual(shares)
  })

  it('grow, end with everything, and give no service traffic that has no instance for it', () => {
    fc.assert(
      fc.property(anyStrategy, anyServices, (strategy, services) => {
        const steps = stepsOf(strategy, services)
        for (const [name, { instances }] of Object.entries(services)) {
          const shares = steps.map((step) => step.shares[name] ?? { instances: -1, weight: -1 })
          expect(shares.at(-1)).toEqual({ instances, weight: 100 })
          for (const [i, share] of shares.entries()) {
            const before = shares[i - 1] ?? { instances: 0, weight: 0 }
            expect(share.weight).toBeGreaterThanOrEqual(before.weight)
            expect(share.instances).toBeGreaterThanOrEqual(before.instances)
            expect(share.weight > 0).toBe(share.instances > 0)
            // What runs carries what it is given: never more traffic for an instance than for one of the full number.
            const carries = share.instances / instances >= share.weight / 100 - 1e-9
            expect(implies(share.weight > 10, carries)).toBe(true)
          }
        }
      }),
    )
  })

  it('let nothing be at everything before all is', () => {
    fc.assert(
      fc.property(anyStrategy, anyServices, (strategy, services) => {
        for (const step of stepsOf(strategy, services).slice(0, -1)) {
          expect(Math.max(...Object.values(weightsAt(step)))).toBeLessThan(100)
        }
      }),
    )
  })

  it('of a service with fewer begin later', () => {
    const steps = stepsOf(
      { kind: 'percentage', steps: [10, 50], bake },
      { web: { instances: 2 }, api: { instances: 4, strategy: { kind: 'one-box', bake: { for: '2m', requests: 7 } } } },
    )
    expect(steps.map(weightsAt)).toEqual([
      { web: 10, api: 0 },
      { web: 50, api: 10 },
      { web: 100, api: 100 },
    ])
    expect(steps.map((step) => step.bake)).toEqual([
      { ms: 30_000, requests: 0 },
      { ms: 120_000, requests: 7 },
      { ms: 120_000, requests: 7 },
    ])
    expect(bakeTimeOf(steps)).toBe(270_000)
  })
})

const implies = (given: boolean, then: boolean): boolean => !given || then

const health = fc.constantFrom<HealthVerdict>(
  { kind: 'healthy' },
  { kind: 'waiting', healthy: 1, of: 2 },
  { kind: 'failed', what: 'crashed' },
)

describe('what is decided', () => {
  const steps = stepsOf({ kind: 'percentage', steps: [10, 50], bake }, { web: { instances: 4 } })
  const well: Sight = { now: 0, health: { kind: 'healthy' }, requests: undefined, objection: undefined }

  it('goes to the end with good news, each step baked', () => {
    const seen: string[] = []
    let [step, shiftedAt, now]: [number, number | undefined, number] = [0, undefined, 0]
    for (let guard = 0; guard < 1000; guard++) {
      const decision = decide(steps, { step, shiftedAt }, { ...well, now }, 'run')
      if (decision.kind === 'wait') now += 1000
      else seen.push(`${decision.kind} ${now}`)
      if (decision.kind === 'shift') shiftedAt = now
      if (decision.kind === 'next') [step, shiftedAt] = [decision.step, undefined]
      if (decision.kind === 'done') break
    }
    expect(seen).toEqual(['shift 0', 'next 30000', 'shift 30000', 'next 60000', 'shift 60000', 'done 90000'])
  })

  it('never gives an unhealthy release more traffic, and can always be halted', () => {
    const sight = fc.record({
      now: fc.integer({ min: 0, max: 200_000 }),
      health,
      requests: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
      objection: fc.option(fc.constant('it fails'), { nil: undefined }),
    })
    const progress = fc.record({
      step: fc.integer({ min: 0, max: 2 }),
      shiftedAt: fc.option(fc.integer({ min: 0, max: 100_000 }), { nil: undefined }),
    })
    fc.assert(
      fc.property(progress, sight, fc.constantFrom<Wish>('run', 'pause', 'halt'), (where, seen, wish) => {
        const { kind } = decide(steps, where, seen, wish)
        const forward = kind === 'shift' || kind === 'next' || kind === 'done'
        const young = where.shiftedAt !== undefined && seen.now - where.shiftedAt < 30_000
        const refused = where.shiftedAt !== undefined && seen.objection !== undefined
        expect({
          halted: implies(wish === 'halt', kind === 'halt'),
          unwell: implies(seen.health.kind !== 'healthy' || wish !== 'run', !forward),
          refused: implies(refused, !forward),
          failed: implies(seen.health.kind === 'failed' && wish !== 'halt', kind === 'fail'),
          baked: implies(young, kind !== 'next' && kind !== 'done'),
        }).toEqual({ halted: true, unwell: true, refused: true, failed: true, baked: true })
      }),
    )
  })

  it('waits for the requests too', () => {
    const busy = stepsOf({ kind: 'all-at-once', bake: { for: '1s', requests: 100 } }, { web: { instances: 1 } })
    const at = (requests: number | undefined) =>
      decide(busy, { step: 0, shiftedAt: 0 }, { ...well, now: 5000, requests }, 'run')
    expect(at(99)).toEqual({ kind: 'wait', why: 'until it has answered 100 requests' })
    expect(at(100)).toEqual({ kind: 'done' })
    expect(at(undefined)).toEqual({ kind: 'done' })
  })
})
