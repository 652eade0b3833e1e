import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, describe, expect, it } from 'vitest'
import { HoldfastError, silentLogger, VirtualClock } from '../../base/index.ts'
import { byHand, openStore, type Store, type StoreOptions } from '../index.ts'
import { describeStore } from '../store.suite.ts'
import { assertDurable } from './connection.ts'

const clock = new VirtualClock()
const common = { clock, logger: silentLogger, schedule: byHand }
const notes = [{ number: 1, name: '0001-note', sql: 'CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT) STRICT' }]

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
  undo.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function open(options: Partial<StoreOptions> = {}): Store {
  const store = openStore({ ...common, path: ':memory:', migrations: notes, ...options })
  undo.push(() => store.close())
  return store
}

async function written<T>(store: Store, promise: Promise<T>): Promise<T> {
  await store.tick()
  return promise
}

const codeOf = (error: unknown): unknown => (error instanceof HoldfastError ? error.code : error)
const count = (store: Store): number => store.read.get<{ n: number }>('SELECT count(*) AS n FROM note')?.n ?? -1

describeStore('SQLite in memory', async (options) => openStore({ ...common, path: ':memory:', ...options }))
describeStore('SQLite on disk', async (options) => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
  undo.push(() => rmSync(folder, { recursive: true, force: true }))
  return openStore({ ...common, path: join(folder, 'holdfast.sqlite'), ...options })
})

describe('prepared statements', () => {
  it('run, get and see rows of the same transaction', async () => {
    const store = open()
    const result = await written(
      store,
      store.write((tx) => {
        const { lastInsertRowid, changes } = tx.prepare('INSERT INTO note (body) VALUES (?)').run('a')
        const row = tx.prepare<{ body: string }>('SELECT body FROM note WHERE id = ?').get(lastInsertRowid)
        return { lastInsertRowid, changes, body: row?.body, none: tx.prepare('SELECT 1 FROM note WHERE id = 9').get() }
      }),
    )
    expect(result).toEqual({ lastInsertRowid: 1, changes: 1, body: 'a', none: undefined })
    expect(store.read.all('SELECT * FROM note')).toEqual([{ id: 1, body: 'a' }])
  })

  it('run what the query builder compiled', async () => {
    type Tables = { note: { id: number; body: string | null } }
    const store = open()
    const rows = await written(
      store,
      store.write((tx) => {
        const query = tx.query<Tables>()
        const { changes } = tx.run(query.insertInto('note').values({ id: 7, body: 'x' }))
        return [
          changes,
          tx.get(query.selectFrom('note').select('body').where('id', '=', 7)),
          tx.all(query.selectFrom('note').select('id')),
        ]
      }),
    )
    expect(rows).toEqual([1, { body: 'x' }, [{ id: 7 }]])
  })

  it('die with their transaction', async () => {
    const store = open()
    const statement = await written(
      store,
      store.write((tx) => tx.prepare('INSERT INTO note (body) VALUES (?)')),
    )
    expect(() => statement.run('late')).toThrow('The transaction is over')
    expect(count(store)).toBe(0)
  })

  it('stay right when more texts than the cache holds were prepared', async () => {
    const store = open()
    const first = store.read.prepare<{ n: number }>('SELECT 0 AS n')
    for (let n = 1; n < 2000; n++) store.read.get(`SELECT ${n} AS n`)
    expect(first.get()).toEqual({ n: 0 })
    expect(store.read.get('SELECT 1999 AS n')).toEqual({ n: 1999 })
  })

  it('say what is wrong with broken SQL', async () => {
    const store = open()
    expect(() => store.read.get('SELEKT 1')).toThrow(/could not run the statement: near "SELEKT"/)
    expect(codeOf(await written(store, store.write((tx) => tx.prepare('SELECT * FROM nowhere')).catch(codeOf)))).toBe(
      'store.query',
    )
  })

  it('cannot write through a reader', () => {
    expect(() => open().read.get("INSERT INTO note (body) VALUES ('x') RETURNING id")).toThrow('readonly')
  })
})

describe('iterating', () => {
  it('gives one snapshot, while writes go on and other readers see them', async () => {
    const store = open()
    await written(
      store,
      store.write((tx) => {
        for (const body of ['a', 'b', 'c']) tx.prepare('INSERT INTO note (body) VALUES (?)').run(body)
      }),
    )
    const seen: unknown[] = []
    for (const row of store.read.iterate<{ body: string }>('SELECT body FROM note ORDER BY id')) {
      seen.push(row.body)
      await written(
        store,
        store.write((tx) => tx.prepare("INSERT INTO note (body) VALUES ('new')").run()),
      )
      expect(count(store)).toBe(3 + seen.length)
    }
    expect(seen).toEqual(['a', 'b', 'c'])
  })

  it('nests, ends early, and is ended by closing the store', async () => {
    const store = open()
    await written(
      store,
      store.write((tx) => {
        for (let n = 0; n < 10; n++) tx.prepare('INSERT INTO note (body) VALUES (?)').run(String(n))
      }),
    )
    const pairs: string[] = []
    for (const a of store.read.iterate<{ body: string }>('SELECT body FROM note LIMIT 2')) {
      for (const b of store.read.iterate<{ body: string }>('SELECT body FROM note LIMIT 2')) pairs.push(a.body + b.body)
    }
    expect(pairs).toEqual(['00', '01', '10', '11'])
    for (const row of store.read.iterate<{ id: number }>('SELECT id FROM note')) if (row.id === 2) break

    const unfinished = store.read.iterate('SELECT id FROM note')
    unfinished.next()
    await store.close()
    expect(() => unfinished.next()).toThrow('The store is closed')
  })
})

describe('durability', () => {
  it('refuses a connection that would not sync each commit', () => {
    const file = join(newFolder(), 'x.sqlite')
    const database = new DatabaseSync(file)
    undo.push(() => database.close())
    const assert = (): void => assertDurable(database, { file, durability: 'full' })
    expect(assert).toThrow('does not sync as it must')
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    expect(assert).not.toThrow()
    database.exec('PRAGMA synchronous = NORMAL')
    expect(assert).toThrow('"synchronous":1')
    database.exec('PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF')
    expect(assert).toThrow('"foreign_keys":0')
  })

  it('can be asked of a store on disk from inside a write', async () => {
    const store = open({ path: join(newFolder(), 'holdfast.sqlite') })
    const pragmas = await written(
      store,
      store.write((tx) => ['synchronous', 'journal_mode'].map((name) => tx.prepare(`PRAGMA ${name}`).get()?.[name])),
    )
    expect(pragmas).toEqual([2, 'wal'])
  })

  it('keeps what was committed when it is opened again, and leaves no log behind', async () => {
    const path = join(newFolder(), 'holdfast.sqlite')
    const store = open({ path })
    await written(
      store,
      store.write((tx) => tx.prepare("INSERT INTO note (body) VALUES ('kept')").run()),
    )
    await store.close()
    expect(existsSync(`${path}-wal`)).toBe(false)
    expect(open({ path }).read.all('SELECT body FROM note')).toEqual([{ body: 'kept' }])
  })
})

describe('a disk that is full', () => {
  const fill = 'x'.repeat(4000)
  const limitTo = (store: Store, pages: number): Promise<unknown> =>
    written(
      store,
      store.write((tx) => tx.prepare(`PRAGMA max_page_count = ${pages}`).get()),
    )
  const insert = (store: Store, times: number): Promise<unknown> =>
    store.write((tx) => {
      for (let n = 0; n < times; n++) tx.prepare('INSERT INTO note (body) VALUES (?)').run(fill)
    })

  it('refuses the whole batch, keeps nothing of it, and takes work again when there is room', async () => {
    const store = open({ path: join(newFolder(), 'holdfast.sqlite') })
    await written(store, insert(store, 1))
    await limitTo(store, 20)
    const batch = [insert(store, 1), insert(store, 100), insert(store, 1)].map((promise) =>
      promise.catch((e: unknown) => e),
    )
    await store.tick()
    for (const error of await Promise.all(batch)) {
      expect(error).toMatchObject({ code: 'store.full', kind: 'exhausted', retryable: true })
      expect((error as HoldfastError).repair).toMatch(/^free \d+ MiB or more on the disk of /)
    }
    expect(count(store)).toBe(1)
    expect(store.fault?.code).toBe('store.full')

    await limitTo(store, 100_000)
    await written(store, insert(store, 100))
    expect(count(store)).toBe(101)
    expect(store.fault).toBeUndefined()
  })

  it('refuses the batch even when the closure swallows the error', async () => {
    const store = open()
    await limitTo(store, 20)
    const swallowing = store
      .write((tx) => {
        try {
          for (let n = 0; n < 100; n++) tx.prepare('INSERT INTO note (body) VALUES (?)').run(fill)
        } catch {
          // As a careless closure would.
        }
      })
      .catch(codeOf)
    const other = insert(store, 1).catch(codeOf)
    await store.tick()
    expect([await swallowing, await other]).toEqual(['store.full', 'store.full'])
    expect(count(store)).toBe(0)
  })

  it('tells the closure that failed for its own reason its own reason', async () => {
    const store = open()
    await limitTo(store, 20)
    const own = store
      .write(() => {
        throw new Error('my own')
      })
      .catch((error: unknown) => String(error))
    const big = insert(store, 100).catch(codeOf)
    await store.tick()
    expect([await own, await big]).toEqual(['Error: my own', 'store.full'])
  })
})

describe('the data folder', () => {
  const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)

  it.skipIf(process.platform === 'win32')('is its owner’s alone, with every file in it', async () => {
    const folder = join(newFolder(), 'data')
    const store = open({ path: join(folder, 'holdfast.sqlite') })
    await written(
      store,
      store.write((tx) => tx.prepare("INSERT INTO note (body) VALUES ('x')").run()),
    )
    expect(modeOf(folder)).toBe('700')
    const modes = Object.fromEntries(readdirSync(folder).map((file) => [file, modeOf(join(folder, file))]))
    expect(modes).toEqual({
      'holdfast.sqlite': '600',
      'holdfast.sqlite-shm': '600',
      'holdfast.sqlite-wal': '600',
      'owner.json': '600',
      'owner.lock': '600',
    })
  })

  it('is removed with a store in memory', async () => {
    const store = open()
    const { file } = store.read.get<{ file: string }>('PRAGMA database_list') ?? { file: '' }
    expect(existsSync(file)).toBe(true)
    await store.close()
    expect(existsSync(dirname(file))).toBe(false)
  })

  it('serves one store at a time, and another after it', async () => {
    const path = join(newFolder(), 'holdfast.sqlite')
    const first = open({ path })
    expect(() => open({ path })).toThrow(`in use by process ${process.pid}`)
    await first.close()
    await open({ path }).close()
  })
})
