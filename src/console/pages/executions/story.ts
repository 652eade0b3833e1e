/**
 * One execution as the page shows it: its history as it comes, folded into stays in states, with the events of each. Grows by what
 * is added and says so at most once a frame. What changes is kept with the event that changed it, so that any moment can be looked at
 * without folding anew.
 */
import { type End, ExecutionView, type Row } from '../../../asl/index.ts'
import type { HistoryEvent } from '../../api/generated.ts'
import { Iterations } from './iterations.ts'
import { Log } from './log.ts'
import { Scopes } from './scopes.ts'
import { type Standing, Tally, unreached } from './standing.ts'

export type StoryEvent = HistoryEvent & { readonly ms: number }

export class Story {
  readonly view = new ExecutionView()
  readonly #events: StoryEvent[] = []
  readonly #eventsOf = new Map<number, StoryEvent[]>()
  readonly #byState = new Map<string, Row[]>()
  readonly #logs = new Map<number, Log<Row>>()
  readonly #tallies = new Map<string, { readonly tally: Tally; readonly log: Log<Standing> }>()
  readonly #ends = new Log<End | undefined>()
  readonly scopes = new Scopes((eventId) => this.view.rowOf(eventId))
  readonly iterations = new Iterations()
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
    const told = { ...event, ms }
    this.#events.push(told)
    this.view.apply({ ...event, timestamp: ms })
    this.#noteRows()
    this.#noteChanges(event.id)
    this.scopes.note(told)
    const row = this.view.rowOf(event.id)
    this.iterations.note(told, row)
    if (row !== undefined) listIn(this.#eventsOf, row.enteredId).push(told)
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

  /** A stay as it was at an event; undefined before it began. */
  rowAt({ enteredId }: Row, eventId: number): Row | undefined {
    return this.#logs.get(enteredId)?.at(eventId)
  }

  standingAt(state: string, eventId: number): Standing {
    return this.#tallies.get(state)?.log.at(eventId) ?? unreached
  }

  /** Undefined while it ran, and between an end and a redrive. */
  endAt(eventId: number): End | undefined {
    return this.#ends.at(eventId)
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

  #noteChanges(eventId: number): void {
    if (this.#ends.last !== this.view.end) this.#ends.note(eventId, this.view.end)
    for (const row of this.view.takeTouched()) {
      const log = this.#logs.get(row.enteredId) ?? new Log<Row>()
      this.#logs.set(row.enteredId, log)
      // The row goes on changing in place.
      log.note(eventId, { ...row })
      const { tally, log: standings } = this.#tallies.get(row.name) ?? { tally: new Tally(), log: new Log<Standing>() }
      this.#tallies.set(row.name, { tally, log: standings })
      tally.note(row)
      standings.note(eventId, tally.standing)
    }
  }

  #noteRows(): void {
    const { rows } = this.view
    for (; this.#rowCount < rows.length; this.#rowCount++) {
      const row = rows[this.#rowCount]
      if (row === undefined) continue
      listIn(this.#byState, row.name).push(row)
      this.iterations.enter(row)
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
