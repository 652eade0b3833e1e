/** The traffic of a deployment over its time, and what a person can ask of it, from the beginning to the end. */
import { beginningsAfter } from '../machine/states.ts'
import { afterEach, describe, expect, it } from 'vitest'
import type { Actor, Grant } from '../../access/index.ts'
import { mostPieces, type TrafficSample } from '../evidence/samples.ts'
import { noCounts } from '../evidence/traffic.ts'
import { describeDeployment, trafficOfDeployment } from '../queries.ts'
import { admin, endWorlds, nobody, World } from '../world.ts'
import { acquireLock } from '../lock/acquire.ts'
import { haltDeployment } from './halt.ts'
import { pauseDeployment } from './pause.ts'
import { resumeDeployment } from './resume.ts'
import { retryDeployment } from './retry.ts'
import { rollBack } from './rollback.ts'
import { noteSample, samplesOf } from './samples.ts'

afterEach(endWorlds)

const sum = (samples: readonly TrafficSample[], of: (sample: TrafficSample) => number): number =>
  samples.reduce((all, one) => all + of(one), 0)
const place = { project: 'shop/web', config: 'production' }

describe('the traffic of a deployment over its time', () => {
  it('is kept from before the switch to the end, without a gap', async () => {
    const world = await new World().begin()
    await world.deployed()
    await world.advance(1000)
    const begun = await world.deploy({
      services: { web: { instances: 3, bootMs: 4000 } },
      strategy: { kind: 'one-box', bake: { for: '5s' } },
    })
    await world.untilEnded(begun.id)
    const samples = trafficOfDeployment(world.deploys, admin, begun.id)
    expect(samples.length).toBeGreaterThan(8)
    expect(samples.slice(1).map(({ from }) => from)).toEqual(samples.slice(0, -1).map(({ to }) => to))
    // While its instances come up, only the old version answers; then both, then only the new one.
    expect(samples[0]).toMatchObject({ incoming: { requests: 0, p99Ms: null }, outgoing: { p99Ms: 5 } })
    expect(samples.some(({ incoming, outgoing }) => incoming.requests > 0 && outgoing.requests > 0)).toBe(true)
    expect(samples.at(-1)).toMatchObject({ outgoing: { requests: 0 } })
    expect(samples.at(-1)?.incoming.requests).toBeGreaterThan(0)
    // 100 a second, whoever answers them.
    const ms = (samples.at(-1)?.to ?? 0) - (samples[0]?.from ?? 0)
    const all = sum(samples, ({ incoming, outgoing }) => incoming.requests + outgoing.requests)
    expect(all).toBeGreaterThan(ms / 10 - 30)
    expect(all).toBeLessThan(ms / 10 + 30)
    expect(describeDeployment(world.deploys, admin, begun.id).sample).toEqual(samples.at(-1))
  })

  it('is bounded, however long it takes, and nothing that was counted is lost', async () => {
    const world = await new World().begin()
    const { id } = await world.deployed()
    const now = world.clock.now()
    for (let second = 1; second <= 3 * mostPieces; second++) {
      const incoming = {
        ...noCounts,
        requests: 1_000_000 + second * 7,
        latency: [],
        spread: [[5, second * 7]] as const,
      }
      const reading = { at: now + second * 1000, incoming, outgoing: { ...noCounts, latency: [] }, unplaced: 0 }
      await world.store.write((tx) => noteSample(tx, id, reading))
    }
    const samples = samplesOf(world.store.read, id)
    expect(samples.length).toBeLessThanOrEqual(mostPieces)
    expect(samples.length).toBeGreaterThan(mostPieces / 2 - 1)
    expect(samples.slice(1).map(({ from }) => from)).toEqual(samples.slice(0, -1).map(({ to }) => to))
    // Its first counter stood at nothing.
    expect(sum(samples, ({ incoming }) => incoming.requests)).toBe(1_000_000 + 3 * mostPieces * 7)
    expect(samples.at(-1)?.to).toBe(now + 3 * mostPieces * 1000)
    expect(samples.map(({ number }) => number)).toEqual(samples.map(({ number }) => number).toSorted((a, b) => a - b))
  })

  it('is nobody’s business who may not read deployments, and is asked of one that exists', async () => {
    const world = await new World().begin()
    const { id } = await world.deployed()
    expect(() => trafficOfDeployment(world.deploys, nobody, id)).toThrow('may not')
    expect(() => trafficOfDeployment(world.deploys, admin, 'dep_none')).toThrow('There is no deployment dep_none')
  })

  it('is empty where nobody counts', async () => {
    const world = await new World().begin()
    world.target.countsTraffic = false
    const { id } = await world.deployed()
    expect(trafficOfDeployment(world.deploys, admin, id)).toEqual([])
    expect(describeDeployment(world.deploys, admin, id).sample).toBeNull()
  })
})

describe('what is offered of a deployment', () => {
  const offers = (world: World, id: string) => describeDeployment(world.deploys, admin, id).offers
  const nothing = { halt: false, pause: false, resume: false, retry: false, from: [], rollback: null }
  const any = beginningsAfter('Lock')

  it('is what its verbs accept, at each time of it', async () => {
    const world = await new World().begin()
    const first = await world.deployed()
    expect(offers(world, first.id)).toEqual(nothing)

    const { id } = await world.deploy({ strategy: { kind: 'all-at-once', bake: { for: '60s' } } })
    await world.until(() => world.deployment(id).state === 'Watch')
    expect(offers(world, id)).toEqual({ ...nothing, halt: true, pause: true })
    await pauseDeployment(world.deploys, admin, { id })
    expect(offers(world, id)).toEqual({ ...nothing, halt: true, resume: true, from: any })
    await resumeDeployment(world.deploys, admin, { id })
    await haltDeployment(world.deploys, admin, { id })
    expect(offers(world, id)).toEqual(nothing)
    await world.untilEnded(id)
    expect(offers(world, id)).toEqual({ ...nothing, retry: true, from: any })

    const again = await retryDeployment(world.deploys, admin, { id })
    // Its place is taken: what was halted cannot be tried as well.
    expect(offers(world, id)).toEqual(nothing)
    await world.untilEnded(again.id)
    expect(offers(world, again.id)).toEqual({
      ...nothing,
      rollback: { kind: 'rollback', releaseId: first.releaseId, tookMs: null },
    })
    // Its release serves by now.
    expect(offers(world, id)).toEqual(nothing)
    expect(offers(world, first.id)).toEqual(nothing)

    await rollBack(world.deploys, admin, place).then((back) => world.untilEnded(back.deployment))
    expect(offers(world, again.id)).toEqual(nothing)
    expect(offers(world, first.id)).toMatchObject({ rollback: null })
  })

  it('says how long the last switch back took, and nothing while somebody has closed the place', async () => {
    const world = await new World().begin()
    await world.deployed()
    await world.deployed()
    await rollBack(world.deploys, admin, place).then((back) => world.untilEnded(back.deployment))
    const third = await world.deployed()
    const { rollback } = offers(world, third.id)
    expect(rollback?.kind).toBe('rollback')
    expect(rollback?.tookMs).toBeGreaterThan(0)
    expect(rollback?.tookMs).toBeLessThan(1000)
    await acquireLock(world.deploys, admin, { ...place, reason: 'sale day' })
    expect(offers(world, third.id)).toEqual(nothing)
  })

  it('is what this very person may do', async () => {
    const world = await new World().begin()
    const { id } = await world.deploy({ strategy: { kind: 'all-at-once', bake: { for: '60s' } } })
    await world.until(() => world.deployment(id).state === 'Watch')
    const offered = (grant: Grant) => {
      const actor: Actor = { type: 'user', id: 'bo', via: 'api', grants: [grant] }
      return describeDeployment(world.deploys, actor, id).offers
    }
    expect(offered({ role: 'viewer' })).toEqual(nothing)
    expect(offered({ role: 'deployer', ...place })).toEqual({ ...nothing, halt: true, pause: true })
  })

  it('names what served before it', async () => {
    const world = await new World().begin()
    const first = await world.deployed()
    const second = await world.deployed()
    expect(describeDeployment(world.deploys, admin, first.id).former).toBeNull()
    expect(describeDeployment(world.deploys, admin, second.id).former).toEqual({
      fleet: first.id,
      releaseId: first.releaseId,
    })
  })
})
