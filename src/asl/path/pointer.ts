/** JSON Pointers (RFC 6901), as the ItemsPointer of a reader has one. Pure. */
import { isJsonArray, isJsonObject, type Json } from '../../base/index.ts'

/** `/a/b~1c` → `a`, `b/c`; `/` is the whole, as AWS reads it. Undefined for what is no pointer. */
export function pointerSegments(pointer: string): readonly string[] | undefined {
  if (pointer === '' || pointer === '/') return []
  if (!pointer.startsWith('/')) return undefined
  return pointer
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** Undefined: there is nothing at it. */
export function atPointer(value: Json, segments: readonly string[]): Json | undefined {
  return segments.reduce<Json | undefined>((found, segment) => {
    if (found === undefined) return undefined
    if (isJsonObject(found)) return found.get(segment)
    return isJsonArray(found) && /^(0|[1-9]\d*)$/.test(segment) ? found[Number(segment)] : undefined
  }, value)
}
