/** Brings an SQLite database to the schema of this Holdfast, one transaction a migration. */
import type { DatabaseSync } from 'node:sqlite'
import type { Clock, Logger } from '../../base/index.ts'
import { migrationFailed } from '../errors.ts'
import { type AppliedMigration, checksumOf, type Migration, planMigrations } from '../migration.ts'
import { rowAs } from './connection.ts'
import { faultOf, isDiskFault } from './fault.ts'

export type MigrateOptions = {
  readonly database: DatabaseSync
  readonly folder: string
  readonly migrations: readonly Migration[]
  readonly clock: Clock
  readonly logger: Logger
}

/** @throws HoldfastError store.schema_newer, store.migration_changed, store.migration_failed, … */
export function migrate({ database, folder, migrations, clock, logger }: MigrateOptions): void {
  try {
    database.exec(`CREATE TABLE IF NOT EXISTS schema_migrations (
      number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT`)
    const applied = database
      .prepare('SELECT number, name, checksum FROM schema_migrations ORDER BY number')
      .all()
      .map(rowAs<AppliedMigration>)
    for (const migration of planMigrations(migrations, applied)) {
      apply(database, migration, clock.now(), folder)
      logger.info('migrated the database', { migration: migration.name })
    }
  } catch (error) {
    throw faultOf(error, folder)
  }
}

function apply(database: DatabaseSync, migration: Migration, nowMs: number, folder: string): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    database.exec(migration.sql)
    if (!database.isTransaction) throw new Error('it ends the transaction it runs in')
    database
      .prepare('INSERT INTO schema_migrations (number, name, checksum, applied_at) VALUES (?, ?, ?, ?)')
      .run(migration.number, migration.name, checksumOf(migration), nowMs)
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    const fault = faultOf(error, folder)
    throw isDiskFault(fault) ? fault : migrationFailed(migration.name, error)
  }
}
