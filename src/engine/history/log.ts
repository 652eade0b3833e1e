/** The history as CloudWatch Logs gets it of AWS: which events, and one line of JSON for each. Pure. */
import type { ExecutionState, HistoryEvent } from '../../asl/index.ts'
import type { HistoryLogging } from '../machine/configuration.ts'
import { showEvent } from './read.ts'

/** Takes the lines of a log group after their commit. It is not waited for, and must not throw. */
export interface HistoryLog {
  write(logGroup: string, lines: string): void
}

export type LoggedStep = {
  readonly logging: HistoryLogging
  readonly executionArn: string
  readonly redriveCount: number
  /** Milliseconds since 1970 UTC. */
  readonly at: number
  readonly history: readonly HistoryEvent[]
}

type Step = Pick<LoggedStep, 'history' | 'at'> & { readonly state: ExecutionState }

export const loggedStep = (logging: HistoryLogging, { state, history, at }: Step): LoggedStep => {
  const { about, redriven } = state
  return { logging, executionArn: about.arn, redriveCount: redriven?.count ?? 0, at, history }
}

/** Those of a log group together. */
export function writeLogged(log: HistoryLog, steps: readonly LoggedStep[]): void {
  for (const [group, together] of Map.groupBy(steps, ({ logging }) => logging.logGroup)) {
    const lines = together.map(logLines).join('')
    if (lines !== '') log.write(group, lines)
  }
}

/** With their line ends; empty when the level takes none of them. */
function logLines(step: LoggedStep): string {
  return step.history
    .filter(({ type }) => isLogged(type, step.logging.level))
    .map((event) => `${JSON.stringify(recordOf(event, step))}\n`)
    .join('')
}

const fatal: ReadonlySet<string> = new Set(['ExecutionAborted', 'ExecutionFailed', 'ExecutionTimedOut'])

function isLogged(type: string, level: HistoryLogging['level']): boolean {
  if (level === 'ALL') return true
  if (level === 'FATAL') return fatal.has(type)
  return type === 'FailStateEntered' || /(?:Failed|TimedOut|Aborted)$/.test(type)
}

function recordOf(event: HistoryEvent, { logging, executionArn, redriveCount, at }: LoggedStep): object {
  const { id, previousEventId, type, details = {} } = showEvent(event, at)
  return {
    id: String(id),
    type,
    details: logging.includeExecutionData ? details : withoutData(details),
    previous_event_id: String(previousEventId),
    event_timestamp: String(at),
    execution_arn: executionArn,
    redrive_count: String(redriveCount),
  }
}

/** Recorded: without execution data the payloads go, and what is said about them. */
const data = new Set(['input', 'output', 'parameters', 'assignedVariables'].flatMap((name) => [name, `${name}Details`]))

const withoutData = (details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(details).filter(([name]) => !data.has(name)))
