import { expect, it } from 'vitest'
import { reasonOf } from './reason.ts'

it.each([
  ['access.sign_in_wait', 'the next one in 1m 30s', { kind: 'wait', wait: '1m 30s' }],
  ['access.sign_in_wait', 'the next one in 30s', { kind: 'wait', wait: '30s' }],
  ['server.too_many_attempts', 'the next one in 12 s', { kind: 'many', wait: '12 s' }],
  ['access.sign_in_refused', undefined, { kind: 'refused', wait: '' }],
  ['access.sign_in_step_over', undefined, { kind: 'over', wait: '' }],
  ['server.overloaded', undefined, undefined],
])('%s (%s) is told as %j', (code, accepted, reason) => {
  expect(reasonOf({ code, ...(accepted === undefined ? {} : { accepted }) })).toEqual(reason)
})
