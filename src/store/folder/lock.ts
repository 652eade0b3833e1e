/**
 * One process per data folder. The truth is a lock of the operating system, held through an SQLite transaction on
 * `owner.lock`: it falls with the process however that ends, and no reused process id can fake it. `owner.json` beside it
 * only names the owner, for the message to the one who is refused.
 *
 * Nothing in this process may open `owner.lock` by other means: POSIX drops a process's locks on a file when any of its
 * descriptors of that file is closed.
 */
import { chmodSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { folderInUse } from '../errors.ts'
import { faultOf } from '../sqlite/fault.ts'
import { writePrivate } from './private-file.ts'
import { isAlive, type ProcessName, processStart } from './process.ts'

type Owner = ProcessName & { readonly startedAt: string; readonly processStart?: string }

export interface FolderLock {
  /** Idempotent. */
  release(): void
}

/** @throws HoldfastError store.folder_in_use, store.full */
export function lockFolder(folder: string, self: ProcessName, nowMs: number): FolderLock {
  const database = new DatabaseSync(join(folder, 'owner.lock'), { timeout: 0 })
  const nameFile = join(folder, 'owner.json')
  try {
    chmodSync(join(folder, 'owner.lock'), 0o600)
    // EXCLUSIVE takes the file's exclusive lock at once and keeps it as long as the transaction is open.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    const fault = faultOf(error, folder)
    throw isBusy(fault) ? folderInUse(folder, describeOwner(nameFile, self.host)) : fault
  }
  try {
    writeOwner(nameFile, { ...self, startedAt: new Date(nowMs).toISOString(), ...startOf(self.pid) })
  } catch (error) {
    database.close()
    throw error
  }
  return {
    release() {
      if (!database.isOpen) return
      // The name goes first: once the lock is free, the file may already be another's.
      rmSync(nameFile, { force: true })
      database.close()
    },
  }
}

const isBusy = (fault: unknown): boolean => fault instanceof Error && 'code' in fault && fault.code === 'store.busy'

function startOf(pid: number): { processStart?: string } {
  const start = processStart(pid)
  return start === undefined ? {} : { processStart: start }
}

function writeOwner(file: string, owner: Owner): void {
  writePrivate(file, `${JSON.stringify(owner)}\n`)
}

function describeOwner(file: string, host: string): string {
  const owner = readOwner(file)
  // The lock's holder writes its name just after it took the lock; until then the file may name its dead predecessor.
  if (owner === undefined || isGone(owner, host)) return 'another process that has not written its name yet'
  return `process ${owner.pid} on ${owner.host}, started ${owner.startedAt}: ${owner.command}`
}

function isGone(owner: Owner, host: string): boolean {
  if (owner.host !== host) return false
  if (!isAlive(owner.pid)) return true
  return owner.processStart !== undefined && processStart(owner.pid) !== owner.processStart
}

function readOwner(file: string): Owner | undefined {
  try {
    const owner: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return isOwner(owner) ? owner : undefined
  } catch {
    // No file or no JSON: the owner has no name to tell, which is all the reader needs to know.
    return undefined
  }
}

/** The cast only names the members; each is then tested. */
function isOwner(value: unknown): value is Owner {
  if (typeof value !== 'object' || value === null) return false
  const { pid, host, command, startedAt } = value as Partial<Record<keyof Owner, unknown>>
  return typeof pid === 'number' && [host, command, startedAt].every((text) => typeof text === 'string')
}
