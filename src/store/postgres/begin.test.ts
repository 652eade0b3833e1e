/** What becomes of the connection when a batch cannot even begin. */
import pg from 'pg'
import { expect, it } from 'vitest'
import { silentLogger, VirtualClock } from '../../base/index.ts'
import { openPostgres } from './open.ts'
import { dropDatabase, newDatabase, urlOf } from './test-database.fake.ts'

const waiting = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'`

it('a batch that was not let in leaves a connection on which the next one begins', async () => {
  const name = newDatabase([])
  const store = openPostgres({
    url: urlOf(name),
    clock: new VirtualClock(),
    logger: silentLogger,
    durability: 'none',
    migrations: [],
  })
  const other = new pg.Client({ connectionString: urlOf(name) })
  await other.connect()
  try {
    // Another process writes alone: it takes what every batch takes, and keeps it.
    await store.write((tx) => {
      const number = 'SELECT (classid::bigint << 32) | objid::bigint AS number FROM pg_locks'
      tx.prepare(`CREATE TABLE taken AS ${number} WHERE locktype = 'advisory' AND pid = pg_backend_pid()`).run()
    })
    await other.query('SELECT pg_advisory_lock(number) FROM taken')
    const refused = store.write((tx) => tx.prepare('SELECT 1').get()).catch((error: unknown) => error)
    // As the server does it when the wait is over; without waiting for that.
    for (;;) {
      const { rows } = await other.query<{ pid: number }>(waiting)
      if (rows[0] === undefined) continue
      await other.query('SELECT pg_cancel_backend($1)', [rows[0].pid])
      break
    }
    expect(await refused).toMatchObject({ code: 'store.unreachable', retryable: true })
    await other.query('SELECT pg_advisory_unlock_all()')
    const one = await store.write((tx) => tx.prepare<{ one: number }>('SELECT 1 AS one').get())
    expect(one).toEqual({ one: 1 })
  } finally {
    await other.end()
    await store.close()
    dropDatabase(name)
  }
})
