import { expect, it } from 'vitest'
import type { Group, Person } from '../../api/generated.ts'
import { holdersOf, peopleOf } from './holders.ts'

const person = (name: string, more: Partial<Person>): Person => ({
  ...{ id: `per_${name}`, login: name, name, grants: [], groups: [], recoveryCodes: 10, passkeys: 0 },
  createdAt: '2026-11-30T12:00:00Z',
  ...more,
})
const onCall: Group = { name: 'on-call', grants: [{ role: 'responder' }], members: ['mika'] }

it('a role is had by a grant of one’s own or by a group, everywhere first; who is disabled has nothing', () => {
  const people = [
    person('ken', { grants: [{ role: 'responder', project: 'acme/shop' }, { role: 'viewer' }] }),
    person('mika', { groups: ['on-call', 'gone'] }),
    person('sara', { grants: [{ role: 'responder' }], disabledAt: '2026-11-30T12:00:00Z' }),
  ]
  expect(holdersOf('responder', people, [onCall])).toEqual([
    { id: 'per_mika', login: 'mika', name: 'mika', where: '', group: 'on-call' },
    { id: 'per_ken', login: 'ken', name: 'ken', where: 'acme/shop', group: undefined },
  ])
  expect(holdersOf('admin', people, [onCall])).toEqual([])
})

it('two people of one name are two, and who has a role in two ways is one', () => {
  const people = [
    person('Ken Sato', {
      id: 'per_1',
      login: 'ken',
      grants: [{ role: 'viewer' }, { role: 'viewer', project: 'acme/shop' }],
    }),
    person('Ken Sato', { id: 'per_2', login: 'ksato', grants: [{ role: 'viewer' }] }),
  ]
  const holders = holdersOf('viewer', people, [])
  expect(holders).toHaveLength(3)
  expect(peopleOf(holders).map(({ login }) => login)).toEqual(['ken', 'ksato'])
})
