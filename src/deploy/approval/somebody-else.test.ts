import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type Actor,
  addPerson,
  authenticate,
  createToken,
  ensureLocalToken,
  type Grant,
  invitePerson,
  rotateToken,
} from '../../access/index.ts'
import { haltDeployment } from '../deployment/halt.ts'
import { admin, endWorlds } from '../world.ts'
import { approver, Approving, codeOf, deployer, hour, place } from './approving.fake.ts'
import { breakGlass, reviewGlass } from './break-glass.ts'
import { protectPlace } from './protect.ts'

let room: Approving
beforeEach(async () => {
  room = await Approving.begin()
})
afterEach(endWorlds)

describe('who may act by a secret', () => {
  const everywhere: Grant[] = [{ role: 'admin' }]
  const tokenOf = async (by: Actor, name = 'bot'): Promise<Actor & { readonly secretId: string }> => {
    const { id, secret } = await createToken(room.access, by, { name, grants: everywhere })
    return { ...authenticate(room.access, secret, 'api'), secretId: id }
  }
  /** `no`: they count as one with who asked. */
  const answers = async (asker: Actor, answerer: Actor): Promise<'yes' | 'no'> => {
    const { id, plan } = await room.asked(asker)
    const code = await codeOf(() => room.vote(answerer, id, plan))
    await haltDeployment(room.world.deploys, admin, { id })
    await room.world.untilEnded(id)
    expect(['done', 'deploy.own_request']).toContain(code)
    return code === 'done' ? 'yes' : 'no'
  }

  it('is one with it: the maker of a token, of a token that made it, and whoever rotated one', async () => {
    const [ada, ken, mika] = [
      await room.person('ada', ...everywhere),
      await room.person('ken', ...everywhere),
      await room.person('mika', ...everywhere),
    ]
    const bot = await tokenOf(ada)
    const bots = await tokenOf(bot, 'of the bot')
    for (const token of [bot, bots]) {
      expect(await answers(token, ada)).toBe('no')
      expect(await answers(ada, token)).toBe('no')
      expect(await answers(token, ken)).toBe('yes')
      expect(await answers(ken, token)).toBe('yes')
    }
    expect(await answers(bot, bots)).toBe('no')
    await rotateToken(room.access, ken, { id: bot.secretId, overlapMs: 3_600_000 })
    expect(await answers(bot, ken)).toBe('no')
    expect(await answers(bot, ada)).toBe('no')
    expect(await answers(bots, ken)).toBe('yes')
    expect(await answers(await tokenOf(bot, 'a later one'), ken)).toBe('no')
    expect(await answers(await tokenOf(mika), bot)).toBe('yes')
  })

  it('is one with a person whose token they rotated, as far as it goes by that token', async () => {
    const [ada, mika] = [await room.person('ada', ...everywhere), await room.person('mika', deployer, approver)]
    const laptop = await room.byToken(mika)
    expect(await answers(ada, laptop)).toBe('yes')
    await rotateToken(room.access, ada, { id: laptop.id, overlapMs: 3_600_000 })
    expect(await answers(ada, laptop)).toBe('no')
    expect(await answers(ada, mika)).toBe('yes')
    const [made] = [await room.byToken(laptop)]
    expect(await answers(ada, made)).toBe('no')
  })

  it('is the owner of the machine for its own token and all that it made', async () => {
    let secret = ''
    await ensureLocalToken(room.access, {
      held: { token: undefined, accessKeyId: undefined },
      deliver: (made) => (secret = made),
      deliverAwsKey: () => {},
    })
    const local = authenticate(room.access, secret, 'api')
    const [bot, ken] = [await tokenOf(local), await room.person('ken', approver)]
    expect(await answers(bot, local)).toBe('no')
    expect(await answers(local, bot)).toBe('no')
    expect(await answers(local, await tokenOf(local, 'another'))).toBe('no')
    expect(await answers(bot, ken)).toBe('yes')
  })

  it('counts one time where two are needed', async () => {
    await protectPlace(room.world.deploys, admin, { ...place, approvals: 2 })
    const [mika, ken, yuki] = [
      await room.person('mika', deployer),
      await room.person('ken', ...everywhere),
      await room.person('yuki', ...everywhere),
    ]
    const { id, plan } = await room.asked(mika)
    await room.vote(ken, id, plan)
    await room.vote(await tokenOf(ken), id, plan)
    await room.world.settle()
    expect(room.sight(id)).toMatchObject({ state: 'waiting', missing: 1 })
    await room.vote(await tokenOf(yuki), id, plan)
    expect((await room.world.untilEnded(id)).status).toBe('succeeded')
  })

  it('is looked at when it is done: a vote stays of whom it was, whoever learns the secret later', async () => {
    await protectPlace(room.world.deploys, admin, { ...place, approvals: 2 })
    const [mika, ken, yuki] = [
      await room.person('mika', deployer),
      await room.person('ken', ...everywhere),
      await room.person('yuki', ...everywhere),
    ]
    const bot = await tokenOf(ken)
    const { id, plan } = await room.asked(mika)
    await room.vote(bot, id, plan)
    await rotateToken(room.access, yuki, { id: bot.secretId, overlapMs: 0 })
    await room.vote(yuki, id, plan)
    expect((await room.world.untilEnded(id)).status).toBe('succeeded')
  })

  it('may be who invited somebody, for a day and for all that was asked before its end', async () => {
    const ada = await room.person('ada', ...everywhere)
    const { person: made, join: first } = await addPerson(room.access, ada, {
      ...{ login: 'rio', name: 'Rio', grants: [deployer, approver] },
    })
    await room.joinBy(first.code)
    const rio: Actor = { type: 'user', id: made.id, via: 'ui', grants: [deployer, approver], person: made.id }
    const ken = await room.person('ken', ...everywhere)
    expect(await answers(ada, rio)).toBe('no')
    expect(await answers(rio, ada)).toBe('no')
    expect(await answers(ken, rio)).toBe('yes')
    await protectPlace(room.world.deploys, admin, { ...place, approvals: 1, within: '2d' })
    const { id, plan } = await room.asked(ada)
    await room.world.advance(25 * hour)
    expect(await codeOf(() => room.vote(rio, id, plan))).toBe('deploy.own_request')
    await haltDeployment(room.world.deploys, admin, { id })
    await room.world.untilEnded(id)
    expect(await answers(ada, rio)).toBe('yes')
    // Who has lost all of it is invited again, and whoever did that has their account in their hands.
    const again = await invitePerson(room.access, ken, 'rio')
    expect(await answers(ken, rio)).toBe('yes')
    await room.joinBy(again.code)
    expect(await answers(ken, rio)).toBe('no')
    expect(await answers(ada, rio)).toBe('yes')
  })

  it('may be who invited somebody, for a glass that was broken within that day, whenever it is looked at', async () => {
    const [ada, ken] = [await room.person('ada', ...everywhere), await room.person('ken', ...everywhere)]
    const grants: Grant[] = [{ role: 'admin' }]
    const { person: made, join: first } = await addPerson(room.access, ada, { login: 'rio', name: 'Rio', grants })
    await room.joinBy(first.code)
    const rio: Actor = { type: 'user', id: made.id, via: 'ui', grants, person: made.id }
    await protectPlace(room.world.deploys, admin, { ...place, approvals: 1 })
    const { id } = await room.asked(ken)
    await breakGlass(room.world.deploys, ada, { id, reason: 'the shop is down' })
    await room.world.untilEnded(id)
    const bot = await tokenOf(ada)
    await room.world.advance(25 * hour)
    for (const actor of [rio, ada, bot]) {
      expect(await codeOf(() => reviewGlass(room.world.deploys, actor, { id, note: 'fine' }))).toBe(
        'deploy.own_request',
      )
    }
    expect(await codeOf(() => reviewGlass(room.world.deploys, ken, { id, note: 'fine' }))).toBe('done')
  })

  it('is nobody knows whom, of a token that is older than this is kept: it agrees to nothing, nor anybody to it', async () => {
    const [ada, mika] = [await room.person('ada', ...everywhere), await room.person('mika', deployer, approver)]
    const bot = await tokenOf(ada)
    await room.world.store.write((tx) => tx.prepare("UPDATE access_token_hand SET hand = 'unknown'").run())
    const { id, plan } = await room.asked(bot)
    expect(await codeOf(() => room.vote(mika, id, plan))).toBe('deploy.maker_unknown')
    await haltDeployment(room.world.deploys, admin, { id })
    await room.world.untilEnded(id)
    await rotateToken(room.access, ada, { id: bot.secretId, overlapMs: hour })
    const second = await room.asked(mika)
    expect(await codeOf(() => room.vote(bot, second.id, second.plan))).toBe('deploy.maker_unknown')
    const { secret } = await rotateToken(room.access, ada, { id: bot.secretId, overlapMs: 0 })
    const known = authenticate(room.access, secret, 'api')
    expect(await codeOf(() => room.vote(known, second.id, second.plan))).toBe('done')
  })
})
