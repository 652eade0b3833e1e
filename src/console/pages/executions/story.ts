/**
 * One execution as the page shows it: its history as it comes, folded into stays in states, with the events of each. Grows by what
 * is added and says so at most once a frame.
 */
import { ExecutionView, type Row } from '../../../asl/index.ts'
import type { HistoryEvent } from '../../api/generated.ts'

export type StoryEvent = HistoryEvent & { readonly ms: number }

export class Story {
  readonly view = new ExecutionView()
  readonly #events: StoryEvent[] = []
  readonly #eventsOf = new Map<number, StoryEvent[]>()
  readonly #byState = new Map<string, Row[]>()
  readonly #listeners = new Set<() => void>()
  readonly #nextFrame: (act: () => void) => void
  #rowCount = 0
  #isAnnounced = false
  /** Another number for each state of it. */
  version = 0
  /** Everything was sent that will be. */
  isComplete = false

  constructor(nextFrame: (act: () => void) => void) {
    this.#nextFrame = nextFrame
  }

  get events(): readonly StoryEvent[] {
    return this.#events
  }

  add(event: HistoryEvent): void {
    // What was sent already before the connection was lost.
    if (event.id <= (this.#events.at(-1)?.id ?? 0)) return
    const ms = Date.parse(event.at)
    this.#events.push({ ...event, ms })
    this.view.apply({ ...event, timestamp: ms })
    this.#noteRows()
    const row = this.view.rowOf(event.id)
    if (row !== undefined) listIn(this.#eventsOf, row.enteredId).push({ ...event, ms })
    this.announce()
  }

  /** Events of a stay, without those of the states inside. */
  eventsOf(row: Row): readonly StoryEvent[] {
    return this.#eventsOf.get(row.enteredId) ?? []
  }

  /** The stays in a state, in their order. */
  stays(state: string): readonly Row[] {
    return this.#byState.get(state) ?? []
  }

  complete(): void {
    this.isComplete = true
    this.announce()
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  announce(): void {
    if (this.#isAnnounced) return
    this.#isAnnounced = true
    this.#nextFrame(() => {
      this.#isAnnounced = false
      this.version++
      for (const listener of this.#listeners) listener()
    })
  }

  #noteRows(): void {
    const { rows } = this.view
    for (; this.#rowCount < rows.length; this.#rowCount++) {
      const row = rows[this.#rowCount]
      if (row !== undefined) listIn(this.#byState, row.name).push(row)
    }
  }
}

function listIn<Key, Item>(map: Map<Key, Item[]>, key: Key): Item[] {
  const found = map.get(key)
  if (found !== undefined) return found
  const list: Item[] = []
  map.set(key, list)
  return list
}
