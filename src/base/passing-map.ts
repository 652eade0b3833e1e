/**
 * A Map whose entries only pass through: each stays for milliseconds, and thousands do in a second. When V8 moves a Map to
 * another table, it links the one it leaves to the next. So a table that has grown old keeps all that come after it, and what
 * was in them, until the next full collection: tens of megabytes of nothing. Here the entries move to a new Map instead.
 */
export class PassingMap<Key, Value> {
  #entries = new Map<Key, Value>()
  /** Taken out since the entries have moved. */
  #taken = 0

  get size(): number {
    return this.#entries.size
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key)
  }

  set(key: Key, value: Value): void {
    this.#entries.set(key, value)
  }

  /** False when there was none. */
  delete(key: Key): boolean {
    if (!this.#entries.delete(key)) return false
    if (++this.#taken > 100 + this.#entries.size) this.#move()
    return true
  }

  clear(): void {
    this.#entries = new Map()
    this.#taken = 0
  }

  /** Those of this moment: what comes and goes meanwhile is not seen. */
  keys(): readonly Key[] {
    return [...this.#entries.keys()]
  }

  values(): readonly Value[] {
    return [...this.#entries.values()]
  }

  #move(): void {
    this.#entries = new Map(this.#entries)
    this.#taken = 0
  }
}
