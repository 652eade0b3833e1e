/** A process that is stopped with SIGSTOP in the middle of a transaction, which holds what others wait for. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import pg from 'pg'
import { expect, it } from 'vitest'
import { systemClock } from '../../src/app/system-clock.ts'
import { silentLogger } from '../../src/base/index.ts'
import { openPostgres } from '../../src/store/index.ts'
import { dropDatabase, newDatabase, urlOf } from '../../src/store/postgres/test-database.fake.ts'
import { migrations } from './stopped.ts'

it('keeps nobody waiting for long, finds its transaction gone when it goes on, and does it again once', async () => {
  const database = newDatabase(migrations)
  const url = urlOf(database)
  const store = openPostgres({ url, clock: systemClock, logger: silentLogger, migrations, durability: 'none' })
  const observer = new pg.Client({ connectionString: url })
  await observer.connect()
  const child = fork(join(import.meta.dirname, 'stopped.fixture.ts'), [url], { execArgv: [] })
  try {
    const words = once(child, 'message')
    const inTransaction = `SELECT 1 FROM pg_stat_activity WHERE state = 'idle in transaction' AND query LIKE '%INSERT%'
      AND datname = current_database()`
    while ((await observer.query(inTransaction)).rowCount === 0) continue
    // The lock of all who write is held by a process that stands still.
    await store.write((tx) => tx.prepare('INSERT INTO note (body) VALUES (?)').run('beside'))
    expect(store.read.all('SELECT body FROM note')).toEqual([{ body: 'beside' }])
    child.kill('SIGCONT')
    expect((await words)[0]).toBe('store.unreachable')
    expect((await once(child, 'message'))[0]).toBe('written')
    expect(store.read.all('SELECT body FROM note ORDER BY body')).toEqual([
      { body: 'after' },
      { body: 'before' },
      { body: 'beside' },
    ])
  } finally {
    child.kill('SIGKILL')
    await observer.end()
    await store.close()
    dropDatabase(database)
  }
})
