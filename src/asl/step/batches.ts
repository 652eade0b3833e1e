/** The batches of a distributed Map in the making. An item that is too large for any is one by itself. Pure. */
import { byteLength, type JsonText } from '../../base/index.ts'
import type { ItemBatches } from './state.ts'

/** What a child is given, of how many items, and where reading goes on after them. */
export type Batch = { readonly input: JsonText; readonly items: number; readonly cursor: string }

export class Batches {
  readonly #plan: ItemBatches
  readonly #frame: number
  #items: JsonText[] = []
  #bytes = 0
  #cursor = ''

  constructor(plan: ItemBatches) {
    this.#plan = plan
    this.#frame = byteLength(wrap(plan.batchInput, []))
  }

  /** The batches that are full now. */
  add(item: JsonText, cursor: string): readonly Batch[] {
    const { maxItems = Infinity, maxBytes = Infinity } = this.#plan
    const full: Batch[] = []
    const bytes = byteLength(item) + 1
    if (this.#items.length > 0 && this.#frame + this.#bytes + bytes - 1 > maxBytes) full.push(...this.rest())
    this.#items.push(item)
    this.#bytes += bytes
    this.#cursor = cursor
    if (this.#items.length >= maxItems) full.push(...this.rest())
    return full
  }

  /** What has been collected, though there is room for more. */
  rest(): readonly Batch[] {
    if (this.#items.length === 0) return []
    const input = wrap(this.#plan.batchInput, this.#items)
    const batch = { input, items: this.#items.length, cursor: this.#cursor }
    this.#items = []
    this.#bytes = 0
    return [batch]
  }
}

const wrap = (batchInput: JsonText | undefined, items: readonly JsonText[]): JsonText =>
  batchInput === undefined
    ? `{"Items":[${items.join(',')}]}`
    : `{"BatchInput":${batchInput},"Items":[${items.join(',')}]}`
