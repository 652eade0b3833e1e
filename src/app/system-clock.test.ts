import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock, systemRandom } from './system-clock.ts'

const dayMs = 86_400_000

describe('an alarm of the machine’s clock', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  function alarmIn(ms: number): { readonly rung: number[]; readonly cancel: () => void } {
    const rung: number[] = []
    const cancel = systemClock.alarm(Date.now() + ms, () => rung.push(Date.now()))
    return { rung, cancel }
  }

  it('rings when its time has come, once, and not inside the call that sets it', () => {
    const late = alarmIn(-1000)
    const soon = alarmIn(90_000)
    expect(late.rung).toEqual([])
    vi.advanceTimersByTime(0)
    expect(late.rung).toHaveLength(1)
    vi.advanceTimersByTime(89_999)
    expect(soon.rung).toEqual([])
    vi.advanceTimersByTime(1)
    vi.advanceTimersByTime(dayMs)
    expect(soon.rung).toEqual([Date.UTC(2026, 0, 1) + 90_000])
  })

  it('rings soon after a machine wakes that slept past it', () => {
    const { rung } = alarmIn(3_600_000)
    vi.setSystemTime(Date.now() + dayMs)
    vi.advanceTimersByTime(5000)
    expect(rung).toHaveLength(1)
  })

  it('waits for the time of day when the clock was set back', () => {
    const { rung } = alarmIn(3000)
    vi.setSystemTime(Date.now() - 3_600_000)
    vi.advanceTimersByTime(3_600_000)
    expect(rung).toEqual([])
    vi.advanceTimersByTime(3000)
    expect(rung).toEqual([Date.UTC(2026, 0, 1) + 3000])
  })

  it('can be a year away, and be taken back', () => {
    const far = alarmIn(365 * dayMs)
    const cancelled = alarmIn(60_000)
    vi.advanceTimersByTime(30_000)
    cancelled.cancel()
    vi.advanceTimersByTime(365 * dayMs - 30_001)
    expect(far.rung).toEqual([])
    vi.advanceTimersByTime(1)
    expect(far.rung).toHaveLength(1)
    expect(cancelled.rung).toEqual([])
  })
})

describe('the machine’s chance', () => {
  it('hands out each byte once', () => {
    const drawn = Array.from({ length: 300 }, () => Buffer.from(systemRandom(32)).toString('hex'))
    expect(new Set(drawn).size).toBe(300)
    expect(drawn.every((bytes) => bytes.length === 64)).toBe(true)
  })
})
