/** Where the databases differ about rows that several writers want. */
import type { Store } from '../contract.ts'

/**
 * The end of a SELECT in a transaction whose rows are then the transaction's alone until it commits: rows that another
 * one has are passed over, never waited for, so that two writers cannot wait for each other. SQLite has one writer, to whom
 * all rows belong. `of` names the table when the SELECT joins several.
 */
export function skipLocked(dialect: Store['dialect'], of?: string): string {
  if (dialect === 'sqlite') return ''
  return of === undefined ? ' FOR UPDATE SKIP LOCKED' : ` FOR UPDATE OF ${of} SKIP LOCKED`
}

/** Others may read the row and lock it so too, but change it only after this transaction. */
export const shareLocked = (dialect: Store['dialect']): string => (dialect === 'sqlite' ? '' : ' FOR SHARE')
