/** The last events, and who listens. A reader that does not keep up is told what it missed, and slows nobody. */
import type { EdgeEvent, EdgeHappening } from '../contract.ts'

const eventsKept = 1000

export class EventLog {
  readonly #now: () => number
  #events: EdgeEvent[] = []
  #lastId: number
  readonly #listeners = new Set<() => void>()

  /** `firstId` grows from keeper to keeper, so that a reader can tell a new one from an old one: use its start time. */
  constructor(now: () => number, firstId: number) {
    this.#now = now
    this.#lastId = firstId
  }

  add(happening: EdgeHappening): void {
    this.#events.push({ id: ++this.#lastId, at: this.#now(), ...happening })
    if (this.#events.length > eventsKept) this.#events.shift()
    for (const listener of this.#listeners) listener()
  }

  get lastId(): number {
    return this.#lastId
  }

  /** Events behind `after`; if some of them are gone already, a `missed` first. */
  since(after: number): readonly EdgeEvent[] {
    const oldest = this.#events[0]?.id ?? this.#lastId + 1
    const found = this.#events.filter(({ id }) => id > after)
    if (after + 1 >= oldest) return found
    return [{ id: oldest - 1, at: this.#now(), kind: 'missed', until: oldest - 1 }, ...found]
  }

  /** Called after each new event. Returns how to stop. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
