import { expect, it } from 'vitest'
import { repairIn } from './repair.ts'

it.each([
  ['holdfast up', '', 'holdfast up'],
  ['mend the application, then: holdfast deploy FILE', 'mend the application, then', 'holdfast deploy FILE'],
  ['sign it anew', 'sign it anew', undefined],
  ['look at it: holdfast why X; then: holdfast retry X', 'look at it: holdfast why X; then', 'holdfast retry X'],
  ['holdfast retry X, when it is mended: or wait', 'holdfast retry X, when it is mended: or wait', undefined],
] as const)('%s', (text, words, command) => {
  expect(repairIn(text)).toEqual({ words, command })
})
