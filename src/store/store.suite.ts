/** What every store must do, whatever database stands behind it. Only portable SQL and awaited queries are used here. */
import { afterEach, describe, expect, it } from 'vitest'
import { HoldfastError } from '../base/index.ts'
import type { Migration, Store, TraceEvent, Transaction } from './index.ts'

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
