/** What machines were when they were last looked at: starts may assume it, and the database says whether it still is so. */
import type { RevisionHead } from './queries.ts'

/** More machines than are started from all the time; what is dropped is asked for. */
const kept = 256

export class Heads {
  readonly #known = new Map<string, RevisionHead>()

  get(machineArn: string): RevisionHead | undefined {
    return this.#known.get(machineArn)
  }

  /** Undefined: there is none that could be started. */
  put(machineArn: string, head: RevisionHead | undefined): void {
    this.#known.delete(machineArn)
    if (head === undefined) return
    const [oldest] = this.#known.keys()
    if (this.#known.size >= kept && oldest !== undefined) this.#known.delete(oldest)
    this.#known.set(machineArn, head)
  }
}
