import { expect, it } from 'vitest'
import { printable } from './paint.ts'

it('prints what drives a terminal, or turns a line around, as the characters that it is', () => {
  expect(printable('\u001b[2J\u0007\u009b31m')).toBe('\\u001b[2J\\u0007\\u009b31m')
  expect(printable('safe\u202egnp.exe\u2066\u2028')).toBe('safe\\u202egnp.exe\\u2066\\u2028')
  expect(printable('a\tb\nשלום 日本語 e\u0301')).toBe('a\tb\nשלום 日本語 e\u0301')
})
