/** Records as rows: the columns of `trail` and `trail_unsealed`, and back. */
import type { ActorType, Cause, CauseType, NewRecord, SealedRecord, Via } from './record.ts'

export type RecordRow = {
  readonly at: number
  readonly actor_type: string
  readonly actor_id: string
  readonly actor_via: string
  readonly action: string
  readonly subject_type: string
  readonly subject_id: string
  readonly change: string | null
  readonly execution: string | null
  readonly event_id: number | null
  readonly cause_type: string | null
  readonly cause_id: string | null
  readonly drill: string | null
}
export type UnsealedRow = RecordRow & { readonly position: number }
export type TrailRow = RecordRow & {
  readonly seq: number
  readonly clock_regress: number | null
  readonly hash: string
}

/** The columns that a record has before it is sealed, in the order both tables share. */
export const recordColumns =
  'at, actor_type, actor_id, actor_via, action, subject_type, subject_id, change, execution, event_id, cause_type, cause_id, drill'

type Body = Omit<NewRecord, 'change' | 'action'> & { readonly action: string; readonly change?: string }

/** Safe to cast: `appendRecord` alone writes these columns, from these types; `verify` finds what anybody else wrote. */
export function bodyOf(row: RecordRow): Body {
  const cause = causeOf(row)
  return {
    at: row.at,
    actor: { type: row.actor_type as ActorType, id: row.actor_id, via: row.actor_via as Via },
    action: row.action,
    subject: { type: row.subject_type, id: row.subject_id },
    ...(row.change === null ? {} : { change: row.change }),
    ...(row.execution === null ? {} : { execution: row.execution }),
    ...(row.event_id === null ? {} : { eventId: row.event_id }),
    ...(cause === undefined ? {} : { cause }),
    ...(row.drill === null ? {} : { drill: row.drill }),
  }
}

export function sealedOf(row: TrailRow, prevHash: string): SealedRecord {
  const regress = row.clock_regress === null ? {} : { clockRegress: true as const }
  return { ...bodyOf(row), ...regress, seq: row.seq, prevHash, hash: row.hash }
}

/** Safe to cast as in `bodyOf`. */
function causeOf(row: RecordRow): Cause | undefined {
  if (row.cause_type === null || row.cause_id === null) return undefined
  return { type: row.cause_type as CauseType, id: row.cause_id }
}
