import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { VirtualClock } from '../../base/index.ts'
import { forever, outcomeOf, RegistryRoom, status } from './registry-room.fake.ts'

let room: RegistryRoom
beforeEach(() => {
  room = new RegistryRoom()
})
afterEach(() => room.store.close())

describe('a command', () => {
  it('goes to an agent that waits at once, and its outcome to whoever asked', async () => {
    const { id, agent } = await room.enrolled()
    const polled = agent.poll()
    await room.settle()
    const asked = room.ask(id, 'k1')
    expect(await polled).toEqual(['k1'])
    expect(agent.answer('k1')).toBe(true)
    expect(await asked).toEqual({ instance: 'web-1' })
    expect(room.clock.now()).toBe(new VirtualClock().now())
  })

  it('goes together with all others that were asked at the same moment', async () => {
    const { id, agent } = await room.enrolled()
    const polled = agent.poll()
    await room.settle()
    for (const key of ['a', 'b', 'c']) outcomeOf(room.ask(id, key))
    expect(await polled).toEqual(['a', 'b', 'c'])
  })

  it('finds a second poll waiting when the first has just taken a long one', async () => {
    const { id, agent } = await room.enrolled()
    const [first, second] = [agent.poll(), agent.poll()]
    await room.settle()
    outcomeOf(room.ask(id, 'long'))
    expect(await Promise.race([first, second])).toEqual(['long'])
    outcomeOf(room.ask(id, 'urgent'))
    expect((await Promise.all([first, second])).flat()).toEqual(['long', 'urgent'])
  })

  it('fails as the agent says', async () => {
    const { id, agent } = await room.enrolled()
    const asked = room.ask(id, 'k1')
    expect(await agent.poll()).toEqual(['k1'])
    const failure = { code: 'host.disk_full', message: 'full', kind: 'exhausted', retryable: true, repair: 'free some' }
    agent.answer('k1', { ok: false, failure })
    await expect(asked).rejects.toMatchObject(failure)
  })

  it('fails alone when what is answered to it is no answer', async () => {
    const { id, agent } = await room.enrolled()
    const list = (key: string) => room.registry.run<'listInstances'>(id, { kind: 'listInstances', key }, forever)
    const instance = { instance: 'w', project: 'a/b', config: 'c', release: 'r', service: 's', phase: 'running' }
    const wrong = [{}, { instances: 'abc' }, { instances: [null] }, { instances: [{ ...instance, restarts: '1' }] }]
    for (const [i, result] of wrong.entries()) {
      const asked = outcomeOf(list(`k${i}`))
      await agent.poll()
      expect(agent.answer(`k${i}`, { ok: true, result })).toBe(true)
      await room.settle()
      expect(asked.code).toBe('host.report_invalid')
    }
    const asked = list('good')
    await agent.poll()
    const result = { instances: [{ ...instance, restarts: 1, more: true }] }
    agent.answer('good', { key: 'good', ok: true, result })
    expect(await asked).toEqual(result)
  })

  it('that two ask for under one key is one, and another one under that key is refused', async () => {
    const { id, agent } = await room.enrolled()
    const both = [room.ask(id, 'k1'), room.ask(id, 'k1')]
    await expect(
      room.registry.run<'instanceStatus'>(id, { ...status, instance: 'web-2', key: 'k1' }, forever),
    ).rejects.toMatchObject({ code: 'host.key_reused' })
    expect(await agent.poll()).toEqual(['k1'])
    agent.answer('k1')
    expect(await Promise.all(both)).toEqual([{ instance: 'web-1' }, { instance: 'web-1' }])
  })

  it('that nobody waits for any more is not handed out, and its outcome is taken politely', async () => {
    const { id, agent } = await room.enrolled()
    const halt = new AbortController()
    const asked = outcomeOf(room.ask(id, 'k1', halt.signal))
    const stayed = outcomeOf(room.ask(id, 'k2', halt.signal))
    const other = outcomeOf(room.ask(id, 'k2'))
    halt.abort('halted')
    await room.settle()
    expect([asked.code, stayed.code, other]).toEqual(['halted', 'halted', {}])
    expect(await agent.poll()).toEqual(['k2'])
    expect(agent.answer('k1')).toBe(false)
    expect(agent.answer('k2')).toBe(true)
    expect(agent.answer('k2')).toBe(false)
    await expect(room.ask(id, 'k3', halt.signal)).rejects.toBe('halted')
  })
})

describe('an answer that is lost on its way to the agent', () => {
  it('is repeated to the next poll, which does not have the command under way', async () => {
    const { id, agent } = await room.enrolled()
    outcomeOf(room.ask(id, 'k1'))
    expect(await agent.poll()).toEqual(['k1'])
    expect(await agent.poll()).toEqual(['k1'])
  })

  it('is repeated to a poll that waits, when the lease is over', async () => {
    const { id, agent } = await room.enrolled()
    const [first, second] = [agent.poll(), agent.poll()]
    await room.settle()
    outcomeOf(room.ask(id, 'k1'))
    expect(await Promise.race([first, second])).toEqual(['k1'])
    room.clock.advanceBy(room.registry.settings.leaseMs)
    expect((await Promise.all([first, second])).flat()).toEqual(['k1', 'k1'])
  })

  it('is not repeated while the agent says that it is at it', async () => {
    const { id, agent } = await room.enrolled()
    outcomeOf(room.ask(id, 'build'))
    expect(await agent.poll()).toEqual(['build'])
    const idle = agent.poll({ underWay: ['build'], waitMs: room.registry.settings.leaseMs - 1 })
    await room.settle()
    room.clock.advanceBy(room.registry.settings.leaseMs - 1)
    expect(await idle).toEqual([])
  })

  it('leaves nothing handed out to a caller that has hung up', async () => {
    const { id, agent } = await room.enrolled()
    const hungUp = new AbortController()
    const polled = agent.poll({}, hungUp.signal)
    await room.settle()
    hungUp.abort()
    outcomeOf(room.ask(id, 'k1'))
    expect(await polled).toEqual([])
    expect(await agent.poll()).toEqual(['k1'])
  })
})
