import { afterEach, describe, expect, it } from 'vitest'
import { stopExecution } from '../../engine/index.ts'
import { intentsOfDeployment } from '../intent/rows.ts'
import { acquireLock } from '../lock/acquire.ts'
import { breakLock } from '../lock/break.ts'
import { listLocks } from '../lock/list.ts'
import { describeDeployment, listDeployments, statusOfPlace } from '../queries.ts'
import { admin, endWorlds, nobody, World } from '../world.ts'
import { DeployFailure } from '../failure.ts'
import { haltDeployment } from './halt.ts'
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

  it('makes its first call after four commits, and waits for nothing', async () => {
    const world = await new World().begin()
    const first = await world.deployed()
    await world.deployed()
    let commits = 0
    const leave = world.store.onCommit(() => commits++)
    const begun = world.clock.now()
    await rollBack(world.deploys, admin, place)
    // The target has been told, and takes its time.
    await world.settle()
    leave()
    expect(commits).toBeLessThanOrEqual(4)
    await world.advance(world.target.latencyMs)
    expect(world.clock.now() - begun).toBe(world.target.latencyMs)
    expect(world.target.weightOf(routes, first.id, 'web')).toBe(100)
  })

  it('keeps how many requests the bad version still got, and when it got no more', async () => {
    const world = await new World().begin()
    await world.deployed()
    await world.deployed()
    world.target.latencyMs = 100
    await world.advance(1000)
    const { deployment } = await rollBack(world.deploys, admin, place)
    const { evidence, createdAt } = await world.untilEnded(deployment)
    expect(evidence?.back).toEqual({ from: createdAt, until: createdAt + 200, requests: expect.any(Number) })
    expect(evidence?.back?.requests).toBeGreaterThanOrEqual(10)
    expect(evidence?.back?.requests).toBeLessThanOrEqual(20)
    expect(evidence?.madeBySwitch).toBe(0)
  })

  it('shows how many requests came before it, since the deployment it goes back from, and how long they took', async () => {
    const world = await new World().begin()
    await world.deployed()
    const bad = await world.deployed()
    await world.advance(10_000)
    const { deployment } = await rollBack(world.deploys, admin, place)
    const { evidence } = await world.untilEnded(deployment)
    expect(evidence?.before).toMatchObject({ p50Ms: 5, p99Ms: 5 })
    const [first, last] = [bad.progress.readings.end?.at ?? 0, world.deployment(deployment).progress.readings.shift?.at]
    expect(evidence?.before.ms).toBe((last ?? 0) - first)
    expect(evidence?.before.requests).toBeGreaterThanOrEqual(1000)
  })

  it('succeeds though nobody can read the traffic', async () => {
    const world = await new World().begin()
    await world.deployed()
    await world.deployed()
    world.target.readingFails = true
    const { deployment } = await rollBack(world.deploys, admin, place)
    expect(await world.untilEnded(deployment)).toMatchObject({ status: 'succeeded', evidence: undefined })
  })

  it('does not wait for a deployment that only cleans up, and starts again what that one has half stopped', async () => {
    const world = await new World().begin()
    const services = { web: {}, mail: { queueWorker: true } }
    const first = await world.deployed({ services })
    await world.advance(1000)
    const { id } = await world.deploy({ services })
    world.target.faults.set('stop', { kind: 'slow', ms: 60_000 })
    await world.until(() => world.deployment(id).committedAt !== null)
    await world.advance(1000)
    const begun = world.clock.now()
    const answer = await rollBack(world.deploys, admin, place)
    expect(answer.outcome).toBe('rollback')
    await world.until(() => world.target.weightOf(routes, first.id, 'web') === 100)
    expect(world.clock.now() - begun).toBe(world.target.latencyMs)
    expect(world.deployment(id)).toMatchObject({
      status: 'succeeded',
      progress: { remarks: ['it was rolled back while it was cleaning up'] },
    })
    world.target.faults.clear()
    expect(await world.untilEnded(answer.deployment)).toMatchObject({ status: 'succeeded' })
    // The stop that was still on its way arrives, and is refused.
    await world.advance(120_000)
    await world.tick()
    expect(world.pointer()).toMatchObject({ servingFleet: first.id, warmFleet: null })
    const names = world.target.healthOf(first.id).map(({ instance }) => instance)
    expect(names).toEqual(['web/0', 'mail/0'])
    expect(intentsOfDeployment(world.deploys.store.read, id).filter(({ status }) => status === 'intended')).toEqual([])
    expect(world.target.standing().filter((name) => name.includes(id))).toEqual([])
    expect(listLocks(world.deploys, admin)).toEqual([])
  })

  it('leaves nothing of what stood warm before the deployment that it ends early', async () => {
    const world = await new World().begin()
    const services = { web: {}, mail: { queueWorker: true } }
    const oldest = await world.deployed({ services })
    const middle = await world.deployed({ services })
    await world.advance(1000)
    const { id } = await world.deploy({ services })
    world.target.faults.set('stop', { kind: 'slow', ms: 60_000 })
    await world.until(() => world.deployment(id).committedAt !== null)
    expect(world.target.healthOf(oldest.id)).toHaveLength(1)
    const answer = await rollBack(world.deploys, admin, place)
    expect(answer.outcome).toBe('rollback')
    world.target.faults.clear()
    await world.untilEnded(answer.deployment)
    await world.advance(120_000)
    await world.tick()
    expect(world.pointer()).toMatchObject({ servingFleet: middle.id, warmFleet: null })
    expect(world.target.healthOf(middle.id).map(({ instance }) => instance)).toEqual(['web/0', 'mail/0'])
    const left = world.target.standing().filter((name) => name.includes(id) || name.includes(oldest.id))
    expect(left).toEqual([])
    expect(world.deployment(id).leftovers).toBe(0)
  })

  it('that fails leaves what it found half stopped to be stopped', async () => {
    const world = await new World().begin()
    const services = { web: {}, mail: { queueWorker: true } }
    const first = await world.deployed({ services })
    await world.advance(1000)
    const { id } = await world.deploy({ services })
    world.target.faults.set('stop', { kind: 'hang-before' })
    await world.until(() => world.deployment(id).committedAt !== null)
    await world.advance(1000)
    world.target.faults.set('shift', { kind: 'fail', failure: new DeployFailure('permission', 'no'), times: 1 })
    const answer = await rollBack(world.deploys, admin, place)
    expect(await world.untilEnded(answer.deployment)).toMatchObject({ status: 'failed' })
    world.target.faults.clear()
    await world.tick()
    expect(world.pointer()).toMatchObject({ servingFleet: id, warmFleet: first.id })
    expect(world.target.weightOf(routes, id, 'web')).toBe(100)
    expect(world.target.healthOf(first.id).map(({ instance }) => instance)).toEqual(['web/0'])
    expect(world.deployment(id).leftovers).toBe(0)
  })

  it('to a release that is not warm begins as soon as the one that cleans up lets go', async () => {
    const world = await new World().begin()
    const services = { web: {}, mail: { queueWorker: true } }
    const oldest = await world.deployed({ services })
    await world.deployed({ services })
    await world.advance(1000)
    const { id } = await world.deploy({ services })
    world.target.faults.set('stop', { kind: 'slow', ms: 5300 })
    await world.until(() => world.deployment(id).committedAt !== null)
    const answer = await rollBack(world.deploys, admin, { ...place, to: oldest.releaseId })
    expect(answer.outcome).toBe('return')
    world.target.faults.clear()
    expect(await world.untilEnded(answer.deployment)).toMatchObject({ status: 'succeeded' })
    const { states } = describeDeployment(world.deploys, admin, answer.deployment)
    const locked = states.find(({ state }) => state === 'Lock')
    expect((locked?.endedAt ?? 0) - (locked?.startedAt ?? 0)).toBeGreaterThan(5000)
    expect(locked?.endedAt).toBe(world.deployment(id).endedAt)
  })

  it('that waits for the lock can be halted', async () => {
    const world = await new World().begin()
    const services = { web: {}, mail: { queueWorker: true } }
    const oldest = await world.deployed({ services })
    await world.deployed({ services })
    await world.advance(1000)
    const { id } = await world.deploy({ services })
    world.target.faults.set('stop', { kind: 'slow', ms: 60_000 })
    await world.until(() => world.deployment(id).committedAt !== null)
    const answer = await rollBack(world.deploys, admin, { ...place, to: oldest.releaseId })
    await haltDeployment(world.deploys, admin, { id: answer.deployment })
    expect(await world.untilEnded(answer.deployment, 10_000)).toMatchObject({ status: 'halted' })
  })

  it('refuses a release whose stored text was changed', async () => {
    const world = await new World().begin()
    const first = await world.deployed()
    await world.deployed()
    await world.store.write((tx) => {
      tx.prepare("UPDATE release SET document = replace(document, '3', '4') WHERE id = ?").run(first.releaseId)
    })
    world.deploys.releases.clear()
    await expect(rollBack(world.deploys, admin, place)).rejects.toMatchObject({ code: 'deploy.release_damaged' })
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

  it('that is asked for twice is begun once, and never halts itself', async () => {
    const world = await new World().begin()
    const first = await world.deployed()
    await world.deployed()
    await world.advance(20 * 60_000)
    await world.tick()
    const answer = await rollBack(world.deploys, admin, place)
    expect(answer).toMatchObject({ outcome: 'return', releaseId: first.releaseId })
    await world.until(() => world.deployment(answer.deployment).state === 'Watch')
    expect(await rollBack(world.deploys, admin, place)).toEqual(answer)
    expect(await world.untilEnded(answer.deployment)).toMatchObject({ status: 'succeeded' })
  })

  it('after a rollback goes further back, not to the release that was gone back from', async () => {
    const world = await new World().begin()
    const oldest = await world.deployed()
    const good = await world.deployed()
    const bad = await world.deployed()
    await world.untilEnded((await rollBack(world.deploys, admin, place)).deployment)
    expect(world.pointer().servingRelease).toBe(good.releaseId)
    expect(await rollBack(world.deploys, admin, place)).toMatchObject({ releaseId: oldest.releaseId })
    expect(bad.status).toBe('succeeded')
  })

  it('after a release that followed a rollback goes to what served before it, warm or not', async () => {
    const world = await new World().begin()
    const good = await world.deployed()
    await world.deployed()
    await world.untilEnded((await rollBack(world.deploys, admin, place)).deployment)
    await world.deployed()
    await world.advance(20 * 60_000)
    await world.tick()
    expect(await rollBack(world.deploys, admin, place)).toMatchObject({ releaseId: good.releaseId })
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

describe('the way back of a deployment that has traffic', () => {
  it('begins three commits after a halt, with the traffic, whatever else is under way', async () => {
    const world = await new World().begin()
    const first = await world.deployed()
    await world.advance(1000)
    // The second step starts its instances while the first has its traffic; taking instances down takes long.
    const strategy = { kind: 'percentage', steps: [50], bake: { for: '2s' } }
    const { id } = await world.deploy({ services: { web: { instances: 4, bootMs: 5000 } }, strategy })
    await world.until(() => world.deployment(id).progress.step === 1 && world.deployment(id).state === 'CheckHealth')
    await world.advance(500)
    world.target.faults.set('stop', { kind: 'slow', ms: 30_000 })
    let commits = 0
    const leave = world.store.onCommit(() => commits++)
    const begun = world.clock.now()
    await haltDeployment(world.deploys, admin, { id })
    await world.settle()
    leave()
    expect(commits).toBeLessThanOrEqual(4)
    await world.until(() => world.target.weightOf(routes, first.id, 'web') === 100)
    expect(world.clock.now() - begun).toBe(world.target.latencyMs)
    const ended = await world.untilEnded(id)
    expect(ended).toMatchObject({ status: 'halted', diagnosis: { class: 'halted', state: 'CheckHealth' } })
    expect(ended.evidence?.back).toEqual({ from: begun, until: begun + 2 * world.target.latencyMs, requests: null })
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
