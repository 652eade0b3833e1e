/** Whether an execution that has ended may be redriven, and its rows opened again: every refusal comes before the first write. */
import { appendRecord } from '../../audit/index.ts'
import { HoldfastError, type JsonText } from '../../base/index.ts'
import type { Event, Visit } from '../../asl/index.ts'
import type { Transaction } from '../../store/index.ts'
import type { RedrivenExecution } from '../contract.ts'
import { executionMissing, notCorrectable, notRedrivable } from '../errors.ts'
import { type EndedStay, stayToCorrect } from '../execution/correctable.ts'
import { inputChange } from '../execution/correction-change.ts'
import {
  belongsToMapRun,
  isHistoryFull,
  isRunning,
  mapRunRedrivesExceeded,
  redriveObstacle,
  startedBeforeRedrive,
} from '../execution/redrivable.ts'
import { type EndedRun, hasMapRunChildren, runsOfExecution } from '../map-run/redrive-rows.ts'
import { runStatus } from '../map-run/rows.ts'
import type { Core } from './core.ts'
import { type Live, loadEnded } from './live.ts'
import { opensMapRuns } from './map-runs.ts'
import { reopenExecution } from './statements.ts'
import type { RedriveWork } from './work.ts'

/** AWS remembers the last ten requests of an execution for a quarter of an hour. */
const rememberedMs = 15 * 60_000
const rememberedRequests = 10
/** Of one Map Run (AWS's limit). */
const mostRedrives = 1000

export type Reopening =
  | { readonly kind: 'refused'; readonly error: HoldfastError }
  | { readonly kind: 'again'; readonly redriven: RedrivenExecution }
  | (Reopened & { readonly kind: 'reopened'; readonly redriven: RedrivenExecution })

/** It runs; the event makes it go on. */
export type Reopened = { readonly live: Live; readonly event: RedriveEvent }

/** The execution runs from here on; the caller sends it the event. */
export function reopen(core: Core, tx: Transaction, work: RedriveWork): Reopening {
  const known = rememberedRequest(core, tx, work)
  if (known !== undefined) return { kind: 'again', redriven: { redrivenAt: known } }
  const reopening = tryToReopen(core, tx, work)
  if (reopening.kind !== 'refused') return reopening
  // Another node may have carried out the same request between the two looks.
  const since = rememberedRequest(core, tx, work)
  return since === undefined ? reopening : { kind: 'again', redriven: { redrivenAt: since } }
}

function tryToReopen(core: Core, tx: Transaction, work: RedriveWork): Reopening {
  const { executionId, arn, clientToken } = work
  const now = core.clock.now()
  const row = readRow(tx, executionId)
  if (row === undefined) return { kind: 'refused', error: executionMissing(arn) }
  const live = loadEnded(core, core.revisions, tx, executionId)
  const reason =
    redriveObstacle({ ...row, events: (live?.state.nextEventId ?? 1) - 1 }, now, core.limits.historyEvents) ??
    (live === undefined || live.state.frames.size === 0 ? startedBeforeRedrive : undefined) ??
    (live !== undefined && live.row.mapRunId !== null ? belongsToMapRun : undefined)
  if (reason !== undefined || live === undefined) {
    return { kind: 'refused', error: notRedrivable(arn, reason ?? startedBeforeRedrive) }
  }
  const corrected = correctedStay(tx, live, work)
  if (corrected instanceof HoldfastError) return { kind: 'refused', error: corrected }
  const event = redriveEvent(runsOf(tx, live), live, corrected)
  if (event.mapRuns?.some(({ redriveCount }) => redriveCount > mostRedrives) === true) {
    return { kind: 'refused', error: notRedrivable(arn, mapRunRedrivesExceeded) }
  }
  if (!reopenExecution(tx, executionId, { redrivenAt: now, node: core.node?.life ?? null })) {
    return { kind: 'refused', error: notRedrivable(arn, isRunning) }
  }
  if (clientToken !== undefined) remember(tx, executionId, clientToken, now)
  const redriveCount = (live.state.redriven?.count ?? 0) + 1
  note(tx, { now, work, corrected, change: { before: live.state.status, after: 'running', redriveCount } })
  const reopened = { live: { ...live, row: { ...live.row, awaitedBy: null } }, event }
  return { kind: 'reopened', ...reopened, redriven: { redrivenAt: now } }
}

type Corrected = { readonly stay: EndedStay; readonly input: JsonText }

type Noted = {
  readonly now: number
  readonly work: RedriveWork
  readonly corrected: Corrected | undefined
  readonly change: { readonly before: string; readonly after: string; readonly redriveCount: number }
}

function note(tx: Transaction, { now, work: { actor, arn }, corrected, change }: Noted): void {
  const cause = actor.type === 'machine' ? { cause: { type: 'execution', id: actor.id } as const } : {}
  const about = { at: now, actor, subject: { type: 'execution', id: arn }, execution: arn, ...cause }
  if (corrected === undefined) {
    appendRecord(tx, { ...about, action: 'execution.redrive', change })
    return
  }
  const { stay, input } = corrected
  const said = { ...change, state: stay.state, visit: stay.visit, ...inputChange(stay.input, input) }
  appendRecord(tx, { ...about, action: 'execution.continue', change: said })
}

/** The stay that gets another input; undefined when none does. */
function correctedStay(
  tx: Transaction,
  { machine, state }: Live,
  { arn, executionId, correction }: RedriveWork,
): Corrected | HoldfastError | undefined {
  if (correction === undefined) return undefined
  const stay = stayToCorrect(arn, machine, state, correction)
  if (stay instanceof HoldfastError) return stay
  if (hasMapRunChildren(tx, executionId, stay)) {
    const why = `The Map Run of state '${stay.state}' has begun: its items would be done again`
    return notCorrectable(arn, why, 'no state of this execution; redrive it')
  }
  return { stay, input: correction.input }
}

type RedriveEvent = Extract<Event, { kind: 'redrive' }>

/** With the runs of distributed Maps that it ended in: those that ended without success go on, others are opened anew. */
function redriveEvent(runs: readonly EndedRun[], { state }: Live, corrected?: Corrected): RedriveEvent {
  const mapRuns = [...state.frames.values()].flatMap(({ id, visit }) => {
    if (id === corrected?.stay.frame) return []
    const run = visit?.phase === 'maprun' ? runs.findLast((each) => isRunOf(each, id, visit)) : undefined
    if (run === undefined || run.status === runStatus.succeeded) return []
    return [{ frame: id, mapRunArn: run.arn, redriveCount: run.redriveCount + 1 }]
  })
  return {
    kind: 'redrive',
    ...(mapRuns.length === 0 ? {} : { mapRuns }),
    ...(corrected === undefined ? {} : { correction: { frame: corrected.stay.frame, input: corrected.input } }),
  }
}

const isRunOf = (run: EndedRun, frame: number, { enteredId, attempt }: Visit): boolean =>
  run.frame === frame && run.enteredId === enteredId && run.attempt === attempt

const runsOf = (tx: Transaction, live: Live): readonly EndedRun[] =>
  opensMapRuns(live.machine) ? runsOfExecution(tx, live.row.id) : []

/**
 * A child of a Map Run that is redriven. Undefined when it cannot go on; nothing has changed then.
 */
export function reopenChild(core: Core, tx: Transaction, executionId: number): Reopened | undefined {
  const live = loadEnded(core, core.revisions, tx, executionId)
  if (
    live === undefined ||
    live.state.frames.size === 0 ||
    isHistoryFull(live.state.nextEventId - 1, core.limits.historyEvents)
  )
    return undefined
  const event = redriveEvent(runsOf(tx, live), live)
  if (!reopenExecution(tx, executionId, { redrivenAt: core.clock.now(), node: core.node?.life ?? null }))
    return undefined
  return { live, event }
}

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
