import { afterEach, describe, expect, it } from 'vitest'
import type { Actor } from '../../access/index.ts'
import type { HostDescription, TakenCommands } from '../../host/index.ts'
import type { ServerDependencies } from '../dependencies.ts'
import { callApi, openWorld, type World } from '../fake-world.ts'

const agent: Actor = { type: 'machine', id: 'hst_1', via: 'api' }
const described: HostDescription = {
  ...{ id: 'hst_1', name: 'tokyo-1', zone: 'tokyo', address: '10.0.0.7', state: 'connected', enrolledAt: 0 },
  ...{ isConnected: true, isDraining: false, agentVersion: '1', commandsUnderWay: 0, lastSeenAt: 1000 },
  edge: { url: 'http://10.0.0.7:7480' },
  facts: undefined,
}
const facts = {
  ports: { free: 10 },
  root: false,
  ...{ host: 'h', hostname: 'x', platform: 'linux', cpus: 1, load: 0, instances: 0, news: 'of a later version' },
  memoryBytes: { total: 1, available: 1 },
  diskBytes: { total: 1, available: 1 },
}
const poll = { session: 'session-1', agent: { version: '1' }, facts, edge: null }

let world: World
afterEach(() => world.server.close())

async function open(verbs: Partial<ServerDependencies['hosts']>, actor?: Actor): Promise<void> {
  const refuse = (): never => {
    throw new Error('not expected')
  }
  const hosts: ServerDependencies['hosts'] = {
    ...{ enrolHost: refuse, listHosts: refuse, describeHost: refuse, drainHost: refuse, undrainHost: refuse },
    ...{ removeHost: refuse, takeCommands: refuse, reportOutcome: refuse },
    ...verbs,
  }
  world = await openWorld({}, { hosts, ...(actor === undefined ? {} : { authenticate: () => actor }) })
}

describe('hosts over HTTP', () => {
  it('are enrolled, and the token is told once: no key of idempotency keeps the answer', async () => {
    let count = 0
    await open({ enrolHost: async () => ({ host: described, token: `hf_${++count}` }) })
    const enrol = () => callApi(world, 'POST /v1/hosts', { name: 'tokyo-1' }, { 'idempotency-key': 'one' })
    const first = await enrol()
    expect(first).toMatchObject({ status: 201, headers: { location: '/v1/hosts/hst_1' } })
    expect(first.body).toMatchObject({
      token: 'hf_1',
      host: { name: 'tokyo-1', enrolledAt: '1970-01-01T00:00:00.000Z' },
    })
    expect((await enrol()).body).toMatchObject({ token: 'hf_2' })
  })

  it('are listed, described, drained and removed by name', async () => {
    const asked: unknown[] = []
    await open({
      listHosts: () => [described],
      describeHost: (_actor, host) => (asked.push(host), described),
      drainHost: async () => ({ ...described, state: 'draining', isDraining: true }),
      removeHost: async (_actor, removal) => void asked.push(removal),
    })
    expect((await callApi(world, 'GET /v1/hosts')).body).toMatchObject({ items: [{ id: 'hst_1' }] })
    expect((await callApi(world, 'GET /v1/hosts/tokyo-1')).body).toMatchObject({
      lastSeenAt: '1970-01-01T00:00:01.000Z',
    })
    expect((await callApi(world, 'POST /v1/hosts/tokyo-1/drain')).body).toMatchObject({ state: 'draining' })
    expect((await callApi(world, 'POST /v1/hosts/tokyo-1/remove', { force: true })).status).toBe(204)
    expect(asked).toEqual(['tokyo-1', { host: 'tokyo-1', force: true }])
  })
})

describe("an agent's poll", () => {
  const taken = (commands: TakenCommands['commands']): TakenCommands => ({
    host: { id: 'hst_1', name: 'tokyo-1', zone: 'tokyo', address: '10.0.0.7' },
    commands,
  })

  it('is for its own host, and may tell what this version does not know', async () => {
    const asked: unknown[] = []
    const takeCommands: ServerDependencies['hosts']['takeCommands'] = async (_actor, request) => {
      asked.push(request)
      return taken([{ kind: 'hostFacts', key: 'k' }])
    }
    await open({ takeCommands }, agent)
    const answer = await callApi(world, 'POST /v1/hosts/self/commands/next', poll)
    expect(answer).toMatchObject({ status: 200, body: { commands: [{ kind: 'hostFacts', key: 'k' }] } })
    expect(asked).toMatchObject([{ host: 'hst_1', poll: { facts: { news: 'of a later version' }, waitMs: 25_000 } }])
  })

  it('ends when the agent hangs up, and when the server closes', async () => {
    let began = Promise.withResolvers<void>()
    const ended = Promise.withResolvers<void>()
    const takeCommands: ServerDependencies['hosts']['takeCommands'] = async (_actor, _request, signal) => {
      began.resolve()
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      ended.resolve()
      return taken([])
    }
    await open({ takeCommands }, agent)
    const [path, headers] = ['/v1/hosts/hst_1/commands/next', { 'content-type': 'application/json' }]
    const hangUp = new AbortController()
    const call = { method: 'POST', path, headers, body: JSON.stringify(poll) }
    const gone = world.call({ ...call, signal: hangUp.signal }).catch(() => 'gone')
    await began.promise
    hangUp.abort()
    await ended.promise
    expect(await gone).toBe('gone')
    began = Promise.withResolvers()
    const stays = world.call(call)
    await began.promise
    const closed = world.server.close()
    expect(await stays).toMatchObject({ status: 200, body: { commands: [] } })
    await closed
  })
})
