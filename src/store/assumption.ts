/** Whether the answer to a question is still what a closure has assumed. */
import type { SqlRow } from './contract.ts'

export function isSameRow(found: SqlRow | undefined, assumed: SqlRow): boolean {
  if (found === undefined) return false
  const names = Object.keys(assumed)
  return names.length === Object.keys(found).length && names.every((name) => found[name] === assumed[name])
}
