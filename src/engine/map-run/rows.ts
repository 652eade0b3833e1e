/** The SQL of Map Runs. */
import type { Attempt, MapRunPlan } from '../../asl/index.ts'
import type { JsonText } from '../../base/index.ts'
import type { Transaction } from '../../store/index.ts'
import type { Queries } from '../registry.ts'
import { settlePending } from './redrive-rows.ts'

export const runStatuses = ['RUNNING', 'SUCCEEDED', 'FAILED', 'ABORTED'] as const
export type MapRunStatus = (typeof runStatuses)[number]
export const runStatus = { running: 0, succeeded: 1, failed: 2, aborted: 3 } as const

/** How a child has ended. */
export type ChildEnd = 'succeeded' | 'failed' | 'timedOut' | 'aborted'

/** Children, and the items they were given. */
export type Tally = {
  readonly [K in ChildEnd | 'started' | 'running' | 'pendingRedrive' | 'notRedrivable']: readonly [
    children: number,
    items: number,
  ]
}

export type MapRunRow = Attempt & {
  readonly id: number
  readonly arn: string
  readonly executionId: number
  readonly state: number
  readonly label: string
  readonly status: number
  readonly open: number
  readonly startedAt: number
  readonly stoppedAt: number | null
  readonly maxConcurrency: number
  readonly toleratedCount: number | null
  readonly toleratedPercentage: number | null
  readonly error: string | null
  readonly cause: string | null
  readonly cursor: JsonText | null
  readonly total: number | null
  readonly totalItems: number | null
  readonly started: number
  readonly startedItems: number
  readonly running: number
  readonly runningItems: number
  readonly succeeded: number
  readonly succeededItems: number
  readonly failed: number
  readonly failedItems: number
  readonly timedOut: number
  readonly timedOutItems: number
  readonly aborted: number
  readonly abortedItems: number
  readonly written: number
  readonly writtenItems: number
  readonly redriveCount: number
  readonly redrivenAt: number | null
  readonly redriving: number
  readonly pendingRedrive: number
  readonly pendingRedriveItems: number
  readonly notRedrivable: number
  readonly notRedrivableItems: number
}

const columns = `id, arn, execution_id AS "executionId", frame, entered_id AS "enteredId", attempt, state, label, status,
  open, started_at AS "startedAt", stopped_at AS "stoppedAt", max_concurrency AS "maxConcurrency",
  tolerated_count AS "toleratedCount", tolerated_percentage AS "toleratedPercentage", error, cause,
  item_cursor AS cursor, total, total_items AS "totalItems", started, started_items AS "startedItems", running,
  running_items AS "runningItems", succeeded, succeeded_items AS "succeededItems", failed,
  failed_items AS "failedItems", timed_out AS "timedOut", timed_out_items AS "timedOutItems", aborted,
  aborted_items AS "abortedItems", written, written_items AS "writtenItems", redrive_count AS "redriveCount",
  redriven_at AS "redrivenAt", redriving, pending_redrive AS "pendingRedrive",
  pending_redrive_items AS "pendingRedriveItems", not_redrivable AS "notRedrivable",
  not_redrivable_items AS "notRedrivableItems"`

/** What of the plan is not in the row itself. */
export type StoredPlan = Pick<MapRunPlan, 'source' | 'batches' | 'results' | 'executionType'>

export type NewMapRun = {
  readonly executionId: number
  readonly at: Attempt
  readonly plan: MapRunPlan
  readonly startedAt: number
}

export function insertMapRun(tx: Transaction, { executionId, at, plan, startedAt }: NewMapRun): number {
  const { source, batches, results, executionType } = plan
  const known = source.kind === 'state' ? source.length : null
  const id = tx
    .prepare(
      `INSERT INTO map_run (arn, execution_id, frame, entered_id, attempt, state, label, status, open, started_at,
       max_concurrency, tolerated_count, tolerated_percentage, total, total_items)
       VALUES (?, ?, ?, ?, ?, ?, ?, 0, 1, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      plan.arn,
      executionId,
      at.frame,
      at.enteredId,
      at.attempt,
      plan.state,
      plan.label,
      startedAt,
      plan.maxConcurrency,
      plan.toleratedCount ?? null,
      plan.toleratedPercentage ?? null,
      batches === undefined ? known : null,
      known,
    ).lastInsertRowid
  const stored: StoredPlan = { source, batches, results, executionType }
  tx.prepare('INSERT INTO map_run_plan (map_run_id, plan) VALUES (?, ?)').run(id, JSON.stringify(stored))
  return id
}

export function loadMapRun(queries: Queries, id: number): MapRunRow | undefined {
  return queries.prepare<MapRunRow>(`SELECT ${columns} FROM map_run WHERE id = ?`).get(id)
}

/** Until the transaction ends no other one changes it: two nodes may come with the same children. */
export function lockMapRun(tx: Transaction, id: number): void {
  tx.prepare('UPDATE map_run SET open = open WHERE id = ?').run(id)
}

export function findMapRun(queries: Queries, arn: string): MapRunRow | undefined {
  return queries.prepare<MapRunRow>(`SELECT ${columns} FROM map_run WHERE arn = ?`).get(arn)
}

/** Of one execution, the newest first. */
export function listMapRunRows(queries: Queries, executionId: number, before: number, limit: number): MapRunRow[] {
  return queries
    .prepare<MapRunRow>(`SELECT ${columns} FROM map_run WHERE execution_id = ? AND id < ? ORDER BY id DESC LIMIT ?`)
    .all(executionId, before, limit)
}

/** Written by `insertMapRun`. */
export function loadPlan(queries: Queries, id: number): StoredPlan {
  const row = queries.prepare<{ plan: string }>('SELECT plan FROM map_run_plan WHERE map_run_id = ?').get(id)
  if (row === undefined) throw new Error(`the plan of map run ${id} is missing`)
  return JSON.parse(row.plan) as StoredPlan
}

/** Runs that have something left to be done. */
export function openMapRuns(queries: Queries): readonly number[] {
  return queries
    .prepare<{ id: number }>('SELECT id FROM map_run WHERE open = 1 ORDER BY id')
    .all()
    .map(({ id }) => id)
}

/** Adds to the counters, so that two writers of different children do not undo each other's. */
export function addToMapRun(tx: Transaction, id: number, tally: Tally): void {
  const { started, running, succeeded, failed, timedOut, aborted, pendingRedrive, notRedrivable } = tally
  tx.prepare(
    `UPDATE map_run SET started = started + ?, started_items = started_items + ?, running = running + ?,
     running_items = running_items + ?, succeeded = succeeded + ?, succeeded_items = succeeded_items + ?,
     failed = failed + ?, failed_items = failed_items + ?, timed_out = timed_out + ?,
     timed_out_items = timed_out_items + ?, aborted = aborted + ?, aborted_items = aborted_items + ?,
     pending_redrive = pending_redrive + ?, pending_redrive_items = pending_redrive_items + ?,
     not_redrivable = not_redrivable + ?, not_redrivable_items = not_redrivable_items + ? WHERE id = ?`,
  ).defer(
    ...started,
    ...running,
    ...succeeded,
    ...failed,
    ...timedOut,
    ...aborted,
    ...pendingRedrive,
    ...notRedrivable,
    id,
  )
}

export function moveCursor(tx: Transaction, id: number, cursor: JsonText): void {
  tx.prepare('UPDATE map_run SET item_cursor = ? WHERE id = ?').defer(cursor, id)
}

/** No items are left: there are as many children as have been started. */
export function settleTotal(tx: Transaction, id: number): void {
  tx.prepare('UPDATE map_run SET total = started, total_items = started_items WHERE id = ?').defer(id)
}

/** From here on nothing of it is started; what it fails of first counts. */
export function failMapRun(tx: Transaction, id: number, error: string, cause: string): void {
  tx.prepare('UPDATE map_run SET error = ?, cause = ? WHERE id = ? AND error IS NULL AND status = 0').run(
    error,
    cause,
    id,
  )
}

export type MapRunEnd = {
  readonly status: number
  readonly stoppedAt: number
  readonly written: readonly [children: number, items: number]
  /** Of one that failed; null keeps what is there. */
  readonly error: string | null
  readonly cause: string | null
}

/** False when it had ended already. */
export function closeMapRun(tx: Transaction, id: number, end: MapRunEnd): boolean {
  const { status, stoppedAt, written, error, cause } = end
  return (
    tx
      .prepare(
        `UPDATE map_run SET status = ?, stopped_at = ?, open = 0, written = ?, written_items = ?,
         error = COALESCE(?, error), cause = COALESCE(?, cause) WHERE id = ? AND status = 0 AND open = 1
         AND redriving = 0`,
      )
      .run(status, stoppedAt, ...written, error, cause, id).changes > 0
  )
}

/** The children of a run that was aborted have been stopped: nothing is left to be done. */
export function settleAborted(tx: Transaction, id: number): void {
  tx.prepare('UPDATE map_run SET open = 0 WHERE id = ? AND status = ? AND redriving = 0').run(id, runStatus.aborted)
}

/** Runs of an execution that nobody waits for any more: all of them, or that of one attempt. */
export function abortMapRuns(
  tx: Transaction,
  executionId: number,
  attempt: Attempt | undefined,
  stoppedAt: number,
): readonly { readonly id: number; readonly arn: string }[] {
  const open = tx
    .prepare<Attempt & { id: number; arn: string }>(
      `SELECT id, arn, frame, entered_id AS "enteredId", attempt FROM map_run
       WHERE execution_id = ? AND (status = 0 OR redriving = 1) AND open = 1`,
    )
    .all(executionId)
  const meant = open.filter(
    (run) =>
      attempt === undefined ||
      (run.frame === attempt.frame && run.enteredId === attempt.enteredId && run.attempt === attempt.attempt),
  )
  for (const { id } of meant) {
    settlePending(tx, id)
    tx.prepare('UPDATE map_run SET status = ?, stopped_at = ?, redriving = 0 WHERE id = ?').run(
      runStatus.aborted,
      stoppedAt,
      id,
    )
  }
  return meant
}

export type NewChild = {
  readonly machineId: number
  readonly revisionId: number
  readonly machineName: string
  readonly name: string
  readonly startedAt: number
  readonly input: JsonText
  readonly mapRunId: number
  readonly mapIndex: number
  readonly itemCount: number
  /** The redrive of its run in which it is started. */
  readonly mapRedrive: number
  /** The life of the node that starts it. */
  readonly node: number | null
}

export function insertChild(tx: Transaction, row: NewChild): number {
  return tx
    .prepare(
      `INSERT INTO execution (machine_id, revision_id, machine_name, name, status, started_at, input, busy, map_run_id,
       map_index, item_count, map_redrive, node) VALUES (?, ?, ?, ?, 0, ?, ?, 1, ?, ?, ?, ?, ?)`,
    )
    .insert(
      row.machineId,
      row.revisionId,
      row.machineName,
      row.name,
      row.startedAt,
      row.input,
      row.mapRunId,
      row.mapIndex,
      row.itemCount,
      row.mapRedrive,
      row.node,
    )
}

export function runningChildren(queries: Queries, id: number, limit: number): readonly number[] {
  return queries
    .prepare<{ id: number }>('SELECT id FROM execution WHERE map_run_id = ? AND status = 0 ORDER BY id LIMIT ?')
    .all(id, limit)
    .map((row) => row.id)
}

/** A child that has ended, as its run's results tell of it. */
export type ChildRow = {
  readonly index: number
  readonly machineName: string
  readonly name: string
  readonly status: number
  readonly startedAt: number
  readonly stoppedAt: number | null
  readonly input: JsonText
  readonly output: JsonText | null
  readonly error: string | null
  readonly cause: string | null
  readonly redriveCount: number
}

export type Range = { readonly after: number; readonly before: number; readonly limit: number }

/** In the order of the items, those whose numbers stand between the two. */
export function childRows(
  queries: Queries,
  id: number,
  which: 'succeeded' | 'failed',
  { after, before, limit }: Range,
): readonly ChildRow[] {
  return queries
    .prepare<ChildRow>(
      `SELECT map_index AS "index", machine_name AS "machineName", name, status, started_at AS "startedAt",
       stopped_at AS "stoppedAt", input, output, error, cause, redrive_count AS "redriveCount" FROM execution
       WHERE map_run_id = ? AND map_index > ? AND map_index < ? AND status ${which === 'succeeded' ? '= 1' : '> 1'}
       ORDER BY map_index LIMIT ?`,
    )
    .all(id, after, before, limit)
}

/** Outputs alone, of those that have succeeded: millions of them may be wanted, and nothing else of their rows. */
export function childOutputs(
  queries: Queries,
  id: number,
  { after, before, limit }: Range,
): readonly Pick<ChildRow, 'index' | 'output'>[] {
  return queries
    .prepare<Pick<ChildRow, 'index' | 'output'>>(
      `SELECT map_index AS "index", output FROM execution
       WHERE map_run_id = ? AND map_index > ? AND map_index < ? AND status = 1 ORDER BY map_index LIMIT ?`,
    )
    .all(id, after, before, limit)
}

export type Bounds = {
  readonly maxConcurrency: number
  readonly toleratedFailureCount: number | null
  readonly toleratedFailurePercentage: number | null
}

export function changeMapRun(tx: Transaction, id: number, bounds: Bounds): void {
  const { maxConcurrency, toleratedFailureCount, toleratedFailurePercentage } = bounds
  tx.prepare('UPDATE map_run SET max_concurrency = ?, tolerated_count = ?, tolerated_percentage = ? WHERE id = ?').run(
    maxConcurrency,
    toleratedFailureCount,
    toleratedFailurePercentage,
    id,
  )
}
