/**
 * How many express executions may run at once in this process. They live in memory, so without a limit whoever starts them
 * fast enough ends the process.
 */
export class ExpressRoom {
  readonly limit: number
  #running = 0
  /** Admitted by the batch that is being written, and not begun yet. */
  #promised = 0

  constructor(limit: number) {
    this.limit = limit
  }

  get running(): number {
    return this.#running
  }

  get full(): boolean {
    return this.#running + this.#promised >= this.limit
  }

  /** A batch begins, or its starts do: one is written at a time, so what was promised before is begun or undone. */
  forgetPromises(): void {
    this.#promised = 0
  }

  promise(): void {
    this.#promised++
  }

  enter(): void {
    this.#running++
  }

  leave(): void {
    this.#running--
  }
}
