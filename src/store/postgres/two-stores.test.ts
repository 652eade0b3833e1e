/** Two stores, as two processes have them, on one database. */
import { afterEach, describe, expect, it } from 'vitest'
import { silentLogger, VirtualClock } from '../../base/index.ts'
import type { Store, Transaction } from '../contract.ts'
import { openPostgres } from './open.ts'
import { dropDatabase, newDatabase, urlOf } from './test-database.fake.ts'
import pg from 'pg'

const migrations = [
  {
    number: 1,
    name: '0001-count',
    sql: `CREATE TABLE counted (name TEXT PRIMARY KEY, n INTEGER NOT NULL);
      CREATE TABLE note (id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL);`,
  },
]

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

function openTwo(): { one: Store; two: Store; url: string } {
  const database = newDatabase(migrations)
  undo.push(() => dropDatabase(database))
  const url = urlOf(database)
  const open = (): Store => {
    const store = openPostgres({ url, clock: new VirtualClock(), logger: silentLogger, migrations, durability: 'none' })
    undo.push(() => store.close())
    return store
  }
  return { one: open(), two: open(), url }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  undo.push(() => client.end())
  return client
}

const countUp = (tx: Transaction): void => {
  const row = tx.prepare<{ n: number }>('SELECT n FROM counted WHERE name = ?').get('all')
  if (row === undefined) tx.prepare('INSERT INTO counted (name, n) VALUES (?, 1)').run('all')
  else tx.prepare('UPDATE counted SET n = ? WHERE name = ?').run(row.n + 1, 'all')
}

const insertNote = (tx: Transaction, body: string): number =>
  tx.prepare('INSERT INTO note (body) VALUES (?)').insert(body)

describe('two stores on one database', () => {
  it('each find true what they have read, until they have committed', async () => {
    const { one, two } = openTwo()
    await Promise.all(Array.from({ length: 60 }, (_, n) => (n % 2 === 0 ? one : two).write(countUp)))
    const more = async (store: Store): Promise<void> => {
      for (let n = 0; n < 20; n++) await store.write(countUp)
    }
    await Promise.all([more(one), more(two)])
    expect(one.read.get('SELECT n FROM counted')).toEqual({ n: 100 })
  })

  it('write together what is concurrent, and wait for each other with anything else', async () => {
    const { one, two, url } = openTwo()
    const third = await connect(url)
    await third.query('BEGIN')
    await third.query(`SELECT pg_advisory_xact_lock_shared(${0x486f_6c64})`)
    await one.write((tx) => insertNote(tx, 'beside'), { concurrent: true })
    let alone = false
    const written = two.write((tx) => insertNote(tx, 'alone')).then(() => (alone = true))
    // A reader never waits, nor does the loop.
    for (let n = 0; n < 20; n++) expect(two.read.all('SELECT body FROM note')).toEqual([{ body: 'beside' }])
    expect(alone).toBe(false)
    await third.query('COMMIT')
    await written
    expect(one.read.all('SELECT body FROM note ORDER BY body')).toEqual([{ body: 'alone' }, { body: 'beside' }])
  })

  it('never both have a name that was locked', async () => {
    const { one, two, url } = openTwo()
    const third = await connect(url)
    await third.query('BEGIN')
    await third.query("SELECT pg_advisory_xact_lock(hashtextextended('holdfast seal', 0))")
    const lock = (store: Store, name: string) => store.write((tx) => tx.tryLock(name), { concurrent: true })
    expect([await lock(one, 'seal'), await lock(two, 'seal'), await lock(two, 'prune')]).toEqual([false, false, true])
    await third.query('COMMIT')
    expect([await lock(one, 'seal'), await lock(two, 'seal')]).toEqual([true, true])
  })

  it('never hand out the same key', async () => {
    const { one, two } = openTwo()
    const keys = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        (n % 2 === 0 ? one : two).write((tx) => Array.from({ length: 20 }, () => insertNote(tx, 'n')), {
          concurrent: true,
        }),
      ),
    )
    expect(new Set(keys.flat()).size).toBe(800)
    expect(one.read.get('SELECT count(*) AS n FROM note')).toEqual({ n: 800 })
  })

  it('hear what one of them signals', async () => {
    const { one, two } = openTwo()
    const heard = [one, two].map((store) => new Promise<string>((resolve) => undo.push(store.signals.listen(resolve))))
    two.signals.send('look')
    expect(await Promise.all(heard)).toEqual(['look', 'look'])
  })

  it('that are opened at the same time migrate the database once', async () => {
    const database = newDatabase([])
    undo.push(() => dropDatabase(database))
    const options = { clock: new VirtualClock(), logger: silentLogger, durability: 'none' } as const
    const stores = [1, 2, 3].map(() => openPostgres({ ...options, url: urlOf(database), migrations }))
    undo.push(() => Promise.all(stores.map((store) => store.close())))
    expect(stores[2]?.read.get('SELECT count(*) AS n FROM schema_migrations')).toEqual({ n: 1 })
  })
})
