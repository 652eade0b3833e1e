/** Opens the SQLite store of a data folder. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import type { Clock, HoldfastError, Logger } from '../../base/index.ts'
import type { Reader, Schedule, Store, TraceEvent, Transaction, WriteOptions } from '../contract.ts'
import { prepareFile, prepareFolder } from '../folder/folder.ts'
import { type FolderLock, lockFolder } from '../folder/lock.ts'
import { type ProcessName, thisProcess } from '../folder/process.ts'
import { type Migration, readMigrations } from '../migration.ts'
import { Listeners } from '../signals.ts'
import { Writer } from '../writer.ts'
import { Batch, controlOf } from './batch.ts'
import { Connection, type Durability } from './connection.ts'
import { migrate } from './migrate.ts'
import { SqliteReader } from './reader.ts'

export type StoreOptions = {
  /** The database file; its folder is the data folder. `:memory:` is a store that ends with `close()`, for tests. */
  readonly path: string
  readonly clock: Clock
  readonly logger: Logger
  /** Those in `store/migrations` unless told otherwise. */
  readonly migrations?: readonly Migration[]
  /** How the next tick is called for: `setImmediate` unless told; `byHand` where the caller ticks. */
  readonly schedule?: Schedule
  /** Closures per commit at most; 1000 unless told. */
  readonly batchLimit?: number
  readonly onTrace?: (event: TraceEvent) => void
  /** How this process is named to one that is refused. */
  readonly owner?: ProcessName
}

/**
 * Takes the folder's lock, checks and migrates the schema, and is ready.
 * @throws HoldfastError store.folder_in_use, store.schema_newer, store.migration_changed, store.full, …
 */
export function openStore(options: StoreOptions): Store {
  const place = placeOf(options.path)
  prepareFolder(place.folder)
  const lock = lockFolder(place.folder, options.owner ?? thisProcess(), options.clock.now())
  try {
    return new SqliteStore(options, place, lock)
  } catch (error) {
    lock.release()
    place.discard()
    throw error
  }
}

type Place = {
  readonly folder: string
  readonly name: string
  readonly durability: Durability
  discard(): void
}

/**
 * A store in memory is a file in a folder of its own that goes with it: SQLite's own in-memory databases cannot be read
 * while they are written, and a test must meet the same behaviour as production. Only the syncs are left out.
 */
function placeOf(path: string): Place {
  if (path !== ':memory:') {
    const file = resolve(path)
    return { folder: dirname(file), name: basename(file), durability: 'full', discard() {} }
  }
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-'))
  const discard = (): void => rmSync(folder, { recursive: true, force: true })
  return { folder, name: 'holdfast.sqlite', durability: 'none', discard }
}

class SqliteStore implements Store {
  readonly dialect = 'sqlite'
  readonly signals = new Listeners()
  readonly read: Reader
  readonly #reader: SqliteReader
  readonly #writer: Writer
  readonly #connection: Connection
  readonly #lock: FolderLock
  readonly #place: Place
  #closing: Promise<void> | undefined

  constructor(options: StoreOptions, place: Place, lock: FolderLock) {
    const { clock, logger, migrations, schedule, batchLimit, onTrace } = options
    const { folder, durability } = place
    const file = prepareFile(folder, place.name)
    this.#place = place
    this.#lock = lock
    this.#connection = new Connection({ file, folder, durability, readOnly: false })
    try {
      migrate({
        database: this.#connection.database,
        folder,
        migrations: migrations ?? readMigrations(),
        clock,
        logger,
      })
      this.#reader = new SqliteReader(() => new Connection({ file, folder, durability, readOnly: true }))
    } catch (error) {
      this.#connection.close()
      throw error
    }
    this.read = this.#reader
    const batchPlace = {
      connection: this.#connection,
      control: controlOf(this.#connection),
      logger,
      trace: onTrace ?? (() => {}),
      turn: setImmediate,
    }
    this.#writer = new Writer({
      runBatch: (number, jobs) => new Batch(batchPlace, number, jobs).run(),
      logger,
      schedule: schedule ?? setImmediate,
      batchLimit: batchLimit ?? 1000,
    })
  }

  get fault(): HoldfastError | undefined {
    return this.#writer.fault
  }

  write<T>(work: (tx: Transaction) => T | Promise<T>, options?: WriteOptions): Promise<T> {
    return this.#writer.write(work, options)
  }

  tick(): Promise<number> {
    return this.#writer.tick()
  }

  onCommit(listener: () => void): () => void {
    return this.#writer.onCommit(listener)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.#writer.close()
    this.#reader.close()
    // The last connection to close empties the log into the database and removes it.
    this.#connection.close()
    this.#lock.release()
    this.#place.discard()
  }
}
