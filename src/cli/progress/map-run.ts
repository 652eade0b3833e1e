/** How far a Map Run is: items done and failed, how fast, and when it will have ended. Pure. */
import type { MapRunProgress } from '../../asl/index.ts'
import { formatDuration } from '../../base/index.ts'
import type { MapRun } from '../client/map-run-api.ts'

/** What had been done when somebody began to look: a run that is redriven does not do again what it did before. */
export type Since = { readonly at: number; readonly ended: number }

type Counts = MapRun['items']
export const endedItems = ({ succeeded, failed, timedOut, aborted }: Counts): number =>
  succeeded + failed + timedOut + aborted

export function progressOf(run: MapRun, now: number, since?: Since): MapRunProgress {
  const { items, status, stillReading = false } = run
  const ended = endedItems(items)
  const from = since ?? (run.redriveCount === 0 ? { at: run.startedAt, ended: 0 } : undefined)
  const perSecond = status === 'RUNNING' && from !== undefined ? rateSince(from, ended, now) : undefined
  const left = items.total - ended
  return {
    done: items.succeeded,
    failed: items.failed + items.timedOut + items.aborted,
    running: items.running,
    again: items.pendingRedrive ?? 0,
    total: items.total,
    open: stillReading,
    perSecond,
    leftMs: perSecond === undefined || stillReading ? undefined : (left / perSecond) * 1000,
  }
}

/** Undefined as long as nothing has ended since. */
function rateSince({ at, ended: before }: Since, ended: number, now: number): number | undefined {
  return ended > before && now > at ? ((ended - before) * 1000) / (now - at) : undefined
}

/** `3 of 10 items done, 1 failed, 2 running, 12/s, ends in 40s`. */
export function progressWords({
  done,
  failed,
  running,
  again,
  total,
  open,
  perSecond,
  leftMs,
}: MapRunProgress): string {
  return [
    `${done} of ${total}${open ? ' or more' : ''} items done`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(again > 0 ? [`${again} to run again`] : []),
    ...(running > 0 ? [`${running} running`] : []),
    ...(perSecond === undefined ? [] : [`${rateText(perSecond)}/s`]),
    ...(leftMs === undefined || leftMs === 0 ? [] : [`ends in ${formatDuration(Math.ceil(leftMs / 1000) * 1000)}`]),
  ].join(', ')
}

const rateText = (perSecond: number): string => (perSecond >= 10 ? perSecond.toFixed(0) : perSecond.toPrecision(2))
