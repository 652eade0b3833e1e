/** Reading beside the writer, on connections of their own: each statement sees what is committed by then. */
import type { Kysely, QueryResult } from 'kysely'
import { builderOn, type Runner } from '../builder.ts'
import type { Reader, ReadStatement, SqlRow, SqlValue } from '../contract.ts'
import { closed } from '../errors.ts'
import { postgresStatement } from './dialect.ts'
import type { Link } from './link.ts'
import { rowsIn } from './rows.ts'
import type { Answer } from './wire.ts'

/** Rows of an iterator that are fetched together. */
const fetched = 256

export class PostgresReader implements Reader, Runner {
  readonly #link: Link
  #cursors = 0
  #closed = false

  constructor(link: Link) {
    this.#link = link
  }

  prepare<Row extends object = SqlRow>(sql: string): ReadStatement<Row> {
    if (this.#closed) throw closed()
    return {
      get: (...parameters) => this.get<Row>(sql, ...parameters),
      all: (...parameters) => this.all<Row>(sql, ...parameters),
    }
  }

  get<Row extends object = SqlRow>(sql: string, ...parameters: SqlValue[]): Row | undefined {
    return this.all<Row>(sql, ...parameters)[0]
  }

  all<Row extends object = SqlRow>(sql: string, ...parameters: SqlValue[]): Row[] {
    return rowsIn<Row>(this.#answer(sql, parameters))
  }

  *iterate<Row extends object = SqlRow>(sql: string, ...parameters: SqlValue[]): Generator<Row, void, undefined> {
    if (this.#closed) throw closed()
    const cursor = ++this.#cursors
    try {
      this.#link.ask({ kind: 'openCursor', cursor, sql: postgresStatement(sql), parameters })
      for (;;) {
        const rows = rowsIn<Row>(this.#link.ask({ kind: 'fetch', cursor, count: fetched }))
        yield* this.#whileOpen(rows)
        if (rows.length < fetched) return
      }
    } finally {
      if (!this.#closed) this.#link.ask({ kind: 'closeCursor', cursor })
    }
  }

  *#whileOpen<Row>(rows: readonly Row[]): Generator<Row, void, undefined> {
    for (const row of rows) {
      yield row
      if (this.#closed) throw closed()
    }
  }

  query<Tables>(): Kysely<Tables> {
    return builderOn<Tables>(this, 'postgres')
  }

  execute<Row>(sql: string, parameters: readonly SqlValue[]): QueryResult<Row> {
    return { rows: rowsAs<Row>(rowsIn(this.#answer(sql, parameters))) }
  }

  #answer(sql: string, parameters: readonly SqlValue[]): Answer {
    if (this.#closed) throw closed()
    return this.#link.ask({
      kind: 'run',
      lane: 'read',
      steps: [{ kind: 'statement', sql, parameters, wants: 'rows' }],
    })
  }

  /** The connections are the link's to close. */
  close(): void {
    this.#closed = true
  }
}

/** Safe: kysely derives `Row` from the query it built. */
function rowsAs<Row>(rows: unknown[]): Row[] {
  return rows as Row[]
}
