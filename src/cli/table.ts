/** Columns of text, as wide as they need. */
import { pad, visibleWidth } from './width.ts'

/** The last column is not padded. */
export function printTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, visibleWidth(cell))))
  }
  const fill = (cell: string, i: number, row: readonly string[]): string =>
    i === row.length - 1 ? cell : pad(cell, widths[i] ?? 0)
  return rows.map((row) => row.map(fill).join('  ')).join('\n')
}
