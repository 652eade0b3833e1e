/** The digest of a history, which is taken at its end: of a short one from what was just written, else from the database. */
import { hash } from 'node:crypto'
import type { Transaction } from '../../store/index.ts'
import { historyDigest } from '../history/rows.ts'
import type { Live } from './live.ts'

/** What is kept of a history that grows; a longer one is read when it ends. */
const keptCharacters = 16 * 1024

/** All chunks with one more, as long as they are kept. */
export function writtenWith({ written }: Live, body: string): string | undefined {
  return written === undefined || written.length + body.length > keptCharacters ? undefined : written + body
}

export function digestOf(tx: Transaction, { row, seq, written }: Live): string {
  if (seq === 0) return nothingDigest
  return written === undefined ? historyDigest(tx, row.id) : sha256(written)
}

/** In one call: a hash object for each would be garbage outside the heap, which nothing hurries to collect. */
export const sha256 = (text: string): string => hash('sha256', text, 'hex')
const nothingDigest = sha256('')
