import fc from 'fast-check'
import { expect, it } from 'vitest'
import { comeBackMs, planEnding } from './drain.ts'

const drain = { startedAt: 1000, chance: 0.5, drainMs: 30_000, upgradeDrainMs: 60_000 }

it('lets requests finish and cuts what is left at the end of the drain', () => {
  expect(planEnding('request', drain)).toEqual({ at: 31_000, how: 'cut' })
})

it('closes WebSockets and event streams politely, each at its own moment of the later three quarters', () => {
  expect(planEnding('websocket', { ...drain, chance: 0 })).toEqual({ at: 16_000, how: 'close' })
  expect(planEnding('events', { ...drain, chance: 1 })).toEqual({ at: 61_000, how: 'close' })
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(1_000_000), (chance, upgradeDrainMs) => {
      const { at } = planEnding('websocket', { ...drain, chance, upgradeDrainMs })
      expect(at).toBeGreaterThanOrEqual(1000)
      expect(at).toBeLessThanOrEqual(1001 + upgradeDrainMs)
    }),
  )
})

it('gives a tunnel nobody can speak into all the time there is', () => {
  expect(planEnding('tunnel', drain)).toEqual({ at: 61_000, how: 'cut' })
})

it('sends clients of event streams back spread over some seconds', () => {
  expect([comeBackMs(0), comeBackMs(1)]).toEqual([500, 3000])
})
