/** The end of a stored history, from its last chunk alone. */
import type { Machine } from '../../asl/index.ts'
import type { Queries } from '../registry.ts'
import { decodeChunk } from './decode.ts'
import type { ChunkRow } from './rows.ts'

export type HistoryEnd = {
  /** In the whole history. */
  readonly events: number
  /** Whether the root scope is still there: what ends without success keeps what a redrive goes on with. */
  readonly keptItsEnd: boolean
}

const select = `SELECT seq, first_event AS firstEventId, at, body FROM chunk
  WHERE execution_id = ? ORDER BY seq DESC LIMIT 1`

export function endOfHistory(queries: Queries, machine: Machine, executionId: number): HistoryEnd {
  const row = queries.prepare<ChunkRow>(select).get(executionId)
  if (row === undefined) return { events: 0, keptItsEnd: false }
  const { history, changes } = decodeChunk(machine, row)
  const opened = changes.some((change) => change.kind === 'frame' && change.frame.id === 1)
  const dropped = changes.some((change) => change.kind === 'frameGone' && change.id === 1)
  return { events: row.firstEventId - 1 + history.length, keptItsEnd: row.seq === 1 ? opened : !dropped }
}
