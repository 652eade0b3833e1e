/** Whether an execution that has ended may be redriven, and its rows opened again: every refusal comes before the first write. */
import { appendRecord } from '../../audit/index.ts'
import type { HoldfastError } from '../../base/index.ts'
import type { Transaction } from '../../store/index.ts'
import type { RedrivenExecution } from '../contract.ts'
import { executionMissing, notRedrivable } from '../errors.ts'
import {
  belongsToMapRun,
  endedInMapRun,
  isRunning,
  redriveObstacle,
  startedBeforeRedrive,
} from '../execution/redrivable.ts'
import type { Core } from './core.ts'
import { type Live, loadEnded } from './live.ts'
import { reopenExecution } from './statements.ts'
import type { RedriveWork } from './work.ts'

/** AWS remembers the last ten requests of an execution for a quarter of an hour. */
const rememberedMs = 15 * 60_000
const rememberedRequests = 10

export type Reopening =
  | { readonly kind: 'refused'; readonly error: HoldfastError }
  | { readonly kind: 'again'; readonly redriven: RedrivenExecution }
  | { readonly kind: 'reopened'; readonly live: Live; readonly redriven: RedrivenExecution }

/** The execution runs from here on; the caller sends it the event that makes it go on. */
export function reopen(core: Core, tx: Transaction, work: RedriveWork): Reopening {
  const known = rememberedRequest(core, tx, work)
  if (known !== undefined) return { kind: 'again', redriven: { redrivenAt: known } }
  const reopening = tryToReopen(core, tx, work)
  if (reopening.kind !== 'refused') return reopening
  // Another node may have carried out the same request between the two looks.
  const since = rememberedRequest(core, tx, work)
  return since === undefined ? reopening : { kind: 'again', redriven: { redrivenAt: since } }
}

function tryToReopen(core: Core, tx: Transaction, { actor, executionId, arn, clientToken }: RedriveWork): Reopening {
  const now = core.clock.now()
  const row = readRow(tx, executionId)
  if (row === undefined) return { kind: 'refused', error: executionMissing(arn) }
  const live = loadEnded(core, core.revisions, tx, executionId)
  const reason =
    redriveObstacle({ ...row, events: (live?.state.nextEventId ?? 1) - 1 }, now, core.limits.historyEvents) ??
    (live === undefined || live.state.frames.size === 0 ? startedBeforeRedrive : undefined) ??
    (live !== undefined && live.row.mapRunId !== null ? belongsToMapRun : undefined) ??
    (live !== undefined && isInMapRun(live) ? endedInMapRun : undefined)
  if (reason !== undefined || live === undefined) {
    return { kind: 'refused', error: notRedrivable(arn, reason ?? startedBeforeRedrive) }
  }
  if (!reopenExecution(tx, executionId, { redrivenAt: now, node: core.node?.life ?? null })) {
    return { kind: 'refused', error: notRedrivable(arn, isRunning) }
  }
  if (clientToken !== undefined) remember(tx, executionId, clientToken, now)
  const redriveCount = (live.state.redriven?.count ?? 0) + 1
  const subject = { type: 'execution', id: arn }
  const change = { before: live.state.status, after: 'running', redriveCount }
  const cause = actor.type === 'machine' ? { cause: { type: 'execution', id: actor.id } as const } : {}
  appendRecord(tx, { at: now, actor, action: 'execution.redrive', subject, execution: arn, change, ...cause })
  return { kind: 'reopened', live: { ...live, row: { ...live.row, awaitedBy: null } }, redriven: { redrivenAt: now } }
}

/** The seam for redriving Map Runs: what ended in one goes on once its run can be told to. */
export const isInMapRun = ({ state }: Live): boolean =>
  [...state.frames.values()].some(({ visit }) => visit?.phase === 'maprun')

type Row = {
  readonly status: number
  readonly startedAt: number
  readonly stoppedAt: number | null
  readonly machineStatus: string
}

const readRow = (tx: Transaction, executionId: number): Row | undefined =>
  tx
    .prepare<Row>(
      `SELECT e.status AS status, e.started_at AS startedAt, e.stopped_at AS stoppedAt, m.status AS machineStatus
       FROM execution e JOIN state_machine m ON m.id = e.machine_id WHERE e.id = ?`,
    )
    .get(executionId)

/** When that very request redrove it. */
function rememberedRequest(
  { clock }: Core,
  tx: Transaction,
  { executionId, clientToken }: RedriveWork,
): number | undefined {
  if (clientToken === undefined) return undefined
  return tx
    .prepare<{ token: string; at: number }>(
      `SELECT token, redriven_at AS at FROM redrive_request WHERE execution_id = ? AND redriven_at >= ?
       ORDER BY redriven_at DESC LIMIT ${rememberedRequests}`,
    )
    .all(executionId, clock.now() - rememberedMs)
    .find((request) => request.token === clientToken)?.at
}

function remember(tx: Transaction, executionId: number, token: string, now: number): void {
  tx.prepare('DELETE FROM redrive_request WHERE execution_id = ? AND redriven_at < ?').run(
    executionId,
    now - rememberedMs,
  )
  tx.prepare(
    `INSERT INTO redrive_request (execution_id, token, redriven_at) VALUES (?, ?, ?)
     ON CONFLICT (execution_id, token) DO UPDATE SET redriven_at = excluded.redriven_at`,
  ).run(executionId, token, now)
}
