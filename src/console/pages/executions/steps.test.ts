import { expect, it } from 'vitest'
import { pace, stepFrom } from './steps.ts'

it('a step leads to the event beside, back from now to the last but one, and behind the last to now', () => {
  expect(stepFrom(5, 1, 9)).toBe(6)
  expect(stepFrom(5, -1, 9)).toBe(4)
  expect(stepFrom(1, -1, 9)).toBe(1)
  expect(stepFrom(9, 1, 9)).toBeUndefined()
  expect(stepFrom(undefined, -1, 9)).toBe(8)
  expect(stepFrom(undefined, 1, 9)).toBeUndefined()
})

it('a short history is played event by event, one of 25,000 within half a minute', () => {
  expect(pace(10)).toEqual({ everyMs: 700, events: 1 })
  expect(pace(100)).toEqual({ everyMs: 240, events: 1 })
  const { everyMs, events } = pace(25_000)
  expect((25_000 / events) * everyMs).toBeLessThan(30_000)
})
