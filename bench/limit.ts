/**
 * The limit that workloads are measured against: one append-only row of 300 bytes per step, through the same writer and
 * `synchronous=FULL`, as many rows a commit as there are workflows at once. No engine on SQLite can do more steps than this.
 */
import { join } from 'node:path'
import { systemClock } from '../src/app/system-clock.ts'
import { silentLogger } from '../src/base/index.ts'
import { openStore } from '../src/store/index.ts'
import { newFolder } from './world.ts'

const body = 'x'.repeat(280)

/** Rows a second. */
export async function measureLimit(atOnce: number, rows: number): Promise<number> {
  const folder = newFolder()
  const store = openStore({ path: join(folder.path, 'limit.db'), clock: systemClock, logger: silentLogger })
  await store.write((tx) => {
    tx.prepare('CREATE TABLE step (execution BIGINT NOT NULL, seq BIGINT NOT NULL, body TEXT NOT NULL)').run()
    tx.prepare('CREATE INDEX step_order ON step (execution, seq)').run()
  })
  const started = performance.now()
  for (let seq = 0; seq * atOnce < rows; seq++) {
    await store.write((tx) => {
      const insert = tx.prepare('INSERT INTO step (execution, seq, body) VALUES (?, ?, ?)')
      for (let execution = 0; execution < atOnce; execution++) insert.run(execution, seq, body)
    })
  }
  const perSecond = (rows / (performance.now() - started)) * 1000
  await store.close()
  folder.remove()
  return perSecond
}
