/** One connection to the database file: its pragmas, checked, and its cache of prepared statements. */
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { RunResult } from '../contract.ts'
import { durability } from '../errors.ts'
import { faultOf } from './fault.ts'

/** Built queries vary in their text (lists of values), so the cache is bounded; hot statements are few and stay. */
const cachedStatements = 512

export type Durability = 'full' | 'none'
export type ConnectionOptions = {
  readonly file: string
  readonly folder: string
  readonly readOnly: boolean
  /** `none` only for a store that is deleted when it is closed. */
  readonly durability: Durability
}

export class Connection {
  readonly database: DatabaseSync
  readonly folder: string
  readonly #statements = new Map<string, StatementSync>()

  constructor(options: ConnectionOptions) {
    this.folder = options.folder
    try {
      this.database = new DatabaseSync(options.file, { readOnly: options.readOnly, timeout: 5000 })
    } catch (error) {
      throw faultOf(error, options.folder)
    }
    try {
      configure(this.database, options)
      assertDurable(this.database, options)
    } catch (error) {
      this.database.close()
      throw faultOf(error, options.folder)
    }
  }

  statement(sql: string): StatementSync {
    return this.#statements.get(sql) ?? this.#prepare(sql)
  }

  #prepare(sql: string): StatementSync {
    const statement = this.database.prepare(sql)
    const oldest = this.#statements.size >= cachedStatements ? this.#statements.keys().next().value : undefined
    if (oldest !== undefined) this.#statements.delete(oldest)
    this.#statements.set(sql, statement)
    return statement
  }

  close(): void {
    this.#statements.clear()
    this.database.close()
  }
}

function configure(database: DatabaseSync, { readOnly, durability: wanted }: ConnectionOptions): void {
  if (!readOnly) database.exec('PRAGMA journal_mode = WAL')
  database.exec(`
    PRAGMA synchronous = ${wanted === 'full' ? 'FULL' : 'OFF'};
    PRAGMA foreign_keys = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -4096;
  `)
  // Every 4 MiB: a larger log was no faster (the pages are then no longer in the cache) and held the loop for 15 to 50 ms
  // instead of 5 to 10. What a spike made of the log is given back.
  if (!readOnly) database.exec('PRAGMA wal_autocheckpoint = 1000; PRAGMA journal_size_limit = 67108864')
}

/** Asks the connection what it really does. @throws HoldfastError store.durability */
export function assertDurable(database: DatabaseSync, options: Pick<ConnectionOptions, 'file' | 'durability'>): void {
  const found = {
    journal_mode: pragma(database, 'journal_mode'),
    synchronous: pragma(database, 'synchronous'),
    foreign_keys: pragma(database, 'foreign_keys'),
  }
  const synchronous = options.durability === 'full' ? 2 : 0
  if (found.journal_mode === 'wal' && found.synchronous === synchronous && found.foreign_keys === 1) return
  throw durability(options.file, JSON.stringify(found))
}

function pragma(database: DatabaseSync, name: string): unknown {
  return database.prepare(`PRAGMA ${name}`).get()?.[name]
}

/** Safe: the caller wrote the SQL and names the shape of its rows; no type system sees into the text. */
export function rowAs<Row extends object>(row: object): Row {
  return row as Row
}

/** Safe: node:sqlite counts in numbers unless a statement is set to read bigints, which none here is. */
export function resultOf(result: { changes: number | bigint; lastInsertRowid: number | bigint }): RunResult {
  return result as RunResult
}
