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
  /** Whether it may be run while what was written before it is being committed. */
  readonly ahead: boolean
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
  /** Without it what may run ahead is written as all else. */
  readonly ahead: Ahead | undefined
  /** The same beside another batch, and beside what runs ahead. Without it what is written aside is written as all else. */
  readonly runAside: WriterOptions['runBatch'] | undefined
}

export type Ahead = {
  /** How many are under way together. */
  readonly atMost: number
  /** Runs the closure at once, and commits and acknowledges it after those that were given before. Never rejects. */
  run(number: number, job: Job): Promise<BatchOutcome>
}

export class Writer {
  readonly #options: WriterOptions
  readonly #listeners = new Set<() => void>()
  #queue: Job[] = []
  #asides: Job[] = []
  #fault: HoldfastError | undefined
  #jobs = 0
  #batches = 0
  #called = false
  #closed = false
  #running: Promise<number> | undefined
  /** Of what is running: closures that let the next one of their kind begin. */
  #aheads = 0
  #next: Promise<number> | undefined
  #runningAside: Promise<number> | undefined

  constructor(options: WriterOptions) {
    this.#options = options
  }

  get fault(): HoldfastError | undefined {
    return this.#fault
  }

  write<T>(
    work: (tx: Transaction) => T | Promise<T>,
    { aside = false, concurrent = aside, first = [], ahead = false }: WriteOptions = {},
  ): Promise<T> {
    if (this.#closed) return Promise.reject(closed())
    return new Promise<T>((resolve, reject) => {
      const run: Job['run'] = (tx) => {
        const value = work(tx)
        return value instanceof Promise ? value.then((late) => () => resolve(late)) : () => resolve(value)
      }
      const queue = aside && this.#options.runAside !== undefined ? this.#asides : this.#queue
      queue.push({ number: ++this.#jobs, concurrent, first, ahead, run, reject })
      this.#callForTick()
    })
  }

  /** There is one writer: a call while a tick runs is the tick after it, for what was queued meanwhile. */
  async tick(): Promise<number> {
    const aside = this.#tickAside()
    return (await this.#tickInOrder()) + (await aside)
  }

  /** One at a time too. */
  #tickAside(): Promise<number> {
    if (this.#runningAside !== undefined) return this.#runningAside
    if (this.#asides.length === 0) return nothing
    const { runAside, runBatch } = this.#options
    const running = this.#write(this.#asides.splice(0), runAside ?? runBatch).finally(() => {
      this.#runningAside = undefined
      if (this.#asides.length > 0) this.#callForTick()
    })
    this.#runningAside = running
    return running
  }

  #tickInOrder(): Promise<number> {
    if (this.#next !== undefined) return this.#next
    if (this.#running === undefined) return this.#begin()
    this.#next = this.#running.then(() => this.#begin())
    return this.#next
  }

  #begin(): Promise<number> {
    this.#next = undefined
    return this.#run(this.#tick())
  }

  #run(ticks: Promise<number>): Promise<number> {
    const running = ticks.finally(() => {
      if (this.#running !== running) return
      this.#running = undefined
      if (this.#queue.length > 0 && this.#next === undefined) this.#callForTick()
    })
    this.#running = running
    return running
  }

  /** Whether what waits longest goes on beside what is under way: now, or when there is room. */
  #joins(): boolean {
    const before = this.#running
    if (before === undefined || this.#aheads === 0 || this.#next !== undefined) return false
    if (this.#queue[0]?.ahead !== true) return false
    if (this.#aheads < (this.#options.ahead?.atMost ?? 1))
      void this.#run(this.#settle(this.#take()).then(async (count) => count + (await before)))
    return true
  }

  #callForAhead(): void {
    if (this.#queue[0]?.ahead === true) this.#callForTick()
  }

  async #tick(): Promise<number> {
    // One microtask later: a closure or listener that itself calls tick() then finds this one running.
    await Promise.resolve()
    const jobs = this.#take()
    if (jobs.length === 0) return 0
    return this.#settle(jobs)
  }

  async #settle(jobs: readonly Job[]): Promise<number> {
    const { ahead, runBatch } = this.#options
    const [job] = jobs
    if (ahead === undefined || job?.ahead !== true) return this.#write(jobs, runBatch)
    this.#aheads++
    const writing = this.#write(jobs, (number) => ahead.run(number, job))
    this.#callForAhead()
    return writing.finally(() => {
      this.#aheads--
      this.#callForAhead()
    })
  }

  async #write(jobs: readonly Job[], run: WriterOptions['runBatch']): Promise<number> {
    const outcome = await run(++this.#batches, jobs)
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
    const { batchLimit, ahead } = this.#options
    if (ahead !== undefined) {
      const other = this.#queue.findIndex((job) => job.ahead)
      if (other >= 0) return this.#queue.splice(0, Math.min(Math.max(other, 1), batchLimit))
    }
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
      void this.#tickAside()
      if (!this.#joins() && this.#queue.length > 0) void this.#tickInOrder()
    })
  }

  onCommit(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  get #waits(): boolean {
    return this.#queue.length + this.#asides.length > 0
  }

  /** Refuses new closures, commits those that wait. */
  async close(): Promise<void> {
    this.#closed = true
    while (this.#waits || this.#running !== undefined || this.#runningAside !== undefined) await this.tick()
  }
}

const nothing = Promise.resolve(0)
