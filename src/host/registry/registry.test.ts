import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Access, type Actor, authenticate, openAccess } from '../../access/index.ts'
import { silentLogger, VirtualClock } from '../../base/index.ts'
import { openStore, type Store } from '../../store/index.ts'
import type { HostFacts } from '../outcome.ts'
import { describeHost } from './describe.ts'
import { drainHost } from './drain.ts'
import { enrolHost } from './enrol.ts'
import { listHosts } from './list.ts'
import { type HostRegistry, openHostRegistry } from './registry.ts'
import { removeHost } from './remove.ts'
import { reportOutcome } from './report-outcome.ts'
import type { Poll, Report } from './schemas.ts'
import { takeCommands } from './take-commands.ts'
import { undrainHost } from './undrain.ts'
import { openKeyring } from '../../sealing/index.ts'

const admin: Actor = { type: 'user', id: 'ada', via: 'api', grants: [{ role: 'admin' }] }
const status = { kind: 'instanceStatus', instance: 'web-1' } as const
const forever = new AbortController().signal

let store: Store
let clock: VirtualClock
let access: Access
let registry: HostRegistry
beforeEach(() => {
  clock = new VirtualClock()
  store = openStore({ path: ':memory:', clock, logger: silentLogger })
  let chance = 0
  const randomBytes = (length: number): Uint8Array => new Uint8Array(length).fill(++chance)
  access = openAccess({
    store,
    clock,
    logger: silentLogger,
    randomBytes,
    keyring: openKeyring({
      keys: () => [{ id: '0', key: new Uint8Array(32) }],
      randomBytes: (length) => new Uint8Array(length),
    }),
  })
  registry = openHostRegistry({ store, access, clock, logger: silentLogger, randomBytes })
})
afterEach(() => store.close())

/** Everything that waits for no time has happened. */
const settle = async (): Promise<void> => {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setImmediate(resolve))
    // What is being committed takes longer than a turn where a server does it.
    await store.tick()
  }
}

const facts: HostFacts = {
  ...{ host: 'h', hostname: 'tokyo-1.example', platform: 'linux', cpus: 2, load: 0.5, instances: 0, root: false },
  memoryBytes: { total: 2, available: 1 },
  diskBytes: { total: 2, available: 1 },
  ports: { from: 1, to: 2, inUse: 0, quarantined: 0, free: 2 },
  edge: { state: 'none' },
  memoryLimit: 'watched',
  agentStartedAt: 0,
}

class FakeAgent {
  readonly actor: Actor
  readonly #host: string
  readonly #session: string
  constructor(host: string, token: string, session = 'session-1') {
    this.actor = authenticate(access, token, 'api')
    this.#host = host
    this.#session = session
  }

  async poll(changes: Partial<Poll> = {}, signal: AbortSignal = forever): Promise<readonly string[]> {
    const poll: Poll = { session: this.#session, agent: { version: '1' }, facts, edge: null, ...changes }
    const { commands } = await takeCommands(registry, this.actor, { host: this.#host, poll }, signal)
    return commands.map(({ key }) => key)
  }

  answer(key: string, outcome: Partial<Report['outcome']> = {}): boolean {
    const done = { key, ok: true as const, result: { instance: 'web-1' }, ...outcome } as Report['outcome']
    const report: Report = { session: this.#session, outcome: done }
    return reportOutcome(registry, this.actor, { host: this.#host, report }).awaited
  }
}

async function enrolled(name = 'tokyo-1'): Promise<{ id: string; token: string; agent: FakeAgent }> {
  const { host, token } = await enrolHost(registry, admin, { name, zone: 'tokyo' })
  return { id: host.id, token, agent: new FakeAgent(host.id, token) }
}

const ask = (host: string, key: string, signal: AbortSignal = forever) =>
  registry.run<'instanceStatus'>(host, { ...status, key }, signal)

/** What it came to, once it has. */
function outcomeOf(promise: Promise<unknown>): { value?: unknown; code?: unknown } {
  const seen: { value?: unknown; code?: unknown } = {}
  promise.then(
    (value) => (seen.value = value),
    (error: unknown) => (seen.code = error instanceof Error && 'code' in error ? error.code : error),
  )
  return seen
}

const trail = (): unknown[] =>
  store.read
    .all<{ action: string; actor_id: string }>('SELECT action, actor_id FROM trail_unsealed ORDER BY position')
    .map(({ action, actor_id }) => `${action} by ${actor_id}`)

describe('enrolling a host', () => {
  it('makes a token that may do the work of this host and nothing else, told once', async () => {
    const { id, token, agent } = await enrolled()
    expect(agent.actor).toEqual({ type: 'machine', id, via: 'api' })
    expect(JSON.stringify(store.read.all('SELECT * FROM access_tokens'))).not.toContain(token.slice(3, 20))
    expect(trail()).toEqual(['token.create by ada', 'host.enrol by ada'])
    const other = await enrolled('tokyo-2')
    const strange = new FakeAgent(id, other.token)
    await expect(strange.poll({ waitMs: 0 })).rejects.toMatchObject({ code: 'access.forbidden' })
    expect(() => strange.answer('k')).toThrow(expect.objectContaining({ code: 'access.forbidden' }))
    expect(() => listHosts(registry, agent.actor)).toThrow(expect.objectContaining({ code: 'access.forbidden' }))
    await expect(enrolHost(registry, agent.actor, { name: 'x' })).rejects.toMatchObject({ code: 'access.forbidden' })
    const poll: Poll = { session: 'session-1', agent: { version: '1' }, facts, edge: null }
    await expect(takeCommands(registry, admin, { host: id, poll }, forever)).rejects.toMatchObject({
      code: 'access.forbidden',
    })
  })

  it('is done by nobody who was put out since they were let in', async () => {
    const by = { ...admin, credential: 'ses_of_somebody_else' }
    await expect(enrolHost(registry, by, { name: 'x' })).rejects.toMatchObject({ code: 'access.session_ended' })
    expect(trail()).toEqual([])
  })

  it('refuses a name that another host has, and one that nobody could type', async () => {
    await enrolled()
    await expect(enrolled()).rejects.toMatchObject({ code: 'host.name_taken', kind: 'conflict' })
    for (const name of ['', 'a b', 'self', 'hst_1', '../x', 'x'.repeat(64)]) {
      await expect(enrolHost(registry, admin, { name })).rejects.toMatchObject({ code: 'host.enrol_invalid' })
    }
    await expect(enrolHost(registry, admin, { name: 'a', address: 'a:80' })).rejects.toMatchObject({ place: 'address' })
  })
})

describe('a command', () => {
  it('goes to an agent that waits at once, and its outcome to whoever asked', async () => {
    const { id, agent } = await enrolled()
    const polled = agent.poll()
    await settle()
    const asked = ask(id, 'k1')
    expect(await polled).toEqual(['k1'])
    expect(agent.answer('k1')).toBe(true)
    expect(await asked).toEqual({ instance: 'web-1' })
    expect(clock.now()).toBe(new VirtualClock().now())
  })

  it('goes together with all others that were asked at the same moment', async () => {
    const { id, agent } = await enrolled()
    const polled = agent.poll()
    await settle()
    for (const key of ['a', 'b', 'c']) outcomeOf(ask(id, key))
    expect(await polled).toEqual(['a', 'b', 'c'])
  })

  it('finds a second poll waiting when the first has just taken a long one', async () => {
    const { id, agent } = await enrolled()
    const [first, second] = [agent.poll(), agent.poll()]
    await settle()
    outcomeOf(ask(id, 'long'))
    expect(await Promise.race([first, second])).toEqual(['long'])
    outcomeOf(ask(id, 'urgent'))
    expect((await Promise.all([first, second])).flat()).toEqual(['long', 'urgent'])
  })

  it('fails as the agent says', async () => {
    const { id, agent } = await enrolled()
    const asked = ask(id, 'k1')
    expect(await agent.poll()).toEqual(['k1'])
    const failure = { code: 'host.disk_full', message: 'full', kind: 'exhausted', retryable: true, repair: 'free some' }
    agent.answer('k1', { ok: false, failure })
    await expect(asked).rejects.toMatchObject(failure)
  })

  it('fails alone when what is answered to it is no answer', async () => {
    const { id, agent } = await enrolled()
    const list = (key: string) => registry.run<'listInstances'>(id, { kind: 'listInstances', key }, forever)
    const instance = { instance: 'w', project: 'a/b', config: 'c', release: 'r', service: 's', phase: 'running' }
    const wrong = [{}, { instances: 'abc' }, { instances: [null] }, { instances: [{ ...instance, restarts: '1' }] }]
    for (const [i, result] of wrong.entries()) {
      const asked = outcomeOf(list(`k${i}`))
      await agent.poll()
      expect(agent.answer(`k${i}`, { ok: true, result })).toBe(true)
      await settle()
      expect(asked.code).toBe('host.report_invalid')
    }
    const asked = list('good')
    await agent.poll()
    const result = { instances: [{ ...instance, restarts: 1, more: true }] }
    agent.answer('good', { key: 'good', ok: true, result })
    expect(await asked).toEqual(result)
  })

  it('that two ask for under one key is one, and another one under that key is refused', async () => {
    const { id, agent } = await enrolled()
    const both = [ask(id, 'k1'), ask(id, 'k1')]
    await expect(
      registry.run<'instanceStatus'>(id, { ...status, instance: 'web-2', key: 'k1' }, forever),
    ).rejects.toMatchObject({ code: 'host.key_reused' })
    expect(await agent.poll()).toEqual(['k1'])
    agent.answer('k1')
    expect(await Promise.all(both)).toEqual([{ instance: 'web-1' }, { instance: 'web-1' }])
  })

  it('that nobody waits for any more is not handed out, and its outcome is taken politely', async () => {
    const { id, agent } = await enrolled()
    const halt = new AbortController()
    const asked = outcomeOf(ask(id, 'k1', halt.signal))
    const stayed = outcomeOf(ask(id, 'k2', halt.signal))
    const other = outcomeOf(ask(id, 'k2'))
    halt.abort('halted')
    await settle()
    expect([asked.code, stayed.code, other]).toEqual(['halted', 'halted', {}])
    expect(await agent.poll()).toEqual(['k2'])
    expect(agent.answer('k1')).toBe(false)
    expect(agent.answer('k2')).toBe(true)
    expect(agent.answer('k2')).toBe(false)
    await expect(ask(id, 'k3', halt.signal)).rejects.toBe('halted')
  })
})

describe('an answer that is lost on its way to the agent', () => {
  it('is repeated to the next poll, which does not have the command under way', async () => {
    const { id, agent } = await enrolled()
    outcomeOf(ask(id, 'k1'))
    expect(await agent.poll()).toEqual(['k1'])
    expect(await agent.poll()).toEqual(['k1'])
  })

  it('is repeated to a poll that waits, when the lease is over', async () => {
    const { id, agent } = await enrolled()
    const [first, second] = [agent.poll(), agent.poll()]
    await settle()
    outcomeOf(ask(id, 'k1'))
    expect(await Promise.race([first, second])).toEqual(['k1'])
    clock.advanceBy(registry.settings.leaseMs)
    expect((await Promise.all([first, second])).flat()).toEqual(['k1', 'k1'])
  })

  it('is not repeated while the agent says that it is at it', async () => {
    const { id, agent } = await enrolled()
    outcomeOf(ask(id, 'build'))
    expect(await agent.poll()).toEqual(['build'])
    const idle = agent.poll({ underWay: ['build'], waitMs: registry.settings.leaseMs - 1 })
    await settle()
    clock.advanceBy(registry.settings.leaseMs - 1)
    expect(await idle).toEqual([])
  })

  it('leaves nothing handed out to a caller that has hung up', async () => {
    const { id, agent } = await enrolled()
    const hungUp = new AbortController()
    const polled = agent.poll({}, hungUp.signal)
    await settle()
    hungUp.abort()
    outcomeOf(ask(id, 'k1'))
    expect(await polled).toEqual([])
    expect(await agent.poll()).toEqual(['k1'])
  })
})

describe('two agents with one token', () => {
  it('the newer wins: it gets what the older had under way, and the older is told', async () => {
    const { id, token, agent: older } = await enrolled()
    const asked = ask(id, 'k1')
    expect(await older.poll()).toEqual(['k1'])
    const waiting = outcomeOf(older.poll({ underWay: ['k1'] }))
    await settle()
    const newer = new FakeAgent(id, token, 'session-2')
    expect(await newer.poll()).toEqual(['k1'])
    await settle()
    expect(waiting.code).toBe('host.superseded')
    await expect(older.poll()).rejects.toMatchObject({ code: 'host.superseded', kind: 'conflict' })
    expect(() => older.answer('k1')).toThrow(expect.objectContaining({ code: 'host.superseded' }))
    expect(newer.answer('k1')).toBe(true)
    expect(await asked).toEqual({ instance: 'web-1' })
  })
})

describe('an agent that is away', () => {
  it('is waited for as long as the patience lasts, then the repair is told', async () => {
    const { id } = await enrolled()
    const asked = ask(id, 'k1')
    const seen = outcomeOf(asked)
    clock.advanceBy(registry.settings.patienceMs - 1)
    await settle()
    expect(seen).toEqual({})
    clock.advanceBy(1)
    await expect(asked).rejects.toMatchObject({
      ...{ code: 'host.away', kind: 'unavailable', retryable: true, place: 'tokyo-1' },
      message: expect.stringContaining('has never connected'),
    })
  })

  it('gets what waited for it when it comes in time', async () => {
    const { id, agent } = await enrolled()
    const asked = ask(id, 'k1')
    clock.advanceBy(registry.settings.patienceMs - 1)
    expect(await agent.poll()).toEqual(['k1'])
    clock.advanceBy(1)
    agent.answer('k1')
    expect(await asked).toEqual({ instance: 'web-1' })
  })

  it('and was lost in the middle of a command is waited for from then on', async () => {
    const { id, agent } = await enrolled()
    const seen = outcomeOf(ask(id, 'k1'))
    const hungUp = new AbortController()
    expect(await agent.poll()).toEqual(['k1'])
    const waiting = agent.poll({ underWay: ['k1'] }, hungUp.signal)
    await settle()
    hungUp.abort()
    await waiting
    clock.advanceBy(registry.settings.graceMs + registry.settings.patienceMs - 1)
    await settle()
    expect(seen).toEqual({})
    clock.advanceBy(1)
    await settle()
    expect(seen.code).toBe('host.away')
  })

  it('and takes a command with its last breath, its connections still open, is given up within one poll and the patience', async () => {
    const { id, agent } = await enrolled()
    const { graceMs, patienceMs, pollMs } = registry.settings
    const [first, second] = [agent.poll(), agent.poll()]
    await settle()
    const seen = outcomeOf(ask(id, 'build'))
    expect(await first).toEqual(['build'])
    // The other one goes on waiting where nobody listens: it is handed the command again, and then nobody polls.
    clock.advanceBy(pollMs)
    expect(await second).toEqual(['build'])
    clock.advanceBy(graceMs + patienceMs - 1)
    await settle()
    expect(seen).toEqual({})
    clock.advanceBy(1)
    await settle()
    expect(seen.code).toBe('host.away')
  })

  it('is seen to be: connected while a poll waits and a moment after, then away', async () => {
    const { id, agent } = await enrolled()
    const state = (): unknown => describeHost(registry, admin, id).state
    expect(state()).toBe('away')
    const polled = agent.poll({ waitMs: 1000 })
    expect(state()).toBe('connected')
    await settle()
    clock.advanceBy(1000)
    await polled
    expect(state()).toBe('connected')
    clock.advanceBy(registry.settings.graceMs)
    expect(state()).toBe('away')
    expect(describeHost(registry, admin, 'tokyo-1')).toMatchObject({ isConnected: false, agentVersion: '1', facts })
  })

  it('is known with all it told after the control plane was started again', async () => {
    const { id, agent } = await enrolled()
    await agent.poll({ waitMs: 0, edge: { url: 'http://127.0.0.1:7480' }, zone: 'osaka', address: '10.0.0.7' })
    await settle()
    const again = openHostRegistry({ ...registry.options })
    expect(again.list()).toEqual([
      {
        ...{ id, name: 'tokyo-1', zone: 'osaka', address: '10.0.0.7', state: 'away', lastSeenAt: clock.now(), facts },
        edge: { url: 'http://127.0.0.1:7480' },
      },
    ])
  })

  it('keeps the edge it had while it has yet to find it again, and has none when it says that it runs none', async () => {
    const { id, agent } = await enrolled()
    const edge = { url: 'http://127.0.0.1:7480' }
    await agent.poll({ waitMs: 0, edge })
    const searching = { ...facts, edge: { state: 'away', why: 'The edge does not answer' } }
    await agent.poll({ waitMs: 0, edge: null, facts: searching, agent: { version: '2' } })
    await settle()
    expect(describeHost(registry, admin, id)).toMatchObject({ edge })
    expect(openHostRegistry({ ...registry.options }).list()).toMatchObject([{ edge }])
    await agent.poll({ waitMs: 0, edge: null })
    expect(describeHost(registry, admin, id).edge).toBeUndefined()
  })

  it('is recorded when it comes for the first time, and not again', async () => {
    const { id, agent } = await enrolled()
    await agent.poll({ waitMs: 0 })
    await settle()
    await agent.poll({ waitMs: 0, agent: { version: '2' } })
    await settle()
    expect(trail().filter((line) => String(line).startsWith('host.connect'))).toEqual([`host.connect by ${id}`])
  })
})

describe('draining', () => {
  it('is seen by who places instances, and recorded once', async () => {
    const { id, agent } = await enrolled()
    outcomeOf(agent.poll())
    await drainHost(registry, admin, 'tokyo-1')
    expect(await drainHost(registry, admin, id)).toMatchObject({ state: 'draining', isDraining: true })
    expect(registry.list()).toMatchObject([{ state: 'draining' }])
    expect(await undrainHost(registry, admin, id)).toMatchObject({ state: 'connected', isDraining: false })
    expect(trail().filter((line) => /drain/.test(String(line)))).toEqual(['host.drain by ada', 'host.undrain by ada'])
    await expect(drainHost(registry, agent.actor, id)).rejects.toMatchObject({ code: 'access.forbidden' })
    await expect(drainHost(registry, admin, 'nowhere')).rejects.toMatchObject({ code: 'host.unknown' })
  })
})

describe('removing a host', () => {
  it('ends its token and its polls, and frees its name', async () => {
    const { id, token, agent } = await enrolled()
    const waiting = agent.poll()
    const seen = outcomeOf(waiting)
    await settle()
    const removal = removeHost(registry, admin, { host: 'tokyo-1' })
    const [key = ''] = await waiting
    const next = outcomeOf(agent.poll({ underWay: [key] }))
    const stopped = {
      instance: 'w',
      project: 'a/b',
      config: 'c',
      release: 'r',
      service: 's',
      phase: 'stopped',
      restarts: 0,
    }
    agent.answer(key, { result: { instances: [stopped] } })
    await removal
    await settle()
    expect(next.code).toBe('host.unknown')
    expect(seen.code).toBeUndefined()
    expect(() => authenticate(access, token, 'api')).toThrow(
      expect.objectContaining({ code: 'access.unauthenticated' }),
    )
    await expect(ask(id, 'k')).rejects.toMatchObject({ code: 'host.unknown' })
    expect(registry.list()).toEqual([])
    expect((await enrolled()).id).not.toBe(id)
    expect(trail()).toContain('host.remove by ada')
  })

  it('does not wait for ever for an agent that asks and never answers: what it told last counts', async () => {
    const { id, agent } = await enrolled()
    const waiting = agent.poll()
    await settle()
    const removal = removeHost(registry, admin, { host: id })
    const underWay = [...(await waiting)]
    expect(underWay).toHaveLength(1)
    const next = outcomeOf(agent.poll({ underWay }))
    await settle()
    clock.advanceBy(10_000)
    await removal
    await settle()
    expect(next.code).toBe('host.unknown')
    expect(registry.list()).toEqual([])
  })

  it('is refused while instances run there, of which one that is away has told before', async () => {
    const { id, agent } = await enrolled()
    await agent.poll({ waitMs: 0, facts: { ...facts, instances: 2 } })
    await settle()
    clock.advanceBy(registry.settings.graceMs)
    await expect(removeHost(registry, admin, { host: id })).rejects.toMatchObject({
      ...{ code: 'host.has_instances', message: expect.stringContaining('2 instances') },
    })
    await removeHost(registry, admin, { host: id, force: true })
    expect(registry.list()).toEqual([])
  })
})

describe('what an agent may send', () => {
  it('is refused with its place when it cannot be understood', async () => {
    const { agent } = await enrolled()
    await expect(agent.poll({ session: '../' })).rejects.toMatchObject({
      code: 'host.report_invalid',
      place: 'session',
    })
    await expect(agent.poll({ waitMs: 25_001 })).rejects.toMatchObject({ place: 'waitMs' })
    const { ports: _, ...portless } = facts
    await expect(agent.poll({ facts: portless as HostFacts })).rejects.toMatchObject({ place: 'facts.ports' })
    const padded = { ...facts, more: 'x'.repeat(70_000) }
    await expect(agent.poll({ facts: padded })).rejects.toMatchObject({ place: 'facts' })
    await expect(agent.poll({ agent: { version: '1\u001b[2J' } })).rejects.toMatchObject({ place: 'agent.version' })
    for (const url of ['javascript:alert(1)', 'http://a/\u001b[2J', 'http://a:1/\nb', 'http://me:secret@a:1']) {
      await expect(agent.poll({ edge: { url } })).rejects.toMatchObject({ place: 'edge.url' })
    }
    await agent.poll({ edge: { url: 'http://[::1]:7480' }, waitMs: 0 })
    expect(() => agent.answer('')).toThrow(expect.objectContaining({ code: 'host.report_invalid' }))
  })
})

it('closing tells whoever waits, on both sides', async () => {
  const { id, agent } = await enrolled()
  const asked = outcomeOf(ask(id, 'k1'))
  expect(await agent.poll()).toEqual(['k1'])
  const polled = outcomeOf(agent.poll({ underWay: ['k1'] }))
  await settle()
  registry.close()
  await settle()
  expect([asked.code, polled.code]).toEqual(['host.closing', 'host.closing'])
  await expect(ask(id, 'k2')).rejects.toMatchObject({ code: 'host.closing' })
  expect(clock.nextAlarm()).toBeUndefined()
})
