/**
 * A list that is newest first, read in pages and kept current without reading all of it again: at each change its top is read, for new
 * rows, and what is in sight; the rest when it comes into sight. A cursor always leads to the same place. Pure.
 */

export type PageOf<Item> = {
  readonly items: readonly Item[]
  readonly cursor?: string
  /** Of a search that looked at so many and no further. */
  readonly searched?: number
}
/** Positions of the rows that somebody sees. */
export type Sight = { readonly first: number; readonly last: number }

/** A place where reading can begin. */
type Mark = {
  /** Undefined: the top. */
  readonly cursor: string | undefined
  readonly at: number
  /** In which round it was last read from here to the next mark. */
  readonly round: number
}

export type Listing<Item> = {
  readonly items: readonly Item[]
  readonly marks: readonly Mark[]
  /** Leads behind the last item; undefined: there are no more. */
  readonly more: string | undefined
  /** So many were looked through; undefined: all that there are, as far as the list is read. */
  readonly searched: number | undefined
  readonly round: number
  /** The newest rows, when there are more of them than reach what is known. */
  readonly ahead: PageOf<Item> | undefined
}

type KeyOf<Item> = (item: Item) => string

export const listingOf = <Item>(page: PageOf<Item>, round = 0): Listing<Item> => ({
  items: page.items,
  marks: [{ cursor: undefined, at: 0, round }],
  more: page.cursor,
  searched: page.searched,
  round,
  ahead: undefined,
})

/** With the page behind the last item, unless somebody else has come first. */
export function withMore<Item>(listing: Listing<Item>, cursor: string, page: PageOf<Item>): Listing<Item> {
  if (listing.more !== cursor) return listing
  return {
    ...listing,
    items: [...listing.items, ...page.items],
    marks: [...listing.marks, { cursor, at: listing.items.length, round: listing.round }],
    more: page.cursor,
    searched: page.searched === undefined ? undefined : page.searched + (listing.searched ?? 0),
  }
}

/** Something has changed: all of it is of an earlier round until it is read. */
export const nextRound = <Item>(listing: Listing<Item>): Listing<Item> => ({ ...listing, round: listing.round + 1 })

/** Where to read next so that the top and what is in sight are of this round; none when they are. */
export function readingsFor({ marks, items, round }: Listing<unknown>, sight: Sight): readonly (string | undefined)[] {
  const isWanted = (mark: Mark, index: number): boolean =>
    mark.round < round && (index === 0 || isIn(mark, marks[index + 1]?.at ?? items.length, sight))
  return marks.filter(isWanted).map(({ cursor }) => cursor)
}

const isIn = ({ at }: Mark, end: number, { first, last }: Sight): boolean => at <= last && end > first

/** With what was read at a cursor, in this round. */
export function withPage<Item>(
  listing: Listing<Item>,
  cursor: string | undefined,
  page: PageOf<Item>,
  keyOf: KeyOf<Item>,
): Listing<Item> {
  const mark = listing.marks.find((one) => one.cursor === cursor)
  // Read over meanwhile, from a place before it.
  if (mark === undefined) return listing
  const known = {
    ...listing,
    marks: listing.marks.map((one) => (one === mark ? { ...mark, round: listing.round } : one)),
  }
  // Of what was looked through, the reader may see nothing: that says nothing about what is known.
  if (page.items.length === 0 && page.cursor !== undefined && listing.items.length > 0) return known
  const end = endOf(listing, mark.at, page, keyOf)
  if (end === undefined) {
    if (listing.items.length === 0) return listingOf(page, listing.round)
    return { ...known, ahead: page }
  }
  const { items, more } = listing
  const reachesEnd = end >= items.length
  const fresh = asKnown(items.slice(mark.at, end), page.items, keyOf)
  return {
    ...listing,
    items: [...items.slice(0, mark.at), ...fresh, ...items.slice(end)],
    marks: marksAfter(listing, { mark, end, count: fresh.length, cursor: reachesEnd ? undefined : page.cursor }),
    more: reachesEnd ? page.cursor : more,
    ahead: cursor === undefined ? undefined : listing.ahead,
  }
}

/** Up to where a page that begins at `start` replaces what is known; undefined: it is all newer than that. */
function endOf<Item>(
  { items }: Listing<Item>,
  start: number,
  page: PageOf<Item>,
  keyOf: KeyOf<Item>,
): number | undefined {
  if (page.cursor === undefined) return items.length
  const keys = new Set(page.items.map(keyOf))
  const lastKnown = items.findLastIndex((item, at) => at >= start && keys.has(keyOf(item)))
  if (lastKnown < 0) return start === 0 ? undefined : items.length
  const [last, known] = [page.items.at(-1), items[lastKnown]]
  const endsKnown = last !== undefined && known !== undefined && keyOf(last) === keyOf(known)
  // It goes on behind the last that is known.
  return endsKnown ? lastKnown + 1 : items.length
}

/** What has not changed stays the same object: it need not be drawn again. */
function asKnown<Item>(before: readonly Item[], now: readonly Item[], keyOf: KeyOf<Item>): readonly Item[] {
  const known = new Map(before.map((item) => [keyOf(item), item]))
  return now.map((item) => {
    const old = known.get(keyOf(item))
    return old !== undefined && JSON.stringify(old) === JSON.stringify(item) ? old : item
  })
}

type Replaced = {
  readonly mark: Mark
  readonly end: number
  readonly count: number
  /** Where reading can go on behind it. */
  readonly cursor: string | undefined
}

function marksAfter<Item>({ items, marks, round }: Listing<Item>, { mark, end, count, cursor }: Replaced): Mark[] {
  const shift = mark.at + count - end
  const before = marks.filter(({ at }) => at < mark.at)
  const after = marks.filter(({ at }) => at >= end && at > mark.at && at < items.length)
  const follows = after[0]?.at === end || cursor === undefined
  const covering = marks.findLast(({ at }) => at < end)?.round ?? 0
  const all = [
    ...before,
    { ...mark, round },
    ...(follows ? [] : [{ cursor, at: end, round: covering }]).map((one) => ({ ...one, at: one.at + shift })),
    ...after.map((one) => ({ ...one, at: one.at + shift })),
  ]
  return sparse(all, items.length + shift, Math.max(1, count))
}

/** One reading fills a page: marks whose neighbours are within one page of each other are not needed. */
function sparse(marks: readonly Mark[], length: number, page: number): Mark[] {
  const kept: Mark[] = []
  for (const [index, mark] of marks.entries()) {
    const [before, nextAt] = [kept.at(-1), marks[index + 1]?.at ?? length]
    if (before !== undefined && nextAt - before.at <= page) {
      kept[kept.length - 1] = { ...before, round: Math.min(before.round, mark.round) }
    } else kept.push(mark)
  }
  return kept
}
