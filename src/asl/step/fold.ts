/** Folding stored changes over a state, in time linear in their number. */
import type { JsonText } from '../../base/index.ts'
import { Outputs } from './outputs.ts'
import { type Change, type ExecutionState, type Fan, type Frame, newFan, type Redriven, type Status } from './state.ts'

/** What is not kept as changes: the counters stand beside them, the status comes from the close command. */
export type Counters = { readonly nextEventId: number; readonly nextFrame: number; readonly status: Status }

/** The state after the changes. The state before stays as it is. */
export function applyChanges(state: ExecutionState, changes: readonly Change[], counters: Counters): ExecutionState {
  const fold = new Fold(state)
  for (const change of changes) fold.apply(change)
  return { ...state, ...counters, redriven: fold.redriven, frames: fold.frames, fans: fold.fansAfter() }
}

/** The results of a fan are taken apart at its first change and put together at the end. */
class Fold {
  readonly frames: Map<number, Frame>
  readonly fans: Map<number, Fan>
  redriven: Redriven | undefined
  readonly #results = new Map<number, (JsonText | undefined)[]>()

  constructor(state: ExecutionState) {
    this.frames = new Map(state.frames)
    this.fans = new Map(state.fans)
    this.redriven = state.redriven
  }

  apply(change: Change): void {
    switch (change.kind) {
      case 'frame':
        this.frames.set(change.frame.id, change.frame)
        return
      case 'frameGone':
        this.frames.delete(change.id)
        return
      case 'fan':
        this.#results.delete(change.frame)
        this.fans.set(change.frame, newFan(change))
        return
      case 'fanProgress': {
        const { next, open, done } = change
        this.fans.set(change.frame, { ...this.#fan(change.frame), next, open, done })
        return
      }
      case 'result':
        this.#resultsOf(change.frame)[change.index] = change.output
        return
      case 'fanGone':
        this.#results.delete(change.frame)
        this.fans.delete(change.frame)
        return
      case 'redriven':
        this.redriven = { count: change.count, at: change.at }
        return
      default:
        change satisfies never
    }
  }

  #fan(frame: number): Fan {
    const fan = this.fans.get(frame)
    if (fan === undefined) throw new Error(`frame ${frame} has no Map or Parallel to go on with`)
    return fan
  }

  #resultsOf(frame: number): (JsonText | undefined)[] {
    const known = this.#results.get(frame)
    if (known !== undefined) return known
    const results = this.#fan(frame).results.toArray()
    this.#results.set(frame, results)
    return results
  }

  fansAfter(): ReadonlyMap<number, Fan> {
    for (const [frame, results] of this.#results) {
      this.fans.set(frame, { ...this.#fan(frame), results: Outputs.from(results) })
    }
    return this.fans
  }
}
