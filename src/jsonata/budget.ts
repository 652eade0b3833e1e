/** Keeps one evaluation within its allowance: everything that could run long or grow asks here. */
import { type Allowance, awsLimits } from './limits.ts'
import { weigh } from './values.ts'

/** Thrown through the evaluation. `memory` is AWS's verdict; `time` and `work` end only this attempt. */
export class Overrun extends Error {
  readonly limit: 'memory' | 'time' | 'work'
  constructor(limit: 'memory' | 'time' | 'work') {
    super(`the evaluation is over its ${limit} allowance`)
    this.limit = limit
  }
}

/** Milliseconds that only grow; the start does not matter. */
export type Stopwatch = () => number

export class Budget {
  readonly #allowance: Allowance
  readonly #stopwatch: Stopwatch
  #deadline = 0
  #steps = 0
  #late = false
  #work = 0

  constructor(allowance: Allowance, stopwatch: Stopwatch) {
    this.#allowance = allowance
    this.#stopwatch = stopwatch
  }

  begin(): void {
    this.#deadline = this.#stopwatch() + this.#allowance.timeMs
    this.#steps = 0
    this.#late = false
    this.#work = 0
  }

  /** Asked at every node of the expression and every call of a built-in function. */
  tick(): void {
    this.#steps++
    const now = this.#stopwatch()
    if (now <= this.#deadline) return
    if (this.#late || this.#steps >= this.#allowance.steps) throw new Overrun('time')
    this.#late = true
    this.#deadline = now + this.#allowance.timeMs
  }

  /** Before work that nothing interrupts. */
  spend(steps: number): void {
    this.#work += steps
    if (this.#work > this.#allowance.work) throw new Overrun('work')
  }

  /** Before work whose length is not known and that nothing interrupts. */
  onlyWhereItCanBeKilled(): void {
    if (this.#allowance.work !== Number.POSITIVE_INFINITY) throw new Overrun('work')
  }

  /** One string of this length exists or is about to. */
  allowText(characters: number): void {
    if (characters > awsLimits.weight) throw new Overrun('memory')
    if (characters > this.#allowance.characters) throw new Overrun('work')
  }

  /** One array of this length exists or is about to. */
  allowItems(items: number): void {
    if (items > awsLimits.items) throw new Overrun('memory')
    if (items > this.#allowance.items) throw new Overrun('work')
  }

  /**
   * The size of a value that was just built. Values share their parts, so forty small steps can build one that would
   * print a terabyte: it has to be found out while it is small.
   */
  weigh(value: unknown): void {
    const allowed = Math.min(awsLimits.weight, this.#allowance.work - this.#work)
    const weight = weigh(value, allowed)
    if (weight > awsLimits.weight) throw new Overrun('memory')
    this.spend(weight)
  }
}
