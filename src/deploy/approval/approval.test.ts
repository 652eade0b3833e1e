import { TOTP } from 'otpauth'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type Access,
  type Actor,
  addPerson,
  beginJoining,
  changePerson,
  createOwnToken,
  createToken,
  authenticate,
  ensureLocalToken,
  type Grant,
  invitePerson,
  join,
  rotateToken,
} from '../../access/index.ts'
import { HoldfastError } from '../../base/index.ts'
import { describeDeployment } from '../queries.ts'
import { deployRelease } from '../deployment/deploy.ts'
import { haltDeployment } from '../deployment/halt.ts'
import { pauseDeployment } from '../deployment/pause.ts'
import { resumeDeployment } from '../deployment/resume.ts'
import { retryDeployment } from '../deployment/retry.ts'
import { rollBack } from '../deployment/rollback.ts'
import type { Store } from '../../store/index.ts'
import { admin, endWorlds, World } from '../world.ts'
import { breakGlass, reviewGlass } from './break-glass.ts'
import { protectPlace } from './protect.ts'
import { voteOnDeployment } from './vote.ts'

const place = { project: 'shop/web', config: 'production' }
const hour = 3_600_000

let world: World
let access: Access
beforeEach(async () => {
  world = await new World().begin()
  access = world.access()
  await protectPlace(world.deploys, admin, { ...place, approvals: 1 })
})
afterEach(endWorlds)

const codeOf = async (act: () => unknown): Promise<unknown> => {
  try {
    await act()
    return 'done'
  } catch (error) {
    return error instanceof HoldfastError ? error.code : error
  }
}

/** Somebody, acting in their own name. */
async function person(login: string, ...grants: Grant[]): Promise<Actor> {
  const { person: made } = await addPerson(access, admin, { login, name: login, grants })
  return { type: 'user', id: made.id, via: 'ui', grants, person: made.id }
}

/** Whoever holds the code takes the person's place. */
async function joinBy(book: Access, code: string): Promise<void> {
  const { totpSecret } = await beginJoining(book, code)
  const totp = new TOTP({ secret: totpSecret }).generate({ timestamp: world.clock.now() })
  await join(book, { code, totp, password: 'a good long passphrase' })
}

/** The same person by a token. */
async function byToken(actor: Actor): Promise<Actor> {
  const { secret } = await createOwnToken(access, actor, { name: 'laptop', grants: [{ role: 'admin' }] })
  return authenticate(access, secret, 'api')
}

const deployer: Grant = { role: 'deployer', project: 'shop/web' }
const approver: Grant = { role: 'approver', project: 'shop/web' }

/** A deployment that waits to be agreed to. */
async function asked(actor: Actor): Promise<{ readonly id: string; readonly plan: string }> {
  await world.advance(1000)
  const { id } = await deployRelease(world.deploys, actor, world.sign())
  await world.settle()
  expect(world.deployment(id).state).toBe('Approve')
  return { id, plan: world.deployment(id).planHash ?? '' }
}

const calls = (id: string): number => world.rows('SELECT call_id FROM deploy_intent WHERE deployment = ?', id).length
const vote = (actor: Actor, id: string, plan: string, verdict: 'approve' | 'refuse' = 'approve') =>
  voteOnDeployment(world.deploys, actor, { id, plan, verdict })
const sight = (id: string) => describeDeployment(world.deploys, admin, id).approval

describe('a deployment to a protected place', () => {
  it('changes nothing until somebody else has agreed to its plan, and then goes its way', async () => {
    const [mika, ken] = [await person('mika', deployer), await person('ken', approver)]
    const { id, plan } = await asked(mika)
    await world.advance(hour)
    expect(calls(id)).toBe(0)
    expect(sight(id)).toMatchObject({ needed: 1, state: 'waiting', missing: 1, votes: [] })
    expect(describeDeployment(world.deploys, admin, id).waitingFor).toBe('until somebody else has approved the plan')
    await vote(ken, id, plan.slice(0, 8))
    await world.settle()
    expect(sight(id)).toMatchObject({ state: 'approved', votes: [{ verdict: 'approve', by: { name: 'ken' } }] })
    const { status } = await world.untilEnded(id)
    expect(status).toBe('succeeded')
    expect(world.trail().filter((action) => action.startsWith('approval.'))).toEqual([
      'approval.ask',
      'approval.give',
      'approval.reach',
    ])
  })

  it('is not approved by who asked, whichever token they use', async () => {
    const mika = await person('mika', deployer, approver)
    const { id, plan } = await asked(await byToken(mika))
    for (const actor of [mika, await byToken(mika)]) {
      expect(await codeOf(() => vote(actor, id, plan))).toBe('deploy.own_request')
    }
    expect(calls(id)).toBe(0)
  })

  it('is not approved by the same person twice, where two are needed', async () => {
    await protectPlace(world.deploys, admin, { ...place, approvals: 2 })
    const [mika, ken, yuki] = [
      await person('mika', deployer),
      await person('ken', approver),
      await person('yuki', approver),
    ]
    const { id, plan } = await asked(mika)
    await vote(ken, id, plan)
    await vote(await byToken(ken), id, plan)
    await world.settle()
    expect(sight(id)).toMatchObject({ state: 'waiting', missing: 1 })
    await vote(yuki, id, plan)
    await world.settle()
    expect(sight(id)).toMatchObject({ state: 'approved' })
  })

  it('is not approved by who may not here, nor by who no longer may', async () => {
    const [mika, elsewhere] = [
      await person('mika', deployer),
      await person('ken', { role: 'approver', project: 'acme/bank' }),
    ]
    const { id, plan } = await asked(mika)
    for (const actor of [elsewhere, await person('viewer', { role: 'viewer' }), await person('dep', deployer)]) {
      expect(await codeOf(() => vote(actor, id, plan))).toBe('access.forbidden')
    }
    await protectPlace(world.deploys, admin, { ...place, approvals: 2 })
    const [one, two] = [await person('one', approver), await person('two', approver)]
    await vote(one, id, plan)
    await changePerson(access, admin, 'one', { disabled: true })
    await vote(two, id, plan)
    await world.advance(60_000)
    expect(sight(id)).toMatchObject({ state: 'waiting', missing: 1 })
    expect(calls(id)).toBe(0)
  })

  it('is approved for the plan that was seen, and for no other', async () => {
    const [mika, ken] = [await person('mika', deployer), await person('ken', approver)]
    const { id } = await asked(mika)
    expect(await codeOf(() => vote(ken, id, 'f'.repeat(64)))).toBe('deploy.plan_differs')
    expect(calls(id)).toBe(0)
  })

  it('does not go on when its plan was changed after the approval', async () => {
    const [mika, ken] = [await person('mika', deployer), await person('ken', approver)]
    const { id, plan } = await asked(mika)
    await pauseDeployment(world.deploys, mika, { id })
    await world.settle()
    await vote(ken, id, plan)
    // Somebody with the database in their hands.
    await world.store.write((tx) =>
      tx.prepare('UPDATE deployment SET plan_hash = ? WHERE id = ?').run('0'.repeat(64), id),
    )
    await resumeDeployment(world.deploys, mika, { id })
    await world.settle()
    expect(calls(id)).toBe(0)
    expect(sight(id)).toMatchObject({ state: 'waiting' })
  })

  it('carries out no plan that was put under the hash of the one that was approved', async () => {
    const [mika, ken] = [await person('mika', deployer), await person('ken', approver)]
    const { id, plan } = await asked(mika)
    await pauseDeployment(world.deploys, mika, { id })
    await world.settle()
    await vote(ken, id, plan)
    await world.store.write((tx) =>
      tx.prepare(`UPDATE deployment SET plan = REPLACE(plan, '"web/0"', '"web/9"') WHERE id = ?`).run(id),
    )
    await resumeDeployment(world.deploys, mika, { id })
    const { status, diagnosis } = await world.untilEnded(id)
    expect({ status, calls: calls(id) }).toEqual({ status: 'failed', calls: 0 })
    expect(diagnosis).toMatchObject({ class: 'permission', what: expect.stringMatching(/somebody has changed it/) })
  })

  it('is halted by who refuses it, with the reason', async () => {
    const [mika, ken] = [await person('mika', deployer), await person('ken', approver)]
    const { id, plan } = await asked(mika)
    await voteOnDeployment(world.deploys, ken, { id, plan, verdict: 'refuse', reason: 'not on sale day' })
    const { status, diagnosis } = await world.untilEnded(id)
    expect(status).toBe('halted')
    expect(diagnosis?.what).toBe('its plan was refused: not on sale day')
    expect(calls(id)).toBe(0)
  })

  it('fails when nobody agrees in time, and takes no vote from then on', async () => {
    const [mika, ken] = [await person('mika', deployer), await person('ken', approver)]
    const { id, plan } = await asked(mika)
    await world.advance(4 * hour - 1)
    expect(world.deployment(id).endedAt).toBeNull()
    const { status, diagnosis } = await world.untilEnded(id)
    expect(status).toBe('failed')
    expect(diagnosis?.what).toBe('nobody approved its plan within 4h')
    expect(diagnosis).toMatchObject({ class: 'permission', mender: 'operator' })
    expect(diagnosis?.meaning).toBe('Others have to agree to what is deployed there; nothing has changed.')
    expect(await codeOf(() => vote(ken, id, plan))).toBe('deploy.ended')
    const again = await retryDeployment(world.deploys, mika, { id })
    await world.settle()
    expect(world.deployment(again.id).state).toBe('Approve')
  })

  it('has its own time once it was approved', async () => {
    const [mika, ken] = [await person('mika', deployer), await person('ken', approver)]
    const { id, plan } = await asked(mika)
    const left = world.deployment(id).progress.approval?.remainingMs ?? 0
    await world.advance(3 * hour)
    await vote(ken, id, plan)
    await world.settle()
    expect(world.deployment(id).deadlineAt).toBe(world.clock.now() + left)
    expect((await world.untilEnded(id)).status).toBe('succeeded')
  })

  it('waits for as many as when it began, however the place was changed since, and for more when it got stricter', async () => {
    const [mika, ken, yuki] = [
      await person('mika', deployer),
      await person('ken', approver),
      await person('yuki', approver),
    ]
    const { id, plan } = await asked(mika)
    await protectPlace(world.deploys, admin, { ...place, approvals: 0 })
    await world.advance(120_000)
    expect(calls(id)).toBe(0)
    await protectPlace(world.deploys, admin, { ...place, approvals: 2 })
    await vote(ken, id, plan)
    await world.settle()
    expect(calls(id)).toBe(0)
    await vote(yuki, id, plan)
    expect((await world.untilEnded(id)).status).toBe('succeeded')
  })

  it('cannot be led around the state by a pause, a later state or a crash', async () => {
    const mika = await person('mika', deployer)
    const { id } = await asked(mika)
    await pauseDeployment(world.deploys, mika, { id })
    await world.settle()
    await resumeDeployment(world.deploys, mika, { id, from: 'Switch' })
    await world.settle()
    await world.crash()
    await world.advance(120_000)
    expect(calls(id)).toBe(0)
    expect(sight(id)).toMatchObject({ state: 'waiting' })
    await haltDeployment(world.deploys, mika, { id })
    expect((await world.untilEnded(id)).status).toBe('halted')
  })

  it('goes back without asking', async () => {
    const [mika, ken] = [await person('mika', deployer), await person('ken', approver)]
    for (let release = 0; release < 2; release++) {
      const { id, plan } = await asked(mika)
      await vote(ken, id, plan)
      await world.untilEnded(id)
    }
    const { outcome, deployment: id } = await rollBack(world.deploys, mika, place)
    expect(outcome).toBe('rollback')
    expect((await world.untilEnded(id)).status).toBe('succeeded')
  })
})

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
    world = await new World({
      store: (inner) =>
        new Proxy(inner, { get: (store, name) => (name === 'write' ? write(inner) : Reflect.get(store, name)) }),
    }).begin()
    access = world.access()
    await protectPlace(world.deploys, admin, { ...place, approvals: 1 })
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

describe('who decides about places', () => {
  it('is an admin of it', async () => {
    const mika = await person('mika', deployer, approver)
    const lead = await person('lead', { role: 'admin', project: 'shop/web' })
    expect(await codeOf(() => protectPlace(world.deploys, mika, { ...place, approvals: 0 }))).toBe('access.forbidden')
    expect(await codeOf(() => protectPlace(world.deploys, lead, { ...place, approvals: 3, within: '1h' }))).toBe('done')
    const elsewhere = { project: 'acme/bank', config: 'production', approvals: 0 }
    expect(await codeOf(() => protectPlace(world.deploys, lead, elsewhere))).toBe('access.forbidden')
  })
})

describe('who may act by a secret', () => {
  const everywhere: Grant[] = [{ role: 'admin' }]
  const tokenOf = async (by: Actor, name = 'bot'): Promise<Actor & { readonly secretId: string }> => {
    const { id, secret } = await createToken(access, by, { name, grants: everywhere })
    return { ...authenticate(access, secret, 'api'), secretId: id }
  }
  /** `no`: they count as one with who asked. */
  const answers = async (asker: Actor, answerer: Actor): Promise<'yes' | 'no'> => {
    const { id, plan } = await asked(asker)
    const code = await codeOf(() => vote(answerer, id, plan))
    await haltDeployment(world.deploys, admin, { id })
    await world.untilEnded(id)
    expect(['done', 'deploy.own_request']).toContain(code)
    return code === 'done' ? 'yes' : 'no'
  }

  it('is one with it: the maker of a token, of a token that made it, and whoever rotated one', async () => {
    const [ada, ken, mika] = [
      await person('ada', ...everywhere),
      await person('ken', ...everywhere),
      await person('mika', ...everywhere),
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
    await rotateToken(access, ken, { id: bot.secretId, overlapMs: 3_600_000 })
    expect(await answers(bot, ken)).toBe('no')
    expect(await answers(bot, ada)).toBe('no')
    expect(await answers(bots, ken)).toBe('yes')
    expect(await answers(await tokenOf(bot, 'a later one'), ken)).toBe('no')
    expect(await answers(await tokenOf(mika), bot)).toBe('yes')
  })

  it('is one with a person whose token they rotated, as far as it goes by that token', async () => {
    const [ada, mika] = [await person('ada', ...everywhere), await person('mika', deployer, approver)]
    const laptop = await byToken(mika)
    expect(await answers(ada, laptop)).toBe('yes')
    await rotateToken(access, ada, { id: laptop.id, overlapMs: 3_600_000 })
    expect(await answers(ada, laptop)).toBe('no')
    expect(await answers(ada, mika)).toBe('yes')
    const [made] = [await byToken(laptop)]
    expect(await answers(ada, made)).toBe('no')
  })

  it('is the owner of the machine for its own token and all that it made', async () => {
    let secret = ''
    await ensureLocalToken(access, {
      held: { token: undefined, accessKeyId: undefined },
      deliver: (made) => (secret = made),
      deliverAwsKey: () => {},
    })
    const local = authenticate(access, secret, 'api')
    const [bot, ken] = [await tokenOf(local), await person('ken', approver)]
    expect(await answers(bot, local)).toBe('no')
    expect(await answers(local, bot)).toBe('no')
    expect(await answers(local, await tokenOf(local, 'another'))).toBe('no')
    expect(await answers(bot, ken)).toBe('yes')
  })

  it('counts one time where two are needed', async () => {
    await protectPlace(world.deploys, admin, { ...place, approvals: 2 })
    const [mika, ken, yuki] = [
      await person('mika', deployer),
      await person('ken', ...everywhere),
      await person('yuki', ...everywhere),
    ]
    const { id, plan } = await asked(mika)
    await vote(ken, id, plan)
    await vote(await tokenOf(ken), id, plan)
    await world.settle()
    expect(sight(id)).toMatchObject({ state: 'waiting', missing: 1 })
    await vote(await tokenOf(yuki), id, plan)
    expect((await world.untilEnded(id)).status).toBe('succeeded')
  })

  it('is looked at when it is done: a vote stays of whom it was, whoever learns the secret later', async () => {
    await protectPlace(world.deploys, admin, { ...place, approvals: 2 })
    const [mika, ken, yuki] = [
      await person('mika', deployer),
      await person('ken', ...everywhere),
      await person('yuki', ...everywhere),
    ]
    const bot = await tokenOf(ken)
    const { id, plan } = await asked(mika)
    await vote(bot, id, plan)
    await rotateToken(access, yuki, { id: bot.secretId, overlapMs: 0 })
    await vote(yuki, id, plan)
    expect((await world.untilEnded(id)).status).toBe('succeeded')
  })

  it('may be who invited somebody, for a day and for all that was asked before its end', async () => {
    const ada = await person('ada', ...everywhere)
    const { person: made, join: first } = await addPerson(access, ada, {
      ...{ login: 'rio', name: 'Rio', grants: [deployer, approver] },
    })
    await joinBy(access, first.code)
    const rio: Actor = { type: 'user', id: made.id, via: 'ui', grants: [deployer, approver], person: made.id }
    const ken = await person('ken', ...everywhere)
    expect(await answers(ada, rio)).toBe('no')
    expect(await answers(rio, ada)).toBe('no')
    expect(await answers(ken, rio)).toBe('yes')
    await protectPlace(world.deploys, admin, { ...place, approvals: 1, within: '2d' })
    const { id, plan } = await asked(ada)
    await world.advance(25 * hour)
    expect(await codeOf(() => vote(rio, id, plan))).toBe('deploy.own_request')
    await haltDeployment(world.deploys, admin, { id })
    await world.untilEnded(id)
    expect(await answers(ada, rio)).toBe('yes')
    // Who has lost all of it is invited again, and whoever did that has their account in their hands.
    const again = await invitePerson(access, ken, 'rio')
    expect(await answers(ken, rio)).toBe('yes')
    await joinBy(access, again.code)
    expect(await answers(ken, rio)).toBe('no')
    expect(await answers(ada, rio)).toBe('yes')
  })

  it('may be who invited somebody, for a glass that was broken within that day, whenever it is looked at', async () => {
    const [ada, ken] = [await person('ada', ...everywhere), await person('ken', ...everywhere)]
    const grants: Grant[] = [{ role: 'admin' }]
    const { person: made, join: first } = await addPerson(access, ada, { login: 'rio', name: 'Rio', grants })
    await joinBy(access, first.code)
    const rio: Actor = { type: 'user', id: made.id, via: 'ui', grants, person: made.id }
    await protectPlace(world.deploys, admin, { ...place, approvals: 1 })
    const { id } = await asked(ken)
    await breakGlass(world.deploys, ada, { id, reason: 'the shop is down' })
    await world.untilEnded(id)
    const bot = await tokenOf(ada)
    await world.advance(25 * hour)
    for (const actor of [rio, ada, bot]) {
      expect(await codeOf(() => reviewGlass(world.deploys, actor, { id, note: 'fine' }))).toBe('deploy.own_request')
    }
    expect(await codeOf(() => reviewGlass(world.deploys, ken, { id, note: 'fine' }))).toBe('done')
  })

  it('is nobody knows whom, of a token that is older than this is kept: it agrees to nothing, nor anybody to it', async () => {
    const [ada, mika] = [await person('ada', ...everywhere), await person('mika', deployer, approver)]
    const bot = await tokenOf(ada)
    await world.store.write((tx) => tx.prepare("UPDATE access_token_hand SET hand = 'unknown'").run())
    const { id, plan } = await asked(bot)
    expect(await codeOf(() => vote(mika, id, plan))).toBe('deploy.maker_unknown')
    await haltDeployment(world.deploys, admin, { id })
    await world.untilEnded(id)
    await rotateToken(access, ada, { id: bot.secretId, overlapMs: hour })
    const second = await asked(mika)
    expect(await codeOf(() => vote(bot, second.id, second.plan))).toBe('deploy.maker_unknown')
    const { secret } = await rotateToken(access, ada, { id: bot.secretId, overlapMs: 0 })
    const known = authenticate(access, secret, 'api')
    expect(await codeOf(() => vote(known, second.id, second.plan))).toBe('done')
  })
})
