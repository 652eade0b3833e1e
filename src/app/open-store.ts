/** Where everything is kept: the database file of the data folder, or the PostgreSQL database that DATABASE_URL names. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type FolderLock, holdFolder, openPostgres, openStore, placeOfUrl, type Store } from '../store/index.ts'
import type { RuntimeOptions } from './runtime-options.ts'

type Place = Pick<RuntimeOptions, 'dataFolder' | 'configuration' | 'environment' | 'clock' | 'logger'>

/** The environment goes before the file: the address is often a secret, and another on each machine. */
export function databaseUrl({ configuration, environment }: Pick<Place, 'configuration' | 'environment'>) {
  const named = environment['DATABASE_URL']
  return named === undefined || named === '' ? configuration.database.url : named
}

/** For people: what they look for when they look for their data. */
export function databaseWords(place: Pick<Place, 'configuration' | 'environment' | 'dataFolder'>): string {
  const url = databaseUrl(place)
  return url === undefined ? databaseFile(place.dataFolder) : `PostgreSQL at ${placeOfUrl(url)}`
}

export const databaseFile = (dataFolder: string): string => join(dataFolder, 'holdfast.sqlite')
export const hasDatabaseFile = (dataFolder: string): boolean => existsSync(databaseFile(dataFolder))

/** `folder`: to be released after the store is closed, where the store does not hold it itself. */
export type Database = { readonly store: Store; readonly folder: FolderLock | undefined }

/** @throws HoldfastError store.* */
export function openDatabase(place: Place): Database {
  const { dataFolder, clock, logger } = place
  const url = databaseUrl(place)
  const file = databaseFile(dataFolder)
  if (url === undefined) return { store: openStore({ path: file, clock, logger }), folder: undefined }
  // Keys and connection file are one process's, wherever the rows are.
  const folder = holdFolder(dataFolder, clock.now())
  if (hasDatabaseFile(dataFolder))
    logger.warn('the database file of this data folder is not read: DATABASE_URL names another', { file })
  try {
    return { store: openPostgres({ url, clock, logger }), folder }
  } catch (error) {
    folder.release()
    throw error
  }
}
