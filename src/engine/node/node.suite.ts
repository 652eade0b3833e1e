/** What several nodes on one database must do, whatever database that is. */
import { afterEach, describe, expect, it } from 'vitest'
import { createActivity } from '../activity/create.ts'
import { startExecution } from '../execution/start.ts'
import { stopExecution } from '../execution/stop.ts'
import { watchExecution } from '../execution/watch.ts'
import { getActivityTask } from '../task/activity.ts'
import { sendTaskHeartbeat, sendTaskSuccess } from '../task/answer.ts'
import { activityArn, admin, definitionOf, machineArn, taskState, type World } from '../world.ts'
import { Cluster, type ClusterNode, type ClusterOptions, endClusters } from './cluster.ts'

const leaseMs = 10_000
const never = new AbortController().signal
const token = (more: object = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
  Parameters: { QueueUrl: 'q', 'MessageBody.$': '$$.Task.Token' },
  ...('Next' in more ? {} : { End: true }),
  ...more,
})
const desk = activityArn('desk')
const mapOf = (state: object) =>
  JSON.stringify({
    StartAt: 'Each',
    States: {
      Each: {
        Type: 'Map',
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Work',
          States: { Work: state },
        },
        End: true,
      },
    },
  })
const branches = (...states: object[]) => ({
  Type: 'Parallel',
  Branches: states.map((state, i) => ({ StartAt: `B${i}`, States: { [`B${i}`]: state } })),
  End: true,
})

async function twoNodesIn(place: ClusterOptions, options: ClusterOptions) {
  const cluster = new Cluster({ ...place, ...options })
  await createActivity(cluster.ground.engine, admin, { name: 'desk' })
  const [ada, bob] = [await cluster.join('ada'), await cluster.join('bob')]
  return { cluster, ada, bob }
}

async function begin(cluster: Cluster, at: ClusterNode, states: Record<string, object>) {
  const arn = await at.world.run(states as Parameters<World['run']>[0])
  await cluster.settle()
  return arn
}

const openCalls = ({ world }: ClusterNode) => world.calls.filter((call) => call.open && !call.signal.aborted)
const busyRows = (cluster: Cluster) =>
  cluster.ground.rows<{ id: number; node: number | null }>('SELECT id, node FROM execution WHERE busy = 1')
const lives = (cluster: Cluster) =>
  cluster.ground.rows<{ name: string }>('SELECT name FROM engine_node WHERE ended_at IS NULL ORDER BY id')
/** Nothing is left that somebody was to do. */
async function expectTidy(cluster: Cluster): Promise<void> {
  await cluster.advance(1000)
  for (const table of ['letter', 'inbox', 'timer', 'activity_task'])
    expect(`${table} ${cluster.ground.count(table)}`).toBe(`${table} 0`)
}

/** `place`: where the clusters of one test are. */
export function describeNodes(name: string, place: () => ClusterOptions): void {
  afterEach(endClusters)
  const twoNodes = (options: ClusterOptions = {}) => twoNodesIn(place(), options)

  describe(`${name}: an execution on one of two nodes`, () => {
    it('is carried out where it was started, and nowhere else', async () => {
      const { cluster, ada, bob } = await twoNodes()
      const arn = await begin(cluster, ada, { A: taskState('a', { Next: 'B' }), B: taskState('b') })
      await cluster.advance(60_000)
      expect(openCalls(ada)).toHaveLength(1)
      expect(bob.world.calls).toHaveLength(0)
      await ada.world.succeed(1, 'A')
      await ada.world.succeed(2, 'B')
      expect(await bob.world.output(arn)).toBe(2)
      expect(busyRows(cluster)).toEqual([])
      await expectTidy(cluster)
    })

    it('goes on at the node that gets its answer while it sleeps, and each knows how far it is', async () => {
      const { cluster, ada, bob } = await twoNodes()
      const arn = await begin(cluster, ada, {
        One: token({ Next: 'Two' }),
        Two: token({ Next: 'Three' }),
        Three: token(),
      })
      const answer = async (by: ClusterNode, at: ClusterNode, name: string) => {
        const call = at.world.call(name)
        at.world.call(name).succeed({ MessageId: '1' })
        await cluster.settle()
        await sendTaskSuccess(by.world.engine, admin, { token: call.token ?? '', output: `"${name}"` })
        await cluster.settle()
      }
      await answer(bob, ada, 'One')
      // Ada still has it in memory as it was; bob has gone on with it.
      await answer(ada, bob, 'Two')
      await answer(bob, ada, 'Three')
      expect(await ada.world.output(arn)).toBe('Three')
      await expectTidy(cluster)
    })

    it('is stopped through the other, whose caller hears when', async () => {
      const { cluster, ada, bob } = await twoNodes()
      const arn = await begin(cluster, ada, { A: taskState('a') })
      await cluster.advance(1234)
      const stopped = stopExecution(bob.world.engine, admin, { executionArn: arn, error: 'Why' })
      await cluster.settle()
      expect(await stopped).toEqual({ stoppedAt: cluster.clock.now() })
      expect(ada.world.calls[0]?.signal.aborted).toBe(true)
      expect(await ada.world.describe(arn)).toMatchObject({ status: 'ABORTED', error: 'Why' })
      expect(cluster.ground.trail().filter(({ action }) => action === 'execution.stop')).toHaveLength(1)
      await expectTidy(cluster)
    })

    it('takes one answer, whichever node it comes to, and tells the late one so', async () => {
      const { cluster, ada, bob } = await twoNodes()
      await begin(cluster, ada, { All: branches(taskState('work'), token({ HeartbeatSeconds: 60 })) })
      const call = ada.world.call('B1')
      call.succeed({ MessageId: '1' })
      await cluster.settle()
      // Ada has a call under way for it: what comes to bob is a letter.
      const { engine } = bob.world
      const beat = sendTaskHeartbeat(engine, admin, { token: call.token ?? '' })
      const first = sendTaskSuccess(engine, admin, { token: call.token ?? '', output: '1' })
      const second = sendTaskSuccess(engine, admin, { token: call.token ?? '', output: '2' })
      const late = second.catch((error: unknown) => error)
      await cluster.settle()
      await Promise.all([beat, first])
      expect(await late).toMatchObject({ code: 'task.closed' })
      await ada.world.succeed('"work"', 'B0')
      expect(cluster.ground.rows('SELECT output FROM execution')).toEqual([{ output: '["\\"work\\"",1]' }])
      await expectTidy(cluster)
    })

    it('is followed at the other', async () => {
      const { cluster, ada, bob } = await twoNodes()
      const arn = await begin(cluster, ada, { A: taskState('a', { Next: 'B' }), B: taskState('b') })
      const seen: string[] = []
      const following = (async () => {
        for await (const events of watchExecution(bob.world.engine, admin, { executionArn: arn }, never)) {
          seen.push(...events.map(({ type }) => type))
        }
      })()
      await cluster.settle()
      await ada.world.succeed(1, 'A')
      await cluster.advance(500)
      expect(seen).toContain('LambdaFunctionSucceeded')
      expect(seen).not.toContain('ExecutionSucceeded')
      await ada.world.succeed(2, 'B')
      await cluster.advance(500)
      await following
      expect(seen.at(-1)).toBe('ExecutionSucceeded')
    })

    it('has its name once: a second start through the other node is the first one', async () => {
      const { cluster, ada, bob } = await twoNodes()
      const stateMachineArn = await ada.world.machine('m', definitionOf({ A: taskState('a') }))
      const request = { stateMachineArn, name: 'once', input: '{}' }
      const starts = [ada, bob, ada, bob].map(({ world }) => startExecution(world.engine, admin, request))
      await cluster.settle()
      const answers = await Promise.all(starts)
      expect(new Set(answers.map(({ executionArn }) => executionArn)).size).toBe(1)
      expect(cluster.ground.count('execution')).toBe(1)
      expect([...openCalls(ada), ...openCalls(bob)]).toHaveLength(1)
      const other = startExecution(bob.world.engine, admin, { ...request, input: '{"other":1}' })
      await expect(other).rejects.toMatchObject({ code: 'execution.exists' })
    })
  })

  it(`${name}: names that two nodes are asked for in opposite orders are taken once each`, async () => {
    const { cluster, ada, bob } = await twoNodes()
    const stateMachineArn = await ada.world.machine('m', definitionOf({ A: taskState('a') }))
    const names = Array.from({ length: 30 }, (_, i) => `name-${i}`)
    const startAll = (node: ClusterNode, order: readonly string[]) =>
      order.map((each) => startExecution(node.world.engine, admin, { stateMachineArn, name: each, input: '{}' }))
    const starts = [...startAll(ada, names), ...startAll(bob, names.toReversed())]
    await cluster.settle()
    const arns = new Set((await Promise.all(starts)).map(({ executionArn }) => executionArn))
    expect(arns.size).toBe(30)
    expect(cluster.ground.count('execution')).toBe(30)
    expect([...openCalls(ada), ...openCalls(bob)]).toHaveLength(30)
  })

  describe(`${name}: timers of two nodes`, () => {
    it('fire once each, at whichever node', async () => {
      const { cluster, ada, bob } = await twoNodes()
      const arns: string[] = []
      for (const node of [ada, bob, ada, bob]) {
        arns.push(
          await begin(cluster, node, { Wait: { Type: 'Wait', Seconds: 30, Next: 'Done' }, Done: { Type: 'Succeed' } }),
        )
      }
      await cluster.advance(30_000)
      for (const arn of arns) {
        expect(await ada.world.events(arn)).toEqual([
          'ExecutionStarted',
          'WaitStateEntered',
          'WaitStateExited',
          'SucceedStateEntered',
          'SucceedStateExited',
          'ExecutionSucceeded',
        ])
      }
      await expectTidy(cluster)
    })

    it('of a node that is no more fire at the other when they are due', async () => {
      const { cluster, ada, bob } = await twoNodes()
      const arn = await begin(cluster, ada, { Wait: { Type: 'Wait', Seconds: 3, End: true } })
      cluster.kill(ada)
      await cluster.advance(3500)
      expect(await bob.world.status(arn)).toBe('SUCCEEDED')
    })

    it('of an execution that another node has under way are left to it', async () => {
      const { cluster, ada, bob } = await twoNodes()
      const arn = await begin(cluster, ada, { A: taskState('a', { TimeoutSeconds: 5 }) })
      cluster.freeze(ada)
      await cluster.advance(6000)
      expect(await bob.world.status(arn)).toBe('RUNNING')
      await cluster.thaw(ada)
      expect(await bob.world.describe(arn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' })
      expect(lives(cluster)).toEqual([{ name: 'ada' }, { name: 'bob' }])
    })
  })

  describe(`${name}: tasks of activities`, () => {
    it('that one node queues are given to a worker who waits at the other', async () => {
      const { cluster, ada, bob } = await twoNodes()
      const polled = getActivityTask(bob.world.engine, admin, { arn: desk }, never)
      await cluster.settle()
      const arn = await begin(cluster, ada, { Desk: taskState('', { Resource: desk }) })
      await cluster.settle()
      const task = await polled
      await sendTaskSuccess(ada.world.engine, admin, { token: task?.token ?? '', output: '7' })
      expect(await bob.world.output(arn)).toBe(7)
      await expectTidy(cluster)
    })

    it('of an execution that one node has under way are given out by the other', async () => {
      const { cluster, ada, bob } = await twoNodes()
      const arn = await begin(cluster, ada, { All: branches(taskState('work'), taskState('', { Resource: desk })) })
      const polled = getActivityTask(bob.world.engine, admin, { arn: desk, workerName: 'w' }, never)
      await cluster.settle()
      const task = await polled
      expect(await ada.world.events(arn)).toContain('ActivityStarted')
      const done = sendTaskSuccess(bob.world.engine, admin, { token: task?.token ?? '', output: '7' })
      await cluster.settle()
      await done
      await ada.world.succeed(1, 'B0')
      expect(await bob.world.output(arn)).toEqual([1, 7])
      await expectTidy(cluster)
    })

    it('are given to one worker each, however many ask at both nodes', async () => {
      const { cluster, ada, bob } = await twoNodes()
      const machine = await ada.world.machine('m', definitionOf({ Desk: taskState('', { Resource: desk }) }))
      const polls = Array.from({ length: 10 }, (_, i) =>
        getActivityTask((i % 2 === 0 ? ada : bob).world.engine, admin, { arn: desk }, never),
      )
      await cluster.settle()
      for (let i = 0; i < 10; i++) {
        await startExecution((i % 3 === 0 ? ada : bob).world.engine, admin, { stateMachineArn: machine })
      }
      await cluster.advance(2000)
      const tasks = await Promise.all(polls)
      expect(new Set(tasks.map((task) => task?.token)).size).toBe(10)
    })
  })

  describe(`${name}: nested executions over two nodes`, () => {
    it('end at one while the parent has something under way at the other', async () => {
      const { cluster, ada, bob } = await twoNodes()
      await ada.world.machine('small', definitionOf({ Ask: token() }))
      const child = {
        Type: 'Task',
        Resource: 'arn:aws:states:::states:startExecution.sync:2',
        Parameters: { StateMachineArn: machineArn('small') },
        End: true,
      }
      const arn = await begin(cluster, ada, { All: branches(taskState('work'), child) })
      const ask = ada.world.call('Ask')
      ask.succeed({ MessageId: '1' })
      await cluster.settle()
      await sendTaskSuccess(bob.world.engine, admin, { token: ask.token ?? '', output: '"child"' })
      await cluster.settle()
      expect(await ada.world.events(arn)).toContain('TaskSucceeded')
      await ada.world.succeed(1, 'B0')
      expect(await bob.world.output(arn)).toMatchObject([1, { Output: 'child' }])
      await expectTidy(cluster)
    })

    it('are stopped with their parent wherever they are', async () => {
      const { cluster, ada, bob } = await twoNodes()
      await ada.world.machine('small', definitionOf({ Ask: token({ Next: 'Work' }), Work: taskState('work') }))
      const child = {
        Type: 'Task',
        Resource: 'arn:aws:states:::states:startExecution.sync',
        Parameters: { StateMachineArn: machineArn('small') },
        End: true,
      }
      const arn = await begin(cluster, ada, { Child: child })
      const ask = ada.world.call('Ask')
      ask.succeed({ MessageId: '1' })
      await cluster.settle()
      await sendTaskSuccess(bob.world.engine, admin, { token: ask.token ?? '', output: '1' })
      await cluster.settle()
      expect(openCalls(bob)).toHaveLength(1)
      await stopExecution(ada.world.engine, admin, { executionArn: arn })
      await cluster.settle()
      expect(openCalls(bob)).toHaveLength(0)
      expect(cluster.ground.rows('SELECT status FROM execution ORDER BY id')).toEqual([{ status: 4 }, { status: 4 }])
      await expectTidy(cluster)
    })
  })

  describe(`${name}: a node that dies`, () => {
    it('is succeeded by another after its lease, which makes its calls again with the same key', async () => {
      const { cluster, ada, bob } = await twoNodes()
      const arn = await begin(cluster, ada, { A: taskState('a') })
      const [first] = ada.world.calls
      cluster.kill(ada)
      await cluster.advance(leaseMs - 1000)
      expect(bob.world.calls).toHaveLength(0)
      await cluster.advance(3000)
      expect(bob.world.calls.map(({ idempotencyKey }) => idempotencyKey)).toEqual([first?.idempotencyKey])
      await bob.world.succeed('late')
      expect(await bob.world.output(arn)).toBe('late')
      expect(lives(cluster)).toEqual([{ name: 'bob' }])
      expect(cluster.ground.count('engine_node')).toBe(1)
    })

    it('and is started again takes its own back at once', async () => {
      const { cluster, ada, bob } = await twoNodes()
      await begin(cluster, ada, { A: taskState('a') })
      cluster.kill(ada)
      const again = await cluster.join('ada')
      expect(openCalls(again)).toHaveLength(1)
      await cluster.advance(30_000)
      expect(bob.world.calls).toHaveLength(0)
    })

    it('leaves more than one transaction takes, and all of it goes on', async () => {
      const { cluster, ada, bob } = await twoNodes()
      const machine = await ada.world.machine('m', definitionOf({ A: taskState('a') }))
      const starts = Array.from({ length: 450 }, () =>
        startExecution(ada.world.engine, admin, { stateMachineArn: machine }),
      )
      await cluster.settle()
      await Promise.all(starts)
      cluster.kill(ada)
      await cluster.advance(leaseMs + 2000)
      expect(openCalls(bob)).toHaveLength(450)
      expect(cluster.ground.count('engine_node')).toBe(1)
    })

    it('before it read its letters leaves them to its successor, and their senders hear what became of them', async () => {
      const { cluster, ada, bob } = await twoNodes()
      const arn = await begin(cluster, ada, { A: taskState('a') })
      cluster.kill(ada)
      const stopped = stopExecution(bob.world.engine, admin, { executionArn: arn })
      await cluster.advance(1000)
      expect(await bob.world.status(arn)).toBe('RUNNING')
      await cluster.advance(leaseMs + 2000)
      await stopped
      expect(await bob.world.status(arn)).toBe('ABORTED')
      expect(openCalls(bob)).toHaveLength(0)
      await expectTidy(cluster)
    })

    it('while it waits for an outcome leaves nothing behind', async () => {
      const { cluster, ada, bob } = await twoNodes({ arrives: () => false })
      const arn = await begin(cluster, ada, { A: taskState('a') })
      void stopExecution(bob.world.engine, admin, { executionArn: arn })
      await cluster.settle()
      cluster.kill(bob)
      await cluster.advance(leaseMs + 3000)
      expect(await ada.world.status(arn)).toBe('ABORTED')
      await expectTidy(cluster)
      expect(cluster.ground.count('engine_node')).toBe(1)
    })

    it('that stops in good order is succeeded at once', async () => {
      const { cluster, ada, bob } = await twoNodes()
      await begin(cluster, ada, { A: taskState('a') })
      await ada.world.engine.close()
      cluster.kill(ada)
      await cluster.advance(0)
      expect(openCalls(bob)).toHaveLength(1)
    })
  })

  describe(`${name}: a node that was held for dead and lives`, () => {
    it('undoes what it was about to write, and begins anew', async () => {
      const { cluster, ada, bob } = await twoNodes()
      const arn = await begin(cluster, ada, { A: taskState('a', { Next: 'B' }), B: taskState('b') })
      cluster.freeze(ada)
      await cluster.advance(leaseMs + 2000)
      await bob.world.succeed('bob', 'A')
      // What ada's call brings comes after bob has gone on.
      ada.world.calls[0]?.succeed('ada')
      await cluster.thaw(ada)
      await bob.world.succeed('end', 'B')
      const results = (await bob.world.history(arn)).filter(({ type }) => type === 'LambdaFunctionSucceeded')
      expect(results.map(({ details }) => details?.['output'])).toEqual(['"bob"', '"end"'])
      expect(openCalls(ada)).toEqual([])
      expect(lives(cluster)).toEqual([{ name: 'bob' }, { name: 'ada' }])
    })

    it('carries out afterwards what it was asked meanwhile', async () => {
      const { cluster, ada, bob } = await twoNodes()
      const machine = await bob.world.machine('m', definitionOf({ A: taskState('a') }))
      cluster.freeze(ada)
      const asked = startExecution(ada.world.engine, admin, { stateMachineArn: machine, name: 'asked' })
      await cluster.advance(leaseMs + 2000)
      await cluster.thaw(ada)
      const { executionArn } = await asked
      expect(openCalls(ada)).toHaveLength(1)
      await ada.world.succeed(1)
      expect(await bob.world.output(executionArn)).toBe(1)
    })

    it('tells who waits at it for another node that the outcome is not known', async () => {
      const { cluster, ada, bob } = await twoNodes({ arrives: () => false })
      const arn = await begin(cluster, bob, { A: taskState('a') })
      const stopped = stopExecution(ada.world.engine, admin, { executionArn: arn })
      const lost = stopped.catch((error: unknown) => error)
      await cluster.settle()
      cluster.freeze(ada)
      await cluster.advance(leaseMs + 2000)
      await cluster.thaw(ada)
      await cluster.advance(2000)
      expect(await lost).toMatchObject({ code: 'engine.outcome_unknown' })
      expect(await bob.world.status(arn)).toBe('ABORTED')
      await expectTidy(cluster)
    })
  })

  describe(`${name}: a node that does not know whether its transaction was committed`, () => {
    it('reads all anew: what was committed stays, and no result is recorded twice', async () => {
      const { cluster, ada } = await twoNodes()
      const arn = await begin(cluster, ada, { A: taskState('a', { Next: 'B' }), B: taskState('b') })
      ada.thread.losesAnswer = true
      ada.world.call('A').succeed('once')
      await cluster.settle()
      await cluster.advance(2000)
      const [again] = cluster.nodes.flatMap(openCalls)
      expect(again?.stateName).toBe('B')
      again?.succeed('end')
      await cluster.settle()
      expect(await ada.world.output(arn)).toBe('end')
      const results = (await ada.world.history(arn)).filter(({ type }) => type === 'LambdaFunctionSucceeded')
      expect(results).toHaveLength(2)
    })

    it('tells who has asked, and carries nothing out a second time', async () => {
      const { cluster, ada } = await twoNodes()
      const machine = await ada.world.machine('m', definitionOf({ A: taskState('a') }))
      ada.thread.losesAnswer = true
      const told = startExecution(ada.world.engine, admin, { stateMachineArn: machine }).catch(
        (error: unknown) => error,
      )
      await cluster.advance(2000)
      expect(await told).toMatchObject({ code: 'store.commit_unknown' })
      expect(cluster.ground.count('execution')).toBe(1)
      expect(cluster.nodes.flatMap(openCalls)).toHaveLength(1)
    })
  })

  describe(`${name}: when the database was away for longer than a lease`, () => {
    it('nobody is held for dead, and no call is made again', async () => {
      const { cluster, ada, bob } = await twoNodes()
      await begin(cluster, ada, { A: taskState('a') })
      await begin(cluster, bob, { A: taskState('a') })
      const before = cluster.ground.rows('SELECT id, name FROM engine_node ORDER BY id')
      // Both wake late, one after the other.
      cluster.freeze(ada)
      cluster.freeze(bob)
      await cluster.advance(3 * leaseMs)
      await cluster.thaw(ada)
      await cluster.thaw(bob)
      await cluster.advance(3 * leaseMs)
      expect(cluster.ground.rows('SELECT id, name FROM engine_node ORDER BY id')).toEqual(before)
      expect([ada.world.calls.length, bob.world.calls.length]).toEqual([1, 1])
    })
  })

  describe(`${name}: a node that cannot read for a while`, () => {
    it('lives on, tells whoever is committed so, and goes on when it can', async () => {
      const { cluster, ada } = await twoNodes()
      const machine = await ada.world.machine('m', mapOf(taskState('work')))
      await ada.world.start(machine, { input: [0] })
      ada.thread.cannotRead = true
      const input = JSON.stringify([1, 2])
      const started = startExecution(ada.world.engine, admin, { stateMachineArn: machine, input })
      await cluster.advance(60_000)
      const { executionArn } = await started
      ada.thread.cannotRead = false
      await cluster.advance(60_000)
      for (const call of cluster.nodes.flatMap(openCalls)) call.succeed(call.input)
      await cluster.advance(60_000)
      expect(await ada.world.status(executionArn)).toBe('SUCCEEDED')
    })
  })

  describe(`${name}: a node with more work than one transaction takes`, () => {
    it('gives its sign of life before it', async () => {
      const { cluster, ada } = await twoNodes()
      const { writer } = ada.world.engine
      for (let work = 0; work < 2500; work++) writer.post({ kind: 'probe' })
      await writer.submit({ kind: 'round' })
      expect(writer.queued).toBeGreaterThan(0)
      await cluster.settle()
    })
  })

  describe(`${name}: without a single hint`, () => {
    it('everything arrives all the same', async () => {
      const { cluster, ada, bob } = await twoNodes({ arrives: () => false })
      const arn = await begin(cluster, ada, { All: branches(taskState('work'), taskState('', { Resource: desk })) })
      const polled = getActivityTask(bob.world.engine, admin, { arn: desk }, never)
      await cluster.advance(2000)
      const task = await polled
      const done = sendTaskSuccess(bob.world.engine, admin, { token: task?.token ?? '', output: '7' })
      await cluster.advance(2000)
      await done
      const stopped = stopExecution(bob.world.engine, admin, { executionArn: arn })
      await cluster.advance(2000)
      await stopped
      expect(await ada.world.status(arn)).toBe('ABORTED')
      await expectTidy(cluster)
    })
  })
}
