/** Whatever happens to nodes on one database, in whatever order: nothing that anybody was told may be lost. */
import fc from 'fast-check'
import { afterEach, expect, it } from 'vitest'
import type { Attempt, Event } from '../../asl/index.ts'
import { createActivity } from '../activity/create.ts'
import { startExecution } from '../execution/start.ts'
import { stopExecution } from '../execution/stop.ts'
import { decodeChunk } from '../history/decode.ts'
import { chunkRows } from '../history/rows.ts'
import { isBusy, loadLive } from '../run/live.ts'
import { getActivityTask } from '../task/activity.ts'
import { sendTaskFailure, sendTaskHeartbeat, sendTaskSuccess } from '../task/answer.ts'
import { activityArn, admin, definitionOf, machineArn, taskState } from '../world.ts'
import { Cluster, type ClusterNode, type ClusterOptions, endClusters } from './cluster.ts'

const token = (more: object = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
  Parameters: { QueueUrl: 'q', 'MessageBody.$': '$$.Task.Token' },
  ...('Next' in more ? {} : { End: true }),
  ...more,
})
const child = (pattern: string) => ({
  Type: 'Task',
  Resource: `arn:aws:states:::states:startExecution${pattern}`,
  Parameters: { StateMachineArn: machineArn('small') },
  End: true,
})
const retry = { Retry: [{ ErrorEquals: ['Busy', 'States.Timeout'], IntervalSeconds: 3, MaxAttempts: 2 }] }
const only = (name: string, state: object) => ({ StartAt: name, States: { [name]: state } })

const machines: Readonly<Record<string, string>> = {
  small: definitionOf({ Work: taskState('work', { TimeoutSeconds: 40, ...retry, Next: 'Ask' }), Ask: token() }),
  tokens: definitionOf({
    Ask: token({ HeartbeatSeconds: 30, TimeoutSeconds: 70, ...retry, Next: 'Again' }),
    Again: token({ Next: 'Nap' }),
    Nap: { Type: 'Wait', Seconds: 7, Next: 'Work' },
    Work: taskState('work', retry),
  }),
  fan: definitionOf({
    All: {
      Type: 'Parallel',
      Branches: [
        only('Work', taskState('work', retry)),
        only('Sleep', { Type: 'Wait', Seconds: 11, End: true }),
        only('Ask', token()),
        only('Call', child('.sync:2')),
        only('Desk', taskState('', { Resource: activityArn('desk') })),
      ],
      End: true,
    },
  }),
}

type Act = { readonly kind: string; readonly which: number }
const kinds = [
  ...['start', 'start', 'again', 'succeed', 'succeed', 'succeed', 'busy', 'time', 'time', 'jump', 'token', 'token'],
  ...['untoken', 'beat', 'poll', 'stop', 'kill', 'freeze', 'thaw', 'join', 'leave', 'together', 'together'],
]
const acts = fc.array(fc.record({ kind: fc.constantFrom(...kinds), which: fc.nat(1000) }) satisfies fc.Arbitrary<Act>, {
  minLength: 20,
  maxLength: 70,
  size: 'max',
})

const pick = <T>(from: readonly T[], which: number): T | undefined => from[which % Math.max(1, from.length)]

/** What somebody was told, which must therefore be so for ever. */
type Told = {
  readonly started: { readonly arn: string; readonly name: string | undefined }[]
  /** Tokens of which an answer was accepted. */
  readonly answered: string[]
  readonly stopped: string[]
}

/** Acts carried out one after the other or at once, in whatever state the nodes are. Every caller may wait for ever. */
class Story {
  readonly cluster: Cluster
  readonly told: Told = { started: [], answered: [], stopped: [] }
  readonly tokens = new Set<string>()

  constructor(place: ClusterOptions, losesHints: number) {
    let hints = 0
    this.cluster = new Cluster({ ...place, arrives: () => losesHints === 0 || ++hints % losesHints !== 0 })
  }

  async begin(): Promise<void> {
    const { ground } = this.cluster
    await createActivity(ground.engine, admin, { name: 'desk' })
    for (const [name, definition] of Object.entries(machines)) await ground.machine(name, definition)
    await this.cluster.join('ada')
    await this.cluster.join('bob')
  }

  async act({ kind, which }: Act): Promise<void> {
    await this.#carryOut(kind, which)
    await this.cluster.settle()
    this.#seeTokens()
  }

  #seeTokens(): void {
    for (const { world } of this.cluster.nodes) {
      for (const { token: seen } of world.calls) if (seen !== undefined) this.tokens.add(seen)
    }
  }

  async #carryOut(kind: string, which: number): Promise<unknown> {
    const { cluster } = this
    const node = pick(cluster.alive, which)
    if (node === undefined) return cluster.join(`node-${which}`)
    switch (kind) {
      case 'start':
        return this.#start(node, which, which % 3 === 0 ? `name-${which % 7}` : undefined)
      case 'again':
        return this.#start(node, which, `name-${which % 7}`)
      case 'succeed':
      case 'busy':
        return this.#answerCall(kind, which)
      case 'time':
        return cluster.advance((which % 9) * 1000)
      case 'jump':
        // Nobody does anything meanwhile: all alarms are late.
        return cluster.clock.advanceBy((which % 40) * 1000)
      case 'token':
      case 'untoken':
      case 'beat':
        return this.#answerToken(node, kind, which)
      case 'poll':
        return this.#poll(node)
      case 'stop':
        return this.#stop(node, which)
      case 'kill':
        return cluster.kill(node)
      case 'freeze':
        return cluster.freeze(node)
      case 'thaw':
        return pick(
          cluster.nodes.filter(({ thread }) => thread.state === 'frozen'),
          which,
        )?.thread.thaw()
      case 'join':
        return this.#join(which)
      case 'leave':
        return this.#leave(node)
      case 'together':
        // Without a turn in between, so that a kill comes before what was asked is committed.
        for (const [i, each] of ['token', 'start', 'stop', 'succeed', 'poll', 'kill', 'untoken'].entries()) {
          if ((which >> i) % 2 === 0) void this.#carryOut(each, which + i)
        }
        return undefined
      default:
        throw new Error(kind)
    }
  }

  #start({ world }: ClusterNode, which: number, name: string | undefined): void {
    const stateMachineArn = machineArn(pick(Object.keys(machines), which) ?? 'small')
    const request = { stateMachineArn, input: '{}', ...(name === undefined ? {} : { name }) }
    this.#hear(startExecution(world.engine, admin, request), ({ executionArn }) =>
      this.told.started.push({ arn: executionArn, name }),
    )
  }

  #answerCall(kind: string, which: number): void {
    // Of a dead node, a frozen one, or one that was already aborted too: what it brings must not count then.
    const late = which % 4 === 0
    const calls = this.cluster.nodes.flatMap(({ world }) => world.calls).filter(({ open }) => open)
    const call = pick(late ? calls : calls.filter(({ signal }) => !signal.aborted), which)
    if (kind === 'succeed') call?.succeed(which)
    else call?.fail('Busy')
  }

  #answerToken({ world }: ClusterNode, kind: string, which: number): void {
    const seen = pick([...this.tokens].slice(which % 5 === 0 ? 0 : -4), which) ?? 'none'
    const { engine } = world
    if (kind === 'beat') return this.#hear(sendTaskHeartbeat(engine, admin, { token: seen }), () => {})
    const answer =
      kind === 'token'
        ? sendTaskSuccess(engine, admin, { token: seen, output: String(which) })
        : sendTaskFailure(engine, admin, { token: seen, error: 'Busy' })
    this.#hear(answer, () => this.told.answered.push(seen))
  }

  #poll({ world }: ClusterNode): void {
    this.#hear(
      getActivityTask(world.engine, admin, { arn: activityArn('desk') }, new AbortController().signal),
      (task) => task && this.tokens.add(task.token),
    )
  }

  #stop({ world }: ClusterNode, which: number): void {
    const arn = pick(this.told.started, which)?.arn
    if (arn === undefined) return
    this.#hear(stopExecution(world.engine, admin, { executionArn: arn }), () => this.told.stopped.push(arn))
  }

  async #join(which: number): Promise<void> {
    // Mostly one that died and is started again; its name is free only once its process is gone.
    const gone = this.cluster.nodes.filter(({ thread }) => thread.state === 'dead').map(({ name }) => name)
    const here = this.cluster.nodes.filter(({ thread }) => thread.state !== 'dead').map(({ name }) => name)
    const name = pick(gone, which) ?? `node-${which}`
    if (here.length < 4 && !here.includes(name)) await this.cluster.join(name)
  }

  async #leave(node: ClusterNode): Promise<void> {
    if (this.cluster.alive.length < 2) return
    const closing = node.world.engine.close()
    await this.cluster.settle()
    await closing
    this.cluster.kill(node)
  }

  /** A refusal is an answer; a defect is not. Nobody waits for what may never come. */
  #hear<T>(answer: Promise<T>, accepted: (value: T) => unknown): void {
    void answer.then(accepted, (error: unknown) => {
      const refused = error instanceof Error && 'kind' in error && error.kind !== 'internal'
      const gone = error instanceof Error && error.message === 'the node is gone'
      if (!refused && !gone) this.defects.push(error)
    })
  }
  readonly defects: unknown[] = []

  /** Whoever stands still stays so; one node is left, and everything that can go on does, on it. */
  async endWithOne(): Promise<ClusterNode> {
    for (const node of this.cluster.nodes) this.cluster.kill(node)
    const last = await this.cluster.join('last')
    await this.cluster.advance(15_000)
    return last
  }
}

/** Each attempt of a task has one result at most, whoever brought it; one that waits for a token has that of its call too. */
function expectResultsOnce(cluster: Cluster): void {
  const { store, revisions } = cluster.ground.engine
  for (const { id, revisionId } of executions(cluster)) {
    const { machine } = revisions.get(store.read, revisionId)
    const results = [...chunkRows(store.read, id)]
      .map((row) => decodeChunk(machine, row).cause.event)
      .filter(isResult)
      .map((event) => `${event.frame}/${event.enteredId}/${event.attempt} ${'fromCall' in event}`)
    expect(results).toEqual([...new Set(results)])
  }
}

const isResult = (event: Event): event is Extract<Event, Attempt> =>
  event.kind === 'taskSucceeded' || event.kind === 'taskFailed'

const executions = (cluster: Cluster) =>
  cluster.ground.rows<{ id: number; revisionId: number; status: number; busy: number; node: number | null }>(
    'SELECT id, revision_id AS revisionId, status, busy, node FROM execution ORDER BY id',
  )

/** Nothing that anybody was told has gone. */
async function expectKept({ cluster, told }: Story): Promise<void> {
  const { ground } = cluster
  for (const { arn } of told.started) await ground.describe(arn)
  for (const arn of told.stopped) expect(await ground.status(arn)).not.toBe('RUNNING')
  const results = ground.rows<{ n: number }>(
    `SELECT count(*) AS n FROM trail_unsealed WHERE action IN ('task.succeed', 'task.fail')`,
  )
  expect(results[0]?.n).toBeGreaterThanOrEqual(told.answered.length)
  expect(told.answered).toEqual([...new Set(told.answered)])
  const named = told.started.filter(({ name }) => name !== undefined)
  expect(new Set(named.map(({ arn }) => arn)).size).toBe(
    new Set(named.map(({ arn }) => arn.split(':').slice(-2).join(':'))).size,
  )
}

/** The one node that is left has everything, and nothing waits for anybody else. */
function expectCarriedOn(cluster: Cluster, { world }: ClusterNode): void {
  const { engine } = world
  const calls: string[] = []
  for (const { id, status, busy, node } of executions(cluster)) {
    const live = loadLive(engine, engine.revisions, engine.store.read, id)
    const runs = live !== undefined && isBusy(live.machine, live.state)
    expect({ id, running: live !== undefined, busy, node }).toEqual({
      ...{ id, running: status === 0 },
      ...(runs ? { busy: 1, node: engine.node?.life } : { busy: 0, node: null }),
    })
    for (const { visit } of live?.state.frames.values() ?? []) {
      const state = visit && live?.machine.states[visit.state]
      if (visit?.phase !== 'task' || visit.submitted || state?.type !== 'Task') continue
      if (state.resource.kind !== 'activity') calls.push(`${id}/${visit.enteredId} ${visit.attempt}`)
    }
  }
  const underWay = world.calls.filter(({ open, signal }) => open && !signal.aborted)
  expect(underWay.map(({ idempotencyKey, attempt }) => `${idempotencyKey} ${attempt}`).toSorted()).toEqual(
    calls.toSorted(),
  )
  for (const table of ['letter', 'inbox']) expect(`${table} ${cluster.ground.count(table)}`).toBe(`${table} 0`)
  expect(cluster.ground.count('engine_node')).toBe(1)
}

/** `place`: where the clusters of one story are. */
export function describeAnything(name: string, place: () => ClusterOptions, numRuns: number): void {
  afterEach(endClusters)

  it(`${name}: keeps what anybody was told, and takes each result once, whatever happens to which node`, async () => {
    await fc.assert(
      fc.asyncProperty(acts, fc.nat(3), async (story, losesHints) => {
        const told = new Story(place(), losesHints)
        await told.begin()
        for (const act of story) {
          await told.act(act)
          expect(told.defects).toEqual([])
        }
        const last = await told.endWithOne()
        expect(told.defects).toEqual([])
        expectResultsOnce(told.cluster)
        await expectKept(told)
        expectCarriedOn(told.cluster, last)
        expect(told.cluster.ground.divergences()).toEqual([])
        await endClusters()
      }),
      { numRuns, seed: 20_261_130 },
    )
  })
}
