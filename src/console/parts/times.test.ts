import { expect, it } from 'vitest'
import { distanceOf } from './times.ts'

const hourMs = 3_600_000

it.each([
  [-500, 'part.justNow', ''],
  [-59_900, 'part.ago', '59s'],
  [-(4 * hourMs - 1000), 'part.ago', '3h'],
  [-(90 * 24 * hourMs), 'part.ago', '90d'],
  [2.5 * hourMs + 60_000, 'part.ahead', '2h'],
  [4 * hourMs - 1000, 'part.ahead', '3h'],
  [4 * hourMs, 'part.ahead', '4h'],
  [59_900, 'part.ahead', '59s'],
  [60_000, 'part.ahead', '1m'],
  [90 * 24 * hourMs - 1000, 'part.ahead', '89d'],
])('%i ms from now is %s %s', (ms, key, time) => {
  expect(distanceOf(10 ** 12 + ms, 10 ** 12)).toEqual({ key, time })
})
