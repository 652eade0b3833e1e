import { expect, it } from 'vitest'
import { rulesFor } from './rules.ts'

const mika = { login: 'mika.tanaka', name: 'Mika Tanaka' }

it.each([
  ['', [false, false, false]],
  ['too short', [false, true, true]],
  ['mika tanaka 1', [true, false, true]],
  ['111111111111', [true, true, false]],
  ['123456789012', [true, true, false]],
  ['four lamps over the sea', [true, true, true]],
])('of %j it says %j', (password, met) => {
  expect(rulesFor(password, mika).map(({ isMet }) => isMet)).toEqual(met)
})
