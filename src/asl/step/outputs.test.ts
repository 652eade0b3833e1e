import { describe, expect, it } from 'vitest'
import { Outputs } from './outputs.ts'

describe('outputs', () => {
  it('are replaced one at a time, and leave the row before as it was', () => {
    for (const size of [1, 255, 256, 257, 1000]) {
      const empty = Outputs.empty(size)
      const last = empty.with(size - 1, '"last"')
      expect(empty.toArray()).toEqual(Array.from({ length: size }))
      expect(last.get(size - 1)).toBe('"last"')
      expect(last.toArray()).toHaveLength(size)
      expect(Outputs.from(last.toArray())).toEqual(last)
    }
  })

  it('of none are none', () => {
    expect(Outputs.empty(0).toArray()).toEqual([])
    expect(Outputs.empty(0).get(0)).toBeUndefined()
  })

  it('have no place beyond their end', () => {
    expect(() => Outputs.empty(3).with(3, '1')).toThrow('there is no place 3 among 3')
    expect(() => Outputs.empty(256).with(256, '1')).toThrow('there is no place 256 among 256')
  })

  it('share the pages that did not change', () => {
    const row = Outputs.empty(1000)
    expect(row.with(0, '1').pages[3]).toBe(row.pages[3])
  })
})
