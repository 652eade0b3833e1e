import { describe, expect, it } from 'vitest'
import { type Listing, listingOf, nextRound, type PageOf, readingsFor, withMore, withPage } from './listing.ts'

type Row = { readonly id: number; readonly status: string }
const keyOf = ({ id }: Row): string => String(id)
const limit = 10

/** Newest first; a cursor is the id of the last row before it. */
class Server {
  rows: Row[] = []
  reads = 0

  add(count: number): void {
    const newest = this.rows[0]?.id ?? 0
    for (let id = newest + 1; id <= newest + count; id++) this.rows.unshift({ id, status: 'running' })
  }

  end(id: number): void {
    this.rows = this.rows.map((row) => (row.id === id ? { id, status: 'done' } : row))
  }

  page(cursor?: string): PageOf<Row> {
    this.reads++
    const all = this.rows.filter(({ id }) => cursor === undefined || id < Number(cursor))
    const items = all.slice(0, limit)
    return all.length > limit ? { items, cursor: String(items.at(-1)?.id) } : { items }
  }
}

function opened(count: number, pages: number): { server: Server; list: Listing<Row> } {
  const server = new Server()
  server.add(count)
  let list = listingOf(server.page())
  for (let n = 1; n < pages; n++) list = withMore(list, list.more ?? '', server.page(list.more))
  server.reads = 0
  return { server, list }
}

/** As the page does when it is told that something has changed. */
const refreshed = (list: Listing<Row>, server: Server, first = 0, last = 5): Listing<Row> =>
  read(nextRound(list), server, first, last)

function read(list: Listing<Row>, server: Server, first: number, last: number): Listing<Row> {
  const cursors = readingsFor(list, { first, last })
  if (cursors.length === 0) return list
  const now = cursors.reduce((known, cursor) => withPage(known, cursor, server.page(cursor), keyOf), list)
  return read(now, server, first, last)
}

const ids = ({ items }: Listing<Row>): number[] => items.map(({ id }) => id)
const down = (from: number, to: number): number[] => Array.from({ length: from - to + 1 }, (_, n) => from - n)

describe('a list that is kept current', () => {
  it('goes on page by page, and takes each page once', () => {
    const { server, list } = opened(25, 2)
    const cursor = list.more ?? ''
    const page = server.page(cursor)
    const whole = withMore(list, cursor, page)
    expect(ids(whole)).toEqual(down(25, 1))
    expect(whole.more).toBeUndefined()
    expect(withMore(whole, cursor, page)).toBe(whole)
  })

  it('reads its top and what is in sight, however long it is', () => {
    const { server, list } = opened(1000, 60)
    server.add(3)
    server.end(1000 - 405)
    const now = refreshed(list, server, 400, 409)
    expect(server.reads).toBeLessThanOrEqual(3)
    expect(ids(now)).toEqual(down(1003, 401))
    expect(now.items.find(({ id }) => id === 595)?.status).toBe('done')
    // What did not change is not drawn anew.
    expect(now.items[3 + 401]).toBe(list.items[401])
  })

  it('knows what in it is not current, until that comes into sight', () => {
    const { server, list } = opened(200, 10)
    server.end(150)
    const now = refreshed(list, server)
    expect(readingsFor(now, { first: 0, last: 5 })).toEqual([])
    expect(readingsFor(now, { first: 45, last: 55 })).toEqual(['161', '151'])
    const later = read(now, server, 45, 55)
    expect(readingsFor(later, { first: 45, last: 55 })).toEqual([])
    expect(later.items.find(({ id }) => id === 150)?.status).toBe('done')
  })

  it('leaves out what is no longer in it', () => {
    const { server, list } = opened(40, 3)
    server.rows = server.rows.filter(({ id }) => id % 2 === 0)
    const now = refreshed(list, server, 0, 29)
    expect(ids(now).filter((id) => id % 2 === 1)).toEqual([])
    expect(ids(now)).toEqual(server.rows.slice(0, now.items.length).map(({ id }) => id))
  })

  it('keeps what somebody reads when more is new than reaches it, and has the newest ready', () => {
    const { server, list } = opened(100, 5)
    server.add(50)
    const now = refreshed(list, server, 20, 30)
    expect(ids(now)).toEqual(down(100, 51))
    expect(now.ahead?.items.map(({ id }) => id)).toEqual(down(150, 141))
  })

  it('stays when its reader may see nothing of what was read', () => {
    const { list } = opened(30, 2)
    const now = withPage(nextRound(list), undefined, { items: [], cursor: '4' }, keyOf)
    expect(ids(now)).toEqual(ids(list))
    expect(readingsFor(now, { first: 0, last: 0 })).toEqual([])
  })

  it('is the same as read anew, whatever happens in between', () => {
    for (let seed = 1; seed <= 200; seed++) {
      let state = seed
      const next = (below: number): number => (state = (state * 48_271) % 2_147_483_647) % below
      const { server, ...begun } = opened(30 + next(40), 1 + next(3))
      let { list } = begun
      for (let turn = 0; turn < 30; turn++) {
        if (next(3) === 0) server.add(next(9))
        if (next(3) === 0) server.end(server.rows[next(server.rows.length)]?.id ?? 0)
        if (next(4) === 0) server.rows.splice(next(server.rows.length), 1)
        if (next(4) === 0 && list.more !== undefined) list = withMore(list, list.more, server.page(list.more))
        const first = next(list.items.length)
        list = refreshed(list, server, first, first + 9)
        if (list.ahead !== undefined) list = listingOf(list.ahead, list.round)
        const newest = list.items.slice(0, limit)
        expect(newest).toEqual(server.rows.slice(0, newest.length))
        expect(new Set(ids(list)).size).toBe(list.items.length)
        expect(ids(list)).toEqual(ids(list).toSorted((a, b) => b - a))
      }
      // All of it in sight: nothing is missing, nothing is old, and marks do not gather.
      list = refreshed(list, server, 0, list.items.length)
      expect(list.items).toEqual(server.rows.slice(0, list.items.length))
      expect(list.marks.length).toBeLessThanOrEqual(Math.ceil(list.items.length / limit) * 2 + 1)
    }
  })
})

it('a search that looked at so many says how far it has come, until it has come to the end', () => {
  const first = listingOf<Row>({ items: [], cursor: 'a', searched: 50 })
  expect(first.searched).toBe(50)
  const second = withMore(first, 'a', { items: [], cursor: 'b', searched: 50 })
  expect(second.searched).toBe(100)
  expect(withMore(second, 'b', { items: [] }).searched).toBeUndefined()
})
