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

export const unreached: Standing = { tone: undefined, stays: 0, failed: 0, attempts: 0, iterations: undefined }

const worstFirst: readonly Tone[] = ['failed', 'halted', 'done']

type Known = { readonly row: Row; readonly tone: Tone; readonly isOpen: boolean; readonly isLast: boolean }

/**
 * The standing of one state, counted on with each change of one of its stays: a state may have ten thousand of them. What is open
 * goes before what has ended, and of what has ended the worst that nothing came after.
 */
export class Tally {
  readonly #known = new Map<number, Known>()
  /** Of each place (a scope, an iteration) the last stay: a later one makes good what an earlier one did badly. */
  readonly #lastIn = new Map<string, number>()
  readonly #open = new Map<Tone, number>()
  readonly #last = new Map<Tone, number>()
  #failed = 0
  #latest: Row | undefined

  note(row: Row): void {
    const place = placeOf(row)
    const before = this.#known.get(row.enteredId)
    if (before === undefined) this.#comesLast(place, row)
    else this.#count(before, -1)
    const isLast = this.#lastIn.get(place) === row.enteredId
    const known = { row, tone: row.tone, isOpen: row.endedAt === undefined, isLast }
    this.#known.set(row.enteredId, known)
    this.#count(known, 1)
    if (row.enteredId >= (this.#latest?.enteredId ?? 0)) this.#latest = row
  }

  get standing(): Standing {
    const { attempts = 0, iterations } = this.#latest ?? {}
    return { tone: this.#tone, stays: this.#known.size, failed: this.#failed, attempts, iterations }
  }

  get #tone(): Tone | undefined {
    if (has(this.#open, 'running')) return 'running'
    if ([...this.#open.values()].some((count) => count > 0)) return 'waiting'
    return worstFirst.find((tone) => has(this.#last, tone))
  }

  #comesLast(place: string, row: Row): void {
    const former = this.#known.get(this.#lastIn.get(place) ?? 0)
    this.#lastIn.set(place, row.enteredId)
    if (former === undefined) return
    this.#count(former, -1)
    const passed = { ...former, isLast: false }
    this.#known.set(former.row.enteredId, passed)
    this.#count(passed, 1)
  }

  #count({ tone, isOpen, isLast }: Known, by: number): void {
    if (tone === 'failed') this.#failed += by
    if (isOpen) add(this.#open, tone, by)
    if (isLast) add(this.#last, tone, by)
  }
}

const has = (counts: ReadonlyMap<Tone, number>, tone: Tone): boolean => (counts.get(tone) ?? 0) > 0
const add = (counts: Map<Tone, number>, tone: Tone, by: number): void =>
  void counts.set(tone, (counts.get(tone) ?? 0) + by)

export const placeOf = ({ inside }: Row): string =>
  inside === undefined ? '' : `${inside.row.enteredId}/${inside.iteration ?? ''}`
