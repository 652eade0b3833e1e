/** Shows an execution while it runs: redrawn on a terminal, line by line elsewhere. */
import { formatDuration } from '../../base/index.ts'
import type { Execution, Watched } from '../client/api.ts'
import { type Context, print } from '../context.ts'
import { LiveLines } from '../live.ts'
import { icon, printable, toneOfStatus, wordOfStatus } from '../paint.ts'
import { clip } from '../width.ts'
import { noteOf, pathOf, renderRows } from './render.ts'
import { ExecutionView, type Row, type Step } from '../../asl/index.ts'
import { type AskMapRun, MapRunWatch } from './watch-map-runs.ts'

/** How often a running execution is drawn again, for its durations and its spinner. */
const redrawMs = 100

export type Followed = {
  /** Undefined when the events ended without it. */
  readonly execution: Execution | undefined
  readonly view: ExecutionView
}

/** Fulfils when the execution has ended. @throws whatever reading the events throws */
export async function follow(
  context: Context,
  title: string,
  events: AsyncIterable<Watched>,
  askMapRun: AskMapRun,
): Promise<Followed> {
  const view = new ExecutionView()
  const runs = new MapRunWatch(context.world, view, askMapRun)
  const show = context.world.out.isTerminal ? liveDisplay(context, title, view) : lineDisplay(context, view)
  try {
    for await (const watched of events) {
      if (watched.kind === 'end') return { execution: watched.execution, view }
      if (watched.kind === 'history') show.step(view.apply(watched.event))
      else show.connection(watched.lost)
    }
    return { execution: undefined, view }
  } finally {
    await runs.end()
    show.end()
  }
}

type Display = { step(step: Step | undefined): void; connection(lost: boolean): void; end(): void }

function liveDisplay(context: Context, title: string, view: ExecutionView): Display {
  const { world, paint } = context
  const live = new LiveLines(world.out)
  let frame = 0
  let lost = false
  const draw = (mark: string): void => {
    const now = world.now()
    const { startedAt = now, end } = view
    const tone = end === undefined ? (lost ? 'halted' : 'running') : toneOfStatus(end.status)
    const word = end === undefined ? (lost ? 'connection lost, trying again' : 'running') : wordOfStatus(end.status)
    const width = world.out.columns - 1
    const words = clip(
      `${title}  ${formatDuration(Math.max(0, (end?.at ?? now) - startedAt))}`,
      width - word.length - 4,
    )
    const head = `${paint.tone(tone, `${end === undefined ? mark : icon(tone)} ${word}`)}  ${paint.bold(words)}`
    live.draw([head, ...renderRows(view, { paint, now, width, height: Math.max(3, world.out.rows - 4) })])
  }
  const stop = world.every(redrawMs, () => draw(spinnerFrames[frame++ % spinnerFrames.length] ?? ''))
  return {
    step: () => undefined,
    connection: (isLost) => (lost = isLost),
    end: () => {
      stop()
      draw(icon('running'))
      live.end()
    },
  }
}

const spinnerFrames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

function lineDisplay(context: Context, view: ExecutionView): Display {
  return {
    step: (step) => {
      const line = step === undefined ? undefined : lineOf(step, view)
      if (line !== undefined) print(context, line)
    },
    connection: (lost) =>
      print(context, lost ? `${icon('halted')} connection lost, trying again` : `${icon('running')} connected again`),
    end: () => undefined,
  }
}

/** What a log wants to know: what begins and may take long, what ends, what fails. */
function lineOf(step: Step, view: ExecutionView): string | undefined {
  if (step.kind === 'ended') return undefined
  const { row, at } = step
  if (step.kind === 'entered' && !takesTime(row)) return undefined
  const since = view.startedAt === undefined ? '' : `+${((at - view.startedAt) / 1000).toFixed(3)}s `
  const words = step.kind === 'entered' ? '' : detailsOf(step.kind, row)
  return printable(`${since}${icon(row.tone)} ${pathOf(row)}${words === '' ? '' : `  ${words}`}`)
}

function detailsOf(kind: Exclude<Step['kind'], 'ended' | 'entered'>, row: Row): string {
  const note = noteOf(row)
  if (kind === 'failing') return `failed: ${row.error ?? 'unknown error'}`
  if (kind !== 'left') return note
  const took = formatDuration((row.endedAt ?? row.enteredAt) - row.enteredAt)
  return note === '' ? took : `${took}, ${note}`
}

const takesTime = ({ type }: Row): boolean => ['Task', 'Wait', 'Parallel', 'Map'].includes(type)
