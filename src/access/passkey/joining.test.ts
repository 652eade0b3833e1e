import { Secret, TOTP } from 'otpauth'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { admin, codeOf } from '../access-world.fake.ts'
import {
  addPerson,
  beginJoining,
  beginJoiningByPasskey,
  beginSignIn,
  invitePerson,
  join,
  joinByPasskey,
  listOwnPasskeys,
  listPeople,
  signInFromOutside,
} from '../index.ts'
import { FakeAuthenticator } from './authenticator.fake.ts'
import { origin, PasskeyRoom } from './passkey-room.fake.ts'

let access: PasskeyRoom['access']
let actorOf: PasskeyRoom['actorOf']
let add: PasskeyRoom['add']
let ask: PasskeyRoom['ask']
let clock: PasskeyRoom['clock']
let joined: PasskeyRoom['joined']
let signIn: PasskeyRoom['signIn']
let store: PasskeyRoom['store']
let trail: PasskeyRoom['trail']
beforeEach(() => {
  ;({ access, actorOf, add, ask, clock, joined, signIn, store, trail } = new PasskeyRoom())
})
afterEach(() => store.close())

describe('joining with a passkey', () => {
  it('needs no password, shows recovery codes, and signs in', async () => {
    const { id, session } = await joined()
    expect(actorOf(session)).toMatchObject({ type: 'user', id, via: 'ui', person: id, grants: [{ role: 'viewer' }] })
    expect(new Set(session.recoveryCodes).size).toBe(10)
    expect(listPeople(access, admin)).toMatchObject([{ login: 'mika', passkeys: 1, recoveryCodes: 10 }])
    expect(listOwnPasskeys(access, actorOf(session))).toEqual([
      {
        id: expect.stringMatching(/^pas_/),
        name: 'phone',
        address: 'holdfast.acme.example',
        isSynced: false,
        createdAt: clock.now(),
      },
    ])
    expect(trail().map((line) => line.split(' ')[0])).toEqual([
      'person.add',
      'person.invite',
      'person.join',
      'session.begin',
    ])
  })

  it('asks the authenticator to keep it and to ask its owner, and for nothing about its make', async () => {
    const { join: invitation } = await addPerson(access, admin, { login: 'mika', name: 'Mika Tanaka' })
    const options = await beginJoiningByPasskey(access, { code: invitation.code, origin })
    expect(options).toMatchObject({
      rp: { id: 'holdfast.acme.example' },
      user: { name: 'mika', displayName: 'Mika Tanaka' },
      attestation: 'none',
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    })
    expect(Buffer.from(options.challenge, 'base64url')).toHaveLength(32)
  })

  it('spends the code, and is over with it', async () => {
    const { join: invitation } = await addPerson(access, admin, { login: 'mika', name: 'Mika' })
    const { code } = invitation
    const key = new FakeAuthenticator(origin)
    const [one, two] = [
      await beginJoiningByPasskey(access, { code, origin }),
      await beginJoiningByPasskey(access, { code, origin }),
    ]
    const both = await Promise.allSettled([
      joinByPasskey(access, { code, registration: key.register(one), name: 'a' }),
      joinByPasskey(access, { code, registration: key.register(two), name: 'b' }),
    ])
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(await codeOf(() => beginJoiningByPasskey(access, { code, origin }))).toBe('access.code_refused')
    expect(listPeople(access, admin)).toMatchObject([{ passkeys: 1 }])
  })

  it('by a new invitation ends what was there, whichever way is chosen behind it', async () => {
    const before = await joined()
    await add(before.session)
    const { code } = await invitePerson(access, admin, 'mika')
    // Until it is used everything is good.
    expect(await codeOf(() => signIn(before.key))).toBe('done')
    const { totpSecret } = await beginJoining(access, code)
    const totp = new TOTP({ secret: Secret.fromBase32(totpSecret) }).generate({ timestamp: clock.now() })
    await join(access, { code, password: 'correct horse battery', totp })
    expect(listPeople(access, admin)).toMatchObject([{ passkeys: 0 }])
    expect(await codeOf(() => signIn(before.key))).toBe('access.passkey_refused')
    expect(await codeOf(() => actorOf(before.session))).toBe('access.session_ended')

    const again = await invitePerson(access, admin, 'mika')
    const options = await beginJoiningByPasskey(access, { code: again.code, origin })
    await joinByPasskey(access, { code: again.code, registration: before.key.register(options), name: 'phone' })
    expect(await codeOf(() => beginSignIn(access, 'mika', 'correct horse battery'))).toBe('access.sign_in_refused')
    expect(await codeOf(() => signIn(before.key))).toBe('done')

    const third = await invitePerson(access, admin, 'mika')
    const account = { issuer: 'https://id.example', subject: '1', login: undefined, name: undefined, groups: undefined }
    await signInFromOutside(access, { account, provider: 'corp', createPeople: false, joinCode: third.code })
    expect(await codeOf(() => signIn(before.key))).toBe('access.passkey_refused')
    expect(listPeople(access, admin)).toMatchObject([{ passkeys: 0, recoveryCodes: 0 }])
  })

  it('keeps nothing that could be used by who reads the database', async () => {
    const { session } = await joined()
    const { challenge } = await ask()
    const tables = [
      'access_person',
      'access_step',
      'access_challenge',
      'access_passkey',
      'access_recovery_code',
      'trail_unsealed',
    ]
    const stored = JSON.stringify(tables.map((table) => store.read.all(`SELECT * FROM ${table}`)))
    for (const secret of [challenge, ...session.recoveryCodes, session.secret, session.key])
      expect(stored).not.toContain(secret)
  })
})
