/** What an intrinsic is, and the arguments it gets. */
import {
  isJsonArray,
  isJsonNumber,
  isJsonObject,
  type Json,
  type JsonArray,
  type JsonNumber,
  type JsonObject,
  kindOfJson,
} from '../../base/index.ts'
import type { Chance } from '../ports.ts'
import { IntrinsicFailure } from './errors.ts'

export type Intrinsic = {
  /** How many arguments it takes, both ends included. */
  readonly arity: readonly [least: number, most: number]
  /** @throws IntrinsicFailure */
  readonly apply: (call: Call, chance: Chance) => Json
}

/** The evaluated arguments of one call, and the words to refuse them with. */
export class Call {
  readonly values: readonly Json[]
  readonly #text: string
  readonly #literals: readonly (string | undefined)[]

  /** `text` is the call as written; `literals` are the arguments that are quoted texts, with their escapes. */
  constructor(text: string, values: readonly Json[], literals: readonly (string | undefined)[]) {
    this.values = values
    this.#text = text
    this.#literals = literals
  }

  /** To be thrown. */
  refuse(detail: string): IntrinsicFailure {
    return new IntrinsicFailure(`The function '${this.#text}' had the following error: ${detail}`)
  }

  any(at: number): Json {
    const value = this.values[at]
    if (value === undefined) throw this.refuse(`Argument ${at + 1} is missing`)
    return value
  }

  /** What stood between the quotes, escapes and all, if the argument is a quoted text. */
  literal(at: number): string | undefined {
    return this.#literals[at]
  }

  text(at: number): string {
    const value = this.any(at)
    if (typeof value !== 'string') throw this.#wrongKind(at, 'a string')
    return value
  }

  /** At most so many characters. */
  shortText(at: number, limit: number): string {
    const text = this.text(at)
    if (text.length > limit)
      throw this.refuse(`Argument ${at + 1} has ${text.length} characters; at most ${limit} are allowed`)
    return text
  }

  list(at: number): JsonArray {
    const value = this.any(at)
    if (!isJsonArray(value)) throw this.#wrongKind(at, 'an array')
    return value
  }

  object(at: number): JsonObject {
    const value = this.any(at)
    if (!isJsonObject(value)) throw this.#wrongKind(at, 'an object')
    return value
  }

  boolean(at: number): boolean {
    const value = this.any(at)
    if (typeof value !== 'boolean') throw this.#wrongKind(at, 'a boolean')
    return value
  }

  number(at: number): number | JsonNumber {
    const value = this.any(at)
    if (!isJsonNumber(value)) throw this.#wrongKind(at, 'a number')
    return value
  }

  #wrongKind(at: number, wanted: string): IntrinsicFailure {
    return this.refuse(`Argument ${at + 1} must be ${wanted} but is ${article(kindOfJson(this.any(at)))}`)
  }
}

function article(kind: string): string {
  if (kind === 'null') return kind
  return /^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`
}
