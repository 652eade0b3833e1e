/** Reading the chain in order, page by page: no long snapshot holds back the writer's log. */
import { setImmediate as turn } from 'node:timers/promises'
import type { Reader } from '../store/index.ts'
import { noHash, type SealedRecord } from './record.ts'
import { recordColumns, sealedOf, type TrailRow } from './rows.ts'
import { latestStatement, type StoredStatement } from './statements.ts'

export type TrailRange = { readonly from?: number; readonly to?: number }

/** What stands before a place of the chain: its number and hash. */
export type Foothold = { readonly seq: number; readonly hash: string; readonly cut?: StoredStatement }

const selectPage = `SELECT seq, clock_regress, hash, ${recordColumns} FROM trail WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?`

export function pageAfter(read: Reader, after: number, to: number, limit: number): TrailRow[] {
  return read.all<TrailRow>(selectPage, after, to, limit)
}

/**
 * Where reading from `from` begins: after the record before it, or after the cut when that was pruned. Undefined when the
 * record before is simply not there.
 */
export function footholdBefore(read: Reader, from: number): Foothold | undefined {
  const cut = latestStatement(read, 'cut')
  if (cut !== undefined && from <= cut.seq + 1) return { seq: cut.seq, hash: cut.hash, cut }
  if (from <= 1) return { seq: 0, hash: noHash }
  return read.get<Foothold>('SELECT seq, hash FROM trail WHERE seq = ?', from - 1)
}

/** The records of the range as they stand, unchecked; `verifyTrail` checks. Turns of the loop pass between the pages. */
export async function* records(
  read: Reader,
  range: TrailRange,
  pageSize = 500,
): AsyncGenerator<SealedRecord, void, undefined> {
  const to = range.to ?? Number.MAX_SAFE_INTEGER
  let { seq, hash } = footholdBefore(read, range.from ?? 1) ?? { seq: (range.from ?? 1) - 1, hash: noHash }
  for (;;) {
    const page = pageAfter(read, seq, to, pageSize)
    for (const row of page) {
      yield sealedOf(row, hash)
      ;({ seq, hash } = row)
    }
    if (page.length < pageSize) return
    await turn()
  }
}
