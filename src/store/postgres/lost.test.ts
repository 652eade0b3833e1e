/** A connection that falls at the worst moment: during a commit, in the middle of a closure, while nobody looks. */
import type { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it } from 'vitest'
import { HoldfastError, silentLogger, VirtualClock } from '../../base/index.ts'
import type { Store, Transaction } from '../contract.ts'
import { Gate } from './gate.fake.ts'
import { openPostgres, type PostgresOptions } from './open.ts'
import { administer, dropDatabase, newDatabase, urlOf } from './test-database.fake.ts'
import { Way } from './way.fake.ts'

const migrations = [{ number: 1, name: '0001-note', sql: 'CREATE TABLE note (body TEXT PRIMARY KEY)' }]

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

async function openOverWay(more: Partial<PostgresOptions> = {}): Promise<{ store: Store; way: Way; database: string }> {
  const database = newDatabase(migrations)
  undo.push(() => dropDatabase(database))
  const way = new Way()
  const url = await way.open(new URL(urlOf(database)))
  undo.push(() => way.close())
  const store = openPostgres({
    url: url.href,
    clock: new VirtualClock(),
    logger: silentLogger,
    migrations,
    durability: 'none',
    ...more,
  })
  undo.push(() => store.close())
  // From here on a commit is one thing that is sent: all that it says has been said before.
  await store.write((tx) => put(tx, 'known'))
  await store.write((tx) => tx.prepare('DELETE FROM note').defer())
  return { store, way, database }
}

const put = (tx: Transaction, body: string): void => tx.prepare('INSERT INTO note (body) VALUES (?)').defer(body)
const codeOf = (error: unknown): unknown => (error instanceof HoldfastError ? error.code : error)
const kept = async (database: string) =>
  (await administer('SELECT body FROM note ORDER BY body', database)).map(({ body }) => body)

describe('a connection that is lost during a commit', () => {
  it('does not make what was committed look undone', async () => {
    const { store, way, database } = await openOverWay()
    await store.write((tx) => {
      put(tx, 'a')
      way.next = 'answerLost'
    })
    expect(await kept(database)).toEqual(['a'])
    await store.tick()
    expect(store.fault).toBeUndefined()
    await store.write((tx) => put(tx, 'b'))
    expect(await kept(database)).toEqual(['a', 'b'])
  })

  it('does not make what was never committed look kept', async () => {
    const { store, way, database } = await openOverWay()
    const written = store.write((tx) => {
      put(tx, 'a')
      way.next = 'neverArrives'
    })
    expect(await written.catch(codeOf)).toBe('store.unreachable')
    expect(await kept(database)).toEqual([])
    await store.write((tx) => put(tx, 'a'))
    expect(await kept(database)).toEqual(['a'])
  })
})

describe('a connection that is lost', () => {
  it('in the middle of a closure undoes its whole batch, also what a closure has caught', async () => {
    const { store, way, database } = await openOverWay()
    const results = await Promise.allSettled([
      store.write((tx) => put(tx, 'a')),
      store.write((tx) => {
        way.next = 'neverArrives'
        try {
          tx.prepare('SELECT 1').get()
        } catch {
          return 'caught' // What a careless closure does.
        }
        return 'answered'
      }),
      store.write((tx) => put(tx, 'c')),
    ])
    expect(results.map((result) => (result.status === 'rejected' ? codeOf(result.reason) : result.value))).toEqual(
      Array.from({ length: 3 }, () => 'store.unreachable'),
    )
    await store.tick()
    expect(store.fault).toMatchObject({ code: 'store.unreachable', retryable: true })
    expect(await kept(database)).toEqual([])
    await store.write((tx) => put(tx, 'd'))
    await store.tick()
    expect(store.fault).toBeUndefined()
    expect(await kept(database)).toEqual(['d'])
  })

  it('while nobody writes or reads is made anew', async () => {
    const { store, way, database } = await openOverWay()
    await store.write((tx) => put(tx, 'a'))
    way.cutAll()
    await until(() => store.write((tx) => put(tx, 'b')))
    expect(await kept(database)).toEqual(['a', 'b'])
    await until(async () => expect(store.read.all('SELECT body FROM note')).toHaveLength(2))
  })

  it('refuses at once, with what to do, as long as there is no way to the server', async () => {
    const { store, way } = await openOverWay()
    way.state = 'closed'
    way.cutAll()
    const refusal = await firstRefusal(() => store.write((tx) => put(tx, 'a')))
    expect(refusal).toMatchObject({ code: 'store.unreachable', kind: 'unavailable', retryable: true })
    expect(refusal).toMatchObject({ repair: expect.stringContaining('connects again by itself') })
    expect(() => store.read.get('SELECT 1')).toThrow(expect.objectContaining({ code: 'store.unreachable' }))
    way.state = 'open'
    await until(() => store.write((tx) => put(tx, 'b')))
  })
})

describe('a server that accepts and never answers', () => {
  it('holds nobody up for longer than an answer may take, and is found again when it speaks', async () => {
    const { store, way, database } = await openOverWay({ answerMs: 200 })
    way.state = 'silent'
    const silent = { code: 'store.unreachable', message: expect.stringContaining('did not answer within 0.2 s') }
    expect(() => store.read.get('SELECT 1')).toThrow(expect.objectContaining(silent))
    const written = store.write((tx) => tx.prepare('SELECT 1').get())
    way.cutAll()
    expect(await written.catch(codeOf)).toBe('store.unreachable')
    way.state = 'open'
    await until(() => store.write((tx) => put(tx, 'a')))
    await until(async () => expect(store.read.all('SELECT body FROM note')).toEqual([{ body: 'a' }]))
    expect(await kept(database)).toEqual(['a'])
  })
})

describe('a worker that has died', () => {
  it('is succeeded by another with the next question', async () => {
    const { store, worker, database } = await openWithWorker()
    await worker.terminate()
    await until(() => store.write((tx) => put(tx, 'a')))
    await until(async () => expect(store.read.all('SELECT body FROM note')).toEqual([{ body: 'a' }]))
    expect(await kept(database)).toEqual(['a'])
  })

  it('while it committed does not make what was committed look undone', async () => {
    const { store, worker, database } = await openWithWorker()
    const gate = await Gate.build(database)
    const written = store.write((tx) => put(tx, 'a'))
    await gate.reached()
    await worker.terminate()
    await gate.open()
    await written
    expect(await kept(database)).toEqual(['a'])
  })
})

async function openWithWorker() {
  const database = newDatabase(migrations)
  undo.push(() => dropDatabase(database))
  const begun: Worker[] = []
  const note = (worker: Worker): number => begun.push(worker)
  process.on('worker', note)
  const clock = new VirtualClock()
  const store = openPostgres({ url: urlOf(database), clock, logger: silentLogger, migrations, durability: 'none' })
  undo.push(() => store.close())
  await new Promise((resolve) => setImmediate(resolve))
  process.off('worker', note)
  const worker = begun.at(-1)
  if (worker === undefined) throw new Error('no worker was begun')
  return { store, worker, database }
}

/** Tries until the way is there. */
async function until(work: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      return void (await work())
    } catch (error) {
      if (codeOf(error) !== 'store.unreachable') throw error
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}

/** Tries until the way is gone. */
async function firstRefusal(work: () => Promise<unknown>): Promise<unknown> {
  for (;;) {
    try {
      await work()
    } catch (error) {
      if (codeOf(error) !== 'store.not_unique') return error
    }
  }
}
