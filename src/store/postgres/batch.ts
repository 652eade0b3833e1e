/** The closures of one tick on PostgreSQL: run in order, committed together, then acknowledged. */
import type { HoldfastError } from '../../base/index.ts'
import { BatchBook, type BookPlace } from '../batch-book.ts'
import type { Question, SqlValue } from '../contract.ts'
import type { Acknowledge, BatchOutcome, Job } from '../writer.ts'
import { controlStep, letIn, patientMs } from './control.ts'
import { endsBatch, isFault } from './fault.ts'
import type { Keys } from './keys.ts'
import type { Link } from './link.ts'
import { Pending, type Texts } from './pending.ts'
import { PostgresTransaction } from './transaction.ts'
import { type Failure, noAnswer, type Rows, type Step, type WriteLane } from './wire.ts'

export type BatchPlace = BookPlace & {
  readonly link: Link
  readonly keys: Keys
  readonly texts: Texts
  readonly lane: WriteLane
}

type Known = Question & Rows

export class Batch {
  readonly #place: BatchPlace
  readonly #jobs: readonly Job[]
  readonly #pending: Pending
  readonly #book: BatchBook
  /** The transaction is gone, or will be: nothing of the batch can be kept. */
  #fault: HoldfastError | undefined
  /** Whether a BEGIN may have reached the database, though what followed it has failed. */
  #begun = false
  /** By which the database knows it. */
  #transaction: string | undefined
  /** Whether statements of the closure that runs have been sent. */
  #sent = false
  /** What closures will ask first, answered with the beginning; true until one of them has written. */
  #known: Known[] = []

  constructor(place: BatchPlace, number: number, jobs: readonly Job[]) {
    this.#place = place
    this.#jobs = jobs
    this.#book = new BatchBook(place, number, jobs)
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
    const first = this.#jobs.flatMap((job) => job.first)
    this.#begun = true
    try {
      const { rows, earlier } = await this.#place.link.tell({
        kind: 'begin',
        lane: this.#place.lane,
        withinMs: patientMs,
        steps: [
          controlStep('BEGIN'),
          letIn(this.#jobs.every(({ concurrent }) => concurrent) ? 'shared' : 'alone'),
          ...first.map(({ sql, parameters }): Step => ({ kind: 'statement', sql, parameters, wants: 'rows' })),
          { ...controlStep('SELECT pg_current_xact_id()::text'), wants: 'rows' },
        ],
      })
      this.#transaction = String(rows[0]?.[0])
      this.#known.push(...first.map((question, index) => ({ ...question, ...(earlier[index] ?? noAnswer) })))
    } catch (error) {
      if (isFault(error)) this.#fault = error
      throw error
    }
    this.#book.trace('begin')
  }

  #attempt(job: Job): Promise<void> | undefined {
    const start = this.#pending.length
    this.#sent = false
    const tx = new PostgresTransaction({
      ...this.#place,
      pending: this.#pending,
      onFault: (fault) => (this.#fault ??= fault),
      onSent: () => (this.#sent = true),
      known: (sql, parameters) => this.#takeKnown(sql, parameters),
      ahead: undefined,
    })
    // A closure alone in its batch needs no savepoint: the transaction is its savepoint.
    if (this.#jobs.length > 1) this.#pending.add('SAVEPOINT closure')
    try {
      const result = job.run(tx)
      if (!(result instanceof Promise)) {
        this.#keep(job, tx, { acknowledge: result, start })
        return undefined
      }
      return this.#book.settle(result).then(
        (acknowledge) => this.#keep(job, tx, { acknowledge, start }),
        (error: unknown) => this.#undo(job, tx, { error, start }),
      )
    } catch (error) {
      this.#undo(job, tx, { error, start })
      return undefined
    }
  }

  #takeKnown(sql: string, parameters: readonly SqlValue[]): Rows | undefined {
    const index = this.#known.findIndex((known) => known.sql === sql && isSame(known.parameters, parameters))
    return index < 0 ? undefined : this.#known.splice(index, 1)[0]
  }

  #keep(job: Job, tx: PostgresTransaction, { acknowledge, start }: { acknowledge: Acknowledge; start: number }): void {
    if (this.#fault !== undefined) return tx.end()
    if (tx.broken !== undefined) return this.#undo(job, tx, { error: tx.broken, start })
    if (this.#sent || this.#pending.mayFail) this.#known = []
    try {
      if (this.#jobs.length > 1) this.#release(job, tx, start)
    } catch (error) {
      return this.#undo(job, tx, { error, start })
    }
    tx.end()
    this.#book.keep({ job, hooks: tx.hooks, acknowledge })
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
    this.#book.fail(job, error)
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
    while (this.#book.keepsAny) {
      const failure = await this.#tryCommit()
      if (failure === undefined) return true
      this.#book.failLast(this.#place.link.faultOf(failure))
      this.#takeBack(undefined)
    }
    await this.#rollback()
    this.#book.rejectFailed()
    return false
  }

  /** What the last closure has deferred has failed; the others are still good. @throws when the batch is lost */
  async #tryCommit(): Promise<Failure | undefined> {
    const steps = this.#pending.take()
    const transaction = this.#transaction ?? ''
    const { link, lane } = this.#place
    const reply = await link.tellForReply({ kind: 'commit', lane, steps, transaction, withinMs: patientMs })
    if (reply.kind !== 'failed') {
      this.#book.committed()
      return undefined
    }
    const fault = this.#place.link.faultOf(reply.failure)
    const isCommit = reply.failure.step >= steps.length
    if (!endsBatch(fault) && !isCommit && this.#book.lastKept === this.#jobs.at(-1)) return reply.failure
    if (endsBatch(fault)) this.#fault ??= fault
    throw fault
  }

  async #giveUp(error: unknown): Promise<void> {
    await this.#rollback()
    this.#book.rejectAll(error)
  }

  async #rollback(): Promise<void> {
    if (!this.#begun) return
    const { link, lane } = this.#place
    try {
      await link.tell({ kind: 'run', lane, steps: [controlStep('ROLLBACK')], withinMs: patientMs })
    } catch (error) {
      // A connection that is gone has taken its transaction with it.
      if (this.#fault === undefined) this.#place.logger.error('the database could not undo a batch', { error })
    }
    this.#book.trace('rollback')
  }
}

const isSame = (some: readonly SqlValue[], others: readonly SqlValue[]): boolean =>
  some.length === others.length && some.every((value, index) => value === others[index])
