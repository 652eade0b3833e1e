import { expect, it } from 'vitest'
import { grantAt, grantText } from './grant.ts'

it.each([
  ['', { role: 'viewer' }, 'viewer'],
  [' acme/shop ', { role: 'viewer', project: 'acme/shop' }, 'viewer@acme/shop'],
  ['acme/shop/', { role: 'viewer', project: 'acme/shop' }, 'viewer@acme/shop'],
  ['acme/shop/live', { role: 'viewer', project: 'acme/shop', config: 'live' }, 'viewer@acme/shop/live'],
  // Refused by the server, which says what a project looks like: never taken for everywhere.
  ['acme', { role: 'viewer', project: 'acme' }, 'viewer@acme'],
])('a viewer of %j', (where, grant, text) => {
  expect(grantAt('viewer', where)).toEqual(grant)
  expect(grantText(grantAt('viewer', where))).toBe(text)
})
