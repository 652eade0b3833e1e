/**
 * store: the SQL database, a file of the data folder (SQLite) or a PostgreSQL server that several processes may share: one
 * writer with group commit, readers beside it, migrations, the folder's lock.
 * Words: write (a closure that is committed or undone as a whole), tick (one commit of all that waits), batch (what a tick commits).
 * It knows no table but its own list of migrations and the named leases; every domain writes its own SQL inside `write`, in
 * the words that both databases share; `store.suite.ts` holds both to one contract.
 * Its private files are what must lie beside the database: keys, names, addresses.
 * It does not retry, cache rows or hide SQL.
 */
export {
  AnswerNeeded,
  byHand,
  type Question,
  type Reader,
  type ReadStatement,
  type RunResult,
  type Schedule,
  type Signals,
  type SqlRow,
  type SqlValue,
  type Statement,
  type Store,
  type TraceEvent,
  type Transaction,
  type WriteOptions,
} from './contract.ts'
export { storeErrorCodes } from './errors.ts'
export { fileFaultOf } from './folder/file-fault.ts'
export { readPrivate, writePrivate } from './folder/private-file.ts'
export { holdFolder } from './folder/hold.ts'
export { type FolderLock, lockFolder } from './folder/lock.ts'
export { shareLocked, skipLocked } from './lease/locking.ts'
export { NamedLease, type NamedLeaseOptions } from './lease/named-lease.ts'
export { type Migration, readMigrations } from './migration.ts'
export { openPostgres, placeOf as placeOfUrl, type PostgresOptions } from './postgres/open.ts'
export { openStore, type StoreOptions } from './sqlite/open.ts'
