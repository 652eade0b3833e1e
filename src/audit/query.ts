/** Looking records up: newest first, page by page. Records show up once they are sealed. */
import type { Reader, SqlValue } from '../store/index.ts'
import type { Action } from './actions.ts'
import { cursorInvalid } from './errors.ts'
import { noHash, type SealedRecord } from './record.ts'
import { recordColumns, sealedOf, type TrailRow } from './rows.ts'

export type TrailQuery = {
  readonly actor?: { readonly type?: string; readonly id: string }
  /** Ids of those of whom one did it. */
  readonly actors?: readonly string[]
  readonly action?: Action
  readonly subject?: { readonly type?: string; readonly id: string }
  readonly execution?: string
  readonly drill?: string
  /** In its action, ids or change, whatever the case of its letters. Only so many records are gone through for one page. */
  readonly text?: string
  /** Milliseconds since 1970 UTC, `since` ≤ at < `until`. */
  readonly since?: number
  readonly until?: number
  /** 100 unless told, 1000 at most. */
  readonly limit?: number
  readonly cursor?: string
}
/** `cursor` continues the list; absent at its end. */
export type TrailPage = { readonly items: readonly SealedRecord[]; readonly cursor?: string }

type Condition = readonly [sql: string, ...values: SqlValue[]]

/** Some 20 ms: whoever searches for what is not there goes on page by page, and the others are served meanwhile. */
const textScan = 10_000

/** @throws HoldfastError audit.cursor */
export function queryTrail(read: Reader, query: TrailQuery): TrailPage {
  const limit = Math.min(Math.max(1, Math.floor(query.limit ?? 100)), 1000)
  const floor = query.text === undefined ? 0 : floorOf(read, query)
  const conditions = conditionsOf(query, floor)
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(([sql]) => sql).join(' AND ')}`
  const rows = read.all<TrailRow & { readonly prev: string | null }>(
    `SELECT seq, clock_regress, hash, ${recordColumns}, ${previousHash} AS prev
      FROM trail AS record ${where} ORDER BY seq DESC LIMIT ?`,
    ...conditions.flatMap(([, ...values]) => values),
    limit + 1,
  )
  const items = rows.slice(0, limit).map((row) => sealedOf(row, row.prev ?? noHash))
  const last = items.at(-1)
  if (rows.length > limit && last !== undefined) return { items, cursor: `t${last.seq}` }
  return floor > 1 ? { items, cursor: `t${floor}` } : { items }
}

/** Of the record before, or of the cut that took its place. */
const previousHash = `coalesce((SELECT hash FROM trail AS before WHERE before.seq = record.seq - 1),
  (SELECT hash FROM trail_statements AS cut WHERE cut.kind = 'cut' AND cut.seq = record.seq - 1))`

/** A beginning gets an end too: only with both does SQLite take the index on time instead of reading on to the oldest record. */
function conditionsOf(query: TrailQuery, floor: number): Condition[] {
  const all: (readonly [string, SqlValue | undefined])[] = [
    ['actor_id = ?', query.actor?.id],
    ['actor_type = ?', query.actor?.type],
    ['action = ?', query.action],
    ['subject_id = ?', query.subject?.id],
    ['subject_type = ?', query.subject?.type],
    ['execution = ?', query.execution],
    ['drill = ?', query.drill],
    ['at >= ?', query.since],
    ['at < ?', query.until ?? (query.since === undefined ? undefined : Number.MAX_SAFE_INTEGER)],
    ['seq >= ?', floor === 0 ? undefined : floor],
    [`${searched} LIKE ? ESCAPE '!'`, query.text === undefined ? undefined : containing(query.text)],
    ['seq < ?', query.cursor === undefined ? undefined : seqOf(query.cursor)],
  ]
  const { actors } = query
  const anyOf: Condition[] =
    actors === undefined ? [] : [[`actor_id IN (${actors.map(() => '?').join(', ')})`, ...actors]]
  return [...anyOf, ...all.flatMap(([sql, value]): Condition[] => (value === undefined ? [] : [[sql, value]]))]
}

const searched = `LOWER(action || ' ' || actor_id || ' ' || subject_type || ' ' || subject_id || ' ' ||
  COALESCE(execution, '') || ' ' || COALESCE(change, ''))`

const containing = (text: string): string => `%${text.toLowerCase().replace(/[!%_]/g, '!$&')}%`

/** The lowest record that is gone through for this page; 0 when that is all that are left. */
function floorOf(read: Reader, { cursor }: TrailQuery): number {
  const end = cursor === undefined ? (newest(read) ?? 0) + 1 : seqOf(cursor)
  return Math.max(0, end - textScan)
}

const newest = (read: Reader): number | undefined =>
  read.get<{ seq: number }>('SELECT seq FROM trail ORDER BY seq DESC LIMIT 1')?.seq

function seqOf(cursor: string): number {
  const digits = /^t(\d{1,15})$/.exec(cursor)?.[1]
  if (digits === undefined) throw cursorInvalid(cursor)
  return Number(digits)
}
