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
export const pendingRedrive = 5
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
export const from = 'FROM execution e JOIN state_machine m ON m.id = e.machine_id'
export const listColumns = `e.id AS id, e.machine_name AS machineName, m.arn AS machineArn, e.name AS name,
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
