import { afterEach, describe, expect, it } from 'vitest'
import { silentLogger } from '../base/index.ts'
import { startExecution } from './execution/start.ts'
import { deleteStateMachine } from './machine/delete.ts'
import { pruneExecutions, Retention } from './retention.ts'
import { admin, definitionOf, endWorlds, executionArn, machineArn, taskState, World } from './world.ts'

afterEach(endWorlds)

const day = 86_400_000
const pass = definitionOf({ Only: { Type: 'Pass', End: true } })

/** Executions that ended on day 0, 1, 2 … */
async function days(world: World, count: number): Promise<string> {
  const arn = await world.machine('pay', pass)
  for (let n = 0; n < count; n++) {
    await world.start(arn, { name: `day-${n}` })
    await world.advance(day)
  }
  return arn
}
const names = (world: World) =>
  world.rows<{ name: string }>('SELECT name FROM execution ORDER BY id').map(({ name }) => name)

describe('deleting finished executions', () => {
  it('takes those that ended before a time, oldest first, with their histories', async () => {
    const world = new World()
    await days(world, 5)
    const closedBefore = world.clock.now() - 3 * day + 1
    expect(await pruneExecutions(world, { closedBefore, limit: 2 })).toEqual({ executions: 2, machines: 0, more: true })
    expect(names(world)).toEqual(['day-2', 'day-3', 'day-4'])
    expect(await pruneExecutions(world, { closedBefore, limit: 2 })).toEqual({
      executions: 1,
      machines: 0,
      more: false,
    })
    expect(await pruneExecutions(world, { closedBefore, limit: 2 })).toEqual({
      executions: 0,
      machines: 0,
      more: false,
    })
    expect(names(world)).toEqual(['day-3', 'day-4'])
    expect(world.rows('SELECT DISTINCT execution_id AS id FROM chunk')).toEqual([{ id: 4 }, { id: 5 }])
    expect(world.count('pruned_execution')).toBe(0)
  })

  it('says in the trail how many went and up to which time, and nothing when none did', async () => {
    const world = new World()
    await days(world, 3)
    const closedBefore = world.clock.now()
    await pruneExecutions(world, { closedBefore, limit: 10 })
    await pruneExecutions(world, { closedBefore, limit: 10 })
    expect(world.trail().filter(({ action }) => action === 'execution.prune')).toEqual([
      { action: 'execution.prune', subject: 'closed', change: { removed: 3, closedBefore } },
    ])
  })

  it('never takes one that runs, however old, nor the child that it awaits, nor the parent that awaits', async () => {
    const world = new World()
    await world.machine('child', definitionOf({ Work: taskState('work') }))
    const parent = await world.run({
      Call: {
        Type: 'Task',
        Resource: 'arn:aws:states:::states:startExecution.sync:2',
        Parameters: { StateMachineArn: machineArn('child'), Name: 'kid' },
        Next: 'Wait',
      },
      Wait: { Type: 'Wait', Seconds: 1000, End: true },
    })
    await world.advance(400 * day)
    const all = { closedBefore: world.clock.now() + 1, limit: 100 }
    expect(await pruneExecutions(world, all)).toMatchObject({ executions: 0 })
    await world.succeed('done')
    // The parent has heard of the end in the commit of the end: the child may go now.
    expect(await pruneExecutions(world, all)).toMatchObject({ executions: 1 })
    await world.advance(1_000_000)
    expect(await world.output(parent)).toMatchObject({ Name: 'kid', Output: 'done' })
  })

  it('frees the name', async () => {
    const world = new World()
    const stateMachineArn = await days(world, 1)
    const again = () => startExecution(world.engine, admin, { stateMachineArn, name: 'day-0' })
    await expect(again()).rejects.toMatchObject({ code: 'execution.exists' })
    await pruneExecutions(world, { closedBefore: world.clock.now(), limit: 10 })
    await expect(world.describe(executionArn('pay', 'day-0'))).rejects.toMatchObject({ code: 'execution.missing' })
    await again()
    expect(names(world)).toEqual(['day-0'])
  })

  it('of a long history takes several transactions, and a crash between them leaves nothing behind', async () => {
    const world = new World()
    await days(world, 2)
    await world.tamper(
      `WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 4500)
       INSERT INTO chunk (execution_id, seq, first_event, at, body) SELECT 1, i, 5, 0, '[]' FROM n`,
    )
    const request = { closedBefore: world.clock.now(), limit: 10 }
    expect(await pruneExecutions(world, request)).toEqual({ executions: 2, machines: 0, more: true })
    expect(world.count('chunk')).toBe(4501 - 2000)
    const next = world.crash()
    expect(await pruneExecutions(next, request)).toMatchObject({ executions: 0, more: true })
    expect(await pruneExecutions(next, request)).toMatchObject({ executions: 0, more: false })
    expect([next.count('chunk'), next.count('pruned_execution'), next.count('execution')]).toEqual([0, 0, 0])
  })

  it('forgets a deleted machine with its last execution, and no other', async () => {
    const world = new World()
    const gone = await days(world, 2)
    await world.machine('kept', pass)
    await deleteStateMachine(world.engine, admin, gone)
    expect(await pruneExecutions(world, { closedBefore: world.clock.now() - day, limit: 10 })).toMatchObject({
      executions: 1,
      machines: 0,
    })
    expect(await pruneExecutions(world, { closedBefore: world.clock.now(), limit: 10 })).toMatchObject({
      executions: 1,
      machines: 1,
    })
    expect(world.rows('SELECT name FROM state_machine')).toEqual([{ name: 'kept' }])
    expect(world.count('revision')).toBe(1)
  })

  it('finds what is to go by an index, not by reading all executions', () => {
    const plan = new World()
      .rows<{ detail: string }>(
        'EXPLAIN QUERY PLAN SELECT id FROM execution WHERE status <> 0 AND stopped_at < 5 AND map_run_id IS NULL ORDER BY stopped_at LIMIT 9',
      )
      .map(({ detail }) => detail)
    expect(plan).toEqual([expect.stringContaining('USING INDEX execution_closed (stopped_at<?)')])
  })
})

describe('the retention of an engine', () => {
  const kept = (executionsKeptMs: number) => ({ engine: { retention: { executionsKeptMs } } })

  it('deletes each execution soon after its time, while the engine runs', async () => {
    const world = new World(kept(10 * day))
    await world.engine.recover()
    await days(world, 9)
    expect(names(world)).toHaveLength(9)
    await world.advance(2 * day + 7_200_000)
    expect(names(world)).toEqual(['day-2', 'day-3', 'day-4', 'day-5', 'day-6', 'day-7', 'day-8'])
    await world.advance(30 * day)
    expect(names(world)).toEqual([])
  })

  it('catches up with many, transaction by transaction', async () => {
    const world = new World(kept(60_000))
    await world.engine.recover()
    const stateMachineArn = await world.machine('pay', pass)
    await Promise.all(Array.from({ length: 450 }, () => startExecution(world.engine, admin, { stateMachineArn })))
    await world.settle()
    expect(names(world)).toHaveLength(450)
    await world.advance(66_001)
    expect(names(world)).toEqual([])
    const records = world.trail().filter(({ action }) => action === 'execution.prune')
    expect(records.map(({ change }) => change)).toMatchObject([{ removed: 200 }, { removed: 200 }, { removed: 50 }])
  })

  it('keeps all when it is not set', async () => {
    const world = new World()
    await world.engine.recover()
    await days(world, 2)
    await world.advance(4000 * day)
    expect(names(world)).toHaveLength(2)
    expect(world.clock.nextAlarm()).toBeUndefined()
  })

  it('tries again when the store could not delete', async () => {
    const errors: string[] = []
    const logger = { ...silentLogger, error: (message: string) => errors.push(message) }
    const world = new World({ ...kept(60_000), logger })
    await days(world, 1)
    await world.tamper(`CREATE TRIGGER defect BEFORE DELETE ON execution BEGIN SELECT RAISE(ABORT, 'no'); END`)
    await world.engine.recover()
    await world.advance(6000)
    expect(errors).toEqual(['finished executions could not be deleted; it is tried again'])
    expect(names(world)).toEqual(['day-0'])
    await world.tamper('DROP TRIGGER defect')
    await world.advance(60_000)
    expect(names(world)).toEqual([])
  })

  it('ends with the engine', async () => {
    const world = new World(kept(60_000))
    await world.engine.recover()
    expect(world.clock.nextAlarm()).toBeDefined()
    await world.engine.close()
    expect(world.clock.nextAlarm()).toBeUndefined()
  })

  it('says itself when there is more to do', async () => {
    const world = new World()
    await days(world, 3)
    const retention = new Retention(world.engine, { executionsKeptMs: day })
    expect(await retention.tick()).toBe(false)
    expect(names(world)).toEqual(['day-2'])
  })
})
