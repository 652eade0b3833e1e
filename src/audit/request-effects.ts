/**
 * What repeatable requests have changed. An effect is noted in the transaction of the change, beside its record, so whoever repeats
 * a request whose answer was lost in a crash finds what became of it.
 */
import type { JsonText } from '../base/index.ts'
import type { Reader, Transaction } from '../store/index.ts'
import type { NewRecord, RepeatableRequest, Subject } from './record.ts'

export type RequestEffect = {
  readonly action: string
  readonly subject: Subject
  readonly fingerprint: string
  /** As the record has it. */
  readonly change?: JsonText
}

/** Answers are kept no longer than a day either. */
const keptMs = 24 * 3_600_000
/** Old ones go with each new one: the table cannot grow without end. */
const removedAtOnce = 20

export function noteEffect(
  tx: Transaction,
  { key, fingerprint }: RepeatableRequest,
  { action, at, subject, change }: Pick<NewRecord, 'action' | 'at' | 'subject'> & { readonly change: JsonText | null },
): void {
  tx.prepare(
    `DELETE FROM request_effect WHERE key IN (SELECT key FROM request_effect WHERE at <= ? ORDER BY at LIMIT ?)`,
  ).defer(at - keptMs, removedAtOnce)
  tx.prepare(
    `INSERT INTO request_effect (key, fingerprint, action, subject_type, subject_id, at, change)
     VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key, action, subject_type, subject_id) DO NOTHING`,
  ).defer(key, fingerprint, action, subject.type, subject.id, at, change)
}

type Row = {
  readonly fingerprint: string
  readonly action: string
  readonly type: string
  readonly id: string
  readonly change: JsonText | null
}

/** Of one request, as far as they are not too old. */
export function effectsOf(read: Pick<Reader, 'all'>, key: string, now: number): readonly RequestEffect[] {
  const sql = `SELECT fingerprint, action, subject_type AS type, subject_id AS id, change FROM request_effect
    WHERE key = ? AND at > ? ORDER BY at`
  return read.all<Row>(sql, key, now - keptMs).map(({ fingerprint, action, type, id, change }) => ({
    ...{ fingerprint, action, subject: { type, id } },
    ...(change === null ? {} : { change }),
  }))
}
