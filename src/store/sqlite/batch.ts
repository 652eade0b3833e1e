/** The closures of one tick: run in order, committed together, then acknowledged. */
import type { StatementSync } from 'node:sqlite'
import type { HoldfastError, Logger } from '../../base/index.ts'
import type { Schedule, TraceEvent } from '../contract.ts'
import { writeWaited } from '../errors.ts'
import type { Acknowledge, BatchOutcome, Job } from '../writer.ts'
import type { Connection } from './connection.ts'
import { faultOf, isDiskFault } from './fault.ts'
import { SqliteTransaction } from './transaction.ts'

export type BatchPlace = {
  readonly connection: Connection
  readonly control: Control
  readonly logger: Logger
  /** Calls after the microtasks, and whatever else is due in this turn of the loop, are done. */
  readonly turn: Schedule
  readonly trace: (event: TraceEvent) => void
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

type Done = { readonly job: Job; readonly hooks: readonly (() => void)[]; readonly acknowledge: Acknowledge }
type Failed = { readonly job: Job; readonly error: unknown }

export class Batch {
  readonly #place: BatchPlace
  readonly #number: number
  readonly #jobs: readonly Job[]
  readonly #done: Done[] = []
  readonly #failed: Failed[] = []
  /** Once the disk has failed, SQLite may have undone everything: nothing of the batch can be kept. */
  #diskFault: HoldfastError | undefined

  constructor(place: BatchPlace, number: number, jobs: readonly Job[]) {
    this.#place = place
    this.#number = number
    this.#jobs = jobs
  }

  /** Never throws: what goes wrong goes to the closures. */
  async run(): Promise<BatchOutcome> {
    try {
      this.#place.control.begin.run()
      this.#trace('begin')
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
      return this.#settle(result).then(
        (acknowledge) => this.#keep(job, tx, acknowledge),
        (error: unknown) => this.#undo(job, tx, error),
      )
    } catch (error) {
      this.#undo(job, tx, error)
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

  #keep(job: Job, tx: SqliteTransaction, acknowledge: Acknowledge): void {
    tx.end()
    if (this.#diskFault !== undefined) return
    if (this.#jobs.length > 1) this.#place.control.release.run()
    this.#done.push({ job, hooks: tx.hooks, acknowledge })
  }

  #undo(job: Job, tx: SqliteTransaction, error: unknown): void {
    tx.end()
    if (this.#diskFault !== undefined) return
    this.#failed.push({ job, error })
    if (this.#jobs.length === 1) return
    this.#place.control.undo.run()
    this.#place.control.release.run()
  }

  #commit(): boolean {
    if (this.#done.length === 0) {
      this.#rollback()
      this.#rejectFailed()
      return false
    }
    this.#place.control.commit.run()
    this.#trace('commit')
    for (const { hooks } of this.#done) for (const hook of hooks) this.#call(hook)
    for (const { job, acknowledge } of this.#done) {
      this.#trace('acknowledge', job)
      acknowledge()
    }
    this.#rejectFailed()
    return true
  }

  #rejectFailed(): void {
    for (const { job, error } of this.#failed) this.#reject(job, error)
  }

  #giveUp(error: unknown): void {
    this.#rollback()
    for (const job of this.#jobs) this.#reject(job, this.#failed.find((failed) => failed.job === job)?.error ?? error)
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
