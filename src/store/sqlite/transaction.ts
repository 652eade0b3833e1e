/** The inside of one `write` on SQLite. */
import type { StatementSync } from 'node:sqlite'
import type { Compilable, Kysely, QueryResult } from 'kysely'
import { isSameRow } from '../assumption.ts'
import type { Question, RunResult, SqlRow, SqlValue, Statement, Transaction } from '../contract.ts'
import { builderOn, type Runner, sqlValues } from '../builder.ts'
import { transactionOver } from '../errors.ts'
import { type Connection, resultOf, rowAs } from './connection.ts'
import { faultOf } from './fault.ts'

export class SqliteTransaction implements Transaction, Runner {
  readonly #connection: Connection
  /** Told of every fault, even one that the closure catches: a batch cannot outlive a failing disk. */
  readonly #onFault: (fault: unknown) => void
  readonly hooks: (() => void)[] = []
  #open = true

  constructor(connection: Connection, onFault: (fault: unknown) => void) {
    this.#connection = connection
    this.#onFault = onFault
  }

  /** From here on every use throws: a closure that was given up must not write into its successor's savepoint. */
  end(): void {
    this.#open = false
  }

  prepare<Row extends object = SqlRow>(sql: string): Statement<Row> {
    this.demandOpen()
    try {
      return new TransactionStatement<Row>(this, this.#connection.statement(sql))
    } catch (error) {
      throw this.faultOf(error)
    }
  }

  query<Tables>(): Kysely<Tables> {
    return builderOn<Tables>(this, 'sqlite')
  }

  get<Row extends object>(query: Compilable<Row>): Row | undefined {
    const { sql, parameters } = query.compile()
    return this.prepare<Row>(sql).get(...sqlValues(parameters))
  }

  all<Row extends object>(query: Compilable<Row>): Row[] {
    const { sql, parameters } = query.compile()
    return this.prepare<Row>(sql).all(...sqlValues(parameters))
  }

  run(query: Compilable): RunResult {
    const { sql, parameters } = query.compile()
    return this.prepare(sql).run(...sqlValues(parameters))
  }

  /** One process has the file: nobody else can hold it. */
  tryLock(): boolean {
    this.demandOpen()
    return true
  }

  assume({ sql, parameters }: Question, row: SqlRow, otherwise: () => Error): void {
    if (!isSameRow(this.prepare(sql).get(...parameters), row)) throw otherwise()
  }

  afterCommit(hook: () => void): void {
    this.demandOpen()
    this.hooks.push(hook)
  }

  execute<Row>(sql: string, parameters: readonly SqlValue[]): QueryResult<Row> {
    this.demandOpen()
    try {
      return executeOn<Row>(this.#connection.statement(sql), parameters)
    } catch (error) {
      throw this.faultOf(error)
    }
  }

  demandOpen(): void {
    if (!this.#open) throw transactionOver()
  }

  faultOf(error: unknown): unknown {
    const fault = faultOf(error, this.#connection.folder)
    this.#onFault(fault)
    return fault
  }
}

class TransactionStatement<Row extends object> implements Statement<Row> {
  readonly #tx: SqliteTransaction
  readonly #statement: StatementSync

  constructor(tx: SqliteTransaction, statement: StatementSync) {
    this.#tx = tx
    this.#statement = statement
  }

  run(...parameters: SqlValue[]): RunResult {
    this.#tx.demandOpen()
    try {
      return resultOf(this.#statement.run(...parameters))
    } catch (error) {
      throw this.#tx.faultOf(error)
    }
  }

  /** Nothing is won by waiting here. */
  defer(...parameters: SqlValue[]): void {
    this.run(...parameters)
  }

  insert(...parameters: SqlValue[]): number {
    return this.run(...parameters).lastInsertRowid
  }

  get(...parameters: SqlValue[]): Row | undefined {
    this.#tx.demandOpen()
    try {
      const row = this.#statement.get(...parameters)
      return row === undefined ? undefined : rowAs<Row>(row)
    } catch (error) {
      throw this.#tx.faultOf(error)
    }
  }

  all(...parameters: SqlValue[]): Row[] {
    this.#tx.demandOpen()
    try {
      return this.#statement.all(...parameters).map(rowAs<Row>)
    } catch (error) {
      throw this.#tx.faultOf(error)
    }
  }
}

/** Runs a statement of unknown kind: one that returns columns is read, any other is run. */
export function executeOn<Row>(statement: StatementSync, parameters: readonly SqlValue[]): QueryResult<Row> {
  if (statement.columns().length > 0) return { rows: rowsAs<Row>(statement.all(...parameters)) }
  const { changes, lastInsertRowid } = resultOf(statement.run(...parameters))
  return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
}

/** Safe: kysely derives `Row` from the query it built. */
function rowsAs<Row>(rows: unknown[]): Row[] {
  return rows as Row[]
}
