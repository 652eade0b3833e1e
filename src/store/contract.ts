/**
 * What a store promises, whatever database stands behind it. `store.suite.ts` holds every implementation to it.
 * What is written is durable before anybody hears of it.
 */
import type { Compilable, Kysely } from 'kysely'
import type { HoldfastError } from '../base/index.ts'

/** What a column can hold. Booleans are 0 and 1, times are milliseconds since 1970 UTC, JSON is text. */
export type SqlValue = null | number | bigint | string | Uint8Array
export type SqlRow = Record<string, SqlValue>

/** `changes`: rows inserted, updated or deleted. `lastInsertRowid`: key of the last inserted row of an integer-keyed table. */
export type RunResult = { readonly changes: number; readonly lastInsertRowid: number }

/** A prepared statement that can only read. `Row` is the shape the SQL gives: the caller's word, as in every SQL text. */
export interface ReadStatement<Row extends object = SqlRow> {
  get(...parameters: SqlValue[]): Row | undefined
  all(...parameters: SqlValue[]): Row[]
}

/** A prepared statement of a transaction. It dies with its transaction: later use throws `store.transaction_over`. */
export interface Statement<Row extends object = SqlRow> extends ReadStatement<Row> {
  run(...parameters: SqlValue[]): RunResult
  /**
   * Like `run` for who needs no answer: it may be carried out later, at the latest before the commit and before anything
   * that reads is answered, together with others. What is deferred on one table keeps its order; on different tables it
   * may not, so no rule between two tables (a foreign key) may hang on it. When it fails the closure is rejected as a whole.
   */
  defer(...parameters: SqlValue[]): void
  /** An insert into a table that hands out keys, deferred; returns the key of the row. Keys grow, with gaps. */
  insert(...parameters: SqlValue[]): number
}

/**
 * The inside of one `write`. Everything here is synchronous and sees what the batch wrote before it.
 * A broken unique rule throws `store.not_unique`; other broken rules `store.constraint`.
 */
export interface Transaction {
  /** Cached by its text: prepare where you use it. The fastest way, for hot paths. */
  prepare<Row extends object = SqlRow>(sql: string): Statement<Row>
  /** A typed query builder. Run what it builds with `get`, `all` and `run`, or await its own `execute()`. */
  query<Tables>(): Kysely<Tables>
  get<Row extends object>(query: Compilable<Row>): Row | undefined
  all<Row extends object>(query: Compilable<Row>): Row[]
  run(query: Compilable): RunResult
  /**
   * For what one process at a time does: true until the transaction ends, unless a transaction of another process holds the
   * name just now. Never waits.
   */
  tryLock(name: string): boolean
  /**
   * What the closure decides by: the one row that answers the question, as an earlier transaction was given it. When the
   * answer is another, the closure is undone and rejected with `otherwise()`; that may be found out only with the commit.
   */
  assume(question: Question, row: SqlRow, otherwise: () => Error): void
  /** Called once, after COMMIT and before the write's promise resolves; never when the closure is rolled back. */
  afterCommit(hook: () => void): void
}

/** Reads what is committed, never what is being written. */
export interface Reader {
  prepare<Row extends object = SqlRow>(sql: string): ReadStatement<Row>
  get<Row extends object = SqlRow>(sql: string, ...parameters: SqlValue[]): Row | undefined
  all<Row extends object = SqlRow>(sql: string, ...parameters: SqlValue[]): Row[]
  /** One row at a time from one snapshot, on a connection of its own: a slow consumer makes no other reader stale. */
  iterate<Row extends object = SqlRow>(sql: string, ...parameters: SqlValue[]): Generator<Row, void, undefined>
  /** A typed query builder; `execute()` runs on the read connection. */
  query<Tables>(): Kysely<Tables>
}

/**
 * Short words to all processes on the database, this one among them: soon, at most once, in no order; some may be lost. They
 * only make somebody look sooner than it would anyway.
 */
export interface Signals {
  /** Never throws. */
  send(text: string): void
  /** Returns how to stop listening. */
  listen(listener: (text: string) => void): () => void
}

/** Calls `run` soon and not from inside this call: `setImmediate`, or `byHand` where a test calls `tick()` itself. */
export type Schedule = (run: () => void) => void
/** Never ticks: who passes this calls `tick()`. */
export const byHand: Schedule = () => {}

/**
 * What happened, in order, for tests that must show that nothing is acknowledged before its commit. `batch` counts from 1,
 * `write` counts the closures of this store from 1 in the order they came.
 */
export type TraceEvent =
  | { readonly kind: 'begin'; readonly batch: number }
  | { readonly kind: 'commit'; readonly batch: number }
  | { readonly kind: 'rollback'; readonly batch: number }
  | { readonly kind: 'acknowledge'; readonly batch: number; readonly write: number }
  | { readonly kind: 'reject'; readonly batch: number; readonly write: number }

/** A statement that reads, and its parameters. */
export type Question = { readonly sql: string; readonly parameters: readonly SqlValue[] }

export type WriteOptions = {
  /** See `Store`: whether the closure is right beside those of other processes. */
  readonly concurrent?: boolean
  /**
   * What the closure will ask before it writes anything that would change the answer. Where a question costs a way to a
   * server, all of them are asked together with the beginning; each is answered from there once. They may lock rows.
   */
  readonly first?: readonly Question[]
  /**
   * It asks nothing (what it assumes is looked up with its commit), and what it decides does not hang on what was written
   * before it and is not committed yet. Where the store runs ahead, it is run while that is under way, and reaches the database
   * in one piece. It is committed after what was written before it, or without it. When it asks after all, it is undone and
   * rejected with AnswerNeeded.
   */
  readonly ahead?: boolean
  /**
   * It is concurrent, and right in any order with what else is written here: what comes after it need not wait for it. For work in
   * the background.
   */
  readonly aside?: boolean
}

/** A closure that was written `ahead` has asked something. */
export class AnswerNeeded extends Error {
  constructor() {
    super('a closure that was to ask nothing has asked')
  }
}

/**
 * An SQL database with one writer in each process, and on PostgreSQL with several processes.
 *
 * `write` queues a closure. All closures that are queued when a tick begins are run in the order they came and committed
 * together (up to the batch limit); each in its own savepoint, so that one which throws is undone and rejected alone. A
 * promise resolves only after the COMMIT that holds its work is on the disk. When the disk fails, the whole batch is
 * undone and every closure of it rejects with `store.full` or `store.disk_failed`; the store stays usable.
 *
 * Beside other processes a closure runs alone: from its first statement to its commit none of them commits anything, so what
 * it has read stays true. One that is `concurrent` gives that up, and may run while concurrent closures of other processes
 * do (each of its statements then sees what is committed by then): it writes only rows that nobody else writes, or under a
 * condition that holds for the row as the statement finds it, or what `tryLock` or a unique rule keeps to one. A batch is
 * concurrent when all its closures are.
 *
 * When a commit's answer is lost, the promise stays open until the database has said whether it was carried out; if it
 * never does, it rejects with `store.commit_unknown`.
 *
 * A closure is synchronous, or awaits nothing but the database: one that waits for anything else would hold up every
 * other writer, and is undone and rejected with `store.write_waited`.
 */
export interface Store {
  readonly dialect: 'sqlite' | 'postgres'
  /** How many closures that are written `ahead` are under way together; 1: each waits for the one before. */
  readonly aheadAtMost: number
  readonly read: Reader
  readonly signals: Signals
  /** Why writes are refused just now: the database's or its disk's fault, from the batch that met it until one that is committed again. */
  readonly fault: HoldfastError | undefined
  write<T>(work: (tx: Transaction) => T | Promise<T>, options?: WriteOptions): Promise<T>
  /** Commits what is queued (up to the batch limit) and acknowledges it; says how many closures it ran. Never rejects. */
  tick(): Promise<number>
  /** Calls the listener after each commit that had at least one successful closure. Returns how to stop it. */
  onCommit(listener: () => void): () => void
  /** Commits what is queued, then closes files and frees the data folder. Later writes reject with `store.closed`. */
  close(): Promise<void>
}
