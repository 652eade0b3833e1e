import { describe, expect, it } from 'vitest'
import type { Answer } from './load/load.ts'
import { rollbackTimes } from './session.ts'
import { steadyMs, takenOnMs } from './steady-clock.ts'
import type { Switch } from './switchers/switcher.ts'

const answer = (release: string, placedMs: number, arrivedMs = placedMs + 1): Answer => ({
  kind: 'quick',
  scheduledMs: placedMs,
  sentMs: placedMs,
  endedMs: arrivedMs,
  pid: 1,
  release,
  placedMs,
  arrivedMs,
})
const back = (from: string, acceptedMs: number): Switch => ({
  ...{ kind: 'rollback', from, to: 'r1', askedMs: acceptedMs - 5, acceptedMs },
  inForceMs: acceptedMs + 50,
  endedMs: acceptedMs + 90,
})

describe('a rollback', () => {
  it('lasts from the accepted command to the last request that was given to the bad release', () => {
    const answers = [answer('r2', 90), answer('r2', 130, 400), answer('r2', 120), answer('r1', 500)]
    expect(rollbackTimes({ switches: [back('r2', 100)], answers })).toEqual([30])
    expect(rollbackTimes({ switches: [back('r2', 100)], answers }, 'arrivedMs')).toEqual([300])
  })

  it('took no time when nothing came to it any more, and each is counted for itself', () => {
    const answers = [answer('r2', 90), answer('r3', 1007)]
    expect(rollbackTimes({ switches: [back('r2', 100), back('r3', 1000)], answers })).toEqual([0, 7])
  })

  it('is not long because its release is deployed again', () => {
    const again: Switch = { ...back('r1', 600), kind: 'deploy', from: 'r1', to: 'r2' }
    const answers = [answer('r2', 110), answer('r2', 700)]
    expect(rollbackTimes({ switches: [back('r2', 100), again], answers })).toEqual([10])
  })
})

describe('a request id of the edge', () => {
  it('says when the request was taken on, on the steady clock', () => {
    const before = steadyMs()
    const hex = Date.now().toString(16).padStart(12, '0')
    const after = steadyMs()
    const at = takenOnMs(`${hex.slice(0, 8)}-${hex.slice(8)}-7abc-8abc-0123456789ab`)
    // The clock of the day may have been set meanwhile by a little.
    expect(at).toBeGreaterThan(before - 1000)
    expect(at).toBeLessThan(after + 1000)
    expect(takenOnMs('of-the-client')).toBeUndefined()
  })
})
