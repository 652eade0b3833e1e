/** The inside of one `write` on PostgreSQL. */
import type { Compilable, Kysely, QueryResult } from 'kysely'
import type { HoldfastError } from '../../base/index.ts'
import { builderOn, type Runner, sqlValues } from '../builder.ts'
import { isSameRow } from '../assumption.ts'
import {
  AnswerNeeded,
  type Question,
  type RunResult,
  type SqlRow,
  type SqlValue,
  type Statement,
  type Transaction,
} from '../contract.ts'
import { queryFailed, transactionOver } from '../errors.ts'
import { insertShapeOf, isRead } from './dialect.ts'
import { endsBatch } from './fault.ts'
import type { Keys } from './keys.ts'
import type { Link } from './link.ts'
import type { Pending } from './pending.ts'
import { rowsIn } from './rows.ts'
import { type Answer, noAnswer, type Rows, type Wanted, type WriteLane } from './wire.ts'

/** What a transaction needs of the batch it belongs to. */
export type TransactionPlace = {
  readonly link: Link
  readonly pending: Pending
  readonly keys: Keys
  readonly lane: WriteLane
  /** Told of a fault that the batch cannot outlive, even one that the closure catches. */
  onFault(fault: HoldfastError): void
  /** Told when statements of this transaction are on their way to the database. */
  onSent(): void
  /** The answer to a question that was asked before it was put; each is given once. */
  known(sql: string, parameters: readonly SqlValue[]): Rows | undefined
  /** Takes what is assumed, where nothing can be asked. */
  readonly ahead: ((assumed: Assumed) => void) | undefined
}

export type Assumed = { readonly question: Question; readonly row: SqlRow; readonly otherwise: () => Error }

export class PostgresTransaction implements Transaction, Runner {
  readonly #place: TransactionPlace
  readonly hooks: (() => void)[] = []
  #open = true
  /** The closure is lost, whatever it catches: a statement failed that the database could not undo alone. */
  #broken: unknown

  constructor(place: TransactionPlace) {
    this.#place = place
  }

  get broken(): unknown {
    return this.#broken
  }

  /** From here on every use throws: a closure that was given up must not write into its successor's savepoint. */
  end(): void {
    this.#open = false
  }

  prepare<Row extends object = SqlRow>(sql: string): Statement<Row> {
    this.demandOpen()
    return new TransactionStatement<Row>(this, sql)
  }

  query<Tables>(): Kysely<Tables> {
    return builderOn<Tables>(this, 'postgres')
  }

  get<Row extends object>(query: Compilable<Row>): Row | undefined {
    return this.all(query)[0]
  }

  all<Row extends object>(query: Compilable<Row>): Row[] {
    const { sql, parameters } = query.compile()
    return rowsIn<Row>(this.answer(sql, sqlValues(parameters), 'rows'))
  }

  run(query: Compilable): RunResult {
    const { sql, parameters } = query.compile()
    return resultOf(this.answer(sql, sqlValues(parameters), 'count'))
  }

  tryLock(name: string): boolean {
    const { rows } = this.answer(
      'SELECT pg_try_advisory_xact_lock(hashtextextended(?, 0)) AS taken',
      [`holdfast ${name}`],
      'rows',
    )
    return rows[0]?.[0] === 1
  }

  assume(question: Question, row: SqlRow, otherwise: () => Error): void {
    this.demandOpen()
    const { ahead } = this.#place
    if (ahead !== undefined) return ahead({ question, row, otherwise })
    const [found, another] = rowsIn<SqlRow>(this.answer(question.sql, question.parameters, 'rows'))
    if (another !== undefined || !isSameRow(found, row)) throw otherwise()
  }

  afterCommit(hook: () => void): void {
    this.demandOpen()
    this.hooks.push(hook)
  }

  execute<Row>(sql: string, parameters: readonly SqlValue[]): QueryResult<Row> {
    const returns = isRead(sql) || /\breturning\b/i.test(sql)
    const answer = this.answer(sql, parameters, returns ? 'rows' : 'count')
    if (returns) return { rows: rowsAs<Row>(rowsIn(answer)) }
    return { rows: [], numAffectedRows: BigInt(answer.changes), insertId: BigInt(answer.key) }
  }

  defer(sql: string, parameters: readonly SqlValue[]): void {
    this.demandOpen()
    this.#place.pending.defer(sql, parameters)
  }

  insert(sql: string, parameters: readonly SqlValue[]): number {
    this.demandOpen()
    const shape = insertShapeOf(sql)
    if (shape === undefined) throw queryFailed('only a plain insert can be given a key', sql)
    const { column, key } = this.#place.keys.next(shape.table)
    this.defer(this.#place.keys.textWithKey(sql, column), [key, ...parameters])
    return key
  }

  /** Sends what waits, and this, and sleeps until the answer is there. */
  answer(sql: string, parameters: readonly SqlValue[], wants: Wanted): Answer {
    this.demandOpen()
    const { pending, ahead } = this.#place
    // Whatever the closure makes of it, it has decided without an answer.
    if (ahead !== undefined) throw (this.#broken = new AnswerNeeded())
    const known = wants === 'rows' ? this.#place.known(sql, parameters) : undefined
    if (known !== undefined) return { ...noAnswer, ...known }
    if (isRead(sql)) {
      pending.add(sql, parameters, wants)
      return this.flush()
    }
    // PostgreSQL gives a whole transaction up for one broken rule; the closure may catch it and go on.
    pending.add('SAVEPOINT statement')
    pending.add(sql, parameters, wants)
    return this.flush(() => {
      pending.add('ROLLBACK TO SAVEPOINT statement')
      pending.add('RELEASE SAVEPOINT statement')
    })
  }

  /** `undo`: takes the last statement back when that alone has failed. */
  flush(undo?: () => void): Answer {
    const { link, lane, pending } = this.#place
    const steps = pending.take()
    this.#place.onSent()
    const reply = link.askForReply({ kind: 'run', lane, steps })
    if (reply.kind === 'answer') {
      if (undo !== undefined) pending.add('RELEASE SAVEPOINT statement')
      return reply.answer
    }
    const fault =
      reply.kind === 'failed' ? link.faultOf(reply.failure) : queryFailed('it was answered with keys', reply)
    if (endsBatch(fault)) this.#place.onFault(fault)
    else if (undo !== undefined && reply.kind === 'failed' && reply.failure.step === steps.length - 1) undo()
    else this.#broken = fault
    throw fault
  }

  demandOpen(): void {
    if (!this.#open) throw transactionOver()
    if (this.#broken !== undefined) throw this.#broken
  }
}

class TransactionStatement<Row extends object> implements Statement<Row> {
  readonly #tx: PostgresTransaction
  readonly #sql: string

  constructor(tx: PostgresTransaction, sql: string) {
    this.#tx = tx
    this.#sql = sql
  }

  run(...parameters: SqlValue[]): RunResult {
    return resultOf(this.#tx.answer(this.#sql, parameters, 'count'))
  }

  defer(...parameters: SqlValue[]): void {
    this.#tx.defer(this.#sql, parameters)
  }

  insert(...parameters: SqlValue[]): number {
    return this.#tx.insert(this.#sql, parameters)
  }

  get(...parameters: SqlValue[]): Row | undefined {
    return this.all(...parameters)[0]
  }

  all(...parameters: SqlValue[]): Row[] {
    return rowsIn<Row>(this.#tx.answer(this.#sql, parameters, 'rows'))
  }
}

const resultOf = ({ changes, key }: Answer): RunResult => ({ changes, lastInsertRowid: key })

/** Safe: kysely derives `Row` from the query it built. */
function rowsAs<Row>(rows: unknown[]): Row[] {
  return rows as Row[]
}
