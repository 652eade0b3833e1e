/** Whether an execution can be redriven, in AWS's words. Pure. */

export type EndedExecution = {
  /** By its stored number. */
  readonly status: number
  readonly startedAt: number
  readonly stoppedAt: number | null
  readonly machineStatus: string
  /** In its history. */
  readonly events: number
}

const dayMs = 86_400_000
const redrivableMs = 14 * dayMs
const longestMs = 365 * dayMs

/** Of executions whose end has kept nothing to go on with. */
export const startedBeforeRedrive = 'Execution was started before the launch of RedriveExecution'

/** Its run counts what has become of it. */
export const belongsToMapRun = 'Execution belongs to a map run: redrive the execution of that run'

export const mapRunRedrivesExceeded = 'Map run has been redriven 1000 times, which is the most there can be'

export const isRunning = 'Execution is RUNNING and cannot be redriven'

/** Why not; undefined when it can. `historyEvents`: the most that a history may have. */
export function redriveObstacle(execution: EndedExecution, now: number, historyEvents: number): string | undefined {
  const { status, startedAt, stoppedAt, machineStatus, events } = execution
  if (status === 0) return isRunning
  if (status === 1) return 'Execution is SUCCEEDED and cannot be redriven'
  // A machine that was deleted runs nothing any more.
  if (machineStatus !== 'ACTIVE') return 'State machine is in DELETING status'
  if (isHistoryFull(events, historyEvents)) return 'Execution history event limit exceeded'
  if (now - startedAt >= longestMs) return 'Execution has exceeded the max execution time'
  if (stoppedAt !== null && now - stoppedAt > redrivableMs) return 'Execution redrivable period exceeded'
  return undefined
}

/** ExecutionRedriven and at least one event after it must have their place. */
export const isHistoryFull = (events: number, historyEvents: number): boolean => events >= historyEvents - 1
