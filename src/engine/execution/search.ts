/** The SQL that finds executions. What an index finds is found whatever there is; text is looked for in so many at a time. */
import { awaitsRedrive } from '../map-run/redrive-rows.ts'
import type { Queries } from '../registry.ts'
import { from, listColumns, type ListedExecution, pendingRedrive } from './rows.ts'

export type ListFilter = {
  readonly machineId: number | undefined
  /** Only of a machine: those started through this version, or this alias. */
  readonly version?: number
  readonly alias?: string
  /** Children of this Map Run; of none: they are not among the executions of a machine. */
  readonly mapRunId?: number | undefined
  readonly redriven?: boolean | undefined
  readonly status: number | undefined
  /** Text in the name, in the error, in the input. */
  readonly name?: string | undefined
  readonly error?: string | undefined
  readonly input?: string | undefined
  readonly startedSince?: number | undefined
  readonly startedUntil?: number | undefined
  /** The id of the last one shown. */
  readonly before: number
}

type Condition = readonly [sql: string, value: number | string | undefined]

export type Found = {
  readonly rows: readonly ListedExecution[]
  /** Where text was looked for in so many only: how many, and the last of them. */
  readonly searched: number
  readonly last: number | undefined
}

/** What is looked at in one question. A name is a few bytes, an input may be millions. */
const usualWidth = { name: 50_000, input: 5000 }
const inputCharacters = 65_536

/** Newest first. */
export function searchExecutionRows(queries: Queries, filter: ListFilter, limit: number, widest = usualWidth): Found {
  const texts = textConditions(filter)
  if (texts.length === 0)
    return { rows: listExecutionRows(queries, filter, { texts, limit }), searched: 0, last: undefined }
  const searched = filter.input === undefined ? widest.name : widest.input
  const last = placeOf(queries, filter, searched)
  return { rows: listExecutionRows(queries, filter, { texts, limit, last }), searched, last }
}

type Text = { readonly texts: readonly Condition[]; readonly limit: number; readonly last?: number | undefined }

function listExecutionRows(
  queries: Queries,
  filter: ListFilter,
  { texts, limit, last }: Text,
): readonly ListedExecution[] {
  const { machineId, mapRunId, status, before } = filter
  const narrowed = [...timeConditions(filter), ...texts]
  if (status === 0 && machineId === undefined && mapRunId === undefined && narrowed.length === 0) {
    return listRunning(queries, before, limit)
  }
  const { sql, values } = whereOf(filter, [...texts, [fromOn(mapRunId), last]])
  return queries
    .prepare<ListedExecution>(`SELECT ${listColumns} ${from} WHERE ${sql} ORDER BY ${orderOf(mapRunId)} DESC LIMIT ?`)
    .all(...values, limit)
}

const orderOf = (mapRunId: number | undefined): string => (mapRunId === undefined ? 'e.id' : 'e.map_index')
const fromOn = (mapRunId: number | undefined): string =>
  mapRunId === undefined ? 'e.id >= ?' : 'e.map_index >= (SELECT map_index FROM execution WHERE id = ?)'

/** The id of the last of so many that what is no text would find; undefined where there are fewer. */
function placeOf(queries: Queries, filter: ListFilter, count: number): number | undefined {
  // What has not failed has no error: those are not counted.
  const failed = filter.error === undefined ? '' : ' AND e.status >= 2'
  const { sql, values } = whereOf(filter, [])
  return queries
    .prepare<{ id: number }>(
      `SELECT e.id AS id FROM execution e WHERE ${sql}${failed} ORDER BY ${orderOf(filter.mapRunId)} DESC LIMIT 1 OFFSET ?`,
    )
    .get(...values, count - 1)?.id
}

function whereOf(filter: ListFilter, more: readonly Condition[]) {
  const { machineId, mapRunId, status, before } = filter
  const all: readonly Condition[] = [
    mapRunId === undefined ? ['e.id < ?', before] : [startedBefore, before],
    ['e.map_run_id = ?', mapRunId],
    ['e.machine_id = ?', machineId],
    ['e.version = ?', filter.version],
    ['e.alias = ?', filter.alias],
    ...timeConditions(filter),
    ...more,
  ]
  const set = given(all)
  const conditions = [
    ...set.map(([sql]) => sql),
    ...(mapRunId === undefined ? ['e.map_run_id IS NULL'] : []),
    ...(filter.redriven === undefined ? [] : [`e.redrive_count ${filter.redriven ? '> 0' : '= 0'}`]),
    ...(status === undefined ? [] : [statusCondition(status, mapRunId !== undefined)]),
  ]
  return { sql: conditions.join(' AND '), values: set.flatMap(([, value]) => (value === undefined ? [] : [value])) }
}

/** Children are started in the order of their items, and found in it. */
const startedBefore = `e.map_index < COALESCE((SELECT map_index FROM execution WHERE id = ?), ${Number.MAX_SAFE_INTEGER})`

const given = (conditions: readonly Condition[]): readonly Condition[] =>
  conditions.filter(([, value]) => value !== undefined)

const timeConditions = ({ startedSince, startedUntil }: ListFilter): readonly Condition[] =>
  given([
    ['e.started_at >= ?', startedSince],
    ['e.started_at < ?', startedUntil],
  ])

/** What no index helps with. */
const textConditions = ({ name, error, input }: ListFilter): readonly Condition[] =>
  given([
    ["LOWER(e.name) LIKE ? ESCAPE '!'", containing(name)],
    ["LOWER(e.error) LIKE ? ESCAPE '!'", containing(error)],
    [`LOWER(SUBSTR(e.input, 1, ${inputCharacters})) LIKE ? ESCAPE '!'`, containing(input)],
  ])

const containing = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : `%${text.toLowerCase().replaceAll(/[!%_]/g, '!$&')}%`

/** Written out, so that the index on the few that failed among many is used. */
function statusCondition(status: number, ofMapRun: boolean): string {
  if (status < 2) return `e.status = ${status}`
  if (status === pendingRedrive) return `e.status >= 2 AND ${isPending}`
  return `e.status >= 2 AND e.status = ${status}${ofMapRun ? ` AND NOT ${isPending}` : ''}`
}

const isPending = `EXISTS (SELECT 1 FROM map_run r WHERE r.id = e.map_run_id AND ${awaitsRedrive})`

/**
 * The few that run among many that have ended: the `+` keeps the database from reading all of them in their order, and a
 * machine of whatever number is asked for because their index is one by machine.
 */
function listRunning(queries: Queries, before: number, limit: number): readonly ListedExecution[] {
  const running = `SELECT id FROM execution WHERE status = 0 AND map_run_id IS NULL AND machine_id > 0 AND +id < ?
    ORDER BY +id DESC LIMIT ?`
  return queries
    .prepare<ListedExecution>(`SELECT ${listColumns} ${from} WHERE e.id IN (${running}) ORDER BY e.id DESC`)
    .all(before, limit)
}
