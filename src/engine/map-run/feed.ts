/** Items on their way to children: read ahead of them page by page, selected, and put into batches. */
import { Batches, type Item, type ItemBatches } from '../../asl/index.ts'
import type { JsonText } from '../../base/index.ts'
import type { ChildPlan } from './work.ts'
import type { ItemPages, SourceItem } from './source/source.ts'

/** What a child is given for an item: the ItemSelector's answer. */
export type Select = (items: readonly Item[]) => Promise<readonly JsonText[]>

export type FeedOptions = {
  readonly pages: ItemPages
  readonly select: Select
  readonly batches: ItemBatches | undefined
  /** Index of the next item. */
  readonly from: number
}

export type Portion = {
  readonly children: readonly ChildPlan[]
  /** These are the last. */
  readonly last: boolean
}

export class ItemFeed {
  readonly #pages: AsyncIterator<readonly SourceItem[]>
  readonly #select: Select
  readonly #batches: Batches | undefined
  #ready: ChildPlan[] = []
  #index: number
  #ended = false

  constructor({ pages, select, batches, from }: FeedOptions) {
    this.#pages = pages[Symbol.asyncIterator]()
    this.#select = select
    this.#batches = batches && new Batches(batches)
    this.#index = from
  }

  /** What comes next, some of it; nothing only at the end. What of it was not used is asked for again: see `used`. */
  async next(limit: number): Promise<Portion> {
    while (this.#ready.length === 0 && !this.#ended) await this.#read()
    const children = this.#ready.slice(0, limit)
    return { children, last: this.#ended && children.length === this.#ready.length }
  }

  /** So many of the last portion have become children. */
  used(count: number): void {
    this.#ready = this.#ready.slice(count)
  }

  /** Lets go of what is being read. */
  async close(): Promise<void> {
    this.#ended = true
    await this.#pages.return?.()
  }

  async #read(): Promise<void> {
    const page = await this.#pages.next()
    if (page.done === true) {
      this.#ended = true
      this.#ready.push(...(this.#batches?.rest() ?? []))
      return
    }
    const items = page.value.map(({ value, key, source }, i): Item => ({
      index: this.#index + i,
      value,
      source,
      ...(key === undefined ? {} : { key }),
    }))
    const inputs = await this.#select(items)
    this.#index += items.length
    inputs.forEach((input, i) => {
      const cursor = JSON.stringify(page.value[i]?.cursor ?? null)
      if (this.#batches === undefined) this.#ready.push({ input, items: 1, cursor })
      else this.#ready.push(...this.#batches.add(input, cursor))
    })
  }
}
