/** What a batch leaves to be done after its commit. */
import type { Attempt, Command, SlowExpression } from '../../asl/index.ts'
import type { KeptExpress } from '../express/rows.ts'
import type { LoggedStep } from '../history/log.ts'
import type { Hint } from '../node/hints.ts'
import type { InboxRow } from '../node/node-rows.ts'
import type { ClosedExecution, SlowFacts } from '../observer.ts'
import type { Live } from './live.ts'
import type { EarlierTry, EventWork } from './work.ts'

/** What happens after COMMIT, in this order. */
export type Effects = {
  readonly calls: { readonly live: Live; readonly command: Extract<Command, { kind: 'schedule' }> }[]
  readonly cancels: { readonly executionId: number; readonly attempt: Attempt | undefined }[]
  /** Executions to go on with in the next batch. */
  readonly continues: number[]
  /** Expressions to evaluate elsewhere; their events wait in the inbox. */
  readonly slow: SlowWork[]
  readonly touched: Map<number, Live | undefined>
  /** Activity → tasks queued for it. */
  readonly activities: Map<string, number>
  /** Express executions to begin. */
  readonly express: KeptExpress[]
  /** Executions that were taken over from a node that is no more, and events that it had waiting. */
  readonly taken: number[]
  readonly waiting: InboxRow[]
  readonly hints: Hint[]
  readonly closed: Map<number, ClosedExecution>
  readonly closedExpress: ClosedExecution[]
  /** For the log files of the machines that want one. */
  readonly logged: LoggedStep[]
  /** Express children of Map Runs to begin. */
  readonly expressChildren: Live[]
  /** Map Runs that were opened, or in which something has ended. */
  readonly mapRuns: Set<number>
  /** Executions started, and events consumed. */
  started: number
  steps: number
  readonly slowSteps: SlowFacts[]
  earliestTimer: number
}

/** `key` names the expression among the recorded outcomes with which the work is to be done again. */
export type SlowWork = {
  readonly work: EventWork & { readonly again: EarlierTry }
  readonly key: string
  readonly expression: SlowExpression
}

export const newEffects = (): Effects => ({
  calls: [],
  cancels: [],
  continues: [],
  slow: [],
  touched: new Map(),
  activities: new Map(),
  express: [],
  taken: [],
  waiting: [],
  hints: [],
  closed: new Map(),
  closedExpress: [],
  logged: [],
  expressChildren: [],
  mapRuns: new Set(),
  started: 0,
  steps: 0,
  slowSteps: [],
  earliestTimer: Infinity,
})

export function closedExecution({ row, state }: Live, command: Extract<Command, { kind: 'close' }>): ClosedExecution {
  const { arn, machineName, startedAt } = state.about
  const { status, at: stoppedAt, error } = command
  return { arn, machineName, status, startedAt, stoppedAt, error, traceHeader: row.traceHeader ?? undefined }
}
