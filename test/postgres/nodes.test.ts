/** Nodes with a store each on one PostgreSQL database, whose transactions really run at the same time. */
import { afterEach } from 'vitest'
import { silentLogger, VirtualClock } from '../../src/base/index.ts'
import { describeAnything } from '../../src/engine/node/anything.suite.ts'
import type { ClusterOptions } from '../../src/engine/node/cluster.ts'
import { describeSharedMapRuns } from '../../src/engine/node/map-run.suite.ts'
import { describeNodes } from '../../src/engine/node/node.suite.ts'
import { openPostgres } from '../../src/store/index.ts'
import { dropDatabase, newDatabase, urlOf } from '../../src/store/postgres/test-database.fake.ts'

const databases: string[] = []

function ownDatabase(): ClusterOptions {
  const name = newDatabase()
  databases.push(name)
  const clock = new VirtualClock()
  return {
    stores: () => openPostgres({ url: urlOf(name), clock, logger: silentLogger, durability: 'none' }),
  }
}

// Hooks run last first: the stores are closed by then.
afterEach(() => databases.splice(0).forEach(dropDatabase))

describeNodes('PostgreSQL', ownDatabase)
describeAnything('PostgreSQL', ownDatabase, 6)
describeSharedMapRuns('PostgreSQL', ownDatabase)
