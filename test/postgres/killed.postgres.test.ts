/** The server is killed under load, more than once: what was acknowledged is kept, what was refused is not. */
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { systemClock } from '../../src/app/system-clock.ts'
import { HoldfastError, silentLogger } from '../../src/base/index.ts'
import { openPostgres, type Store } from '../../src/store/index.ts'
import { PostgresServer } from './server.ts'

const kills = Number(process.env['HOLDFAST_TEST_KILLS'] ?? 2)
const migrations = [{ number: 1, name: '0001-note', sql: 'CREATE TABLE note (body TEXT PRIMARY KEY)' }]

let server: PostgresServer
beforeAll(async () => {
  server = await PostgresServer.start({ fsync: true })
})
afterAll(() => server.remove())

class Load {
  readonly acknowledged: string[] = []
  readonly refused: string[] = []
  readonly unknown: string[] = []
  running = true
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  async work(worker: number): Promise<void> {
    for (let n = 0; this.running; n++) {
      const body = `${worker}-${n}`
      try {
        // Now by themselves, two on their way at a time, now all together.
        const ahead = n % 8 < 4
        await this.#store.write((tx) => tx.prepare('INSERT INTO note (body) VALUES (?)').defer(body), { ahead })
        this.acknowledged.push(body)
      } catch (error) {
        const code = error instanceof HoldfastError ? error.code : String(error)
        if (code === 'store.commit_unknown') this.unknown.push(body)
        else if (code === 'store.unreachable') this.refused.push(body)
        else throw error
        await pause(20)
      }
    }
  }
}

it('loses nothing that was acknowledged and keeps nothing that was refused, over kill -9 of the server', async () => {
  const url = await server.createDatabase('killed')
  const store = openPostgres({ url, clock: systemClock, logger: silentLogger, migrations })
  const load = new Load(store)
  const workers = Promise.all(Array.from({ length: 20 }, (_, worker) => load.work(worker)))
  for (let kill = 0; kill < kills; kill++) {
    const before = load.acknowledged.length
    while (load.acknowledged.length < before + 200) await pause(5)
    await server.kill()
    await server.start()
  }
  const after = load.acknowledged.length
  while (load.acknowledged.length < after + 100) await pause(5)
  load.running = false
  await workers
  await store.close()
  const kept = new Set((await server.query('SELECT body FROM note', 'killed')).map(({ body }) => String(body)))
  expect(load.acknowledged.filter((body) => !kept.has(body))).toEqual([])
  expect(load.refused.filter((body) => kept.has(body))).toEqual([])
  expect(load.unknown).toEqual([])
})
