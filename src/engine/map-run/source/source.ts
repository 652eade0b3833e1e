/** Where the items of a Map Run come from, one page after the other, each item with the place to go on from. */
import type { JsonText } from '../../../base/index.ts'

/** How far a source has been read: JSON of its own, kept with the children that were started up to there. */
export type Cursor = Readonly<Record<string, unknown>>

export type SourceItem = {
  readonly value: JsonText
  /** Of a member of an object. */
  readonly key?: string
  /** As `$$.Map.Item.Source` shows it. */
  readonly source: string
  /** To go on after this item. */
  readonly cursor: Cursor
}

/** Pages, because a promise for each of a million items costs more than the item. @throws ItemReaderFailure */
export type ItemPages = AsyncIterable<readonly SourceItem[]>

/** What is read cannot be items: the run fails with States.ItemReaderFailed and this cause. */
export class ItemReaderFailure extends Error {}

/** The first `limit` of them. */
export async function* firstItems(pages: ItemPages, limit: number): ItemPages {
  let left = limit
  for await (const page of pages) {
    if (left <= 0) return
    yield page.length > left ? page.slice(0, left) : page
    left -= page.length
    if (left <= 0) return
  }
}
