/** The deployer of processes with real agents, real edges and real servers: two hosts on one machine. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rollBack } from '../../src/deploy/index.ts'
import { admin } from '../../src/deploy/world.ts'
import { RealWorld, turn } from './world.ts'

/** It says who it is, answers slowly on /slow, and knows nothing of signals. */
const server = (version: string): string => `
import { createServer } from 'node:http'
createServer((request, response) => {
  response.setHeader('x-release-id', process.env.HOLDFAST_RELEASE)
  setTimeout(() => response.end('version ${version}'), request.url === '/slow' ? 400 : 0)
}).listen(process.env.PORT)
`
/** It echoes nothing: that it is the right process is seen by its agent. */
const mute = `require('node:http').createServer((_, response) => response.end('mute')).listen(process.env.PORT, '127.0.0.1')`

const service = { command: ['node', 'server.mjs'], instances: 2, route: { hosts: ['shop.example.com'] } }
const place = { project: 'acme/shop', config: 'production' }

describe('real processes on two hosts', { timeout: 120_000 }, () => {
  let world: RealWorld
  beforeAll(async () => {
    world = await new RealWorld().begin('north', 'south')
  }, 60_000)
  afterAll(() => world.end(), 60_000)

  it('are deployed, updated and brought back without a lost request', async () => {
    const first = await world.deploy(world.pack('v1', { 'server.mjs': server('1') }), service)
    expect(first).toMatchObject({ status: 'succeeded', diagnosis: undefined })
    for (const port of world.ports) {
      const answer = await world.get(port)
      expect(answer).toMatchObject({ status: 200, body: 'version 1', headers: { 'x-release-id': first.fleet } })
    }
    const load = startLoad(world)
    const second = await world.deploy(world.pack('v2', { 'server.mjs': server('2') }), service)
    expect(second).toMatchObject({ status: 'succeeded', diagnosis: undefined })
    await load.saw('version 2')
    expect(await world.instances()).toHaveLength(4)

    const { deployment, outcome } = await rollBack(world.deploys, admin, place)
    expect(outcome).toBe('rollback')
    expect(await world.ended(deployment)).toMatchObject({ status: 'succeeded' })
    for (const port of world.ports) expect(await world.get(port)).toMatchObject({ status: 200, body: 'version 1' })
    const { failed, count } = await load.stop()
    expect(failed).toEqual([])
    expect(count).toBeGreaterThan(20)
    expect(await world.instances()).toEqual([`${first.fleet}-web-0`, `${first.fleet}-web-1`])
    expect(second.evidence?.madeBySwitch).toBe(0)
  })

  it('that never come up leave the version before alone', async () => {
    const before = await world.instances()
    const broken = world.pack('broken', { 'server.mjs': 'console.error("no database"); process.exit(3)' })
    const failed = await world.deploy(broken, { ...service, restart: { crashLoop: { exits: 3 } } })
    expect(failed).toMatchObject({ status: 'failed', diagnosis: { class: 'health', state: 'CheckHealth' } })
    expect(failed.diagnosis?.what).toContain('no database')
    expect(await world.instances()).toEqual(before)
    for (const port of world.ports) expect((await world.get(port)).body).toBe('version 1')
  })

  it('that echo nothing are proven by their agents, each by the edge of its own host', async () => {
    const files = world.pack('mute', { 'server.cjs': mute })
    const one = { command: ['node', 'server.cjs'], instances: 1, route: service.route, zones: ['north'] }
    const done = await world.deploy(files, one, { timeout: '40s' })
    expect(done).toMatchObject({ status: 'succeeded', diagnosis: undefined })
    for (const port of world.ports) expect((await world.get(port)).body).toBe('mute')
  })
})

/** Keeps asking both edges, also what takes long. */
function startLoad(world: RealWorld) {
  const failed: string[] = []
  const seen = new Set<string>()
  const state = { count: 0, over: false }
  const one = async (port: number, path: string): Promise<void> => {
    while (!state.over) {
      try {
        const { status, body, headers } = await world.get(port, path)
        if (status !== 200) failed.push(`${status} ${String(headers['x-holdfast-edge'])}`)
        seen.add(body)
      } catch (error) {
        failed.push(String(error))
      }
      state.count++
      await turn()
    }
  }
  const loops = world.ports.flatMap((port) => [one(port, '/'), one(port, '/slow')])
  return {
    async saw(body: string): Promise<void> {
      while (!seen.has(body)) await turn()
    },
    async stop() {
      state.over = true
      await Promise.all(loops)
      return { failed, count: state.count }
    },
  }
}
