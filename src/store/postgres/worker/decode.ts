/** Values as PostgreSQL gives them, in the few types that a column of the store can hold. */
import type { SqlValue } from '../../contract.ts'

export type Field = { readonly name: string; readonly dataTypeID: number }

/** int8, int2, int4, oid, float4, float8, numeric: sums of whole numbers are numeric. */
const numbers: ReadonlySet<number> = new Set([20, 21, 23, 26, 700, 701, 1700])
const boolean = 16
const bytea = 17

export function valueOf({ dataTypeID }: Field, text: string | null): SqlValue {
  if (text === null) return null
  if (numbers.has(dataTypeID)) return Number(text)
  if (dataTypeID === boolean) return text === 't' ? 1 : 0
  if (dataTypeID === bytea) return new Uint8Array(Buffer.from(text.slice(2), 'hex'))
  return text
}

/** `INSERT 0 5` → 5; what counts no rows counts none. */
export function changesIn(tag: string): number {
  const [verb = '', ...counts] = tag.split(' ')
  return ['INSERT', 'UPDATE', 'DELETE', 'MERGE'].includes(verb) ? Number(counts.at(-1)) : 0
}
