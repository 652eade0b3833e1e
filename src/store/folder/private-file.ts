/** Small files of the data folder that only their owner may read: names, keys, addresses. */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileFaultOf } from './file-fault.ts'

/** Undefined when there is no such file. */
export function readPrivate(file: string): Buffer | undefined {
  try {
    return readFileSync(file)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw fileFaultOf(error, dirname(file))
  }
}

/**
 * Never seen half written; content and name are on the disk when this returns, so that nothing which is committed
 * afterwards can outlive it. @throws HoldfastError store.full, store.disk_failed, store.folder_unwritable
 */
export function writePrivate(file: string, content: string | Uint8Array): void {
  const draft = `${file}.new`
  try {
    // What a crash left behind may have another mode.
    rmSync(draft, { force: true })
    writeFileSync(draft, content, { mode: 0o600, flush: true })
    renameSync(draft, file)
    syncFolder(dirname(file))
  } catch (error) {
    throw fileFaultOf(error, dirname(file))
  }
}

/** That a file is there under its name is the folder's to remember. Windows has no such call, and needs none. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const directory = openSync(folder, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}
