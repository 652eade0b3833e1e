/** Shows an execution while it runs: redrawn on a terminal, line by line elsewhere. */
import { formatDuration } from '../../base/index.ts'
import type { Execution, Watched } from '../client/api.ts'
import { type Context, print } from '../context.ts'
import { LiveLines } from '../live.ts'
import { icon, printable } from '../paint.ts'
import { noteOf, pathOf, renderRows } from './render.ts'
import { ExecutionView, type Row, type Step } from './view.ts'

/** How often a running execution is drawn again, for its durations and its spinner. */
const redrawMs = 100

/** Resolves to the execution when it has ended. @throws whatever reading the events throws */
export async function follow(
  context: Context,
  title: string,
  events: AsyncIterable<Watched>,
): Promise<Execution | undefined> {
  const view = new ExecutionView()
  const show = context.world.out.isTerminal ? liveDisplay(context, title, view) : lineDisplay(context, view)
  try {
    for await (const watched of events) {
      if (watched.kind === 'end') return watched.execution
      show.step(view.apply(watched.event))
    }
    return undefined
  } finally {
    show.end()
  }
}

type Display = { step(step: Step | undefined): void; end(): void }

function liveDisplay(context: Context, title: string, view: ExecutionView): Display {
  const { world, paint } = context
  const live = new LiveLines(world.out)
  let frame = 0
  const draw = (): void => {
    const now = world.now()
    const spinner = view.end === undefined ? (spinnerFrames[frame++ % spinnerFrames.length] ?? '') : ' '
    const elapsed =
      view.startedAt === undefined ? '' : formatDuration(Math.max(0, (view.end?.at ?? now) - view.startedAt))
    const head = `${paint.tone('running', spinner)} ${paint.bold(title)} ${paint.dim(elapsed)}`
    const size = { width: world.out.columns - 1, height: Math.max(3, world.out.rows - 4) }
    live.draw([head, ...renderRows(view, { paint, now, ...size })])
  }
  const stop = world.every(redrawMs, draw)
  return {
    step: () => undefined,
    end: () => {
      stop()
      draw()
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
