import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commonHand, fewestPeople, type Hands } from './count.ts'

const people = ['ada', 'ken', 'mika', 'yuki', 'rio'] as const
const acts = fc.array(fc.uniqueArray(fc.constantFrom(...people), { minLength: 1, maxLength: 3 }), { maxLength: 5 })

/** Every way in which the acts can have been somebody's, and in how many hands each way leaves them. */
function byTryingAll(done: readonly Hands[], who: ReadonlySet<string> = new Set()): number {
  const [one, ...rest] = done
  if (one === undefined) return who.size
  return Math.min(...one.map((hand) => byTryingAll(rest, new Set([...who, hand]))))
}

describe('the fewest people who can have done it', () => {
  it('are as many as trying every way finds, as far as it is looked', () => {
    fc.assert(
      fc.property(acts, fc.integer({ min: 0, max: 6 }), (done, enough) => {
        expect(fewestPeople(done, enough)).toBe(Math.min(byTryingAll(done), enough))
      }),
      { numRuns: 500 },
    )
  })

  it('never get fewer by one more act', () => {
    fc.assert(
      fc.property(acts, acts, (done, more) => {
        expect(fewestPeople([...done, ...more], 9)).toBeGreaterThanOrEqual(fewestPeople(done, 9))
      }),
    )
  })

  it('are found at once among many acts', () => {
    const tokens = Array.from({ length: 60 }, (_, at) => [`tok_${at}`, `per_${at % 7}`, `per_${(at + 3) % 11}`])
    expect(fewestPeople(tokens, 10)).toBeGreaterThan(5)
  })

  it('are nobody, where nobody knows who it was', () => {
    expect(fewestPeople([['tok_1', 'unknown']], 9)).toBe(0)
    expect(commonHand(['tok_1', 'unknown'], ['per_1'])).toBe('unknown')
    expect(commonHand(['tok_1', 'per_1'], ['per_1'])).toBe('per_1')
    expect(commonHand(['tok_1'], ['per_1'])).toBeUndefined()
  })
})
