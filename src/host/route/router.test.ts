import { afterEach, describe, expect, it } from 'vitest'
import { HoldfastError } from '../../base/index.ts'
import { mergeRoutes } from './merge.ts'
import { aRoute, aTarget, blog, shop } from './routes.fake.ts'
import type { Router, Told } from './router.ts'
import { RouterWorld } from './router-world.fake.ts'

const worlds: RouterWorld[] = []
afterEach(() => {
  for (const world of worlds.splice(0)) world.closing.abort()
})
function open() {
  const world = new RouterWorld()
  worlds.push(world)
  return { world, router: world.open(), edge: world.edge }
}
const ids = ({ inForce }: RouterWorld['edge']) => inForce.routes.map(({ id }) => id)
/** As the verb does it. */
async function set(router: Router, ...told: Parameters<Router['set']>): Promise<Told> {
  await router.known()
  return router.set(...told)
}
const web = [aRoute('web')]
const other = [aRoute('web', { targets: [aTarget('web-2', { release: 'dep_2' })] })]

describe('routes that are told', () => {
  it('are in force when the answer comes, with those of all places', async () => {
    const { world, router, edge } = open()
    const first = await world.settled(set(router, shop, web))
    expect(first).toMatchObject({ version: edge.inForce.version, stored: true })
    const second = await world.settled(set(router, blog, [aRoute('blog')]))
    expect(second.version).toBeGreaterThan(first.version)
    expect(ids(edge)).toEqual(['acme/blog:production:blog', 'acme/shop:production:web'])
    await world.settled(set(router, shop, []))
    expect(ids(edge)).toEqual(['acme/blog:production:blog'])
  })

  it('change nothing when another place has their address', async () => {
    const { world, router, edge } = open()
    await world.settled(set(router, shop, web))
    const before = edge.inForce
    await expect(set(router, blog, [aRoute('x'), ...web])).rejects.toMatchObject({ code: 'host.route_taken' })
    await world.pass(1000)
    expect(edge.inForce).toEqual(before)
    expect(router.places.map(({ project }) => project)).toEqual(['acme/shop'])
  })

  it('are refused where no edge is, unless there are none', async () => {
    const { world } = open()
    const router = world.open({ withEdge: false })
    await expect(set(router, shop, web)).rejects.toMatchObject({ code: 'host.edge_missing' })
    await set(router, shop, [])
    expect(router.facts).toEqual({ state: 'none' })
  })

  it('travel together when they come while a push is under way', async () => {
    const { world, router, edge } = open()
    await world.settled(set(router, shop, web))
    const pushes = edge.versions.length
    let letGo = (): void => {}
    edge.gate = new Promise((resolve) => (letGo = resolve))
    const answers = Promise.all(['a', 'b', 'c', 'd'].map((id) => set(router, { ...blog, config: id }, [aRoute(id)])))
    await world.pass(10)
    letGo()
    await world.settled(answers)
    expect(ids(edge)).toHaveLength(5)
    expect(edge.versions.length - pushes).toBe(2)
  })

  it('lead back though the disk is full, and are on it as soon as there is room', async () => {
    const { world, router, edge } = open()
    await world.settled(set(router, shop, web))
    world.isDiskFull = true
    expect(await world.settled(set(router, shop, other))).toMatchObject({ stored: false })
    expect(edge.inForce.routes[0]?.targets[0]?.id).toBe('web-2')
    world.isDiskFull = false
    router.tick()
    edge.leave()
    world.closing.abort()
    edge.back()
    const next = world.open()
    await world.pass(1000)
    expect(edge.inForce.routes[0]?.targets[0]?.id).toBe('web-2')
    expect(next.facts).toMatchObject({ state: 'reachable', listeners: [{ port: 7480 }] })
  })

  it('are not turned back by an agent that returns to a disk that never took them', async () => {
    const { world, router, edge } = open()
    await world.settled(set(router, shop, web))
    world.isDiskFull = true
    await world.pass(10)
    await world.settled(set(router, shop, other))
    world.closing.abort()
    world.isDiskFull = false
    const next = world.open()
    await world.pass(1000)
    expect(edge.inForce.routes[0]?.targets[0]?.id).toBe('web-2')
    expect(next.places[0]?.routes[0]?.targets[0]?.id).toBe('web-2')
  })
})

describe('an edge', () => {
  it('that comes back without routes is told them again', async () => {
    const { world, router, edge } = open()
    await world.settled(set(router, shop, web))
    const { version } = edge.inForce
    edge.leave()
    await world.pass(300)
    expect(router.facts).toMatchObject({ state: 'away', why: 'The edge does not answer' })
    edge.back()
    await world.pass(10_000)
    expect(ids(edge)).toEqual(['acme/shop:production:web'])
    expect(edge.inForce.version).toBeGreaterThan(version)
  })

  it('that comes back with old routes is told the new ones, above its version', async () => {
    const { world, router, edge } = open()
    await world.settled(set(router, shop, web))
    const old = edge.inForce
    await world.settled(set(router, shop, other))
    edge.leave()
    await world.pass(300)
    edge.back({ ...old, version: edge.inForce.version + 10_000_000 })
    await world.pass(10_000)
    expect(edge.inForce.routes[0]?.targets[0]?.id).toBe('web-2')
  })

  it('that is away is waited for', async () => {
    const { world, router, edge } = open()
    await world.pass(100)
    edge.leave()
    await world.pass(100)
    const answer = set(router, shop, web)
    await world.pass(3000)
    edge.back()
    expect(await world.settled(answer)).toMatchObject({ stored: true })
  })

  it('that was never there since the agent began fails the call, and nothing is changed', async () => {
    const { world, router, edge } = open()
    edge.isAway = true
    await expect(world.settled(set(router, shop, web))).rejects.toMatchObject({ code: 'edge.unreachable' })
    expect(router.places).toEqual([])
    edge.back()
    await world.pass(10_000)
    expect(ids(edge)).toEqual([])
  })

  it('that stays away fails the call, and has the routes when it returns all the same', async () => {
    const { world, router, edge } = open()
    await router.known()
    edge.leave()
    const answer = set(router, shop, web)
    await expect(world.settled(answer)).rejects.toMatchObject({ code: 'edge.unreachable', retryable: true })
    expect(router.isPending(shop)).toBe(true)
    edge.back()
    await world.pass(10_000)
    expect(ids(edge)).toEqual(['acme/shop:production:web'])
    expect(router.isPending(shop)).toBe(false)
  })

  it('that was told something by somebody else is told ours above it', async () => {
    const { world, router, edge } = open()
    await world.settled(set(router, shop, web))
    edge.inForce = { version: edge.inForce.version + 5_000_000, routes: [] }
    await world.settled(set(router, shop, other))
    expect(ids(edge)).toEqual(['acme/shop:production:web'])
  })

  it('of an older release that refuses what it is told changes nothing', async () => {
    const { world, router, edge } = open()
    await world.settled(set(router, shop, web))
    edge.refusals.push(new HoldfastError('edge.routes_invalid', 'has an unknown field', { kind: 'invalid' }))
    await expect(world.settled(set(router, shop, other))).rejects.toMatchObject({ code: 'edge.routes_invalid' })
    await world.pass(1000)
    expect(edge.inForce.routes[0]?.targets[0]?.id).toBe('web-1')
    expect(router.places).toMatchObject([{ routes: [{ targets: [{ id: 'web-1' }] }] }])
    edge.refusals.push(new HoldfastError('edge.routes_invalid', 'has an unknown field', { kind: 'invalid' }))
    await expect(world.settled(set(router, blog, [aRoute('b')]))).rejects.toThrow('unknown field')
    expect(router.places).toHaveLength(1)
  })

  it('with a worker that hangs is told again', async () => {
    const { world, router, edge } = open()
    edge.refusals.push(new HoldfastError('edge.worker_silent', 'no answer', { kind: 'unavailable' }))
    await world.settled(set(router, shop, web))
    expect(ids(edge)).toEqual(['acme/shop:production:web'])
  })

  it('has versions that grow, over the death of every agent', async () => {
    const { world, edge } = open()
    for (let agent = 0; agent < 4; agent++) {
      const router = world.open()
      await world.settled(set(router, shop, agent % 2 === 0 ? web : other))
      world.closing.abort()
    }
    expect(edge.versions).toEqual(edge.versions.toSorted((a, b) => a - b))
    expect(new Set(edge.versions).size).toBe(edge.versions.length)
  })
})

describe('a target of this host', () => {
  it('is told again when it is seen to listen', async () => {
    const { world, router, edge } = open()
    await world.settled(set(router, shop, web))
    const attested = { pid: 7, at: 1, evidence: 'seen' }
    world.seen = { own: true, attested }
    world.finds = { changed: true, open: false }
    router.tick()
    await world.pass(10)
    expect(edge.inForce.routes[0]?.targets[0]?.attested).toEqual(attested)
  })

  it('is looked at often while it is about to listen', async () => {
    const { world, router } = open()
    world.finds = { changed: false, open: true }
    await world.settled(set(router, shop, web))
    let looks = 0
    Object.defineProperty(world, 'finds', { get: () => ({ changed: false, open: looks++ >= 0 }), set: () => {} })
    await world.pass(2000)
    expect(looks).toBeGreaterThan(10)
    await world.pass(60_000)
    expect(looks).toBeLessThan(200)
  })
})

it('a place without routes is forgotten after a while, and not brought back by an edge that remembers it', async () => {
  const { world, router, edge } = open()
  await world.settled(set(router, shop, web))
  const old = edge.inForce
  await world.settled(set(router, shop, []))
  world.closing.abort()
  edge.back(old)
  const next = world.open()
  await world.pass(1000)
  expect(ids(edge)).toEqual([])
  next.forgetEmpty(world.clock.now() + 1)
  expect(next.places).toEqual([])
  expect(world.files.list('/host/routes')).toEqual([])
})

it('a file that cannot be read is made good by what the edge has', async () => {
  const { world, router, edge } = open()
  await world.settled(set(router, shop, web))
  world.closing.abort()
  const [name = ''] = world.files.list('/host/routes')
  world.files.write(`/host/routes/${name}`, '{"format":1,"rou')
  const next = world.open()
  await world.pass(1000)
  expect(ids(edge)).toEqual(['acme/shop:production:web'])
  expect(next.places).toMatchObject([shop])
  expect(mergeRoutes(next.places, 1, () => ({ own: false })).routes).toHaveLength(1)
})
