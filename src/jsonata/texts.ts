/**
 * JSON text in and out of an evaluation. Numbers are doubles in there, as they are at AWS; but an integer that only
 * passes through, such as a 64-bit id, comes out as the text it went in as.
 */
import type { JsonText } from '../base/index.ts'
import type { Realm } from './realm.ts'

type Parsed = { readonly text: JsonText; readonly value: unknown; readonly exact: ExactIntegers | undefined }

/** What integers beyond 2^53 read as, by the double they became; undefined when two became the same. */
type ExactIntegers = ReadonlyMap<number, string | undefined>

/** Texts kept parsed: the expressions of one state share their input, its context and variables. */
const capacity = 8

const longInteger = /[1-9][0-9]{15}/

export class Texts {
  readonly #realm: Realm
  readonly #kept: Parsed[] = []
  /** Of the texts that the running evaluation has read. */
  readonly #exact = new Set<ExactIntegers>()

  constructor(realm: Realm) {
    this.#realm = realm
  }

  begin(): void {
    this.#exact.clear()
  }

  /** Values are shared between evaluations: nothing may change them. */
  read(text: JsonText): unknown {
    const index = this.#kept.findIndex((kept) => kept.text === text)
    const [known] = index < 0 ? [] : this.#kept.splice(index, 1)
    // What is read again and again stays, whatever comes once in between.
    return this.#noted(this.#keep(known ?? this.#parse(text)))
  }

  /** @throws the realm's SyntaxError */
  readOnce(text: string): unknown {
    return this.#noted(this.#parse(text))
  }

  /** The text this double was read from, if it is known and not the double's own. */
  exactText(value: number): string | undefined {
    if (this.#exact.size === 0 || Number.isSafeInteger(value)) return undefined
    let found: string | undefined
    for (const exact of this.#exact) {
      if (!exact.has(value)) continue
      const text = exact.get(value)
      if (text === undefined || (found !== undefined && found !== text)) return undefined
      found = text
    }
    return found
  }

  #keep(parsed: Parsed): Parsed {
    this.#kept.unshift(parsed)
    if (this.#kept.length > capacity) this.#kept.pop()
    return parsed
  }

  #noted({ value, exact }: Parsed): unknown {
    if (exact !== undefined) this.#exact.add(exact)
    return value
  }

  #parse(text: string): Parsed {
    if (!longInteger.test(text)) return { text, value: this.#realm.parse(text), exact: undefined }
    const exact = new Map<number, string | undefined>()
    const value = this.#realm.parse(text, (_key, member, { source }) => {
      if (typeof member === 'number' && source !== undefined && /^-?[0-9]+$/.test(source)) note(exact, member, source)
      return member
    })
    return { text, value, exact: exact.size === 0 ? undefined : exact }
  }
}

function note(exact: Map<number, string | undefined>, value: number, source: string): void {
  if (Number.isSafeInteger(value)) return
  exact.set(value, exact.has(value) && exact.get(value) !== source ? undefined : source)
}
