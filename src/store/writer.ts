/** The one writer: a queue of closures and the tick that commits it. */
import type { HoldfastError, Logger } from '../base/index.ts'
import type { Question, Schedule, Transaction, WriteOptions } from './contract.ts'
import { closed } from './errors.ts'

/** Hands the closure's value to whoever awaits it. */
export type Acknowledge = () => void
export type Job = {
  /** Counts the closures of the store. */
  readonly number: number
  /** Whether it is right beside the concurrent closures of other processes. */
  readonly concurrent: boolean
  /** What it will ask first. */
  readonly first: readonly Question[]
  run(tx: Transaction): Acknowledge | Promise<Acknowledge>
  reject(error: unknown): void
}

export type BatchOutcome = {
  /** Whether something was. */
  readonly committed: boolean
  /** Why the database took nothing of it; undefined when the closures have only themselves to blame. */
  readonly fault: HoldfastError | undefined
}

export type WriterOptions = {
  readonly schedule: Schedule
  /** Closures per tick: bounds how long one tick holds the loop. */
  readonly batchLimit: number
  readonly logger: Logger
  /** Runs them in order, commits and acknowledges. Never rejects. */
  runBatch(number: number, jobs: readonly Job[]): Promise<BatchOutcome>
}

export class Writer {
  readonly #options: WriterOptions
  readonly #listeners = new Set<() => void>()
  #queue: Job[] = []
  #fault: HoldfastError | undefined
  #jobs = 0
  #batches = 0
  #called = false
  #closed = false
  #running: Promise<number> | undefined
  #next: Promise<number> | undefined

  constructor(options: WriterOptions) {
    this.#options = options
  }

  get fault(): HoldfastError | undefined {
    return this.#fault
  }

  write<T>(
    work: (tx: Transaction) => T | Promise<T>,
    { concurrent = false, first = [] }: WriteOptions = {},
  ): Promise<T> {
    if (this.#closed) return Promise.reject(closed())
    return new Promise<T>((resolve, reject) => {
      const run: Job['run'] = (tx) => {
        const value = work(tx)
        return value instanceof Promise ? value.then((late) => () => resolve(late)) : () => resolve(value)
      }
      this.#queue.push({ number: ++this.#jobs, concurrent, first, run, reject })
      this.#callForTick()
    })
  }

  /** There is one writer: a call while a tick runs is the tick after it, for what was queued meanwhile. */
  tick(): Promise<number> {
    if (this.#next !== undefined) return this.#next
    if (this.#running === undefined) return this.#begin()
    this.#next = this.#running.then(() => this.#begin())
    return this.#next
  }

  #begin(): Promise<number> {
    this.#next = undefined
    this.#running = this.#tick().finally(() => {
      this.#running = undefined
      if (this.#queue.length > 0 && this.#next === undefined) this.#callForTick()
    })
    return this.#running
  }

  async #tick(): Promise<number> {
    // One microtask later: a closure or listener that itself calls tick() then finds this one running.
    await Promise.resolve()
    const jobs = this.#take()
    if (jobs.length === 0) return 0
    const outcome = await this.#options.runBatch(++this.#batches, jobs)
    this.#noteFault(outcome)
    if (outcome.committed) this.#announce()
    return jobs.length
  }

  #noteFault({ fault, committed }: BatchOutcome): void {
    const { logger } = this.#options
    if (fault !== undefined && this.#fault === undefined)
      logger.error(fault.message, { code: fault.code, repair: fault.repair })
    if (committed && this.#fault !== undefined) logger.info('the database takes writes again')
    if (committed || fault !== undefined) this.#fault = fault
  }

  #announce(): void {
    for (const listener of this.#listeners) {
      try {
        listener()
      } catch (error) {
        this.#options.logger.error('a commit listener failed', { error })
      }
    }
  }

  #take(): Job[] {
    const { batchLimit } = this.#options
    if (this.#queue.length > batchLimit) return this.#queue.splice(0, batchLimit)
    const jobs = this.#queue
    this.#queue = []
    return jobs
  }

  #callForTick(): void {
    if (this.#called) return
    this.#called = true
    this.#options.schedule(() => {
      this.#called = false
      void this.tick()
    })
  }

  onCommit(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Refuses new closures, commits those that wait. */
  async close(): Promise<void> {
    this.#closed = true
    while (this.#queue.length > 0 || this.#running !== undefined) await this.tick()
  }
}
