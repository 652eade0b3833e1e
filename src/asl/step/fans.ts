/** The working copies of what Maps and Parallels have under way: items, results, counters, by the frame they run in. */
import type { JsonText } from '../../base/index.ts'
import { type Change, type Fan, type FanPlan, newFan } from './state.ts'

export type WorkingFan = { -readonly [K in keyof Fan]: Fan[K] }
/** `fan` is undefined when it had not been touched. */
export type BuriedFan = {
  readonly frame: number
  readonly fan: WorkingFan | undefined
  readonly change: FanChange | undefined
}

type FanChange = Extract<Change, { kind: 'fan' | 'result' | 'fanGone' }>

export class WorkingFans {
  readonly #before: ReadonlyMap<number, Fan>
  readonly #touched = new Map<number, WorkingFan>()
  readonly #gone = new Set<number>()
  readonly #changes: FanChange[] = []

  constructor(before: ReadonlyMap<number, Fan>) {
    this.#before = before
  }

  has(frame: number): boolean {
    return this.peek(frame) !== undefined
  }

  /** Reads without copying. */
  peek(frame: number): Fan | undefined {
    const touched = this.#touched.get(frame)
    if (touched !== undefined) return touched
    return this.#gone.has(frame) ? undefined : this.#before.get(frame)
  }

  get(frame: number): WorkingFan {
    const touched = this.#touched.get(frame)
    if (touched !== undefined) return touched
    const fan = this.peek(frame)
    if (fan === undefined) throw new Error(`frame ${frame} has no Map or Parallel under way`)
    const copy = { ...fan }
    this.#touched.set(frame, copy)
    return copy
  }

  open(frame: number, plan: FanPlan): WorkingFan {
    const fan = newFan(plan)
    this.#touched.set(frame, fan)
    this.#changes.push({ kind: 'fan', frame, ...plan })
    return fan
  }

  setResult(frame: number, index: number, output: JsonText): void {
    const fan = this.get(frame)
    fan.results = fan.results.with(index, output)
    this.#changes.push({ kind: 'result', frame, index, output })
  }

  /** Takes a fan away that a redrive may want back: `restore` undoes it. */
  bury(frame: number): BuriedFan | undefined {
    const fan = this.#touched.get(frame)
    if (fan === undefined && !this.has(frame)) return undefined
    this.drop(frame)
    return { frame, fan, change: this.#changes.at(-1) }
  }

  restore({ frame, fan, change }: BuriedFan): void {
    this.#gone.delete(frame)
    if (fan !== undefined) this.#touched.set(frame, fan)
    this.#changes.splice(
      this.#changes.findLastIndex((each) => each === change),
      1,
    )
  }

  drop(frame: number): void {
    this.#touched.delete(frame)
    this.#gone.add(frame)
    this.#changes.push({ kind: 'fanGone', frame })
  }

  dropAll(): void {
    for (const frame of new Set([...this.#before.keys(), ...this.#touched.keys()]))
      if (this.has(frame)) this.drop(frame)
  }

  /** Without what was opened and closed again, or overwritten, in this same step. */
  changes(): Change[] {
    const lastTurn = new Map<number, number>()
    this.#changes.forEach(({ kind, frame }, i) => {
      if (kind !== 'result') lastTurn.set(frame, i)
    })
    const lasting: Change[] = this.#changes.filter(({ kind, frame }, i) => {
      if (i < (lastTurn.get(frame) ?? 0)) return false
      return kind !== 'fanGone' || this.#before.has(frame)
    })
    for (const [frame, { next, open, done }] of this.#touched)
      lasting.push({ kind: 'fanProgress', frame, next, open, done })
    return lasting
  }

  after(): ReadonlyMap<number, Fan> {
    if (this.#touched.size === 0 && this.#gone.size === 0) return this.#before
    const fans = new Map(this.#before)
    for (const frame of this.#gone) fans.delete(frame)
    for (const [frame, fan] of this.#touched) fans.set(frame, fan)
    return fans
  }
}
