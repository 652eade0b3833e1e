/** Reading beside the writer: connections that see only what is committed. */
import type { StatementSync } from 'node:sqlite'
import type { Kysely, QueryResult } from 'kysely'
import type { Reader, ReadStatement, SqlRow, SqlValue } from '../contract.ts'
import { builderOn, type Runner } from '../builder.ts'
import { closed } from '../errors.ts'
import { type Connection, rowAs } from './connection.ts'
import { faultOf } from './fault.ts'
import { executeOn } from './transaction.ts'

export class SqliteReader implements Reader, Runner {
  readonly #open: () => Connection
  readonly #main: Connection
  /** Connections for iterators that nobody uses just now. */
  readonly #idle: Connection[] = []
  readonly #lent = new Set<Connection>()
  #closed = false

  constructor(open: () => Connection) {
    this.#open = open
    this.#main = open()
  }

  prepare<Row extends object = SqlRow>(sql: string): ReadStatement<Row> {
    if (this.#closed) throw closed()
    try {
      return new ReaderStatement<Row>(this.#main.statement(sql), this.#main.folder)
    } catch (error) {
      throw faultOf(error, this.#main.folder)
    }
  }

  get<Row extends object = SqlRow>(sql: string, ...parameters: SqlValue[]): Row | undefined {
    return this.prepare<Row>(sql).get(...parameters)
  }

  all<Row extends object = SqlRow>(sql: string, ...parameters: SqlValue[]): Row[] {
    return this.prepare<Row>(sql).all(...parameters)
  }

  *iterate<Row extends object = SqlRow>(sql: string, ...parameters: SqlValue[]): Generator<Row, void, undefined> {
    if (this.#closed) throw closed()
    const connection = this.#idle.pop() ?? this.#open()
    this.#lent.add(connection)
    try {
      for (const row of connection.statement(sql).iterate(...parameters)) {
        yield rowAs<Row>(row)
        if (this.#closed) throw closed()
      }
    } catch (error) {
      throw faultOf(error, connection.folder)
    } finally {
      if (this.#lent.delete(connection)) this.#idle.push(connection)
    }
  }

  query<Tables>(): Kysely<Tables> {
    return builderOn<Tables>(this, 'sqlite')
  }

  execute<Row>(sql: string, parameters: readonly SqlValue[]): QueryResult<Row> {
    if (this.#closed) throw closed()
    try {
      return executeOn<Row>(this.#main.statement(sql), parameters)
    } catch (error) {
      throw faultOf(error, this.#main.folder)
    }
  }

  close(): void {
    this.#closed = true
    for (const connection of [this.#main, ...this.#idle, ...this.#lent]) connection.close()
    this.#lent.clear()
  }
}

class ReaderStatement<Row extends object> implements ReadStatement<Row> {
  readonly #statement: StatementSync
  readonly #folder: string

  constructor(statement: StatementSync, folder: string) {
    this.#statement = statement
    this.#folder = folder
  }

  get(...parameters: SqlValue[]): Row | undefined {
    try {
      const row = this.#statement.get(...parameters)
      return row === undefined ? undefined : rowAs<Row>(row)
    } catch (error) {
      throw faultOf(error, this.#folder)
    }
  }

  all(...parameters: SqlValue[]): Row[] {
    try {
      return this.#statement.all(...parameters).map(rowAs<Row>)
    } catch (error) {
      throw faultOf(error, this.#folder)
    }
  }
}
