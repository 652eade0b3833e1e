import { afterEach, describe, expect, it } from 'vitest'
import { admin, endWorlds, World } from '../world.ts'
import { compareDeployments } from './compare.ts'
import { deployRelease } from './deploy.ts'

afterEach(endWorlds)

describe('two deployments', () => {
  it('are compared by what was asked for and what was planned', async () => {
    const world = await new World().begin()
    const first = await world.deployed({ services: { web: { instances: 1 } } })
    const second = await world.deployed({ services: { web: { instances: 2 } } })
    const { from, to, release, plan } = compareDeployments(world.deploys, admin, { id: first.id, other: second.id })
    expect([from, to]).toMatchObject([
      { id: first.id, releaseId: first.releaseId, status: 'succeeded' },
      { id: second.id, releaseId: second.releaseId },
    ])
    expect(release).toContainEqual({ op: 'replace', path: '/services/web/instances', value: 2 })
    expect(plan?.added.join()).toContain('web/1')
  })

  it('have no plans to compare when one never had one', async () => {
    const world = await new World().begin()
    const first = await world.deployed()
    await world.advance(1000)
    const { id } = await deployRelease(world.deploys, admin, world.sign())
    expect(compareDeployments(world.deploys, admin, { id: first.id, other: id }).plan).toBeUndefined()
  })
})
