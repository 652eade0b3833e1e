/** Followers: durable cursors over the sealed records. This is how one domain reacts to another. */
import { type Clock, HoldfastError, type Logger } from '../base/index.ts'
import type { Store, Transaction } from '../store/index.ts'
import { cursorMoved } from './errors.ts'
import type { SealedRecord } from './record.ts'
import { sealedOf } from './rows.ts'
import { chainEnd } from './seal.ts'
import { footholdBefore, pageAfter } from './walk.ts'

/**
 * Handles one record. What it writes with `tx` is committed together with the cursor, so it happens exactly once; what it
 * does elsewhere (in `tx.afterCommit`) may happen again or, after a crash, not at all. Like every write it may wait for
 * the database only. When it throws, the record is tried again, later and later, and those behind it wait.
 */
export type FollowHandler = (record: SealedRecord, tx: Transaction) => void | Promise<void>

export type FollowerOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  readonly name: string
  readonly handler: FollowHandler
  /** Where a follower begins that has no cursor yet: at the first record, or after the last one sealed now. */
  readonly startAt: 'first' | 'now'
}

export type FollowerStatus = {
  readonly name: string
  /** The last record it has handled. */
  readonly seq: number
  /** Sealed records it has not handled yet. */
  readonly behind: number
  /** What keeps it from going on, if anything does. */
  readonly failing?: {
    readonly seq: number
    readonly attempts: number
    readonly error: string
    readonly retryAt: number
  }
}

type Failure = { readonly seq: number; readonly attempts: number; readonly error: unknown; readonly retryAt: number }

const batchSize = 100
const firstRetryMs = 1000
const lastRetryMs = 60_000

export class Follower {
  readonly name: string
  readonly #options: FollowerOptions
  #failure: Failure | undefined

  constructor(options: FollowerOptions) {
    this.name = options.name
    this.#options = options
  }

  /** Makes the cursor of a new follower. */
  async begin(): Promise<void> {
    const { store, clock, startAt } = this.#options
    await store.write((tx) => {
      const seq = startAt === 'now' ? chainEnd(tx).seq : 0
      tx.prepare('INSERT INTO trail_cursors (name, seq, moved_at) VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING').run(
        this.name,
        seq,
        clock.now(),
      )
    })
  }

  /** Handles the next records and says how many; 0 when there are none or the time to try again has not come. */
  async tick(): Promise<number> {
    const { store, clock } = this.#options
    if (this.#failure !== undefined && clock.now() < this.#failure.retryAt) return 0
    const records = this.#next()
    if (records.length === 0) return 0
    let handled = records.length
    try {
      await store.write((tx) => this.#handle(tx, records, (index) => (handled = index)))
      this.#failure = undefined
      return records.length
    } catch (error) {
      if (isElsewhere(error)) return this.#handledElsewhere()
      // The batch was undone as a whole: those before the one that failed are handled again, alone.
      if (handled > 0 && handled < records.length) return this.#handleBefore(records.slice(0, handled))
      this.#fail(records[0]?.seq ?? 0, error)
      return 0
    }
  }

  async #handleBefore(records: readonly SealedRecord[]): Promise<number> {
    try {
      await this.#options.store.write((tx) => this.#handle(tx, records, () => {}))
      return records.length
    } catch (error) {
      if (isElsewhere(error)) return this.#handledElsewhere()
      this.#fail(records[0]?.seq ?? 0, error)
      return 0
    }
  }

  /** Another process was quicker, and this batch is undone. What it has left is looked for at the next tick. */
  #handledElsewhere(): number {
    this.#failure = undefined
    return 0
  }

  /** Stays synchronous as long as the handler does. */
  #handle(tx: Transaction, records: readonly SealedRecord[], onRecord: (index: number) => void): void | Promise<void> {
    for (const [index, record] of records.entries()) {
      onRecord(index)
      const waiting = this.#options.handler(record, tx)
      if (waiting !== undefined) return waiting.then(() => this.#rest(tx, records, index + 1, onRecord))
    }
    onRecord(records.length)
    this.#move(tx, records)
  }

  async #rest(
    tx: Transaction,
    records: readonly SealedRecord[],
    from: number,
    onRecord: (index: number) => void,
  ): Promise<void> {
    for (let index = from; index < records.length; index++) {
      onRecord(index)
      const record = records[index]
      if (record !== undefined) await this.#options.handler(record, tx)
    }
    onRecord(records.length)
    this.#move(tx, records)
  }

  /** Only from where this batch began: were the cursor moved by another process meanwhile, the records are already handled. */
  #move(tx: Transaction, records: readonly SealedRecord[]): void {
    const [first, last] = [records[0], records.at(-1)]
    if (first === undefined || last === undefined) return
    const moved = tx
      .prepare('UPDATE trail_cursors SET seq = ?, moved_at = ? WHERE name = ? AND seq < ?')
      .run(last.seq, this.#options.clock.now(), this.name, first.seq)
    if (moved.changes !== 1) throw cursorMoved(this.name)
  }

  #next(): SealedRecord[] {
    const { read } = this.#options.store
    const from = this.seq() + 1
    const foothold = footholdBefore(read, from)
    if (foothold === undefined) return []
    let hash = foothold.hash
    return pageAfter(read, foothold.seq, Number.MAX_SAFE_INTEGER, batchSize).map((row) => {
      const record = sealedOf(row, hash)
      hash = row.hash
      return record
    })
  }

  #fail(seq: number, error: unknown): void {
    const { clock, logger } = this.#options
    const attempts = this.#failure?.seq === seq ? this.#failure.attempts + 1 : 1
    const waitMs = Math.min(firstRetryMs * 2 ** (attempts - 1), lastRetryMs)
    this.#failure = { seq, attempts, error, retryAt: clock.now() + waitMs }
    logger.error('a follower of the trail could not handle a record', { follower: this.name, seq, attempts, error })
  }

  seq(): number {
    const cursor = this.#options.store.read.get<{ seq: number }>(
      'SELECT seq FROM trail_cursors WHERE name = ?',
      this.name,
    )
    return cursor?.seq ?? 0
  }

  /** When a failed record is due again. */
  retryAt(): number | undefined {
    return this.#failure?.retryAt
  }

  status(): FollowerStatus {
    const seq = this.seq()
    const behind = Math.max(0, chainEnd(this.#options.store.read).seq - seq)
    if (this.#failure === undefined) return { name: this.name, seq, behind }
    const { error, ...failing } = this.#failure
    return { name: this.name, seq, behind, failing: { ...failing, error: String(error) } }
  }
}

const isElsewhere = (error: unknown): boolean => error instanceof HoldfastError && error.code === 'audit.cursor_moved'
