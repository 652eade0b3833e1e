/** `DefinitionSubstitutions`: values put in the places of `${name}`. Pure. */
import { isJsonArray, isJsonObject, type Json } from '../../base/index.ts'
import { textOf } from './resolve.ts'

/** Names that the definition wants a value for and does not get. */
export type Substituted<T> = { readonly result: T; readonly missing: readonly string[] }

const placeholder = /\$\{([A-Za-z0-9_.:-]+)\}/g

/** In JSON text: within a string the value is written as JSON writes it, elsewhere it stands as it is. */
export function substituteInJson(text: string, values: ReadonlyMap<string, Json>): Substituted<string> {
  const missing = new Set<string>()
  // A string is matched whole, so that what is outside of one is known to be.
  const result = text.replaceAll(/"(?:[^"\\]|\\.)*"|\$\{([A-Za-z0-9_.:-]+)\}/gs, (match, name: string | undefined) => {
    if (name !== undefined) return valueOf(name, values, missing) ?? match
    return match.replaceAll(placeholder, (whole, inner: string) => {
      const value = valueOf(inner, values, missing)
      return value === undefined ? whole : JSON.stringify(value).slice(1, -1)
    })
  })
  return { result, missing: [...missing] }
}

/** In any text, as it stands: for YAML. */
export function substituteInText(text: string, values: ReadonlyMap<string, Json>): Substituted<string> {
  const missing = new Set<string>()
  const result = text.replaceAll(placeholder, (whole, name: string) => valueOf(name, values, missing) ?? whole)
  return { result, missing: [...missing] }
}

/** In the strings of a value. */
export function substituteInValue(value: Json, values: ReadonlyMap<string, Json>): Substituted<Json> {
  const missing = new Set<string>()
  const walk = (inner: Json): Json => {
    if (typeof inner === 'string') {
      return inner.replaceAll(placeholder, (whole, name: string) => valueOf(name, values, missing) ?? whole)
    }
    if (isJsonArray(inner)) return inner.map(walk)
    if (!isJsonObject(inner)) return inner
    return new Map([...inner].map(([key, member]) => [key, walk(member)] as const))
  }
  return { result: walk(value), missing: [...missing] }
}

function valueOf(name: string, values: ReadonlyMap<string, Json>, missing: Set<string>): string | undefined {
  const value = values.get(name)
  if (value === undefined) missing.add(name)
  return value === undefined ? undefined : textOf(value)
}
