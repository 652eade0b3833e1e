/** kysely: it builds and types the SQL; a `Runner` runs it on the connection or transaction it belongs to. */
import { createRequire } from 'node:module'
import type { CompiledQuery, DatabaseConnection, Dialect, Driver, Kysely, QueryResult } from 'kysely'
import type { SqlValue } from './contract.ts'
import { queryFailed } from './errors.ts'

export interface Runner {
  /** Runs a built query of any kind; rows are those it returns. */
  execute<Row>(sql: string, parameters: readonly SqlValue[]): QueryResult<Row>
}

/** Loaded with the first query that is built: it takes 25 MB, and the hot paths write their SQL themselves. */
let loaded: typeof import('kysely') | undefined
const kysely = (): typeof import('kysely') => (loaded ??= asKysely(createRequire(import.meta.url)('kysely')))

/** `require` is untyped; the module is the one whose types are imported above. */
const asKysely = (module: unknown): typeof import('kysely') => module as typeof import('kysely')

export function builderOn<Tables>(runner: Runner, dialect: 'sqlite' | 'postgres'): Kysely<Tables> {
  const { Kysely: Builder } = kysely()
  return new Builder<Tables>({ dialect: { ...partsOf[dialect](), createDriver: () => new RunnerDriver(runner) } })
}

type Parts = Omit<Dialect, 'createDriver'>

const partsOf = {
  sqlite: (): Parts => ({
    createAdapter: () => new (kysely().SqliteAdapter)(),
    createIntrospector: (database) => new (kysely().SqliteIntrospector)(database),
    createQueryCompiler: () => new (kysely().SqliteQueryCompiler)(),
  }),
  postgres: (): Parts => ({
    createAdapter: () => new (kysely().PostgresAdapter)(),
    createIntrospector: (database) => new (kysely().PostgresIntrospector)(database),
    createQueryCompiler: () => new (kysely().PostgresQueryCompiler)(),
  }),
}

/** kysely hands parameters on untyped. @throws HoldfastError store.query for what a column cannot hold */
export function sqlValues(parameters: readonly unknown[]): SqlValue[] {
  return parameters.map((value) => {
    if (isSqlValue(value)) return value
    if (typeof value === 'boolean') return value ? 1 : 0
    throw queryFailed(`a ${typeof value} is no SQL value`, undefined)
  })
}

function isSqlValue(value: unknown): value is SqlValue {
  if (value === null || value instanceof Uint8Array) return true
  return ['number', 'bigint', 'string'].includes(typeof value)
}

const noTransactions = (): Promise<void> => {
  throw queryFailed('a query builder has no transactions of its own; `store.write` is one', undefined)
}

class RunnerDriver implements Driver {
  readonly #connection: DatabaseConnection

  constructor(runner: Runner) {
    this.#connection = new RunnerConnection(runner)
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection
  }

  beginTransaction = noTransactions
  commitTransaction = noTransactions
  rollbackTransaction = noTransactions

  async releaseConnection(): Promise<void> {}

  /** The connection is the store's to close. */
  async destroy(): Promise<void> {}
}

class RunnerConnection implements DatabaseConnection {
  readonly #runner: Runner

  constructor(runner: Runner) {
    this.#runner = runner
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    return this.#runner.execute<Row>(query.sql, sqlValues(query.parameters))
  }

  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    yield await this.executeQuery<Row>(query)
  }
}
