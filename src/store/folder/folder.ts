/** The data folder: its owner's alone (700), its files too (600). */
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { folderForeign } from '../errors.ts'
import { fileFaultOf } from './file-fault.ts'
import { syncFolder } from './private-file.ts'

/** Files that only a Holdfast folder holds. */
const ours = ['owner.lock', 'holdfast.sqlite']

/** Makes the folder if need be and closes it to others. @throws HoldfastError store.folder_foreign, store.folder_unwritable, store.full */
export function prepareFolder(folder: string): void {
  try {
    makeFolders(folder)
    if ((statSync(folder).mode & 0o077) === 0 || process.platform === 'win32') return
    // Somebody may have named /tmp or a home folder: its mode is not ours to change.
    const files = readdirSync(folder)
    if (files.length > 0 && !ours.some((file) => files.includes(file))) throw folderForeign(folder)
    chmodSync(folder, 0o700)
  } catch (error) {
    throw fileFaultOf(error, folder)
  }
}

/** Level by level: Node's own `recursive` tries for ever where the folder above is there but takes none, as in /proc. */
function makeFolders(folder: string): void {
  if (!existsSync(dirname(folder))) makeFolders(dirname(folder))
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    // Also when another process was faster.
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error
  }
}

/** Before SQLite makes it: SQLite gives its -wal and -shm files the mode of the database. */
export function prepareFile(folder: string, name: string): string {
  const file = join(folder, name)
  try {
    if (existsSync(file)) chmodSync(file, 0o600)
    else makeFile(folder, file)
  } catch (error) {
    throw fileFaultOf(error, folder)
  }
  return file
}

function makeFile(folder: string, file: string): void {
  closeSync(openSync(file, 'a', 0o600))
  // SQLite syncs what it writes into the file, but not that the file is there at all.
  syncFolder(folder)
}
