/** The SQL of the writer, all of it on the hot path. */
import type { Attempt, TimerKind } from '../../asl/index.ts'
import type { JsonText } from '../../base/index.ts'
import { skipLocked, type SqlValue, type Store, type Transaction } from '../../store/index.ts'
import { timerNumber, timerOfNumber } from '../history/chunk.ts'
import type { Queries } from '../registry.ts'

export const statusNumbers = { running: 0, succeeded: 1, failed: 2, timed_out: 3, aborted: 4 } as const

export type NewExecutionRow = {
  readonly machineId: number
  readonly revisionId: number
  readonly machineName: string
  readonly name: string
  readonly startedAt: number
  readonly input: JsonText
  readonly traceHeader: string | null
  readonly awaitedBy: JsonText | null
  readonly parentId: number | null
  /** The life of the node that has it; null where one process is alone. */
  readonly node: number | null
  /** What it was started through. */
  readonly version: number | null
  readonly alias: string | null
}

const insertText = `INSERT INTO execution (machine_id, revision_id, machine_name, name, status, started_at, input,
  trace_header, busy, awaited_by, parent_id, node, version, alias)
  VALUES (?, ?, ?, ?, 0, ?, ?, ?, 1, ?, ?, ?, ?, ?)`

/** Starts as busy: its first step says otherwise in the same transaction. Returns its id. */
export const insertExecution = (tx: Transaction, row: NewExecutionRow): number =>
  tx.prepare(insertText).insert(...insertValues(row))

/** The same, unless another node has taken the name since it was looked for: then undefined. */
export function insertNamedExecution(tx: Transaction, row: NewExecutionRow): number | undefined {
  const { changes, lastInsertRowid } = tx
    .prepare(`${insertText} ON CONFLICT (machine_name, name) DO NOTHING`)
    .run(...insertValues(row))
  return changes === 0 ? undefined : lastInsertRowid
}

const insertValues = (row: NewExecutionRow): SqlValue[] => [
  row.machineId,
  row.revisionId,
  row.machineName,
  row.name,
  row.startedAt,
  row.input,
  row.traceHeader,
  row.awaitedBy,
  row.parentId,
  row.node,
  row.version,
  row.alias,
]

export type NamedExecution = {
  readonly id: number
  readonly machineId: number
  readonly status: number
  readonly startedAt: number
  readonly input: JsonText
}

export function findByName(queries: Queries, machineName: string, name: string): NamedExecution | undefined {
  return queries
    .prepare<NamedExecution>(
      `SELECT id, machine_id AS machineId, status, started_at AS startedAt, input FROM execution
       WHERE machine_name = ? AND name = ?`,
    )
    .get(machineName, name)
}

export type NewChunkRow = {
  readonly executionId: number
  readonly seq: number
  readonly firstEvent: number
  readonly at: number
  readonly body: string
}

export function insertChunk(tx: Transaction, row: NewChunkRow): void {
  tx.prepare('INSERT INTO chunk (execution_id, seq, first_event, at, body) VALUES (?, ?, ?, ?, ?)').defer(
    row.executionId,
    row.seq,
    row.firstEvent,
    row.at,
    row.body,
  )
}

export function putSnapshot(tx: Transaction, row: NewChunkRow): void {
  tx.prepare(
    `INSERT INTO snapshot (execution_id, seq, next_event, at, body) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (execution_id) DO UPDATE SET seq = excluded.seq, next_event = excluded.next_event, at = excluded.at,
       body = excluded.body`,
  ).defer(row.executionId, row.seq, row.firstEvent, row.at, row.body)
}

/** A busy execution is that of `node`; one that sleeps is nobody's. */
export function setBusy(tx: Transaction, executionId: number, busy: boolean, node: number | null): void {
  tx.prepare('UPDATE execution SET busy = ?, node = ? WHERE id = ?').defer(
    busy ? 1 : 0,
    busy ? node : null,
    executionId,
  )
}

export type ClosingRow = {
  readonly status: number
  readonly stoppedAt: number
  readonly output?: JsonText
  readonly error?: string
  readonly cause?: string
  readonly digest: string
}

export function closeExecution(tx: Transaction, executionId: number, row: ClosingRow): void {
  tx.prepare(
    `UPDATE execution SET status = ?, stopped_at = ?, output = ?, error = ?, cause = ?, digest = ?, busy = 0,
     node = NULL WHERE id = ?`,
  ).defer(row.status, row.stoppedAt, row.output ?? null, row.error ?? null, row.cause ?? null, row.digest, executionId)
}

/**
 * An execution that had ended runs again. Nobody awaits it any more: who did was told how it ended. `node`: the life that
 * goes on with it. @returns false when it runs already: another node may have been first
 */
export function reopenExecution(
  tx: Transaction,
  executionId: number,
  { redrivenAt, node }: { readonly redrivenAt: number; readonly node: number | null },
): boolean {
  const { changes } = tx
    .prepare(
      `UPDATE execution SET status = 0, stopped_at = NULL, output = NULL, error = NULL, cause = NULL, digest = NULL,
     busy = 1, awaited_by = NULL, parent_id = NULL, redrive_count = redrive_count + 1, redriven_at = ?, node = ?,
     map_redrive = COALESCE((SELECT r.redrive_count FROM map_run r WHERE r.id = execution.map_run_id), 0)
     WHERE id = ? AND status <> 0`,
    )
    .run(redrivenAt, node, executionId)
  return changes > 0
}

// ---- timers

export type DueTimer = Attempt & { readonly executionId: number; readonly timer: TimerKind }

export function putTimer(tx: Transaction, executionId: number, at: Attempt, timer: TimerKind, due: number): void {
  tx.prepare(
    `INSERT INTO timer (execution_id, frame, kind, entered_id, attempt, due) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (execution_id, frame, kind) DO UPDATE SET entered_id = excluded.entered_id, attempt = excluded.attempt,
       due = excluded.due`,
  ).defer(executionId, at.frame, timerNumber(timer), at.enteredId, at.attempt, due)
}

export function dropTimer(tx: Transaction, executionId: number, frame: number, timer: TimerKind): void {
  tx.prepare('DELETE FROM timer WHERE execution_id = ? AND frame = ? AND kind = ?').defer(
    executionId,
    frame,
    timerNumber(timer),
  )
}

export function dropTimers(tx: Transaction, executionId: number): void {
  tx.prepare('DELETE FROM timer WHERE execution_id = ?').defer(executionId)
}

export function dueTimers(queries: Queries, nowMs: number, limit: number): readonly DueTimer[] {
  type Row = Attempt & { readonly executionId: number; readonly kind: number }
  return queries
    .prepare<Row>(
      `SELECT execution_id AS executionId, frame, kind, entered_id AS enteredId, attempt FROM timer
       WHERE due <= ? ORDER BY due LIMIT ?`,
    )
    .all(nowMs, limit)
    .map(({ kind, ...timer }) => ({ ...timer, timer: timerOfNumber(kind) }))
}

/** Takes a timer off if it is still due: an earlier event of the batch may have moved or cleared it. */
export function takeTimer(tx: Transaction, timer: DueTimer, nowMs: number): boolean {
  return (
    tx
      .prepare(
        `DELETE FROM timer WHERE execution_id = ? AND frame = ? AND kind = ? AND entered_id = ? AND attempt = ?
         AND due <= ?`,
      )
      .run(timer.executionId, timer.frame, timerNumber(timer.timer), timer.enteredId, timer.attempt, nowMs).changes > 0
  )
}

/** Puts a timer off that cannot be carried out, so that it does not stand before all others. */
export function postponeTimer(tx: Transaction, timer: DueTimer, due: number): void {
  tx.prepare('UPDATE timer SET due = ? WHERE execution_id = ? AND frame = ? AND kind = ?').defer(
    due,
    timer.executionId,
    timer.frame,
    timerNumber(timer.timer),
  )
}

export function nextDue(tx: Transaction): number | undefined {
  return tx.prepare<{ due: number | null }>('SELECT MIN(due) AS due FROM timer').get()?.due ?? undefined
}

// ---- inbox

/** `node`: the life that waits for what the event waits for. */
export function putInbox(tx: Transaction, executionId: number, event: string, node: number | null): number {
  return tx.prepare('INSERT INTO inbox (execution_id, event, node) VALUES (?, ?, ?)').insert(executionId, event, node)
}

export function inboxOf(tx: Queries, executionId: number): readonly string[] {
  return tx
    .prepare<{ event: string }>('SELECT event FROM inbox WHERE execution_id = ?')
    .all(executionId)
    .map(({ event }) => event)
}

export function dropInbox(tx: Transaction, id: number): void {
  tx.prepare('DELETE FROM inbox WHERE id = ?').defer(id)
}

export function dropInboxOf(tx: Transaction, executionId: number): void {
  tx.prepare('DELETE FROM inbox WHERE execution_id = ?').defer(executionId)
}

// ---- tasks of activities

export type QueuedTask = Attempt & { readonly id: number; readonly executionId: number; readonly input: JsonText }

export function queueActivityTask(
  tx: Transaction,
  activityArn: string,
  executionId: number,
  at: Attempt,
  input: JsonText,
): void {
  tx.prepare(
    `INSERT INTO activity_task (activity_arn, execution_id, frame, entered_id, attempt, input)
     VALUES (?, ?, ?, ?, ?, ?)`,
  ).defer(activityArn, executionId, at.frame, at.enteredId, at.attempt, input)
}

/** No other transaction is given the same. */
export function oldestActivityTask(
  tx: Transaction,
  dialect: Store['dialect'],
  activityArn: string,
): QueuedTask | undefined {
  return tx
    .prepare<QueuedTask>(
      `SELECT id, execution_id AS executionId, frame, entered_id AS enteredId, attempt, input FROM activity_task
       WHERE activity_arn = ? AND taken = 0 ORDER BY id LIMIT 1${skipLocked(dialect)}`,
    )
    .get(activityArn)
}

export function takeActivityTask(tx: Transaction, id: number): void {
  tx.prepare('UPDATE activity_task SET taken = 1 WHERE id = ?').defer(id)
}

export function dropActivityTask(tx: Transaction, executionId: number, at: Attempt): void {
  tx.prepare('DELETE FROM activity_task WHERE execution_id = ? AND frame = ? AND entered_id = ? AND attempt = ?').defer(
    executionId,
    at.frame,
    at.enteredId,
    at.attempt,
  )
}

export function dropActivityTasks(tx: Transaction, executionId: number): void {
  tx.prepare('DELETE FROM activity_task WHERE execution_id = ?').defer(executionId)
}
