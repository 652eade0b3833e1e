/** What node:sqlite throws, told in our words. */
import { HoldfastError } from '../../base/index.ts'
import { busy, constraint, damaged, diskFailed, notUnique, queryFailed } from '../errors.ts'
import { fullAt } from '../folder/free-space.ts'

/** Primary result codes of SQLite (https://sqlite.org/rescode.html); the extended code is above the low byte. */
const code = {
  busy: 5,
  locked: 6,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  constraint: 19,
  notADatabase: 26,
}
const uniqueCodes: readonly number[] = [1555, 2067, 2579]

/** The error that a person can act on. `folder` is where the database lies. */
export function faultOf(error: unknown, folder: string): unknown {
  if (error instanceof HoldfastError) return error
  const sqlite = sqliteCode(error)
  if (sqlite === undefined) return error
  const detail = error instanceof Error ? error.message : String(error)
  switch (sqlite & 0xff) {
    case code.busy:
    case code.locked:
      return busy(error)
    case code.full:
      return fullAt(folder, error)
    case code.ioError:
    case code.cannotOpen:
      return diskFailed(folder, detail, error)
    case code.corrupt:
    case code.notADatabase:
      return damaged(folder, detail, error)
    case code.constraint:
      return uniqueCodes.includes(sqlite) ? notUnique(columnsIn(detail), error) : constraint(detail, error)
    default:
      return queryFailed(detail, error)
  }
}

/** Whether the fault is the disk's: then the whole batch is undone, for SQLite may already have done so. */
export function isDiskFault(error: unknown): error is HoldfastError {
  return error instanceof HoldfastError && ['store.full', 'store.disk_failed', 'store.damaged'].includes(error.code)
}

function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined
  return typeof error.errcode === 'number' ? error.errcode : undefined
}

/** `UNIQUE constraint failed: machines.name, machines.region` → `machines.name, machines.region`. */
function columnsIn(detail: string): string {
  return detail.slice(detail.indexOf(': ') + 2)
}
