/** Finding in a list that is here as a whole. Pure. */

/** Those whose text holds every word that was typed, in any order and case. All of them when nothing was typed. */
export function matching<Item>(
  items: readonly Item[],
  typed: string | undefined,
  textOf: (item: Item) => string,
): readonly Item[] {
  const words = (typed ?? '').toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return items
  return items.filter((item) => {
    const text = textOf(item).toLowerCase()
    return words.every((word) => text.includes(word))
  })
}
