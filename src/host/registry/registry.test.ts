import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { authenticate } from '../../access/index.ts'
import { drainHost } from './drain.ts'
import { enrolHost } from './enrol.ts'
import { listHosts } from './list.ts'
import { admin, facts, FakeAgent, forever, outcomeOf, RegistryRoom } from './registry-room.fake.ts'
import { removeHost } from './remove.ts'
import type { Poll } from './schemas.ts'
import { takeCommands } from './take-commands.ts'
import { undrainHost } from './undrain.ts'

let access: RegistryRoom['access']
let ask: RegistryRoom['ask']
let clock: RegistryRoom['clock']
let enrolled: RegistryRoom['enrolled']
let registry: RegistryRoom['registry']
let settle: RegistryRoom['settle']
let store: RegistryRoom['store']
let trail: RegistryRoom['trail']
beforeEach(() => {
  ;({ access, ask, clock, enrolled, registry, settle, store, trail } = new RegistryRoom())
})
afterEach(() => store.close())

describe('enrolling a host', () => {
  it('makes a token that may do the work of this host and nothing else, told once', async () => {
    const { id, token, agent } = await enrolled()
    expect(agent.actor).toEqual({ type: 'machine', id, via: 'api' })
    expect(JSON.stringify(store.read.all('SELECT * FROM access_tokens'))).not.toContain(token.slice(3, 20))
    expect(trail()).toEqual(['token.create by ada', 'host.enrol by ada'])
    const other = await enrolled('tokyo-2')
    const strange = new FakeAgent(registry, id, other.token)
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
