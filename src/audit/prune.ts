/** Retention: cutting off the old end of the chain so that the rest still proves itself. */
import type { Transaction } from '../store/index.ts'
import { appendRecord } from './append.ts'
import type { SigningKey } from './keys.ts'
import { insertStatement, signStatement } from './statements.ts'

export type PruneOptions = {
  readonly key: SigningKey
  readonly nowMs: number
  readonly keptForMs: number
  /** Records at most in one transaction. */
  readonly limit: number
}

/**
 * Deletes the oldest records that are past their time, up to the first that is not and up to the slowest follower, signs a
 * cut that takes the place of what is gone, and records that it did. Says how many records went.
 */
export function pruneRecords(tx: Transaction, { key, nowMs, keptForMs, limit }: PruneOptions): number {
  const last = lastPrunable(tx, nowMs - keptForMs, limit)
  if (last === undefined) return 0
  const removed = tx.prepare('DELETE FROM trail WHERE seq <= ?').run(last.seq).changes
  tx.prepare('DELETE FROM trail_statements WHERE seq <= ?').run(last.seq)
  insertStatement(tx, signStatement(key, { kind: 'cut', seq: last.seq, hash: last.hash, at: nowMs }))
  appendRecord(tx, {
    at: nowMs,
    actor: { type: 'system', id: 'retention', via: 'timer' },
    action: 'trail.prune',
    subject: { type: 'trail', id: 'trail' },
    cause: { type: 'schedule', id: 'retention' },
    change: { removed, through: last.seq, keptForMs },
  })
  return removed
}

type Place = { readonly seq: number; readonly hash: string }

function lastPrunable(tx: Transaction, before: number, limit: number): Place | undefined {
  const slowest = tx.prepare<{ seq: number | null }>('SELECT min(seq) AS seq FROM trail_cursors').get()?.seq
  const oldest = tx
    .prepare<Place & { at: number }>('SELECT seq, hash, at FROM trail WHERE seq <= ? ORDER BY seq LIMIT ?')
    .all(slowest ?? Number.MAX_SAFE_INTEGER, limit)
  // Times need not rise with the numbers; the chain is cut in front of the first record that must stay.
  const stays = oldest.findIndex((record) => record.at >= before)
  return (stays === -1 ? oldest : oldest.slice(0, stays)).at(-1)
}
