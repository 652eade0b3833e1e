import { afterEach, describe, expect, it } from 'vitest'
import { HoldfastError, silentLogger, VirtualClock } from '../../base/index.ts'
import { openStore, type Store } from '../../store/index.ts'
import { startExecution } from '../execution/start.ts'
import { createStateMachine } from '../machine/create.ts'
import { admin, definitionOf, endWorlds, taskState, World } from '../world.ts'
import { describeExpressExecution, listExpressExecutions } from './read.ts'
import { startSyncExecution } from './start-sync.ts'

afterEach(endWorlds)

const roleArn = 'arn:aws:iam::123456789012:role/run'
const works = definitionOf({ Work: taskState('work') })

/** @returns its ARN */
async function express(world: World, name: string, definition = works): Promise<string> {
  return (await createStateMachine(world.engine, admin, { name, definition, roleArn, type: 'EXPRESS' })).arn
}

async function start(world: World, stateMachineArn: string): Promise<string> {
  const { executionArn } = await startExecution(world.engine, admin, { stateMachineArn })
  await world.settle()
  return executionArn
}

const sync = (world: World, stateMachineArn: string, input = '{}') =>
  startSyncExecution(world.engine, admin, { stateMachineArn, input })

const full = { code: 'execution.limit_exceeded', message: expect.stringContaining(': 2') }

describe('how many express executions run at once', () => {
  it('is bounded, whether somebody waits for them or not, and one that ends makes room', async () => {
    const world = new World({ limits: { expressExecutions: 2 } })
    const arn = await express(world, 'works')
    await start(world, arn)
    const waiting = sync(world, arn)
    await world.settle()
    await expect(start(world, arn)).rejects.toMatchObject(full)
    await expect(sync(world, arn)).rejects.toMatchObject(full)
    expect(world.count('express_execution')).toBe(1)
    expect(world.calls).toHaveLength(2)
    world.calls[1]?.succeed('done')
    expect((await waiting).output).toBe('"done"')
    await start(world, arn)
    expect(world.calls).toHaveLength(3)
  })

  it('counts what one commit starts together', async () => {
    const world = new World({ limits: { expressExecutions: 2 } })
    const arn = await express(world, 'works')
    const starts = [1, 2, 3, 4].map(() => startExecution(world.engine, admin, { stateMachineArn: arn }))
    const outcomes = (await Promise.allSettled(starts)).map(({ status }) => status)
    expect(outcomes).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected'])
    await world.settle()
    expect(world.calls).toHaveLength(2)
  })

  it('does not count what the disk refused', async () => {
    const world = new World({ limits: { expressExecutions: 1 } })
    const arn = await express(world, 'works')
    await world.fillDisk()
    const input = JSON.stringify('x'.repeat(200_000))
    await expect(startExecution(world.engine, admin, { stateMachineArn: arn, input })).rejects.toMatchObject({
      code: 'store.full',
    })
    await world.freeDisk()
    await world.advance(2000)
    await start(world, arn)
    expect(world.calls).toHaveLength(1)
  })

  it('refuses a state that starts one more, with an error that the state can catch', async () => {
    const world = new World({ limits: { expressExecutions: 1 } })
    const child = await express(world, 'works')
    await start(world, child)
    const states = {
      Start: {
        Type: 'Task',
        Resource: 'arn:aws:states:::states:startExecution',
        Parameters: { StateMachineArn: child },
        End: true,
      },
    }
    expect(await world.describe(await world.run(states))).toMatchObject({
      status: 'FAILED',
      error: 'StepFunctions.ExecutionLimitExceededException',
    })
  })

  it('lets those wait that a crash has left, and begins all of them', async () => {
    const world = new World()
    const arn = await express(world, 'works')
    for (let i = 0; i < 3; i++) await start(world, arn)
    const after = world.crash({ limits: { expressExecutions: 2 } })
    await after.engine.recover()
    await after.settle()
    expect(after.calls).toHaveLength(2)
    await expect(start(after, arn)).rejects.toMatchObject(full)
    after.calls[0]?.succeed('first')
    await after.settle()
    for (const call of after.calls.slice(1)) call.succeed('later')
    await after.settle()
    const { items } = await listExpressExecutions(after.engine, admin, {})
    expect(items.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED'])
  })
})

/** A store whose reads of definitions fail with what `trouble` says, if it says anything. */
function troubledStore(clock: VirtualClock, trouble: () => Error | undefined): Store {
  const store = openStore({ path: ':memory:', clock, logger: silentLogger })
  const prepare: Store['read']['prepare'] = (sql) => {
    const error = sql.includes('definition') ? trouble() : undefined
    if (error !== undefined) throw error
    return store.read.prepare(sql)
  }
  const read = boundTo(store.read, { prepare })
  return boundTo(store, { read })
}

/** The object with other members in the place of some; the rest keeps its own `this`. */
function boundTo<T extends object>(object: T, instead: Partial<T>): T {
  return new Proxy(object, {
    get: (target, key) => {
      const found: unknown = Reflect.get(key in instead ? instead : target, key)
      return typeof found === 'function' && !(key in instead) ? found.bind(target) : found
    },
  })
}

const busy = () => new HoldfastError('store.busy', 'Another program holds the database', { kind: 'unavailable' })

describe('an asynchronous express execution that cannot begin', () => {
  it('begins again when the store could not be read for a while', async () => {
    const clock = new VirtualClock()
    let trouble: Error | undefined = busy()
    const world = new World({ clock, store: troubledStore(clock, () => trouble) })
    const execution = await start(world, await express(world, 'works'))
    await world.advance(5000)
    expect(world.calls).toHaveLength(0)
    trouble = undefined
    await world.advance(1000)
    await world.succeed('late')
    expect(await describeExpressExecution(world.engine, admin, execution)).toMatchObject({
      status: 'SUCCEEDED',
      output: '"late"',
    })
  })

  it('has timed out when that lasts longer than its five minutes', async () => {
    const clock = new VirtualClock()
    const world = new World({ clock, store: troubledStore(clock, busy) })
    const execution = await start(world, await express(world, 'works'))
    await world.advance(301_000)
    expect(await describeExpressExecution(world.engine, admin, execution)).toMatchObject({ status: 'TIMED_OUT' })
  })

  it('fails with the reason when it never could', async () => {
    const world = new World()
    const arn = await express(world, 'works')
    await world.tamper(`UPDATE revision SET definition = '{"StartAt":'`)
    const execution = await start(world, arn)
    expect(await describeExpressExecution(world.engine, admin, execution)).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
      cause: expect.stringMatching(/^Holdfast could not begin this execution: ./),
    })
    expect(world.trail().at(-1)).toMatchObject({ action: 'execution.close', change: { status: 'failed' } })
    expect(world.engine.express.count).toBe(0)
  })

  it('fails with the reason when its end cannot be kept', async () => {
    const world = new World()
    const arn = await express(world, 'works')
    await start(world, arn)
    await world.succeed('only once')
    await world.tamper('CREATE UNIQUE INDEX odd ON express_execution (output)')
    const execution = await start(world, arn)
    await world.succeed('only once')
    expect(await describeExpressExecution(world.engine, admin, execution)).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
      cause: expect.stringContaining('There is already a row'),
    })
  })
})

describe('a synchronous express execution on a disk that takes no writes', () => {
  it('is refused before its first task', async () => {
    const world = new World()
    const arn = await express(world, 'works')
    await world.advance(60_000)
    await world.fillDisk()
    await expect(sync(world, arn)).rejects.toMatchObject({ code: 'store.full' })
    await expect(sync(world, arn)).rejects.toMatchObject({ code: 'store.full' })
    expect(world.calls).toHaveLength(0)
    await world.freeDisk()
    await world.advance(2000)
    void sync(world, arn)
    await world.settle()
    await world.succeed('done')
  })

  it('costs no commit of its own while others write', async () => {
    const world = new World()
    const arn = await express(world, 'pass', definitionOf({ Only: { Type: 'Pass', End: true } }))
    await world.advance(60_000)
    await sync(world, arn)
    let commits = 0
    world.store.onCommit(() => commits++)
    for (let i = 0; i < 5; i++) await sync(world, arn)
    expect(commits).toBe(5)
  })
})
