/** Opens the store in a PostgreSQL database. */
import type { Store } from '../contract.ts'
import { rightsMissing, serverOld, urlInvalid } from '../errors.ts'
import { readMigrations } from '../migration.ts'
import { type CommonOptions, OpenStore } from '../open-store.ts'
import { Listeners } from '../signals.ts'
import { AheadBatch, freeSlots } from './ahead.ts'
import { Batch } from './batch.ts'
import { Keys } from './keys.ts'
import { Link } from './link.ts'
import { migrate } from './migrate.ts'
import { Texts } from './pending.ts'
import { PostgresReader } from './reader.ts'
import { rowsIn } from './rows.ts'

export type PostgresOptions = CommonOptions & {
  /** `postgres://person:password@host:port/database`. */
  readonly url: string
  /** `none` only for a database that is dropped when it is closed; `full` unless told. */
  readonly durability?: 'full' | 'none'
  /** How long to wait for an answer in the middle of a closure or of a read, when everything here waits; 10 s unless told. */
  readonly answerMs?: number
  /** How long another process may stand still in the middle of a transaction and keep what it has locked; 10 s unless told. */
  readonly stalledMs?: number
}

/** The oldest that has all that is used here and is still kept up by its makers. */
const oldestVersion = 14
const connectMs = 5000

/**
 * Connects, checks and migrates the schema, and is ready. Other processes may have the same database open.
 * @throws HoldfastError store.unreachable, store.login, store.database_missing, store.server_old, store.rights, …
 */
export function openPostgres(options: PostgresOptions): Store {
  const { url, answerMs = 10_000, stalledMs = 10_000 } = options
  const link = new Link({ url, connectMs, answerMs, stalledMs }, placeOf(url))
  try {
    checkServer(link, options)
    migrate({ ...options, link, migrations: options.migrations ?? readMigrations() })
    return storeOver(link, options)
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

function storeOver(link: Link, options: PostgresOptions): Store {
  const signals = new Listeners((text) => link.send(text))
  link.onSignal((text) => signals.hear(text))
  const { logger, onTrace: trace = () => {} } = options
  const place = {
    link,
    keys: new Keys(link),
    texts: new Texts(),
    logger,
    turn: setImmediate,
    trace,
    lane: 'write' as const,
  }
  const aheadPlace = { ...place, free: freeSlots() }
  return new OpenStore(
    {
      dialect: 'postgres',
      signals,
      reader: new PostgresReader(link),
      runBatch: (number, jobs) => new Batch(place, number, jobs).run(),
      ahead: { atMost: aheadPlace.free.length, run: (number, job) => new AheadBatch(aheadPlace, number, job).run() },
      runAside: (number, jobs) => new Batch({ ...place, lane: 'aside' }, number, jobs).run(),
      release: () => link.close(),
    },
    options,
  )
}
