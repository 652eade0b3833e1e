/** A node whose batches are decided while others are on their way to the database. */
import { afterEach, describe, expect, it } from 'vitest'
import { silentLogger, VirtualClock } from '../../src/base/index.ts'
import { startExecution, stopExecution, updateStateMachine } from '../../src/engine/index.ts'
import { Cluster, endClusters } from '../../src/engine/node/cluster.ts'
import { admin, definitionOf, taskState } from '../../src/engine/world.ts'
import { openPostgres } from '../../src/store/index.ts'
import { Gate } from '../../src/store/postgres/gate.fake.ts'
import { dropDatabase, newDatabase, urlOf } from '../../src/store/postgres/test-database.fake.ts'

const databases: string[] = []
afterEach(async () => {
  await endClusters()
  for (const name of databases.splice(0)) dropDatabase(name)
})

const crowd = 120
const twoTasks = definitionOf({ A: taskState('a', { Next: 'B' }), B: taskState('b') })

async function oneNode() {
  const database = newDatabase()
  databases.push(database)
  const clock = new VirtualClock()
  const stores = () => openPostgres({ url: urlOf(database), clock, logger: silentLogger, durability: 'none' })
  const works: number[] = []
  const faults: string[] = []
  const cluster = new Cluster({
    stores,
    world: {
      logger: { ...silentLogger, error: (message) => faults.push(message), warn: (message) => faults.push(message) },
      engine: {
        observer: {
          elapsed: () => 0,
          slowMs: 1000,
          committed: (facts) => works.push(facts.works),
          slow() {},
          called() {},
        },
      },
    },
  })
  const node = await cluster.join('ada')
  const { world } = node
  const stateMachineArn = await world.machine('m', twoTasks)
  const start = () => startExecution(world.engine, admin, { stateMachineArn })
  // Of the first start a node asks what it assumes of the others.
  await start()
  await cluster.settle()
  const starts = (count: number) => Promise.all(Array.from({ length: count }, start))
  return { database, cluster, node, world, works, faults, starts, stateMachineArn }
}

const open = (world: { readonly calls: readonly { readonly open: boolean; succeed(output: unknown): void }[] }) =>
  world.calls.filter((call) => call.open)

describe('many executions at once', () => {
  it('go on in two halves, each step recorded once', async () => {
    const { cluster, world, works, faults, starts } = await oneNode()
    works.length = 0
    const started = await starts(crowd)
    await cluster.settle()
    for (const output of ['a', 'b']) {
      for (const call of open(world)) call.succeed(output)
      await cluster.settle()
    }
    expect(works.filter((count) => count > crowd / 2 + 1)).toEqual([])
    expect(works.reduce((sum, count) => sum + count, 0)).toBe(3 * crowd + 2)
    for (const { executionArn } of started) expect(await world.output(executionArn)).toBe('b')
    expect(world.rows('SELECT execution_id FROM chunk GROUP BY execution_id HAVING COUNT(*) <> 3')).toEqual([])
    expect(faults).toEqual([])
  })

  it('run what their machine says by the time they are committed, though it was another when they were asked for', async () => {
    const { cluster, world, faults, starts, stateMachineArn } = await oneNode()
    const before = starts(crowd)
    const updated = updateStateMachine(world.engine, admin, {
      arn: stateMachineArn,
      definition: definitionOf({ Other: taskState('other') }),
    })
    await Promise.all([before, updated])
    const after = await starts(crowd)
    await cluster.settle()
    const latest = 'SELECT MAX(id) AS id FROM revision'
    const other = world.rows<{ id: number }>(`SELECT id FROM execution WHERE revision_id = (${latest})`)
    expect(other.length).toBeGreaterThanOrEqual(after.length)
    expect(faults).toEqual([])
  })
})

describe('an event for an execution whose last step is on its way', () => {
  it('waits until that is committed, and is decided on it', async () => {
    const { database, cluster, world, faults, starts } = await oneNode()
    const [first] = await starts(2)
    await cluster.settle()
    const arn = first?.executionArn ?? ''
    const gate = await Gate.build(database, 'chunk')
    world.calls.find((call) => call.open && call.executionArn === arn)?.succeed('a')
    await gate.reached()
    const stopped = stopExecution(world.engine, admin, { executionArn: arn })
    await gate.open()
    await stopped
    await cluster.settle()
    expect(await world.status(arn)).toBe('ABORTED')
    expect(await world.events(arn)).toContain('LambdaFunctionSucceeded')
    expect(faults).toEqual([])
  })
})

describe('a node whose life is ended', () => {
  it('while two batches are on their way begins one new life, and loses nothing', async () => {
    const { cluster, world, starts } = await oneNode()
    const started = await starts(crowd)
    await cluster.settle()
    const stranger = await cluster.join('bob')
    await stranger.world.store.write((tx) => tx.prepare("UPDATE engine_node SET ended_at = 1 WHERE name = 'ada'").run())
    for (const call of open(world)) call.succeed('a')
    await cluster.settle()
    const lives = world.rows("SELECT id FROM engine_node WHERE name = 'ada' AND ended_at IS NULL")
    expect(lives).toHaveLength(1)
    await cluster.advance(12_000)
    for (let round = 0; round < 3; round++) {
      for (const node of cluster.nodes) for (const call of open(node.world)) call.succeed('again')
      await cluster.settle()
    }
    for (const { executionArn } of started) expect(await world.status(executionArn)).toBe('SUCCEEDED')
    expect(world.rows('SELECT execution_id FROM chunk GROUP BY execution_id HAVING COUNT(*) <> 3')).toEqual([])
  })
})
