/** One request that two nodes carry out in the same moment. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import pg from 'pg'
import { expect, it } from 'vitest'
import { silentLogger, VirtualClock } from '../../src/base/index.ts'
import { endWorlds, taskState, World } from '../../src/engine/world.ts'
import { openPostgres } from '../../src/store/index.ts'
import { dropDatabase, newDatabase, urlOf } from '../../src/store/postgres/test-database.fake.ts'

it('redrives once when the same request comes to two nodes at once, and tells both the same', async () => {
  const database = newDatabase()
  const url = urlOf(database)
  const clock = new VirtualClock()
  const world = new World({ clock, store: openPostgres({ url, clock, logger: silentLogger, durability: 'none' }) })
  const arn = await world.run({ Work: taskState('work') })
  await world.fail('Broken')
  const gate = new pg.Client({ connectionString: url })
  await gate.connect()
  const nodes: ChildProcess[] = []
  try {
    await gate.query('BEGIN')
    await gate.query('SELECT 1 FROM execution FOR UPDATE')
    for (const name of ['ada', 'bob'])
      nodes.push(fork(join(import.meta.dirname, 'redrive.fixture.ts'), [url, name, arn], { execArgv: [] }))
    const answers = Promise.all(nodes.map(async (node) => ((await once(node, 'message')) as [unknown])[0]))
    // Both have looked by then, and found that nobody has redriven it.
    const waiting = `SELECT 1 FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database
      WHERE datname = current_database()) OR NOT granted AND locktype = 'transactionid'`
    while (((await gate.query(waiting)).rowCount ?? 0) < 2) continue
    await gate.query('COMMIT')
    const redrivenAt = world.clock.now()
    expect(await answers).toMatchObject([{ answer: { redrivenAt } }, { answer: { redrivenAt } }])
    expect(world.trail().filter(({ action }) => action === 'execution.redrive')).toHaveLength(1)
    expect((await world.describe(arn)).redriveCount).toBe(1)
  } finally {
    for (const node of nodes) node.kill('SIGKILL')
    await gate.end()
    await endWorlds()
    dropDatabase(database)
  }
})
