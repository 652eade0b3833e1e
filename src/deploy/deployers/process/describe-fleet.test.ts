import { afterEach, describe, expect, it } from 'vitest'
import { fleetOf } from '../../deployment/describe.ts'
import { describeDeployment } from '../../queries.ts'
import { admin, endWorlds } from '../../world.ts'
import { ProcessWorld, web } from './world.fake.ts'

afterEach(endWorlds)

describe('where a fleet of processes is', () => {
  it('is told with hosts, addresses and working copies, and no longer once it is taken back', async () => {
    const world = new ProcessWorld()
    for (const name of ['host-a', 'host-b']) world.hosts.add(name, { zone: name })
    await world.begin()
    const { id, fleet } = await world.shipped({ web: web(), mail: { command: 'good', queueWorker: true } })
    const { instances, addresses } = describeDeployment(world.deploys, admin, id)
    expect(instances.map(({ instance, service }) => [instance, service])).toEqual([
      ['mail/0', 'mail'],
      ['web/0', 'web'],
      ['web/1', 'web'],
    ])
    const addressOf = (host = '') => world.hosts.list().find(({ name }) => name === host)?.address
    expect(instances.map(({ host, url }) => url?.replace(/\d+$/, 'PORT') ?? host)).toEqual([
      instances[0]?.host,
      `http://${addressOf(instances[1]?.host)}:PORT`,
      `http://${addressOf(instances[2]?.host)}:PORT`,
    ])
    const port = new URL(world.hosts.list()[0]?.edge?.url ?? '').port
    expect(addresses).toEqual([{ service: 'web', url: `http://shop.example.com:${port}/` }])
    const { workingCopies } = fleetOf(world.deploys, world.store.read, fleet)
    expect(new Set(workingCopies.map(({ host }) => host))).toEqual(new Set(instances.map(({ host }) => host)))

    const failed = await world.shipped({ web: web({ command: 'crash' }) })
    expect(describeDeployment(world.deploys, admin, failed.id).instances.every(({ url }) => url === undefined)).toBe(
      true,
    )
  })
})
