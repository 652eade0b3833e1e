/** What every store must do, whatever database stands behind it. Only portable SQL and awaited queries are used here. */
import { afterEach, describe, expect, it } from 'vitest'
import { HoldfastError } from '../base/index.ts'
import type { Migration, Store, TraceEvent, Transaction, WriteOptions } from './index.ts'

export type SuiteStoreOptions = {
  readonly migrations: readonly Migration[]
  readonly batchLimit?: number
  readonly onTrace?: (event: TraceEvent) => void
}
/** Opens a store of its own for one test; nothing ticks it but the test. */
export type OpenSuiteStore = (options: SuiteStoreOptions) => Promise<Store>

type Tables = { account: { id: string; balance: number } }

const migrations: readonly Migration[] = [
  {
    number: 1,
    name: '0001-account',
    sql: 'CREATE TABLE account (id TEXT PRIMARY KEY, balance INTEGER NOT NULL CHECK (balance >= 0))',
  },
  {
    number: 2,
    name: '0002-note',
    sql: `-- Which TEXT; is this?
      CREATE TABLE note (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, body TEXT, size REAL, raw BLOB) STRICT;
      CREATE TABLE mark (name TEXT PRIMARY KEY, at BIGINT) WITHOUT ROWID;`,
  },
]

export function describeStore(name: string, open: OpenSuiteStore): void {
  const opened: Store[] = []
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close()
  })

  async function openAccounts(options: Partial<SuiteStoreOptions> = {}) {
    const trace: TraceEvent[] = []
    const store = await open({ migrations, onTrace: (event) => trace.push(event), ...options })
    opened.push(store)
    return { store, trace }
  }

  describe(`${name}: writing`, () => {
    it('hands back what the closure returned, once the work is committed', async () => {
      const { store } = await openAccounts()
      const written = store.write(async (tx) => {
        await insert(tx, 'ada', 10)
        return 'done'
      })
      expect(await balances(store)).toEqual({})
      await store.tick()
      expect(await written).toBe('done')
      expect(await balances(store)).toEqual({ ada: 10 })
    })

    it('undoes a closure that throws, alone among those of its tick', async () => {
      const { store } = await openAccounts()
      const results = settled([
        store.write((tx) => insert(tx, 'ada', 1)),
        store.write(async (tx) => {
          await insert(tx, 'bob', 2)
          throw new Error('bob changed his mind')
        }),
        store.write((tx) => insert(tx, 'cyd', 3)),
      ])
      await store.tick()
      expect(await results).toEqual(['fulfilled', 'Error: bob changed his mind', 'fulfilled'])
      expect(await balances(store)).toEqual({ ada: 1, cyd: 3 })
    })

    it('undoes a closure that throws before it awaits anything', async () => {
      const { store } = await openAccounts()
      const results = settled([
        store.write(() => {
          throw new Error('at once')
        }),
        store.write((tx) => insert(tx, 'ada', 1)),
      ])
      await store.tick()
      expect(await results).toEqual(['Error: at once', 'fulfilled'])
      expect(await balances(store)).toEqual({ ada: 1 })
    })

    it('undoes a closure that throws when it is the only one of its tick', async () => {
      const { store, trace } = await openAccounts()
      const results = settled([
        store.write(async (tx) => {
          await insert(tx, 'ada', 1)
          throw new Error('no')
        }),
      ])
      await store.tick()
      expect(await results).toEqual(['Error: no'])
      expect(await balances(store)).toEqual({})
      expect(trace.map(({ kind }) => kind)).toEqual(['begin', 'rollback', 'reject'])
    })

    it('runs closures in the order they came, each on the work of those before', async () => {
      const { store } = await openAccounts()
      const last = Promise.all([
        store.write((tx) => insert(tx, 'ada', 1)),
        store.write((tx) => add(tx, 'ada', 10)),
        store.write((tx) => double(tx, 'ada')),
      ])
      await store.tick()
      await last
      expect(await balances(store)).toEqual({ ada: 22 })
    })

    it('commits everything that waits together and acknowledges nothing before', async () => {
      const { store, trace } = await openAccounts()
      const all = Promise.all(names(50).map((id) => store.write((tx) => insert(tx, id, 1))))
      expect(await store.tick()).toBe(50)
      await all
      expect(trace.slice(0, 2)).toEqual([
        { kind: 'begin', batch: 1 },
        { kind: 'commit', batch: 1 },
      ])
      expect(trace.slice(2)).toEqual(names(50).map((_, index) => ({ kind: 'acknowledge', batch: 1, write: index + 1 })))
    })

    it('leaves what exceeds the batch limit to the next tick', async () => {
      const { store } = await openAccounts({ batchLimit: 20 })
      const all = Promise.all(names(50).map((id) => store.write((tx) => insert(tx, id, 1))))
      expect([await store.tick(), await store.tick(), await store.tick(), await store.tick()]).toEqual([20, 20, 10, 0])
      await all
    })

    it('takes what is queued during a tick into the next one', async () => {
      const { store } = await openAccounts()
      let inner: Promise<void> | undefined
      const outer = store.write(async (tx) => {
        inner = store.write((next) => add(next, 'ada', 5))
        await insert(tx, 'ada', 1)
      })
      await store.tick()
      await outer
      expect(await balances(store)).toEqual({ ada: 1 })
      await store.tick()
      await inner
      expect(await balances(store)).toEqual({ ada: 6 })
    })

    it('makes a tick that is called during a tick the one after it', async () => {
      const { store } = await openAccounts()
      const first = store.write((tx) => insert(tx, 'ada', 1))
      const ticked = store.tick()
      await first
      const second = store.write((tx) => insert(tx, 'bob', 2))
      expect(await Promise.all([ticked, store.tick()])).toEqual([1, 1])
      await second
      expect(await balances(store)).toEqual({ ada: 1, bob: 2 })
    })

    it('refuses a closure that waits for anything but the database, and lets the others pass', async () => {
      const { store } = await openAccounts()
      const results = settled([
        store.write((tx) => insert(tx, 'ada', 1)),
        store.write(async (tx) => {
          await insert(tx, 'bob', 2)
          await new Promise(() => {})
        }),
        store.write((tx) => insert(tx, 'cyd', 3)),
      ])
      await store.tick()
      expect(await results).toEqual(['fulfilled', 'store.write_waited', 'fulfilled'])
      expect(await balances(store)).toEqual({ ada: 1, cyd: 3 })
    })

    it('gives a transaction that is over no way to write', async () => {
      const { store } = await openAccounts()
      let kept: Transaction | undefined
      const written = store.write((tx) => {
        kept = tx
      })
      await store.tick()
      await written
      const late = (kept ? insert(kept, 'ada', 1) : Promise.resolve()).catch(codeOf)
      expect(await late).toBe('store.transaction_over')
      expect(() => kept?.afterCommit(() => {})).toThrow('The transaction is over')
    })

    it('names the columns of a broken unique rule', async () => {
      const { store } = await openAccounts()
      const results = Promise.allSettled([
        store.write((tx) => insert(tx, 'ada', 1)),
        store.write((tx) => insert(tx, 'ada', 2)),
        store.write((tx) => insert(tx, 'bob', -2)),
      ])
      await store.tick()
      const [, twice, negative] = (await results).map((result) =>
        result.status === 'rejected' ? (result.reason as unknown) : undefined,
      )
      expect(twice).toMatchObject({ code: 'store.not_unique', kind: 'conflict', place: 'account.id' })
      expect(negative).toMatchObject({ code: 'store.constraint', kind: 'conflict' })
    })

    it('lets a closure catch a broken rule and go on', async () => {
      const { store } = await openAccounts()
      const written = store.write(async (tx) => {
        await insert(tx, 'ada', 1)
        const code = await insert(tx, 'ada', 2).catch(codeOf)
        await insert(tx, 'bob', 3)
        return code
      })
      await store.tick()
      expect(await written).toBe('store.not_unique')
      expect(await balances(store)).toEqual({ ada: 1, bob: 3 })
    })
  })

  describe(`${name}: statements`, () => {
    const insertNote = 'INSERT INTO note (kind, body, size, raw) VALUES (?, ?, ?, ?)'

    it('give back every kind of value that a column holds', async () => {
      const { store } = await openAccounts()
      const values = ['naïve ✓ "quoted" \\ \u2028', Number.MAX_SAFE_INTEGER / 3, new Uint8Array([0, 1, 255])] as const
      const written = Promise.all([
        store.write((tx) => tx.prepare(insertNote).run('run', ...values)),
        store.write((tx) => tx.prepare(insertNote).defer('deferred', ...values)),
        store.write((tx) => tx.prepare(insertNote).defer('deferred', null, null, null)),
        store.write((tx) =>
          tx.prepare('INSERT INTO mark (name, at) VALUES (?, ?)').defer('least', Number.MIN_SAFE_INTEGER),
        ),
        store.write((tx) => tx.prepare('INSERT INTO mark (name, at) VALUES (?, ?)').defer('most', 9007199254740991n)),
      ])
      await store.tick()
      expect((await written)[0]).toEqual({ changes: 1, lastInsertRowid: 1 })
      const [body, size, raw] = values
      expect(store.read.all('SELECT kind, body, size, raw FROM note ORDER BY id')).toEqual([
        { kind: 'run', body, size, raw },
        { kind: 'deferred', body, size, raw },
        { kind: 'deferred', body: null, size: null, raw: null },
      ])
      expect(store.read.all('SELECT at FROM mark ORDER BY at')).toEqual([
        { at: Number.MIN_SAFE_INTEGER },
        { at: Number.MAX_SAFE_INTEGER },
      ])
    })

    it('name columns as the text does, and order texts by their bytes', async () => {
      const { store } = await openAccounts()
      const written = store.write((tx) => {
        for (const body of ['b', 'B', 'ä', 'a', '-', 'Z']) tx.prepare(insertNote).defer('word', body, null, null)
      })
      await store.tick()
      await written
      const rows = store.read.all(
        'SELECT body AS bodyOfNote, count(*) AS howMany FROM note GROUP BY body ORDER BY bodyOfNote',
      )
      expect(rows).toEqual(['-', 'B', 'Z', 'a', 'b', 'ä'].map((bodyOfNote) => ({ bodyOfNote, howMany: 1 })))
    })

    it('count what they change', async () => {
      const { store } = await openAccounts()
      const written = store.write((tx) => {
        for (const kind of ['a', 'a', 'b']) tx.prepare(insertNote).run(kind, null, null, null)
        return [
          tx.prepare("UPDATE note SET body = 'x' WHERE kind = ?").run('a').changes,
          tx.prepare('DELETE FROM note WHERE kind = ?').run('none').changes,
          tx.prepare('DELETE FROM note').run().changes,
        ]
      })
      await store.tick()
      expect(await written).toEqual([2, 0, 3])
    })

    it('that are deferred are seen by whatever reads later in the transaction, in the order of their table', async () => {
      const { store } = await openAccounts()
      const set = 'INSERT INTO mark (name, at) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET at = excluded.at'
      const written = store.write((tx) => {
        tx.prepare('INSERT INTO mark (name, at) VALUES (?, ?)').defer('a', 1)
        tx.prepare(insertNote).defer('n', null, null, null)
        tx.prepare('INSERT INTO mark (name, at) VALUES (?, ?)').defer('b', 1)
        tx.prepare('UPDATE mark SET at = at + 1 WHERE name = ?').defer('b')
        tx.prepare('DELETE FROM mark WHERE name = ?').defer('a')
        tx.prepare('INSERT INTO mark (name, at) VALUES (?, ?)').defer('a', 7)
        tx.prepare(set).defer('a', 8)
        tx.prepare(set).defer('a', 9)
        tx.prepare('INSERT INTO mark (name, at) SELECT kind, 3 FROM note').defer()
        return tx.prepare('SELECT name, at FROM mark ORDER BY name').all()
      })
      await store.tick()
      expect(await written).toEqual([
        { name: 'a', at: 9 },
        { name: 'b', at: 2 },
        { name: 'n', at: 3 },
      ])
    })

    it('that update a row twice leave what the last one said, however many are updated', async () => {
      const { store } = await openAccounts()
      const names = ['a', 'b', 'c']
      const written = store.write((tx) => {
        for (const name of names) tx.prepare('INSERT INTO mark (name, at) VALUES (?, ?)').defer(name, 1)
        for (const at of [2, 3])
          for (const name of names) tx.prepare('UPDATE mark SET at = ? WHERE name = ?').defer(at, name)
        tx.prepare('UPDATE mark SET at = ? WHERE name = ?').defer(4, 'b')
        tx.prepare('UPDATE mark SET at = 9 WHERE name = ?').defer('c')
        tx.prepare('UPDATE mark SET at = ? WHERE name = ?').defer(5, 'nobody')
      })
      await store.tick()
      await written
      expect(store.read.all('SELECT name, at FROM mark ORDER BY name')).toEqual([
        { name: 'a', at: 3 },
        { name: 'b', at: 4 },
        { name: 'c', at: 9 },
      ])
    })

    it('that are asked first are answered as of the beginning, unless a closure before has written', async () => {
      const { store } = await openAccounts()
      const question = { sql: 'SELECT at FROM mark WHERE name = ?', parameters: ['a'] }
      const ask = (tx: Transaction) => tx.prepare(question.sql).all('a')
      const first = store.write((tx) => [ask(tx), ask(tx)], { first: [question] })
      const set = store.write((tx) => tx.prepare('INSERT INTO mark (name, at) VALUES (?, ?)').defer('a', 1))
      const second = store.write((tx) => [ask(tx), tx.prepare(question.sql).all('b')], { first: [question] })
      await store.tick()
      await set
      expect(await first).toEqual([[], []])
      expect(await second).toEqual([[{ at: 1 }], []])
    })

    it('that are assumed are as they were, or the closure is undone', async () => {
      const { store } = await openAccounts()
      const question = { sql: 'SELECT name, at FROM mark WHERE name = ?', parameters: ['a'] }
      const other = new Error('it is another')
      const assume = (at: number | null) =>
        store.write((tx) => {
          tx.prepare(insertNote).defer(`assumed ${at}`, null, null, null)
          tx.assume(question, { name: 'a', at }, () => other)
        })
      const results = settled([
        assume(1),
        store.write((tx) => tx.prepare('INSERT INTO mark (name, at) VALUES (?, ?)').defer('a', 1)),
        assume(2),
        assume(1),
        assume(null),
      ])
      await store.tick()
      expect(await results).toEqual([
        'Error: it is another',
        'fulfilled',
        'Error: it is another',
        'fulfilled',
        'Error: it is another',
      ])
      expect(store.read.all('SELECT kind FROM note')).toEqual([{ kind: 'assumed 1' }])
    })

    it('that are written ahead or aside are committed as all others', async () => {
      const { store } = await openAccounts()
      const mark = (name: string, options: WriteOptions) =>
        store.write((tx) => tx.prepare('INSERT INTO mark (name, at) VALUES (?, ?)').defer(name, 1), options)
      const written = Promise.all([
        mark('a', { concurrent: true, ahead: true }),
        mark('b', { aside: true }),
        mark('c', {}),
        mark('d', { concurrent: true, ahead: true }),
      ])
      while ((await store.tick()) > 0) continue
      await written
      expect(store.read.all('SELECT name FROM mark ORDER BY name').map(({ name }) => name)).toEqual([
        'a',
        'b',
        'c',
        'd',
      ])
    })

    it('that are deferred and fail reject their closure as a whole, and no other', async () => {
      const { store } = await openAccounts()
      const mark = (...marks: string[]) =>
        store.write((tx) => {
          for (const name of marks) tx.prepare('INSERT INTO mark (name, at) VALUES (?, ?)').defer(name, 1)
          tx.prepare(insertNote).defer(marks[0] ?? '', null, null, null)
        })
      for (const order of [[['a'], ['x', 'x'], ['b']], [['c'], ['d'], ['y', 'y']], [['z', 'z'], ['e']], [['w', 'w']]]) {
        const results = settled(order.map((marks) => mark(...marks)))
        await store.tick()
        expect(await results).toEqual(order.map(({ length }) => (length === 1 ? 'fulfilled' : 'store.not_unique')))
      }
      const kept = ['a', 'b', 'c', 'd', 'e']
      expect(store.read.all('SELECT name FROM mark ORDER BY name').map(({ name }) => name)).toEqual(kept)
      expect(store.read.all('SELECT kind FROM note ORDER BY kind').map(({ kind }) => kind)).toEqual(kept)
    })

    it('that insert say the key at once, which grows and is never given twice', async () => {
      const { store } = await openAccounts()
      const insertMany = (count: number) =>
        store.write((tx) => Array.from({ length: count }, () => tx.prepare(insertNote).insert('k', null, null, null)))
      const keys = Promise.all([insertMany(300), insertMany(2), store.write(() => 0)])
      await store.tick()
      const [many, two] = await keys
      const all = [...many, ...two]
      expect(all).toEqual([...new Set(all)].toSorted((a, b) => a - b))
      expect(store.read.all<{ id: number }>('SELECT id FROM note ORDER BY id').map(({ id }) => id)).toEqual(all)
      const last = store.write((tx) => tx.prepare(insertNote).run('k', null, null, null).lastInsertRowid)
      await store.tick()
      expect(all).not.toContain(await last)
    })

    it('iterate over many rows, one at a time, from one snapshot', async () => {
      const { store } = await openAccounts()
      const insertMany = () =>
        store.write((tx) => {
          for (let n = 0; n < 1000; n++) tx.prepare(insertNote).defer('n', String(n), null, null)
        })
      const first = insertMany()
      await store.tick()
      await first
      const rows = store.read.iterate<{ body: string }>('SELECT body FROM note WHERE kind = ? ORDER BY id', 'n')
      const begin = rows.next()
      const second = insertMany()
      await store.tick()
      await second
      const bodies = [begin.value?.body, ...[...rows].map(({ body }) => body)]
      expect(bodies).toEqual(Array.from({ length: 1000 }, (_, n) => String(n)))
      const [one] = store.read.iterate<{ n: number }>('SELECT count(*) AS n FROM note')
      expect(one?.n).toBe(2000)
    })

    it('lock a name for one process at a time, which never waits here', async () => {
      const { store } = await openAccounts()
      const written = Promise.all([store.write((tx) => tx.tryLock('sweep')), store.write((tx) => tx.tryLock('sweep'))])
      await store.tick()
      expect(await written).toEqual([true, true])
    })
  })

  describe(`${name}: after the commit`, () => {
    it('runs the hooks of what was committed before its promise resolves, and no others', async () => {
      const { store } = await openAccounts()
      const seen: string[] = []
      const good = store
        .write((tx) => {
          tx.afterCommit(() => seen.push('hook of the good one'))
          return insert(tx, 'ada', 1)
        })
        .then(() => seen.push('acknowledged'))
      const bad = store
        .write((tx) => {
          tx.afterCommit(() => seen.push('hook of the bad one'))
          throw new Error('no')
        })
        .catch(() => {})
      expect(seen).toEqual([])
      await store.tick()
      await Promise.all([good, bad])
      expect(seen).toEqual(['hook of the good one', 'acknowledged'])
    })

    it('acknowledges although a hook throws: the work is committed', async () => {
      const { store } = await openAccounts()
      const written = store.write((tx) => {
        tx.afterCommit(() => {
          throw new Error('hook')
        })
        return insert(tx, 'ada', 1)
      })
      await store.tick()
      await written
      expect(await balances(store)).toEqual({ ada: 1 })
    })

    it('tells its listeners of commits, until they stop listening', async () => {
      const { store } = await openAccounts()
      let commits = 0
      const stop = store.onCommit(() => commits++)
      store.onCommit(() => {
        throw new Error('a listener')
      })
      const first = store.write((tx) => insert(tx, 'ada', 1))
      await store.tick()
      await first
      await settled([store.write(() => Promise.reject(new Error('undone'))), store.tick()])
      expect(commits).toBe(1)
      stop()
      const second = store.write((tx) => insert(tx, 'bob', 1))
      await store.tick()
      await second
      expect(commits).toBe(1)
    })
  })

  describe(`${name}: reading`, () => {
    it('never shows what is not committed, not even from inside the write', async () => {
      const { store } = await openAccounts()
      const written = store.write(async (tx) => {
        await insert(tx, 'ada', 1)
        return [await balances(store), await tx.query<Tables>().selectFrom('account').selectAll().execute()]
      })
      await store.tick()
      expect(await written).toEqual([{}, [{ id: 'ada', balance: 1 }]])
      expect(await balances(store)).toEqual({ ada: 1 })
    })
  })

  describe(`${name}: closing`, () => {
    it('commits what waits, then refuses', async () => {
      const { store, trace } = await openAccounts()
      const waiting = store.write((tx) => insert(tx, 'ada', 1))
      await store.close()
      await waiting
      expect(trace.map(({ kind }) => kind)).toEqual(['begin', 'commit', 'acknowledge'])
      expect(await store.write(() => 1).catch(codeOf)).toBe('store.closed')
      expect(await balances(store).catch(codeOf)).toBe('store.closed')
      await store.close()
    })
  })
}

async function insert(tx: Transaction, id: string, balance: number): Promise<void> {
  await tx.query<Tables>().insertInto('account').values({ id, balance }).execute()
}

async function add(tx: Transaction, id: string, amount: number): Promise<void> {
  await tx
    .query<Tables>()
    .updateTable('account')
    .set((row) => ({ balance: row('balance', '+', amount) }))
    .where('id', '=', id)
    .execute()
}

async function double(tx: Transaction, id: string): Promise<void> {
  const { balance } = await tx
    .query<Tables>()
    .selectFrom('account')
    .select('balance')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  await add(tx, id, balance)
}

async function balances(store: Store): Promise<Record<string, number>> {
  const rows = await store.read.query<Tables>().selectFrom('account').selectAll().orderBy('id').execute()
  return Object.fromEntries(rows.map(({ id, balance }) => [id, balance]))
}

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `account-${index}`)

async function settled(promises: readonly Promise<unknown>[]): Promise<unknown[]> {
  const results = await Promise.allSettled(promises)
  return results.map((result) => (result.status === 'fulfilled' ? 'fulfilled' : codeOf(result.reason)))
}

/** The code where there is one: what callers switch on. */
const codeOf = (error: unknown): string => (error instanceof HoldfastError ? error.code : String(error))
