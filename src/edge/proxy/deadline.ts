/** A time limit that is moved far more often than it rings: moving it later costs no timer. */
import type { Clock } from '../../base/index.ts'

export class Deadline {
  readonly #clock: Clock
  #at = Infinity
  #ring: () => void = () => {}
  #armedAt = Infinity
  #disarm: () => void = () => {}

  constructor(clock: Clock) {
    this.#clock = clock
  }

  set(ms: number, ring: () => void): void {
    this.#at = this.#clock.now() + ms
    this.#ring = ring
    if (this.#at < this.#armedAt) this.#arm()
  }

  clear(): void {
    this.#at = Infinity
    this.#disarm()
    this.#armedAt = Infinity
  }

  #arm(): void {
    this.#disarm()
    this.#armedAt = this.#at
    this.#disarm = this.#clock.alarm(this.#at, () => this.#wake())
  }

  #wake(): void {
    this.#armedAt = Infinity
    if (this.#at === Infinity) return
    if (this.#clock.now() < this.#at) return this.#arm()
    this.#at = Infinity
    this.#ring()
  }
}
