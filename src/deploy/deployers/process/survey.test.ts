import { describe, expect, it } from 'vitest'
import { HoldfastError, VirtualClock } from '../../../base/index.ts'
import type { Hosts, HostView } from '../../../host/index.ts'
import { HostCaller } from './host-caller.ts'
import { surveyHosts } from './survey.ts'

const never = new AbortController().signal
const good = { instances: [], places: [] }

/** Each host by what it answers; undefined for one that polls and never answers. */
function survey(answers: Readonly<Record<string, object | Error | undefined>>) {
  const clock = new VirtualClock()
  const states = new Map<string, HostView['state']>()
  const view = (name: string): HostView => ({
    ...{ id: `hst_${name}`, name, zone: 'a', address: '127.0.0.1', lastSeenAt: 0, facts: undefined },
    state: states.get(name) ?? 'connected',
    edge: { url: `http://${name}` },
  })
  const hosts: Hosts = {
    list: () => Object.keys(answers).map(view),
    run: (name, _command, signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
        const answer = answers[name]
        if (answer instanceof Error) reject(answer)
        // The cast: a fake answers every question alike.
        else if (answer !== undefined) resolve(answer as never)
      }),
  }
  return { clock, states, seen: surveyHosts(new HostCaller(hosts, clock), never) }
}

const settle = () => new Promise((resolve) => setImmediate(resolve))

describe('a look at the hosts', () => {
  it('is not held up by a connected agent that does not answer: it counts as away, with the reason', async () => {
    const { clock, seen } = survey({ good, mute: undefined })
    await settle()
    clock.advanceBy(10_000)
    expect((await seen).hosts).toMatchObject([
      { name: 'good', state: 'connected' },
      { name: 'mute', state: 'away', trouble: expect.stringContaining('has not answered for 10 s') },
    ])
    expect(clock.nextAlarm()).toBeUndefined()
  })

  it('goes on past an agent that answers with what cannot be understood', async () => {
    const { seen } = survey({ good, odd: new HoldfastError('host.report_invalid', 'what?', { kind: 'invalid' }) })
    expect((await seen).hosts).toMatchObject([
      { name: 'good', state: 'connected' },
      { name: 'odd', state: 'away', trouble: expect.stringContaining('cannot be understood') },
    ])
  })

  it('waits for an agent that went away meanwhile as long as the registry does', async () => {
    const { clock, states, seen } = survey({ gone: undefined })
    let isOver = false
    void seen.then(() => (isOver = true))
    await settle()
    states.set('gone', 'away')
    clock.advanceBy(10_000)
    await settle()
    expect(isOver).toBe(false)
    states.set('gone', 'connected')
    clock.advanceBy(10_000)
    expect((await seen).hosts).toMatchObject([{ name: 'gone', state: 'away' }])
  })

  it('fails with any other failure of a host', async () => {
    const { seen } = survey({ broken: new HoldfastError('host.internal', 'no', { kind: 'internal' }) })
    await expect(seen).rejects.toMatchObject({ class: 'platform' })
  })
})
