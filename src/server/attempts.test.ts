import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../base/index.ts'
import { Attempts } from './attempts.ts'

const rules = { each: { burst: 3, perSecond: 1 }, all: { burst: 10, perSecond: 5 }, remembered: 100 }
const openAttempts = () => {
  const clock = new VirtualClock(0)
  return { clock, attempts: new Attempts(clock, rules) }
}
const take = (attempts: Attempts, address: string, times: number): number[] =>
  Array.from({ length: times }, () => attempts.take(address))

describe('attempts without a token', () => {
  it('are let in so many at once, then at a pace, and say how long to wait', () => {
    const { clock, attempts } = openAttempts()
    expect(take(attempts, '192.0.2.1', 5)).toEqual([0, 0, 0, 1000, 1000])
    clock.advanceBy(999)
    expect(attempts.take('192.0.2.1')).toBe(1)
    clock.advanceBy(1)
    expect(take(attempts, '192.0.2.1', 2)).toEqual([0, 1000])
    clock.advanceBy(3_600_000)
    expect(take(attempts, '192.0.2.1', 4)).toEqual([0, 0, 0, 1000])
  })

  it('of one address take nothing from another, also those that are refused', () => {
    const { attempts } = openAttempts()
    take(attempts, '192.0.2.1', 1000)
    expect(take(attempts, '192.0.2.2', 3)).toEqual([0, 0, 0])
  })

  it('are bounded in all, from however many addresses', () => {
    const { attempts } = openAttempts()
    const let_in = Array.from({ length: 1000 }, (_, at) => attempts.take(`198.51.100.${at}`)).filter((ms) => ms === 0)
    expect(let_in).toHaveLength(10)
    expect(attempts.remembered).toBe(100)
  })

  it.each([
    ['2001:db8::1', '2001:db8::2', true],
    ['2001:db8:0:0:1::', '2001:0db8:0000:0000:ffff:1:2:3', true],
    ['2001:db8:0:1::1', '2001:db8:0:2::1', false],
    ['::1', '::2', true],
  ])('of %s and %s count together: %s', (one, other, together) => {
    const { attempts } = openAttempts()
    take(attempts, one, 3)
    expect(attempts.take(other) > 0).toBe(together)
  })

  it('gain nothing by a clock that is set back', () => {
    let now = 1_000_000
    const attempts = new Attempts({ now: () => now }, rules)
    take(attempts, '192.0.2.1', 3)
    now -= 500_000
    expect(attempts.take('192.0.2.1')).toBe(1000)
    now += 1000
    expect(attempts.take('192.0.2.1')).toBe(0)
  })
})
