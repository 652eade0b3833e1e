/** A list that goes on as somebody scrolls, and is kept current by its top and what is in sight; see listing.ts. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo, useRef } from 'react'
import { Pace } from '../../base/index.ts'
import type { AnswerOf, ApiFault, OperationName, RequestOf } from './client.ts'
import { pageClock } from './clock.ts'
import { subjectOf, useApi } from './context.tsx'
import {
  type Listing,
  listingOf,
  nextRound,
  type PageOf,
  readingsFor,
  type Sight,
  withMore,
  withPage,
} from './listing.ts'

type Listed = { readonly items: readonly unknown[]; readonly cursor?: string }
type ListName = { [Name in OperationName]: AnswerOf<Name> extends Listed ? Name : never }[OperationName]
export type ItemOf<Name extends ListName> = AnswerOf<Name> extends PageOf<infer Item> ? Item : never

/** What a table of such a list is given. */
export type ListRows<Item> = {
  readonly items: readonly Item[]
  readonly keyOf: (item: Item) => string
  readonly hasMore: boolean
  readonly onMore: () => void
  readonly onSight: (sight: Sight) => void
  /** Newest rows that do not reach those that are shown; `onRenew` shows them instead. */
  readonly ahead: number
  readonly onRenew: () => void
}

/** So often what comes into sight is read, while somebody scrolls. */
const sightMs = 250

export function useList<Name extends ListName>(
  name: Name,
  request: RequestOf<Name>,
  keyOf: (item: ItemOf<Name>) => string,
) {
  const reader = useReader(name, request, keyOf)
  const found = useQuery<Listing<ItemOf<Name>>, ApiFault>({
    queryKey: reader.queryKey,
    queryFn: ({ signal }) => reader.current(signal),
    // Rows that have not changed are the same objects already, and comparing thousands takes its time.
    structuralSharing: false,
  })
  const { data } = found
  const rows: ListRows<ItemOf<Name>> = {
    items: data?.items ?? nothing,
    keyOf,
    // How much further a search looks is somebody's choice.
    hasMore: data?.more !== undefined && data.searched === undefined,
    ahead: data?.ahead?.items.length ?? 0,
    onMore: reader.more,
    onSight: reader.look,
    onRenew: reader.renew,
  }
  return {
    id: reader.id,
    items: rows.items,
    rows,
    searched: data?.more === undefined ? undefined : data.searched,
    isError: found.isError,
    error: found.error,
    isPending: found.isPending,
    refetch: found.refetch,
  }
}

const nothing: readonly never[] = []

/** One for each request, for as long as the page is shown. */
function useReader<Name extends ListName>(
  name: Name,
  request: RequestOf<Name>,
  keyOf: (item: ItemOf<Name>) => string,
): Reader<ItemOf<Name>> {
  const { client } = useApi()
  const queries = useQueryClient()
  const asked = JSON.stringify(request)
  const key = useRef(keyOf)
  key.current = keyOf
  return useMemo(() => {
    const queryKey = [subjectOf(name), name, 'list', JSON.parse(asked) as RequestOf<Name>]
    return new Reader<ItemOf<Name>>({
      id: asked,
      queryKey,
      keyOf: (item) => key.current(item),
      known: () => queries.getQueryData<Listing<ItemOf<Name>>>(queryKey),
      keep: (listing) => void queries.setQueryData(queryKey, listing),
      // ListName lets in only what answers pages of its items.
      read: async (cursor, signal) =>
        (await client.call(
          name,
          withCursor(JSON.parse(asked) as RequestOf<Name>, cursor),
          signal,
        )) as unknown as PageOf<ItemOf<Name>>,
    })
  }, [client, queries, name, asked])
}

type Source<Item> = {
  readonly id: string
  readonly queryKey: readonly unknown[]
  readonly keyOf: (item: Item) => string
  readonly known: () => Listing<Item> | undefined
  readonly keep: (listing: Listing<Item>) => void
  readonly read: (cursor: string | undefined, signal?: AbortSignal) => Promise<PageOf<Item>>
}

/** Readings after each other in which what moved into sight is read as well; beyond that the next change does it. */
const mostReadings = 4
const mostEmptyPages = 20

class Reader<Item> {
  readonly #source: Source<Item>
  readonly #scrolling: Pace
  #sight: Sight = { first: 0, last: 0 }
  #isReadingMore = false
  /** One after the other: each begins with what the one before has left. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(source: Source<Item>) {
    this.#source = source
    this.#scrolling = new Pace({ clock: pageClock, everyMs: sightMs, act: () => this.#readSight() })
  }

  get queryKey(): readonly unknown[] {
    return this.#source.queryKey
  }

  /** Another one for each request: what is shown of one has nothing to do with another. */
  get id(): string {
    return this.#source.id
  }

  /** The list as it is now: the first page of a new one; of a known one the top and what is in sight. */
  current(signal: AbortSignal): Promise<Listing<Item>> {
    return this.#inTurn(async () => {
      const { known, read, keep } = this.#source
      const before = known()
      const now =
        before === undefined
          ? listingOf(await read(undefined, signal))
          : await this.#currentOf(nextRound(before), signal)
      keep(now)
      return now
    })
  }

  async #currentOf(list: Listing<Item>, signal?: AbortSignal): Promise<Listing<Item>> {
    const { read, keyOf } = this.#source
    let now = list
    for (let n = 0; n < mostReadings; n++) {
      const cursors = readingsFor(now, this.#sight)
      if (cursors.length === 0) break
      const pages = await Promise.all(cursors.map((cursor) => read(cursor, signal)))
      now = cursors.reduce((before, cursor, at) => withPage(before, cursor, pages[at] ?? noPage, keyOf), now)
    }
    return now
  }

  more = (): void => {
    if (this.#isReadingMore) return
    this.#isReadingMore = true
    void this.#inTurn(() => this.#readMore()).finally(() => {
      this.#isReadingMore = false
    })
  }

  async #readMore(): Promise<void> {
    const { read, known, keep } = this.#source
    let list = known()
    const count = list?.items.length
    try {
      // A page may hold nothing that its reader may see, and lead on.
      for (let n = 0; n < mostEmptyPages && list?.more !== undefined && list.items.length === count; n++) {
        list = withMore(list, list.more, await read(list.more))
        keep(list)
        if (list.searched !== undefined) return
      }
    } catch {
      // Whoever scrolls on asks again; that nothing answers is shown where the connection is.
    }
  }

  look = (sight: Sight): void => {
    this.#sight = sight
    const list = this.#source.known()
    if (list !== undefined && readingsFor(list, sight).length > 0) this.#scrolling.ring()
  }

  #readSight(): Promise<void> {
    return this.#inTurn(async () => {
      const { known, keep } = this.#source
      const list = known()
      // As above: what is in sight and not current is read with the next change at the latest.
      const now = list && (await this.#currentOf(list).catch(() => undefined))
      if (now !== undefined) keep(now)
    })
  }

  renew = (): void => {
    void this.#inTurn(async () => {
      const list = this.#source.known()
      if (list?.ahead !== undefined) this.#source.keep(listingOf(list.ahead, list.round))
    })
  }

  #inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(act)
    this.#turn = result.catch(() => {})
    return result
  }
}

const noPage = { items: [] }

function withCursor<Request>(request: Request, cursor: string | undefined): Request {
  if (cursor === undefined) return request
  const query = 'query' in Object(request) ? (request as { readonly query?: object }).query : undefined
  return { ...request, query: { ...query, cursor } }
}
