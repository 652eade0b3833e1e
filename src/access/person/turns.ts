/** Checking a password takes memory and a core by design: so many at once, so many wait, and whoever comes then is told so. */
import { signInBusy } from '../errors.ts'

export type TurnRules = { readonly atOnce: number; readonly waiting: number }

/** Files and names are looked up by the same four threads: two stay free for them. */
export const usualTurns: TurnRules = { atOnce: 2, waiting: 64 }

export class Turns {
  readonly #rules: TurnRules
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(rules: TurnRules = usualTurns) {
    this.#rules = rules
  }

  /** @throws HoldfastError access.sign_in_busy */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#rules.atOnce) await this.#wait()
    else this.#running++
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      // The turn is handed on: nobody who comes now goes before who waits.
      if (next === undefined) this.#running--
      else next()
    }
  }

  #wait(): Promise<void> {
    if (this.#waiting.length >= this.#rules.waiting) throw signInBusy()
    return new Promise((resolve) => this.#waiting.push(resolve))
  }
}
