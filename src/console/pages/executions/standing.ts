/** How a state stands, out of its stays: what the graph shows. Pure. */
import type { Row } from '../../../asl/index.ts'
import type { Tone } from '../../../base/index.ts'

export type Standing = {
  /** Undefined: it was not reached. */
  readonly tone: Tone | undefined
  readonly stays: number
  readonly failed: number
  /** Calls of the task in its last stay. */
  readonly attempts: number
  readonly iterations: Row['iterations']
}

/** What is open goes before what has ended, and of what has ended the worst that nothing came after. */
export function standingOf(stays: readonly Row[]): Standing {
  const last = stays.at(-1)
  const failed = stays.filter(({ tone }) => tone === 'failed').length
  return {
    tone: toneOfStays(stays),
    stays: stays.length,
    failed,
    attempts: last?.attempts ?? 0,
    iterations: last?.iterations,
  }
}

const worstFirst: readonly Tone[] = ['failed', 'halted', 'done']

function toneOfStays(stays: readonly Row[]): Tone | undefined {
  const open = stays.filter(({ endedAt }) => endedAt === undefined)
  if (open.length > 0) return open.some(({ tone }) => tone === 'running') ? 'running' : 'waiting'
  // A later stay in the same place makes good what an earlier one did badly: a loop that came round.
  const lastOf = new Map(stays.map((row) => [placeOf(row), row.tone]))
  const tones = new Set(lastOf.values())
  return worstFirst.find((tone) => tones.has(tone))
}

const placeOf = ({ inside }: Row): string =>
  inside === undefined ? '' : `${inside.row.enteredId}/${inside.iteration ?? ''}`
