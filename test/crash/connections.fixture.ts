/**
 * Opens the store in the file of its first argument and uses it in every way there is; prints what each connection to the
 * database, whoever opened it, says of its durability.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { silentLogger, VirtualClock } from '../../src/base/index.ts'
import { openStore } from '../../src/store/index.ts'

const [, , path = ''] = process.argv

// Nobody can read or write without preparing a statement, so every connection that is used is met here.
const met = new Set<DatabaseSync>()
const prepare = Object.getOwnPropertyDescriptor(DatabaseSync.prototype, 'prepare')?.value as DatabaseSync['prepare']
DatabaseSync.prototype.prepare = function (this: DatabaseSync, sql: string): StatementSync {
  if (this.location() === path) met.add(this)
  return prepare.call(this, sql)
}

const store = openStore({ path, clock: new VirtualClock(), logger: silentLogger })
await store.write((tx) => tx.prepare('DELETE FROM timer').run())
// Two lists that are read at once need a connection each.
const lists = [0, 1].map(() => store.read.iterate('SELECT name FROM sqlite_schema'))
for (const list of lists) list.next()
const said = [...met].map((database) => ({
  ...database.prepare('PRAGMA synchronous').get(),
  ...database.prepare('PRAGMA journal_mode').get(),
}))
for (const list of lists) list.return()
await store.close()
process.stdout.write(JSON.stringify(said))
