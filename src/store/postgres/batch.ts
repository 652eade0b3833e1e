/** The closures of one tick on PostgreSQL: run in order, committed together, then acknowledged. */
import type { HoldfastError, Logger } from '../../base/index.ts'
import type { Schedule, TraceEvent } from '../contract.ts'
import { writeWaited } from '../errors.ts'
import type { Acknowledge, BatchOutcome, Job } from '../writer.ts'
import { endsBatch } from './fault.ts'
import type { Keys } from './keys.ts'
import type { Link } from './link.ts'
import { Pending, type Texts } from './pending.ts'
import { PostgresTransaction } from './transaction.ts'
import type { Failure, Step } from './wire.ts'

export type BatchPlace = {
  readonly link: Link
  readonly keys: Keys
  readonly texts: Texts
  readonly logger: Logger
  /** Calls after the microtasks, and whatever else is due in this turn of the loop, are done. */
  readonly turn: Schedule
  readonly trace: (event: TraceEvent) => void
}

/** Held by every batch to its end: alone, or together with other concurrent ones. Any number will do that nobody else takes. */
const writersLock = 0x486f_6c64

type Done = { readonly job: Job; readonly hooks: readonly (() => void)[]; readonly acknowledge: Acknowledge }
type Failed = { readonly job: Job; readonly error: unknown }

export class Batch {
  readonly #place: BatchPlace
  readonly #number: number
  readonly #jobs: readonly Job[]
  readonly #pending: Pending
  readonly #done: Done[] = []
  readonly #failed: Failed[] = []
  /** The transaction is gone, or will be: nothing of the batch can be kept. */
  #fault: HoldfastError | undefined
  /** Whether a BEGIN may have reached the database, though what followed it has failed. */
  #begun = false
  /** By which the database knows it. */
  #transaction: string | undefined
  /** Whether statements of the closure that runs have been sent. */
  #sent = false

  constructor(place: BatchPlace, number: number, jobs: readonly Job[]) {
    this.#place = place
    this.#number = number
    this.#jobs = jobs
    this.#pending = new Pending(place.texts)
  }

  /** Never throws: what goes wrong goes to the closures. */
  async run(): Promise<BatchOutcome> {
    try {
      await this.#begin()
      for (const job of this.#jobs) {
        const waiting = this.#attempt(job)
        if (waiting !== undefined) await waiting
        if (this.#fault !== undefined) throw this.#fault
      }
      return { committed: await this.#commit(), fault: undefined }
    } catch (error) {
      await this.#giveUp(error)
      return { committed: false, fault: this.#fault }
    }
  }

  /** Waits here, and not in a closure, for processes that write alone: meanwhile the loop goes on. */
  async #begin(): Promise<void> {
    const lock = this.#jobs.every(({ concurrent }) => concurrent) ? 'lock_shared' : 'lock'
    this.#begun = true
    try {
      const { rows } = await this.#place.link.tell({
        kind: 'begin',
        steps: [
          control('BEGIN'),
          control(`SELECT pg_advisory_xact_${lock}(${writersLock})`),
          { ...control('SELECT pg_current_xact_id()::text'), wants: 'rows' },
        ],
      })
      this.#transaction = String(rows[0]?.[0])
    } catch (error) {
      if (isFault(error)) this.#fault = error
      throw error
    }
    this.#trace('begin')
  }

  #attempt(job: Job): Promise<void> | undefined {
    const start = this.#pending.length
    this.#sent = false
    const tx = new PostgresTransaction({
      ...this.#place,
      pending: this.#pending,
      onFault: (fault) => (this.#fault ??= fault),
      onSent: () => (this.#sent = true),
    })
    // A closure alone in its batch needs no savepoint: the transaction is its savepoint.
    if (this.#jobs.length > 1) this.#pending.add('SAVEPOINT closure')
    try {
      const result = job.run(tx)
      if (!(result instanceof Promise)) {
        this.#keep(job, tx, { acknowledge: result, start })
        return undefined
      }
      return this.#settle(result).then(
        (acknowledge) => this.#keep(job, tx, { acknowledge, start }),
        (error: unknown) => this.#undo(job, tx, { error, start }),
      )
    } catch (error) {
      this.#undo(job, tx, { error, start })
      return undefined
    }
  }

  /** A promise that waits for the database alone settles within this turn of the loop. */
  #settle(result: Promise<Acknowledge>): Promise<Acknowledge> {
    let waiting = true
    const settled = result.finally(() => (waiting = false))
    const late = new Promise<never>((_, reject) =>
      this.#place.turn(() => {
        if (waiting) reject(writeWaited())
      }),
    )
    return Promise.race([settled, late])
  }

  #keep(job: Job, tx: PostgresTransaction, { acknowledge, start }: { acknowledge: Acknowledge; start: number }): void {
    if (this.#fault !== undefined) return tx.end()
    if (tx.broken !== undefined) return this.#undo(job, tx, { error: tx.broken, start })
    try {
      if (this.#jobs.length > 1) this.#release(job, tx, start)
    } catch (error) {
      return this.#undo(job, tx, { error, start })
    }
    tx.end()
    this.#done.push({ job, hooks: tx.hooks, acknowledge })
  }

  /** What the last one has deferred leaves with the commit; that of any other must show now whether it fails. */
  #release(job: Job, tx: PostgresTransaction, start: number): void {
    const { mayFail } = this.#pending
    if (!mayFail && !this.#sent) return this.#pending.cutTo(start)
    this.#pending.add('RELEASE SAVEPOINT closure')
    if (mayFail && job !== this.#jobs.at(-1)) tx.flush()
  }

  #undo(job: Job, tx: PostgresTransaction, { error, start }: { error: unknown; start: number }): void {
    tx.end()
    if (this.#fault !== undefined) return
    this.#failed.push({ job, error })
    this.#takeBack(this.#sent ? undefined : start)
  }

  /** `start`: what to cut off when nothing of the closure has been sent. */
  #takeBack(start: number | undefined): void {
    if (start !== undefined) return this.#pending.cutTo(start)
    this.#pending.cutTo(0)
    if (this.#jobs.length === 1) return
    this.#pending.add('ROLLBACK TO SAVEPOINT closure')
    this.#pending.add('RELEASE SAVEPOINT closure')
  }

  async #commit(): Promise<boolean> {
    while (this.#done.length > 0) {
      const failure = await this.#tryCommit()
      if (failure === undefined) return true
      this.#lastFails(failure)
    }
    await this.#rollback()
    this.#rejectFailed()
    return false
  }

  /** What the last closure has deferred has failed; the others are still good. @throws when the batch is lost */
  async #tryCommit(): Promise<Failure | undefined> {
    const steps = this.#pending.take()
    const transaction = this.#transaction ?? ''
    const reply = await this.#place.link.tellForReply({ kind: 'commit', steps, transaction })
    if (reply.kind !== 'failed') {
      this.#acknowledge()
      return undefined
    }
    const fault = this.#place.link.faultOf(reply.failure)
    const isCommit = reply.failure.step >= steps.length
    if (!endsBatch(fault) && !isCommit && this.#done.at(-1)?.job === this.#jobs.at(-1)) return reply.failure
    if (endsBatch(fault)) this.#fault ??= fault
    throw fault
  }

  #lastFails(failure: Failure): void {
    const last = this.#done.pop()
    if (last !== undefined) this.#failed.push({ job: last.job, error: this.#place.link.faultOf(failure) })
    this.#takeBack(undefined)
  }

  #acknowledge(): void {
    this.#trace('commit')
    for (const { hooks } of this.#done) for (const hook of hooks) this.#call(hook)
    for (const { job, acknowledge } of this.#done) {
      this.#trace('acknowledge', job)
      acknowledge()
    }
    this.#rejectFailed()
  }

  #rejectFailed(): void {
    for (const { job, error } of this.#failed) this.#reject(job, error)
  }

  async #giveUp(error: unknown): Promise<void> {
    await this.#rollback()
    for (const job of this.#jobs) this.#reject(job, this.#failed.find((failed) => failed.job === job)?.error ?? error)
  }

  async #rollback(): Promise<void> {
    if (!this.#begun) return
    try {
      await this.#place.link.tell({ kind: 'run', lane: 'write', steps: [control('ROLLBACK')] })
    } catch (error) {
      // A connection that is gone has taken its transaction with it.
      if (this.#fault === undefined) this.#place.logger.error('the database could not undo a batch', { error })
    }
    this.#trace('rollback')
  }

  #reject(job: Job, error: unknown): void {
    this.#trace('reject', job)
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

  #trace(kind: TraceEvent['kind'], job?: Job): void {
    const batch = this.#number
    if (kind === 'acknowledge' || kind === 'reject') this.#place.trace({ kind, batch, write: job?.number ?? 0 })
    else this.#place.trace({ kind, batch })
  }
}

const control = (sql: string): Extract<Step, { kind: 'statement' }> => ({
  kind: 'statement',
  sql,
  parameters: [],
  wants: 'none',
})

const isFault = (error: unknown): error is HoldfastError => error instanceof Error && 'code' in error && 'kind' in error
