/** Sealing: records get their place and their hash in the order of their commits. */
import { hash } from 'node:crypto'
import type { Reader, Transaction } from '../store/index.ts'
import { clockToleranceMs, noHash, recordText } from './record.ts'
import { bodyOf, recordColumns, type UnsealedRow } from './rows.ts'
import { latestStatement } from './statements.ts'

/** The last sealed place. */
export type ChainEnd = { readonly seq: number; readonly hash: string; readonly at: number }

// Taken off as they are read: beside others that write, a range up to the last of them could hold one more by then.
const takeUnsealed = `DELETE FROM trail_unsealed WHERE position IN
  (SELECT position FROM trail_unsealed ORDER BY position LIMIT ?) RETURNING position, ${recordColumns}`
// Binding the row again is a fifth faster than INSERT … SELECT of it.
const insertSealed = `INSERT INTO trail (${recordColumns}, seq, clock_regress, hash)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

/** Hash of a record: SHA-256 over the hash before it and its canonical text. */
export function hashOf(prevHash: string, text: string): string {
  return hash('sha256', prevHash + text)
}

/** Where the chain ends: its last record, or the cut if everything was pruned. */
export function chainEnd(read: Pick<Reader, 'prepare'>): ChainEnd {
  const last = read.prepare<ChainEnd>('SELECT seq, hash, at FROM trail ORDER BY seq DESC LIMIT 1').get()
  if (last !== undefined) return last
  const cut = latestStatement(read, 'cut')
  return cut === undefined ? { seq: 0, hash: noHash, at: 0 } : { seq: cut.seq, hash: cut.hash, at: 0 }
}

/**
 * Moves at most `limit` records into the chain and says how many. The end of the chain is read in the same transaction,
 * so a sealer that died, or a second one, can neither lose nor double a record.
 */
export function sealRecords(tx: Transaction, limit: number): number {
  const rows = tx.prepare<UnsealedRow>(takeUnsealed).all(limit)
  rows.sort((a, b) => a.position - b.position)
  let end = chainEnd(tx)
  for (const row of rows) end = sealRecord(tx, row, end)
  return rows.length
}

function sealRecord(tx: Transaction, row: UnsealedRow, end: ChainEnd): ChainEnd {
  const seq = end.seq + 1
  const regress = row.at < end.at - clockToleranceMs
  const body = bodyOf(row)
  const record = { ...body, ...(regress ? { clockRegress: true as const } : {}), seq, prevHash: end.hash }
  const digest = hashOf(end.hash, recordText(record))
  tx.prepare(insertSealed).defer(
    row.at,
    row.actor_type,
    row.actor_id,
    row.actor_via,
    row.action,
    row.subject_type,
    row.subject_id,
    row.change,
    row.execution,
    row.event_id,
    row.cause_type,
    row.cause_id,
    row.drill,
    seq,
    regress ? 1 : null,
    digest,
  )
  return { seq, hash: digest, at: row.at }
}
