/** Expressions ready to run, the most recently used kept. */
import { asVersion206 } from './dialect.ts'
import { deepestTree, type References, referencesOf, TooDeep } from './references.ts'
import type { Expression, JsonataOptions, Realm } from './realm.ts'

export type Compiled =
  | { readonly ok: true; readonly expression: Expression; readonly references: References }
  /** `code` is jsonata's, absent when the platform refused a regular expression. */
  | { readonly ok: false; readonly code: string | undefined; readonly message: string }

/** Longer ones take longer to parse than others may wait; the longest real ones are a hundredth of it. */
export const longestExpression = 131_072

/** Together about as much memory as the sources ten times over. */
const capacity = { expressions: 2_000, characters: 4_000_000 }

export class CompiledExpressions {
  readonly #realm: Realm
  readonly #options: JsonataOptions
  readonly #prepare: (expression: Expression) => void
  readonly #kept = new Map<string, Compiled>()
  #characters = 0

  constructor(realm: Realm, options: JsonataOptions, prepare: (expression: Expression) => void) {
    this.#realm = realm
    this.#options = options
    this.#prepare = prepare
  }

  get(source: string): Compiled {
    const kept = this.#kept.get(source)
    if (kept !== undefined) {
      this.#kept.delete(source)
      this.#kept.set(source, kept)
      return kept
    }
    const compiled = this.#compile(source)
    this.#kept.set(source, compiled)
    this.#characters += source.length
    this.#forget()
    return compiled
  }

  #compile(source: string): Compiled {
    if (source.length > longestExpression) return tooLong(source)
    try {
      const expression = this.#realm.compile(asVersion206(source), this.#options)
      const references = referencesOf(expression.ast())
      this.#prepare(expression)
      return { ok: true, expression, references }
    } catch (error) {
      return refusal(error)
    }
  }

  #forget(): void {
    for (const source of this.#kept.keys()) {
      if (this.#kept.size <= capacity.expressions && this.#characters <= capacity.characters) return
      if (this.#kept.size === 1) return
      this.#kept.delete(source)
      this.#characters -= source.length
    }
  }
}

function tooLong(source: string): Compiled {
  const message = `The expression has ${source.length} characters; ${longestExpression} are accepted`
  return { ok: false, code: undefined, message }
}

function refusal(error: unknown): Compiled {
  const thrown: { name?: unknown; code?: unknown; message?: unknown } =
    typeof error === 'object' && error !== null ? error : { message: String(error) }
  // The parser's own end is far below ours: where its stack ends.
  if (error instanceof TooDeep || thrown.name === 'RangeError') {
    return { ok: false, code: undefined, message: `The expression is nested deeper than ${deepestTree} levels` }
  }
  const code = typeof thrown.code === 'string' ? thrown.code : undefined
  return { ok: false, code, message: String(thrown.message) }
}
