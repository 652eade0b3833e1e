/** From several who write to one who reads, one thing at a time: a writer goes on when its thing has been taken. */
type Waiting<T> = { readonly item: T; readonly taken: () => void }

export class Channel<T> {
  readonly #waiting: Waiting<T>[] = []
  #wake: (() => void) | undefined
  #isClosed = false
  #failure: { readonly error: unknown } | undefined

  /** Resolves when it was taken, or when nobody reads any more. */
  push(item: T): Promise<void> {
    if (this.#isClosed) return Promise.resolve()
    return new Promise((resolve) => {
      this.#waiting.push({ item, taken: resolve })
      this.#wake?.()
    })
  }

  /** The reader is told once it has read what came before. */
  fail(error: unknown): void {
    this.#failure ??= { error }
    this.#wake?.()
  }

  close(): void {
    this.#isClosed = true
    for (const { taken } of this.#waiting.splice(0)) taken()
    this.#wake?.()
  }

  async *items(): AsyncGenerator<T, void, undefined> {
    while (!this.#isClosed) {
      const next = this.#waiting.shift()
      if (next !== undefined) {
        next.taken()
        yield next.item
      } else if (this.#failure !== undefined) throw this.#failure.error
      else await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}
