/** What PostgreSQL and the way to it refuse, told in the store's words. */
import type { HoldfastError } from '../../base/index.ts'
import {
  busy,
  commitUnknown,
  constraint,
  damaged,
  databaseMissing,
  databaseUnreachable,
  diskFailed,
  loginRefused,
  notUnique,
  queryFailed,
  rightsMissing,
  serverFull,
} from '../errors.ts'
import type { Failure } from './wire.ts'

/** By SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html), the most special first. */
const byCode: readonly (readonly [RegExp, (failure: Failure, place: string, cause: Error) => HoldfastError])[] = [
  [/^23505$/, (failure, _, cause) => notUnique(columnsIn(failure), cause)],
  [/^(23|22)...$/, ({ message }, _, cause) => constraint(message, cause)],
  [/^28...$/, ({ message }, place, cause) => loginRefused(place, message, cause)],
  [/^3D000$/, (_, place, cause) => databaseMissing(place, cause)],
  [/^42501$/, ({ message }, place, cause) => rightsMissing(place, message, cause)],
  [/^53100$/, (_, place, cause) => serverFull(place, cause)],
  [/^(58...)$/, ({ message }, place, cause) => diskFailed(place, message, cause)],
  [/^XX00[12]$/, ({ message }, place, cause) => damaged(place, message, cause)],
  [/^(40001|40P01|55P03)$/, (_, __, cause) => busy(cause)],
  // Overloaded, shutting down, starting, or a standby that only reads: all of that may pass, or another takes its place.
  [/^(53...|57...|08...|25006|25P03)$/, ({ message }, place, cause) => databaseUnreachable(place, message, cause)],
]

export function faultOf(failure: Failure, place: string): HoldfastError {
  const { code = '', message, lost, unknown } = failure
  const cause = new Error(message)
  if (unknown === true) return commitUnknown(place, cause)
  const told = byCode.find(([pattern]) => pattern.test(code))?.[1](failure, place, cause)
  if (told !== undefined) return told
  return lost ? databaseUnreachable(place, message, cause) : queryFailed(message, cause)
}

export const isFault = (error: unknown): error is HoldfastError =>
  error instanceof Error && 'code' in error && 'kind' in error

/** The batch cannot go on: the transaction it runs in is gone, or will be. */
export function endsBatch(fault: HoldfastError): boolean {
  return batchEnds.has(fault.code)
}

const batchEnds: ReadonlySet<string> = new Set([
  'store.busy',
  'store.closed',
  'store.commit_unknown',
  'store.damaged',
  'store.disk_failed',
  'store.full',
  'store.login',
  'store.rights',
  'store.unreachable',
])

/** `Key (region, name)=(eu, a) already exists.`, in whatever language → `machines.region, machines.name`. */
function columnsIn({ detail = '', table }: Failure): string {
  const columns = /\(([^()]*(?:\([^()]*\))?[^()]*)\)=\(/.exec(detail)?.[1] ?? ''
  return columns
    .split(', ')
    .map((column) => (table === undefined ? column : `${table}.${column}`))
    .join(', ')
}
