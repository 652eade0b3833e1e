import { describe, expect, it } from 'vitest'
import { VirtualClock } from './clock.ts'

describe('a virtual clock', () => {
  it('rings in order of time, and of setting when times are equal', () => {
    const clock = new VirtualClock(0)
    const rung: string[] = []
    clock.alarm(20, () => rung.push(`c at ${clock.now()}`))
    clock.alarm(10, () => rung.push(`a at ${clock.now()}`))
    clock.alarm(10, () => rung.push(`b at ${clock.now()}`))
    expect(clock.nextAlarm()).toBe(10)
    clock.advanceTo(15)
    expect(rung).toEqual(['a at 10', 'b at 10'])
    expect(clock.now()).toBe(15)
    clock.advanceBy(5)
    expect(rung).toEqual(['a at 10', 'b at 10', 'c at 20'])
    expect(clock.nextAlarm()).toBeUndefined()
  })

  it('rings what an alarm sets on the way, and not what was cancelled', () => {
    const clock = new VirtualClock(0)
    const rung: number[] = []
    const cancel = clock.alarm(7, () => rung.push(-1))
    clock.alarm(5, () => {
      cancel()
      clock.alarm(6, () => rung.push(clock.now()))
    })
    clock.advanceTo(10)
    expect(rung).toEqual([6])
  })

  it('never rings from inside the call that sets an alarm, nor goes back', () => {
    const clock = new VirtualClock(100)
    const rung: number[] = []
    clock.alarm(50, () => rung.push(clock.now()))
    expect(rung).toEqual([])
    clock.advanceTo(100)
    expect(rung).toEqual([100])
    clock.advanceTo(10)
    expect(clock.now()).toBe(100)
  })

  it('lets time pass from alarm to alarm, and what each sets going rests before the next', async () => {
    const clock = new VirtualClock(0)
    const told: string[] = []
    const settle = async (): Promise<void> => {
      await Promise.resolve()
      told.push(`rest at ${clock.now()}`)
    }
    clock.alarm(10, () => {
      told.push('a')
      clock.alarm(12, () => told.push('c'))
    })
    clock.alarm(15, () => told.push('b'))
    clock.alarm(21, () => told.push('later'))
    await clock.pass(20, settle)
    const upTo15 = ['rest at 0', 'a', 'rest at 10', 'c', 'rest at 12', 'b', 'rest at 15']
    expect(told).toEqual([...upTo15, 'rest at 20'])
  })
})
