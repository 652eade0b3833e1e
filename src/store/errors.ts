/** The codes of this folder: what went wrong with the database or its folder, and what to do about it. */
import { HoldfastError } from '../base/index.ts'

export const storeErrorCodes = [
  'store.busy',
  'store.closed',
  'store.commit_unknown',
  'store.constraint',
  'store.damaged',
  'store.database_missing',
  'store.disk_failed',
  'store.durability',
  'store.folder_foreign',
  'store.folder_in_use',
  'store.folder_unwritable',
  'store.full',
  'store.login',
  'store.migration_changed',
  'store.migration_failed',
  'store.migration_list',
  'store.migration_skipped',
  'store.not_unique',
  'store.query',
  'store.rights',
  'store.schema_newer',
  'store.server_old',
  'store.transaction_over',
  'store.unreachable',
  'store.url',
  'store.write_waited',
] as const

export const busy = (cause: unknown): HoldfastError =>
  new HoldfastError('store.busy', 'Another program holds the database locked', {
    kind: 'unavailable',
    repair: 'end the program that has the database file open (`lsof` or `fuser` names it); then try again',
    cause,
  })

export const closed = (): HoldfastError =>
  new HoldfastError('store.closed', 'The store is closed: Holdfast is shutting down', { kind: 'unavailable' })

export const constraint = (detail: string, cause: unknown): HoldfastError =>
  new HoldfastError('store.constraint', `The database refused the row: ${detail}`, { kind: 'conflict', cause })

export const notUnique = (columns: string, cause: unknown): HoldfastError =>
  new HoldfastError('store.not_unique', `There is already a row with this ${columns}`, {
    kind: 'conflict',
    place: columns,
    cause,
  })

export const queryFailed = (detail: string, cause: unknown): HoldfastError =>
  new HoldfastError('store.query', `The database could not run the statement: ${detail}`, { kind: 'internal', cause })

export const transactionOver = (): HoldfastError =>
  new HoldfastError('store.transaction_over', 'The transaction is over; its statements can no longer be used', {
    kind: 'internal',
    repair: 'use the transaction only inside the closure that `write` was given',
  })

export const writeWaited = (): HoldfastError =>
  new HoldfastError(
    'store.write_waited',
    'A write waited for something other than the database; it was undone, for it would hold up every other write',
    {
      kind: 'internal',
      repair: 'fetch, read files and wait before `store.write`, and pass the results in',
    },
  )

export const full = (folder: string, neededMiB: number, cause: unknown): HoldfastError =>
  fullOf(`that holds ${folder}`, folder, cause, `${neededMiB} MiB or more on the disk of ${folder}`)

/** Nothing of the batch is kept. */
const fullOf = (disk: string, place: string, cause: unknown, needed = 'space on the disk of the server') =>
  new HoldfastError('store.full', `The disk ${disk} is full; nothing of this write was kept`, {
    kind: 'exhausted',
    place,
    repair: `free ${needed}; Holdfast accepts work again by itself`,
    cause,
  })

export const diskFailed = (folder: string, detail: string, cause: unknown): HoldfastError =>
  new HoldfastError(
    'store.disk_failed',
    `The disk that holds ${folder} failed (${detail}); the write was not accepted`,
    {
      kind: 'exhausted',
      place: folder,
      repair: `check the disk and the mount of ${folder} (\`dmesg\` names the device)`,
      cause,
    },
  )

export const damaged = (folder: string, detail: string, cause: unknown): HoldfastError =>
  new HoldfastError('store.damaged', `The database in ${folder} is damaged: ${detail}`, {
    kind: 'internal',
    retryable: false,
    place: folder,
    repair: 'stop Holdfast, keep a copy of the folder, and restore the last backup',
    cause,
  })

export const durability = (file: string, found: string): HoldfastError =>
  new HoldfastError('store.durability', `The connection to ${file} does not sync as it must: ${found}`, {
    kind: 'internal',
    accepted: 'journal_mode=wal, synchronous=FULL (2), foreign_keys=1',
  })

export const folderForeign = (folder: string): HoldfastError =>
  new HoldfastError(
    'store.folder_foreign',
    `${folder} is open to other users and holds files that are not Holdfast's; its mode was left alone`,
    {
      kind: 'conflict',
      place: folder,
      accepted: 'an empty or new folder, or one that Holdfast made',
      repair: `choose a folder of its own, for example ${folder}/holdfast`,
    },
  )

export const folderUnwritable = (folder: string, cause: unknown): HoldfastError => {
  const reason = unwritable.get(cause instanceof Error && 'code' in cause ? cause.code : undefined)
  const chown = reason === undefined ? `make it yours: chown -R "$(id -un)" ${folder}; or ` : ''
  return new HoldfastError(
    'store.folder_unwritable',
    `The data folder ${folder} cannot be made or written${reason ?? ''}`,
    {
      kind: 'forbidden',
      place: folder,
      repair: `${chown}choose another folder`,
      cause,
    },
  )
}

/** Where no owner helps. */
const unwritable: ReadonlyMap<unknown, string> = new Map([
  ['EEXIST', ': there is a file of that name'],
  ['ENOTDIR', ': a file stands in its way'],
  ['ENOENT', ': the folder above it takes none'],
])

export const folderInUse = (folder: string, owner: string): HoldfastError =>
  new HoldfastError('store.folder_in_use', `The data folder ${folder} is in use by ${owner}`, {
    kind: 'conflict',
    place: folder,
    repair: 'stop that process first, or choose another folder',
  })

export const schemaNewer = (found: string, known: string): HoldfastError =>
  new HoldfastError(
    'store.schema_newer',
    `The database has schema ${found}, this Holdfast knows schemas up to ${known}`,
    { kind: 'conflict', accepted: `schema ${known} or older`, repair: 'start the newer Holdfast that wrote it' },
  )

export const migrationChanged = (name: string): HoldfastError =>
  new HoldfastError('store.migration_changed', `Migration ${name} is not the text that this database was made with`, {
    kind: 'conflict',
    place: name,
    repair: 'restore the file; a change to the schema is a new migration',
  })

export const migrationSkipped = (name: string, applied: string): HoldfastError =>
  new HoldfastError(
    'store.migration_skipped',
    `Migration ${name} is missing from a database that already has ${applied}`,
    {
      kind: 'conflict',
      place: name,
      repair: `give the migration a number after ${applied}`,
    },
  )

export const migrationFailed = (name: string, cause: unknown): HoldfastError =>
  new HoldfastError(
    'store.migration_failed',
    `Migration ${name} failed and was undone: ${cause instanceof Error ? cause.message : String(cause)}`,
    { kind: 'internal', place: name, repair: 'the database is as it was; start the Holdfast that wrote it', cause },
  )

export const migrationList = (detail: string): HoldfastError =>
  new HoldfastError('store.migration_list', `The list of migrations is wrong: ${detail}`, {
    kind: 'internal',
    accepted: 'files named NNNN-name.sql, each number once',
  })

// ---- PostgreSQL; `place` is host, port and database, never the password

export const databaseUnreachable = (place: string, detail: string, cause: unknown): HoldfastError =>
  new HoldfastError('store.unreachable', `PostgreSQL at ${place} cannot be reached: ${detail}`, {
    kind: 'unavailable',
    place,
    repair: 'start the server, or mend the way to it; Holdfast connects again by itself',
    cause,
  })

export const serverFull = (place: string, cause: unknown): HoldfastError =>
  fullOf(`of PostgreSQL at ${place}`, place, cause)

/** Neither kept nor undone as far as anybody can tell: whoever waits must look before it is done again. */
export const commitUnknown = (place: string, cause: unknown): HoldfastError =>
  new HoldfastError(
    'store.commit_unknown',
    `PostgreSQL at ${place} was lost during a commit, and does not say whether it was carried out`,
    { kind: 'internal', place, repair: 'look whether the change is there before it is made again', cause },
  )

export const loginRefused = (place: string, detail: string, cause: unknown): HoldfastError =>
  new HoldfastError('store.login', `PostgreSQL at ${place} refuses the login: ${detail}`, {
    kind: 'forbidden',
    place,
    accepted: 'postgres://person:password@host:port/database; % and @ in a password are written %25 and %40',
    repair: 'correct the person or the password in DATABASE_URL',
    cause,
  })

export const databaseMissing = (place: string, cause: unknown): HoldfastError =>
  new HoldfastError('store.database_missing', `PostgreSQL has no database ${place}`, {
    kind: 'missing',
    place,
    repair: 'create it (createdb), or correct the name in DATABASE_URL',
    cause,
  })

export const rightsMissing = (place: string, detail: string, cause?: unknown): HoldfastError =>
  new HoldfastError('store.rights', `PostgreSQL at ${place} does not let Holdfast work: ${detail}`, {
    kind: 'forbidden',
    place,
    repair: 'make the person of DATABASE_URL the owner of the database: ALTER DATABASE … OWNER TO …',
    ...(cause === undefined ? {} : { cause }),
  })

export const serverOld = (place: string, found: string, oldest: number): HoldfastError =>
  new HoldfastError('store.server_old', `PostgreSQL at ${place} is version ${found}`, {
    kind: 'conflict',
    place,
    accepted: `PostgreSQL ${oldest} or newer`,
    repair: 'upgrade the server, or name another in DATABASE_URL',
  })

export const urlInvalid = (detail: string): HoldfastError =>
  new HoldfastError('store.url', `This is no address of a PostgreSQL database: ${detail}`, {
    accepted: 'postgres://person:password@host:port/database',
    repair: 'correct DATABASE_URL',
  })
