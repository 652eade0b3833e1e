/** Reference paths: they name exactly one place, so they can be written to. */
import { isJsonArray, isJsonObject, type Json, type JsonArray, printJson } from '../../base/index.ts'
import { PathSyntaxError, ReferenceMismatch } from './errors.ts'
import { readSource, readTrail } from './parse.ts'
import { type Keys, type Path, PlainPath, plainKeys } from './path.ts'
import { Scanner } from './scanner.ts'

/** Only dotted names and single indexes or names in brackets. For ResultPath, Variable, ItemsPath and the …Path fields. */
export interface ReferencePath extends Path {
  /**
   * A copy of the document with the value at this place; what the two have in common is shared. Objects on the way are
   * made where a key is missing; an array is neither made nor grown. @throws ReferenceMismatch
   */
  put(document: Json, value: Json): Json
}

/** @throws PathSyntaxError */
export function compileReference(text: string): ReferencePath {
  const scanner = new Scanner(text)
  scanner.skipBlanks()
  const source = readSource(scanner)
  const stepsAt = scanner.at
  const trail = readTrail(scanner, 'reference')
  scanner.skipBlanks()
  if (!scanner.atEnd) throw scanner.fault(`Illegal character '${scanner.current}' in a reference path`)
  const keys = plainKeys(trail.steps)
  if (keys === undefined) {
    throw new PathSyntaxError("A reference path names one place: only .name, ['name'] and [index] are allowed", stepsAt)
  }
  return new CompiledReference(text, source, trail, keys)
}

export function isReferencePath(text: string): boolean {
  try {
    compileReference(text)
    return true
  } catch (error) {
    if (error instanceof PathSyntaxError) return false
    throw error
  }
}

class CompiledReference extends PlainPath implements ReferencePath {
  put(document: Json, value: Json): Json {
    const changed = replaced(document, 0, { keys: this.keys, value })
    if (changed !== undefined) return changed
    throw new ReferenceMismatch(`Unable to apply ReferencePath ${this.text} to input ${printJson(document)}`)
  }
}

type Writing = { readonly keys: Keys; readonly value: Json }

/** Undefined when the keys cannot be followed. An absent place is an object in waiting. */
function replaced(place: Json | undefined, at: number, writing: Writing): Json | undefined {
  const key = writing.keys[at]
  if (key === undefined) return writing.value
  if (typeof key === 'number') {
    return place !== undefined && isJsonArray(place) ? withItem(place, key, at, writing) : undefined
  }
  if (place !== undefined && !isJsonObject(place)) return undefined
  const member = replaced(place?.get(key), at + 1, writing)
  return member === undefined ? undefined : new Map(place).set(key, member)
}

function withItem(array: JsonArray, index: number, at: number, writing: Writing): Json | undefined {
  const effective = index < 0 ? array.length + index : index
  const current = array[effective]
  const item = current === undefined ? undefined : replaced(current, at + 1, writing)
  return item === undefined ? undefined : array.with(effective, item)
}
