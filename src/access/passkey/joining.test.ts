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

let room: PasskeyRoom
beforeEach(() => {
  room = new PasskeyRoom()
})
afterEach(() => room.store.close())

describe('joining with a passkey', () => {
  it('needs no password, shows recovery codes, and signs in', async () => {
    const { id, session } = await room.joined()
    expect(room.actorOf(session)).toMatchObject({
      type: 'user',
      id,
      via: 'ui',
      person: id,
      grants: [{ role: 'viewer' }],
    })
    expect(new Set(session.recoveryCodes).size).toBe(10)
    expect(listPeople(room.access, admin)).toMatchObject([{ login: 'mika', passkeys: 1, recoveryCodes: 10 }])
    expect(listOwnPasskeys(room.access, room.actorOf(session))).toEqual([
      {
        id: expect.stringMatching(/^pas_/),
        name: 'phone',
        address: 'holdfast.acme.example',
        isSynced: false,
        createdAt: room.clock.now(),
      },
    ])
    expect(room.trail().map((line) => line.split(' ')[0])).toEqual([
      'person.add',
      'person.invite',
      'person.join',
      'session.begin',
    ])
  })

  it('asks the authenticator to keep it and to ask its owner, and for nothing about its make', async () => {
    const { join: invitation } = await addPerson(room.access, admin, { login: 'mika', name: 'Mika Tanaka' })
    const options = await beginJoiningByPasskey(room.access, { code: invitation.code, origin })
    expect(options).toMatchObject({
      rp: { id: 'holdfast.acme.example' },
      user: { name: 'mika', displayName: 'Mika Tanaka' },
      attestation: 'none',
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    })
    expect(Buffer.from(options.challenge, 'base64url')).toHaveLength(32)
  })

  it('spends the code, and is over with it', async () => {
    const { join: invitation } = await addPerson(room.access, admin, { login: 'mika', name: 'Mika' })
    const { code } = invitation
    const key = new FakeAuthenticator(origin)
    const [one, two] = [
      await beginJoiningByPasskey(room.access, { code, origin }),
      await beginJoiningByPasskey(room.access, { code, origin }),
    ]
    const both = await Promise.allSettled([
      joinByPasskey(room.access, { code, registration: key.register(one), name: 'a' }),
      joinByPasskey(room.access, { code, registration: key.register(two), name: 'b' }),
    ])
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(await codeOf(() => beginJoiningByPasskey(room.access, { code, origin }))).toBe('access.code_refused')
    expect(listPeople(room.access, admin)).toMatchObject([{ passkeys: 1 }])
  })

  it('by a new invitation ends what was there, whichever way is chosen behind it', async () => {
    const before = await room.joined()
    await room.add(before.session)
    const { code } = await invitePerson(room.access, admin, 'mika')
    // Until it is used everything is good.
    expect(await codeOf(() => room.signIn(before.key))).toBe('done')
    const { totpSecret } = await beginJoining(room.access, code)
    const totp = new TOTP({ secret: Secret.fromBase32(totpSecret) }).generate({ timestamp: room.clock.now() })
    await join(room.access, { code, password: 'correct horse battery', totp })
    expect(listPeople(room.access, admin)).toMatchObject([{ passkeys: 0 }])
    expect(await codeOf(() => room.signIn(before.key))).toBe('access.passkey_refused')
    expect(await codeOf(() => room.actorOf(before.session))).toBe('access.session_ended')

    const again = await invitePerson(room.access, admin, 'mika')
    const options = await beginJoiningByPasskey(room.access, { code: again.code, origin })
    await joinByPasskey(room.access, { code: again.code, registration: before.key.register(options), name: 'phone' })
    expect(await codeOf(() => beginSignIn(room.access, 'mika', 'correct horse battery'))).toBe('access.sign_in_refused')
    expect(await codeOf(() => room.signIn(before.key))).toBe('done')

    const third = await invitePerson(room.access, admin, 'mika')
    const account = { issuer: 'https://id.example', subject: '1', login: undefined, name: undefined, groups: undefined }
    await signInFromOutside(room.access, { account, provider: 'corp', createPeople: false, joinCode: third.code })
    expect(await codeOf(() => room.signIn(before.key))).toBe('access.passkey_refused')
    expect(listPeople(room.access, admin)).toMatchObject([{ passkeys: 0, recoveryCodes: 0 }])
  })

  it('keeps nothing that could be used by who reads the database', async () => {
    const { session } = await room.joined()
    const { challenge } = await room.ask()
    const tables = [
      'access_person',
      'access_step',
      'access_challenge',
      'access_passkey',
      'access_recovery_code',
      'trail_unsealed',
    ]
    const stored = JSON.stringify(tables.map((table) => room.store.read.all(`SELECT * FROM ${table}`)))
    for (const secret of [challenge, ...session.recoveryCodes, session.secret, session.key])
      expect(stored).not.toContain(secret)
  })
})
