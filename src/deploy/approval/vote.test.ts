import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Actor, authenticate, createToken, type Grant, rotateToken } from '../../access/index.ts'
import { haltDeployment } from '../deployment/halt.ts'
import { pauseDeployment } from '../deployment/pause.ts'
import { resumeDeployment } from '../deployment/resume.ts'
import { retryDeployment } from '../deployment/retry.ts'
import { admin, endWorlds } from '../world.ts'
import { Approving, codeOf, hour, place } from './approving.fake.ts'
import { breakGlass, reviewGlass } from './break-glass.ts'
import { protectPlace } from './protect.ts'

const everything: Grant[] = [{ role: 'admin' }]

let access: Approving['access']
let asked: Approving['asked']
let calls: Approving['calls']
let vote: Approving['vote']
let world: Approving['world']
let approving: Approving
beforeEach(async () => {
  approving = await Approving.begin()
  await protectPlace(approving.world.deploys, admin, { ...place, approvals: 1, within: '1h' })
  ;({ access, asked, calls, vote, world } = approving)
})
afterEach(endWorlds)

const person = (login: string): Promise<Actor> => approving.person(login, ...everything)

/** A token of nobody, of which nothing is written of who made it. */
async function oldBot(): Promise<Actor> {
  const { id, secret } = await createToken(access, admin, { name: 'bot', grants: everything })
  await world.store.write((tx) =>
    tx.prepare("UPDATE access_token_hand SET hand = 'unknown' WHERE token_id = ?").run(id),
  )
  return authenticate(access, secret, 'api')
}

describe('a vote', () => {
  it('is nothing to a plan that was agreed to already', async () => {
    const [mika, ken, yuki] = [await person('mika'), await person('ken'), await person('yuki')]
    const { id, plan } = await asked(mika)
    await vote(ken, id, plan)
    await world.settle()
    expect(await codeOf(() => vote(yuki, id, plan))).toBe('deploy.not_waiting')
  })

  it('given in time counts for nothing when it is looked at after it', async () => {
    const [mika, ken] = [await person('mika'), await person('ken')]
    const { id, plan } = await asked(mika)
    await pauseDeployment(world.deploys, mika, { id })
    await world.settle()
    await vote(ken, id, plan)
    await world.advance(hour)
    await resumeDeployment(world.deploys, mika, { id })
    expect((await world.untilEnded(id)).diagnosis?.what).toBe('nobody approved its plan within 1h')
    expect(calls(id)).toBe(0)
  })

  it('is refused when its time is over, also of what is paused', async () => {
    const [mika, ken] = [await person('mika'), await person('ken')]
    const { id, plan } = await asked(mika)
    await pauseDeployment(world.deploys, mika, { id })
    await world.advance(hour - 1)
    expect(await codeOf(() => vote(ken, id, plan))).toBe('done')
    await world.advance(1)
    expect(await codeOf(() => vote(ken, id, plan))).toBe('deploy.approval_expired')
  })
})

describe('what nobody knows who did', () => {
  it('stays so, whatever becomes of the token that it was done by', async () => {
    const [ada, mika, bot] = [await person('ada'), await person('mika'), await oldBot()]
    const { id, plan } = await asked(bot)
    await rotateToken(access, ada, { id: bot.id, overlapMs: 0 })
    expect(await codeOf(() => vote(mika, id, plan))).toBe('deploy.maker_unknown')
  })

  it('stays so of a broken glass', async () => {
    const [ada, mika, bot] = [await person('ada'), await person('mika'), await oldBot()]
    const { id } = await asked(mika)
    await breakGlass(world.deploys, bot, { id, reason: 'the shop is down' })
    await rotateToken(access, ada, { id: bot.id, overlapMs: 0 })
    expect(await codeOf(() => reviewGlass(world.deploys, mika, { id, note: 'fine' }))).toBe('deploy.maker_unknown')
  })
})

it('whoever tries again has asked, whoever asked at first', async () => {
  const [mika, ken] = [await person('mika'), await person('ken')]
  const first = await asked(mika)
  await haltDeployment(world.deploys, admin, { id: first.id })
  await world.untilEnded(first.id)
  const { id } = await retryDeployment(world.deploys, ken, { id: first.id })
  await world.settle()
  const plan = world.deployment(id).planHash ?? ''
  expect(await codeOf(() => vote(ken, id, plan))).toBe('deploy.own_request')
  expect(await codeOf(() => vote(mika, id, plan))).toBe('done')
  expect((await world.untilEnded(id)).status).toBe('succeeded')
})
