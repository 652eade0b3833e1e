/** What those who watch the same execution share: one bell, and one reading for all who are at the same place. */
import type { Machine } from '../../asl/index.ts'
import { Pace } from '../../base/index.ts'
import type { HistoryRecord } from '../contract.ts'
import { readHistory } from '../history/read.ts'
import type { Core } from '../run/core.ts'
import type { WatchNews, Watchers } from '../run/watchers.ts'
import { isRunning } from './rows.ts'

/** The next events for who was shown those before; the same object for all who ask at the same place. */
export type Look = {
  readonly items: readonly HistoryRecord[]
  readonly more: boolean
  /** Nothing will come after them: the execution has ended. */
  readonly ended: boolean
}

/** From one telling of progress to the next; the first is told at once, and so is the end. */
const paceMs = 100
const pageSize = 500
/** Who comes to a long history reads through it; whoever comes at the same time mostly reads the same. */
const mostKept = 8

type Place = Pick<Core, 'store' | 'clock'> & { readonly watchers: Watchers }

export class SharedHistories {
  readonly #histories = new Map<number, SharedHistory>()

  /** The same for all until the last has left. */
  enter(place: Place, machine: Machine, executionId: number): SharedHistory {
    const found = this.#histories.get(executionId)
    if (found !== undefined) return found
    const fresh = new SharedHistory(place, machine, executionId, () => this.#histories.delete(executionId))
    this.#histories.set(executionId, fresh)
    return fresh
  }
}

export class SharedHistory {
  readonly #place: Place
  readonly #machine: Machine
  readonly #executionId: number
  readonly #listeners = new Set<() => void>()
  readonly #pace: Pace
  readonly #leave: () => void
  readonly #looks = new Map<number, Look>()
  isStopping = false

  constructor(place: Place, machine: Machine, executionId: number, close: () => void) {
    this.#place = place
    this.#machine = machine
    this.#executionId = executionId
    this.#pace = new Pace({ clock: place.clock, everyMs: paceMs, act: () => this.#tell() })
    const deafen = place.watchers.add(executionId, (news) => this.#hear(news))
    this.#leave = () => {
      deafen()
      this.#pace.stop()
      close()
    }
  }

  /** Calls back when there is something to look for. Returns how to leave. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) this.#leave()
    }
  }

  /** The events after one. */
  look(after: number): Look {
    const found = this.#looks.get(after)
    if (found !== undefined) return found
    const { read } = this.#place.store
    // Asked before the events are read: what was committed with the end is among them then.
    const ended = !isRunning(read, this.#executionId)
    const place = { machine: this.#machine, executionId: this.#executionId, shown: after, limit: pageSize }
    const look = { ...readHistory(read, place), ended }
    if (this.#looks.size >= mostKept) this.#looks.clear()
    this.#looks.set(after, look)
    return look
  }

  #hear(news: WatchNews): void {
    this.#looks.clear()
    this.isStopping ||= news === 'stopping'
    if (news === 'progress') this.#pace.ring()
    else this.#tell()
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener()
  }
}
