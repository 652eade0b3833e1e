import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SmoothTurns, stickyOf, stickyRelease } from './weights.ts'

const shares = (weights: readonly number[]) => weights.map((weight, at) => ({ release: `r${at}`, weight }))
const weightLists = fc
  .array(fc.nat(20), { minLength: 1, maxLength: 5 })
  .filter((weights) => weights.some((weight) => weight > 0))

describe('turns by weight', () => {
  it('gives each release exactly its weight in any round', () => {
    fc.assert(
      fc.property(weightLists, fc.integer({ min: 1, max: 3 }), (weights, rounds) => {
        const turns = new SmoothTurns()
        const sum = weights.reduce((all, weight) => all + weight, 0)
        for (let round = 0; round < rounds; round++) {
          const taken = Array.from({ length: sum }, () => turns.next(shares(weights)))
          weights.forEach((weight, at) => expect(taken.filter((release) => release === `r${at}`)).toHaveLength(weight))
        }
      }),
    )
  })

  it('spreads them: a release is never more than one turn ahead of its share', () => {
    fc.assert(
      fc.property(weightLists, (weights) => {
        const turns = new SmoothTurns()
        const sum = weights.reduce((all, weight) => all + weight, 0)
        const taken = new Map<string, number>()
        for (let turn = 1; turn <= sum; turn++) {
          const release = turns.next(shares(weights)) ?? ''
          taken.set(release, (taken.get(release) ?? 0) + 1)
          weights.forEach((weight, at) => {
            expect(taken.get(`r${at}`) ?? 0).toBeLessThan((turn * weight) / sum + weights.length)
          })
        }
      }),
    )
  })

  it('makes one percent every hundredth request', () => {
    const turns = new SmoothTurns()
    const taken = Array.from({ length: 1000 }, () => turns.next(shares([99, 1])))
    const places = taken.flatMap((release, at) => (release === 'r1' ? [at] : []))
    expect(places).toHaveLength(10)
    expect(new Set(places.slice(1).map((place, at) => place - (places[at] ?? 0)))).toEqual(new Set([100]))
  })

  it('has nobody to give when all weights are 0', () => {
    expect(new SmoothTurns().next(shares([0, 0]))).toBeUndefined()
    expect(new SmoothTurns().next(shares([0]))).toBeUndefined()
    expect(new SmoothTurns().next([])).toBeUndefined()
  })
})

describe('sticky clients', () => {
  const keys = Array.from({ length: 4000 }, (_, at) => `client-${at}`)

  it('are shared out by weight', () => {
    const onNew = keys.filter((key) => stickyRelease(key, shares([90, 10])) === 'r1').length
    expect(onNew / keys.length).toBeGreaterThan(0.08)
    expect(onNew / keys.length).toBeLessThan(0.12)
  })

  it('only ever move towards the release whose weight grew', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(100), fc.nat(100), fc.nat(100), (key, other, before, more) => {
        const first = stickyRelease(key, shares([other + 1, before]))
        const second = stickyRelease(key, shares([other + 1, before + more]))
        expect(first !== 'r1' || second === 'r1').toBe(true)
      }),
    )
  })

  it('stay where they are when a target they do not use goes away', () => {
    const targets = ['a', 'b', 'c'].map((id) => ({ id }))
    for (const key of keys.slice(0, 200)) {
      const chosen = stickyOf(key, targets)
      const others = targets.filter((target) => target === chosen || target.id === 'a')
      expect(stickyOf(key, others)).toBe(chosen)
    }
    expect(stickyOf('key', [])).toBeUndefined()
    expect(stickyRelease('key', shares([0]))).toBeUndefined()
  })
})
