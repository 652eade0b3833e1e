/** Brings a PostgreSQL database to the schema of this Holdfast, one transaction a migration, one process at a time. */
import { type Clock, HoldfastError, type Logger } from '../../base/index.ts'
import { migrationFailed } from '../errors.ts'
import { type AppliedMigration, checksumOf, type Migration, planMigrations } from '../migration.ts'
import type { SqlValue } from '../contract.ts'
import { postgresMigration, statementsIn } from './dialect.ts'
import { endsBatch } from './fault.ts'
import type { Link } from './link.ts'
import { rowsIn } from './rows.ts'
import type { Answer, Wanted } from './wire.ts'

export type MigrateOptions = {
  readonly link: Link
  readonly migrations: readonly Migration[]
  readonly clock: Clock
  readonly logger: Logger
}

const migrationLock = 0x486f_6c65
/** A large table may take its time, and so may the process that migrates before this one. */
const migrationMs = 3_600_000

const makeList = `CREATE TABLE IF NOT EXISTS schema_migrations (
  number BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)`

/** @throws HoldfastError store.schema_newer, store.migration_changed, store.migration_failed, … */
export function migrate(options: MigrateOptions): void {
  while (applyNext(options)) continue
}

/** In a transaction of its own. False when there was nothing to apply. */
function applyNext({ link, migrations, clock, logger }: MigrateOptions): boolean {
  const run = (sql: string, parameters: readonly SqlValue[] = [], wants: Wanted = 'none'): Answer =>
    link.ask({
      kind: 'run',
      lane: 'write',
      steps: [{ kind: 'statement', sql, parameters, wants }],
      withinMs: migrationMs,
    })
  link.ask({
    kind: 'begin',
    lane: 'write',
    steps: [{ kind: 'statement', sql: 'BEGIN', parameters: [], wants: 'none' }],
  })
  try {
    run(`SET LOCAL lock_timeout = ${migrationMs}`)
    run(`SELECT pg_advisory_xact_lock(${migrationLock})`)
    run(makeList)
    const applied = rowsIn<AppliedMigration>(run('SELECT number, name, checksum FROM schema_migrations', [], 'rows'))
    const [next] = planMigrations(migrations, applied)
    if (next !== undefined) {
      apply(next, run)
      run('INSERT INTO schema_migrations (number, name, checksum, applied_at) VALUES (?, ?, ?, ?)', [
        next.number,
        next.name,
        checksumOf(next),
        clock.now(),
      ])
    }
    run('COMMIT')
    if (next !== undefined) logger.info('migrated the database', { migration: next.name })
    return next !== undefined
  } catch (error) {
    undo(run)
    throw error
  }
}

type Run = (sql: string, parameters?: readonly SqlValue[], wants?: Wanted) => Answer

function apply(migration: Migration, run: Run): void {
  try {
    for (const statement of statementsIn(postgresMigration(migration.sql))) run(statement)
    if (/\bINSERT\b/i.test(migration.sql)) passKeysInUse(run)
  } catch (error) {
    throw error instanceof HoldfastError && endsBatch(error) ? error : migrationFailed(migration.name, error)
  }
}

/** Rows that were copied with their keys have not told the sequences, which would hand the same keys out again. */
function passKeysInUse(run: Run): void {
  const { rows } = run(selectKeys, [], 'rows')
  for (const [table, column] of rows) {
    run(
      `SELECT setval(pg_get_serial_sequence(?, ?), (SELECT max(${String(column)}) FROM ${String(table)}))
       WHERE EXISTS (SELECT 1 FROM ${String(table)})`,
      [table ?? null, column ?? null],
    )
  }
}

const selectKeys = `SELECT c.relname::text, a.attname::text FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  WHERE a.attidentity <> '' AND c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace`

function undo(run: Run): void {
  try {
    run('ROLLBACK')
  } catch {
    // The connection is gone and has taken the transaction with it: what is thrown says why.
  }
}
