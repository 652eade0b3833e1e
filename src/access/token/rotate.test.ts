import { afterEach, beforeEach, expect, it } from 'vitest'
import { HoldfastError, type VirtualClock } from '../../base/index.ts'
import type { Store } from '../../store/index.ts'
import { admin, openAccessWorld } from '../access-world.fake.ts'
import {
  type Access,
  type Actor,
  addPerson,
  authenticate,
  authenticateSession,
  beginSession,
  createOwnToken,
  createToken,
  handsOf,
  inviteToSignIn,
  makeToken,
  revokeToken,
  rotateOwnToken,
  rotateToken,
} from '../index.ts'

const viewer: Actor = { type: 'user', id: 'vi', via: 'api', grants: [{ role: 'viewer' }] }
const hour = 3_600_000

let store: Store
let clock: VirtualClock
let access: Access
beforeEach(() => {
  ;({ store, clock, access } = openAccessWorld())
})
afterEach(() => store.close())

const opens = (secret: string): string | undefined => {
  try {
    return authenticate(access, secret, 'api').id
  } catch (error) {
    if (error instanceof HoldfastError) return undefined
    throw error
  }
}
const bot = () => createToken(access, admin, { name: 'bot', grants: [{ role: 'viewer' }] })

it('both secrets open the same for the overlap, and then only the new one', async () => {
  const made = await bot()
  const rotated = await rotateToken(access, admin, { id: made.id, overlapMs: hour })
  expect([opens(made.secret), opens(rotated.secret)]).toEqual([made.id, made.id])
  clock.advanceBy(hour)
  expect([opens(made.secret), opens(rotated.secret)]).toEqual([undefined, made.id])
  const trail = store.read.all<{ action: string }>('SELECT action FROM trail_unsealed ORDER BY position')
  expect(trail.map(({ action }) => action)).toEqual(['token.create', 'token.rotate'])
})

it('without an overlap the old one ends at once; revoking ends both', async () => {
  const made = await bot()
  const second = await rotateToken(access, admin, { id: made.id, overlapMs: 0 })
  expect(opens(made.secret)).toBeUndefined()
  const third = await rotateToken(access, admin, { id: made.id, overlapMs: hour })
  await revokeToken(access, admin, made.id)
  expect([opens(second.secret), opens(third.secret)]).toEqual([undefined, undefined])
})

it('rotated twice, each former secret has its own end', async () => {
  const made = await bot()
  const second = await rotateToken(access, admin, { id: made.id, overlapMs: hour })
  const third = await rotateToken(access, admin, { id: made.id, overlapMs: 2 * hour })
  expect([made, second, third].map(({ secret }) => opens(secret))).toEqual([made.id, made.id, made.id])
  clock.advanceBy(hour)
  expect([made, second, third].map(({ secret }) => opens(secret))).toEqual([undefined, made.id, made.id])
})

it('without an overlap all that the old secrets began ends too: sessions, sign-in codes, secrets of earlier rotations', async () => {
  const made = await bot()
  const holder = authenticate(access, made.secret, 'api')
  const session = await beginSession(access, { token: made.secret })
  const { code } = await inviteToSignIn(access, { ...holder, grants: [{ role: 'admin' }] })
  await rotateToken(access, admin, { id: made.id, overlapMs: hour })
  expect(authenticateSession(access, session)).toMatchObject({ id: made.id })
  const last = await rotateToken(access, admin, { id: made.id, overlapMs: 0 })
  expect([opens(made.secret), opens(last.secret)]).toEqual([undefined, made.id])
  expect(() => authenticateSession(access, session)).toThrow(expect.objectContaining({ code: 'access.session_ended' }))
  await expect(beginSession(access, { code })).rejects.toMatchObject({ code: 'access.code_refused' })
})

it('a session is not begun with the old secret while it is being rotated without an overlap', async () => {
  const made = await bot()
  const [rotated, begun] = await Promise.allSettled([
    rotateToken(access, admin, { id: made.id, overlapMs: 0 }),
    beginSession(access, { token: made.secret }),
  ])
  expect(rotated.status).toBe('fulfilled')
  expect(begun).toMatchObject({ status: 'rejected', reason: { code: 'access.unauthenticated' } })
})

it('is an admin’s to do, or the person’s whose it is', async () => {
  const made = await bot()
  const asViewer = rotateToken(access, viewer, { id: made.id, overlapMs: 0 })
  await expect(asViewer).rejects.toMatchObject({ code: 'access.forbidden' })
  const { person } = await addPerson(access, admin, { login: 'mika', name: 'Mika', grants: [{ role: 'viewer' }] })
  const mika: Actor = { type: 'user', id: person.id, via: 'ui', grants: [{ role: 'viewer' }], person: person.id }
  const own = await createOwnToken(access, mika, { name: 'laptop', grants: [{ role: 'viewer' }] })
  const rotated = await rotateOwnToken(access, mika, { id: own.id, overlapMs: 0 })
  expect([opens(own.secret), opens(rotated.secret)]).toEqual([undefined, own.id])
  const foreign = rotateOwnToken(access, mika, { id: made.id, overlapMs: 0 })
  await expect(foreign).rejects.toMatchObject({ code: 'access.token_missing' })
  await expect(rotateOwnToken(access, viewer, { id: made.id, overlapMs: 0 })).rejects.toMatchObject({
    code: 'access.nobodys_own',
  })
})

it('leaves alone what is revoked, the data folder’s, or an agent’s', async () => {
  const made = await bot()
  await revokeToken(access, admin, made.id)
  const others = await store.write((tx) => [
    makeToken(access, tx, { name: 'local', holder: { grants: [{ role: 'admin' }] }, by: admin }),
    makeToken(access, tx, { name: 'host tokyo', holder: { machine: 'hst_1' }, by: admin }),
  ])
  for (const { id } of [made, ...others]) {
    const rotated = rotateToken(access, admin, { id, overlapMs: 0 })
    await expect(rotated).rejects.toMatchObject({ code: 'access.token_fixed' })
  }
})

it('a person’s own token is theirs, whatever it is called', async () => {
  const { person } = await addPerson(access, admin, { login: 'mika', name: 'Mika', grants: [{ role: 'viewer' }] })
  const mika: Actor = { type: 'user', id: person.id, via: 'ui', grants: [{ role: 'viewer' }], person: person.id }
  // As a login of a command line names it after its machine.
  const holder = { grants: [{ role: 'viewer' }], person: person.id } as const
  const made = await store.write((tx) => makeToken(access, tx, { name: 'local', holder, by: mika }))
  const { secret } = await rotateOwnToken(access, mika, { id: made.id, overlapMs: 0 })
  expect([opens(made.secret), opens(secret)]).toEqual([undefined, made.id])
})

it('of a token whose maker nobody knows, it makes nobody known who comes by such a token, or by this one', async () => {
  const grants = [{ role: 'admin' }] as const
  const [bot, other] = [
    await createToken(access, admin, { name: 'bot', grants: [...grants] }),
    await createToken(access, admin, { name: 'other', grants: [...grants] }),
  ]
  await store.write((tx) => tx.prepare("UPDATE access_token_hand SET hand = 'unknown'").run())
  const hands = () => handsOf(store.read, { type: 'user', id: bot.id }, clock.now())
  for (const { secret } of [bot, other]) {
    await rotateToken(access, authenticate(access, secret, 'api'), { id: bot.id, overlapMs: 0 })
    expect(hands()).toContain('unknown')
  }
  await rotateToken(access, admin, { id: bot.id, overlapMs: 0 })
  expect(hands()).toEqual(expect.not.arrayContaining(['unknown']))
})
