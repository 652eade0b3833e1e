import { expect, it } from 'vitest'
import { auditSearch, fieldTime, localField } from './search.ts'

it('an address keeps what it knows, and drops what it does not', () => {
  const given = { text: 'sale', actor: 'mika', action: 'lock.break', from: '2026-11-30T00:00:00.000Z', record: 7 }
  expect(auditSearch(given)).toEqual(given)
  expect(auditSearch({ text: '', action: 'made.up', record: '7', other: 1 })).toEqual({})
})

it('a time is shown in the zone of the reader and comes back as it was', () => {
  const at = '2026-11-30T15:04:00.000Z'
  expect(fieldTime(localField(at))).toBe(at)
  expect(localField('nonsense')).toBe('')
  expect(fieldTime('')).toBeUndefined()
})
