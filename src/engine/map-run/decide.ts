/** What is to be done next for a Map Run. Pure. */
import type { MapRunRow } from './rows.ts'

/** As many children as run at once, whatever a definition asks for. */
export const mostChildren = 10_000

export const thresholdExceeded = {
  error: 'States.ExceedToleratedFailureThreshold',
  cause: 'The specified tolerated failure threshold was exceeded',
} as const

type Counted = Pick<
  MapRunRow,
  'failedItems' | 'timedOutItems' | 'abortedItems' | 'totalItems' | 'toleratedCount' | 'toleratedPercentage'
>

/**
 * Whether more items have failed than the run bears; without a tolerance it bears none. What timed out or was stopped has
 * failed, too. A percentage can only be judged once it is known how many items there are.
 */
export function exceedsTolerance(run: Counted): boolean {
  const failed = run.failedItems + run.timedOutItems + run.abortedItems
  if (failed === 0) return false
  const { toleratedCount, toleratedPercentage, totalItems } = run
  if (toleratedCount === null && toleratedPercentage === null) return true
  if (toleratedCount !== null && failed > toleratedCount) return true
  return toleratedPercentage !== null && totalItems !== null && 100 * failed > toleratedPercentage * totalItems
}

type Room = Pick<MapRunRow, 'running' | 'maxConcurrency'>

/** How many more children may run now. */
export function roomOf({ running, maxConcurrency }: Room): number {
  const most = maxConcurrency === 0 ? mostChildren : Math.min(maxConcurrency, mostChildren)
  return Math.max(0, most - running)
}

/** Whether all its items have been given to children. */
export const isExhausted = ({ total, started }: Pick<MapRunRow, 'total' | 'started'>): boolean =>
  total !== null && started >= total

export type Move =
  /** What it had been told to stop has stopped: those of its children that have failed are to run again. */
  | 'reopen'
  /** Have such children run again. */
  | 'redrive'
  /** Read items and start children. */
  | 'start'
  /** The last bearable failure was one before the last: that is to be written down. */
  | 'fail'
  /** Stop what runs. */
  | 'stop'
  /** Nothing runs any more: put the results together and tell the execution. */
  | 'finish'
  /** Children run, and one of them will be heard of. */
  | 'wait'
  | 'none'

export function nextMove(run: MapRunRow): Move {
  if (run.open === 0) return 'none'
  if (run.redriving === 1) return run.running > 0 ? 'stop' : 'reopen'
  const isEnding = run.status !== 0 || run.error !== null
  if (isEnding) return run.running > 0 ? 'stop' : 'finish'
  if (exceedsTolerance(run)) return 'fail'
  if (run.pendingRedrive > 0) return roomOf(run) > 0 ? 'redrive' : 'wait'
  if (!isExhausted(run)) return roomOf(run) > 0 ? 'start' : 'wait'
  return run.running > 0 ? 'wait' : 'finish'
}
