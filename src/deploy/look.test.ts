import { afterEach, describe, expect, it } from 'vitest'
import { HoldfastError } from '../base/index.ts'
import type { CommandInput, HealthReport, Hosts, HostView, InstanceStatus } from '../host/index.ts'
import { judged, lookAtPlace } from './look.ts'
import { admin, endWorlds, nobody, World } from './world.ts'

afterEach(endWorlds)

const place = { project: 'shop/web', config: 'production' }
const never = new AbortController().signal

type Answers = {
  readonly list: (fleet: string) => readonly InstanceStatus[] | Promise<never>
  readonly check?: (instance: string) => Pick<HealthReport, 'healthy' | 'detail' | 'reason'> | undefined
}

/** A host in memory that answers what the test says. */
function hostsOf(answers: Answers, state: HostView['state'] = 'connected'): Hosts {
  const view: HostView = {
    ...{ id: 'hst_1', name: 'memory', zone: 'a', address: '10.0.0.1', state },
    ...{ edge: undefined, lastSeenAt: 0, facts: undefined },
  }
  const run: Hosts['run'] = async (_host, asked, signal) => {
    const command: CommandInput = asked
    signal.throwIfAborted()
    const hungUp = new Promise<never>((_, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
    )
    if (command.kind === 'listInstances') {
      const instances = await Promise.race([answers.list(command.release ?? ''), hungUp])
      return { instances } as never
    }
    if (command.kind !== 'checkHealth') throw new Error(`${command.kind} was not expected`)
    const report = answers.check?.(command.instance)
    if (report === undefined) throw new HoldfastError('host.instance_missing', 'it is not there', { kind: 'missing' })
    return report as never
  }
  return { list: () => [view], run }
}

function statusOf(fleet: string, index: number, members: Partial<InstanceStatus> = {}): InstanceStatus {
  const instance = `${fleet}-web-${index}`
  return { instance, ...place, release: fleet, service: 'web', phase: 'running', restarts: 0, ...members }
}

async function serving(answers: Answers, state?: HostView['state']) {
  const world = await new World().begin()
  await world.deployed()
  const { fake } = world.deploys.deployers
  if (fake === undefined) throw new Error('the world has lost its target')
  const placed: typeof fake = {
    ...fake,
    describeFleet(fleet) {
      const known = fake.describeFleet?.(fleet) ?? { instances: [], workingCopies: [], addresses: [] }
      return { ...known, instances: known.instances.map((one) => ({ ...one, host: 'memory' })) }
    },
  }
  const deploys = { ...world.deploys, deployers: { fake: placed } }
  return { world, at: { deploys, hosts: hostsOf(answers, state) } }
}

describe('a place that is looked at', () => {
  it('tells of each instance how its host finds it now', async () => {
    const { at } = await serving({
      list: (fleet) => [
        statusOf(fleet, 0, { port: 24_000, startedAt: 5, memoryBytes: 7, restarts: 2 }),
        statusOf(fleet, 1),
      ],
      check: (instance) =>
        instance.endsWith('-0')
          ? { healthy: true, detail: 'GET / answered 200' }
          : { healthy: false, reason: 'status', detail: 'GET / answered 500' },
    })
    const { serving: found } = await lookAtPlace(at, admin, place, never)
    expect(found?.instances).toMatchObject([
      { instance: 'web/0', state: 'healthy', port: 24_000, startedAt: 5, memoryBytes: 7, restarts: 2 },
      { instance: 'web/1', state: 'unhealthy', detail: 'GET / answered 500' },
      { instance: 'web/2', state: 'gone', detail: 'memory does not know it' },
    ])
  })

  it('says whose agent is away, and asks it nothing', async () => {
    const list = (): never => {
      throw new Error('it was asked')
    }
    const { at } = await serving({ list }, 'away')
    const { serving: found } = await lookAtPlace(at, admin, place, never)
    expect(found?.instances).toMatchObject(Array(3).fill({ detail: 'the agent of memory is away' }))
    expect(found?.instances.every(({ state }) => state === undefined)).toBe(true)
  })

  it('does not wait for a host that says nothing', async () => {
    const { world, at } = await serving({ list: () => new Promise<never>(() => {}) })
    const looking = lookAtPlace(at, admin, place, never)
    await world.advance(4_000)
    expect((await looking).serving?.instances).toMatchObject(Array(3).fill({ detail: 'it did not answer in time' }))
  })

  it('is for who may read it, and may be empty', async () => {
    const { at } = await serving({ list: () => [] })
    await expect(lookAtPlace(at, nobody, place, never)).rejects.toMatchObject({ code: 'access.forbidden' })
    const empty = await lookAtPlace(at, admin, { ...place, config: 'staging' }, never)
    expect(empty).toMatchObject({ serving: null, warm: null })
  })
})

describe('one look', () => {
  const running = { phase: 'running' } as const

  it.each([
    ['healthy', running, { healthy: true, detail: '200' }],
    ['starting', { phase: 'starting' }, { healthy: false, reason: 'not-running', detail: 'x' }],
    ['starting', running, { healthy: false, reason: 'not-listening', detail: 'x' }],
    ['unhealthy', running, { healthy: false, reason: 'no-answer', detail: 'x' }],
    ['unhealthy', { phase: 'crash-looping' }, { healthy: false, reason: 'crash-loop', detail: 'x' }],
  ] as const)('calls it %s when it is %o and answers %o', (state, status, report) => {
    expect(judged(status, report).state).toBe(state)
  })

  it('says that it waits for its port', () => {
    const waiting = { phase: 'starting', port: 24_000, portTaken: true } as const
    expect(judged(waiting, { healthy: false, reason: 'not-running', detail: '' })).toEqual({
      state: 'unhealthy',
      detail: 'it waits: another program listens on its port 24000',
    })
  })
})
