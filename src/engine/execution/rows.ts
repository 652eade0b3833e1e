/** The SQL that reads executions for people and programs. */
import type { JsonText } from '../../base/index.ts'
import { type Account, executionArn, parseExecutionArn, qualifiedArn } from '../arn.ts'
import type { ExecutionDescription, ExecutionStatus, ExecutionSummary } from '../contract.ts'
import { executionMissing } from '../errors.ts'
import { awaitsRedrive } from '../map-run/redrive-rows.ts'
import type { Queries } from '../registry.ts'

const statuses: readonly ExecutionStatus[] = [
  'RUNNING',
  'SUCCEEDED',
  'FAILED',
  'TIMED_OUT',
  'ABORTED',
  // Never stored: it follows from its run.
  'PENDING_REDRIVE',
]
const pendingRedrive = 5
export const statusNumber = (status: ExecutionStatus): number => statuses.indexOf(status)

export type ExecutionRecord = {
  readonly id: number
  readonly machineName: string
  readonly machineArn: string
  readonly revisionId: number
  readonly name: string
  readonly status: number
  readonly startedAt: number
  readonly stoppedAt: number | null
  readonly input: JsonText
  readonly output: JsonText | null
  readonly error: string | null
  readonly cause: string | null
  readonly traceHeader: string | null
  readonly digest: string | null
  readonly machineStatus: string
} & Provenance

/** What it was started through, and how often it was redriven. */
type Provenance = {
  readonly version: number | null
  readonly alias: string | null
  readonly redriveCount: number
  readonly redrivenAt: number | null
  /** Of a child of a Map Run. */
  readonly mapRunArn: string | null
  readonly itemCount: number | null
  /** 1: it has failed, and will run again in the redrive that is under way. */
  readonly awaitsRedrive: number | null
}

const provenance = `e.version AS version, e.alias AS alias, e.redrive_count AS redriveCount, e.redriven_at AS redrivenAt,
  e.item_count AS itemCount, (SELECT arn FROM map_run WHERE map_run.id = e.map_run_id) AS mapRunArn,
  (SELECT CASE WHEN ${awaitsRedrive} THEN 1 ELSE 0 END FROM map_run r WHERE r.id = e.map_run_id) AS awaitsRedrive`
const columns = `e.id AS id, e.machine_name AS machineName, m.arn AS machineArn, e.revision_id AS revisionId,
  e.name AS name, e.status AS status, e.started_at AS startedAt, e.stopped_at AS stoppedAt, e.input AS input,
  e.output AS output, e.error AS error, e.cause AS cause, e.trace_header AS traceHeader, e.digest AS digest,
  m.status AS machineStatus, ${provenance}`
const from = 'FROM execution e JOIN state_machine m ON m.id = e.machine_id'
const listColumns = `e.id AS id, e.machine_name AS machineName, m.arn AS machineArn, e.name AS name,
  e.status AS status, e.started_at AS startedAt, e.stopped_at AS stoppedAt, e.error AS error, ${provenance}`

/** @throws HoldfastError arn.invalid, execution.missing */
export function requireExecution(queries: Queries, account: Account, arn: string): ExecutionRecord {
  const { machineName: machine, label, name } = parseExecutionArn(arn)
  const machineName = label === undefined ? machine : `${machine}/${label}`
  const row = queries
    .prepare<ExecutionRecord>(`SELECT ${columns} ${from} WHERE e.machine_name = ? AND e.name = ?`)
    .get(machineName, name)
  if (row === undefined || executionArn(account, machineName, name) !== arn) throw executionMissing(arn)
  return row
}

/** Without reading its payloads. One that is no longer kept does not run. */
export function isRunning(queries: Queries, id: number): boolean {
  return queries.prepare<{ status: number }>('SELECT status FROM execution WHERE id = ?').get(id)?.status === 0
}

export type ListedExecution = Pick<
  ExecutionRecord,
  'id' | 'machineName' | 'machineArn' | 'name' | 'status' | 'startedAt' | 'stoppedAt' | 'error' | keyof Provenance
>

export type ListFilter = {
  readonly machineId: number | undefined
  /** Only of a machine: those started through this version, or this alias. */
  readonly version?: number
  readonly alias?: string
  /** Children of this Map Run; of none: they are not among the executions of a machine. */
  readonly mapRunId?: number | undefined
  readonly redriven?: boolean | undefined
  readonly status: number | undefined
  /** Text in the name, text in the error. */
  readonly name?: string | undefined
  readonly error?: string | undefined
  readonly startedSince?: number | undefined
  readonly startedUntil?: number | undefined
  /** The id of the last one shown. */
  readonly before: number
}

type Condition = readonly [sql: string, value: number | string | undefined]

/** Newest first. */
export function listExecutionRows(queries: Queries, filter: ListFilter, limit: number): readonly ListedExecution[] {
  const { machineId, mapRunId, status, before } = filter
  const searched = searchConditions(filter)
  if (status === 0 && machineId === undefined && mapRunId === undefined && searched.length === 0) {
    return listRunning(queries, before, limit)
  }
  const all: readonly Condition[] = [
    mapRunId === undefined ? ['e.id < ?', before] : [startedBefore, before],
    ['e.map_run_id = ?', mapRunId],
    ['e.machine_id = ?', machineId],
    ['e.version = ?', filter.version],
    ['e.alias = ?', filter.alias],
    ...searched,
  ]
  const given = all.filter(([, value]) => value !== undefined)
  const conditions = [
    ...given.map(([sql]) => sql),
    ...(mapRunId === undefined ? ['e.map_run_id IS NULL'] : []),
    ...(filter.redriven === undefined ? [] : [`e.redrive_count ${filter.redriven ? '> 0' : '= 0'}`]),
    ...(status === undefined ? [] : [statusCondition(status, mapRunId !== undefined)]),
  ]
  const order = mapRunId === undefined ? 'e.id' : 'e.map_index'
  return queries
    .prepare<ListedExecution>(
      `SELECT ${listColumns} ${from} WHERE ${conditions.join(' AND ')} ORDER BY ${order} DESC LIMIT ?`,
    )
    .all(...given.flatMap(([, value]) => (value === undefined ? [] : [value])), limit)
}

/** Children are started in the order of their items, and found in it. */
const startedBefore = `e.map_index < COALESCE((SELECT map_index FROM execution WHERE id = ?), ${Number.MAX_SAFE_INTEGER})`

/** What no index helps with: read on, newest first, until a page is full. */
function searchConditions({ name, error, startedSince, startedUntil }: ListFilter): readonly Condition[] {
  const all: readonly Condition[] = [
    ["LOWER(e.name) LIKE ? ESCAPE '!'", containing(name)],
    ["LOWER(e.error) LIKE ? ESCAPE '!'", containing(error)],
    ['e.started_at >= ?', startedSince],
    ['e.started_at < ?', startedUntil],
  ]
  return all.filter(([, value]) => value !== undefined)
}

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

export function summaryOf(account: Account, row: ListedExecution): ExecutionSummary {
  const label = row.machineName.split('/')[1]
  return {
    arn: executionArn(account, row.machineName, row.name),
    stateMachineArn: label === undefined ? row.machineArn : `${row.machineArn}/${label}`,
    name: row.name,
    status: statuses[row.awaitsRedrive === 1 ? pendingRedrive : row.status] ?? 'RUNNING',
    startedAt: row.startedAt,
    ...(row.stoppedAt === null ? {} : { stoppedAt: row.stoppedAt }),
    ...(row.error === null ? {} : { error: row.error }),
    ...(row.version === null ? {} : { versionArn: qualifiedArn(row.machineArn, row.version) }),
    ...(row.alias === null ? {} : { aliasArn: qualifiedArn(row.machineArn, row.alias) }),
    redriveCount: row.redriveCount,
    ...(row.redrivenAt === null ? {} : { redrivenAt: row.redrivenAt }),
    ...(row.mapRunArn === null ? {} : { mapRunArn: row.mapRunArn }),
    ...(row.itemCount === null ? {} : { itemCount: row.itemCount }),
  }
}

/** Keys are absent where AWS leaves them out: no error of one that timed out, no output of one that failed. */
export function descriptionOf(account: Account, row: ExecutionRecord): ExecutionDescription {
  const { input, output, cause, traceHeader } = row
  return {
    ...summaryOf(account, row),
    input,
    ...(output === null ? {} : { output }),
    ...(cause === null ? {} : { cause }),
    ...(traceHeader === null ? {} : { traceHeader }),
  }
}
