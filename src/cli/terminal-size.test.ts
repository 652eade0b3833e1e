import { describe, expect, it } from 'vitest'
import { columnsOf, rowsOf } from './terminal-size.ts'

describe('the size of an output', () => {
  it('is what the terminal reports', () => {
    expect([columnsOf({ isTTY: true, columns: 132 }), rowsOf({ isTTY: true, rows: 50 })]).toEqual([132, 50])
  })

  it('is 80 by 24 where a terminal reports 0 or nothing', () => {
    for (const told of [{ columns: 0, rows: 0 }, {}]) {
      expect([columnsOf({ isTTY: true, ...told }), rowsOf({ isTTY: true, ...told })]).toEqual([80, 24])
    }
  })

  it('is wider in a pipe', () => expect(columnsOf({})).toBe(100))
})
