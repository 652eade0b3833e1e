/** The data folder of a process whose rows are elsewhere. */
import { prepareFolder } from './folder.ts'
import { type FolderLock, lockFolder } from './lock.ts'
import { type ProcessName, thisProcess } from './process.ts'

/** Makes the folder if need be, and takes it. @throws HoldfastError store.folder_in_use, store.folder_foreign, … */
export function holdFolder(folder: string, nowMs: number, owner: ProcessName = thisProcess()): FolderLock {
  prepareFolder(folder)
  return lockFolder(folder, owner, nowMs)
}
