/** Databases for tests on the server that the run of vitest has started, or that HOLDFAST_TEST_POSTGRES names. */
import { threadId } from 'node:worker_threads'
import pg from 'pg'
import { type Clock, silentLogger, VirtualClock } from '../../base/index.ts'
import type { SqlValue, Store } from '../contract.ts'
import { checksumOf, type Migration, readMigrations } from '../migration.ts'
import type { StoreOptions } from '../sqlite/open.ts'
import { Link } from './link.ts'
import { openPostgres, type PostgresOptions } from './open.ts'
import type { Answer, Step, Wanted } from './wire.ts'

function server(): string {
  const url = process.env['HOLDFAST_TEST_POSTGRES']
  if (url === undefined) throw new Error('no PostgreSQL runs for these tests: test/postgres/setup.ts starts one')
  return url
}

export function urlOf(database: string): string {
  const url = new URL(server())
  url.pathname = `/${database}`
  return url.href
}

let databases = 0
/** Threads of one process make databases in the same millisecond. */
const newName = (): string =>
  `test_${process.pid}_${threadId}_${Math.floor(performance.timeOrigin + performance.now())}_${++databases}`

/** As the superuser, on the server's own database. */
export async function administer(sql: string, database = 'postgres'): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: urlOf(database) })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

/** At once, for who opens a store as tests do: without waiting. */
let administrator: Link | undefined
function administerNow(sql: string, wants: 'none' | 'rows' = 'none'): Answer {
  administrator ??= openLink(server())
  return administrator.ask({ kind: 'begin', lane: 'write', steps: [{ kind: 'statement', sql, parameters: [], wants }] })
}

function openLink(url: string): Link {
  const link = new Link({ url, connectMs: 5000, answerMs: 30_000, stalledMs: 60_000 }, 'the test server')
  link.ask({ kind: 'open' })
  return link
}

/** A database with these migrations, copied from one that was migrated once. Returns its name. */
export function newDatabase(migrations: readonly Migration[] = readMigrations()): string {
  const template = templateOf(migrations)
  const name = newName()
  administerNow(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`)
  return name
}

export function dropDatabase(name: string): void {
  administerNow(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
}

const templates = new Map<string, string>()

function templateOf(migrations: readonly Migration[]): string {
  const key = migrations.map(checksumOf).join()
  const known = templates.get(key)
  if (known !== undefined) return known
  const name = newName()
  administerNow(`CREATE DATABASE ${name}`)
  const clock: Clock = new VirtualClock()
  void openPostgres({ durability: 'none', url: urlOf(name), clock, logger: silentLogger, migrations }).close()
  // A database that anybody is connected to cannot be copied: nobody new is let in, and the last connections end with this.
  administerNow(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS false`)
  // They end a moment after they are told to, and one may just have been on its way in.
  const told = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`
  while (administerNow(told, 'rows').rows.length > 0) continue
  templates.set(key, name)
  return name
}

/** A store in a database of its own, which goes when it is closed. */
export function openTestStore(options: Omit<PostgresOptions, 'url'>): Store {
  const name = newDatabase(options.migrations)
  return leaving(openPostgres({ durability: 'none', ...options, url: urlOf(name) }), () => dropDatabase(name))
}

/** Path of a database file → the database that stands for it. */
const databasesOf = new Map<string, string>()

/**
 * Stands in for SQLite's `openStore` where a whole run of tests is to meet PostgreSQL (`HOLDFAST_TEST_STORE=postgres`, see
 * vitest.config.ts).
 */
export function openStore({ path, ...options }: StoreOptions): Store {
  if (path === ':memory:') return openTestStore(options)
  if (path.startsWith(copyOf)) {
    const copy = copyDatabase(path.slice(copyOf.length))
    return leaving(openPostgres({ durability: 'none', ...options, url: urlOf(copy) }), () => dropDatabase(copy))
  }
  const name = databasesOf.get(path) ?? newDatabase(options.migrations)
  databasesOf.set(path, name)
  return openPostgres({ durability: 'none', ...options, url: urlOf(name) })
}

export type { StoreOptions } from '../sqlite/open.ts'

/** Path of a store that begins with what is committed in the database of that name: what a copy of the file is to SQLite. */
const copyOf = 'copy-of-database:'

function copyDatabase(from: string): string {
  const to = newDatabase()
  const [source, target] = [openLink(urlOf(from)), openLink(urlOf(to))]
  try {
    const tables = texts(source, `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`)
    // One statement: all of it is of one moment.
    const rows = tables.map((table) => `(SELECT json_agg(t)::text FROM ${table} t)`)
    const [contents = []] = doNow(source, [{ sql: `SELECT ${rows.join(', ')}`, wants: 'rows' }]).rows
    const sequences = texts(
      source,
      `SELECT format('SELECT setval(%L, %s)', sequencename, last_value) FROM pg_sequences
      WHERE last_value IS NOT NULL`,
    )
    doNow(target, [
      { sql: 'BEGIN' },
      // Without the rules between tables, whose order nobody knows here.
      { sql: 'SET LOCAL session_replication_role = replica' },
      { sql: `TRUNCATE ${tables.join(', ')}` },
      ...tables.map((table, index) => ({
        sql: `INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, ?)`,
        parameters: [contents[index] ?? '[]'],
      })),
      ...sequences.map((sql) => ({ sql })),
      { sql: 'COMMIT' },
    ])
  } finally {
    void source.close()
    void target.close()
  }
  return to
}

type Saying = { readonly sql: string; readonly parameters?: readonly SqlValue[]; readonly wants?: Wanted }

const doNow = (link: Link, steps: readonly Saying[]): Answer =>
  link.ask({
    kind: 'begin',
    lane: 'write',
    steps: steps.map(({ sql, parameters = [], wants = 'none' }): Step => ({
      kind: 'statement',
      sql,
      parameters,
      wants,
    })),
  })

const texts = (link: Link, sql: string): string[] =>
  doNow(link, [{ sql, wants: 'rows' }]).rows.map(([text]) => `${text}`)

function leaving(store: Store, left: () => void): Store {
  const close = store.close.bind(store)
  store.close = async () => {
    await close()
    left()
  }
  return store
}
