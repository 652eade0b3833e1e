/** The whole state of an execution, written now and then so that a long one is not read from its beginning. */
import type { Transaction } from '../../store/index.ts'
import { encodeChunk } from '../history/encode.ts'
import { type Live, stateAsChanges } from './live.ts'
import { putSnapshot } from './statements.ts'

const afterChunks = 128
const growth = 4

/** Before the next chunk is counted. */
export const isSnapshotDue = ({ snapshot: { chunks, bytes, size } }: Live): boolean =>
  chunks >= afterChunks && bytes > growth * size

export function writeSnapshot(tx: Transaction, live: Live, at: number): Live {
  const { state } = live
  const body = encodeChunk(live.machine, {
    cause: { event: { kind: 'continue' } },
    at,
    firstEventId: state.nextEventId,
    nextFrame: state.nextFrame,
    history: [],
    changes: stateAsChanges(state),
  })
  putSnapshot(tx, { executionId: live.row.id, seq: live.seq, firstEvent: state.nextEventId, at, body })
  return { ...live, snapshot: { chunks: 0, bytes: 0, size: body.length } }
}
