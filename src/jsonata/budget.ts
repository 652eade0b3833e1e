/** Keeps one evaluation within its allowance: everything that could run long or grow asks here. */
import { type Allowance, awsLimits } from './limits.ts'

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

/** 8 for a scalar, 1 for a character; stops counting soon after `allowed`. Functions are not looked into. */
export function weigh(value: unknown, allowed: number): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null || isFunction(value)) return 8
  let weight = 8
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length && weight <= allowed; i++) weight += weigh(value[i], allowed - weight)
    return weight
  }
  for (const [key, member] of Object.entries(value)) {
    if (weight > allowed) break
    weight += key.length + weigh(member, allowed - weight)
  }
  return weight
}

/** What jsonata takes for a function: its own definitions, lambdas, and the closure it makes of a regular expression. */
export function isFunction(value: unknown): boolean {
  if (typeof value === 'function') return true
  if (typeof value !== 'object' || value === null) return false
  return (
    ('_jsonata_function' in value && value._jsonata_function === true) ||
    ('_jsonata_lambda' in value && value._jsonata_lambda === true)
  )
}
