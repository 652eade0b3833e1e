/** Columns of text, as wide as they need. */
import { visibleWidth } from './paint.ts'

/** The last column is not padded. */
export function printTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, visibleWidth(cell))))
  }
  const pad = (cell: string, i: number, row: readonly string[]): string =>
    i === row.length - 1 ? cell : cell + ' '.repeat((widths[i] ?? 0) - visibleWidth(cell))
  return rows.map((row) => row.map(pad).join('  ')).join('\n')
}
