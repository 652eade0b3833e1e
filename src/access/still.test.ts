/** Whoever was let in a moment ago and put out since makes nothing that would outlive it. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type AccessWorld, admin, codeOf, openAccessWorld } from './access-world.fake.ts'
import {
  type Actor,
  addPerson,
  askToLogIn,
  authenticate,
  authenticateSession,
  beginSession,
  changePerson,
  createOwnToken,
  createToken,
  decideLogin,
  endOwnSession,
  invitePerson,
  inviteToSignIn,
  listOwnSessions,
  revokeToken,
  rotateOwnToken,
  rotateToken,
  setGroup,
  takeLogin,
} from './index.ts'

const grants = [{ role: 'admin' }] as const
const viewer = [{ role: 'viewer' }] as const

let world: AccessWorld
beforeEach(() => (world = openAccessWorld()))
afterEach(() => world.store.close())

/** Mika's own token, by which she comes; another one of hers, and one of nobody, with which something is done. */
async function ground() {
  const { access } = world
  const { person } = await addPerson(access, admin, { login: 'mika', name: 'Mika', grants: [...grants] })
  const mika: Actor = { type: 'user', id: person.id, via: 'ui', grants, person: person.id }
  const own = await createOwnToken(access, mika, { name: 'laptop', grants: [...grants] })
  const other = await createOwnToken(access, mika, { name: 'other', grants: [...grants] })
  const bot = await createToken(access, admin, { name: 'bot', grants: [...viewer] })
  const { code } = await askToLogIn(access, 'a laptop')
  return { mika, own, other, bot, code }
}
type Ground = Awaited<ReturnType<typeof ground>>

/** All that tells a secret, or makes somebody more than they were. */
const making: Readonly<Record<string, (by: Actor, on: Ground) => Promise<unknown>>> = {
  'a token': (by) => createToken(world.access, by, { name: 'one', grants: [...grants] }),
  'a token of their own': (by) => createOwnToken(world.access, by, { name: 'one', grants: [...grants] }),
  'a new secret': (by, { bot }) => rotateToken(world.access, by, { id: bot.id, overlapMs: 0 }),
  'a new secret of their own': (by, { other }) => rotateOwnToken(world.access, by, { id: other.id, overlapMs: 0 }),
  'a login of a command line': (by, { code }) => decideLogin(world.access, by, { code, verdict: 'allow' }),
  'a link to sign in': (by) => inviteToSignIn(world.access, by),
  'an invitation': (by) => invitePerson(world.access, by, 'mika'),
  'a person': (by) => addPerson(world.access, by, { login: 'eve', name: 'Eve', grants: [...grants] }),
  'rights of a person': (by) => changePerson(world.access, by, 'mika', { name: 'M', grants: [...grants] }),
  'rights of a group': (by) => setGroup(world.access, by, 'crew', { grants: [...grants] }),
}

/** How they come, and what opens nothing from then on. */
const puttingOut: Readonly<
  Record<string, (on: Ground) => Promise<{ readonly by: Actor; readonly out: () => Promise<unknown> }>>
> = {
  'their token was revoked': async ({ own }) => ({
    by: authenticate(world.access, own.secret, 'api'),
    out: () => revokeToken(world.access, admin, own.id),
  }),
  'their token has another secret': async ({ own }) => ({
    by: authenticate(world.access, own.secret, 'api'),
    out: () => rotateToken(world.access, admin, { id: own.id, overlapMs: 0 }),
  }),
  'they were disabled': async ({ own }) => ({
    by: authenticate(world.access, own.secret, 'api'),
    out: () => changePerson(world.access, admin, 'mika', { disabled: true }),
  }),
  'their session was ended': async ({ own, mika }) => {
    const by = authenticateSession(world.access, await beginSession(world.access, { token: own.secret }))
    const [session] = listOwnSessions(world.access, mika, undefined)
    return { by, out: () => endOwnSession(world.access, mika, session?.id ?? '') }
  },
  'their session is over': async ({ own }) => ({
    by: authenticateSession(world.access, await beginSession(world.access, { token: own.secret })),
    out: async () => world.clock.advanceBy(15 * 86_400_000),
  }),
}

/** How each of them ends. */
async function made(by: Actor, on: Ground): Promise<Readonly<Record<string, unknown>>> {
  const ends: Record<string, unknown> = {}
  for (const [what, make] of Object.entries(making)) ends[what] = await codeOf(() => make(by, on))
  return ends
}

it.each(Object.entries(puttingOut))('nobody makes anything that lasts, when %s meanwhile', async (_, how) => {
  const on = await ground()
  const { by, out } = await how(on)
  await out()
  const before = world.trail()
  for (const [what, end] of Object.entries(await made(by, on))) {
    expect({ what, end }).toEqual({
      what,
      end: expect.stringMatching(/^access\.(unauthenticated|session_ended|token_missing)$/),
    })
  }
  expect(world.trail()).toEqual(before)
})

it('who is good still makes all of it', async () => {
  const on = await ground()
  const ends = await made(authenticate(world.access, on.own.secret, 'api'), on)
  expect(new Set(Object.values(ends))).toEqual(new Set(['done']))
})

it('who lost the right meanwhile, and is good for other things, is told so', async () => {
  const on = await ground()
  const by = authenticate(world.access, on.own.secret, 'api')
  await changePerson(world.access, admin, 'mika', { grants: [...viewer] })
  expect(await made(by, on)).toMatchObject({
    ...{ 'a token': 'access.forbidden', 'a new secret': 'access.forbidden', 'an invitation': 'access.forbidden' },
    ...{ 'rights of a group': 'access.forbidden', 'a token of their own': 'done' },
  })
})

it('a secret of before is good until its overlap is over', async () => {
  const on = await ground()
  const by = authenticate(world.access, on.own.secret, 'api')
  await rotateToken(world.access, admin, { id: on.own.id, overlapMs: 60_000 })
  const make = () => codeOf(() => createOwnToken(world.access, by, { name: 'one', grants: [...grants] }))
  expect(await make()).toBe('done')
  world.clock.advanceBy(60_000)
  expect(await make()).toBe('access.unauthenticated')
})

it.each(Object.entries(puttingOut))('nobody takes a token that was agreed to, when %s meanwhile', async (_, how) => {
  const on = await ground()
  const { device, code } = await askToLogIn(world.access, 'another laptop')
  const { by, out } = await how(on)
  await decideLogin(world.access, by, { code, verdict: 'allow' })
  await out()
  expect(await codeOf(() => takeLogin(world.access, device))).toBe('access.login_over')
})
