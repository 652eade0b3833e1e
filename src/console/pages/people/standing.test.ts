import { expect, it } from 'vitest'
import { peopleSearch } from './search.ts'
import { standingOf } from './standing.ts'

const mika = {
  id: 'prs_1',
  login: 'mika',
  name: 'Mika',
  grants: [],
  groups: [],
  passkeys: 0,
  createdAt: '2026-11-30T00:00:00Z',
}

it.each([
  [{ recoveryCodes: 0 }, 'invited'],
  [{ recoveryCodes: 10, joinedAt: mika.createdAt }, 'active'],
  [{ recoveryCodes: 2, joinedAt: mika.createdAt }, 'lastCodes'],
  [{ recoveryCodes: 2, joinedAt: mika.createdAt, disabledAt: mika.createdAt }, 'disabled'],
])('with %j somebody is %s', (more, says) => {
  expect(standingOf({ ...mika, ...more }).says).toBe(says)
})

it('the address holds a list and one of it, and nothing else', () => {
  expect(peopleSearch({ tab: 'groups', one: 'on-call', x: 1 })).toEqual({ tab: 'groups', one: 'on-call' })
  expect(peopleSearch({ tab: 'moon', one: '' })).toEqual({})
})
