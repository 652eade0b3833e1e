/** History as AWS shows it, from the chunks. */
import type { Details, HistoryEvent, Machine } from '../../asl/index.ts'
import type { HistoryRecord } from '../contract.ts'
import type { Queries } from '../registry.ts'
import { decodeChunk } from './decode.ts'
import { eventNumber, eventShape } from './event-types.ts'

type ChunkRow = { readonly seq: number; readonly firstEventId: number; readonly at: number; readonly body: string }

const select = 'SELECT seq, first_event AS firstEventId, at, body FROM chunk WHERE execution_id = ?'

/** Events with ids above `after`, oldest first, at most `limit`. */
export function readHistory(
  queries: Queries,
  machine: Machine,
  executionId: number,
  after: number,
  limit: number,
): readonly HistoryRecord[] {
  const found: HistoryRecord[] = []
  let seq = seqBefore(queries, executionId, after + 1)
  for (;;) {
    const rows = queries.prepare<ChunkRow>(`${select} AND seq > ? ORDER BY seq LIMIT 100`).all(executionId, seq)
    for (const row of rows) {
      for (const event of eventsOf(machine, row)) if (event.id > after) found.push(event)
      if (found.length >= limit) return found.slice(0, limit)
      seq = row.seq
    }
    if (rows.length < 100) return found
  }
}

/** Events with ids below `before`, newest first, at most `limit`. */
export function readHistoryBackwards(
  queries: Queries,
  machine: Machine,
  executionId: number,
  before: number,
  limit: number,
): readonly HistoryRecord[] {
  const found: HistoryRecord[] = []
  let seq = Number.MAX_SAFE_INTEGER
  for (;;) {
    const rows = queries
      .prepare<ChunkRow>(`${select} AND seq < ? AND first_event < ? ORDER BY seq DESC LIMIT 100`)
      .all(executionId, seq, before)
    for (const row of rows) {
      for (const event of eventsOf(machine, row).toReversed()) if (event.id < before) found.push(event)
      if (found.length >= limit) return found.slice(0, limit)
      seq = row.seq
    }
    if (rows.length < 100) return found
  }
}

/** The last chunk that lies wholly before an event. */
function seqBefore(queries: Queries, executionId: number, eventId: number): number {
  if (eventId <= 1) return 0
  const row = queries
    .prepare<{ seq: number }>(
      'SELECT seq FROM chunk WHERE execution_id = ? AND first_event <= ? ORDER BY seq DESC LIMIT 1',
    )
    .get(executionId, eventId)
  return row === undefined ? 0 : row.seq - 1
}

function eventsOf(machine: Machine, row: ChunkRow): readonly HistoryRecord[] {
  const { history, at } = decodeChunk(machine, row)
  return history.map((event) => showEvent(event, at))
}

/** One event in AWS's shape: texts with their `…Details {truncated: false}` beside them. */
export function showEvent(event: HistoryEvent, at: number): HistoryRecord {
  const { id, previousEventId, type } = event
  const { key } = eventShape(eventNumber(type))
  const base = { id, previousEventId, type, timestamp: at }
  return key === undefined ? base : { ...base, detailsKey: key, details: showDetails(event.details ?? {}) }
}

const accompanied: Readonly<Record<string, string>> = {
  input: 'inputDetails',
  output: 'outputDetails',
  assignedVariables: 'assignedVariablesDetails',
}

function showDetails(details: Details): Record<string, unknown> {
  const shown: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(details)) {
    if (value === undefined) continue
    shown[name] =
      name === 'taskCredentials' ? { roleArn: value } : value instanceof Map ? Object.fromEntries(value) : value
    const companion = accompanied[name]
    if (companion !== undefined) shown[companion] = { truncated: false }
  }
  return shown
}
