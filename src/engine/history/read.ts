/** History as AWS shows it, from the chunks. */
import type { Details, HistoryEvent, Machine } from '../../asl/index.ts'
import type { HistoryRecord } from '../contract.ts'
import type { Queries } from '../registry.ts'
import { decodeChunk } from './decode.ts'
import { eventNumber, eventShape } from './event-types.ts'
import type { ChunkRow } from './rows.ts'

/** `more`: the history goes on behind it. */
export type HistoryPart = { readonly items: readonly HistoryRecord[]; readonly more: boolean }

export type HistoryPlace = {
  readonly machine: Machine
  readonly executionId: number
  /** Events that were shown already: those up to it, or from it on when reading backwards. */
  readonly shown: number
  readonly limit: number
}

/** Chunks are read in portions, and a part ends with the chunk that brings it here: payloads may be large. */
const rowsAtOnce = 16
const enoughCharacters = 8 * 1024 * 1024

const select = 'SELECT seq, first_event AS firstEventId, at, body FROM chunk WHERE execution_id = ?'

/** Events with ids above `shown`, oldest first, at most `limit`. */
export function readHistory(queries: Queries, { machine, executionId, shown, limit }: HistoryPlace): HistoryPart {
  const part = new Part(limit)
  let seq = seqBefore(queries, executionId, shown + 1)
  for (;;) {
    const rows = queries
      .prepare<ChunkRow>(`${select} AND seq > ? ORDER BY seq LIMIT ${rowsAtOnce}`)
      .all(executionId, seq)
    for (const [i, row] of rows.entries()) {
      part.add(
        eventsOf(machine, row).filter(({ id }) => id > shown),
        row.body.length,
      )
      if (part.full) return part.end(i + 1 < rows.length || hasAfter(queries, executionId, row.seq))
      seq = row.seq
    }
    if (rows.length < rowsAtOnce) return part.end(false)
  }
}

/** Events with ids below `shown`, newest first, at most `limit`. */
export function readHistoryBackwards(queries: Queries, place: HistoryPlace): HistoryPart {
  const { machine, executionId, shown, limit } = place
  const part = new Part(limit)
  let seq = Number.MAX_SAFE_INTEGER
  for (;;) {
    const rows = queries
      .prepare<ChunkRow>(`${select} AND seq < ? AND first_event < ? ORDER BY seq DESC LIMIT ${rowsAtOnce}`)
      .all(executionId, seq, shown)
    for (const row of rows) {
      const events = eventsOf(machine, row).filter(({ id }) => id < shown)
      part.add(events.toReversed(), row.body.length)
      if (part.full) return part.end(row.seq > 1)
      seq = row.seq
    }
    if (rows.length < rowsAtOnce) return part.end(false)
  }
}

class Part {
  readonly #limit: number
  readonly #items: HistoryRecord[] = []
  #characters = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  get full(): boolean {
    return this.#items.length > this.#limit || (this.#items.length > 0 && this.#characters >= enoughCharacters)
  }

  add(events: readonly HistoryRecord[], characters: number): void {
    this.#items.push(...events)
    this.#characters += characters
  }

  end(more: boolean): HistoryPart {
    return { items: this.#items.slice(0, this.#limit), more: more || this.#items.length > this.#limit }
  }
}

/** Whether there is an event behind a chunk; heartbeats and the like leave chunks without any, which is no matter here. */
function hasAfter(queries: Queries, executionId: number, seq: number): boolean {
  return (
    queries.prepare('SELECT 1 FROM chunk WHERE execution_id = ? AND seq > ? LIMIT 1').get(executionId, seq) !==
    undefined
  )
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
