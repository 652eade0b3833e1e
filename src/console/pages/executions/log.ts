/** A value that changes with events: what it was at any of them, found by halving. Pure. */
export class Log<Value> {
  readonly #ids: number[] = []
  readonly #values: Value[] = []

  /** Events come in their order; of one event the last counts. */
  note(eventId: number, value: Value): void {
    if (this.#ids.at(-1) === eventId) this.#values[this.#values.length - 1] = value
    else {
      this.#ids.push(eventId)
      this.#values.push(value)
    }
  }

  get last(): Value | undefined {
    return this.#values.at(-1)
  }

  /** Undefined before the first. */
  at(eventId: number): Value | undefined {
    return this.#values[countUpTo(this.#ids, eventId) - 1]
  }
}

/** How many of the numbers, which ascend, are not above the limit. */
export function countUpTo(ascending: readonly number[], limit: number): number {
  let [low, high] = [0, ascending.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ascending[middle] ?? Infinity) <= limit) low = middle + 1
    else high = middle
  }
  return low
}
