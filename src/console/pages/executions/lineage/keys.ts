/** Where a member stands in a JSON value, as the names and indexes that lead to it; and the paths that say the same. Pure. */
import { isJsonArray, isJsonObject, type Json, pathTo } from '../../../../base/index.ts'

export type Keys = readonly (string | number)[]

export const pathOf = (keys: Keys): string => keys.reduce<string>(pathTo, '$')

/** Undefined: there is no such member. */
export function valueAt(value: Json | undefined, keys: Keys): Json | undefined {
  let found = value
  for (const key of keys) {
    if (found === undefined) return undefined
    if (typeof key === 'number') found = isJsonArray(found) ? found[key] : undefined
    else found = isJsonObject(found) ? found.get(key) : undefined
  }
  return found
}

export const startsWith = (keys: Keys, head: Keys): boolean =>
  head.length <= keys.length && head.every((key, index) => key === keys[index])

/** What an expression refers to, when it does nothing else. */
export type Reference =
  | { readonly to: 'document' | 'result' | 'errorOutput'; readonly keys: Keys }
  | { readonly to: 'variable'; readonly name: string; readonly keys: Keys }
  | { readonly to: 'item'; readonly keys: Keys }
  | { readonly to: 'context' }

/** JSONPath: `$.a['b'][0]`, `$name.a`, `$$.…`. Undefined: it selects in another way, or computes. */
export function pathReference(text: string): Reference | undefined {
  if (text.startsWith('$$')) {
    const item = /^\$\$\.Map\.Item\.Value(?![\w-])(.*)$/.exec(text)
    const keys = item === null ? undefined : keysIn(item[1] ?? '')
    return keys === undefined ? { to: 'context' } : { to: 'item', keys }
  }
  const [, name = '', rest = ''] = /^\$([A-Za-z_]\w*)?(.*)$/.exec(text) ?? []
  const keys = text.startsWith('$') ? keysIn(rest) : undefined
  if (keys === undefined) return undefined
  return name === '' ? { to: 'document', keys } : { to: 'variable', name, keys }
}

/** JSONata: `{% $states.input.a[0] %}`, `{% $name.a %}`. Undefined: it computes. */
export function jsonataReference(text: string): Reference | undefined {
  const [, source] = /^\{%\s*(.*?)\s*%\}$/s.exec(text) ?? []
  if (source === undefined) return undefined
  const [, place, rest = ''] =
    /^\$states\.(input|result|errorOutput|context\.Map\.Item\.Value)(?![\w])(.*)$/s.exec(source) ?? []
  if (place !== undefined) {
    const keys = keysIn(rest)
    if (keys === undefined) return undefined
    if (place === 'input') return { to: 'document', keys }
    return place === 'result' || place === 'errorOutput' ? { to: place, keys } : { to: 'item', keys }
  }
  if (/^\$states\.context[.\w]*$/.test(source)) return { to: 'context' }
  const [, name = '', tail = ''] = /^\$([A-Za-z_]\w*)(.*)$/s.exec(source) ?? []
  const keys = name === '' || name === 'states' ? undefined : keysIn(tail)
  return keys === undefined ? undefined : { to: 'variable', name, keys }
}

/** `.a['b'][0]`, nothing more than that. */
function keysIn(text: string): Keys | undefined {
  const keys: (string | number)[] = []
  let rest = text
  while (rest !== '') {
    const found = /^(?:\.([A-Za-z_][\w-]*)|\['((?:[^'\\]|\\.)*)'\]|\.`([^`]+)`|\[(\d+)\])/.exec(rest)
    if (found === null) return undefined
    const [whole, name, quoted, ticked, index] = found
    keys.push(index === undefined ? (name ?? ticked ?? (quoted ?? '').replaceAll(/\\(.)/g, '$1')) : Number(index))
    rest = rest.slice(whole.length)
  }
  return keys
}
