/** `java.util.Random`: the linear congruential generator its documentation specifies, 48 bits wide. */
const multiplier = 0x5deece66dn
const increment = 0xbn
const mask = (1n << 48n) - 1n

export class JavaRandom {
  #state: bigint

  constructor(seed: bigint) {
    this.#state = (seed ^ multiplier) & mask
  }

  /** Uniform in [0, 1), 53 random bits. */
  nextDouble(): number {
    return Number((this.#next(26n) << 27n) + this.#next(27n)) / 2 ** 53
  }

  #next(bits: bigint): bigint {
    this.#state = (this.#state * multiplier + increment) & mask
    return this.#state >> (48n - bits)
  }
}
