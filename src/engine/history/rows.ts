/** The stored chunks of an execution, a few at a time: a long history is never in memory as a whole. */
import { createHash } from 'node:crypto'
import type { Queries } from '../registry.ts'

export type ChunkRow = {
  readonly seq: number
  readonly firstEventId: number
  readonly at: number
  readonly body: string
}

const chunksAtOnce = 200
const select = `SELECT seq, first_event AS firstEventId, at, body FROM chunk
  WHERE execution_id = ? AND seq > ? ORDER BY seq LIMIT ${chunksAtOnce}`

/** In their order. */
export function* chunkRows(queries: Queries, executionId: number): Generator<ChunkRow, void, undefined> {
  let after = 0
  for (;;) {
    const rows = queries.prepare<ChunkRow>(select).all(executionId, after)
    yield* rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < chunksAtOnce) return
    after = last.seq
  }
}

/** SHA-256 over the chunks in their order, lower-case hexadecimal. */
export function historyDigest(queries: Queries, executionId: number): string {
  const hash = createHash('sha256')
  for (const { body } of chunkRows(queries, executionId)) hash.update(body)
  return hash.digest('hex')
}
