/** The history of the schema: numbered SQL files, only ever added, each applied once. Deciding is pure; the dialect applies. */
import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { migrationChanged, migrationList, migrationSkipped, schemaNewer } from './errors.ts'

export type Migration = {
  readonly number: number
  /** `0001-trail`. */
  readonly name: string
  readonly sql: string
}
export type AppliedMigration = { readonly number: number; readonly name: string; readonly checksum: string }

const fileName = /^(\d{4})-[a-z0-9-]+\.sql$/
const shippedFolder = join(import.meta.dirname, 'migrations')

/** The migrations that this Holdfast ships. @throws HoldfastError store.migration_list */
export function readMigrations(folder: string = shippedFolder): Migration[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .toSorted()
    .map((file) => {
      const number = fileName.exec(file)?.[1]
      if (number === undefined) throw migrationList(`${file} has no number`)
      return {
        number: Number(number),
        name: file.slice(0, -'.sql'.length),
        sql: readFileSync(join(folder, file), 'utf8'),
      }
    })
}

/** Line ends are not part of the text: a checkout on Windows may have changed them. */
export function checksumOf(migration: Migration): string {
  return hash('sha256', migration.sql.replaceAll('\r\n', '\n'))
}

/** What is left to apply, in order. @throws HoldfastError when the database and the list contradict each other */
export function planMigrations(known: readonly Migration[], applied: readonly AppliedMigration[]): Migration[] {
  const ordered = known.toSorted((a, b) => a.number - b.number)
  refuseTwins(ordered)
  const newestKnown = ordered.at(-1)
  const newestApplied = applied.toSorted((a, b) => a.number - b.number).at(-1)
  if (newestApplied === undefined) return ordered
  if (newestApplied.number > (newestKnown?.number ?? 0)) throw schemaNewer(newestApplied.name, newestKnown?.name ?? '0')
  const checksums = new Map(applied.map((migration) => [migration.number, migration.checksum]))
  for (const migration of ordered) {
    const checksum = checksums.get(migration.number)
    if (checksum !== undefined && checksum !== checksumOf(migration)) throw migrationChanged(migration.name)
    if (checksum === undefined && migration.number < newestApplied.number) {
      throw migrationSkipped(migration.name, newestApplied.name)
    }
  }
  return ordered.filter((migration) => migration.number > newestApplied.number)
}

function refuseTwins(ordered: readonly Migration[]): void {
  for (const [index, migration] of ordered.entries()) {
    const before = ordered[index - 1]
    if (before?.number === migration.number) {
      throw migrationList(`${before.name} and ${migration.name} have the same number`)
    }
  }
}
