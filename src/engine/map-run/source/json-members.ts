/** The elements of a JSON array, or the members of an object, cut out of a stream of bytes that is never whole in memory. */
import { type JsonText, JsonSyntaxError, parseJson, printJson } from '../../../base/index.ts'
import { bytes, isBlank, JsonSearch, stringOf } from './json-search.ts'
import { ItemReaderFailure } from './source.ts'

/** Where the container stands: found by its pointer, or known from before. */
export type Start =
  | { readonly kind: 'pointer'; readonly segments: readonly string[] }
  /** Just after a member of a container of this kind. */
  | { readonly kind: 'after'; readonly object: boolean; readonly offset: number }

export type JsonMember = {
  /** Of a member of an object. */
  readonly key?: string
  readonly value: JsonText
  /** Where in the stream it ends. */
  readonly end: number
}

/** Bytes in, members out. All it keeps is the member that is just being read. */
export class JsonMembers {
  readonly #search: JsonSearch | undefined
  readonly #largest: number
  #offset: number
  #inside: 'seeking' | 'items' | 'ended'
  #object = false
  #inString = false
  #escaped = false
  /** Containers open within the member. */
  #depth = 0
  #key: string | undefined
  #hasText = false
  #kept: Buffer[] = []
  #keptBytes = 0

  /** `largest`: bytes of one member at most. */
  constructor(start: Start, largest: number) {
    this.#largest = largest
    this.#inside = start.kind === 'after' ? 'items' : 'seeking'
    this.#offset = start.kind === 'after' ? start.offset : 0
    if (start.kind === 'after') this.#object = start.object
    else this.#search = new JsonSearch(start.segments)
  }

  /** All items have been seen; the rest of the stream says nothing. */
  get ended(): boolean {
    return this.#inside === 'ended'
  }

  /** Whether they are members of an object. Known once the first has been seen. */
  get object(): boolean {
    return this.#object
  }

  /** @throws ItemReaderFailure */
  push(chunk: Buffer): readonly JsonMember[] {
    const found: JsonMember[] = []
    let from = this.#inside === 'seeking' ? this.#seek(chunk) : 0
    for (let i = from; i < chunk.length && this.#inside === 'items'; i++) {
      const part = this.#part(chunk[i] ?? 0)
      if (part === undefined) continue
      const text = this.#taken(chunk.subarray(from, i))
      from = i + 1
      if (part === 'key') this.#key = stringOf(Buffer.from(text.trim().slice(1, -1)))
      else if (this.#hasText) found.push(this.#memberOf(text, this.#offset + i))
      if (part === 'end') this.#inside = 'ended'
    }
    if (this.#inside === 'items') this.#keep(chunk.subarray(from))
    this.#offset += chunk.length
    return found
  }

  /** The stream is at its end. @throws ItemReaderFailure when the items are not */
  finish(): void {
    if (this.#inside === 'seeking') throw new ItemReaderFailure('Attempting to map over non-iterable node.')
    if (this.#inside === 'items') throw new ItemReaderFailure('The JSON text ends before its array or object does.')
  }

  /** Where in the chunk the items begin. */
  #seek(chunk: Buffer): number {
    const begin = this.#search?.push(chunk)
    if (begin === undefined) return chunk.length
    this.#inside = 'items'
    this.#object = begin.object
    return begin.at
  }

  /** What ends at this byte: the name of a member, a member, or all of them. */
  #part(byte: number): 'key' | 'member' | 'end' | undefined {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false
      else if (byte === bytes.backslash) this.#escaped = true
      else if (byte === bytes.quote) this.#inString = false
      return undefined
    }
    if (isBlank(byte)) return undefined
    if (this.#depth === 0) {
      if (byte === bytes.comma) return 'member'
      if (byte === bytes.closeBrace || byte === bytes.closeBracket) return 'end'
      if (byte === bytes.colon && this.#object && this.#key === undefined) return 'key'
    }
    this.#hasText = true
    if (byte === bytes.quote) this.#inString = true
    else if (byte === bytes.openBrace || byte === bytes.openBracket) this.#depth++
    else if (byte === bytes.closeBrace || byte === bytes.closeBracket) this.#depth--
    return undefined
  }

  #memberOf(text: string, end: number): JsonMember {
    const key = this.#key
    this.#key = undefined
    this.#hasText = false
    return key === undefined ? { value: compact(text), end } : { key, value: compact(text), end }
  }

  #taken(last: Buffer): string {
    if (this.#kept.length === 0) return last.toString('utf8')
    const whole = Buffer.concat([...this.#kept, last])
    this.#kept = []
    this.#keptBytes = 0
    return whole.toString('utf8')
  }

  #keep(rest: Buffer): void {
    if (rest.length === 0) return
    this.#keptBytes += rest.length
    if (this.#keptBytes > this.#largest) throw itemTooLarge(this.#largest)
    // A copy: the stream may use its buffer again.
    this.#kept.push(Buffer.from(rest))
  }
}

export const itemTooLarge = (bytesAtMost: number): ItemReaderFailure =>
  new ItemReaderFailure(`An item is larger than ${bytesAtMost} bytes, the largest payload.`)

/** Without the author's white space. @throws ItemReaderFailure when it is no JSON */
export function compact(text: string): JsonText {
  try {
    return printJson(parseJson(text))
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    throw new ItemReaderFailure(`An item cannot be read as JSON: ${error.reason}`, { cause: error })
  }
}
