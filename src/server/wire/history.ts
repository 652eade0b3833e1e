/** History events as the API shows them. */
import type { HistoryRecord } from '../../engine/index.ts'
import { type Response, seconds } from './action.ts'

/** What `includeExecutionData: false` leaves out. `parameters` stays: the model requires it. */
const dataMembers: ReadonlySet<string> = new Set(['input', 'output', 'assignedVariables'])

export function historyEvent(record: HistoryRecord, withData: boolean): Response {
  const { id, previousEventId, type, timestamp, detailsKey, details } = record
  const event = { timestamp: seconds(timestamp), type, id, previousEventId }
  if (detailsKey === undefined) return event
  return { ...event, [detailsKey]: withData ? (details ?? {}) : withoutData(details ?? {}) }
}

function withoutData(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(details).filter(([name]) => !dataMembers.has(name)))
}
