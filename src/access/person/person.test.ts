import { TOTP, Secret } from 'otpauth'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { VirtualClock } from '../../base/index.ts'
import type { Store } from '../../store/index.ts'
import { admin, codeOf, openAccessWorld } from '../access-world.fake.ts'
import {
  type Access,
  addPerson,
  askToLogIn,
  authenticate,
  authenticateSession,
  beginJoining,
  beginSession,
  beginSignIn,
  can,
  changePerson,
  createOwnToken,
  createToken,
  decideLogin,
  findAwsKey,
  finishSignIn,
  grantsNow,
  invitePerson,
  inviteToSignIn,
  join,
  listGroups,
  listOwnTokens,
  listPeople,
  nameOfActor,
  personBehind,
  removeGroup,
  revokeOwnToken,
  setGroup,
  takeLogin,
} from '../index.ts'

const password = 'correct horse battery'

let store: Store
let clock: VirtualClock
let access: Access
beforeEach(() => {
  ;({ store, clock, access } = openAccessWorld())
})
afterEach(() => store.close())

const trail = () =>
  store.read
    .all<{ action: string; actor_id: string }>('SELECT action, actor_id FROM trail_unsealed ORDER BY position')
    .map(({ action, actor_id }) => `${action} by ${actor_id}`)

const codeNow = (secret: string): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: clock.now() })

/** Somebody who has joined, with what they know and have. */
async function joined(login = 'mika', grants: Parameters<typeof addPerson>[2]['grants'] = [{ role: 'viewer' }]) {
  const { person, join: invitation } = await addPerson(access, admin, { login, name: 'Mika Tanaka', grants })
  const { totpSecret } = await beginJoining(access, invitation.code)
  const session = await join(access, { code: invitation.code, password, totp: codeNow(totpSecret) })
  clock.advanceBy(30_000)
  return { id: person.id, totpSecret, session, recoveryCodes: session.recoveryCodes }
}

const signedIn = async (totpSecret: string, login = 'mika') => {
  const { step } = await beginSignIn(access, login, password)
  return finishSignIn(access, { step, factor: { totp: codeNow(totpSecret) } })
}

describe('joining', () => {
  it('takes a password and an authenticator by the code, and signs in', async () => {
    const { id, session, recoveryCodes } = await joined()
    expect(authenticateSession(access, session)).toMatchObject({
      ...{ type: 'user', id, via: 'ui', grants: [{ role: 'viewer' }], person: id },
    })
    expect(recoveryCodes).toHaveLength(10)
    expect(new Set(recoveryCodes).size).toBe(10)
    expect(listPeople(access, admin)).toMatchObject([
      { login: 'mika', joinedAt: expect.any(Number), recoveryCodes: 10 },
    ])
    expect(trail()).toEqual([
      ...['person.add by ada', 'person.invite by ada', `person.join by ${id}`, `session.begin by ${id}`],
    ])
  })

  it('spends the code, and shows the same secret until then', async () => {
    const { join: invitation } = await addPerson(access, admin, { login: 'mika', name: 'Mika' })
    const { code } = invitation
    const first = await beginJoining(access, code)
    expect(await beginJoining(access, code)).toEqual(first)
    expect(first.totpUri).toContain('otpauth://totp/Holdfast:mika')
    const wrong = join(access, { code, password, totp: '000000' })
    await expect(wrong).rejects.toMatchObject({ code: 'access.second_factor_wrong' })
    await join(access, { code, password, totp: codeNow(first.totpSecret) })
    for (const act of [
      () => beginJoining(access, code),
      () => join(access, { code, password, totp: codeNow(first.totpSecret) }),
    ])
      expect(await codeOf(act)).toBe('access.code_refused')
  })

  it('refuses weak passwords, codes that are over or superseded, and people who are disabled', async () => {
    const { join: first } = await addPerson(access, admin, { login: 'mika', name: 'Mika' })
    const { totpSecret } = await beginJoining(access, first.code)
    const weak = { code: first.code, password: 'password1234', totp: codeNow(totpSecret) }
    expect(await codeOf(() => join(access, weak))).toBe('access.password_weak')
    const second = await invitePerson(access, admin, 'mika')
    expect(await codeOf(() => beginJoining(access, first.code))).toBe('access.code_refused')
    await changePerson(access, admin, 'mika', { disabled: true })
    expect(await codeOf(() => beginJoining(access, second.code))).toBe('access.code_refused')
    await changePerson(access, admin, 'mika', { disabled: false })
    clock.advanceTo(second.expiresAt)
    expect(await codeOf(() => beginJoining(access, second.code))).toBe('access.code_refused')
  })

  it('anew ends what was there: sessions, authenticator, recovery codes', async () => {
    const before = await joined()
    const { code } = await invitePerson(access, admin, 'mika')
    expect(authenticateSession(access, before.session)).toMatchObject({ person: before.id })
    const { totpSecret } = await beginJoining(access, code)
    await join(access, { code, password: 'another long sentence', totp: codeNow(totpSecret) })
    expect(await codeOf(() => authenticateSession(access, before.session))).toBe('access.session_ended')
    expect(await codeOf(() => beginSignIn(access, 'mika', password))).toBe('access.sign_in_refused')
    const { step } = await beginSignIn(access, 'mika', 'another long sentence')
    const [recoveryCode = ''] = before.recoveryCodes
    expect(await codeOf(() => finishSignIn(access, { step, factor: { recoveryCode } }))).toBe(
      'access.second_factor_wrong',
    )
  })

  it('anew ends tokens of their own, what those began, and yeses to command lines that nobody has come for', async () => {
    const before = await joined()
    const actor = authenticateSession(access, before.session)
    const grants = [{ role: 'viewer' as const }]
    const token = await createOwnToken(access, actor, { name: 'laptop', grants, awsKey: true })
    const ofToken = await beginSession(access, { token: token.secret })
    const { code: signInCode } = await inviteToSignIn(access, { ...actor, grants: [{ role: 'admin' }] })
    const asked = await askToLogIn(access, 'mika@laptop')
    await decideLogin(access, actor, { code: asked.code, verdict: 'allow' })
    const { code } = await invitePerson(access, admin, 'mika')
    const { totpSecret } = await beginJoining(access, code)
    await join(access, { code, password: 'another long sentence', totp: codeNow(totpSecret) })
    expect(await codeOf(() => authenticate(access, token.secret, 'api'))).toBe('access.unauthenticated')
    expect(findAwsKey(access, token.awsKey?.accessKeyId ?? '', 'api')).toBeUndefined()
    expect(await codeOf(() => authenticateSession(access, ofToken))).toBe('access.session_ended')
    expect(await codeOf(() => beginSession(access, { code: signInCode }))).toBe('access.code_refused')
    expect(await codeOf(() => takeLogin(access, asked.device))).toBe('access.login_over')
    expect(trail().filter((line) => line.startsWith('token.revoke'))).toEqual([`token.revoke by ${before.id}`])
  })

  it('anew leaves alone the tokens of others, and those that nobody owns', async () => {
    const [, ken] = [await joined('mika'), await joined('ken')]
    const his = authenticateSession(access, ken.session)
    const grants = [{ role: 'viewer' as const }]
    const tokens = [
      await createOwnToken(access, his, { name: 'laptop', grants }),
      await createToken(access, admin, { name: 'bot', grants }),
    ]
    const { code } = await invitePerson(access, admin, 'mika')
    const { totpSecret } = await beginJoining(access, code)
    await join(access, { code, password: 'another long sentence', totp: codeNow(totpSecret) })
    for (const { id, secret } of tokens) expect(authenticate(access, secret, 'api')).toMatchObject({ id })
  })

  it('keeps nothing that could be used by who reads the database', async () => {
    const { totpSecret, recoveryCodes, session } = await joined()
    const tables = ['access_person', 'access_step', 'access_recovery_code', 'access_session', 'trail_unsealed']
    const stored = JSON.stringify(tables.map((table) => store.read.all(`SELECT * FROM ${table}`)))
    for (const secret of [password, totpSecret, ...recoveryCodes, session.secret, session.key]) {
      expect(stored).not.toContain(secret)
    }
  })
})

describe('signing in by name', () => {
  it('takes the password and then a code, whatever the case of the name', async () => {
    const { id, totpSecret } = await joined()
    const session = await signedIn(totpSecret, ' MIKA ')
    expect(authenticateSession(access, session)).toMatchObject({ id, person: id })
  })

  it('takes no code twice, and none of an earlier time', async () => {
    const { totpSecret } = await joined()
    const used = codeNow(totpSecret)
    await signedIn(totpSecret)
    const { step } = await beginSignIn(access, 'mika', password)
    const again = () => finishSignIn(access, { step, factor: { totp: used } })
    expect(await codeOf(again)).toBe('access.second_factor_wrong')
    clock.advanceBy(30_000)
    expect(await codeOf(again)).toBe('access.second_factor_wrong')
    expect(await codeOf(() => finishSignIn(access, { step, factor: { totp: codeNow(totpSecret) } }))).toBe('done')
  })

  it('takes each recovery code once', async () => {
    const { recoveryCodes } = await joined()
    const [recoveryCode = ''] = recoveryCodes
    const factor = { recoveryCode: recoveryCode.toUpperCase() }
    const one = await beginSignIn(access, 'mika', password)
    expect(await codeOf(() => finishSignIn(access, { step: one.step, factor }))).toBe('done')
    const two = await beginSignIn(access, 'mika', password)
    expect(await codeOf(() => finishSignIn(access, { step: two.step, factor }))).toBe('access.second_factor_wrong')
    expect(listPeople(access, admin)[0]?.recoveryCodes).toBe(9)
  })

  it('spends its step, of which two at once open one session', async () => {
    const { totpSecret, recoveryCodes } = await joined()
    const { step } = await beginSignIn(access, 'mika', password)
    const both = await Promise.allSettled([
      finishSignIn(access, { step, factor: { totp: codeNow(totpSecret) } }),
      finishSignIn(access, { step, factor: { recoveryCode: recoveryCodes[0] ?? '' } }),
    ])
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    const late = await beginSignIn(access, 'mika', password)
    clock.advanceTo(late.expiresAt)
    const factor = { totp: codeNow(totpSecret) }
    expect(await codeOf(() => finishSignIn(access, { step: late.step, factor }))).toBe('access.sign_in_step_over')
  })

  it('answers alike for a wrong password, a name of nobody, and who has not joined or is disabled', async () => {
    await joined()
    await addPerson(access, admin, { login: 'ken', name: 'Ken' })
    await joined('yuki')
    await changePerson(access, admin, 'yuki', { disabled: true })
    const answers = []
    for (const [login, given] of [
      ['mika', 'wrong'],
      ['nobody', password],
      ['ken', password],
      ['yuki', password],
    ] as const) {
      const error: unknown = await beginSignIn(access, login, given).catch((thrown: unknown) => thrown)
      answers.push(JSON.stringify([error, String(error)]))
    }
    expect(new Set(answers).size).toBe(1)
  })

  it('waits after five failures, the same for a name of nobody, also with the right password', async () => {
    const { totpSecret } = await joined()
    for (const login of ['mika', 'nobody']) {
      for (let attempt = 0; attempt < 5; attempt++) {
        expect(await codeOf(() => beginSignIn(access, login, 'wrong'))).toBe('access.sign_in_refused')
      }
      expect(await codeOf(() => beginSignIn(access, login, password))).toBe('access.sign_in_wait')
    }
    clock.advanceBy(30_000)
    expect(await codeOf(() => signedIn(totpSecret))).toBe('done')
    expect(await codeOf(() => beginSignIn(access, 'mika', 'wrong'))).toBe('access.sign_in_refused')
  })

  it('counts wrong codes too: six digits are not to be tried out', async () => {
    const { totpSecret } = await joined()
    const { step } = await beginSignIn(access, 'mika', password)
    for (let attempt = 0; attempt < 5; attempt++) {
      expect(await codeOf(() => finishSignIn(access, { step, factor: { totp: '000000' } }))).toBe(
        'access.second_factor_wrong',
      )
    }
    const factor = { totp: codeNow(totpSecret) }
    expect(await codeOf(() => finishSignIn(access, { step, factor }))).toBe('access.sign_in_wait')
    expect(trail().filter((line) => line.startsWith('person.sign_in_failed'))).toHaveLength(5)
  })
})

describe('what a person may do', () => {
  it('is their own and what their groups may, as it is now', async () => {
    const { id, session } = await joined()
    await setGroup(access, admin, 'shop', { grants: [{ role: 'deployer', project: 'acme/shop' }, { role: 'viewer' }] })
    await changePerson(access, admin, 'mika', { groups: ['shop'] })
    const now = () => authenticateSession(access, session).grants
    expect(now()).toEqual([{ role: 'viewer' }, { role: 'deployer', project: 'acme/shop' }])
    expect(listGroups(access, admin)).toMatchObject([{ name: 'shop', members: ['mika'] }])
    const also = { alsoGrants: [{ role: 'responder' as const }, { role: 'viewer' as const }] }
    await changePerson(access, admin, 'mika', also)
    // Each once, and what the group gives stays the group's.
    expect((await changePerson(access, admin, 'mika', also)).grants).toEqual([
      { role: 'viewer' },
      { role: 'responder' },
    ])
    await changePerson(access, admin, 'mika', { grants: [] })
    await removeGroup(access, admin, 'shop')
    expect(now()).toEqual([])
    expect(grantsNow(store.read, id, clock.now())).toEqual([])
  })

  it('ends when they are disabled, by every session and token', async () => {
    const { session } = await joined()
    const actor = authenticateSession(access, session)
    const { secret } = await createOwnToken(access, actor, { name: 'laptop', grants: [{ role: 'viewer' }] })
    expect(authenticate(access, secret, 'api')).toMatchObject({ person: actor.id })
    await changePerson(access, admin, 'mika', { disabled: true })
    expect(await codeOf(() => authenticateSession(access, session))).toBe('access.session_ended')
    expect(await codeOf(() => authenticate(access, secret, 'api'))).toBe('access.unauthenticated')
  })

  it('is not added to by a token of theirs, and goes with it', async () => {
    const { session } = await joined('mika', [{ role: 'deployer', project: 'acme/shop' }])
    const actor = authenticateSession(access, session)
    const { id, secret } = await createOwnToken(access, actor, { name: 'all', grants: [{ role: 'admin' }] })
    const byToken = authenticate(access, secret, 'api')
    expect(byToken.grants).toEqual([{ role: 'deployer', project: 'acme/shop' }])
    expect(can(byToken, 'token.create').allowed).toBe(false)
    expect(personBehind(store.read, byToken)).toBe(actor.id)
    expect(nameOfActor(store.read, byToken)).toBe('Mika Tanaka (all)')
    expect(nameOfActor(store.read, actor)).toBe('Mika Tanaka')
    await changePerson(access, admin, 'mika', { grants: [] })
    expect(authenticate(access, secret, 'api').grants).toEqual([])
    expect(listOwnTokens(access, { ...actor, grants: [{ role: 'viewer' }] })).toMatchObject([{ id, name: 'all' }])
  })

  it('does not reach the tokens of others, nor has a token of nobody any', async () => {
    const viewer = [{ role: 'viewer' as const }]
    const [mika, ken] = [await joined('mika'), await joined('ken')]
    const [his, hers] = [authenticateSession(access, ken.session), authenticateSession(access, mika.session)]
    const { id } = await createOwnToken(access, hers, { name: 'laptop', grants: viewer })
    expect(await codeOf(() => revokeOwnToken(access, his, id))).toBe('access.token_missing')
    expect(listOwnTokens(access, his)).toEqual([])
    const { secret } = await createToken(access, admin, { name: 'bot', grants: viewer })
    const bot = authenticate(access, secret, 'api')
    expect(await codeOf(() => createOwnToken(access, bot, { name: 'x', grants: viewer }))).toBe('access.nobodys_own')
    expect(await codeOf(() => revokeOwnToken(access, hers, id))).toBe('done')
  })

  it('is no business of those who are no admin', async () => {
    const { session } = await joined()
    const actor = authenticateSession(access, session)
    const acts = [
      () => addPerson(access, actor, { login: 'x', name: 'X' }),
      () => changePerson(access, actor, 'mika', { grants: [{ role: 'admin' }] }),
      () => invitePerson(access, actor, 'mika'),
      () => setGroup(access, actor, 'g', { grants: [] }),
      () => removeGroup(access, actor, 'g'),
      () => listPeople(access, actor),
    ]
    for (const act of acts) expect(await codeOf(act)).toBe('access.forbidden')
  })

  it('is told what is wrong with what is asked', async () => {
    await joined()
    const acts: [() => unknown, string][] = [
      [() => addPerson(access, admin, { login: 'MIKA', name: 'X' }), 'access.person_exists'],
      [() => addPerson(access, admin, { login: 'a b', name: 'X' }), 'access.person_invalid'],
      [() => addPerson(access, admin, { login: 'x', name: 'X', groups: ['none'] }), 'access.group_missing'],
      [() => changePerson(access, admin, 'nobody', {}), 'access.person_missing'],
      [() => setGroup(access, admin, 'Big', { grants: [] }), 'access.person_invalid'],
      [() => removeGroup(access, admin, 'none'), 'access.group_missing'],
    ]
    for (const [act, code] of acts) expect(await codeOf(act)).toBe(code)
  })
})
