import { expect, it } from 'vitest'
import type { Actor } from '../../access/index.ts'
import { VirtualClock } from '../../base/index.ts'
import type { CommandInput, Hosts, HostView, InstanceStatus } from '../../host/index.ts'
import type { Deploys } from '../deploys.ts'
import { lookAtHost } from './look.ts'

const admin: Actor = { type: 'user', id: 'ada', via: 'api', grants: [{ role: 'admin' }] }
const instance = (id: string, phase: InstanceStatus['phase'] = 'running'): InstanceStatus => ({
  ...{ instance: id, project: 'acme/shop', config: 'production', release: 'dep_1', service: 'web' },
  ...{ phase, restarts: 1, pid: 7, port: 24_000, memoryBytes: 1024, startedAt: 5 },
})

/** What the host answers to each kind of command; a missing answer never comes. */
function world(state: HostView['state'], answers: Readonly<Partial<Record<CommandInput['kind'], object | Error>>>) {
  const clock = new VirtualClock()
  const view: HostView = {
    ...{ id: 'hst_1', name: 'tokyo', zone: 'a', address: '127.0.0.1', state, edge: undefined },
    ...{ lastSeenAt: 1, facts: undefined },
  }
  const hosts: Hosts = {
    list: () => [view],
    run: (_host, { kind }, signal) =>
      new Promise((resolve, reject) => {
        const answer = answers[kind]
        if (answer instanceof Error) reject(answer)
        // The cast: a fake answers every question alike.
        else if (answer !== undefined) resolve(answer as never)
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
      }),
  }
  const read = { prepare: () => ({ all: () => [{ id: 'dep_1', releaseId: 'r-41' }] }) }
  const deploys = {
    clock,
    randomBytes: (length: number) => new Uint8Array(length),
    store: { read },
  } as unknown as Deploys
  return {
    clock,
    look: (named = 'tokyo') => lookAtHost({ deploys, hosts }, admin, named, new AbortController().signal),
  }
}

const edgeStatus = { reachable: false, why: 'This host runs no edge', routes: [], places: [] }
const healthy = { healthy: true, detail: '200 in 3 ms' }

it('a host tells what runs there, with its health, and which release each is', async () => {
  const instances = [instance('dep_1-web-1'), instance('dep_1-web-0'), instance('dep_1-web-2', 'stopped')]
  const { look } = world('connected', { listInstances: { instances }, checkHealth: healthy, edgeStatus })
  expect(await look()).toMatchObject({
    host: 'hst_1',
    instances: [
      { instance: 'web/0', fleet: 'dep_1', state: 'healthy', detail: '200 in 3 ms', pid: 7, restarts: 1 },
      { instance: 'web/1' },
    ],
    edge: { reachable: false },
    releases: { dep_1: 'r-41' },
  })
})

it('an instance whose health cannot be asked for is shown without, and says why', async () => {
  const answers = {
    listInstances: { instances: [instance('dep_1-web-0')] },
    checkHealth: new Error('gone'),
    edgeStatus,
  }
  const { instances } = await world('connected', answers).look()
  expect(instances).toMatchObject([{ instance: 'web/0', detail: 'gone' }])
  expect(instances[0]).not.toHaveProperty('state')
})

it('a host that is away, or does not answer in time, is told as silent', async () => {
  expect(await world('away', {}).look()).toMatchObject({ silent: 'its agent is away', instances: [] })
  const { clock, look } = world('connected', { edgeStatus })
  const asked = look()
  clock.advanceBy(4_000)
  expect(await asked).toMatchObject({ silent: 'it did not answer in time', instances: [] })
})

it('refuses a host that is not enrolled', async () => {
  await expect(world('connected', {}).look('paris')).rejects.toMatchObject({ code: 'host.unknown' })
})
