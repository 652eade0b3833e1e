/** One after the other for the same key, side by side for different ones. */
export class KeyedQueue {
  readonly #last = new Map<string, Promise<unknown>>()

  async run<T>(key: string, act: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key)
    const mine = (async () => {
      // How the one before ended is its caller's business.
      await before?.catch(() => undefined)
      return act()
    })()
    this.#last.set(key, mine)
    try {
      return await mine
    } finally {
      if (this.#last.get(key) === mine) this.#last.delete(key)
    }
  }

  has(key: string): boolean {
    return this.#last.has(key)
  }
}
