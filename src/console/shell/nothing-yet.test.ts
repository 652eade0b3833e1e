import { expect, it } from 'vitest'
import { commandFor, mayNothing } from './nothing-yet.ts'

it('whoever has no grant may nothing; as long as it is not known who it is, nothing is said', () => {
  expect(mayNothing({ grants: [] })).toBe(true)
  expect(mayNothing({ grants: [{ role: 'viewer', project: 'acme/shop' }] })).toBe(false)
  expect(mayNothing(undefined)).toBe(false)
})

it('an admin gives a person something by their name', () => {
  expect(commandFor({ login: 'mika' })).toBe('holdfast people set mika --may viewer')
  expect(commandFor({})).toBeUndefined()
})
