import { describe, expect, it } from 'vitest'
import { fittingTable } from './fitting-table.ts'
import { paintFor } from './paint.ts'
import { visibleWidth } from './width.ts'

const paint = paintFor({ write: () => undefined, isTerminal: false, columns: 80, rows: 30 }, {})
const columns = [
  { head: 'NAME' },
  { head: 'STATE', weight: 1 },
  { head: 'WHY', weight: 2 },
  { head: 'NEVER', weight: 3 },
]
const rows = [
  ['お店', { tone: 'done', word: 'serving' }, 'because it is so', ''],
  ['warehouse', { tone: 'failed', word: 'failed' }, 'nobody knows', ''],
] as const

describe('a table that fits', () => {
  it('has every column that holds something, aligned', () => {
    expect(fittingTable(columns, rows, { paint, width: 80 }).split('\n')).toEqual([
      'NAME       STATE      WHY',
      'お店       ✓ serving  because it is so',
      'warehouse  ✗ failed   nobody knows',
    ])
  })

  it('leaves out what matters least when the terminal is narrow', () => {
    expect(fittingTable(columns, rows, { paint, width: 30 }).split('\n')).toEqual([
      'NAME       STATE',
      'お店       ✓ serving',
      'warehouse  ✗ failed',
    ])
  })

  it('cuts what is left', () => {
    const lines = fittingTable([{ head: 'A' }, { head: 'B' }], [['x'.repeat(40), '語'.repeat(20)]], {
      paint,
      width: 30,
    })
    for (const line of lines.split('\n')) expect(visibleWidth(line)).toBeLessThanOrEqual(30)
  })
})
