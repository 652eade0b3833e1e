import type { Clock } from './clock.ts'

export type PaceOptions = {
  readonly clock: Clock
  /** From one beginning to the next, at least. */
  readonly everyMs: number
  /** What it does; while that lasts it does not begin again. */
  readonly act: () => void | Promise<unknown>
}

/**
 * Does at once what it is asked to do when it has not done so lately, and otherwise once for all who ask until it may again. What takes
 * long is done less often: it rests as long as it took, so that it never takes more than half of the time.
 */
export class Pace {
  readonly #options: PaceOptions
  #endedAt = Number.NEGATIVE_INFINITY
  #restMs = 0
  #isActing = false
  #isWanted = false
  #isStopped = false
  #cancel: (() => void) | undefined

  constructor(options: PaceOptions) {
    this.#options = options
  }

  /** Asks for it. */
  ring(): void {
    if (this.#isStopped || this.#cancel !== undefined) return
    if (this.#isActing) {
      this.#isWanted = true
      return
    }
    const now = this.#options.clock.now()
    const sinceMs = now - this.#endedAt
    // A clock that was set back may not silence it for as long.
    if (sinceMs >= this.#restMs || sinceMs < 0) return this.#act()
    this.#cancel = this.#options.clock.alarm(this.#endedAt + this.#restMs, () => {
      this.#cancel = undefined
      this.#act()
    })
  }

  /** Nothing more is begun. */
  stop(): void {
    this.#isStopped = true
    this.#cancel?.()
    this.#cancel = undefined
  }

  #act(): void {
    const { clock, act } = this.#options
    const startedAt = clock.now()
    this.#isActing = true
    try {
      const lasting = act()
      if (lasting === undefined) this.#rest(startedAt)
      else void lasting.finally(() => this.#rest(startedAt))
    } catch (error) {
      this.#rest(startedAt)
      throw error
    }
  }

  #rest(startedAt: number): void {
    const { clock, everyMs } = this.#options
    this.#endedAt = clock.now()
    const tookMs = Math.max(0, this.#endedAt - startedAt)
    this.#restMs = Math.max(everyMs - tookMs, tookMs)
    this.#isActing = false
    if (!this.#isWanted) return
    this.#isWanted = false
    this.ring()
  }
}
