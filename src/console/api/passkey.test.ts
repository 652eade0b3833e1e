import { expect, it } from 'vitest'
import { PasskeyFault, reasonOf } from './passkey.ts'

it.each([
  ['NotAllowedError', 'cancelled'],
  ['AbortError', 'cancelled'],
  ['InvalidStateError', 'known'],
  ['ConstraintError', 'unable'],
  ['NotSupportedError', 'unable'],
  ['SecurityError', 'address'],
  ['TypeError', 'failed'],
])('a browser that says %s means: %s', (name, reason) => {
  expect(reasonOf(name)).toBe(reason)
  expect(new PasskeyFault(Object.assign(new Error('x'), { name }))).toMatchObject({ reason, message: 'x' })
})

it('what is no error is one that is not known', () => {
  expect(new PasskeyFault('no')).toMatchObject({ reason: 'failed', message: 'no' })
})
