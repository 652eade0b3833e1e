/** The closures of one tick: run in order, committed together, then acknowledged. */
import type { StatementSync } from 'node:sqlite'
import type { HoldfastError } from '../../base/index.ts'
import { BatchBook, type BookPlace } from '../batch-book.ts'
import type { Acknowledge, BatchOutcome, Job } from '../writer.ts'
import type { Connection } from './connection.ts'
import { faultOf, isDiskFault } from './fault.ts'
import { SqliteTransaction } from './transaction.ts'

export type BatchPlace = BookPlace & {
  readonly connection: Connection
  readonly control: Control
}

export type Control = Readonly<
  Record<'begin' | 'commit' | 'rollback' | 'savepoint' | 'release' | 'undo', StatementSync>
>

export function controlOf(connection: Connection): Control {
  return {
    begin: connection.statement('BEGIN IMMEDIATE'),
    commit: connection.statement('COMMIT'),
    rollback: connection.statement('ROLLBACK'),
    savepoint: connection.statement('SAVEPOINT closure'),
    release: connection.statement('RELEASE closure'),
    undo: connection.statement('ROLLBACK TO closure'),
  }
}

export class Batch {
  readonly #place: BatchPlace
  readonly #jobs: readonly Job[]
  readonly #book: BatchBook
  /** Once the disk has failed, SQLite may have undone everything: nothing of the batch can be kept. */
  #diskFault: HoldfastError | undefined

  constructor(place: BatchPlace, number: number, jobs: readonly Job[]) {
    this.#place = place
    this.#jobs = jobs
    this.#book = new BatchBook(place, number, jobs)
  }

  /** Never throws: what goes wrong goes to the closures. */
  async run(): Promise<BatchOutcome> {
    try {
      this.#place.control.begin.run()
      this.#book.trace('begin')
      for (const job of this.#jobs) {
        // Awaiting only where there is something to await keeps a batch of synchronous closures in one piece.
        const waiting = this.#attempt(job)
        if (waiting !== undefined) await waiting
        if (this.#diskFault !== undefined) throw this.#diskFault
      }
      return { committed: this.#commit(), fault: undefined }
    } catch (error) {
      const fault = faultOf(error, this.#place.connection.folder)
      if (isDiskFault(fault)) this.#diskFault ??= fault
      this.#giveUp(fault)
      return { committed: false, fault: this.#diskFault }
    }
  }

  #attempt(job: Job): Promise<void> | undefined {
    const { connection, control } = this.#place
    const tx = new SqliteTransaction(connection, (fault) => {
      if (isDiskFault(fault)) this.#diskFault ??= fault
    })
    // A closure alone in its batch needs no savepoint: the transaction is its savepoint.
    if (this.#jobs.length > 1) control.savepoint.run()
    try {
      const result = job.run(tx)
      if (!(result instanceof Promise)) {
        this.#keep(job, tx, result)
        return undefined
      }
      return this.#book.settle(result).then(
        (acknowledge) => this.#keep(job, tx, acknowledge),
        (error: unknown) => this.#undo(job, tx, error),
      )
    } catch (error) {
      this.#undo(job, tx, error)
      return undefined
    }
  }

  #keep(job: Job, tx: SqliteTransaction, acknowledge: Acknowledge): void {
    tx.end()
    if (this.#diskFault !== undefined) return
    if (this.#jobs.length > 1) this.#place.control.release.run()
    this.#book.keep({ job, hooks: tx.hooks, acknowledge })
  }

  #undo(job: Job, tx: SqliteTransaction, error: unknown): void {
    tx.end()
    if (this.#diskFault !== undefined) return
    this.#book.fail(job, error)
    if (this.#jobs.length === 1) return
    this.#place.control.undo.run()
    this.#place.control.release.run()
  }

  #commit(): boolean {
    if (!this.#book.keepsAny) {
      this.#rollback()
      this.#book.rejectFailed()
      return false
    }
    this.#place.control.commit.run()
    this.#book.committed()
    return true
  }

  #giveUp(error: unknown): void {
    this.#rollback()
    this.#book.rejectAll(error)
  }

  #rollback(): void {
    const { connection, control, logger } = this.#place
    // SQLite itself undoes the transaction after some disk errors, and a second ROLLBACK would throw.
    if (!connection.database.isTransaction) return
    try {
      control.rollback.run()
    } catch (error) {
      logger.error('the database could not undo a batch', { error })
    }
    this.#book.trace('rollback')
  }
}
