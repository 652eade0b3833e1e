import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deployRelease } from '../deployment/deploy.ts'
import type { Store } from '../../store/index.ts'
import { admin, endWorlds, World } from '../world.ts'
import { approver, Approving, codeOf, deployer, place } from './approving.fake.ts'
import { breakGlass, reviewGlass } from './break-glass.ts'
import { protectPlace } from './protect.ts'

let asked: Approving['asked']
let person: Approving['person']
let sight: Approving['sight']
let world: Approving['world']
beforeEach(async () => {
  ;({ asked, person, sight, world } = await Approving.begin())
})
afterEach(endWorlds)

describe('breaking glass', () => {
  it('goes ahead with a reason, is told loudly, and waits for somebody else to look', async () => {
    const mika = await person('mika', deployer, { role: 'responder', project: 'shop/web' }, approver)
    const ken = await person('ken', approver)
    const { id } = await asked(mika)
    expect(await codeOf(() => breakGlass(world.deploys, mika, { id, reason: 'now' }))).toBe('deploy.request_invalid')
    expect(await codeOf(() => breakGlass(world.deploys, ken, { id, reason: 'the shop is down' }))).toBe(
      'access.forbidden',
    )
    await breakGlass(world.deploys, mika, { id, reason: 'the shop is down' })
    expect((await world.untilEnded(id)).status).toBe('succeeded')
    expect(sight(id)).toMatchObject({ state: 'broken', glass: { reason: 'the shop is down', by: { name: 'mika' } } })
    expect(world.trail()).toContain('deploy.break_glass')
    expect(await codeOf(() => reviewGlass(world.deploys, mika, { id, note: 'fine' }))).toBe('deploy.own_request')
    await reviewGlass(world.deploys, ken, { id, note: 'looked at, and right' })
    expect(sight(id)?.glass?.reviewed).toMatchObject({ person: 'ken', note: 'looked at, and right' })
    expect(await codeOf(() => reviewGlass(world.deploys, ken, { id, note: 'again' }))).toBe('deploy.nothing_to_review')
  })

  it.each([0, 1, 2])('goes ahead at once, also after write %i of the state: a wish is not slept over', async (at) => {
    let id = ''
    let writes = 0
    const later = async (): Promise<void> => {
      if (id === '' || world.deployment(id).progress.approval === undefined || writes++ !== at) return
      await breakGlass(world.deploys, mika, { id, reason: 'the shop is down' })
    }
    const write =
      (inner: Store): Store['write'] =>
      async (work) => {
        const done = await inner.write(work)
        await later()
        return done
      }
    const store = (inner: Store) =>
      new Proxy(inner, { get: (kept, name) => (name === 'write' ? write(inner) : Reflect.get(kept, name)) })
    ;({ person, world } = await Approving.begin(new World({ store })))
    const mika = await person('mika', deployer, { role: 'responder', project: 'shop/web' })
    id = (await deployRelease(world.deploys, mika, world.sign())).id
    await world.settle()
    expect(writes).toBeGreaterThan(at)
    expect(world.deployment(id).state).not.toBe('Approve')
  })

  it('is nothing for a deployment that does not wait', async () => {
    await protectPlace(world.deploys, admin, { ...place, approvals: 0 })
    const { id } = await world.deploy()
    expect(await codeOf(() => breakGlass(world.deploys, admin, { id, reason: 'the shop is down' }))).toBe(
      'deploy.not_waiting',
    )
  })
})
