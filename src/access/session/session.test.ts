import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HoldfastError, type VirtualClock } from '../../base/index.ts'
import type { Store } from '../../store/index.ts'
import { admin, openAccessWorld } from '../access-world.fake.ts'
import {
  type Access,
  type Actor,
  addPerson,
  authenticateSession,
  beginSession,
  createOwnToken,
  createToken,
  revokeSession,
  endOtherSessions,
  endOwnSession,
  endSession,
  ensureLocalToken,
  inviteToSignIn,
  inviteWhoStarted,
  listOwnSessions,
  listSessions,
  revokeToken,
} from '../index.ts'
import { openSessionFor } from './begin.ts'

let store: Store
let clock: VirtualClock
let access: Access
beforeEach(() => {
  ;({ store, clock, access } = openAccessWorld())
})
afterEach(() => store.close())

const codeOf = async (act: () => unknown): Promise<unknown> => {
  try {
    return await act()
  } catch (error) {
    return error instanceof HoldfastError ? error.code : error
  }
}
const actionsIn = (): unknown[] =>
  store.read
    .all<{ action: string }>('SELECT action FROM trail_unsealed ORDER BY position')
    .map(({ action }) => action)
    .filter((action) => action.startsWith('session.'))
const holder = async (): Promise<{ readonly actor: Actor; readonly secret: string }> => {
  const { id, secret } = await createToken(access, admin, { name: 'mika', grants: [{ role: 'admin' }] })
  return { actor: { type: 'user', id, via: 'api', grants: [{ role: 'admin' }] }, secret }
}

describe('a sign-in link', () => {
  it('signs in whoever started the server, once', async () => {
    await ensureLocalToken(access, {
      held: { token: undefined, accessKeyId: undefined },
      deliver: () => {},
      deliverAwsKey: () => {},
    })
    const { code } = await inviteWhoStarted(access)
    const { actor, secret, key } = await beginSession(access, { code })
    expect(authenticateSession(access, { secret, key })).toEqual(actor)
    expect(actor).toMatchObject({ type: 'user', via: 'ui', grants: [{ role: 'admin' }] })
    expect(await codeOf(() => beginSession(access, { code }))).toBe('access.code_refused')
    expect(actionsIn()).toEqual(['session.invite', 'session.begin'])
  })

  it('lets one of two in that open it at the same moment', async () => {
    const { actor } = await holder()
    const { code } = await inviteToSignIn(access, actor)
    const both = await Promise.all([1, 2].map(() => codeOf(() => beginSession(access, { code }))))
    expect(both.filter((answer) => answer === 'access.code_refused')).toHaveLength(1)
    expect(both.filter((answer) => typeof answer === 'object')).toHaveLength(1)
  })

  it('is good for a quarter of an hour', async () => {
    const { actor } = await holder()
    const { code, expiresAt } = await inviteToSignIn(access, actor)
    clock.advanceTo(expiresAt)
    expect(await codeOf(() => beginSession(access, { code }))).toBe('access.code_refused')
  })

  it('is worth nothing once its token is revoked, and stays spent', async () => {
    const { actor } = await holder()
    const { code } = await inviteToSignIn(access, actor)
    await revokeToken(access, admin, actor.id)
    expect(await codeOf(() => beginSession(access, { code }))).toBe('access.code_refused')
    expect(store.read.get('SELECT spent_at FROM access_sign_in_code')).toEqual({ spent_at: clock.now() })
  })

  it('is refused to whoever has no role', async () => {
    const stranger: Actor = { type: 'user', id: 'eve', via: 'api' }
    expect(await codeOf(() => inviteToSignIn(access, stranger))).toBe('access.forbidden')
  })
})

describe('a session', () => {
  it('is begun with a token and holds no secret in the database', async () => {
    const { secret: token } = await holder()
    const { secret, key } = await beginSession(access, { token })
    expect(authenticateSession(access, { secret, key }).via).toBe('ui')
    const stored = JSON.stringify(store.read.all('SELECT * FROM access_session'))
    for (const half of [secret, key]) expect(stored).not.toContain(half)
    expect(await codeOf(() => beginSession(access, { token: `hf_${'x'.repeat(43)}` }))).toBe('access.unauthenticated')
  })

  it('opens nothing with one of its halves', async () => {
    const { secret: token } = await holder()
    const [one, other] = [await beginSession(access, { token }), await beginSession(access, { token })]
    for (const proof of [
      { secret: one.secret, key: other.key },
      { secret: one.secret, key: '' },
      { secret: one.key, key: one.key },
    ]) {
      expect(await codeOf(() => authenticateSession(access, proof))).toBe('access.session_ended')
    }
  })

  it('ends by signing out, which is recorded once', async () => {
    const { secret: token } = await holder()
    const { secret, key, actor } = await beginSession(access, { token })
    await endSession(access, actor, { secret, key })
    await endSession(access, actor, { secret, key })
    expect(await codeOf(() => authenticateSession(access, { secret, key }))).toBe('access.session_ended')
    expect(actionsIn()).toEqual(['session.begin', 'session.end'])
  })

  it('is listed with its token and browser, says which one asks, and is ended from another', async () => {
    const { secret: token, actor } = await holder()
    const here = await beginSession(access, { token, userAgent: 'Firefox' })
    const there = await beginSession(access, { token })
    authenticateSession(access, there)
    await store.write(() => {})
    const listed = listSessions(access, actor, here)
    expect(listed.map(({ isCurrent, userAgent, lastUsedAt }) => ({ isCurrent, userAgent, lastUsedAt }))).toEqual([
      { isCurrent: false, lastUsedAt: clock.now() },
      { isCurrent: true, userAgent: 'Firefox' },
    ])
    expect(listed[0]?.holder).toEqual({ id: actor.id, name: 'mika' })
    await revokeSession(access, actor, listed[0]?.id ?? '')
    expect(await codeOf(() => authenticateSession(access, there))).toBe('access.session_ended')
    expect(authenticateSession(access, here)).toMatchObject({ id: actor.id })
    expect(await codeOf(() => revokeSession(access, actor, listed[0]?.id ?? ''))).toBe('access.session_missing')
    expect(actionsIn().at(-1)).toBe('session.end')
  })

  it('lasts no longer than its token', async () => {
    const { secret: token } = await createToken(access, admin, {
      ...{ name: 'for an hour', grants: [{ role: 'admin' as const }], expiresAt: clock.now() + 3_600_000 },
    })
    const session = await beginSession(access, { token })
    expect(session.expiresAt).toBe(clock.now() + 3_600_000)
    clock.advanceTo(session.expiresAt)
    expect(await codeOf(() => authenticateSession(access, session))).toBe('access.session_ended')
    expect(await codeOf(() => beginSession(access, { token }))).toBe('access.unauthenticated')
  })

  it('ends with its token and with its time', async () => {
    const { secret: token, actor } = await holder()
    const { expiresAt, ...proof } = await beginSession(access, { token })
    clock.advanceTo(expiresAt)
    expect(await codeOf(() => authenticateSession(access, proof))).toBe('access.session_ended')
    const fresh = await beginSession(access, { token })
    expect(store.read.all('SELECT id FROM access_session')).toHaveLength(1)
    await revokeToken(access, admin, actor.id)
    expect(await codeOf(() => authenticateSession(access, fresh))).toBe('access.session_ended')
  })
})

describe('sessions of one’s own', () => {
  const withoutGrants = (id: string): Actor => ({ type: 'user', id, via: 'ui', grants: [] })

  it('are those of the person, whichever of their tokens began them, and of nobody else', async () => {
    const { person } = await addPerson(access, admin, { login: 'mika', name: 'Mika', grants: [], groups: [] })
    await store.write((tx) => openSessionFor(access, tx, { holderId: person.id, userAgent: 'Firefox' }))
    const mika: Actor = { ...withoutGrants(person.id), person: person.id }
    const grants = [{ role: 'viewer' as const }]
    const own = await createOwnToken(access, { ...mika, grants }, { name: 'laptop', grants })
    await beginSession(access, { token: own.secret })
    const { actor: stranger, secret } = await holder()
    const there = await beginSession(access, { token: secret })
    const seen = listOwnSessions(access, mika, undefined)
    expect(seen.map(({ holder: { id } }) => id)).toEqual([own.id, person.id])
    expect(listOwnSessions(access, stranger, there)).toMatchObject([{ holder: { id: stranger.id }, isCurrent: true }])
    const foreign = listOwnSessions(access, stranger, undefined)[0]?.id ?? ''
    expect(await codeOf(() => endOwnSession(access, mika, foreign))).toBe('access.session_missing')
    expect(authenticateSession(access, there)).toMatchObject({ id: stranger.id })
  })

  it('are ended one by one, or all but the one that asks, each with its record', async () => {
    const { secret: token, actor } = await holder()
    const sessions = [1, 2, 3, 4].map(() => beginSession(access, { token }))
    const [here, lost, ...others] = await Promise.all(sessions)
    if (here === undefined || lost === undefined) throw new Error('four were begun')
    const me = withoutGrants(actor.id)
    const oldest = listOwnSessions(access, me, lost).find(({ isCurrent }) => isCurrent)?.id ?? ''
    await endOwnSession(access, me, oldest)
    expect(await codeOf(() => authenticateSession(access, lost))).toBe('access.session_ended')
    expect(await codeOf(() => endOwnSession(access, me, oldest))).toBe('access.session_missing')
    expect(await endOtherSessions(access, me, here)).toBe(2)
    for (const one of others) expect(await codeOf(() => authenticateSession(access, one))).toBe('access.session_ended')
    expect(authenticateSession(access, here)).toMatchObject({ id: actor.id })
    expect(actionsIn().filter((action) => action === 'session.end')).toHaveLength(3)
    expect(await endOtherSessions(access, me, undefined)).toBe(1)
  })
})
