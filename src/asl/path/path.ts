/** A compiled path. */
import { isJsonArray, isJsonObject, type Json } from '../../base/index.ts'
import { type PathNotFound, PathSyntaxError } from './errors.ts'
import { evaluate } from './evaluate.ts'
import { Miss } from './miss.ts'
import { type PathSource, readSource, readTrail } from './parse.ts'
import { Reading } from './reading.ts'
import { Scanner } from './scanner.ts'
import type { Step, Trail } from './step.ts'

export interface Path {
  /** As written. */
  readonly text: string
  /** What `$` stands for: the caller hands `read` that document. */
  readonly source: PathSource
  /** Gives one value; otherwise a list, which may be empty. */
  readonly definite: boolean
  /** No steps: `$`, `$$` or `$name` alone. */
  readonly whole: boolean
  /** @throws PathNotFound */
  read(document: Json): Json
  /** Undefined where `read` throws, but for the limit on work. Cheaper than catching. @throws PathNotFound (limit) */
  find(document: Json): Json | undefined
}

/** Compiles `$…` (input), `$$…` (context object) or `$name…` (variable). @throws PathSyntaxError */
export function compilePath(text: string): Path {
  const scanner = new Scanner(text)
  scanner.skipBlanks()
  const source = readSource(scanner)
  const trail = readTrail(scanner, 'alone')
  scanner.skipBlanks()
  if (!scanner.atEnd) throw scanner.fault(`Illegal character '${scanner.current}', expected '.' or '['`)
  return pathOf(text, source, trail)
}

export function isPath(text: string): boolean {
  try {
    compilePath(text)
    return true
  } catch (error) {
    if (error instanceof PathSyntaxError) return false
    throw error
  }
}

/** Reads a path that is an argument of a call; the cursor ends behind it. @throws PathSyntaxError */
export function readArgumentPath(scanner: Scanner): Path {
  const start = scanner.at
  const source = readSource(scanner)
  const trail = readTrail(scanner, 'argument')
  return pathOf(scanner.text.slice(start, scanner.at), source, trail)
}

function pathOf(text: string, source: PathSource, trail: Trail): Path {
  const keys = plainKeys(trail.steps)
  return keys === undefined ? new GeneralPath(text, source, trail) : new PlainPath(text, source, trail, keys)
}

export type Keys = readonly (string | number)[]

/** Member names and indexes when the path is nothing else. */
export function plainKeys(steps: readonly Step[]): Keys | undefined {
  const keys: (string | number)[] = []
  for (const step of steps) {
    if (step.kind === 'member') keys.push(step.name)
    else if (step.kind === 'item') keys.push(step.index)
    else return undefined
  }
  return keys
}

/** `$.a.b[0]`: nearly every path there is, so it has a loop of its own that allocates nothing. */
export class PlainPath implements Path {
  readonly text: string
  readonly source: PathSource
  readonly definite = true
  readonly whole: boolean
  readonly keys: Keys
  readonly #trail: Trail

  constructor(text: string, source: PathSource, trail: Trail, keys: Keys) {
    this.text = text
    this.source = source
    this.whole = keys.length === 0
    this.keys = keys
    this.#trail = trail
  }

  read(document: Json): Json {
    const value = this.find(document)
    if (value === undefined) throw this.#whyNot(document)
    return value
  }

  find(document: Json): Json | undefined {
    let value: Json | undefined = document
    for (const key of this.keys) {
      value = follow(value, key)
      if (value === undefined) return undefined
    }
    return value
  }

  /** Walks again, slowly, to see where it ends. */
  #whyNot(document: Json): PathNotFound {
    const value = evaluate(this.#trail, document, new Reading(document, this.text))
    if (value instanceof Miss) return value.toError(this.#trail.steps, this.text)
    throw new Error(`${this.text} found nothing, and then something`)
  }
}

/** One member or item, or undefined. A negative index counts from the end. */
function follow(value: Json, key: string | number): Json | undefined {
  if (typeof key === 'string') return isJsonObject(value) ? value.get(key) : undefined
  return isJsonArray(value) ? value[key < 0 ? value.length + key : key] : undefined
}

class GeneralPath implements Path {
  readonly text: string
  readonly source: PathSource
  readonly definite: boolean
  readonly whole = false
  readonly #trail: Trail

  constructor(text: string, source: PathSource, trail: Trail) {
    this.text = text
    this.source = source
    this.definite = trail.definite
    this.#trail = trail
  }

  read(document: Json): Json {
    const value = evaluate(this.#trail, document, new Reading(document, this.text))
    if (value instanceof Miss) throw value.toError(this.#trail.steps, this.text)
    return value
  }

  find(document: Json): Json | undefined {
    const value = evaluate(this.#trail, document, new Reading(document, this.text))
    return value instanceof Miss ? undefined : value
  }
}
