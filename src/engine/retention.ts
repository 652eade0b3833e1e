/** How long finished executions are kept. What is past its time goes in small transactions, so that nobody waits for it. */
import { appendRecord } from '../audit/index.ts'
import type { Clock, Logger } from '../base/index.ts'
import type { Store, Transaction } from '../store/index.ts'
import { dropClosedExpress } from './express/rows.ts'
import { purgeDeletedMachines } from './machine/queries.ts'

export type RetentionSettings = {
  /** Milliseconds from the end of an execution until it is deleted with its history. */
  readonly executionsKeptMs: number
}

export type RetentionPlace = { readonly store: Store; readonly clock: Clock; readonly logger: Logger }

export type PruneRequest = {
  /** Milliseconds since 1970 UTC: executions that ended before go. */
  readonly closedBefore: number
  /** Executions at most in this call. */
  readonly limit: number
}

/** `more`: something was left over; call again. */
export type Pruned = { readonly executions: number; readonly machines: number; readonly more: boolean }

/** Chunks deleted in one transaction: a few milliseconds of the one writer. */
const chunksAtOnce = 2000

/**
 * One transaction of deleting: executions that have ended, oldest end first, then chunks of those that are gone, then
 * deleted machines of which no execution is left. A running execution is never touched, nor is one that its parent awaits:
 * a child's end and its parent's hearing of it are one commit.
 */
export function pruneExecutions(
  { store, clock }: Pick<RetentionPlace, 'store' | 'clock'>,
  { closedBefore, limit }: PruneRequest,
): Promise<Pruned> {
  return store.write((tx) => {
    const express = dropClosedExpress(tx, closedBefore, limit)
    const executions = takeExecutions(tx, closedBefore, limit - express) + express
    if (executions > 0) recordPrune(tx, { at: clock.now(), executions, closedBefore })
    const left = sweepChunks(tx, chunksAtOnce)
    const more = executions === limit || left
    return { executions, machines: more ? 0 : purgeDeletedMachines(tx), more }
  })
}

/** From here on they do not exist; their chunks may take further transactions, also after a crash. */
function takeExecutions(tx: Transaction, closedBefore: number, limit: number): number {
  const closed = tx
    .prepare<{ id: number }>(
      `SELECT id FROM execution WHERE status <> 0 AND stopped_at < ? AND map_run_id IS NULL
       ORDER BY stopped_at LIMIT ?`,
    )
    .all(closedBefore, limit)
  let room = limit
  for (const { id } of closed) {
    if (room <= 0) return limit
    room -= takeExecution(tx, id, room)
  }
  return limit - room
}

/** With the children of its Map Runs, which are as old; when they are more than `room`, it goes once they have gone. */
function takeExecution(tx: Transaction, id: number, room: number): number {
  let taken = 0
  for (const run of tx.prepare<{ id: number }>('SELECT id FROM map_run WHERE execution_id = ?').all(id)) {
    const children = tx
      .prepare<{ id: number }>('SELECT id FROM execution WHERE map_run_id = ? AND status <> 0 LIMIT ?')
      .all(run.id, Math.max(0, room - taken))
    for (const child of children) taken += takeExecution(tx, child.id, room - taken)
    if (hasChildren(tx, run.id)) return Math.max(taken, 1)
    tx.prepare('DELETE FROM map_run_plan WHERE map_run_id = ?').run(run.id)
    tx.prepare('DELETE FROM map_run WHERE id = ?').run(run.id)
  }
  tx.prepare('DELETE FROM execution WHERE id = ?').defer(id)
  tx.prepare('DELETE FROM snapshot WHERE execution_id = ?').defer(id)
  tx.prepare('DELETE FROM redrive_request WHERE execution_id = ?').defer(id)
  tx.prepare('INSERT INTO pruned_execution (execution_id) VALUES (?)').defer(id)
  return taken + 1
}

const hasChildren = (tx: Transaction, runId: number): boolean =>
  tx.prepare('SELECT 1 FROM execution WHERE map_run_id = ? LIMIT 1').get(runId) !== undefined

/** Whether chunks are left for the next transaction. */
function sweepChunks(tx: Transaction, limit: number): boolean {
  let room = limit
  while (room > 0) {
    const next = tx.prepare<{ id: number }>('SELECT execution_id AS id FROM pruned_execution LIMIT 1').get()
    if (next === undefined) return false
    const removed = dropChunks(tx, next.id, room)
    if (removed < room) tx.prepare('DELETE FROM pruned_execution WHERE execution_id = ?').defer(next.id)
    room -= removed
  }
  return true
}

/** The oldest `limit` chunks of an execution; their numbers have no gaps. */
function dropChunks(tx: Transaction, executionId: number, limit: number): number {
  return tx
    .prepare(
      `DELETE FROM chunk WHERE execution_id = ?
        AND seq < (SELECT MIN(seq) FROM chunk WHERE execution_id = ?) + ?`,
    )
    .run(executionId, executionId, limit).changes
}

type PruneRecord = { readonly at: number; readonly executions: number; readonly closedBefore: number }

function recordPrune(tx: Transaction, { at, executions, closedBefore }: PruneRecord): void {
  appendRecord(tx, {
    at,
    actor: { type: 'system', id: 'retention', via: 'timer' },
    action: 'execution.prune',
    subject: { type: 'execution', id: 'closed' },
    cause: { type: 'schedule', id: 'retention' },
    change: { removed: executions, closedBefore },
  })
}

// ---- the loop

const executionsAtOnce = 200
const longestPauseMs = 3_600_000
const retryMs = 60_000

/** Prunes as long as it is started. Time comes from the clock alone; tests call `tick()`. */
export class Retention {
  readonly #place: RetentionPlace
  readonly #keptMs: number
  #cancelAlarm: (() => void) | undefined
  #running: Promise<void> | undefined
  #stopped = false

  constructor(place: RetentionPlace, { executionsKeptMs }: RetentionSettings) {
    this.#place = place
    this.#keptMs = executionsKeptMs
  }

  /** One transaction. True when more can be done at once. */
  async tick(): Promise<boolean> {
    const closedBefore = this.#place.clock.now() - this.#keptMs
    const { more } = await pruneExecutions(this.#place, { closedBefore, limit: executionsAtOnce })
    return more
  }

  /** Begins a moment after the start, which has more urgent things to do. */
  start(): void {
    this.#wakeIn(this.#pauseMs)
  }

  /** Ends after the transaction that may be running. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancelAlarm?.()
    await this.#running
  }

  /** A tenth of the time things are kept: nothing stays noticeably longer than it should. */
  get #pauseMs(): number {
    return Math.min(longestPauseMs, Math.ceil(this.#keptMs / 10))
  }

  #wakeIn(delayMs: number): void {
    if (this.#stopped) return
    const { clock } = this.#place
    this.#cancelAlarm = clock.alarm(clock.now() + delayMs, () => {
      this.#running = this.#round()
    })
  }

  async #round(): Promise<void> {
    try {
      this.#wakeIn((await this.tick()) ? 0 : this.#pauseMs)
    } catch (error) {
      this.#place.logger.error('finished executions could not be deleted; it is tried again', { error })
      this.#wakeIn(retryMs)
    }
  }
}
