/** What opens, aborts and ends a Map Run, each in the transaction of the step that wants it. */
import type { Attempt, Command, Machine } from '../../asl/index.ts'
import { type Actor, appendRecord } from '../../audit/index.ts'
import type { Transaction } from '../../store/index.ts'
import {
  abortMapRuns,
  closeMapRun,
  failMapRun,
  insertMapRun,
  loadMapRun,
  type MapRunRow,
  runningChildren,
  runStatus,
  runStatuses,
  settleAborted,
} from '../map-run/rows.ts'
import { redriveMapRun, reopenMapRun, settlePending } from '../map-run/redrive-rows.ts'
import type { MapRunOver, MapRunWork } from '../map-run/work.ts'
import { executionArn } from '../arn.ts'
import type { Core } from './core.ts'
import type { Live } from './live.ts'
import type { MapPlace } from './map-book.ts'
import type { EventWork } from './work.ts'

const known = new WeakMap<Machine, boolean>()

/** Whether executions of this machine can have Map Runs that are to be looked for. */
export function opensMapRuns(machine: Machine): boolean {
  let opens = known.get(machine)
  if (opens === undefined) {
    opens = machine.states.some((state) => state.type === 'Map' && state.distributed !== undefined)
    known.set(machine, opens)
  }
  return opens
}

const engineActor: Actor = { type: 'system', id: 'engine', via: 'timer' }

/** @returns its id */
export function openMapRun(
  { tx, now }: MapPlace,
  live: Live,
  command: Extract<Command, { kind: 'openMapRun' }>,
): number {
  const { plan } = command
  const id = insertMapRun(tx, { executionId: live.row.id, at: command, plan, startedAt: now })
  const { arn } = live.state.about
  appendRecord(tx, {
    at: now,
    actor: { type: 'machine', id: arn, via: 'timer' },
    action: 'map_run.start',
    subject: { type: 'map_run', id: plan.arn },
    execution: arn,
    cause: { type: 'execution', id: arn },
  })
  return id
}

/** It goes on for the attempt that the command names. @returns its id */
export function redriveRun(
  { tx, now }: MapPlace,
  live: Live,
  { mapRunArn, attempt }: Extract<Command, { kind: 'redriveMapRun' }>,
): number {
  const id = redriveMapRun(tx, mapRunArn, { attempt, redrivenAt: now })
  const { arn } = live.state.about
  appendRecord(tx, {
    at: now,
    actor: { type: 'machine', id: arn, via: 'timer' },
    action: 'map_run.redrive',
    subject: { type: 'map_run', id: mapRunArn },
    execution: arn,
    cause: { type: 'execution', id: arn },
  })
  return id
}

/** Nobody waits for them any more. Their children are stopped after this transaction: they may be thousands. */
export function abortedMapRuns({ tx, now }: MapPlace, live: Live, attempt: Attempt | undefined): readonly number[] {
  if (!opensMapRuns(live.machine)) return []
  const aborted = abortMapRuns(tx, live.row.id, attempt, now)
  for (const { id } of aborted) {
    const run = loadMapRun(tx, id)
    if (run !== undefined) recordClose(tx, { now, run, execution: live.state.about.arn })
  }
  return aborted.map(({ id }) => id)
}

/** @returns the events that follow from it */
export function actOnMapRun(place: MapPlace, runId: number, act: MapRunWork['act']): readonly EventWork[] {
  switch (act.kind) {
    case 'judge':
      return []
    case 'fail':
      failMapRun(place.tx, runId, act.error, act.cause)
      return []
    case 'reopen':
      reopenMapRun(place.tx, runId)
      return []
    case 'stop':
      return stopChildren(place, runId, act.limit)
    case 'over':
      return endMapRun(place, runId, act)
    default:
      return act satisfies never
  }
}

function stopChildren({ tx }: MapPlace, runId: number, limit: number): readonly EventWork[] {
  // It may have been redriven since that was decided: what runs is to run, then.
  const run = loadMapRun(tx, runId)
  if (run === undefined || (run.status === runStatus.running && run.error === null)) return []
  const running = runningChildren(tx, runId, limit)
  if (running.length === 0) settleAborted(tx, runId)
  return running.map((executionId) => ({ kind: 'event', executionId, event: { kind: 'stop' } }))
}

function endMapRun(
  { core, tx, now }: MapPlace,
  runId: number,
  { end, written, redriveCount }: MapRunOver,
): readonly EventWork[] {
  // What was put together before a redrive is not the end of what has been redriven.
  if (loadMapRun(tx, runId)?.redriveCount !== redriveCount) return []
  settlePending(tx, runId)
  const status = end.kind === 'succeeded' ? runStatus.succeeded : runStatus.failed
  const { error, cause } = end.kind === 'failed' ? end : { error: null, cause: null }
  // The execution may have been stopped while the results were put together.
  if (!closeMapRun(tx, runId, { status, stoppedAt: now, written, error, cause })) return []
  const run = loadMapRun(tx, runId)
  if (run === undefined) return []
  const { executionId, frame, enteredId, attempt } = run
  recordClose(tx, { now, run, execution: executionArnOf(core, tx, executionId) })
  const at = { frame, enteredId, attempt }
  if (end.kind === 'failed') {
    return [{ kind: 'event', executionId, event: { kind: 'mapRunFailed', ...at, error: end.error, cause: end.cause } }]
  }
  const output = end.output === undefined ? {} : { output: end.output }
  return [{ kind: 'event', executionId, event: { kind: 'mapRunSucceeded', ...at, ...output } }]
}

function executionArnOf(core: Core, tx: Transaction, id: number): string {
  const row = tx
    .prepare<{ machineName: string; name: string }>(
      'SELECT machine_name AS machineName, name FROM execution WHERE id = ?',
    )
    .get(id)
  return executionArn(core.account, row?.machineName ?? '', row?.name ?? '')
}

type Closing = { readonly now: number; readonly run: MapRunRow; readonly execution: string }

function recordClose(tx: Transaction, { now, run, execution }: Closing): void {
  const { succeededItems, failedItems, timedOutItems, abortedItems } = run
  appendRecord(tx, {
    at: now,
    actor: engineActor,
    action: 'map_run.close',
    subject: { type: 'map_run', id: run.arn },
    change: { status: runStatuses[run.status] ?? '', succeededItems, failedItems, timedOutItems, abortedItems },
    execution,
    cause: { type: 'execution', id: execution },
  })
}
