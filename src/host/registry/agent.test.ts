import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { HostFacts } from '../outcome.ts'
import { describeHost } from './describe.ts'
import { openHostRegistry } from './registry.ts'
import { admin, facts, FakeAgent, outcomeOf, RegistryRoom } from './registry-room.fake.ts'

let room: RegistryRoom
beforeEach(() => {
  room = new RegistryRoom()
})
afterEach(() => room.store.close())

describe('two agents with one token', () => {
  it('the newer wins: it gets what the older had under way, and the older is told', async () => {
    const { id, token, agent: older } = await room.enrolled()
    const asked = room.ask(id, 'k1')
    expect(await older.poll()).toEqual(['k1'])
    const waiting = outcomeOf(older.poll({ underWay: ['k1'] }))
    await room.settle()
    const newer = new FakeAgent(room.registry, id, token, 'session-2')
    expect(await newer.poll()).toEqual(['k1'])
    await room.settle()
    expect(waiting.code).toBe('host.superseded')
    await expect(older.poll()).rejects.toMatchObject({ code: 'host.superseded', kind: 'conflict' })
    expect(() => older.answer('k1')).toThrow(expect.objectContaining({ code: 'host.superseded' }))
    expect(newer.answer('k1')).toBe(true)
    expect(await asked).toEqual({ instance: 'web-1' })
  })
})

describe('an agent that is away', () => {
  it('is waited for as long as the patience lasts, then the repair is told', async () => {
    const { id } = await room.enrolled()
    const asked = room.ask(id, 'k1')
    const seen = outcomeOf(asked)
    room.clock.advanceBy(room.registry.settings.patienceMs - 1)
    await room.settle()
    expect(seen).toEqual({})
    room.clock.advanceBy(1)
    await expect(asked).rejects.toMatchObject({
      ...{ code: 'host.away', kind: 'unavailable', retryable: true, place: 'tokyo-1' },
      message: expect.stringContaining('has never connected'),
    })
  })

  it('gets what waited for it when it comes in time', async () => {
    const { id, agent } = await room.enrolled()
    const asked = room.ask(id, 'k1')
    room.clock.advanceBy(room.registry.settings.patienceMs - 1)
    expect(await agent.poll()).toEqual(['k1'])
    room.clock.advanceBy(1)
    agent.answer('k1')
    expect(await asked).toEqual({ instance: 'web-1' })
  })

  it('and was lost in the middle of a command is waited for from then on', async () => {
    const { id, agent } = await room.enrolled()
    const seen = outcomeOf(room.ask(id, 'k1'))
    const hungUp = new AbortController()
    expect(await agent.poll()).toEqual(['k1'])
    const waiting = agent.poll({ underWay: ['k1'] }, hungUp.signal)
    await room.settle()
    hungUp.abort()
    await waiting
    room.clock.advanceBy(room.registry.settings.graceMs + room.registry.settings.patienceMs - 1)
    await room.settle()
    expect(seen).toEqual({})
    room.clock.advanceBy(1)
    await room.settle()
    expect(seen.code).toBe('host.away')
  })

  it('and takes a command with its last breath, its connections still open, is given up within one poll and the patience', async () => {
    const { id, agent } = await room.enrolled()
    const { graceMs, patienceMs, pollMs } = room.registry.settings
    const [first, second] = [agent.poll(), agent.poll()]
    await room.settle()
    const seen = outcomeOf(room.ask(id, 'build'))
    expect(await first).toEqual(['build'])
    // The other one goes on waiting where nobody listens: it is handed the command again, and then nobody polls.
    room.clock.advanceBy(pollMs)
    expect(await second).toEqual(['build'])
    room.clock.advanceBy(graceMs + patienceMs - 1)
    await room.settle()
    expect(seen).toEqual({})
    room.clock.advanceBy(1)
    await room.settle()
    expect(seen.code).toBe('host.away')
  })

  it('is seen to be: connected while a poll waits and a moment after, then away', async () => {
    const { id, agent } = await room.enrolled()
    const state = (): unknown => describeHost(room.registry, admin, id).state
    expect(state()).toBe('away')
    const polled = agent.poll({ waitMs: 1000 })
    expect(state()).toBe('connected')
    await room.settle()
    room.clock.advanceBy(1000)
    await polled
    expect(state()).toBe('connected')
    room.clock.advanceBy(room.registry.settings.graceMs)
    expect(state()).toBe('away')
    expect(describeHost(room.registry, admin, 'tokyo-1')).toMatchObject({
      isConnected: false,
      agentVersion: '1',
      facts,
    })
  })

  it('is known with all it told after the control plane was started again', async () => {
    const { id, agent } = await room.enrolled()
    await agent.poll({ waitMs: 0, edge: { url: 'http://127.0.0.1:7480' }, zone: 'osaka', address: '10.0.0.7' })
    await room.settle()
    const again = openHostRegistry({ ...room.registry.options })
    expect(again.list()).toEqual([
      {
        ...{
          id,
          name: 'tokyo-1',
          zone: 'osaka',
          address: '10.0.0.7',
          state: 'away',
          lastSeenAt: room.clock.now(),
          facts,
        },
        edge: { url: 'http://127.0.0.1:7480' },
      },
    ])
  })

  it('keeps the edge it had while it has yet to find it again, and has none when it says that it runs none', async () => {
    const { id, agent } = await room.enrolled()
    const edge = { url: 'http://127.0.0.1:7480' }
    await agent.poll({ waitMs: 0, edge })
    const searching = { ...facts, edge: { state: 'away', why: 'The edge does not answer' } }
    await agent.poll({ waitMs: 0, edge: null, facts: searching, agent: { version: '2' } })
    await room.settle()
    expect(describeHost(room.registry, admin, id)).toMatchObject({ edge })
    expect(openHostRegistry({ ...room.registry.options }).list()).toMatchObject([{ edge }])
    await agent.poll({ waitMs: 0, edge: null })
    expect(describeHost(room.registry, admin, id).edge).toBeUndefined()
  })

  it('is recorded when it comes for the first time, and not again', async () => {
    const { id, agent } = await room.enrolled()
    await agent.poll({ waitMs: 0 })
    await room.settle()
    await agent.poll({ waitMs: 0, agent: { version: '2' } })
    await room.settle()
    expect(room.trail().filter((line) => String(line).startsWith('host.connect'))).toEqual([`host.connect by ${id}`])
  })
})

describe('what an agent may send', () => {
  it('is refused with its place when it cannot be understood', async () => {
    const { agent } = await room.enrolled()
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
