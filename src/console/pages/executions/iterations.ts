/** The iterations of Maps, out of the history: one for each item, as it went. Grows with the events. Pure. */
import type { Row } from '../../../asl/index.ts'
import type { Tone } from '../../../base/index.ts'
import type { StoryEvent } from './story.ts'

/** Another object for each change of it. */
export type Iteration = {
  /** Place of its item. */
  readonly index: number
  readonly startedId: number
  readonly startedAt: number
  readonly ended: { readonly id: number; readonly at: number; readonly tone: Tone } | undefined
  /** The stay that it is in, or was last. */
  readonly last: Row | undefined
}

const toneOfEnd: Readonly<Record<string, Tone>> = {
  MapIterationSucceeded: 'done',
  MapIterationFailed: 'failed',
  MapIterationAborted: 'halted',
}

export class Iterations {
  readonly #of = new Map<number, Iteration[]>()

  /** An event of a stay in a Map; others are nothing to it. */
  note({ id, type, ms, details }: StoryEvent, map: Row | undefined): void {
    const index = details?.['index']
    if (map === undefined || !type.startsWith('MapIteration') || typeof index !== 'number') return
    const all = this.#of.get(map.enteredId) ?? []
    this.#of.set(map.enteredId, all)
    const tone = toneOfEnd[type]
    const known = all[index]
    // Of a Map that is run again, each iteration begins anew.
    if (tone === undefined) all[index] = { index, startedId: id, startedAt: ms, ended: undefined, last: undefined }
    else if (known !== undefined) all[index] = { ...known, ended: { id, at: ms, tone } }
  }

  /** A stay begins, in an iteration or not. */
  enter(row: Row): void {
    const { row: map, iteration } = row.inside ?? {}
    if (map === undefined || iteration === undefined) return
    const all = this.#of.get(map.enteredId)
    const known = all?.[iteration]
    if (all !== undefined && known !== undefined) all[iteration] = { ...known, last: row }
  }

  /** Those that had begun at an event, in the order of their items. */
  at({ enteredId }: Row, eventId: number | undefined): readonly Iteration[] {
    const begun = (this.#of.get(enteredId) ?? []).filter(({ startedId }) => startedId <= (eventId ?? Infinity))
    return eventId === undefined
      ? begun
      : begun.map((one) => ((one.ended?.id ?? 0) <= eventId ? one : { ...one, ended: undefined }))
  }
}

export function toneOf({ ended, last }: Iteration): Tone {
  if (ended !== undefined) return ended.tone
  return last?.tone === 'waiting' && last.endedAt === undefined ? 'waiting' : 'running'
}
