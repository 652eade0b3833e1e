/** Wakes what waits in this process. Only a hint: what is wanted stands in the database and is read there. */
export class Signals {
  readonly #listeners = new Map<string, Set<() => void>>()

  /** Returns how to stop listening. */
  on(deployment: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(deployment) ?? new Set()
    this.#listeners.set(deployment, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#listeners.delete(deployment)
    }
  }

  wake(deployment: string): void {
    for (const listener of [...(this.#listeners.get(deployment) ?? [])]) listener()
  }

  wakeAll(): void {
    for (const deployment of [...this.#listeners.keys()]) this.wake(deployment)
  }
}
