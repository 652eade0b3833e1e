/** Where the worlds of a benchmark keep their rows: SQLite files, or databases of one PostgreSQL server that is started for it. */
import { hintsOver } from '../src/app/node-hints.ts'
import { systemClock } from '../src/app/system-clock.ts'
import { silentLogger } from '../src/base/index.ts'
import { openPostgres } from '../src/store/index.ts'
import { PostgresServer } from '../test/postgres/server.ts'
import type { SharedPlace } from './world.ts'

export interface Ground {
  readonly kind: 'sqlite' | 'postgres'
  /** A new and empty one for a world, whose engine is one node among several then, as in production; undefined: a file. */
  place(): Promise<SharedPlace | undefined>
  /** The address of a new database, for who speaks to it alone. */
  newDatabase(): Promise<string>
  close(): Promise<void>
}

export const sqliteGround: Ground = {
  kind: 'sqlite',
  place: async () => undefined,
  newDatabase: () => Promise.reject(new Error('SQLite has no server')),
  close: async () => {},
}

/** Everything synced, as in production; room enough that no checkpoint falls into a run of seconds. */
export const startBenchServer = (): Promise<PostgresServer> =>
  PostgresServer.start({
    fsync: true,
    settings: ['shared_buffers=256MB', 'max_wal_size=4GB', 'checkpoint_timeout=30min'],
  })

export async function startPostgresGround(): Promise<Ground> {
  const server = await startBenchServer()
  let databases = 0
  const newDatabase = (): Promise<string> => server.createDatabase(`bench_${++databases}`)
  return {
    kind: 'postgres',
    async place() {
      const store = openPostgres({ url: await newDatabase(), clock: systemClock, logger: silentLogger })
      return { store, node: { name: 'bench', hints: hintsOver(store.signals) } }
    },
    newDatabase,
    close: () => server.remove(),
  }
}
