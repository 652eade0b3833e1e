/** Opens the SQLite store of a data folder. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import type { Store } from '../contract.ts'
import { prepareFile, prepareFolder } from '../folder/folder.ts'
import { type FolderLock, lockFolder } from '../folder/lock.ts'
import { type ProcessName, thisProcess } from '../folder/process.ts'
import { readMigrations } from '../migration.ts'
import { type CommonOptions, OpenStore } from '../open-store.ts'
import { Listeners } from '../signals.ts'
import { Batch, controlOf } from './batch.ts'
import { Connection, type Durability } from './connection.ts'
import { migrate } from './migrate.ts'
import { SqliteReader } from './reader.ts'

export type StoreOptions = CommonOptions & {
  /** The database file; its folder is the data folder. `:memory:` is a store that ends with `close()`, for tests. */
  readonly path: string
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
    return storeIn(place, lock, options)
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

function storeIn(place: Place, lock: FolderLock, options: StoreOptions): Store {
  const { clock, logger, onTrace: trace = () => {} } = options
  const { folder, durability } = place
  const file = prepareFile(folder, place.name)
  const connection = new Connection({ file, folder, durability, readOnly: false })
  try {
    const migrations = options.migrations ?? readMigrations()
    migrate({ database: connection.database, folder, migrations, clock, logger })
    const reader = new SqliteReader(() => new Connection({ file, folder, durability, readOnly: true }))
    const batchPlace = { connection, control: controlOf(connection), logger, trace, turn: setImmediate }
    return new OpenStore(
      {
        dialect: 'sqlite',
        signals: new Listeners(),
        reader,
        runBatch: (number, jobs) => new Batch(batchPlace, number, jobs).run(),
        release() {
          // The last connection to close empties the log into the database and removes it.
          connection.close()
          lock.release()
          place.discard()
        },
      },
      options,
    )
  } catch (error) {
    connection.close()
    throw error
  }
}
