import { afterEach, describe, expect, it } from 'vitest'
import { stopExecution } from '../../engine/index.ts'
import { acquireLock } from '../lock/acquire.ts'
import { breakLock } from '../lock/break.ts'
import { listLocks } from '../lock/list.ts'
import { listDeployments, statusOfPlace } from '../queries.ts'
import { admin, endWorlds, nobody, World } from '../world.ts'
import { rollBack } from './rollback.ts'

afterEach(endWorlds)

const place = { project: 'shop/web', config: 'production' }
const routes = 'shop/web/production'

describe('a rollback', () => {
  it('to the warm release is one switch, at once, and takes the bad one down afterwards', async () => {
    const world = await new World().begin()
    const first = await world.deployed()
    const second = await world.deployed()
    world.target.made.splice(0)
    const begun = world.clock.now()
    const answer = await rollBack(world.deploys, admin, place)
    expect(answer).toMatchObject({ outcome: 'rollback', releaseId: first.releaseId })
    await world.until(() => world.target.weightOf(routes, first.id, 'web') === 100)
    expect(world.clock.now() - begun).toBeLessThan(50)
    expect(world.target.made.map(({ call }) => call)).toEqual(['shift'])

    const done = await world.untilEnded(answer.deployment)
    expect(done).toMatchObject({ status: 'succeeded', kind: 'rollback', fleet: first.id })
    expect(world.pointer()).toMatchObject({ servingFleet: first.id, warmFleet: null })
    expect(world.target.standing().filter((name) => name.includes(second.id))).toEqual([])
    const path = await world.path(done.executionArn)
    expect(path).not.toContain('Prepare')
    expect(path.at(-1)).toBe('Success')
  })

  it('wakes the queue workers that were stopped', async () => {
    const world = await new World().begin()
    const services = { web: {}, mail: { queueWorker: true } }
    const first = await world.deployed({ services })
    await world.deployed({ services })
    expect(world.target.healthOf(first.id)).toHaveLength(1)
    await world.untilEnded((await rollBack(world.deploys, admin, place)).deployment)
    expect(world.target.healthOf(first.id).map(({ instance }) => instance)).toEqual(['web/0', 'mail/0'])

    // What was woken goes down with the rest when the next release takes over and the warm time is over.
    await world.deployed({ services })
    await world.advance(16 * 60_000)
    await world.tick()
    expect(world.target.standing().filter((name) => name.includes(first.id))).toEqual([])
  })

  it('brings a release of the history up anew when it is no longer warm', async () => {
    const world = await new World().begin()
    const first = await world.deployed()
    await world.deployed()
    await world.deployed()
    const answer = await rollBack(world.deploys, admin, { ...place, to: first.releaseId })
    expect(answer.outcome).toBe('return')
    const done = await world.untilEnded(answer.deployment)
    expect(done).toMatchObject({ status: 'succeeded', releaseId: first.releaseId, fleet: answer.deployment })
    expect(world.target.weightOf(routes, answer.deployment, 'web')).toBe(100)
  })

  it('goes to the release before when the warm one is gone', async () => {
    const world = await new World().begin()
    const first = await world.deployed()
    await world.deployed()
    await world.advance(20 * 60_000)
    await world.tick()
    const answer = await rollBack(world.deploys, admin, place)
    expect(answer).toMatchObject({ outcome: 'return', releaseId: first.releaseId })
    expect(await world.untilEnded(answer.deployment)).toMatchObject({ status: 'succeeded' })
  })

  it('brings the warm release up anew when it is unwell', async () => {
    const world = await new World().begin()
    const first = await world.deployed({ services: { web: { behaviour: 'good' } } })
    await world.deployed()
    world.target.instances.delete(`${first.id} web/0`)
    const answer = await rollBack(world.deploys, admin, place)
    expect(answer.outcome).toBe('return')
    expect(await world.untilEnded(answer.deployment)).toMatchObject({ status: 'succeeded' })
  })

  it('halts a deployment that is under way', async () => {
    const world = await new World().begin()
    const first = await world.deployed()
    await world.advance(1000)
    const { id } = await world.deploy()
    await world.until(() => world.deployment(id).state === 'Watch')
    expect(await rollBack(world.deploys, admin, place)).toMatchObject({ outcome: 'halted', deployment: id })
    expect(await world.untilEnded(id)).toMatchObject({ status: 'halted' })
    expect(world.target.weightOf(routes, first.id, 'web')).toBe(100)
  })

  it('waits for a deployment that only cleans up', async () => {
    const world = await new World().begin()
    const services = { web: {}, mail: { queueWorker: true } }
    const first = await world.deployed({ services })
    await world.advance(1000)
    const { id } = await world.deploy({ services })
    world.target.faults.set('stop', { kind: 'slow', ms: 5000 })
    await world.until(() => world.deployment(id).committedAt !== null)
    const answer = await rollBack(world.deploys, admin, place)
    expect(answer.outcome).toBe('rollback')
    expect(await world.untilEnded(answer.deployment)).toMatchObject({ status: 'succeeded' })
    expect(world.deployment(id).status).toBe('succeeded')
    expect(world.pointer().servingFleet).toBe(first.id)
  })

  it.each([
    ['the release that serves', (world: World) => world.pointer().servingRelease ?? '', 'deploy.nothing_to_roll_back'],
    ['a release that is not there', () => 'none', 'deploy.release_missing'],
  ])('does not go to %s', async (_what, to, code) => {
    const world = await new World().begin()
    await world.deployed()
    await expect(rollBack(world.deploys, admin, { ...place, to: to(world) })).rejects.toMatchObject({ code })
  })

  it('does not go to a release that never served, nor where there is none', async () => {
    const world = await new World().begin()
    await expect(rollBack(world.deploys, admin, place)).rejects.toMatchObject({ code: 'deploy.nothing_to_roll_back' })
    await world.deployed()
    const failed = await world.deployed({ services: { web: { behaviour: 'crash' } } })
    await expect(rollBack(world.deploys, admin, { ...place, to: failed.releaseId })).rejects.toMatchObject({
      message: expect.stringContaining('has never served'),
    })
  })

  it('is asked by who may', async () => {
    const world = await new World().begin()
    await expect(rollBack(world.deploys, nobody, place)).rejects.toMatchObject({ code: 'access.forbidden' })
  })

  it('can be followed by a new release', async () => {
    const world = await new World().begin()
    const first = await world.deployed()
    await world.deployed()
    await world.untilEnded((await rollBack(world.deploys, admin, place)).deployment)
    const third = await world.deployed()
    expect(world.pointer()).toMatchObject({ servingFleet: third.id, warmFleet: first.id })
  })
})

describe('a deployment whose execution is lost', () => {
  it('is taken back by the janitor while it has not committed', async () => {
    const world = await new World().begin()
    const first = await world.deployed()
    await world.advance(1000)
    const { id, executionArn } = await world.deploy()
    await world.until(() => world.deployment(id).state === 'Watch')
    await stopExecution(world.engine, admin, { executionArn })
    await world.tick()
    const ended = await world.untilEnded(id)
    expect(ended).toMatchObject({ status: 'failed', run: 2, diagnosis: { class: 'platform', state: 'Watch' } })
    expect(ended.diagnosis?.what).toBe('its execution was stopped, or lost with its process')
    expect(world.target.weightOf(routes, first.id, 'web')).toBe(100)
    expect(world.trail()).toContain('deploy.takeover')
    await world.tick()
    expect(world.deployment(id).run).toBe(2)
  })

  it('is finished by the janitor once it has committed', async () => {
    const world = await new World().begin()
    const services = { web: {}, mail: { queueWorker: true } }
    await world.deployed({ services })
    await world.advance(1000)
    const { id, executionArn } = await world.deploy({ services })
    world.target.faults.set('stop', { kind: 'hang-before' })
    await world.until(() => world.deployment(id).committedAt !== null)
    await world.settle()
    await stopExecution(world.engine, admin, { executionArn })
    world.target.faults.clear()
    await world.tick()
    expect(await world.untilEnded(id)).toMatchObject({ status: 'succeeded' })
    expect(world.pointer().servingFleet).toBe(id)
  })

  it('is begun by the janitor when it never was', async () => {
    const world = await new World().begin()
    await world.advance(1000)
    const never = (): Promise<never> => new Promise(() => {})
    const engine = world.engine
    const submit = engine.writer.submit.bind(engine.writer)
    engine.writer.submit = never
    void world.deploy().catch(() => {})
    await world.settle()
    engine.writer.submit = submit
    const [open] = listDeployments(world.deploys, admin, {})
    expect(open).toMatchObject({ status: 'running', state: 'Validate' })
    await world.tick()
    expect(await world.untilEnded(open?.id ?? '')).toMatchObject({ status: 'succeeded', run: 1 })
  })
})

describe('breaking the lock', () => {
  it('of a deployment on its way halts it', async () => {
    const world = await new World().begin()
    await world.advance(1000)
    const { id } = await world.deploy()
    const answer = await breakLock(world.deploys, admin, { ...place, reason: 'fire' })
    expect(answer).toEqual({ outcome: 'halting', owner: id })
    const ended = await world.untilEnded(id)
    expect(ended).toMatchObject({ status: 'halted', diagnosis: { what: 'its lock was broken: fire' } })
    expect(listLocks(world.deploys, admin)).toEqual([])
    expect(world.trail()).toContain('lock.break')
  })

  it('of a deployment that cannot be taken back opens the place, and the rest is taken down when it can be', async () => {
    const world = await new World().begin()
    const first = await world.deployed()
    world.target.faults.set('stop', { kind: 'hang-before' })
    await world.advance(1000)
    const { id } = await world.deploy({ services: { web: { behaviour: 'crash' } } })
    await world.until(() => world.deployment(id).state === 'Compensate')
    await world.advance(60_000)
    const answer = await breakLock(world.deploys, admin, { ...place, reason: 'the host is gone' })
    expect(answer).toEqual({ outcome: 'opened', owner: id })
    expect(world.deployment(id)).toMatchObject({ status: 'failed', leftovers: 1 })
    expect(world.pointer().servingFleet).toBe(first.id)

    world.target.faults.clear()
    const next = await world.deployed()
    expect(next.status).toBe('succeeded')
    await world.tick()
    expect(world.deployment(id).leftovers).toBe(0)
    expect(world.target.standing().filter((name) => name.includes(id))).toEqual([])
    expect(world.target.weightOf(routes, next.id, 'web')).toBe(100)
  })
})

describe('a broken deployment that still has traffic', () => {
  it('never takes the traffic away from a later one', async () => {
    const world = await new World().begin()
    await world.deployed()
    await world.advance(1000)
    const strategy = { kind: 'percentage', steps: [50], bake: { for: '1m' } }
    const { id } = await world.deploy({ services: { web: { behaviour: 'fades' } }, strategy })
    await world.until(() => world.deployment(id).state === 'Bake')
    world.target.faults.set('shift', { kind: 'hang-before' })
    await world.until(() => world.deployment(id).state === 'Compensate')
    await world.advance(60_000)
    await breakLock(world.deploys, admin, { ...place, reason: 'the edge is gone' })
    world.target.faults.clear()

    await world.advance(1000)
    const next = await world.deploy()
    await world.until(() => world.deployment(next.id).state === 'Start')
    await world.tick()
    expect(world.target.healthOf(id)).not.toEqual([])
    expect(await world.untilEnded(next.id)).toMatchObject({ status: 'succeeded' })
    await world.tick()
    expect(world.target.weightOf(routes, next.id, 'web')).toBe(100)
    expect(world.target.standing().filter((name) => name.includes(id))).toEqual([])
    expect(world.deployment(id).leftovers).toBe(0)
  })
})

describe('the status of a place', () => {
  it('says what serves, what is under way and who has closed it', async () => {
    const world = await new World().begin()
    const first = await world.deployed()
    await world.advance(1000)
    const { id } = await world.deploy()
    await acquireLock(world.deploys, admin, { ...place, reason: 'sale' })
    expect(statusOfPlace(world.deploys, admin, place)).toMatchObject({
      pointer: { servingFleet: first.id },
      underWay: { id },
      history: [{ id }, { id: first.id }],
      closed: { owner: 'ada', reason: 'sale' },
    })
  })
})
