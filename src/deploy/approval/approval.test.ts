import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { changePerson } from '../../access/index.ts'
import { haltDeployment } from '../deployment/halt.ts'
import { pauseDeployment } from '../deployment/pause.ts'
import { resumeDeployment } from '../deployment/resume.ts'
import { retryDeployment } from '../deployment/retry.ts'
import { rollBack } from '../deployment/rollback.ts'
import { describeDeployment } from '../queries.ts'
import { admin, endWorlds } from '../world.ts'
import { approver, Approving, codeOf, deployer, hour, place } from './approving.fake.ts'
import { protectPlace } from './protect.ts'
import { voteOnDeployment } from './vote.ts'

let room: Approving
beforeEach(async () => {
  room = await Approving.begin()
})
afterEach(endWorlds)

/** One that was paused while others agreed, and goes on after somebody with the database in their hands has changed it. */
async function changedAfterVote(change: string, ...parameters: readonly string[]): Promise<string> {
  const [mika, ken] = [await room.person('mika', deployer), await room.person('ken', approver)]
  const { id, plan } = await room.asked(mika)
  await pauseDeployment(room.world.deploys, mika, { id })
  await room.world.settle()
  await room.vote(ken, id, plan)
  await room.world.store.write((tx) =>
    tx.prepare(`UPDATE deployment SET ${change} WHERE id = ?`).run(...parameters, id),
  )
  await resumeDeployment(room.world.deploys, mika, { id })
  return id
}

describe('a deployment to a protected place', () => {
  it('changes nothing until somebody else has agreed to its plan, and then goes its way', async () => {
    const [mika, ken] = [await room.person('mika', deployer), await room.person('ken', approver)]
    const { id, plan } = await room.asked(mika)
    await room.world.advance(hour)
    expect(room.calls(id)).toBe(0)
    expect(room.sight(id)).toMatchObject({ needed: 1, state: 'waiting', missing: 1, votes: [] })
    expect(describeDeployment(room.world.deploys, admin, id).waitingFor).toBe(
      'until somebody else has approved the plan',
    )
    await room.vote(ken, id, plan.slice(0, 8))
    await room.world.settle()
    expect(room.sight(id)).toMatchObject({ state: 'approved', votes: [{ verdict: 'approve', by: { name: 'ken' } }] })
    const { status } = await room.world.untilEnded(id)
    expect(status).toBe('succeeded')
    expect(room.world.trail().filter((action) => action.startsWith('approval.'))).toEqual([
      'approval.ask',
      'approval.give',
      'approval.reach',
    ])
  })

  it('is not approved by who asked, whichever token they use', async () => {
    const mika = await room.person('mika', deployer, approver)
    const { id, plan } = await room.asked(await room.byToken(mika))
    for (const actor of [mika, await room.byToken(mika)]) {
      expect(await codeOf(() => room.vote(actor, id, plan))).toBe('deploy.own_request')
    }
    expect(room.calls(id)).toBe(0)
  })

  it('is not approved by the same person twice, where two are needed', async () => {
    await protectPlace(room.world.deploys, admin, { ...place, approvals: 2 })
    const [mika, ken, yuki] = [
      await room.person('mika', deployer),
      await room.person('ken', approver),
      await room.person('yuki', approver),
    ]
    const { id, plan } = await room.asked(mika)
    await room.vote(ken, id, plan)
    await room.vote(await room.byToken(ken), id, plan)
    await room.world.settle()
    expect(room.sight(id)).toMatchObject({ state: 'waiting', missing: 1 })
    await room.vote(yuki, id, plan)
    await room.world.settle()
    expect(room.sight(id)).toMatchObject({ state: 'approved' })
  })

  it('is not approved by who may not here, nor by who no longer may', async () => {
    const [mika, elsewhere] = [
      await room.person('mika', deployer),
      await room.person('ken', { role: 'approver', project: 'acme/bank' }),
    ]
    const { id, plan } = await room.asked(mika)
    for (const actor of [
      elsewhere,
      await room.person('viewer', { role: 'viewer' }),
      await room.person('dep', deployer),
    ]) {
      expect(await codeOf(() => room.vote(actor, id, plan))).toBe('access.forbidden')
    }
    await protectPlace(room.world.deploys, admin, { ...place, approvals: 2 })
    const atBank = { role: 'approver', project: 'acme/bank' } as const
    const [one, two, three] = [
      await room.person('one', approver),
      await room.person('two', approver),
      await room.person('three', approver, atBank),
    ]
    await room.vote(one, id, plan)
    await changePerson(room.access, admin, 'one', { disabled: true })
    await room.vote(three, id, plan)
    await changePerson(room.access, admin, 'three', { grants: [atBank] })
    await room.vote(two, id, plan)
    await room.world.advance(60_000)
    expect(room.sight(id)).toMatchObject({ state: 'waiting', missing: 1 })
    expect(room.calls(id)).toBe(0)
  })

  it('is approved for the plan that was seen, and for no other', async () => {
    const [mika, ken] = [await room.person('mika', deployer), await room.person('ken', approver)]
    const { id } = await room.asked(mika)
    expect(await codeOf(() => room.vote(ken, id, 'f'.repeat(64)))).toBe('deploy.plan_differs')
    expect(room.calls(id)).toBe(0)
  })

  it('does not go on when its plan was changed after the approval', async () => {
    const id = await changedAfterVote('plan_hash = ?', '0'.repeat(64))
    await room.world.settle()
    expect(room.calls(id)).toBe(0)
    expect(room.sight(id)).toMatchObject({ state: 'waiting' })
  })

  it('carries out no plan that was put under the hash of the one that was approved', async () => {
    const id = await changedAfterVote('plan = REPLACE(plan, ?, ?)', '"web/0"', '"web/9"')
    const { status, diagnosis } = await room.world.untilEnded(id)
    expect({ status, calls: room.calls(id) }).toEqual({ status: 'failed', calls: 0 })
    expect(diagnosis).toMatchObject({ class: 'permission', what: expect.stringMatching(/somebody has changed it/) })
  })

  it('is halted by who refuses it, with the reason', async () => {
    const [mika, ken] = [await room.person('mika', deployer), await room.person('ken', approver)]
    const { id, plan } = await room.asked(mika)
    await voteOnDeployment(room.world.deploys, ken, { id, plan, verdict: 'refuse', reason: 'not on sale day' })
    const { status, diagnosis } = await room.world.untilEnded(id)
    expect(status).toBe('halted')
    expect(diagnosis?.what).toBe('its plan was refused: not on sale day')
    expect(room.calls(id)).toBe(0)
  })

  it('fails when nobody agrees in time, and takes no vote from then on', async () => {
    const [mika, ken] = [await room.person('mika', deployer), await room.person('ken', approver)]
    const { id, plan } = await room.asked(mika)
    await room.world.advance(4 * hour - 1)
    expect(room.world.deployment(id).endedAt).toBeNull()
    const { status, diagnosis } = await room.world.untilEnded(id)
    expect(status).toBe('failed')
    expect(diagnosis?.what).toBe('nobody approved its plan within 4h')
    expect(diagnosis).toMatchObject({ class: 'permission', mender: 'operator' })
    expect(diagnosis?.meaning).toBe('Others have to agree to what is deployed there; nothing has changed.')
    expect(await codeOf(() => room.vote(ken, id, plan))).toBe('deploy.ended')
    const again = await retryDeployment(room.world.deploys, mika, { id })
    await room.world.settle()
    expect(room.world.deployment(again.id).state).toBe('Approve')
  })

  it('has its own time once it was approved', async () => {
    const [mika, ken] = [await room.person('mika', deployer), await room.person('ken', approver)]
    const { id, plan } = await room.asked(mika)
    const left = room.world.deployment(id).progress.approval?.remainingMs ?? 0
    await room.world.advance(3 * hour)
    await room.vote(ken, id, plan)
    await room.world.settle()
    expect(room.world.deployment(id).deadlineAt).toBe(room.world.clock.now() + left)
    expect((await room.world.untilEnded(id)).status).toBe('succeeded')
  })

  it('waits for as many as when it began, however the place was changed since, and for more when it got stricter', async () => {
    const [mika, ken, yuki] = [
      await room.person('mika', deployer),
      await room.person('ken', approver),
      await room.person('yuki', approver),
    ]
    const { id, plan } = await room.asked(mika)
    await protectPlace(room.world.deploys, admin, { ...place, approvals: 0 })
    await room.world.advance(120_000)
    expect(room.calls(id)).toBe(0)
    await protectPlace(room.world.deploys, admin, { ...place, approvals: 2 })
    await room.vote(ken, id, plan)
    await room.world.settle()
    expect(room.calls(id)).toBe(0)
    await room.vote(yuki, id, plan)
    expect((await room.world.untilEnded(id)).status).toBe('succeeded')
  })

  it('cannot be led around the state by a pause, a later state or a crash', async () => {
    const mika = await room.person('mika', deployer)
    const { id } = await room.asked(mika)
    await pauseDeployment(room.world.deploys, mika, { id })
    await room.world.settle()
    await resumeDeployment(room.world.deploys, mika, { id, from: 'Switch' })
    await room.world.settle()
    await room.world.crash()
    await room.world.advance(120_000)
    expect(room.calls(id)).toBe(0)
    expect(room.sight(id)).toMatchObject({ state: 'waiting' })
    await haltDeployment(room.world.deploys, mika, { id })
    expect((await room.world.untilEnded(id)).status).toBe('halted')
  })

  it('goes back without asking', async () => {
    const [mika, ken] = [await room.person('mika', deployer), await room.person('ken', approver)]
    for (let release = 0; release < 2; release++) {
      const { id, plan } = await room.asked(mika)
      await room.vote(ken, id, plan)
      await room.world.untilEnded(id)
    }
    const { outcome, deployment: id } = await rollBack(room.world.deploys, mika, place)
    expect(outcome).toBe('rollback')
    expect((await room.world.untilEnded(id)).status).toBe('succeeded')
  })
})

describe('who decides about places', () => {
  it('is an admin of it', async () => {
    const mika = await room.person('mika', deployer, approver)
    const lead = await room.person('lead', { role: 'admin', project: 'shop/web' })
    expect(await codeOf(() => protectPlace(room.world.deploys, mika, { ...place, approvals: 0 }))).toBe(
      'access.forbidden',
    )
    expect(await codeOf(() => protectPlace(room.world.deploys, lead, { ...place, approvals: 3, within: '1h' }))).toBe(
      'done',
    )
    const elsewhere = { project: 'acme/bank', config: 'production', approvals: 0 }
    expect(await codeOf(() => protectPlace(room.world.deploys, lead, elsewhere))).toBe('access.forbidden')
  })
})
