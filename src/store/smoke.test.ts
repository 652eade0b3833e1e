import { expect, it } from 'vitest'
import { silentLogger, VirtualClock } from '../base/index.ts'
import { openStore } from './index.ts'

it('writes and reads', async () => {
  const store = openStore({
    path: ':memory:',
    clock: new VirtualClock(),
    logger: silentLogger,
    migrations: [{ number: 1, name: '0001-a', sql: 'CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT) STRICT' }],
  })
  const results = await Promise.allSettled([
    store.write((tx) => tx.prepare('INSERT INTO t (b) VALUES (?)').run('x')),
    store.write(() => {
      throw new Error('no')
    }),
    store.write(async (tx) => {
      await tx.query<{ t: { a: number; b: string } }>().insertInto('t').values({ a: 7, b: 'k' }).execute()
      return 3
    }),
    store.write(async () => new Promise(() => {})),
  ])
  expect(results.map((r) => r.status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected'])
  expect(store.read.all('SELECT * FROM t')).toEqual([
    { a: 1, b: 'x' },
    { a: 7, b: 'k' },
  ])
  await store.close()
})
