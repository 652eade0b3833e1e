/** Running executions in memory: the busy ones, and a bounded number of those that sleep. */
import { PassingMap } from '../../base/index.ts'
import type { Live } from './live.ts'

export class SleeperCache {
  readonly #busy = new PassingMap<number, Live>()
  readonly #asleep = new Map<number, Live>()
  readonly #sleepers: number

  /** `sleepers`: how many to keep that wait for a timer or somebody outside; the others are read again when they wake. */
  constructor(sleepers = 1000) {
    this.#sleepers = sleepers
  }

  get(id: number): Live | undefined {
    return this.#busy.get(id) ?? this.#asleep.get(id)
  }

  /** Forgets all: other nodes may have gone on with them. */
  clear(): void {
    this.#busy.clear()
    this.#asleep.clear()
  }

  /** Undefined forgets it: it is closed. */
  put(id: number, live: Live | undefined): void {
    if (live?.busy === true) {
      this.#busy.set(id, live)
      this.#asleep.delete(id)
      return
    }
    this.#busy.delete(id)
    this.#asleep.delete(id)
    if (live === undefined) return
    this.#asleep.set(id, live)
    const [oldest] = this.#asleep.keys()
    if (this.#asleep.size > this.#sleepers && oldest !== undefined) this.#asleep.delete(oldest)
  }
}
