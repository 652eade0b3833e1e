/** The SQL of redriving Map Runs. */
import type { Attempt } from '../../asl/index.ts'
import type { JsonText } from '../../base/index.ts'
import type { Transaction } from '../../store/index.ts'
import type { Queries } from '../registry.ts'

export type EndedRun = Attempt & {
  readonly id: number
  readonly arn: string
  readonly status: number
  readonly redriveCount: number
}

/** Runs of an execution, those of its last attempts last. */
export function runsOfExecution(queries: Queries, executionId: number): readonly EndedRun[] {
  return queries
    .prepare<EndedRun>(
      `SELECT id, arn, frame, entered_id AS "enteredId", attempt, status, redrive_count AS "redriveCount" FROM map_run
       WHERE execution_id = ? ORDER BY id`,
    )
    .all(executionId)
}

/** Whether the state that a scope ended in has given items to executions of their own. */
export function hasMapRunChildren(
  queries: Queries,
  executionId: number,
  { frame, visit }: { readonly frame: number; readonly visit: number },
): boolean {
  const found = queries
    .prepare('SELECT 1 FROM map_run WHERE execution_id = ? AND frame = ? AND entered_id = ? AND started > 0 LIMIT 1')
    .get(executionId, frame, visit)
  return found !== undefined
}

type Again = { readonly attempt: number; readonly redrivenAt: number }

/** It is its execution's again. Its children follow once what it may still be stopping has ended: see `reopenMapRun`. */
export function redriveMapRun(tx: Transaction, arn: string, { attempt, redrivenAt }: Again): number {
  tx.prepare(
    `UPDATE map_run SET redriving = 1, open = 1, stopped_at = NULL, attempt = ?, redrive_count = redrive_count + 1,
     redriven_at = ? WHERE arn = ?`,
  ).run(attempt, redrivenAt, arn)
  return tx.prepare<{ id: number }>('SELECT id FROM map_run WHERE arn = ?').get(arn)?.id ?? 0
}

/** It runs: what has failed waits for its turn. False when it does so already, or when something of it still ends. */
export function reopenMapRun(tx: Transaction, id: number): boolean {
  const { changes } = tx
    .prepare(
      `UPDATE map_run SET redriving = 0, status = 0, error = NULL, cause = NULL, written = 0, written_items = 0,
       pending_redrive = failed + timed_out + aborted,
       pending_redrive_items = failed_items + timed_out_items + aborted_items,
       failed = 0, failed_items = 0, timed_out = 0, timed_out_items = 0, aborted = 0, aborted_items = 0,
       not_redrivable = 0, not_redrivable_items = 0
       WHERE id = ? AND redriving = 1 AND running = 0`,
    )
    .run(id)
  return changes > 0
}

/** `e` is a child, `r` its run: it has failed before the last redrive of its run, and waits to run again. */
export const awaitsRedrive = 'e.status >= 2 AND e.map_redrive < r.redrive_count AND r.status = 0 AND r.redriving = 0'

export type PendingChild = { readonly id: number; readonly status: number; readonly itemCount: number }

/** In the order of the items. */
export function pendingChildren(queries: Queries, runId: number, limit: number): readonly PendingChild[] {
  return queries
    .prepare<PendingChild>(
      `SELECT e.id AS id, e.status AS status, e.item_count AS "itemCount" FROM execution e
       JOIN map_run r ON r.id = e.map_run_id
       WHERE e.map_run_id = ? AND ${awaitsRedrive} ORDER BY e.map_index LIMIT ?`,
    )
    .all(runId, limit)
}

/** It stays as it is: its turn in this redrive is over. */
export function passOver(tx: Transaction, executionId: number, redriveCount: number): void {
  tx.prepare('UPDATE execution SET map_redrive = ? WHERE id = ?').run(redriveCount, executionId)
}

/** What waited to run again when the run ends stays what it was. */
export function settlePending(tx: Transaction, id: number): void {
  const waiting = tx.prepare<{ n: number }>('SELECT pending_redrive AS n FROM map_run WHERE id = ?').get(id)?.n ?? 0
  if (waiting === 0) return
  const counted = tx
    .prepare<{ status: number; children: number; items: number }>(
      `SELECT e.status AS status, COUNT(*) AS children, SUM(e.item_count) AS items FROM execution e
       JOIN map_run r ON r.id = e.map_run_id WHERE e.map_run_id = ? AND ${awaitsRedrive}
       GROUP BY e.status`,
    )
    .all(id)
  for (const { status, children, items } of counted) {
    const column = columns[status] ?? 'aborted'
    tx.prepare(
      `UPDATE map_run SET pending_redrive = pending_redrive - ?, pending_redrive_items = pending_redrive_items - ?,
       ${column} = ${column} + ?, ${column}_items = ${column}_items + ? WHERE id = ?`,
    ).run(Number(children), Number(items), Number(children), Number(items), id)
  }
}

/** By the stored number of a status. */
const columns = ['running', 'succeeded', 'failed', 'timed_out', 'aborted']

export type EndedChild = { readonly input: JsonText; readonly mapIndex: number }

/** An express child is started anew: nothing of the old one is left but its input and its place. */
export function takeExpressChild(tx: Transaction, id: number): EndedChild {
  const child = tx.prepare<EndedChild>('SELECT input, map_index AS "mapIndex" FROM execution WHERE id = ?').get(id)
  if (child === undefined) throw new Error(`the child ${id} of a map run is gone`)
  tx.prepare('DELETE FROM chunk WHERE execution_id = ?').run(id)
  tx.prepare('DELETE FROM execution WHERE id = ?').run(id)
  return child
}
