import { afterEach, describe, expect, it } from 'vitest'
import type { PlainJson } from '../../audit/index.ts'
import { VirtualClock } from '../../base/index.ts'
import { haltDeployment } from '../deployment/halt.ts'
import { pauseDeployment } from '../deployment/pause.ts'
import { resumeDeployment } from '../deployment/resume.ts'
import { retryDeployment } from '../deployment/retry.ts'
import { rollBack } from '../deployment/rollback.ts'
import { DeployFailure, type FailureClass } from '../failure.ts'
import { FakeTarget, fakeDeployer } from '../fake-target.fake.ts'
import { listLocks } from '../lock/list.ts'
import { describePlan } from '../plan/describe.ts'
import { admin, endWorlds, World } from '../world.ts'

afterEach(endWorlds)

const web = (more: Readonly<Record<string, PlainJson>> = {}) => ({ services: { web: { instances: 3, ...more } } })
const place = 'shop/web/production'

/** Only the old release serves, whole; nothing of the new one is left; the lock is free. */
function expectOldGood(world: World, old: string, failed: string): void {
  expect(world.pointer().servingFleet).toBe(old)
  expect(world.target.weightOf(place, old, 'web')).toBe(100)
  expect(world.target.weightOf(place, failed, 'web')).toBe(0)
  expect(world.target.standing().filter((name) => name.includes(failed))).toEqual([])
  expect(world.target.standing().filter((name) => name.includes(old))).toHaveLength(4)
  expect(listLocks(world.deploys, admin)).toEqual([])
}

describe('a deployment', () => {
  it('takes the first release to its target, state by state', async () => {
    const world = await new World().begin()
    const deployment = await world.deployed()
    expect(deployment).toMatchObject({ status: 'succeeded', diagnosis: undefined, leftovers: 0 })
    const path = await world.path(deployment.executionArn)
    expect(path.filter((state, i) => !state.endsWith('?') && state !== path[i - 2])).toEqual([
      'Enter',
      'Validate',
      'Lock',
      'CheckResources',
      'MakeRoom',
      'Prepare',
      'BeforeHooks',
      'Start',
      'CheckHealth',
      'SmokeTests',
      'Switch',
      'Watch',
      'AfterHooks',
      'KeepWarm',
      'CleanUp',
      'Success',
    ])
    expect(world.target.weightOf(place, deployment.id, 'web')).toBe(100)
    expect(world.pointer()).toMatchObject({ servingFleet: deployment.id, warmFleet: null })
  })

  it('keeps the former release warm, without traffic, and at most one', async () => {
    const world = await new World().begin()
    const first = await world.deployed()
    const second = await world.deployed()
    expect(world.pointer()).toMatchObject({ servingFleet: second.id, warmFleet: first.id })
    expect(world.target.healthOf(first.id)).toHaveLength(3)
    expect(world.target.weightOf(place, first.id, 'web')).toBe(0)

    const third = await world.deployed()
    expect(world.pointer()).toMatchObject({ servingFleet: third.id, warmFleet: second.id })
    expect(world.target.healthOf(first.id)).toEqual([])
  })

  it.each<[string, PlainJson]>([
    ['fails', web({ behaviour: 'crash' })],
    ['is halted', web()],
  ])('that %s leaves what stands warm as it is: going back is one switch', async (how, services) => {
    const world = await new World().begin()
    const first = await world.deployed()
    const second = await world.deployed()
    await world.advance(1000)
    const { id } = await world.deploy(Object(services))
    if (how === 'is halted') {
      await world.until(() => world.deployment(id).state === 'Watch')
      await haltDeployment(world.deploys, admin, { id })
    }
    expect((await world.untilEnded(id)).status).toBe(how === 'fails' ? 'failed' : 'halted')
    expect(world.pointer()).toMatchObject({ servingFleet: second.id, warmFleet: first.id })
    expect(world.target.healthOf(first.id)).toHaveLength(3)
    const answer = await rollBack(world.deploys, admin, { project: 'shop/web', config: 'production' })
    expect(answer).toMatchObject({ outcome: 'rollback', releaseId: first.releaseId })
    await world.untilEnded(answer.deployment)
    expectOldGood(world, first.id, second.id)
  })

  it('takes what stands warm down first where there is no room for three, and says so', async () => {
    const world = await new World().begin()
    const [first] = [await world.deployed(), await world.deployed()]
    world.target.survey = { room: 100 }
    await world.advance(1000)
    const { id } = await world.deploy()
    await world.until(() => world.deployment(id).state === 'Watch')
    expect(world.pointer().warmFleet).toBeNull()
    expect(world.target.healthOf(first.id)).toEqual([])
    const { plan } = await world.untilEnded(id)
    if (plan === undefined) throw new Error('there is no plan')
    expect(plan.needs).toEqual({ memoryBytes: 0, ports: 0 })
    expect(describePlan(plan, 'x')).toContain('! there is no room for three versions')
  })

  it('keeps what stands warm where taking it down would make no room either', async () => {
    const world = await new World().begin()
    const [first] = [await world.deployed(), await world.deployed()]
    world.target.survey = { room: 100 }
    const failed = await world.deployed(web({ memoryMiB: 1000 }))
    expect(failed).toMatchObject({ status: 'failed', diagnosis: { class: 'capacity', state: 'CheckResources' } })
    expect(world.pointer().warmFleet).toBe(first.id)
    expect(world.target.healthOf(first.id)).toHaveLength(3)
  })

  it('of which a service says keepWarm: false is not kept warm as a whole, and its plan says so', async () => {
    const world = await new World().begin()
    const services = { web: { keepWarm: false }, api: {} }
    const first = await world.deployed({ services })
    const second = await world.deployed({ services })
    expect(world.pointer()).toMatchObject({ servingFleet: second.id, warmFleet: null, warmUntil: null })
    expect(world.target.standing().filter((name) => name.includes(first.id))).toEqual([])
    if (second.plan === undefined) throw new Error('there is no plan')
    expect(describePlan(second.plan, 'x')).toContain('! keepWarm is off for web: ')
    expect(describePlan(second.plan, 'x')).not.toContain('Later')
    const back = await rollBack(world.deploys, admin, { project: 'shop/web', config: 'production' })
    expect(back).toMatchObject({ outcome: 'return', releaseId: first.releaseId })
  })

  it('takes the warm release down when its time is over', async () => {
    const world = await new World().begin()
    const first = await world.deployed()
    const second = await world.deployed()
    await world.advance(15 * 60_000)
    await world.tick()
    expect(world.target.healthOf(first.id)).toHaveLength(3)
    await world.advance(60_000)
    await world.tick()
    expect(world.target.standing().filter((name) => name.includes(first.id))).toEqual([])
    expect(world.pointer()).toMatchObject({ servingFleet: second.id, warmFleet: null })
    expect(world.trail()).toContain('deploy.retire')
  })

  it('stops the former queue workers instead of keeping them warm', async () => {
    const world = await new World().begin()
    const services = { web: {}, mail: { queueWorker: true, instances: 2 } }
    const first = await world.deployed({ services })
    const second = await world.deployed({ services })
    expect(world.target.healthOf(first.id).map(({ instance }) => instance)).toEqual(['web/0'])
    expect(world.target.healthOf(second.id)).toHaveLength(3)
    expect(second.plan?.stopped).toEqual(['mail'])
  })

  it('records who asked, each call before and after, the commit and the end', async () => {
    const world = await new World().begin()
    await world.deployed({ services: { web: {} } })
    expect(world.trail().filter((action) => action.startsWith('deploy.'))).toEqual([
      'deploy.start',
      ...['fetch', 'start', 'shift'].flatMap(() => ['deploy.call', 'deploy.called']),
      'deploy.commit',
      'deploy.succeed',
    ])
  })

  it.each<[string, PlainJson, number[]]>([
    ['all-at-once', { kind: 'all-at-once' }, [100]],
    ['one-box', { kind: 'one-box' }, [10, 100]],
    ['percentage', { kind: 'percentage', steps: [5, 25] }, [5, 25, 100]],
    ['linear', { kind: 'linear', by: 40 }, [40, 80, 100]],
  ])('moves the traffic in the steps of %s, each baked', async (_name, strategy, steps) => {
    const world = await new World().begin()
    await world.deployed(web())
    await world.advance(1000)
    const { id } = await world.deploy({ ...web(), strategy })
    const seen: number[] = []
    const since: number[] = []
    while (world.deployment(id).endedAt === null) {
      const weight = world.target.weightOf(place, id, 'web')
      if (weight !== (seen.at(-1) ?? 0)) {
        seen.push(weight)
        since.push(world.clock.now())
      }
      await world.advance(100)
    }
    expect(seen).toEqual(steps)
    expect(since.slice(1).every((at, i) => at - (since[i] ?? 0) >= 30_000)).toBe(true)
    expect(world.deployment(id).status).toBe('succeeded')
  })

  it('bakes until the requests are answered too, not only until the time is over', async () => {
    const world = await new World().begin()
    world.target.requestsPerSecond = 10
    await world.deployed()
    const begun = world.clock.now()
    const bake = { for: '5s', requests: 600 }
    const second = await world.deployed({ strategy: { kind: 'all-at-once', bake } })
    expect(second.status).toBe('succeeded')
    expect(world.clock.now() - begun).toBeGreaterThan(60_000)
  })

  it('that bakes by requests is refused where nobody counts them, before anything is changed', async () => {
    const clock = new VirtualClock()
    const { readTraffic: _nobody, ...deployer } = fakeDeployer(new FakeTarget(clock), clock)
    const blind = { ...deployer, kind: 'blind' }
    const world = await new World({ clock, deployers: { blind } }).begin()
    const strategy = { kind: 'all-at-once', bake: { requests: 1 } }
    const failed = await world.deployed({ target: 'blind', strategy })
    expect(failed.diagnosis).toMatchObject({
      class: 'user',
      state: 'CheckResources',
      field: 'strategy.bake.requests',
      what: 'the target "blind" does not count requests',
    })
  })

  it('that bakes by requests is not taken for baked when the counter is silent', async () => {
    const world = await new World().begin()
    world.target.countsTraffic = false
    const strategy = { kind: 'all-at-once', bake: { for: '1s', requests: 5 } }
    const failed = await world.deployed({ timeout: '1m', strategy })
    expect(failed).toMatchObject({ status: 'failed', diagnosis: { state: 'Watch' } })
  })

  it('keeps the evidence of its traffic', async () => {
    const world = await new World().begin()
    await world.deployed()
    const { evidence } = await world.deployed({ strategy: { kind: 'one-box', bake: { for: '20s' } } })
    expect(evidence?.madeBySwitch).toBe(0)
    expect(evidence?.during.requests).toBeGreaterThan(1900)
    expect(evidence?.after.requests).toBeGreaterThan(1900)
  })
})

describe('a release that does not work', () => {
  it.each<[string, string, string, RegExp]>([
    [
      'is never healthy',
      'never',
      'CheckHealth',
      /the timeout of 1m was over in CheckHealth: web\/0 starting \(status 500/,
    ],
    ['crashes again and again', 'crash', 'CheckHealth', /web\/0: crashed 3 times: exited with code 1/],
    ['answers as another release', 'wrong-release', 'CheckHealth', /cannot become healthy: another release answered/],
    ['is no longer healthy under traffic', 'fades', 'Watch', /no longer healthy: web\/0 unhealthy \(timed out\)/],
  ])('comes back when it %s', async (_what, behaviour, state, what) => {
    const world = await new World().begin()
    const old = await world.deployed(web())
    const failed = await world.deployed({ ...web({ behaviour }), timeout: '1m' })
    expect(failed).toMatchObject({
      status: 'failed',
      diagnosis: { class: 'health', state, what: expect.stringMatching(what), mender: 'author' },
    })
    expect(failed.diagnosis?.command).not.toBe('')
    expectOldGood(world, old.id, failed.id)
    expect((await world.path(failed.executionArn)).slice(-6)).toEqual(
      ['Diagnose', 'Course?', 'Compensate', 'FailureHooks', 'ReleaseLock', 'End?', 'FailureClean'].slice(-6),
    )
  })

  it('is not to blame for a timeout while something of the target is away', async () => {
    const world = await new World().begin()
    const old = await world.deployed(web())
    world.target.obstacle = { class: 'platform', what: 'the host a is away', command: 'start it' }
    const failed = await world.deployed({ ...web({ behaviour: 'never' }), timeout: '1m' })
    expect(failed).toMatchObject({
      status: 'failed',
      diagnosis: {
        ...{ class: 'platform', mender: 'operator', command: 'start it' },
        what: 'the timeout of 1m was over in CheckHealth: the host a is away',
      },
    })
    // No second try after the time is over.
    expect(failed.endedAt).toBeLessThan(failed.deadlineAt + 1000)
    expectOldGood(world, old.id, failed.id)
  })

  it('is not to blame when somebody else has its port until the time is over', async () => {
    const world = await new World().begin()
    const old = await world.deployed(web())
    const failed = await world.deployed({ ...web({ behaviour: 'squatted' }), timeout: '1m' })
    expect(failed.diagnosis).toMatchObject({ class: 'capacity', mender: 'operator', command: 'free it' })
    expectOldGood(world, old.id, failed.id)
  })

  it('comes back when it flaps', async () => {
    const world = await new World().begin()
    const old = await world.deployed(web())
    const failed = await world.deployed(web({ behaviour: 'flap', bootMs: 0 }))
    expect(failed.diagnosis?.what).toMatch(/flapping|no longer healthy/)
    expectOldGood(world, old.id, failed.id)
  })

  it('comes back when it flaps so seldom that no single visit sees it', async () => {
    const world = await new World().begin()
    const old = await world.deployed(web())
    const strategy = { kind: 'all-at-once', bake: { for: '5m' } }
    const failed = await world.deployed({ ...web({ behaviour: 'flap-slowly', bootMs: 0 }), strategy })
    expect(failed.diagnosis).toMatchObject({ class: 'health', what: expect.stringMatching(/flapping, 3 times/) })
    expectOldGood(world, old.id, failed.id)
  })

  it('comes back when somebody changed its plan while it was watched: what it would go on with is not what was looked at', async () => {
    const world = await new World().begin()
    const old = await world.deployed(web())
    const { id } = await world.deploy({ ...web(), strategy: { kind: 'all-at-once', bake: { for: '5m' } } })
    await world.until(() => world.deployment(id).state === 'Watch')
    await world.store.write((tx) =>
      tx.prepare(`UPDATE deployment SET plan = REPLACE(plan, '"says":"', '"says":"foisted: ') WHERE id = ?`).run(id),
    )
    const failed = await world.untilEnded(id)
    expect(failed).toMatchObject({ status: 'failed', diagnosis: { class: 'permission', state: 'Watch' } })
    expectOldGood(world, old.id, id)
  })

  it('is allowed to start slowly', async () => {
    const world = await new World().begin()
    expect(await world.deployed(web({ bootMs: 120_000 }))).toMatchObject({ status: 'succeeded' })
  })

  it('comes back from one box when its answers fail, and has cost no more than that box', async () => {
    const world = await new World().begin()
    const old = await world.deployed(web({ instances: 10 }))
    await world.advance(20_000)
    const { id } = await world.deploy({ ...web({ instances: 10 }), strategy: { kind: 'one-box', bake: { for: '5m' } } })
    world.target.failing.set(id, 0.3)
    let most = 0
    while (world.deployment(id).endedAt === null) {
      most = Math.max(most, world.target.weightOf(place, id, 'web'))
      await world.advance(200)
    }
    const failed = world.deployment(id)
    expect(failed).toMatchObject({ status: 'failed', diagnosis: { class: 'health', state: 'Bake' } })
    expect(failed.diagnosis?.what).toMatch(/requests failed on the new version, 0 of \d+ on the old: more than chance/)
    expect(most).toBe(10)
    expect(world.pointer().servingFleet).toBe(old.id)
  })

  it('comes back when the switch itself has lost requests', async () => {
    const world = await new World().begin()
    const old = await world.deployed(web())
    await world.advance(1000)
    const { id } = await world.deploy(web())
    await world.until(() => world.deployment(id).state === 'Watch')
    world.target.lost += 3
    const failed = await world.untilEnded(id)
    expect(failed.diagnosis?.what).toBe('3 requests were lost by the switch')
    expectOldGood(world, old.id, failed.id)
  })
})

describe('a call that fails', () => {
  const failing = (failureClass: FailureClass, times: number) =>
    ({ kind: 'fail', failure: new DeployFailure(failureClass, `no: ${failureClass}`), times }) as const

  it.each<FailureClass>(['throttle', 'platform', 'consistency'])(
    'is made again after a pause: %s',
    async (failureClass) => {
      const world = await new World().begin()
      world.target.faults.set('start', failing(failureClass, 3))
      expect(await world.deployed()).toMatchObject({ status: 'succeeded', diagnosis: undefined })
    },
  )

  it.each<FailureClass>(['user', 'permission', 'quota', 'capacity'])(
    'stops the deployment: %s',
    async (failureClass) => {
      const world = await new World().begin()
      const old = await world.deployed()
      world.target.faults.set('start', failing(failureClass, 1))
      const failed = await world.deployed()
      expect(failed.diagnosis).toMatchObject({ class: failureClass, state: 'Start', call: 'start/web/0' })
      expect(failed.diagnosis?.what).toBe(`no: ${failureClass}`)
      expectOldGood(world, old.id, failed.id)
    },
  )

  it('is made in another place when the first has no room, and the first is left as it was', async () => {
    const world = await new World().begin()
    world.target.faults.set('start', failing('capacity', 2))
    const deployment = await world.deployed({ services: { web: { otherPlaces: 2 } } })
    expect(deployment.status).toBe('succeeded')
    const started = world.target.made.filter(({ call, undo }) => call === 'start' && !undo)
    expect(started.map(({ parameters }) => parameters)).toEqual([expect.objectContaining({ place: 2 })])
    expect(world.target.made.filter(({ undo }) => undo)).toHaveLength(2)
  })

  it('stops the deployment when it fails as often as it is tried', async () => {
    const world = await new World().begin()
    const old = await world.deployed()
    world.target.faults.set('fetch', failing('platform', 5))
    const failed = await world.deployed()
    expect(failed.diagnosis).toMatchObject({ class: 'platform', state: 'Prepare', call: 'prepare/fetch' })
    expectOldGood(world, old.id, failed.id)
  })

  it('is taken back for as long as it takes', async () => {
    const world = await new World().begin()
    const old = await world.deployed()
    world.target.faults.set('stop', failing('platform', 20))
    const failed = await world.deployed({ ...web({ behaviour: 'crash' }) })
    expectOldGood(world, old.id, failed.id)
  })

  it('that was on its way when the control plane died does nothing when it arrives after its repetition', async () => {
    const world = await new World().begin()
    await world.deployed(web())
    await world.advance(1000)
    world.target.faults.set('shift', { kind: 'slow', ms: 10_000 })
    const strategy = { kind: 'percentage', steps: [20], bake: { for: '2s' } }
    const { id } = await world.deploy({ ...web(), strategy })
    await world.until(() => world.deployment(id).state === 'Shift')
    await world.advance(100)
    world.target.faults.clear()
    await world.crash()
    expect(await world.untilEnded(id)).toMatchObject({ status: 'succeeded' })
    await world.advance(20_000)
    expect(world.target.weightOf(place, id, 'web')).toBe(100)
  })

  it('is not made when there is no room, which the check finds before anything is changed', async () => {
    const world = await new World().begin()
    world.target.survey = { room: 100 }
    const failed = await world.deployed()
    expect(failed.diagnosis).toMatchObject({
      class: 'capacity',
      state: 'CheckResources',
      field: 'services',
      command: 'add a host',
    })
    expect(world.target.made).toEqual([])
  })
})

describe('a person', () => {
  const states = ['Prepare', 'Start', 'CheckHealth', 'Shift', 'Bake', 'Switch', 'Watch'] as const

  it.each(states)('halts a deployment in %s: it is taken back at once', async (state) => {
    const world = await new World().begin()
    const old = await world.deployed(web())
    await world.advance(1000)
    world.target.latencyMs = 200
    const { id } = await world.deploy({ ...web(), strategy: { kind: 'percentage', steps: [50] } })
    await world.until(() => world.deployment(id).state === state)
    await haltDeployment(world.deploys, admin, { id, reason: 'changed my mind' })
    const begun = world.clock.now()
    const halted = await world.untilEnded(id)
    expect(halted).toMatchObject({
      status: 'halted',
      diagnosis: { class: 'halted', state, what: 'changed my mind', mender: 'nobody' },
    })
    expect(world.clock.now() - begun).toBeLessThan(3000)
    expectOldGood(world, old.id, id)
    expect((await world.path(halted.executionArn)).at(-1)).toBe('Halted')
  })

  it('halts a deployment in MakeRoom: the old one serves on, and what was warm is gone', async () => {
    const world = await new World().begin()
    const [first, second] = [await world.deployed(), await world.deployed()]
    world.target.survey = { room: 100 }
    world.target.latencyMs = 200
    await world.advance(1000)
    const { id } = await world.deploy()
    await world.until(() => world.deployment(id).state === 'MakeRoom')
    await haltDeployment(world.deploys, admin, { id })
    expect(await world.untilEnded(id)).toMatchObject({ status: 'halted', diagnosis: { state: 'MakeRoom' } })
    await world.tick()
    expectOldGood(world, second.id, id)
    expect(world.pointer().warmFleet).toBeNull()
    expect(world.target.standing().filter((name) => name.includes(first.id))).toEqual([])
  })

  it('halts a deployment whose call is under way and arrives late: it is refused by its term', async () => {
    const world = await new World().begin()
    const old = await world.deployed(web())
    await world.advance(1000)
    world.target.faultsAt.set(world.target.calls + 1, { kind: 'slow', ms: 60_000 })
    const { id } = await world.deploy(web())
    await world.until(() => world.deployment(id).state === 'Start')
    await world.advance(1000)
    await haltDeployment(world.deploys, admin, { id })
    await world.untilEnded(id)
    await world.advance(120_000)
    expectOldGood(world, old.id, id)
  })

  it('pauses a bake and lets it go on: the pause does not count against the timeout', async () => {
    const world = await new World().begin()
    await world.deployed(web())
    await world.advance(1000)
    const { id } = await world.deploy({ ...web(), timeout: '2m', strategy: { kind: 'percentage', steps: [50] } })
    await world.until(() => world.deployment(id).state === 'Bake')
    await pauseDeployment(world.deploys, admin, { id, reason: 'lunch' })
    await world.until(() => world.deployment(id).status === 'paused')
    await world.advance(3_600_000)
    expect(world.deployment(id)).toMatchObject({ status: 'paused', state: 'Paused', controlReason: 'lunch' })
    expect(world.target.weightOf(place, id, 'web')).toBe(50)
    await resumeDeployment(world.deploys, admin, { id })
    expect(await world.untilEnded(id)).toMatchObject({ status: 'succeeded' })
  })

  it.each(states)('pauses a deployment in %s and lets it go on to its end, with no call made twice', async (state) => {
    const world = await new World().begin()
    await world.deployed(web())
    await world.advance(1000)
    world.target.latencyMs = 200
    world.target.made.splice(0)
    const { id } = await world.deploy({ ...web(), strategy: { kind: 'percentage', steps: [50] } })
    await world.until(() => world.deployment(id).state === state)
    await pauseDeployment(world.deploys, admin, { id })
    await world.advance(3_600_000)
    expect(world.deployment(id)).toMatchObject({ status: 'paused', state: 'Paused' })
    await resumeDeployment(world.deploys, admin, { id })
    expect(await world.untilEnded(id)).toMatchObject({ status: 'succeeded' })
    expect(world.target.made.map(({ call, undo }) => (undo ? `un${call}` : call))).toEqual([
      'fetch',
      'start',
      'start',
      'shift',
      'start',
      'shift',
    ])
  })

  it('keeps the lock of a paused deployment', async () => {
    const world = await new World().begin()
    const { id } = await world.deploy(web())
    await pauseDeployment(world.deploys, admin, { id })
    await world.until(() => world.deployment(id).status === 'paused')
    for (let minutes = 0; minutes < 5; minutes++) {
      await world.advance(60_000)
      await world.tick()
    }
    await expect(world.deploy({ metadata: { commit: '2' } })).rejects.toMatchObject({ code: 'deploy.locked' })
    await haltDeployment(world.deploys, admin, { id })
    expect(await world.untilEnded(id)).toMatchObject({ status: 'halted' })
  })

  it('goes on from a later state: waits up to it are skipped, health never', async () => {
    const world = await new World().begin()
    await world.deployed(web())
    await world.advance(1000)
    const strategy = { kind: 'percentage', steps: [20, 40, 60], bake: { for: '10m' } }
    const { id } = await world.deploy({ ...web(), timeout: '2h', strategy })
    await world.until(() => world.deployment(id).state === 'Bake')
    await pauseDeployment(world.deploys, admin, { id })
    await world.until(() => world.deployment(id).status === 'paused')
    const begun = world.clock.now()
    await resumeDeployment(world.deploys, admin, { id, from: 'AfterHooks' })
    expect(await world.untilEnded(id)).toMatchObject({ status: 'succeeded' })
    expect(world.clock.now() - begun).toBeLessThan(10_000)
  })

  it.each([
    ['an ended one', 'deploy.ended'],
    ['one that is not there', 'deploy.deployment_missing'],
  ])('cannot halt %s', async (what, code) => {
    const world = await new World().begin()
    const { id } = await world.deployed(web())
    const asked = haltDeployment(world.deploys, admin, { id: what === 'an ended one' ? id : 'dep_none' })
    await expect(asked).rejects.toMatchObject({ code })
  })

  it('cannot resume what is not paused, nor at a state that is not there', async () => {
    const world = await new World().begin()
    const { id } = await world.deploy(web())
    await expect(resumeDeployment(world.deploys, admin, { id })).rejects.toMatchObject({ code: 'deploy.not_paused' })
    const asked = resumeDeployment(world.deploys, admin, { id, from: 'Strat' })
    await expect(asked).rejects.toMatchObject({ code: 'deploy.state_unknown', repair: 'write "Start"' })
  })

  it('retries a failed release as a new attempt of the same signature', async () => {
    const world = await new World().begin()
    const old = await world.deployed(web())
    world.target.faults.set('start', { kind: 'fail', failure: new DeployFailure('quota', 'no more'), times: 1 })
    const failed = await world.deployed(web())
    const again = await retryDeployment(world.deploys, admin, { id: failed.id })
    const done = await world.untilEnded(again.id)
    expect(done).toMatchObject({ status: 'succeeded', retryOf: failed.id, releaseId: failed.releaseId })
    expect(world.pointer()).toMatchObject({ servingFleet: again.id, warmFleet: old.id })
    await expect(retryDeployment(world.deploys, admin, { id: done.id })).rejects.toMatchObject({
      code: 'deploy.not_retryable',
    })
    await expect(retryDeployment(world.deploys, admin, { id: failed.id })).rejects.toMatchObject({
      message: expect.stringContaining('its release serves'),
    })
  })

  it('does not retry what a newer release has overtaken', async () => {
    const world = await new World().begin()
    await world.deployed(web())
    const failed = await world.deployed(web({ behaviour: 'crash' }))
    await world.deployed(web())
    await expect(retryDeployment(world.deploys, admin, { id: failed.id })).rejects.toMatchObject({
      message: expect.stringContaining('a newer release serves'),
    })
  })
})
