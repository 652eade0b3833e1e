/** What becomes of the closures of one batch, whichever database it is written to: acknowledged after the commit, or rejected. */
import type { Logger } from '../base/index.ts'
import type { Schedule, TraceEvent } from './contract.ts'
import { writeWaited } from './errors.ts'
import type { Acknowledge, Job } from './writer.ts'

export type BookPlace = {
  readonly logger: Logger
  /** Calls after the microtasks, and whatever else is due in this turn of the loop, are done. */
  readonly turn: Schedule
  readonly trace: (event: TraceEvent) => void
}

type Done = { readonly job: Job; readonly hooks: readonly (() => void)[]; readonly acknowledge: Acknowledge }

export class BatchBook {
  readonly #place: BookPlace
  readonly #number: number
  readonly #jobs: readonly Job[]
  readonly #done: Done[] = []
  readonly #failed = new Map<Job, unknown>()

  constructor(place: BookPlace, number: number, jobs: readonly Job[]) {
    this.#place = place
    this.#number = number
    this.#jobs = jobs
  }

  /** A promise that waits for the database alone settles within this turn of the loop. */
  settle(result: Promise<Acknowledge>): Promise<Acknowledge> {
    let waiting = true
    const settled = result.finally(() => (waiting = false))
    const late = new Promise<never>((_, reject) =>
      this.#place.turn(() => {
        if (waiting) reject(writeWaited())
      }),
    )
    return Promise.race([settled, late])
  }

  /** Its work is in the transaction, to be committed. */
  keep(done: Done): void {
    this.#done.push(done)
  }

  fail(job: Job, error: unknown): void {
    this.#failed.set(job, error)
  }

  /** Whether anything is there to be committed. */
  get keepsAny(): boolean {
    return this.#done.length > 0
  }

  get lastKept(): Job | undefined {
    return this.#done.at(-1)?.job
  }

  /** The last one that was kept has failed after all. */
  failLast(error: unknown): void {
    const last = this.#done.pop()
    if (last !== undefined) this.fail(last.job, error)
  }

  committed(): void {
    this.trace('commit')
    for (const { hooks } of this.#done) for (const hook of hooks) this.#call(hook)
    for (const { job, acknowledge } of this.#done) {
      this.trace('acknowledge', job)
      acknowledge()
    }
    this.rejectFailed()
  }

  /** Those that failed by themselves; of the others nothing is said. */
  rejectFailed(): void {
    for (const [job, error] of this.#failed) this.#reject(job, error)
  }

  /** Nothing of the batch is kept: each hears why, and those that failed by themselves hear that. */
  rejectAll(error: unknown): void {
    for (const job of this.#jobs) this.#reject(job, this.#failed.has(job) ? this.#failed.get(job) : error)
  }

  #reject(job: Job, error: unknown): void {
    this.trace('reject', job)
    job.reject(error)
  }

  /** The work is committed: a hook that throws must not make it look undone. */
  #call(hook: () => void): void {
    try {
      hook()
    } catch (error) {
      this.#place.logger.error('an after-commit hook failed', { error })
    }
  }

  trace(kind: TraceEvent['kind'], job?: Job): void {
    const batch = this.#number
    if (kind === 'acknowledge' || kind === 'reject') this.#place.trace({ kind, batch, write: job?.number ?? 0 })
    else this.#place.trace({ kind, batch })
  }
}
