/** What a table shows while nothing in it may move: the rows stay where they are, and are what they have become. Pure. */

export type Arranged<Item> = {
  readonly items: readonly Item[]
  /** New rows that would push down what is shown. */
  readonly waiting: number
  /** Keys of rows that are shown still and are no longer in the list. */
  readonly gone: ReadonlySet<string>
}

export const asItIs = <Item>(items: readonly Item[]): Arranged<Item> => ({ items, waiting: 0, gone: nobody })

/** What came behind the last row is added there: it moves nothing. */
export function held<Item>(
  shown: readonly Item[],
  now: readonly Item[],
  keyOf: (item: Item) => string,
): Arranged<Item> {
  if (shown === now) return asItIs(now)
  const byKey = new Map(now.map((item) => [keyOf(item), item]))
  const known = new Set(shown.map(keyOf))
  const lastKnown = now.findLastIndex((item) => known.has(keyOf(item)))
  // Another list.
  if (lastKnown < 0) return asItIs(now)
  const gone = shown.map(keyOf).filter((key) => !byKey.has(key))
  const stayed = known.size - gone.length
  return {
    items: [...shown.map((item) => byKey.get(keyOf(item)) ?? item), ...now.slice(lastKnown + 1)],
    waiting: lastKnown + 1 - stayed,
    gone: gone.length === 0 ? nobody : new Set(gone),
  }
}

const nobody: ReadonlySet<string> = new Set()
