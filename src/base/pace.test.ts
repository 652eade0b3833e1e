import { describe, expect, it } from 'vitest'
import { Pace, VirtualClock } from './index.ts'

function paced(everyMs: number, act: () => void | Promise<unknown> = () => {}) {
  const clock = new VirtualClock(0)
  const at: number[] = []
  const pace = new Pace({
    clock,
    everyMs,
    act: () => {
      at.push(clock.now())
      return act()
    },
  })
  return { clock, at, pace }
}

describe('a pace', () => {
  it('acts at once when it has not acted lately', () => {
    const { clock, at, pace } = paced(200)
    pace.ring()
    clock.advanceBy(1000)
    pace.ring()
    expect(at).toEqual([0, 1000])
  })

  it('acts once for all that ask until it may again, and never more often', () => {
    const { clock, at, pace } = paced(200)
    for (let n = 0; n < 100; n++) {
      pace.ring()
      clock.advanceBy(10)
    }
    expect(at).toEqual([0, 200, 400, 600, 800, 1000])
  })

  it('does not act when nobody asks', () => {
    const { clock, at, pace } = paced(200)
    pace.ring()
    clock.advanceBy(10_000)
    expect(at).toEqual([0])
    expect(clock.nextAlarm()).toBeUndefined()
  })

  it('waits for what lasts, and rests as long as it took', async () => {
    let end: () => void = () => {}
    const { clock, at, pace } = paced(200, () => new Promise<void>((resolve) => (end = resolve)))
    pace.ring()
    clock.advanceBy(700)
    pace.ring()
    expect(at).toEqual([0])
    end()
    await new Promise(setImmediate)
    clock.advanceBy(699)
    expect(at).toEqual([0])
    clock.advanceBy(1)
    expect(at).toEqual([0, 1400])
  })

  it('stops', () => {
    const { clock, at, pace } = paced(200)
    pace.ring()
    pace.ring()
    pace.stop()
    pace.ring()
    clock.advanceBy(1000)
    expect(at).toEqual([0])
  })

  it('goes on when the clock is set back, and after an act that threw', () => {
    let now = 1000
    const acted: number[] = []
    const pace = new Pace({
      clock: { now: () => now, alarm: () => () => {} },
      everyMs: 200,
      act: () => {
        acted.push(now)
        if (acted.length === 2) throw new Error('once')
      },
    })
    pace.ring()
    now = 10
    expect(() => pace.ring()).toThrow('once')
    now = 300
    pace.ring()
    expect(acted).toEqual([1000, 10, 300])
  })
})
