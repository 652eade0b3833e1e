import fc from 'fast-check'
import { afterEach, expect, it } from 'vitest'
import { createActivity } from '../activity/create.ts'
import { stopExecution } from '../execution/stop.ts'
import { pruneExecutions } from '../retention.ts'
import { getActivityTask } from '../task/activity.ts'
import { sendTaskFailure, sendTaskHeartbeat, sendTaskSuccess } from '../task/answer.ts'
import { activityArn, admin, definitionOf, endWorlds, machineArn, taskState, World } from '../world.ts'
import { timerNumber } from '../history/chunk.ts'
import { isBusy, loadLive } from './live.ts'

afterEach(endWorlds)

const token = (more: object = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
  Parameters: { QueueUrl: 'q', 'MessageBody.$': '$$.Task.Token' },
  ...('Next' in more ? {} : { End: true }),
  ...more,
})
const child = (pattern: string, more: object = {}) => ({
  Type: 'Task',
  Resource: `arn:aws:states:::states:startExecution${pattern}`,
  Parameters: { StateMachineArn: machineArn('small') },
  ...('Next' in more ? {} : { End: true }),
  ...more,
})
const retry = {
  Retry: [{ ErrorEquals: ['Busy', 'States.Timeout'], IntervalSeconds: 3, MaxAttempts: 2, JitterStrategy: 'FULL' }],
}
const caught = (next: string) => ({ Catch: [{ ErrorEquals: ['States.ALL'], Next: next }], Next: next })
const only = (name: string, state: object) => ({ StartAt: name, States: { [name]: state } })

/** Machines that together have everything that can be waited for. */
const machines: Readonly<Record<string, string>> = {
  small: definitionOf({ Work: taskState('work', { TimeoutSeconds: 40, ...retry }) }),
  tokens: definitionOf({
    Ask: token({ HeartbeatSeconds: 7, TimeoutSeconds: 30, ...retry, ...caught('Again') }),
    Again: { Type: 'Choice', Choices: [{ Variable: '$', NumericEquals: 1, Next: 'Ask' }], Default: 'Done' },
    Done: { Type: 'Wait', Seconds: 2, End: true },
  }),
  desk: definitionOf(
    {
      Desk: taskState('', { Resource: activityArn('desk'), HeartbeatSeconds: 6, ...caught('Nested') }),
      Nested: child('.sync', retry),
    },
    { TimeoutSeconds: 90 },
  ),
  fan: definitionOf({
    All: {
      Type: 'Parallel',
      Branches: [
        only('Work', taskState('work', retry)),
        only('Sleep', { Type: 'Wait', Seconds: 11, End: true }),
        only('Ask', token()),
        only('Call', child('.sync:2', { TimeoutSeconds: 25 })),
        only('Desk', taskState('', { Resource: activityArn('desk') })),
      ],
      ...caught('Each'),
    },
    Each: {
      Type: 'Map',
      ItemsPath: '$$.Execution.Input.items',
      MaxConcurrency: 2,
      ItemProcessor: only('Item', taskState('work', { TimeoutSeconds: 20, ...retry })),
      ...caught('End'),
    },
    End: child(''),
  }),
}

type Act = { readonly kind: string; readonly which: number }
const kinds = [
  'start',
  'start',
  'succeed',
  'succeed',
  'succeed',
  'fail',
  'busy',
  'time',
  'time',
  'token',
  'token',
  'untoken',
  'beat',
  'poll',
  'stop',
  'crash',
  'prune',
  'together',
]
const acts = fc.array(fc.record({ kind: fc.constantFrom(...kinds), which: fc.nat(1000) }) satisfies fc.Arbitrary<Act>, {
  minLength: 20,
  maxLength: 80,
  size: 'max',
})

/** Carries acts out one after the other, in whatever state things are. */
class Story {
  world = new World()
  /** Every token ever seen, used or not. */
  readonly tokens: string[] = []
  readonly arns: string[] = []

  async begin(): Promise<void> {
    await createActivity(this.world.engine, admin, { name: 'desk' })
    for (const [name, definition] of Object.entries(machines)) await this.world.machine(name, definition)
  }

  async act({ kind, which }: Act): Promise<void> {
    await this.#carryOut(kind, which)
    await this.world.settle()
    for (const { token } of this.world.calls)
      if (token !== undefined && !this.tokens.includes(token)) this.tokens.push(token)
  }

  async #carryOut(kind: string, which: number): Promise<unknown> {
    const { world } = this
    const { engine } = world
    // Mostly what is open; now and then a call that was answered, aborted or is of a process that died, and an old token.
    const late = which % 5 === 0
    const call = pick(late ? world.calls : world.calls.filter(({ open, signal }) => open && !signal.aborted), which)
    const seen = { token: pick(late ? this.tokens : this.tokens.slice(-3), which) ?? 'none' }
    switch (kind) {
      case 'start': {
        const name = pick(Object.keys(machines), which) ?? 'small'
        const { executionArn } = await world.start(machineArn(name), { input: { items: [1, 2, 3] } })
        return this.arns.push(executionArn)
      }
      case 'succeed':
        return call?.succeed(which % 2)
      case 'fail':
        return call?.fail('Broken')
      case 'busy':
        return call?.fail('Busy')
      case 'time':
        return world.advance((which % 13) * 1000)
      case 'token':
        return refusable(sendTaskSuccess(engine, admin, { ...seen, output: String(which % 2) }))
      case 'untoken':
        return refusable(sendTaskFailure(engine, admin, { ...seen, error: 'Busy' }))
      case 'beat':
        return refusable(sendTaskHeartbeat(engine, admin, seen))
      case 'poll':
        return this.#poll()
      case 'stop':
        return this.arns.length === 0
          ? undefined
          : refusable(stopExecution(engine, admin, { executionArn: pick(this.arns, which) ?? '' }))
      case 'crash':
        this.world = world.crash()
        return this.world.engine.recover()
      case 'prune':
        return pruneExecutions(world, { closedBefore: world.clock.now() - 20_000, limit: 3 })
      case 'together':
        return Promise.all(kinds.slice(0, 7).map((each, i) => this.#carryOut(each, which + i)))
      default:
        throw new Error(kind)
    }
  }

  async #poll(): Promise<void> {
    const leaving = new AbortController()
    const task = getActivityTask(this.world.engine, admin, { arn: activityArn('desk') }, leaving.signal)
    await this.world.settle()
    leaving.abort()
    const token = (await task)?.token
    if (token !== undefined) this.tokens.push(token)
  }
}

const pick = <T>(from: readonly T[], which: number): T | undefined => from[which % Math.max(1, from.length)]

/** A refusal is an answer; a defect is not. */
const refusable = (answer: Promise<unknown>): Promise<unknown> =>
  answer.catch((error: unknown) => {
    if (!(error instanceof Error && 'kind' in error && error.kind !== 'internal')) throw error
  })

/** What the tables must hold for an execution that runs, read out of its state; nothing for one that has ended. */
function expectConsistent(world: World): void {
  const timers: unknown[] = []
  const tasks: unknown[] = []
  const calls: string[] = []
  for (const { id, busy } of world.rows<{ id: number; busy: number }>(
    'SELECT id, busy FROM execution WHERE status = 0',
  )) {
    const live = loadLive(world.engine, world.engine.revisions, world.store.read, id)
    if (live === undefined) throw new Error(`execution ${id} cannot be loaded`)
    const { machine, state } = live
    // What is in memory is what is stored.
    expect((world.engine.cache.get(id) ?? live).state).toEqual(state)
    expect(busy).toBe(isBusy(machine, state) ? 1 : 0)
    if (machine.timeoutSeconds !== undefined) timers.push([id, 1, timerNumber('deadline')])
    for (const { id: frame, visit } of state.frames.values()) {
      for (const timer of visit?.timers ?? []) timers.push([id, frame, timerNumber(timer)])
      const current = visit && machine.states[visit.state]
      if (visit?.phase !== 'task' || current?.type !== 'Task') continue
      if (current.resource.kind === 'activity') tasks.push([id, frame])
      else if (!visit.submitted) calls.push(`${id}/${visit.enteredId} ${visit.attempt}`)
    }
  }
  const stored = (sql: string) => world.rows<object>(sql).map((row) => Object.values(row))
  expect(stored('SELECT execution_id, frame, kind FROM timer').toSorted()).toEqual(timers.toSorted())
  expect(stored('SELECT execution_id, frame FROM activity_task').toSorted()).toEqual(tasks.toSorted())
  expect(world.count('inbox')).toBe(0)
  // Whoever waits for a call has one under way, and no call is under way for nothing.
  const underWay = world.calls.filter(({ open, signal }) => open && !signal.aborted)
  expect(underWay.map(({ idempotencyKey, attempt }) => `${idempotencyKey} ${attempt}`).toSorted()).toEqual(
    calls.toSorted(),
  )
}

it('stays whole whatever happens, in whatever order, and over crashes; and all of it replays', async () => {
  await fc.assert(
    fc.asyncProperty(acts, async (story) => {
      const told = new Story()
      await told.begin()
      for (const act of story) {
        await told.act(act)
        expectConsistent(told.world)
      }
      expect(told.world.divergences()).toEqual([])
      await endWorlds()
    }),
    // On a server every crash copies a database.
    { numRuns: process.env['HOLDFAST_TEST_STORE'] === 'postgres' ? 4 : 25, seed: 20_261_120 },
  )
})
