/** Rows as objects, from the names and values that the worker sends. */
import type { SqlValue } from '../contract.ts'
import type { Rows } from './wire.ts'

/** Safe: the caller wrote the SQL and names the shape of its rows; no type system sees into the text. */
export function rowsIn<Row extends object>({ names, rows }: Rows): Row[] {
  return rows.map((values) => {
    const row: Record<string, SqlValue> = {}
    for (const [index, name] of names.entries()) row[name] = values[index] ?? null
    return row as Row
  })
}
