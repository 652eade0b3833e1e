import { expect, it } from 'vitest'
import { safePath } from './safe-path.ts'

it.each([
  ['/executions/order:run-1?state=Pay#end', '/executions/order:run-1?state=Pay#end'],
  ['/', '/'],
  [undefined, '/'],
  ['', '/'],
  ['executions', '/'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['\\\\evil.example', '/'],
  ['/\t/evil.example', '/'],
  ['/\n\\evil.example', '/'],
  ['/.//evil.example', '/'],
  ['/x/..//evil.example', '/'],
  ['https://evil.example/', '/'],
  ['javascript:alert(1)', '/'],
  ['/sign-in?from=/sign-in', '/'],
  ['/executions/../sign-in', '/'],
  ['/join', '/'],
])('after signing in from %j somebody sees %s', (from, path) => {
  expect(safePath(from)).toBe(path)
})
