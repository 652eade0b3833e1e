/**
 * The limit that workloads are measured against: one append-only row of 300 bytes per step, synced, as many rows a commit as
 * there are workflows at once. On SQLite through the same writer; on PostgreSQL by a bare client, one statement a commit. No
 * engine can do more steps than this.
 */
import { join } from 'node:path'
import pg from 'pg'
import { systemClock } from '../src/app/system-clock.ts'
import { silentLogger } from '../src/base/index.ts'
import { openStore } from '../src/store/index.ts'
import { type Ground, sqliteGround } from './ground.ts'
import { newFolder } from './world.ts'

const body = 'x'.repeat(280)
const createTable = 'CREATE TABLE step (execution BIGINT NOT NULL, seq BIGINT NOT NULL, body TEXT NOT NULL)'
const createIndex = 'CREATE INDEX step_order ON step (execution, seq)'

/** Rows a second. */
export function measureLimit(atOnce: number, rows: number, ground: Ground = sqliteGround): Promise<number> {
  return ground.kind === 'sqlite' ? onSqlite(atOnce, rows) : onPostgres(atOnce, rows, ground)
}

async function onSqlite(atOnce: number, rows: number): Promise<number> {
  const folder = newFolder()
  const store = openStore({ path: join(folder.path, 'limit.db'), clock: systemClock, logger: silentLogger })
  await store.write((tx) => {
    tx.prepare(createTable).run()
    tx.prepare(createIndex).run()
  })
  const perSecond = await rate(atOnce, rows, (seq) =>
    store.write((tx) => {
      const insert = tx.prepare('INSERT INTO step (execution, seq, body) VALUES (?, ?, ?)')
      for (let execution = 0; execution < atOnce; execution++) insert.run(execution, seq, body)
    }),
  )
  await store.close()
  folder.remove()
  return perSecond
}

async function onPostgres(atOnce: number, rows: number, ground: Ground): Promise<number> {
  const client = new pg.Client({ connectionString: await ground.newDatabase() })
  await client.connect()
  await client.query(createTable)
  await client.query(createIndex)
  const executions = Array.from({ length: atOnce }, (_, execution) => execution)
  const bodies = executions.map(() => body)
  const text = `INSERT INTO step (execution, seq, body)
    SELECT execution, $2::bigint, body FROM unnest($1::bigint[], $3::text[]) AS given (execution, body)`
  const perSecond = await rate(atOnce, rows, async (seq) => {
    await client.query({ name: 'insert', text, values: [executions, seq, bodies] })
  })
  await client.end()
  return perSecond
}

async function rate(atOnce: number, rows: number, commit: (seq: number) => Promise<void>): Promise<number> {
  const started = performance.now()
  for (let seq = 0; seq * atOnce < rows; seq++) await commit(seq)
  return (rows / (performance.now() - started)) * 1000
}
