import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { procedure, stopExecution, TaskFailure } from '../../engine/index.ts'
import { haltDeployment } from '../deployment/halt.ts'
import { resumeDeployment } from '../deployment/resume.ts'
import { retryDeployment } from '../deployment/retry.ts'
import { admin, endWorlds, World, type WorldOptions } from '../world.ts'

afterEach(endWorlds)

type Ran = { readonly procedure: string; readonly input: unknown; readonly traffic: number }

/** Procedures that note when they run and what they are given, and that fail as often as they are told. */
async function worldWith(failing: Readonly<Record<string, number>> = {}) {
  const ran: Ran[] = []
  const left = new Map(Object.entries(failing))
  const seen: { world?: World } = {}
  const made = ['migrate', 'smoke', 'announce', 'page'].map((name) =>
    procedure({
      name,
      input: z.unknown(),
      machine: { StartAt: 'Run', States: { Run: { Type: 'Task', Resource: 'task:run', End: true } } },
      tasks: {
        run(input: { deployment: string }) {
          const traffic = seen.world?.target.weightOf('shop/web/production', input.deployment, 'web') ?? -1
          ran.push({ procedure: name, input, traffic })
          const times = left.get(name) ?? 0
          left.set(name, times - 1)
          if (times > 0) throw new TaskFailure('TableLocked', 'orders is locked')
          return {}
        },
      },
    }),
  )
  const slow = procedure({
    name: 'slow',
    input: z.unknown(),
    machine: { StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 3600, End: true } } },
    tasks: {},
  })
  const options: WorldOptions = { procedures: [...made, slow] }
  const world = await new World(options).begin()
  seen.world = world
  return { world, ran }
}

const hooks = {
  before: [{ procedure: 'migrate', input: { table: 'orders' } }],
  smoke: [{ procedure: 'smoke' }],
  after: [{ procedure: 'announce' }],
  onFailure: [{ procedure: 'page' }],
}

describe('the hooks of a release', () => {
  it('run before the start, before the traffic and after it, each told of what', async () => {
    const { world, ran } = await worldWith()
    await world.deployed()
    const second = await world.deployed({ hooks })
    expect(second.status).toBe('succeeded')
    expect(ran.map(({ procedure: name, traffic }) => [name, traffic])).toEqual([
      ['migrate', 0],
      ['smoke', 0],
      ['announce', 100],
    ])
    expect(ran[0]?.input).toEqual({
      deployment: second.id,
      release: { id: second.releaseId, project: 'shop/web', config: 'production' },
      input: { table: 'orders' },
    })
  })

  it.each(['migrate', 'smoke', 'announce'])('take the release back when %s fails, and tell of it', async (name) => {
    const { world, ran } = await worldWith({ [name]: 1 })
    const first = await world.deployed()
    const failed = await world.deployed({ hooks })
    expect(failed).toMatchObject({ status: 'failed', diagnosis: { class: 'user', mender: 'author' } })
    expect(failed.diagnosis?.what).toBe(`the procedure ${name} ended FAILED: TableLocked: orders is locked`)
    expect(failed.diagnosis?.field).toMatch(/^hooks\.(before|smoke|after)\.0$/)
    expect(failed.diagnosis?.command).toContain(`:execution:${name}:${failed.id}`)
    expect(ran.at(-1)).toMatchObject({ procedure: 'page', traffic: 0 })
    expect(world.pointer().servingFleet).toBe(first.id)
  })

  it('that fail after a failure are told, and keep nothing from its end', async () => {
    const { world } = await worldWith({ migrate: 1, page: 1 })
    const failed = await world.deployed({ hooks })
    expect(failed.status).toBe('failed')
    expect(failed.diagnosis?.what).toContain('migrate')
    expect(failed.progress.remarks).toEqual([expect.stringContaining('the procedure page ended FAILED')])
  })

  it('that are not there fail the release', async () => {
    const { world } = await worldWith()
    const failed = await world.deployed({ hooks: { before: [{ procedure: 'migrat' }] } })
    expect(failed.diagnosis).toMatchObject({ class: 'user', what: 'there is no procedure "migrat"' })
  })

  it('that take too long are stopped', async () => {
    const { world } = await worldWith()
    const failed = await world.deployed({ hooks: { before: [{ procedure: 'slow', timeout: '5m' }] } })
    expect(failed.diagnosis?.what).toContain('the procedure slow ended ABORTED: Stopped: not ended within 5m')
  })

  it('are stopped with a deployment that is halted', async () => {
    const { world } = await worldWith()
    await world.advance(1000)
    const { id } = await world.deploy({ hooks: { before: [{ procedure: 'slow' }] } })
    await world.advance(10_000)
    await haltDeployment(world.deploys, admin, { id })
    expect(await world.untilEnded(id)).toMatchObject({ status: 'halted' })
    const sql = "SELECT status FROM execution WHERE machine_name = 'slow'"
    expect(world.rows(sql)).toEqual([{ status: 4 }])
  })

  it('go on through the death of the control plane, and run once', async () => {
    const { world, ran } = await worldWith()
    await world.advance(1000)
    const { id } = await world.deploy({
      timeout: '2h',
      hooks: { before: [{ procedure: 'slow', timeout: '2h' }, ...hooks.before] },
    })
    await world.advance(10_000)
    await world.crash()
    await world.advance(3_600_000)
    expect(await world.untilEnded(id)).toMatchObject({ status: 'succeeded' })
    expect(ran).toHaveLength(1)
    expect(world.rows("SELECT name FROM execution WHERE machine_name = 'slow'")).toHaveLength(1)
  })

  it('that run after the switch give nobody time to put another plan in the place of the one that was agreed to', async () => {
    const { world } = await worldWith()
    const first = await world.deployed()
    await world.advance(1000)
    const { id } = await world.deploy({ timeout: '2h', hooks: { after: [{ procedure: 'slow', timeout: '2h' }] } })
    await world.advance(120_000)
    expect(world.deployment(id).state).toBe('AfterHooks')
    await world.store.write((tx) =>
      tx.prepare('UPDATE deployment SET plan = REPLACE(plan, ?, ?) WHERE id = ?').run('"warmMs":', '"warmMs":1', id),
    )
    expect(await world.untilEnded(id)).toMatchObject({ status: 'failed', diagnosis: { class: 'permission' } })
    expect(world.pointer().servingFleet).toBe(first.id)
  })

  it('are run again by a retry, unless it begins after them', async () => {
    const { world, ran } = await worldWith({ smoke: 1 })
    const failed = await world.deployed({ hooks })
    const again = await retryDeployment(world.deploys, admin, { id: failed.id, from: 'Start' })
    expect(await world.untilEnded(again.id)).toMatchObject({ status: 'succeeded', startFrom: 'Start' })
    expect(ran.map(({ procedure: name }) => name)).toEqual(['migrate', 'smoke', 'page', 'smoke', 'announce'])
  })
})

describe('a release marked forward-only', () => {
  const rollback = { forwardOnly: 'the column is gone' }

  it('says so in its plan', async () => {
    const { world } = await worldWith()
    expect((await world.deployed({ rollback })).plan?.forwardOnly).toBe('the column is gone')
  })

  it('waits for a person when it fails after its migration, and goes on when it is mended', async () => {
    const { world, ran } = await worldWith({ announce: 1 })
    const first = await world.deployed()
    await world.advance(1000)
    const { id } = await world.deploy({ rollback, hooks })
    await world.until(() => world.deployment(id).status === 'paused')
    await world.advance(3_600_000)
    expect(world.deployment(id)).toMatchObject({
      status: 'paused',
      diagnosis: { state: 'AfterHooks', class: 'user' },
      controlReason: expect.stringContaining('forward-only'),
    })
    expect(world.target.weightOf('shop/web/production', id, 'web')).toBe(100)
    expect(world.target.healthOf(first.id)).toHaveLength(3)

    await resumeDeployment(world.deploys, admin, { id })
    expect(await world.untilEnded(id)).toMatchObject({ status: 'succeeded', diagnosis: undefined })
    expect(ran.map(({ procedure: name }) => name)).toEqual(['migrate', 'smoke', 'announce', 'announce'])
  })

  it('waits for a person as well when its execution is lost', async () => {
    const { world } = await worldWith()
    await world.deployed()
    await world.advance(1000)
    const { id, executionArn } = await world.deploy({ rollback, hooks })
    await world.until(() => world.deployment(id).state === 'Watch')
    await stopExecution(world.engine, admin, { executionArn })
    await world.tick()
    await world.until(() => world.deployment(id).status === 'paused')
    expect(world.deployment(id).diagnosis?.what).toContain('its execution was stopped')
    await resumeDeployment(world.deploys, admin, { id })
    expect(await world.untilEnded(id)).toMatchObject({ status: 'succeeded' })
  })

  it('is taken back after all when a person halts it', async () => {
    const { world } = await worldWith({ announce: 1 })
    const first = await world.deployed()
    await world.advance(1000)
    const { id } = await world.deploy({ rollback, hooks })
    await world.until(() => world.deployment(id).status === 'paused')
    await haltDeployment(world.deploys, admin, { id, reason: 'we restore the backup' })
    expect(await world.untilEnded(id)).toMatchObject({ status: 'halted' })
    expect(world.pointer().servingFleet).toBe(first.id)
    expect(world.target.weightOf('shop/web/production', first.id, 'web')).toBe(100)
  })

  it('is taken back by itself while nothing was done that cannot be', async () => {
    const { world } = await worldWith()
    await world.deployed()
    const failed = await world.deployed({ rollback, services: { web: { behaviour: 'crash' } } })
    expect(failed.status).toBe('failed')
  })
})
