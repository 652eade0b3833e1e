/** What several nodes on one database must do with one Map Run: share it, and double nothing. */
import { afterEach, describe, expect, it } from 'vitest'
import { listMapRuns } from '../map-run/list.ts'
import { updateMapRun } from '../map-run/update.ts'
import { admin, taskState } from '../world.ts'
import { Cluster, type ClusterNode, type ClusterOptions, endClusters } from './cluster.ts'

const leaseMs = 10_000
const items = Array.from({ length: 24 }, (_, i) => i)

const mapOf = (ExecutionType: string) => ({
  Each: {
    Type: 'Map',
    Label: 'each',
    MaxConcurrency: 3,
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType },
      StartAt: 'Work',
      States: { Work: taskState('work') },
    },
    End: true,
  },
})

const openCalls = ({ world }: ClusterNode) => world.calls.filter((call) => call.open && !call.signal.aborted)

/** Whoever carries the items out answers every second call, whichever node it comes from, until no more come. */
async function answerAll(cluster: Cluster, nodes: readonly ClusterNode[]): Promise<void> {
  for (let open = nodes.flatMap(openCalls); open.length > 0; open = nodes.flatMap(openCalls)) {
    open.forEach((call, i) => {
      if (i % 2 === 0) call.succeed(Number(call.input))
    })
    await cluster.advance(100)
  }
}

/** By its item, so often was each call made that was not cut off. */
const timesCalled = (nodes: readonly ClusterNode[]) =>
  items.map((item) => nodes.flatMap(({ world }) => world.calls).filter(({ input }) => Number(input) === item).length)

const once = items.map(() => 1)

/** `place`: where the clusters of one test are. */
export function describeSharedMapRuns(name: string, place: () => ClusterOptions): void {
  afterEach(endClusters)

  /** Ada has begun the run; bob was told that more may run at once, and begins some of them. */
  async function sharedRun(type: string) {
    const cluster = new Cluster(place())
    const [ada, bob] = [await cluster.join('ada'), await cluster.join('bob')]
    const arn = await ada.world.run(mapOf(type), items)
    await cluster.settle()
    const [run] = (await listMapRuns(bob.world.engine, admin, { executionArn: arn })).items
    const mapRunArn = run?.arn ?? ''
    const told = updateMapRun(bob.world.engine, admin, { mapRunArn, maxConcurrency: 6 })
    await cluster.settle()
    await told
    expect([openCalls(ada).length, openCalls(bob).length]).toEqual([3, 3])
    return { cluster, ada, bob, arn, mapRunArn }
  }

  async function expectWhole(cluster: Cluster, arn: string): Promise<void> {
    expect(await cluster.ground.output(arn)).toEqual(items)
    const children = cluster.ground.rows(
      'SELECT map_index AS at FROM execution WHERE map_run_id = 1 ORDER BY map_index',
    )
    expect(children).toEqual(items.map((at) => ({ at })))
    expect(
      cluster.ground.rows('SELECT started, running, succeeded, failed, aborted, total, open FROM map_run'),
    ).toEqual([{ started: 24, running: 0, succeeded: 24, failed: 0, aborted: 0, total: 24, open: 0 }])
    const open = 'SELECT id FROM execution WHERE busy = 1 OR node IS NOT NULL OR status = 0'
    expect(cluster.ground.rows(open)).toEqual([])
  }

  describe.each(['STANDARD', 'EXPRESS'])(`${name}: a Map Run with %s children, of two nodes`, (type) => {
    it('is shared: both begin children, and each item is called once', async () => {
      const { cluster, ada, bob, arn } = await sharedRun(type)
      await answerAll(cluster, [ada, bob])
      await expectWhole(cluster, arn)
      // Who begins the others is a race that either may win each time.
      expect(timesCalled([ada, bob])).toEqual(once)
    })

    it('goes on at the other when one dies, and calls nothing again whose result is recorded', async () => {
      const { cluster, ada, bob, arn } = await sharedRun(type)
      for (const call of [...openCalls(ada).slice(0, 2), ...openCalls(bob).slice(0, 1)])
        call.succeed(Number(call.input))
      await cluster.settle()
      const cutOff = openCalls(ada).map(({ idempotencyKey }) => idempotencyKey)
      cluster.kill(ada)
      await cluster.advance(leaseMs + 2000)
      const again = openCalls(bob).map(({ idempotencyKey }) => idempotencyKey)
      expect(again).toEqual(expect.arrayContaining(cutOff))
      await answerAll(cluster, [bob])
      await expectWhole(cluster, arn)
      const calls = [...ada.world.calls, ...bob.world.calls].map(({ idempotencyKey }) => idempotencyKey)
      expect(calls.filter((key, i) => calls.indexOf(key) < i)).toEqual(cutOff)
    })

    it('is not disturbed by one that was held for dead, goes on and brings what it had', async () => {
      const { cluster, ada, bob, arn } = await sharedRun(type)
      cluster.freeze(ada)
      await cluster.advance(leaseMs + 2000)
      const late = openCalls(ada)
      await answerAll(cluster, [bob])
      for (const call of late) call.succeed('late')
      await cluster.thaw(ada)
      await cluster.advance(16_000)
      await expectWhole(cluster, arn)
      expect(openCalls(ada)).toEqual([])
    })

    it('ends once when both find that nothing is left to be done', async () => {
      const { cluster, ada, bob, arn } = await sharedRun(type)
      // Both have the last ones under way.
      for (let open = [ada, bob].flatMap(openCalls); open.length === 6; open = [ada, bob].flatMap(openCalls)) {
        open[0]?.succeed(Number(open[0].input))
        await cluster.settle()
      }
      for (const call of [ada, bob].flatMap(openCalls)) call.succeed(Number(call.input))
      await cluster.advance(16_000)
      await expectWhole(cluster, arn)
      const ends = cluster.ground.trail().filter(({ action }) => action === 'map_run.close')
      expect(ends).toHaveLength(1)
    })
  })
}
