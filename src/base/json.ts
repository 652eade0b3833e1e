/**
 * Lossless JSON. Payloads travel as text; a value that is parsed and printed again keeps the spelling of its numbers
 * and the order of its keys, which `JSON.parse` loses (`0.0` → `0`, `{"2":1,"1":2}` → `{"1":2,"2":1}`).
 */
import { HoldfastError } from './errors.ts'
import { compareNumerals } from './number.ts'

/** Text that is known to be valid JSON. White space and number spelling are the author's. */
export type JsonText = string

/** A numeral that JavaScript would print differently (`0.0`, `1e3`, `12345678901234567890`). */
export class JsonNumber {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
  valueOf(): number {
    return Number(this.text)
  }
}

export type JsonArray = readonly Json[]
/** A map, not an object: keeps integer-like keys in place and has no prototype to pollute. */
export type JsonObject = ReadonlyMap<string, Json>
export type Json = null | boolean | string | number | JsonNumber | JsonArray | JsonObject

/** As deep as AWS accepts; also keeps hostile nesting from the call stack. */
export const maxJsonDepth = 1000

/** A text that is no JSON: what was wrong (in the words AWS's parser uses) and where. */
export class JsonSyntaxError extends HoldfastError {
  readonly reason: string
  readonly offset: number
  readonly line: number
  readonly column: number
  constructor(reason: string, text: string, offset: number) {
    const before = text.slice(0, offset)
    const line = before.split('\n').length
    const column = offset - (before.lastIndexOf('\n') + 1) + 1
    super('json.syntax', `${reason} at line ${line}, column ${column}`, { place: `line ${line}, column ${column}` })
    this.reason = reason
    this.offset = offset
    this.line = line
    this.column = column
  }
}

export const isJsonArray = (value: Json): value is JsonArray => Array.isArray(value)
export const isJsonObject = (value: Json): value is JsonObject => value instanceof Map
export const isJsonNumber = (value: Json): value is number | JsonNumber =>
  typeof value === 'number' || value instanceof JsonNumber

export type JsonKind = 'null' | 'boolean' | 'string' | 'number' | 'array' | 'object'

export function kindOfJson(value: Json): JsonKind {
  if (value === null) return 'null'
  if (typeof value === 'string') return 'string'
  if (typeof value === 'boolean') return 'boolean'
  if (isJsonNumber(value)) return 'number'
  return isJsonArray(value) ? 'array' : 'object'
}

/** Parses one JSON text (RFC 8259). Of equal keys the last wins, in the place of the first. @throws JsonSyntaxError */
export function parseJson(text: string): Json {
  const parser = new Parser(text)
  return parser.document()
}

/** Whether `parseJson` would accept the text. The platform's parser is several times faster, and nothing here needs the value. */
export function isJsonText(text: string): boolean {
  try {
    JSON.parse(text)
  } catch {
    // Only a syntax error can come from the parser, and "no" is the answer to it.
    return false
  }
  // What is too deep has as many brackets as that, opening and closing.
  return text.length <= 2 * maxJsonDepth || isShallow(text)
}

/** Of valid JSON: whether it is no deeper than the limit. */
function isShallow(text: string): boolean {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x5b || code === 0x7b) depth++
    else if (code === 0x5d || code === 0x7d) depth--
    else if (code === 0x22) at = endOfString(text, at)
    if (depth > maxJsonDepth) return false
  }
  return true
}

/** Of valid JSON: where the string that begins at `start` ends. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; ; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x5c) at++
    else if (code === 0x22) return at
  }
}

/** Compact JSON text. */
export function printJson(value: Json): JsonText {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'number':
      return Number.isFinite(value) ? String(value) : JSON.stringify(String(value))
    case 'boolean':
      return value ? 'true' : 'false'
    default:
  }
  if (value === null) return 'null'
  if (value instanceof JsonNumber) return value.text
  if (isJsonArray(value)) return printArray(value)
  return printObject(value)
}

function printArray(values: JsonArray): JsonText {
  let out = '['
  for (let i = 0; i < values.length; i++) {
    if (i > 0) out += ','
    out += printJson(values[i] ?? null)
  }
  return out + ']'
}

function printObject(entries: JsonObject): JsonText {
  let out = '{'
  for (const [key, member] of entries) {
    if (out.length > 1) out += ','
    out += JSON.stringify(key) + ':' + printJson(member)
  }
  return out + '}'
}

/** Deep equality by value: `1` equals `1.0`, key order does not matter. */
export function equalJson(a: Json, b: Json): boolean {
  if (a === b) return true
  if (a === null || b === null) return false
  if (isJsonNumber(a) || isJsonNumber(b)) {
    return isJsonNumber(a) && isJsonNumber(b) && compareNumbers(a, b) === 0
  }
  if (isJsonArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => equalJson(item, b[i] ?? null))
  }
  if (!isJsonObject(a) || !isJsonObject(b) || a.size !== b.size) return false
  for (const [key, member] of a) {
    const other = b.get(key)
    if (other === undefined || !equalJson(member, other)) return false
  }
  return true
}

/** Negative, zero or positive, as for sorting; exact where doubles would lose digits. */
export function compareNumbers(a: number | JsonNumber, b: number | JsonNumber): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return compareNumerals(numeralOf(a), numeralOf(b))
}

const numeralOf = (value: number | JsonNumber): string => (value instanceof JsonNumber ? value.text : String(value))

/** From what `JSON.parse` or ordinary code made. Undefined members are left out, as `JSON.stringify` does. */
export function jsonFromPlain(value: unknown): Json {
  const text = JSON.stringify(value)
  return text === undefined ? null : parseJson(text)
}

/** To ordinary JavaScript values: numbers become doubles, integer-like keys come first. */
export function plainFromJson(value: Json): unknown {
  return JSON.parse(printJson(value)) as unknown
}

/** UTF-8 size, which is what every payload limit counts. */
export function byteLength(text: string): number {
  let bytes = text.length
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x80) continue
    if (code < 0x800) bytes += 1
    else {
      bytes += 2
      // A pair is two units and four bytes; half a pair is written as the three bytes of U+FFFD.
      if (code >= 0xd800 && code < 0xdc00 && isLowSurrogate(text.charCodeAt(i + 1))) i++
    }
  }
  return bytes
}

const isLowSurrogate = (code: number): boolean => code >= 0xdc00 && code < 0xe000

const numeral = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const word = /[\p{L}\p{N}_$]*/uy
const plainRun = /[^"\\\u0000-\u001f]*/y

class Parser {
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): Json {
    this.#blank()
    if (this.#at === this.#text.length) throw this.#fault('No content to map due to end-of-input')
    const value = this.#value()
    this.#blank()
    if (this.#at < this.#text.length) throw this.#unexpected('expected the end of the text after the value')
    return value
  }

  #value(): Json {
    const code = this.#text.charCodeAt(this.#at)
    switch (code) {
      case 0x7b:
        return this.#object()
      case 0x5b:
        return this.#array()
      case 0x22:
        return this.#string()
      default:
    }
    if (code === 0x2d || (code >= 0x30 && code <= 0x39)) return this.#number()
    return this.#word()
  }

  #object(): JsonObject {
    this.#enter()
    const entries = new Map<string, Json>()
    if (this.#closes('}')) return entries
    for (;;) {
      if (this.#text[this.#at] !== '"') throw this.#unexpected('was expecting double-quote to start field name')
      const key = this.#string()
      this.#blank()
      if (this.#text[this.#at] !== ':') {
        throw this.#unexpected('was expecting a colon to separate field name and value')
      }
      this.#at++
      this.#blank()
      entries.set(key, this.#value())
      if (this.#next('}', 'was expecting comma to separate Object entries')) return entries
    }
  }

  #array(): JsonArray {
    this.#enter()
    const items: Json[] = []
    if (this.#closes(']')) return items
    for (;;) {
      items.push(this.#value())
      if (this.#next(']', 'was expecting comma to separate Array entries')) return items
    }
  }

  #enter(): void {
    this.#at++
    if (++this.#depth > maxJsonDepth) {
      throw this.#fault(`Document nesting depth (${this.#depth}) exceeds the maximum allowed (${maxJsonDepth})`)
    }
    this.#blank()
  }

  #closes(bracket: string): boolean {
    if (this.#text[this.#at] !== bracket) return false
    this.#at++
    this.#depth--
    return true
  }

  /** After an item: true at the closing bracket, false after a comma. */
  #next(bracket: string, expectation: string): boolean {
    this.#blank()
    if (this.#closes(bracket)) return true
    if (this.#text[this.#at] !== ',') throw this.#unexpected(expectation)
    this.#at++
    this.#blank()
    return false
  }

  #string(): string {
    const start = ++this.#at
    plainRun.lastIndex = start
    plainRun.test(this.#text)
    this.#at = plainRun.lastIndex
    if (this.#text[this.#at] === '"') return this.#text.slice(start, this.#at++)
    return this.#escaped(start)
  }

  /** The rest of a string with escapes: found here, decoded by the platform. */
  #escaped(start: number): string {
    for (;;) {
      const c = this.#text[this.#at]
      if (c === undefined) throw this.#fault('Unexpected end-of-input in a string')
      if (c === '"') break
      if (c === '\\') {
        this.#escape()
        continue
      }
      if (c < ' ') {
        throw this.#fault(`Illegal unquoted character ((CTRL-CHAR, code ${c.charCodeAt(0)})): has to be escaped`)
      }
      plainRun.lastIndex = this.#at
      plainRun.test(this.#text)
      this.#at = plainRun.lastIndex
    }
    this.#at++
    return JSON.parse(this.#text.slice(start - 1, this.#at)) as string
  }

  #escape(): void {
    const c = this.#text[this.#at + 1]
    if (c === undefined) throw this.#fault('Unexpected end-of-input in a string')
    if (c === 'u') {
      if (!/^[0-9a-fA-F]{4}$/.test(this.#text.slice(this.#at + 2, this.#at + 6))) {
        throw this.#fault('expected a hex-digit for character escape sequence')
      }
      this.#at += 6
      return
    }
    if (!'"\\/bfnrt'.includes(c)) {
      throw this.#fault(`Unrecognized character escape '${c}' (code ${c.charCodeAt(0)})`)
    }
    this.#at += 2
  }

  #number(): number | JsonNumber {
    return this.#smallInteger() ?? this.#numeral()
  }

  /** Most numbers: at most 15 digits and nothing else, so that their digits are their value. Undefined for all others. */
  #smallInteger(): number | undefined {
    const text = this.#text
    const start = this.#at
    let value = 0
    let at = start
    for (; at < start + 15; at++) {
      const digit = text.charCodeAt(at) - 0x30
      if (!(digit >= 0 && digit <= 9)) break
      value = value * 10 + digit
    }
    const after = text.charCodeAt(at)
    // A fraction, an exponent or more digits follow; or a zero leads.
    if (after === 0x2e || (after | 0x20) === 0x65 || (after >= 0x30 && after <= 0x39)) return undefined
    if (at === start || (at > start + 1 && text.charCodeAt(start) === 0x30)) return undefined
    this.#at = at
    return value
  }

  #numeral(): number | JsonNumber {
    numeral.lastIndex = this.#at
    const text = numeral.exec(this.#text)?.[0]
    if (text === undefined) throw this.#unexpected('expected digit (0-9) to follow minus sign, for valid numeric value')
    this.#at += text.length
    const after = this.#text.charCodeAt(this.#at)
    if (after >= 0x30 && after <= 0x39) throw this.#fault('Invalid numeric value: Leading zeroes not allowed')
    const value = Number(text)
    return String(value) === text ? value : new JsonNumber(text)
  }

  #word(): null | boolean {
    word.lastIndex = this.#at
    const text = word.exec(this.#text)?.[0] ?? ''
    const value = text === 'null' ? null : text === 'true' ? true : text === 'false' ? false : undefined
    if (value !== undefined) {
      this.#at += text.length
      return value
    }
    if (text !== '') {
      throw this.#fault(
        `Unrecognized token '${text.slice(0, 80)}': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')`,
      )
    }
    throw this.#unexpected(
      "expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
    )
  }

  #blank(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      this.#at++
    }
  }

  #unexpected(expectation: string): JsonSyntaxError {
    const c = this.#text[this.#at]
    if (c === undefined) return this.#fault(`Unexpected end-of-input: ${expectation}`)
    return this.#fault(`Unexpected character ('${c}' (code ${c.charCodeAt(0)})): ${expectation}`)
  }

  #fault(reason: string): JsonSyntaxError {
    return new JsonSyntaxError(reason, this.#text, this.#at)
  }
}
