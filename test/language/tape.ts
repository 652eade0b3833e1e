/** Choices drawn from a row of numbers: an exhausted tape chooses the first and simplest, so that cases shrink. */
export class Tape {
  readonly #numbers: readonly number[]
  #at = 0

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers
  }

  get exhausted(): boolean {
    return this.#at >= this.#numbers.length
  }

  /** 0 … count - 1. */
  number(count: number): number {
    return (this.#numbers[this.#at++] ?? 0) % count
  }

  /** True once in so many times; false on an exhausted tape. */
  rarely(times: number): boolean {
    return this.number(times) === times - 1
  }

  pick<T>(items: readonly [T, ...T[]]): T
  pick<T>(items: readonly T[]): T | undefined
  pick<T>(items: readonly T[]): T | undefined {
    return items.length === 0 ? undefined : items[this.number(items.length)]
  }
}
