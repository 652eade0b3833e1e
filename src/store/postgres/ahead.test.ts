/** Closures that are written ahead, and aside: what is under way together, and what becomes of it when something fails. */
import type { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it } from 'vitest'
import { HoldfastError, silentLogger, VirtualClock } from '../../base/index.ts'
import { AnswerNeeded, type Store, type Transaction, type WriteOptions } from '../contract.ts'
import { Gate } from './gate.fake.ts'
import { openPostgres } from './open.ts'
import { administer, dropDatabase, newDatabase, urlOf } from './test-database.fake.ts'
import { Way } from './way.fake.ts'

const migrations = [
  { number: 1, name: '0001-note', sql: 'CREATE TABLE note (body TEXT PRIMARY KEY)' },
  { number: 2, name: '0002-life', sql: 'CREATE TABLE life (id BIGINT PRIMARY KEY, ended BIGINT)' },
]

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

type Ground = { readonly store: Store; readonly database: string; readonly way: Way; readonly worker: Worker }

async function open(): Promise<Ground> {
  const database = newDatabase(migrations)
  undo.push(() => dropDatabase(database))
  const way = new Way()
  const url = await way.open(new URL(urlOf(database)))
  undo.push(() => way.close())
  const begun: Worker[] = []
  const note = (worker: Worker): number => begun.push(worker)
  process.on('worker', note)
  const place = { clock: new VirtualClock(), logger: silentLogger, migrations, durability: 'none' } as const
  const store = openPostgres({ url: url.href, ...place })
  undo.push(() => store.close())
  await new Promise((resolve) => setImmediate(resolve))
  process.off('worker', note)
  const worker = begun.at(-1)
  if (worker === undefined) throw new Error('no worker was begun')
  await store.write((tx) => tx.prepare('INSERT INTO life (id) VALUES (?)').run(1))
  return { store, database, way, worker }
}

const ahead: WriteOptions = { concurrent: true, ahead: true }
const put = (tx: Transaction, body: string): void => tx.prepare('INSERT INTO note (body) VALUES (?)').defer(body)
const lives = { sql: 'SELECT id FROM life WHERE id = ? AND ended IS NULL FOR SHARE', parameters: [1] }
const codeOf = (error: unknown): unknown => (error instanceof HoldfastError ? error.code : error)
const kept = async (database: string) =>
  (await administer('SELECT body FROM note ORDER BY body', database)).map(({ body }) => body)

describe('closures that are written ahead', () => {
  it('are decided while others are on their way, and acknowledged in order once they are committed', async () => {
    const { store, database } = await open()
    const gate = await Gate.build(database)
    const told: string[] = []
    const write = (body: string): Promise<unknown> =>
      store
        .write((tx) => {
          told.push(`decided ${body}`)
          put(tx, body)
        }, ahead)
        .then(() => told.push(`committed ${body}`))
    const written = ['a', 'b', 'c'].map(write)
    await gate.reached()
    expect(told).toEqual(['decided a', 'decided b'])
    await gate.open()
    await Promise.all(written)
    expect(told.filter((line) => line.startsWith('committed'))).toEqual(['committed a', 'committed b', 'committed c'])
    expect(told.indexOf('decided c')).toBeGreaterThan(told.indexOf('decided b'))
    expect(await kept(database)).toEqual(['a', 'b', 'c'])
  })

  it('keep what came before and after them waiting for nothing but its turn', async () => {
    const { store, database } = await open()
    const seen = (tx: Transaction): unknown => tx.prepare('SELECT body FROM note ORDER BY body').all()
    const results = await Promise.all([
      store.write((tx) => put(tx, 'a')),
      store.write((tx) => put(tx, 'b'), ahead),
      store.write((tx) => put(tx, 'c'), ahead),
      store.write(seen),
      store.write((tx) => put(tx, 'd'), ahead),
      store.write(seen),
    ])
    expect(results[3]).toEqual([{ body: 'a' }, { body: 'b' }, { body: 'c' }])
    expect(results[5]).toEqual([{ body: 'a' }, { body: 'b' }, { body: 'c' }, { body: 'd' }])
    expect(await kept(database)).toHaveLength(4)
  })

  it('are undone when they ask, whatever they make of it, and none beside them is', async () => {
    const { store, database } = await open()
    const results = await Promise.allSettled([
      store.write((tx) => put(tx, 'a'), ahead),
      store.write((tx) => {
        put(tx, 'b')
        try {
          tx.prepare('SELECT 1').get()
        } catch {
          return 'caught'
        }
        return 'answered'
      }, ahead),
      store.write((tx) => put(tx, 'c'), ahead),
    ])
    expect(results[1]).toEqual({ status: 'rejected', reason: expect.any(AnswerNeeded) })
    expect(await kept(database)).toEqual(['a', 'c'])
  })

  it('are undone alone when a rule is broken', async () => {
    const { store, database } = await open()
    const written = ['a', 'a', 'b'].map((body) => store.write((tx) => put(tx, body), ahead).catch(codeOf))
    expect(await Promise.all(written)).toEqual([undefined, 'store.not_unique', undefined])
    expect(await kept(database)).toEqual(['a', 'b'])
    expect(store.fault).toBeUndefined()
  })

  it('are committed only if what they assume is so in the transaction', async () => {
    const { store, database } = await open()
    const over = new Error('this life is over')
    const write = (body: string): Promise<unknown> =>
      store
        .write((tx) => {
          tx.assume(lives, { id: 1 }, () => over)
          put(tx, body)
        }, ahead)
        .catch((error: unknown) => error)
    const first = write('a')
    const end = store.write((tx) => tx.prepare('UPDATE life SET ended = 1').run())
    const late = [write('b'), write('c')]
    await end
    expect([await first, ...(await Promise.all(late))]).toEqual([undefined, over, over])
    expect(await kept(database)).toEqual(['a'])
  })

  it('hold what they assume until they are committed', async () => {
    const { store, database } = await open()
    const gate = await Gate.build(database)
    const written = store.write((tx) => {
      tx.assume(lives, { id: 1 }, () => new Error('over'))
      put(tx, 'a')
    }, ahead)
    await gate.reached()
    const others = await administer('SELECT id FROM life WHERE id = 1 FOR UPDATE SKIP LOCKED', database)
    expect(others).toEqual([])
    await gate.open()
    await written
  })
})

describe('a connection that is lost', () => {
  it('while COMMIT is carried out does not make what was committed look undone, and what follows goes on', async () => {
    const { store, database, way } = await open()
    const gate = await Gate.build(database)
    const written = ['a', 'b'].map((body) => store.write((tx) => put(tx, body), ahead).catch(codeOf))
    await gate.reached()
    way.cutAll()
    await gate.open()
    expect(await written[0]).toBeUndefined()
    // It may have left by the connection that fell.
    const second = await written[1]
    expect(await kept(database)).toEqual(second === undefined ? ['a', 'b'] : ['a'])
  })

  it('before COMMIT is sent leaves nothing behind', async () => {
    const { store, database, way } = await open()
    await store.write((tx) => put(tx, 'known'), ahead)
    const written = store.write((tx) => {
      put(tx, 'a')
      way.next = 'answerLost'
    }, ahead)
    expect(await written.catch(codeOf)).toBe('store.unreachable')
    expect(await kept(database)).toEqual(['known'])
  })
})

describe('a worker that dies', () => {
  it('while it commits does not make what was committed look undone', async () => {
    const { store, database, worker } = await open()
    const gate = await Gate.build(database)
    const written = store.write((tx) => put(tx, 'a'), ahead)
    await gate.reached()
    await worker.terminate()
    await gate.open()
    await written
    expect(await kept(database)).toEqual(['a'])
  })
})

describe('closures that are written aside', () => {
  it('are committed while others are on their way', async () => {
    const { store, database } = await open()
    const gate = await Gate.build(database)
    const written = store.write((tx) => put(tx, 'a'), ahead)
    await gate.reached()
    const count = await store.write(
      (tx) => {
        tx.prepare('INSERT INTO life (id) VALUES (?)').run(2)
        return tx.prepare('SELECT id FROM life').all().length
      },
      { aside: true },
    )
    expect(count).toBe(2)
    await gate.open()
    await written
  })

  it('are not let in while another writes alone', async () => {
    const { store, database } = await open()
    const gate = await Gate.build(database)
    const alone = store.write((tx) => put(tx, 'a'))
    await gate.reached()
    // Which of the two hears first that it is committed is up to the machine; what the second saw is not.
    const aside = store.write((tx) => tx.prepare('SELECT body FROM note').all(), { aside: true })
    await gate.reached(2)
    await gate.open()
    await alone
    expect(await aside).toEqual([{ body: 'a' }])
  })
})
