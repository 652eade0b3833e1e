/** Waiting for something to become true, on a clock that may be virtual. */
import type { Clock } from '../../base/index.ts'

export class Changes {
  readonly #clock: Clock
  readonly #closing: AbortSignal
  readonly #looks = new Set<() => void>()
  /** Grows with each: whoever read something compares it before it waits. */
  count = 0

  constructor(clock: Clock, closing: AbortSignal) {
    this.#clock = clock
    this.#closing = closing
    closing.addEventListener('abort', () => this.tell(), { once: true })
  }

  /** Something changed. */
  tell(): void {
    this.count++
    for (const look of this.#looks) look()
  }

  /** Resolves when it holds, at `endsAt`, or when the agent closes: whether it holds then. */
  until(condition: () => boolean, endsAt: number): Promise<boolean> {
    if (condition() || this.#closing.aborted || this.#clock.now() >= endsAt) return Promise.resolve(condition())
    return new Promise((resolve) => {
      const look = (): void => {
        const holds = condition()
        if (!holds && !this.#closing.aborted && this.#clock.now() < endsAt) return
        this.#looks.delete(look)
        cancel()
        resolve(holds)
      }
      const cancel = this.#clock.alarm(endsAt, look)
      this.#looks.add(look)
    })
  }
}
