import { expect, it } from 'vitest'
import { beginningOf, portCandidates } from './choose.ts'

const range = { from: 10, to: 14 }
const candidates = (taken: number[], last?: number) => [...portCandidates(range, new Set(taken), last)]

it('goes on behind the port given last, so that a freed one comes round last', () => {
  expect(candidates([], undefined)).toEqual([10, 11, 12, 13, 14])
  expect(candidates([12], 11)).toEqual([13, 14, 10, 11])
  expect(candidates([], 14)).toEqual([10, 11, 12, 13, 14])
  expect(candidates([], 99)).toEqual([10, 11, 12, 13, 14])
})

it('has nothing to offer when all are taken', () => {
  expect(candidates([10, 11, 12, 13, 14], 12)).toEqual([])
})

it('begins elsewhere for each host, and for one always in the same place', () => {
  const wide = { from: 24_000, to: 31_999 }
  const beginnings = Array.from({ length: 20 }, (_, index) => beginningOf(wide, `host-${index}`))
  expect(new Set(beginnings).size).toBeGreaterThan(15)
  expect(beginnings.every((port) => port >= wide.from && port <= wide.to)).toBe(true)
  expect(beginningOf(wide, 'host-3')).toBe(beginnings[3])
  expect(beginningOf({ from: 7, to: 7 }, 'host-3')).toBe(7)
})
