/** Who follows an execution live: told after each commit that touched it, and at its end. */

export type WatchNews = 'progress' | 'closed' | 'stopping'

export class Watchers {
  #closed = false
  readonly #listeners = new Map<number, Set<(news: WatchNews) => void>>()

  /** Calls back after each commit, and once when the engine stops, even if it has stopped already. Returns how to stop. */
  add(executionId: number, listener: (news: WatchNews) => void): () => void {
    if (this.#closed) listener('stopping')
    const listeners = this.#listeners.get(executionId) ?? new Set()
    this.#listeners.set(executionId, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#listeners.delete(executionId)
    }
  }

  notify(touched: Iterable<number>, closed: { has(executionId: number): boolean }): void {
    if (this.#listeners.size === 0) return
    for (const id of touched) {
      for (const listener of [...(this.#listeners.get(id) ?? [])]) listener(closed.has(id) ? 'closed' : 'progress')
    }
  }

  /** Executions that somebody follows. */
  watched(): Iterable<number> {
    return this.#listeners.keys()
  }

  close(): void {
    this.#closed = true
    for (const listeners of this.#listeners.values()) for (const listener of [...listeners]) listener('stopping')
    this.#listeners.clear()
  }
}
