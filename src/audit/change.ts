/** What changed between two values, as an RFC 6902 patch that also holds what was there before. */
import { canonicalJson, type PlainJson } from './canonical.ts'

type Members = { readonly [name: string]: PlainJson | undefined }
export type PatchStep =
  | { readonly op: 'test' | 'add' | 'replace'; readonly path: string; readonly value: PlainJson }
  | { readonly op: 'remove'; readonly path: string }

/**
 * The steps that turn `before` into `after`. Each replace and remove follows a `test` with the old value, so that the
 * patch tells both sides and applies only where it belongs. Lists are compared as wholes.
 */
export function changeBetween(before: PlainJson, after: PlainJson): PatchStep[] {
  return stepsBetween('', before, after)
}

function stepsBetween(path: string, before: PlainJson, after: PlainJson): PatchStep[] {
  if (isMembers(before) && isMembers(after)) return stepsBetweenMembers(path, before, after)
  if (canonicalJson(before) === canonicalJson(after)) return []
  return [
    { op: 'test', path, value: before },
    { op: 'replace', path, value: after },
  ]
}

function stepsBetweenMembers(path: string, before: Members, after: Members): PatchStep[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted()
  return names.flatMap((name): PatchStep[] => {
    const place = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
    const [old, new_] = [memberOf(before, name), memberOf(after, name)]
    if (old === undefined) return new_ === undefined ? [] : [{ op: 'add', path: place, value: new_ }]
    if (new_ !== undefined) return stepsBetween(place, old, new_)
    return [
      { op: 'test', path: place, value: old },
      { op: 'remove', path: place },
    ]
  })
}

/** Own members only: `constructor` and its like are nobody's change. */
const memberOf = (members: Members, name: string): PlainJson | undefined =>
  Object.hasOwn(members, name) ? members[name] : undefined

const isMembers = (value: PlainJson): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
