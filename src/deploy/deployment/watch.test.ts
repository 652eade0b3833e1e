import { afterEach, describe, expect, it } from 'vitest'
import { VirtualClock } from '../../base/index.ts'
import { stopExecution } from '../../engine/index.ts'
import type { Deployers } from '../deployer.ts'
import { FakeTarget, fakeDeployer } from '../fake-target.fake.ts'
import { listDeployments, planOfDeployment, statusOfPlace } from '../queries.ts'
import { admin, endWorlds, nobody, World } from '../world.ts'
import type { DeploymentDescription } from './describe.ts'
import { changeDeployment } from './rows.ts'
import { pauseDeployment } from './pause.ts'
import { resumeDeployment } from './resume.ts'
import { watchDeployment } from './watch.ts'

afterEach(endWorlds)

/** Watches in the background, and keeps what it is told. */
function watching(world: World, id: string, signal: AbortSignal = new AbortController().signal) {
  const seen: DeploymentDescription[] = []
  const ended = (async () => {
    for await (const description of watchDeployment(world.deploys, admin, id, signal)) seen.push(description)
  })()
  return { seen, ended }
}

const last = (seen: readonly DeploymentDescription[]): DeploymentDescription | undefined => seen.at(-1)

describe('who watches a deployment', () => {
  it('is told at once, then whatever changes, and its end last', async () => {
    const world = await new World().begin()
    await world.deployed()
    await world.advance(1000)
    const { id } = await world.deploy({ strategy: { kind: 'one-box', bake: { for: '5s', requests: 30 } } })
    const { seen, ended } = watching(world, id)
    await world.settle()
    expect(seen).toHaveLength(1)
    expect(last(seen)).toMatchObject({ id, status: 'running' })

    await world.until(() => world.deployment(id).state === 'Bake')
    await world.advance(2500)
    const baking = last(seen)
    expect(baking).toMatchObject({
      state: 'Bake',
      step: { number: 1, of: 2, bake: { requests: { wanted: 30 } } },
      healthy: { count: 1, of: 1 },
      weights: [{ service: 'web', incoming: 10, outgoing: 90 }],
      waitingFor: 'until it has baked for 5s',
    })
    const { bake } = baking?.step ?? {}
    expect(bake?.until).toBe((bake?.since ?? 0) + 5000)
    expect(bake?.requests.answered).toBe(baking?.traffic?.incoming.requests)
    expect(bake?.requests.left).toBe(30 - (bake?.requests.answered ?? 0))
    expect(baking?.traffic?.incoming.requests).toBeGreaterThanOrEqual(10)
    expect(baking?.calls.filter(({ status }) => status === 'planned').map(({ id: name }) => name)).toEqual([
      'start/web/1',
      'start/web/2',
      'shift/web=100',
    ])

    await world.untilEnded(id)
    await ended
    expect(last(seen)).toMatchObject({ status: 'succeeded', state: 'CleanUp', warm: { until: expect.any(Number) } })
    expect(new Set(seen).size).toBe(seen.length)
  })

  it('sees its states with their times, without a hole between them', async () => {
    const world = await new World().begin()
    const { id } = await world.deployed({ strategy: { kind: 'one-box', bake: { for: '1s' } } })
    const { seen, ended } = watching(world, id)
    await ended
    const states = last(seen)?.states ?? []
    expect(states.map(({ state, step }) => (step === null ? state : `${state} ${step}`))).toEqual([
      'Validate',
      'Lock',
      'CheckResources',
      'MakeRoom',
      'Prepare',
      'BeforeHooks',
      'Start 1',
      'CheckHealth 1',
      'SmokeTests 1',
      'Shift 1',
      'Bake 1',
      'Start 2',
      'CheckHealth 2',
      'SmokeTests 2',
      'Switch 2',
      'Watch 2',
      'AfterHooks',
      'KeepWarm',
      'CleanUp',
    ])
    for (const [index, { endedAt }] of states.entries()) {
      expect(endedAt).toBe(states[index + 1]?.startedAt ?? world.deployment(id).endedAt)
    }
  })

  it('sees each call with its times, and when it was taken back', async () => {
    const world = await new World().begin()
    const { id } = await world.deployed({ services: { web: { instances: 2, behaviour: 'crash' } } })
    const { seen, ended } = watching(world, id)
    await ended
    const call = last(seen)?.calls.find(({ id: name }) => name === 'start/web/1')
    expect(call).toMatchObject({ status: 'undone', service: 'web', stage: 'Start/0', says: 'start web/1' })
    const { madeAt, answeredAt, undoneAt } = call ?? {}
    expect(answeredAt).toBeGreaterThan(madeAt ?? Infinity)
    expect(undoneAt).toBeGreaterThan(answeredAt ?? Infinity)
    expect(last(seen)?.weights).toEqual([{ service: 'web', incoming: 0, outgoing: 0 }])
    expect(last(seen)?.instances).toMatchObject([
      { instance: 'web/0', state: 'unhealthy', restarts: 3 },
      { instance: 'web/1', state: 'unhealthy', restarts: 3 },
    ])
  })

  it('goes on over a pause, and over an execution that is lost', async () => {
    const world = await new World().begin()
    await world.advance(1000)
    const { id, executionArn } = await world.deploy()
    const { seen, ended } = watching(world, id)
    await world.until(() => world.deployment(id).state === 'Watch')
    await pauseDeployment(world.deploys, admin, { id })
    // What follows on something that was told is told with what follows on it.
    await world.advance(100)
    expect(last(seen)).toMatchObject({ status: 'paused', state: 'Paused' })
    await resumeDeployment(world.deploys, admin, { id })
    await world.until(() => world.deployment(id).state === 'Watch')
    await stopExecution(world.engine, admin, { executionArn })
    await world.tick()
    await world.untilEnded(id)
    await ended
    expect(last(seen)).toMatchObject({ status: 'failed', run: 2 })
    expect(last(seen)?.states.map(({ state }) => state)).toContain('Paused')
  })

  it('shares one reading with all the others who watch', async () => {
    const world = await new World().begin()
    await world.advance(1000)
    const { id } = await world.deploy()
    const all = Array.from({ length: 50 }, () => watching(world, id))
    await world.untilEnded(id)
    await Promise.all(all.map(({ ended }) => ended))
    const [first] = all
    for (const { seen } of all) for (const one of seen) expect(first?.seen).toContain(one)
  })

  it('is told the first change at once and ten times a second at most, however many there are', async () => {
    const world = await new World().begin()
    await world.advance(1000)
    const { id } = await world.deploy({ hooks: {}, timeout: '1h' })
    await world.until(() => world.deployment(id).state === 'Watch')
    await pauseDeployment(world.deploys, admin, { id })
    await world.advance(1000)
    const leave = new AbortController()
    const { seen, ended } = watching(world, id, leave.signal)
    await world.settle()
    const remark = (text: string) =>
      world.deploys.store.write((tx) => changeDeployment(tx, id, { controlReason: text }))
    await remark('first')
    await world.settle()
    expect(seen.map(({ controlReason }) => controlReason)).toEqual(['paused on request', 'first'])
    for (let n = 0; n < 100; n++) {
      await remark(`another ${n}`)
      await world.advance(10)
    }
    expect(seen.length).toBeGreaterThanOrEqual(11)
    expect(seen.length).toBeLessThanOrEqual(12)
    leave.abort()
    await ended
  })

  it('is not woken by anybody else’s deployment, and leaves when it likes', async () => {
    const world = await new World().begin()
    await world.advance(1000)
    const { id } = await world.deploy({ hooks: {}, timeout: '1h' })
    await world.until(() => world.deployment(id).state === 'Watch')
    await pauseDeployment(world.deploys, admin, { id })
    await world.settle()
    const leave = new AbortController()
    const { seen, ended } = watching(world, id, leave.signal)
    await world.settle()
    await world.untilEnded((await world.deploy({ project: 'shop/other' })).id)
    expect(seen).toHaveLength(1)
    leave.abort()
    await ended
  })

  it('may read deployments, and names one that is there', async () => {
    const world = await new World().begin()
    const { id } = await world.deployed()
    const { signal } = new AbortController()
    await expect(watchDeployment(world.deploys, nobody, id, signal).next()).rejects.toMatchObject({
      code: 'access.forbidden',
    })
    await expect(watchDeployment(world.deploys, admin, 'dep_0', signal).next()).rejects.toMatchObject({
      code: 'deploy.deployment_missing',
    })
  })

  it('is told where the instances are, by a deployer that knows', async () => {
    const world = await placedWorld()
    const { id } = await world.deployed({ target: 'placed' })
    const { seen, ended } = watching(world, id)
    await ended
    expect(last(seen)?.instances[0]).toMatchObject({ instance: 'web/0', url: 'http://10.0.0.7:1', state: 'healthy' })
    expect(last(seen)?.addresses).toEqual([{ service: 'web', url: 'http://shop.example' }])
  })
})

/** A deployer that tells where its instances are, on a target of its own. */
function placedWorld(): Promise<World> {
  const clock = new VirtualClock()
  const deployer: Deployers[string] = {
    ...fakeDeployer(new FakeTarget(clock), clock),
    kind: 'placed',
    describeFleet: ({ outcomes }) => ({
      instances: [...outcomes.keys()]
        .filter((call) => call.startsWith('start/'))
        .map((call, i) => ({ instance: call.slice(6), service: 'web', url: `http://10.0.0.7:${i + 1}` })),
      workingCopies: [],
      addresses: [{ service: 'web', url: 'http://shop.example' }],
    }),
  }
  return new World({ clock, deployers: { placed: deployer } }).begin()
}

describe('the status of a place', () => {
  it('says what serves, what stands warm and for how long, who holds what, and what was before', async () => {
    const world = await new World().begin()
    expect(statusOfPlace(world.deploys, admin, { project: 'shop/web', config: 'production' })).toMatchObject({
      serving: null,
      warm: null,
      underWay: null,
      locks: [],
      history: [],
    })
    const first = await world.deployed()
    const second = await world.deployed()
    await world.advance(1000)
    const third = await world.deploy()
    await world.until(() => world.deployment(third.id).state === 'CheckHealth')
    const status = statusOfPlace(world.deploys, admin, { project: 'shop/web', config: 'production' })
    expect(status).toMatchObject({
      serving: { fleet: second.id, releaseId: second.releaseId, since: second.committedAt, requestedBy: { id: 'ada' } },
      // Until the deployment under way is committed, it is there to go back to.
      warm: { fleet: first.id, releaseId: first.releaseId },
      underWay: { id: third.id, state: 'CheckHealth', healthy: { of: 3 } },
      locks: [{ kind: 'deployment', owner: third.id }],
    })
    expect(status.history.map(({ id }) => id)).toEqual([third.id, second.id, first.id])
    await world.untilEnded(third.id)
    const after = statusOfPlace(world.deploys, admin, { project: 'shop/web', config: 'production' })
    expect(after.warm).toMatchObject({ fleet: second.id, releaseId: second.releaseId })
    expect((after.warm?.until ?? 0) - (world.deployment(third.id).committedAt ?? 0)).toBe(15 * 60_000 + 30_000)
    expect(listDeployments(world.deploys, admin, { limit: 1 })).toMatchObject([{ id: third.id }])
    expect(planOfDeployment(world.deploys, admin, third.id)?.text).toContain('start web/0')
  })
})
