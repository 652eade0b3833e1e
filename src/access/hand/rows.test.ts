import { TOTP } from 'otpauth'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { VirtualClock } from '../../base/index.ts'
import type { Store } from '../../store/index.ts'
import { openAccessWorld } from '../access-world.fake.ts'
import {
  type Access,
  type Actor,
  addPerson,
  authenticate,
  beginJoining,
  createOwnToken,
  createToken,
  ensureLocalToken,
  type Grant,
  handsOf,
  invitePerson,
  join,
  makeToken,
  ownerHand,
  rotateToken,
} from '../index.ts'

const everything: Grant[] = [{ role: 'admin' }]
const hour = 3_600_000

let store: Store
let clock: VirtualClock
let access: Access
let owner: Actor
beforeEach(async () => {
  ;({ store, clock, access } = openAccessWorld())
  owner = await localToken()
})
afterEach(() => store.close())

/** Made anew, as when the file of the data folder is lost. */
async function localToken(): Promise<Actor> {
  let told = ''
  await ensureLocalToken(access, {
    held: { token: undefined, accessKeyId: undefined },
    deliver: (secret) => (told = secret),
    deliverAwsKey: () => {},
  })
  return authenticate(access, told, 'api')
}

async function personOf(login: string, by: Actor = owner): Promise<{ readonly actor: Actor; readonly code: string }> {
  const { person, join: invitation } = await addPerson(access, by, { login, name: login, grants: everything })
  const actor: Actor = { type: 'user', id: person.id, via: 'ui', grants: everything, person: person.id }
  return { actor, code: invitation.code }
}

async function joins(code: string): Promise<void> {
  const { totpSecret } = await beginJoining(access, code)
  const totp = new TOTP({ secret: totpSecret }).generate({ timestamp: clock.now() })
  await join(access, { code, totp, password: 'a good long passphrase' })
}

const botOf = async (by: Actor, awsKey = false): Promise<Actor> => {
  const { secret } = await createToken(access, by, { name: 'bot', grants: everything, awsKey })
  return authenticate(access, secret, 'api')
}
const handsNow = (actor: Pick<Actor, 'type' | 'id'>, since = clock.now()): ReadonlySet<string> =>
  new Set(handsOf(store.read, actor, since))

describe('a token that is nobody’s', () => {
  it('is in its own hands, and in all those that its maker was in', async () => {
    const { actor: ada } = await personOf('ada')
    const bot = await botOf(ada)
    const bots = await botOf(bot)
    expect(handsNow(bot)).toEqual(new Set([bot.id, ada.id]))
    expect(handsNow(bots)).toEqual(new Set([bots.id, bot.id, ada.id]))
  })

  it('of a pipeline is in those of its issuer too, so that two jobs are one', async () => {
    const by = { type: 'inbound', id: 'ci/github', via: 'api' } as const
    const { id } = await store.write((tx) => makeToken(access, tx, { name: 'job', holder: { grants: everything }, by }))
    expect(handsNow({ type: 'user', id })).toEqual(new Set([id, 'ci/github']))
  })

  it('stays in the hands of who made it when somebody else rotates it: keys for AWS’s tools are good still', async () => {
    const [{ actor: ada }, { actor: ken }] = [await personOf('ada'), await personOf('ken')]
    const bot = await botOf(ada, true)
    await rotateToken(access, await botOf(ken), { id: bot.id, overlapMs: 0 })
    expect(handsNow(bot)).toContain(ada.id)
    expect(handsNow(bot)).toContain(ken.id)
  })

  it('stays in unknown hands as long as an old secret of it may be somewhere: for an overlap, or with keys', async () => {
    const { actor: ada } = await personOf('ada')
    const [bare, keyed] = [await botOf(ada), await botOf(ada, true)]
    await store.write((tx) => tx.prepare("UPDATE access_token_hand SET hand = 'unknown'").run())
    await rotateToken(access, ada, { id: bare.id, overlapMs: 1 })
    expect(handsNow(bare)).toContain('unknown')
    await rotateToken(access, ada, { id: bare.id, overlapMs: 0 })
    expect(handsNow(bare)).toEqual(new Set([bare.id, ada.id]))
    await rotateToken(access, ada, { id: keyed.id, overlapMs: 0 })
    expect(handsNow(keyed)).toContain('unknown')
  })
})

describe('the owner of the machine', () => {
  it('is one hand, whichever of their tokens was made anew since', async () => {
    const bot = await botOf(owner)
    const anew = await localToken()
    expect(anew.id).not.toBe(owner.id)
    expect(handsNow(anew)).toEqual(new Set([ownerHand]))
    expect(handsNow(bot)).toEqual(new Set([bot.id, ownerHand]))
  })

  it('has nobody in their hands by an invitation', async () => {
    const { actor, code } = await personOf('ada')
    await joins(code)
    expect(handsNow(actor)).toEqual(new Set([actor.id]))
  })
})

describe('a person', () => {
  it('is in all the hands that whoever invited them was in, from when they join for a day', async () => {
    const { actor: ada } = await personOf('ada')
    const bot = await botOf(ada)
    const { actor: rio, code } = await personOf('rio', bot)
    expect(handsNow(rio)).toEqual(new Set([rio.id]))
    clock.advanceBy(20 * hour)
    await joins(code)
    const asked = clock.now() + 24 * hour - 1
    clock.advanceBy(24 * hour - 1)
    expect(handsNow(rio)).toEqual(new Set([rio.id, bot.id, ada.id]))
    clock.advanceBy(1)
    expect(handsNow(rio)).toEqual(new Set([rio.id]))
    expect(handsNow(rio, asked)).toEqual(new Set([rio.id, bot.id, ada.id]))
  })

  it('is in them for another day when they are invited again', async () => {
    const { actor: ada } = await personOf('ada')
    const { actor: rio, code } = await personOf('rio', ada)
    await joins(code)
    clock.advanceBy(20 * hour)
    await joins((await invitePerson(access, ada, 'rio')).code)
    clock.advanceBy(20 * hour)
    expect(handsNow(rio)).toContain(ada.id)
  })

  it('has tokens that are in their hands, those of who made and rotated them, and in those of who invited them', async () => {
    const [{ actor: ada }, { actor: ken }] = [await personOf('ada'), await personOf('ken')]
    const { actor: rio, code } = await personOf('rio', ada)
    await joins(code)
    const { id } = await createOwnToken(access, rio, { name: 'laptop', grants: everything })
    clock.advanceBy(25 * hour)
    expect(handsNow({ type: 'user', id })).toEqual(new Set([rio.id, ada.id]))
    await rotateToken(access, ken, { id, overlapMs: 0 })
    expect(handsNow({ type: 'user', id })).toEqual(new Set([rio.id, ada.id, ken.id]))
  })
})
