/** Releases as they are compared. Pure. */
import { differencesBetween, isJsonObject, parseJson, printJson } from '../../../base/index.ts'

/** When it was signed is another time with each, and says nothing about what is in it. */
export function releaseText(document: unknown): string {
  const release = parseJson(JSON.stringify(document))
  if (!isJsonObject(release)) return printJson(release)
  return printJson(new Map([...release].filter(([name]) => name !== 'createdAt')))
}

export type Counts = { readonly added: number; readonly removed: number; readonly changed: number }

/** How much two release files differ. */
export function countsBetween(before: unknown, after: unknown): Counts {
  const kinds = Map.groupBy(
    differencesBetween(parseJson(releaseText(before)), parseJson(releaseText(after))),
    ({ kind }) => kind,
  )
  const count = (kind: 'added' | 'removed' | 'changed'): number => kinds.get(kind)?.length ?? 0
  return { added: count('added'), removed: count('removed'), changed: count('changed') }
}
