/** The SQL of what several nodes share: their lives, who has an execution, and letters. */
import type { Attempt } from '../../asl/index.ts'
import type { JsonText } from '../../base/index.ts'
import { type Question, shareLocked, skipLocked, type Store, type Transaction } from '../../store/index.ts'
import { timerOfNumber } from '../history/chunk.ts'
import type { Queries } from '../registry.ts'
import type { DueTimer } from '../run/statements.ts'
import type { EventOutcome } from '../run/work.ts'

type Dialect = Store['dialect']

// ---- lives

export function insertLife(tx: Transaction, name: string, now: number, leaseUntil: number): number {
  return tx.prepare('INSERT INTO engine_node (name, began_at, lease_until) VALUES (?, ?, ?)').run(name, now, leaseUntil)
    .lastInsertRowid
}

export function endLivesOf(tx: Transaction, name: string, now: number): void {
  tx.prepare('UPDATE engine_node SET ended_at = ? WHERE name = ? AND ended_at IS NULL').run(now, name)
}

export function endLife(tx: Transaction, life: number, now: number): void {
  tx.prepare('UPDATE engine_node SET ended_at = ? WHERE id = ? AND ended_at IS NULL').run(now, life)
}

/** Answered by its own id as long as it goes on; nobody can end it then before the transaction is over that asks. */
export const isAliveQuestion = (dialect: Dialect, life: number): Question => ({
  sql: `SELECT id FROM engine_node WHERE id = ? AND ended_at IS NULL${shareLocked(dialect)}`,
  parameters: [life],
})

export function renewLife(tx: Transaction, life: number, leaseUntil: number): void {
  tx.prepare('UPDATE engine_node SET lease_until = ? WHERE id = ?').defer(leaseUntil, life)
}

/** Ends lives that were not renewed in time. One that is writing at this moment is left for the next time. */
export function endExpiredLives(tx: Transaction, dialect: Dialect, now: number): void {
  const expired = tx
    .prepare<{ id: number }>(
      `SELECT id FROM engine_node WHERE ended_at IS NULL AND lease_until < ?${skipLocked(dialect)}`,
    )
    .all(now)
  for (const { id } of expired) endLife(tx, id, now)
}

/** Whether no other life goes on. */
export const isAlone = (queries: Queries, life: number): boolean =>
  queries.prepare<{ id: number }>('SELECT id FROM engine_node WHERE ended_at IS NULL AND id <> ? LIMIT 1').get(life) ===
  undefined

export function endedLives(queries: Queries): readonly number[] {
  return queries
    .prepare<{ id: number }>('SELECT id FROM engine_node WHERE ended_at IS NOT NULL ORDER BY id')
    .all()
    .map(({ id }) => id)
}

// ---- what an ended life has left

/** Gives the executions of an ended life to another, oldest first. */
export function takeExecutions(tx: Transaction, dialect: Dialect, from: number, to: number, limit: number): number[] {
  const left = tx
    .prepare<{ id: number }>(
      `SELECT id FROM execution WHERE busy = 1 AND node = ? ORDER BY id LIMIT ?${skipLocked(dialect)}`,
    )
    .all(from, limit)
  for (const { id } of left) tx.prepare('UPDATE execution SET node = ? WHERE id = ?').defer(to, id)
  return left.map(({ id }) => id)
}

export type InboxRow = { readonly id: number; readonly executionId: number; readonly event: string }

export function takeInbox(tx: Transaction, dialect: Dialect, from: number, to: number): readonly InboxRow[] {
  const left = tx
    .prepare<InboxRow>(
      `SELECT id, execution_id AS "executionId", event FROM inbox WHERE node = ? ORDER BY id${skipLocked(dialect)}`,
    )
    .all(from)
  for (const { id } of left) tx.prepare('UPDATE inbox SET node = ? WHERE id = ?').defer(to, id)
  return left
}

/** Forgets an ended life of which nothing is left; what nobody waits for any more goes with it. */
export function buryLife(tx: Transaction, life: number): void {
  tx.prepare('DELETE FROM letter WHERE sender = ? AND outcome IS NOT NULL').run(life)
  tx.prepare('UPDATE letter SET sender = NULL WHERE sender = ? AND outcome IS NULL').run(life)
  tx.prepare(
    `DELETE FROM engine_node WHERE id = ? AND ended_at IS NOT NULL
     AND NOT EXISTS (SELECT 1 FROM execution WHERE busy = 1 AND node = ?)
     AND NOT EXISTS (SELECT 1 FROM inbox WHERE node = ?)
     AND NOT EXISTS (SELECT 1 FROM express_execution WHERE status = 0 AND node = ?)
     AND NOT EXISTS (SELECT 1 FROM letter WHERE sender = ?)`,
  ).run(life, life, life, life, life)
}

// ---- whose execution

export type Claim =
  | { readonly kind: 'mine'; readonly seq: number }
  | { readonly kind: 'elsewhere'; readonly node: number | undefined }
  | { readonly kind: 'closed' }

/**
 * Makes an execution this transaction's, if it sleeps or is `life`'s already. The race of two nodes that wake the same
 * sleeper: its row belongs to one of the transactions until that commits, and is `elsewhere` for the other meanwhile.
 */
export function claimExecution(tx: Transaction, dialect: Dialect, id: number, life: number): Claim {
  type Row = { readonly status: number; readonly node: number | null }
  const select = 'SELECT status, node FROM execution WHERE id = ?'
  const row = tx.prepare<Row>(`${select}${skipLocked(dialect)}`).get(id)
  if (row === undefined) {
    const writing = dialect !== 'sqlite' && tx.prepare<Row>(`${select} AND status = 0`).get(id) !== undefined
    return writing ? { kind: 'elsewhere', node: undefined } : { kind: 'closed' }
  }
  if (row.status !== 0) return { kind: 'closed' }
  if (row.node !== null && row.node !== life) return { kind: 'elsewhere', node: row.node }
  return { kind: 'mine', seq: lastSeq(tx, id) }
}

export function lastSeq(queries: Queries, executionId: number): number {
  return (
    queries.prepare<{ seq: number | null }>('SELECT MAX(seq) AS seq FROM chunk WHERE execution_id = ?').get(executionId)
      ?.seq ?? 0
  )
}

// ---- what is looked at now and then, for other nodes have changed it

/** Tasks of an activity that nobody has, at most `limit`. */
export function openTasks(queries: Queries, activityArn: string, limit: number): number {
  const select = 'SELECT id FROM activity_task WHERE activity_arn = ? AND taken = 0 LIMIT ?'
  return queries.prepare(select).all(activityArn, limit).length
}

export type ExecutionMark = { readonly seq: number; readonly running: boolean }

const marksAtOnce = 50
const selectMarks = `SELECT e.id AS id, e.status AS status,
  (SELECT MAX(c.seq) FROM chunk c WHERE c.execution_id = e.id) AS seq FROM execution e
  WHERE e.id IN (${Array.from({ length: marksAtOnce }, () => '?').join(', ')})`

/** How far executions are, in few questions. One that is no longer kept does not run. */
export function executionMarks(queries: Queries, ids: readonly number[]): ReadonlyMap<number, ExecutionMark> {
  type Row = { readonly id: number; readonly status: number; readonly seq: number | null }
  const marks = new Map<number, ExecutionMark>(ids.map((id) => [id, { seq: 0, running: false }]))
  for (let from = 0; from < ids.length; from += marksAtOnce) {
    // One text for any number of them: the first stands in for what is missing at the end.
    const asked = Array.from({ length: marksAtOnce }, (_, index) => ids[from + index] ?? ids[from] ?? 0)
    for (const { id, status, seq } of queries.prepare<Row>(selectMarks).all(...asked))
      marks.set(id, { seq: seq ?? 0, running: status === 0 })
  }
  return marks
}

// ---- timers

type TimerRow = Attempt & { readonly executionId: number; readonly kind: number }

/** Timers that are due of executions that `life` may go on with, which are this transaction's then: no other fires them. */
export function dueTimersOf(tx: Transaction, place: TimerPlace): readonly DueTimer[] {
  const { dialect, life, now, limit } = place
  return tx
    .prepare<TimerRow>(
      `SELECT t.execution_id AS "executionId", t.frame AS frame, t.kind AS kind, t.entered_id AS "enteredId",
       t.attempt AS attempt FROM timer t JOIN execution e ON e.id = t.execution_id
       WHERE t.due <= ? AND (e.node IS NULL OR e.node = ?) ORDER BY t.due LIMIT ?${skipLocked(dialect, 'e')}`,
    )
    .all(now, life, limit)
    .map(({ kind, ...timer }) => ({ ...timer, timer: timerOfNumber(kind) }))
}

export type TimerPlace = {
  readonly dialect: Dialect
  readonly life: number
  readonly now: number
  readonly limit: number
}

/** When the first timer falls due of all that `life` may fire. */
export function nextDueOf(queries: Queries, life: number): number | undefined {
  return queries
    .prepare<{ due: number }>(
      `SELECT t.due AS due FROM timer t JOIN execution e ON e.id = t.execution_id
       WHERE e.node IS NULL OR e.node = ? ORDER BY t.due LIMIT 1`,
    )
    .get(life)?.due
}

// ---- letters

export type NewLetter = {
  readonly executionId: number
  readonly event: JsonText
  readonly sender: number | undefined
}

export function putLetter(tx: Transaction, { executionId, event, sender }: NewLetter): number {
  const insert = 'INSERT INTO letter (execution_id, event, sender) VALUES (?, ?, ?)'
  return tx.prepare(insert).insert(executionId, event, sender ?? null)
}

export type Letter = {
  readonly id: number
  readonly executionId: number
  readonly event: JsonText
  readonly sender: number | null
}

/** Letters that `life` can carry out: for its own executions, and for those that nobody has. */
export function lettersFor(queries: Queries, life: number, limit: number): readonly Letter[] {
  return queries
    .prepare<Letter>(
      `SELECT l.id AS id, l.execution_id AS "executionId", l.event AS event, l.sender AS sender
       FROM letter l LEFT JOIN execution e ON e.id = l.execution_id
       WHERE l.outcome IS NULL AND (e.node IS NULL OR e.node = ?) ORDER BY l.id LIMIT ?`,
    )
    .all(life, limit)
}

/** Ask only for an execution that is this transaction's: then nobody else is carrying the letter out. */
export function isOpen(tx: Transaction, letter: number): boolean {
  return tx.prepare('SELECT id FROM letter WHERE id = ? AND outcome IS NULL').get(letter) !== undefined
}

/** A letter that nobody waits for is done with. In this order: its row is locked when it is asked who waits. */
export function answerLetter(tx: Transaction, letter: number, outcome: LetterOutcome): void {
  tx.prepare('UPDATE letter SET outcome = ? WHERE id = ? AND outcome IS NULL').run(outcome, letter)
  tx.prepare('DELETE FROM letter WHERE id = ? AND sender IS NULL').run(letter)
}

/** `failed`: it could not be carried out at all. */
export type LetterOutcome = EventOutcome | 'failed'
export type LetterAnswer = { readonly id: number; readonly outcome: LetterOutcome }

export function answersFor(queries: Queries, life: number): readonly LetterAnswer[] {
  return queries
    .prepare<LetterAnswer>('SELECT id, outcome FROM letter WHERE sender = ? AND outcome IS NOT NULL ORDER BY id')
    .all(life)
}

export function dropLetter(tx: Transaction, id: number): void {
  tx.prepare('DELETE FROM letter WHERE id = ?').defer(id)
}
