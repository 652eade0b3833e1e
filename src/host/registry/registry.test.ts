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

let room: RegistryRoom
beforeEach(() => {
  room = new RegistryRoom()
})
afterEach(() => room.store.close())

describe('enrolling a host', () => {
  it('makes a token that may do the work of this host and nothing else, told once', async () => {
    const { id, token, agent } = await room.enrolled()
    expect(agent.actor).toEqual({ type: 'machine', id, via: 'api' })
    expect(JSON.stringify(room.store.read.all('SELECT * FROM access_tokens'))).not.toContain(token.slice(3, 20))
    expect(room.trail()).toEqual(['token.create by ada', 'host.enrol by ada'])
    const other = await room.enrolled('tokyo-2')
    const strange = new FakeAgent(room.registry, id, other.token)
    await expect(strange.poll({ waitMs: 0 })).rejects.toMatchObject({ code: 'access.forbidden' })
    expect(() => strange.answer('k')).toThrow(expect.objectContaining({ code: 'access.forbidden' }))
    expect(() => listHosts(room.registry, agent.actor)).toThrow(expect.objectContaining({ code: 'access.forbidden' }))
    await expect(enrolHost(room.registry, agent.actor, { name: 'x' })).rejects.toMatchObject({
      code: 'access.forbidden',
    })
    const poll: Poll = { session: 'session-1', agent: { version: '1' }, facts, edge: null }
    await expect(takeCommands(room.registry, admin, { host: id, poll }, forever)).rejects.toMatchObject({
      code: 'access.forbidden',
    })
  })

  it('is done by nobody who was put out since they were let in', async () => {
    const by = { ...admin, credential: 'ses_of_somebody_else' }
    await expect(enrolHost(room.registry, by, { name: 'x' })).rejects.toMatchObject({ code: 'access.session_ended' })
    expect(room.trail()).toEqual([])
  })

  it('refuses a name that another host has, and one that nobody could type', async () => {
    await room.enrolled()
    await expect(room.enrolled()).rejects.toMatchObject({ code: 'host.name_taken', kind: 'conflict' })
    for (const name of ['', 'a b', 'self', 'hst_1', '../x', 'x'.repeat(64)]) {
      await expect(enrolHost(room.registry, admin, { name })).rejects.toMatchObject({ code: 'host.enrol_invalid' })
    }
    await expect(enrolHost(room.registry, admin, { name: 'a', address: 'a:80' })).rejects.toMatchObject({
      place: 'address',
    })
  })
})

describe('draining', () => {
  it('is seen by who places instances, and recorded once', async () => {
    const { id, agent } = await room.enrolled()
    outcomeOf(agent.poll())
    await drainHost(room.registry, admin, 'tokyo-1')
    expect(await drainHost(room.registry, admin, id)).toMatchObject({ state: 'draining', isDraining: true })
    expect(room.registry.list()).toMatchObject([{ state: 'draining' }])
    expect(await undrainHost(room.registry, admin, id)).toMatchObject({ state: 'connected', isDraining: false })
    expect(room.trail().filter((line) => /drain/.test(String(line)))).toEqual([
      'host.drain by ada',
      'host.undrain by ada',
    ])
    await expect(drainHost(room.registry, agent.actor, id)).rejects.toMatchObject({ code: 'access.forbidden' })
    await expect(drainHost(room.registry, admin, 'nowhere')).rejects.toMatchObject({ code: 'host.unknown' })
  })
})

describe('removing a host', () => {
  it('ends its token and its polls, and frees its name', async () => {
    const { id, token, agent } = await room.enrolled()
    const waiting = agent.poll()
    const seen = outcomeOf(waiting)
    await room.settle()
    const removal = removeHost(room.registry, admin, { host: 'tokyo-1' })
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
    await room.settle()
    expect(next.code).toBe('host.unknown')
    expect(seen.code).toBeUndefined()
    expect(() => authenticate(room.access, token, 'api')).toThrow(
      expect.objectContaining({ code: 'access.unauthenticated' }),
    )
    await expect(room.ask(id, 'k')).rejects.toMatchObject({ code: 'host.unknown' })
    expect(room.registry.list()).toEqual([])
    expect((await room.enrolled()).id).not.toBe(id)
    expect(room.trail()).toContain('host.remove by ada')
  })

  it('does not wait for ever for an agent that asks and never answers: what it told last counts', async () => {
    const { id, agent } = await room.enrolled()
    const waiting = agent.poll()
    await room.settle()
    const removal = removeHost(room.registry, admin, { host: id })
    const underWay = [...(await waiting)]
    expect(underWay).toHaveLength(1)
    const next = outcomeOf(agent.poll({ underWay }))
    await room.settle()
    room.clock.advanceBy(10_000)
    await removal
    await room.settle()
    expect(next.code).toBe('host.unknown')
    expect(room.registry.list()).toEqual([])
  })

  it('is refused while instances run there, of which one that is away has told before', async () => {
    const { id, agent } = await room.enrolled()
    await agent.poll({ waitMs: 0, facts: { ...facts, instances: 2 } })
    await room.settle()
    room.clock.advanceBy(room.registry.settings.graceMs)
    await expect(removeHost(room.registry, admin, { host: id })).rejects.toMatchObject({
      ...{ code: 'host.has_instances', message: expect.stringContaining('2 instances') },
    })
    await removeHost(room.registry, admin, { host: id, force: true })
    expect(room.registry.list()).toEqual([])
  })
})

it('closing tells whoever waits, on both sides', async () => {
  const { id, agent } = await room.enrolled()
  const asked = outcomeOf(room.ask(id, 'k1'))
  expect(await agent.poll()).toEqual(['k1'])
  const polled = outcomeOf(agent.poll({ underWay: ['k1'] }))
  await room.settle()
  room.registry.close()
  await room.settle()
  expect([asked.code, polled.code]).toEqual(['host.closing', 'host.closing'])
  await expect(room.ask(id, 'k2')).rejects.toMatchObject({ code: 'host.closing' })
  expect(room.clock.nextAlarm()).toBeUndefined()
})
