import { afterEach, describe, expect, it } from 'vitest'
import { createActivity } from '../activity/create.ts'
import { deleteActivity } from '../activity/delete.ts'
import type { ActivityTask } from '../contract.ts'
import { startExecution } from '../execution/start.ts'
import { activityArn, admin, definitionOf, endWorlds, machineArn, nobody, taskState, World } from '../world.ts'
import { getActivityTask } from './activity.ts'
import { sendTaskFailure, sendTaskSuccess } from './answer.ts'

afterEach(endWorlds)

const desk = activityArn('desk')
const never = new AbortController().signal

async function withDesk(): Promise<World> {
  const world = new World()
  await createActivity(world.engine, admin, { name: 'desk' })
  await world.machine('pay', definitionOf({ Desk: taskState('', { Resource: desk }) }))
  return world
}

const poll = (world: World, more: { workerName?: string; signal?: AbortSignal } = {}) => {
  const { signal = never, ...request } = more
  return getActivityTask(world.engine, admin, { arn: desk, ...request }, signal)
}

/** A worker that waits: what it has got so far. */
function waiting(world: World, more: { workerName?: string; signal?: AbortSignal } = {}) {
  const worker: { task: ActivityTask | undefined | 'waits' } = { task: 'waits' }
  void poll(world, more).then((task) => (worker.task = task))
  return worker
}

const submit = (world: World, input: unknown) => world.start(machineArn('pay'), { input })

describe('a worker of an activity', () => {
  it('gets tasks oldest first, each once, with their inputs', async () => {
    const world = await withDesk()
    for (let n = 0; n < 3; n++) await submit(world, { n })
    const tasks = [await poll(world), await poll(world), await poll(world)]
    expect(tasks.map((task) => task?.input)).toEqual(['{"n":0}', '{"n":1}', '{"n":2}'])
    expect(new Set(tasks.map((task) => task?.token)).size).toBe(3)
  })

  it('answers, and the execution goes on', async () => {
    const world = await withDesk()
    const { executionArn: done } = await submit(world, {})
    const { executionArn: failed } = await submit(world, {})
    await sendTaskSuccess(world.engine, admin, { token: (await poll(world))?.token ?? '', output: '{"ok":true}' })
    await sendTaskFailure(world.engine, admin, { token: (await poll(world))?.token ?? '', error: 'No', cause: 'way' })
    expect(await world.output(done)).toEqual({ ok: true })
    expect(await world.describe(failed)).toMatchObject({ status: 'FAILED', error: 'No', cause: 'way' })
    expect(world.count('activity_task')).toBe(0)
  })

  it('is named in the history, if it has a name', async () => {
    const world = await withDesk()
    const { executionArn: named } = await submit(world, {})
    await poll(world, { workerName: 'clerk-7' })
    const { executionArn: nameless } = await submit(world, {})
    await poll(world)
    const started = async (arn: string) => (await world.history(arn)).find(({ type }) => type === 'ActivityStarted')
    expect((await started(named))?.details).toEqual({ workerName: 'clerk-7' })
    expect((await started(nameless))?.details).toEqual({})
  })

  it('waits for a task and is woken by one', async () => {
    const world = await withDesk()
    const worker = waiting(world)
    await world.settle()
    expect(worker.task).toBe('waits')
    await submit(world, { late: 1 })
    expect(worker.task).toMatchObject({ input: '{"late":1}' })
  })

  it('goes home after a minute without one', async () => {
    const world = await withDesk()
    const worker = waiting(world)
    await world.advance(59_999)
    expect(worker.task).toBe('waits')
    await world.advance(1)
    expect(worker.task).toBeUndefined()
    expect(world.clock.nextAlarm()).toBeUndefined()
  })

  it('shares with others: one task goes to one of them, the others wait on', async () => {
    const world = await withDesk()
    const workers = [waiting(world), waiting(world), waiting(world)]
    await world.settle()
    await submit(world, { only: 1 })
    expect(workers.filter(({ task }) => task !== 'waits')).toHaveLength(1)
    await Promise.all([submit(world, { a: 1 }), submit(world, { b: 2 })])
    const inputs = workers.map(({ task }) => (task === 'waits' ? task : task?.input))
    expect(inputs.toSorted()).toEqual(['{"a":1}', '{"b":2}', '{"only":1}'])
  })

  it('that leaves in the moment in which it is woken leaves the task to the next', async () => {
    const world = await withDesk()
    const leaving = new AbortController()
    const first = waiting(world, { signal: leaving.signal })
    const second = waiting(world)
    await world.settle()
    // Right after the commit that queues the task and wakes the first of the two.
    world.store.onCommit(() => leaving.abort())
    await submit(world, { n: 1 })
    expect(first.task).toBeUndefined()
    expect(second.task).toMatchObject({ input: '{"n":1}' })
  })

  it('waits in line: who came first gets the first task', async () => {
    const world = await withDesk()
    const workers = Array.from({ length: 50 }, () => waiting(world))
    await world.settle()
    for (let n = 0; n < 50; n++) {
      await submit(world, n)
      expect(workers.filter(({ task }) => task !== 'waits')).toHaveLength(n + 1)
      expect(workers[n]?.task).toMatchObject({ input: String(n) })
    }
    expect(world.engine.pollers.count(desk)).toBe(0)
  })

  it('never misses a task, whatever happens at once', async () => {
    const world = await withDesk()
    const leaving = Array.from({ length: 30 }, () => new AbortController())
    const workers = leaving.map(({ signal }) => waiting(world, { signal }))
    const stateMachineArn = machineArn('pay')
    for (let n = 0; n < 30; n++) {
      void startExecution(world.engine, admin, { stateMachineArn })
      if (n % 3 === 0) leaving[n]?.abort()
      if (n % 4 === 0) await Promise.resolve()
      if (n % 7 === 0) await world.settle()
    }
    await world.settle()
    const got = workers.filter(({ task }) => task !== 'waits' && task !== undefined).length
    const left = world.rows('SELECT id FROM activity_task WHERE taken = 0').length
    const waits = workers.filter(({ task }) => task === 'waits').length
    expect(got + left).toBe(30)
    expect(left === 0 || waits === 0).toBe(true)
  })

  it('that has left gets nothing: the task waits for the next', async () => {
    const world = await withDesk()
    const leaving = new AbortController()
    const gone = waiting(world, { signal: leaving.signal })
    await world.settle()
    leaving.abort()
    await world.settle()
    expect(gone.task).toBeUndefined()
    await submit(world, { n: 1 })
    expect(await poll(world, { signal: AbortSignal.abort() })).toBeUndefined()
    expect((await poll(world))?.input).toBe('{"n":1}')
  })

  it('that leaves while its turn is being written gets nothing either', async () => {
    const world = await withDesk()
    await submit(world, { n: 1 })
    const leaving = new AbortController()
    const gone = poll(world, { signal: leaving.signal })
    leaving.abort()
    expect(await gone).toBeUndefined()
    expect((await poll(world))?.input).toBe('{"n":1}')
  })

  it('that waits is sent home when the engine stops', async () => {
    const world = await withDesk()
    const worker = waiting(world)
    await world.settle()
    await world.engine.close()
    expect(worker.task).toBeUndefined()
    await expect(poll(world)).rejects.toMatchObject({ code: 'engine.stopping' })
  })

  it('is refused while the disk is full, and nothing of it lingers', async () => {
    const world = await withDesk()
    await world.fillDisk()
    const stateMachineArn = machineArn('pay')
    await expect(world.start(stateMachineArn, { input: 'x'.repeat(100_000) })).rejects.toMatchObject({
      code: 'store.full',
    })
    await expect(poll(world)).rejects.toMatchObject({ code: 'store.full' })
    expect(world.engine.pollers.count(desk)).toBe(0)
    await world.freeDisk()
  })

  it('gets no task of an execution that has ended', async () => {
    const world = await withDesk()
    await world.machine('brief', definitionOf({ Desk: taskState('', { Resource: desk, TimeoutSeconds: 5 }) }))
    await world.start(machineArn('brief'))
    await world.advance(5000)
    const worker = waiting(world)
    await world.settle()
    expect(worker.task).toBe('waits')
  })

  it('finds the queue as it was after a crash', async () => {
    const world = await withDesk()
    for (let n = 0; n < 3; n++) await submit(world, { n })
    const taken = await poll(world)
    const next = world.crash()
    await next.engine.recover()
    expect((await poll(next))?.input).toBe('{"n":1}')
    await sendTaskSuccess(next.engine, admin, { token: taken?.token ?? '', output: '"from before"' })
    expect(next.rows('SELECT output FROM execution WHERE status = 1')).toEqual([{ output: '"from before"' }])
  })

  it('of another activity does not see them', async () => {
    const world = await withDesk()
    await createActivity(world.engine, admin, { name: 'other' })
    await submit(world, {})
    const other = getActivityTask(world.engine, admin, { arn: activityArn('other') }, never)
    await world.advance(60_000)
    expect(await other).toBeUndefined()
  })

  it.each([
    ['an activity that does not exist', { arn: activityArn('nobody') }, 'activity.missing'],
    ['what is no activity', { arn: machineArn('pay') }, 'arn.invalid'],
    ['a name that is too long', { arn: desk, workerName: 'w'.repeat(81) }, 'request.invalid'],
  ])('asking with %s is refused', async (_what, request, code) => {
    const world = await withDesk()
    await expect(getActivityTask(world.engine, admin, request, never)).rejects.toMatchObject({ code })
  })

  it('without permission is refused', async () => {
    const world = await withDesk()
    await expect(getActivityTask(world.engine, nobody, { arn: desk }, never)).rejects.toMatchObject({
      code: 'access.forbidden',
    })
  })
})

describe('an activity that was deleted', () => {
  it('fails the tasks that are scheduled from then on', async () => {
    const world = await withDesk()
    await deleteActivity(world.engine, admin, desk)
    const { executionArn: arn } = await submit(world, {})
    expect(await world.describe(arn)).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
      cause: expect.stringContaining(`The activity ${desk} does not exist.`),
    })
    expect(world.count('activity_task')).toBe(0)
  })

  it('lets a task be answered that a worker has', async () => {
    const world = await withDesk()
    const { executionArn: arn } = await submit(world, {})
    const task = await poll(world)
    await deleteActivity(world.engine, admin, desk)
    await sendTaskSuccess(world.engine, admin, { token: task?.token ?? '', output: '1' })
    expect(await world.status(arn)).toBe('SUCCEEDED')
  })
})
