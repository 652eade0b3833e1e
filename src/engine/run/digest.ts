import { hash } from 'node:crypto'
import type { Transaction } from '../../store/index.ts'
import { historyDigest } from '../history/rows.ts'
import type { Live } from './live.ts'

/** The first chunk of an execution, as it was written. */
export type FirstChunk = { readonly executionId: number; readonly body: string }

/** Of its history. Of one that ran through in one step that is at hand. */
export function digestOf(tx: Transaction, { row, seq }: Live, first: FirstChunk | undefined): string {
  if (seq === 0) return nothingDigest
  return seq === 1 && first?.executionId === row.id ? sha256(first.body) : historyDigest(tx, row.id)
}

/** In one call: a hash object for each would be garbage outside the heap, which nothing hurries to collect. */
export const sha256 = (text: string): string => hash('sha256', text, 'hex')
const nothingDigest = sha256('')
