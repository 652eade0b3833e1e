/** What one JSON value adds to, changes in and removes from another. Pure. */
import { equalJson, isJsonArray, isJsonObject, type Json } from './json.ts'
import { pathTo } from './json-path.ts'

export type Difference =
  | { readonly kind: 'added'; readonly path: string; readonly after: Json }
  | { readonly kind: 'removed'; readonly path: string; readonly before: Json }
  | { readonly kind: 'changed'; readonly path: string; readonly before: Json; readonly after: Json }

/** In the order of the document after it; what was removed stands behind its neighbours. */
export function differencesBetween(before: Json, after: Json, path = '$'): readonly Difference[] {
  if (equalJson(before, after)) return []
  if (isJsonObject(before) && isJsonObject(after)) return betweenObjects(before, after, path)
  if (isJsonArray(before) && isJsonArray(after)) return betweenArrays(before, after, path)
  return [{ kind: 'changed', path, before, after }]
}

type Members = ReadonlyMap<string, Json>

function betweenObjects(before: Members, after: Members, path: string): readonly Difference[] {
  const kept = [...after].flatMap(([key, value]) => betweenMembers(before.get(key), value, pathTo(path, key)))
  const gone = [...before].flatMap(([key, value]) => (after.has(key) ? [] : [removed(value, pathTo(path, key))]))
  return [...kept, ...gone]
}

function betweenArrays(before: readonly Json[], after: readonly Json[], path: string): readonly Difference[] {
  const kept = after.flatMap((value, index) => betweenMembers(before[index], value, pathTo(path, index)))
  const gone = before.slice(after.length).map((value, index) => removed(value, pathTo(path, after.length + index)))
  return [...kept, ...gone]
}

const removed = (before: Json, path: string): Difference => ({ kind: 'removed', path, before })

function betweenMembers(before: Json | undefined, after: Json, path: string): readonly Difference[] {
  return before === undefined ? [{ kind: 'added', path, after }] : differencesBetween(before, after, path)
}
