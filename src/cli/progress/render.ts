/** The rows of an execution as lines of text: a tree in the order in which the states were entered. */
import { formatDuration } from '../../base/index.ts'
import { icon, type Paint, printable } from '../paint.ts'
import { clip, pad, visibleWidth } from '../width.ts'
import type { ExecutionView, Iterations, Row } from '../../asl/index.ts'
import { progressWords } from './map-run.ts'

export type RenderOptions = {
  readonly paint: Paint
  /** Milliseconds since 1970 UTC, for what is still open. */
  readonly now: number
  /** Characters a line may take. */
  readonly width: number
  /** Lines that may be drawn; the oldest ones give way. */
  readonly height: number
}

/** A Map of more items than these shows its count, not its iterations. */
const iterationsShown = 5

export function renderRows(view: ExecutionView, options: RenderOptions): string[] {
  const shown = inTreeOrder(view.rows).filter((row) => !isHidden(row))
  const lines = shown.map((row) => renderRow(row, options))
  if (lines.length <= options.height) return lines
  const kept = Math.max(1, options.height - 1)
  return [options.paint.dim(`  … ${lines.length - kept} states before`), ...lines.slice(-kept)]
}

/** One state as one line, indented by its depth. */
export function renderRow(row: Row, { paint, now, width }: RenderOptions): string {
  const name = `${'  '.repeat(depthOf(row) + 1)}${icon(row.tone)} ${printable(labelOf(row))}`
  const time = formatDuration(Math.max(0, (row.endedAt ?? now) - row.enteredAt))
  const left = `${pad(name, nameWidth(width))} ${row.type.padEnd(8)} ${time.padStart(8)}`
  const note = clip(printable(noteOf(row)), width - visibleWidth(left) - 2)
  return `${paint.tone(row.tone, clip(left, width))}${note === '' ? '' : `  ${paint.dim(note)}`}`
}

/** Narrow terminals leave the words behind the name their room. */
const nameWidth = (width: number): number => Math.max(24, Math.min(36, width - 54))

/** What there is to say besides name and time. */
export function noteOf(row: Row): string {
  return [
    row.endedAt === undefined && row.waitsFor !== undefined ? `waits for ${row.waitsFor}` : '',
    row.iterations === undefined ? '' : iterationNote(row.iterations),
    row.items === undefined ? '' : progressWords(row.items),
    row.attempts > 1 ? `attempt ${row.attempts}` : '',
    row.error === undefined ? '' : row.tone === 'done' ? `after ${row.error}` : row.error,
    row.tone === 'halted' ? 'stopped' : '',
  ]
    .filter((part) => part !== '')
    .join(', ')
}

function iterationNote({ done, failed, stopped, all }: Iterations): string {
  return [
    `${done} of ${all} done`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(stopped > 0 ? [`${stopped} stopped`] : []),
  ].join(', ')
}

/** `Pack`, or `Pack [2]` in the third iteration of a Map. */
export function labelOf(row: Row): string {
  return row.inside?.iteration === undefined ? row.name : `${row.name} [${row.inside.iteration}]`
}

/** The states around it, outermost first: `Fulfil / Pack`. */
export function pathOf(row: Row): string {
  return row.inside === undefined ? labelOf(row) : `${pathOf(row.inside.row)} / ${labelOf(row)}`
}

function depthOf(row: Row): number {
  return row.inside === undefined ? 0 : depthOf(row.inside.row) + 1
}

function isHidden(row: Row): boolean {
  if (row.inside === undefined) return false
  const { row: owner } = row.inside
  return (owner.iterations !== undefined && owner.iterations.all > iterationsShown) || isHidden(owner)
}

function inTreeOrder(rows: readonly Row[]): Row[] {
  const children = new Map<Row | undefined, Row[]>()
  for (const row of rows) {
    const owner = row.inside?.row
    const siblings = children.get(owner)
    if (siblings === undefined) children.set(owner, [row])
    else siblings.push(row)
  }
  const below = (owner: Row | undefined): Row[] =>
    byIteration(children.get(owner) ?? []).flatMap((row) => [row, ...below(row)])
  return below(undefined)
}

/** Stable: states of one iteration keep their order. */
function byIteration(rows: readonly Row[]): readonly Row[] {
  return rows.toSorted((a, b) => (a.inside?.iteration ?? 0) - (b.inside?.iteration ?? 0))
}
