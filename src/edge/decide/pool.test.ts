import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { HealthState, TargetState } from '../contract.ts'
import { type Candidate, decidePool, leastBusy } from './pool.ts'

const target = (id: string, more: Partial<Candidate> = {}): Candidate => ({
  id,
  release: 'r1',
  state: 'active',
  health: 'healthy',
  withheld: false,
  ...more,
})
const both = [
  { release: 'r1', weight: 9 },
  { release: 'r2', weight: 1 },
]
const idsOf = (pool: ReturnType<typeof decidePool<Candidate>>) => [...pool.targets.values()].flat().map(({ id }) => id)

describe('the pool', () => {
  it('holds what is active and healthy, of releases that have a weight', () => {
    const pool = decidePool(
      [
        target('a'),
        target('warm', { state: 'warm' }),
        target('going', { state: 'draining' }),
        target('withheld', { withheld: true }),
        target('boot', { health: 'unproven' }),
        target('believed', { health: 'believed' }),
        target('unnamed', { release: 'r9' }),
      ],
      both,
      0.5,
    )
    expect(idsOf(pool)).toEqual(['a', 'believed'])
    expect(pool.shares).toEqual([{ release: 'r1', weight: 9 }])
  })

  it('gives the share of a release without a healthy target to the others', () => {
    const pool = decidePool([target('a'), target('b'), target('n', { release: 'r2', health: 'unhealthy' })], both, 0.5)
    expect(pool.shares.map(({ release }) => release)).toEqual(['r1'])
    expect(pool.panic).toBe(false)
  })

  it('uses all proven targets again when fewer than half are healthy', () => {
    const sick = ['b', 'c', 'd'].map((id) => target(id, { health: 'unhealthy' }))
    const pool = decidePool([target('a'), ...sick, target('boot', { health: 'unproven' })], both, 0.5)
    expect(pool).toMatchObject({ panic: true, healthy: 1, of: 4 })
    expect(idsOf(pool)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('does not panic at exactly half, nor at all when the threshold is 0', () => {
    const half = [target('a'), target('b', { health: 'unhealthy' })]
    expect(decidePool(half, both, 0.5).panic).toBe(false)
    expect(decidePool([target('b', { health: 'unhealthy' })], both, 0)).toMatchObject({ panic: false, shares: [] })
  })

  it('never holds an impostor, an unproven target or one that may take nothing, whatever the rest is like', () => {
    const candidate = fc.record({
      id: fc.uuid(),
      release: fc.constantFrom('r1', 'r2', 'r3'),
      state: fc.constantFrom<TargetState>('active', 'warm', 'draining'),
      health: fc.constantFrom<HealthState>('unproven', 'believed', 'healthy', 'unhealthy', 'impostor'),
      withheld: fc.boolean(),
    })
    fc.assert(
      fc.property(
        fc.array(candidate, { maxLength: 12 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (all, threshold) => {
          const pool = decidePool(all, both, threshold)
          const used = [...pool.targets.values()].flat()
          for (const one of used) {
            expect(['believed', 'healthy', 'unhealthy']).toContain(one.health)
            expect(one).toMatchObject({ state: 'active', withheld: false })
            expect(['r1', 'r2']).toContain(one.release)
          }
          const serving = all.filter((one) => one.state === 'active' && !one.withheld && one.release !== 'r3')
          const proven = serving.filter(({ health }) => health !== 'unproven' && health !== 'impostor')
          expect(used.length).toBeGreaterThanOrEqual(Math.min(proven.length, proven.length * threshold))
        },
      ),
    )
  })
})

describe('the target that takes a request', () => {
  it('is the least busy one; of equals the one that waited longest', () => {
    const a = { id: 'a', inFlight: 2, lastTurn: 1 }
    const b = { id: 'b', inFlight: 1, lastTurn: 5 }
    const c = { id: 'c', inFlight: 1, lastTurn: 3 }
    expect(leastBusy([a, b, c])).toBe(c)
    expect(leastBusy([])).toBeUndefined()
  })
})
