/** Tables that fit a terminal: columns of less weight are left out, and then the widest are cut. Pure. */
import type { Paint, Tone } from './paint.ts'
import { icon } from './paint.ts'
import { clip, pad, visibleWidth } from './width.ts'

/** A state is told by icon and word, and coloured once its width is settled. */
export type Cell = string | { readonly tone: Tone; readonly word: string }

export type Column = {
  readonly head: string
  /** 0 is always there; of the others the highest goes first. */
  readonly weight?: number
}

export type TableOptions = { readonly paint: Paint; readonly width: number }

const gap = 2
const narrowest = 6

export function fittingTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  { paint, width }: TableOptions,
): string {
  const all = columns.map((column, i) => ({
    column,
    width: Math.max(visibleWidth(column.head), ...rows.map((row) => visibleWidth(textOf(row[i])))),
    cells: rows.map((row) => row[i]),
  }))
  // What nobody has is not worth a column.
  const filled = all.filter(({ cells }) => cells.length === 0 || cells.some((cell) => textOf(cell) !== ''))
  const shown = cut(leaveOut(filled, width), width)
  const lineOf = (
    cellOf: (column: Shown) => Cell | undefined,
    dress: (text: string, cell: Cell | undefined) => string,
  ) =>
    shown
      .map((one, i) => {
        const cell = cellOf(one)
        const text = clip(textOf(cell), one.width)
        const isLast = i === shown.length - 1
        return dress(isLast ? text : pad(text, one.width), cell)
      })
      .join(' '.repeat(gap))
      .trimEnd()
  return [
    lineOf(
      ({ column }) => column.head,
      (text) => paint.dim(text),
    ),
    ...rows.map((_, row) =>
      lineOf(
        ({ cells }) => cells[row],
        (text, cell) => (typeof cell === 'object' ? paint.tone(cell.tone, text) : text),
      ),
    ),
  ].join('\n')
}

type Shown = { readonly column: Column; readonly width: number; readonly cells: readonly (Cell | undefined)[] }

const textOf = (cell: Cell | undefined): string =>
  cell === undefined ? '' : typeof cell === 'string' ? cell : `${icon(cell.tone)} ${cell.word}`

const totalOf = (columns: readonly Shown[]): number =>
  columns.reduce((sum, { width }) => sum + width, gap * (columns.length - 1))

function leaveOut(columns: readonly Shown[], width: number): readonly Shown[] {
  if (totalOf(columns) <= width) return columns
  const heaviest = Math.max(...columns.map(({ column }) => column.weight ?? 0))
  if (heaviest === 0) return columns
  return leaveOut(
    columns.filter(({ column }) => (column.weight ?? 0) < heaviest),
    width,
  )
}

/** The widest give way, one character at a time. */
function cut(columns: readonly Shown[], width: number): readonly Shown[] {
  const widths = columns.map((column) => column.width)
  let over = totalOf(columns) - width
  while (over > 0) {
    const widest = widths.indexOf(Math.max(...widths))
    const now = widths[widest] ?? 0
    if (now <= narrowest) break
    widths[widest] = now - 1
    over--
  }
  return columns.map((column, i) => ({ ...column, width: widths[i] ?? column.width }))
}
