/** Changes of a deployment as lines of a log, without a terminal: one each. Pure. */
import { formatDuration } from '../../base/index.ts'
import { icon, printable } from '../paint.ts'
import { trafficWords } from './block.ts'
import type { Change } from './changes.ts'
import type { StateRow } from './rows.ts'

/** So often traffic is worth a line. */
const trafficMs = 10_000

/** Keeps what it has told, so that a long bake does not fill a log. */
export class LogLines {
  #trafficAt = 0

  /** `since`: the beginning of the deployment. Undefined for what is not worth a line. */
  lineOf(change: Change, since: number): string | undefined {
    if (change.kind === 'traffic') {
      if (change.at - this.#trafficAt < trafficMs) return undefined
      this.#trafficAt = change.at
    }
    const words = wordsOf(change)
    return words === undefined
      ? undefined
      : printable(`+${(Math.max(0, change.at - since) / 1000).toFixed(1)}s ${words.replaceAll('\n', ' ')}`)
  }
}

function wordsOf(change: Change): string | undefined {
  switch (change.kind) {
    case 'entered':
      return takesTime.has(change.row.state) ? `${icon('running')} ${labelOf(change.row)}` : undefined
    case 'left':
      return leftWords(change.row)
    case 'health':
      return `${icon(change.healthy < change.of ? 'waiting' : 'done')} ${change.note}`
    case 'instance': {
      const { instance, state = '', detail = '', restarts = 0 } = change.instance
      return `${icon('failed')} ${instance} ${state}${restarts === 0 ? '' : `, started again ${restarts} times`}: ${detail}`
    }
    case 'weights':
      return `${icon('running')} traffic: ${change.weights.map(({ service, incoming }) => `${service} ${incoming} % new`).join(', ')}`
    case 'traffic':
      return trafficLine(change)
    case 'call':
      return `${icon('failed')} ${change.call}: ${change.failure}`
    case 'asked':
      return askedWords(change)
    default:
      return change satisfies never
  }
}

/** States whose beginning is worth a line of its own. */
const takesTime: ReadonlySet<string> = new Set([
  ...['Prepare', 'BeforeHooks', 'CheckHealth', 'SmokeTests', 'Bake', 'Watch', 'AfterHooks'],
  ...['Paused', 'Compensate', 'FailureHooks'],
])

function leftWords({ tone, note, ms = 0, ...row }: StateRow): string {
  return `${icon(tone === 'waiting' ? 'done' : tone)} ${labelOf(row)}  ${formatDuration(ms)}${note === '' ? '' : `, ${note}`}`
}

const labelOf = ({ state, step }: Pick<StateRow, 'state' | 'step'>): string =>
  step === undefined ? state : `${state} (step ${step})`

function trafficLine({ incoming, outgoing, leftMs }: Extract<Change, { kind: 'traffic' }>): string {
  const old = outgoing.requests === 0 ? '' : `; old: ${trafficWords(outgoing)}`
  const left = leftMs === undefined || leftMs === 0 ? '' : `; ${formatDuration(leftMs)} left`
  return `${icon('waiting')} new: ${trafficWords(incoming)}${old}${left}`
}

function askedWords({ control, reason }: Extract<Change, { kind: 'asked' }>): string {
  const why = reason === undefined || control === 'run' ? '' : `: ${reason}`
  if (control === 'halt') return `${icon('halted')} halted on request${why}`
  return control === 'pause' ? `${icon('waiting')} pause${why}` : `${icon('running')} goes on`
}

/** For programs: the change itself, times as ISO 8601. */
export function changeAsJson({ at, ...change }: Change): object {
  const time = new Date(at).toISOString()
  if (change.kind !== 'entered' && change.kind !== 'left') return { at: time, ...change }
  const { row, kind } = change
  const { state, step, ms, note } = row
  return { at: time, kind, state, step, ...(kind === 'left' ? { ms, note } : {}) }
}
