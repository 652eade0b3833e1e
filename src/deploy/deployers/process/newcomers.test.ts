import { afterEach, describe, expect, it } from 'vitest'
import { VirtualClock } from '../../../base/index.ts'
import { endWorlds } from '../../world.ts'
import { FakeHosts } from './hosts.fake.ts'
import { ProcessWorld } from './world.fake.ts'

const web = { command: 'good', instances: 2, route: { hosts: ['shop.example.com'] } }

async function open(): Promise<ProcessWorld> {
  const hosts = new FakeHosts(new VirtualClock())
  for (const name of ['host-a', 'host-b']) hosts.add(name)
  const world = new ProcessWorld(hosts)
  await world.begin()
  return world
}

describe('an edge that comes after the switch', () => {
  afterEach(endWorlds)

  it('is told what serves, and what stands warm beside it', async () => {
    const world = await open()
    const first = await world.shipped({ web })
    const second = await world.shipped({ web })
    world.hosts.add('host-c')
    await world.tick()
    expect(world.hosts.shares('host-c', world.place)).toEqual({ [second.fleet]: 100, [first.fleet]: 0 })
    const [route] = world.hosts.routes('host-c', world.place)
    expect(route?.targets.map(({ state, address }) => [state, 'host' in address && address.host])).toEqual([
      ...['active', 'active'].map((state) => [state, '10.0.0.6']),
      ...['warm', 'warm'].map((state) => [state, '10.0.0.6']),
    ])
    // The others had it already, and nobody is told twice.
    const told = world.hosts.told.length
    await world.tick()
    expect(world.hosts.told).toHaveLength(told)
  })

  it('is told again when it comes back with nothing', async () => {
    const world = await open()
    const { fleet } = await world.shipped({ web })
    await world.tick()
    const host = world.hosts.all.get('host-b')
    if (host === undefined) throw new Error('there is no host-b')
    host.isAway = true
    await world.tick()
    host.isAway = false
    host.places.clear()
    await world.tick()
    expect(world.hosts.shares('host-b', world.place)).toEqual({ [fleet]: 100 })
  })

  it('holds up nobody when it does not answer', async () => {
    const world = await open()
    const { fleet } = await world.shipped({ web })
    world.hosts.add('host-c')
    world.hosts.faults.set('setRoutes', { kind: 'hang-before' })
    const before = world.clock.now()
    await world.tick()
    expect(world.clock.now() - before).toBeLessThan(5000)
    world.hosts.faults.clear()
    await world.tick()
    expect(world.hosts.routes('host-c', world.place)).toEqual([])
    await world.advance(60_000)
    await world.tick()
    expect(world.hosts.shares('host-c', world.place)).toEqual({ [fleet]: 100 })
  })

  it('is left to the deployment while one is under way', async () => {
    const world = await open()
    await world.shipped({ web })
    await world.advance(1000)
    const { id } = await world.deploy({ services: { web: { ...web, command: 'slow' } } })
    await world.until(() => world.deployment(id).state === 'CheckHealth')
    world.hosts.add('host-c')
    await world.tick()
    expect(world.hosts.routes('host-c', world.place)).toEqual([])
    expect(await world.untilEnded(id)).toMatchObject({ status: 'succeeded' })
    expect(world.hosts.shares('host-c', world.place)).toMatchObject({ [id]: 100 })
  })
})
