/** Finds the array or object that a JSON Pointer names in a stream of bytes. */
import { pointerSegments as segmentsOf } from '../../../asl/index.ts'
import { ItemReaderFailure } from './source.ts'

export const bytes = {
  quote: 0x22,
  backslash: 0x5c,
  comma: 0x2c,
  colon: 0x3a,
  openBrace: 0x7b,
  closeBrace: 0x7d,
  openBracket: 0x5b,
  closeBracket: 0x5d,
} as const

export const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09

/** Further into the text than that no array is looked for (AWS's limit). */
const furthestStart = 16 * 1024 * 1024

/** A byte order mark may stand before everything. */
const orderMark: readonly number[] = [0xef, 0xbb, 0xbf]

type Level = { readonly object: boolean; key: string | undefined; index: number }

export class JsonSearch {
  readonly #segments: readonly string[]
  /** Containers around the place. */
  readonly #path: Level[] = []
  #offset = 0
  #inString = false
  #escaped = false
  #expectsName = false
  #name: number[] = []

  constructor(segments: readonly string[]) {
    this.#segments = segments
  }

  /** Where in this chunk its members begin. @throws ItemReaderFailure when it is no array or object, or too far away */
  push(chunk: Buffer): { readonly at: number; readonly object: boolean } | undefined {
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] ?? 0
      if (this.#inString) this.#inText(byte)
      else if ((byte === bytes.openBrace || byte === bytes.openBracket) && this.#isThere()) {
        return { at: i + 1, object: byte === bytes.openBrace }
      } else this.#outside(byte)
    }
    this.#offset += chunk.length
    if (this.#offset > furthestStart) throw new ItemReaderFailure('The items do not begin within the first 16 MB.')
    return undefined
  }

  #inText(byte: number): void {
    if (this.#escaped) this.#escaped = false
    else if (byte === bytes.backslash) this.#escaped = true
    else if (byte === bytes.quote) return this.#textEnds()
    if (this.#expectsName) this.#name.push(byte)
  }

  #textEnds(): void {
    this.#inString = false
    const level = this.#path.at(-1)
    if (level !== undefined && this.#expectsName) level.key = stringOf(Buffer.from(this.#name))
    this.#expectsName = false
  }

  #outside(byte: number): void {
    if (isBlank(byte) || byte === bytes.colon) return
    const level = this.#path.at(-1)
    if (byte === bytes.openBrace || byte === bytes.openBracket) {
      this.#expectsName = byte === bytes.openBrace
      this.#path.push({ object: this.#expectsName, key: undefined, index: 0 })
    } else if (byte === bytes.closeBrace || byte === bytes.closeBracket) {
      this.#path.pop()
      if (this.#path.length === 0) throw notIterable()
    } else if (byte === bytes.comma && level !== undefined) {
      level.index++
      this.#expectsName = level.object
    } else if (level === undefined && !orderMark.includes(byte)) throw notIterable()
    else if (byte === bytes.quote) {
      this.#inString = true
      this.#name = []
    }
  }

  #isThere(): boolean {
    if (this.#path.length !== this.#segments.length) return false
    return this.#path.every(({ object, key, index }, i) => (object ? key : String(index)) === this.#segments[i])
  }
}

export const notIterable = (): ItemReaderFailure => new ItemReaderFailure('Attempting to map over non-iterable node.')

/** A text between its quotes. */
export function stringOf(inside: Buffer): string {
  try {
    return String(JSON.parse(`"${inside.toString('utf8')}"`))
  } catch (error) {
    throw new ItemReaderFailure(`A name in the JSON text cannot be read: ${String(error)}`, { cause: error })
  }
}

/** `/a/b~1c` → `a`, `b/c`. */
export function pointerSegments(pointer: string): readonly string[] {
  const segments = segmentsOf(pointer)
  if (segments === undefined) throw new ItemReaderFailure(`ItemsPointer is no JSON Pointer: ${pointer}`)
  return segments
}
