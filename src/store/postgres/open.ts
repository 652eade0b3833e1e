/** Opens the store in a PostgreSQL database. */
import type { Clock, HoldfastError, Logger } from '../../base/index.ts'
import type { Reader, Schedule, Store, TraceEvent, Transaction, WriteOptions } from '../contract.ts'
import { rightsMissing, serverOld, urlInvalid } from '../errors.ts'
import { type Migration, readMigrations } from '../migration.ts'
import { Listeners } from '../signals.ts'
import { Writer } from '../writer.ts'
import { Batch } from './batch.ts'
import { Keys } from './keys.ts'
import { Link } from './link.ts'
import { migrate } from './migrate.ts'
import { Texts } from './pending.ts'
import { PostgresReader } from './reader.ts'
import { rowsIn } from './rows.ts'

export type PostgresOptions = {
  /** `postgres://person:password@host:port/database`. */
  readonly url: string
  readonly clock: Clock
  readonly logger: Logger
  /** Those in `store/migrations` unless told otherwise. */
  readonly migrations?: readonly Migration[]
  /** How the next tick is called for: `setImmediate` unless told; `byHand` where the caller ticks. */
  readonly schedule?: Schedule
  /** Closures per commit at most; 1000 unless told. */
  readonly batchLimit?: number
  readonly onTrace?: (event: TraceEvent) => void
  /** `none` only for a database that is dropped when it is closed; `full` unless told. */
  readonly durability?: 'full' | 'none'
}

/** The oldest that has all that is used here and is still kept up by its makers. */
const oldestVersion = 14
const connectMs = 5000
const answerMs = 30_000

/**
 * Connects, checks and migrates the schema, and is ready. Other processes may have the same database open.
 * @throws HoldfastError store.unreachable, store.login, store.database_missing, store.server_old, store.rights, …
 */
export function openPostgres(options: PostgresOptions): Store {
  const link = new Link({ url: options.url, connectMs, answerMs }, placeOf(options.url))
  try {
    checkServer(link, options)
    migrate({ ...options, link, migrations: options.migrations ?? readMigrations() })
    return new PostgresStore(options, link)
  } catch (error) {
    void link.close()
    throw error
  }
}

/** Host, port and database: what people may see of the address. @throws HoldfastError store.url */
export function placeOf(text: string): string {
  const url = URL.parse(text)
  if (url === null || !['postgres:', 'postgresql:'].includes(url.protocol))
    throw urlInvalid(text.split('@').at(-1) ?? '')
  const host = url.searchParams.get('host') ?? url.hostname
  return `${host}:${url.port === '' ? '5432' : url.port}${url.pathname}`
}

type Server = {
  readonly version: number
  readonly name: string
  readonly fsync: string
  readonly person: string
  readonly may: number
  readonly encoding: string
}

function checkServer(link: Link, { url, logger, durability = 'full' }: PostgresOptions): void {
  const [server] = rowsIn<Server>(link.ask({ kind: 'open' }))
  if (server === undefined) throw urlInvalid('it answers nothing')
  const place = placeOf(url)
  if (server.version < oldestVersion * 10_000) throw serverOld(place, server.name, oldestVersion)
  if (server.may !== 1) throw rightsMissing(place, `${server.person} may not create tables in its schema`)
  if (server.encoding !== 'UTF8') throw rightsMissing(place, `its texts are ${server.encoding}, not UTF8`)
  if (server.fsync !== 'on' && durability === 'full')
    logger.warn('PostgreSQL runs with fsync off: what it acknowledges can be lost with the machine', { place })
}

class PostgresStore implements Store {
  readonly dialect = 'postgres'
  readonly signals: Listeners
  readonly read: Reader
  readonly #reader: PostgresReader
  readonly #writer: Writer
  readonly #link: Link
  #closing: Promise<void> | undefined

  constructor({ logger, schedule, batchLimit, onTrace }: PostgresOptions, link: Link) {
    this.#link = link
    this.#reader = new PostgresReader(link)
    this.signals = new Listeners((text) => link.send(text))
    link.onSignal((text) => this.signals.hear(text))
    this.read = this.#reader
    const place = {
      link,
      keys: new Keys(link),
      texts: new Texts(),
      logger,
      turn: setImmediate,
      trace: onTrace ?? (() => {}),
    }
    this.#writer = new Writer({
      runBatch: (number, jobs) => new Batch(place, number, jobs).run(),
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
    await this.#link.close()
  }
}
