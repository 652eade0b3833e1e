import { Secret, TOTP } from 'otpauth'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { admin, codeOf } from '../access-world.fake.ts'
import {
  type Actor,
  addPasskey,
  addPerson,
  authenticate,
  beginAddingPasskey,
  beginJoining,
  beginJoiningByPasskey,
  beginSession,
  createOwnToken,
  endSession,
  invitePerson,
  join,
  joinByPasskey,
  listOwnPasskeys,
  listPeople,
  removeOwnPasskey,
  renameOwnPasskey,
  type SessionProof,
} from '../index.ts'
import { FakeAuthenticator } from './authenticator.fake.ts'
import { elsewhere, local, neighbour, origin, PasskeyRoom, registrationFaults } from './passkey-room.fake.ts'

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

describe('a passkey', () => {
  it('that is wrong is taken neither at joining nor later', async () => {
    const { code } = (await addPerson(access, admin, { login: 'ken', name: 'Ken' })).join
    const { session } = await joined()
    const key = new FakeAuthenticator(origin)
    for (const [says, wrongs] of registrationFaults) {
      const registration = key.register(await beginJoiningByPasskey(access, { code, origin }), wrongs)
      const joining = await codeOf(() => joinByPasskey(access, { code, registration, name: 'x' }))
      const asked = await beginAddingPasskey(access, actorOf(session), { proof: session, origin })
      const later = { proof: session, registration: key.register(asked, wrongs), name: 'x' }
      const adding = await codeOf(() => addPasskey(access, actorOf(session), later))
      expect([says, joining, adding]).toEqual([says, 'access.passkey_invalid', 'access.passkey_invalid'])
    }
    // The invitation is as good as before.
    const good = key.register(await beginJoiningByPasskey(access, { code, origin }))
    expect(await codeOf(() => joinByPasskey(access, { code, registration: good, name: 'x' }))).toBe('done')
  })

  it('is taken once, within five minutes, for what it was asked and by whom', async () => {
    const { session } = await joined()
    const other = await joined('ken')
    const key = new FakeAuthenticator(origin)
    const take = (proof: SessionProof, registration: ReturnType<FakeAuthenticator['register']>) =>
      codeOf(() => addPasskey(access, actorOf(proof), { proof, registration, name: 'x' }))
    const asked = () => beginAddingPasskey(access, actorOf(session), { proof: session, origin })
    // A challenge of somebody else's, of nobody's, of an invitation's, of a sign-in's.
    expect(await take(other.session, key.register(await asked()))).toBe('access.passkey_invalid')
    expect(await take(session, key.register(await asked(), { challenge: 'A'.repeat(43) }))).toBe(
      'access.passkey_invalid',
    )
    const { code } = await invitePerson(access, admin, 'mika')
    const forJoining = await beginJoiningByPasskey(access, { code, origin })
    expect(await take(session, key.register(forJoining))).toBe('access.passkey_invalid')
    const { challenge } = await ask()
    expect(await take(session, key.register({ ...(await asked()), challenge }))).toBe('access.passkey_invalid')
    const late = await asked()
    clock.advanceBy(5 * 60_000)
    expect(await take(session, key.register(late))).toBe('access.passkey_invalid')
    const twice = await asked()
    const registration = key.register(twice)
    expect(await take(session, registration)).toBe('done')
    expect(await take(session, registration)).toBe('access.passkey_invalid')
    expect(await take(session, key.register(twice))).toBe('access.passkey_invalid')
  })

  it('of garbage is refused as one that is wrong', async () => {
    const { session, key } = await joined()
    const options = await beginAddingPasskey(access, actorOf(session), { proof: session, origin })
    const good = key.register(options)
    for (const attestationObject of ['AA', 'oA', 'v2NmbXRkbm9uZQ', good.response.attestationObject.slice(0, 100)]) {
      const asked = await beginAddingPasskey(access, actorOf(session), { proof: session, origin })
      const { response, ...rest } = key.register(asked)
      const registration = { ...rest, response: { ...response, attestationObject } }
      const adding = { proof: session, registration, name: 'x' }
      expect(await codeOf(() => addPasskey(access, actorOf(session), adding))).toBe('access.passkey_invalid')
    }
    const noJson = { ...good, response: { ...good.response, clientDataJSON: 'AAAA' } }
    const adding = { proof: session, registration: noJson, name: 'x' }
    expect(await codeOf(() => addPasskey(access, actorOf(session), adding))).toBe('access.passkey_invalid')
  })

  it('is taken whatever the authenticator says of its make: no certificate of it is read', async () => {
    const { session } = await joined()
    const key = new FakeAuthenticator(origin)
    const options = await beginAddingPasskey(access, actorOf(session), { proof: session, origin })
    const statement = new Map<string, Uint8Array | number | Uint8Array[]>([
      ['alg', -7],
      ['sig', new Uint8Array(8)],
      ['x5c', [new Uint8Array(40)]],
    ])
    const registration = key.register(options, { attestation: { fmt: 'packed', statement } })
    expect(await codeOf(() => addPasskey(access, actorOf(session), { proof: session, registration, name: 'x' }))).toBe(
      'done',
    )
    expect(await codeOf(() => signIn(key))).toBe('done')
  })

  it('is added, named and removed by its owner, each in the trail', async () => {
    const { id, session } = await joined()
    const key = new FakeAuthenticator(origin)
    const options = await beginAddingPasskey(access, actorOf(session), { proof: session, origin })
    expect(options.excludeCredentials).toHaveLength(1)
    const added = await add(session, key)
    await renameOwnPasskey(access, actorOf(session), added.id, 'work laptop')
    await renameOwnPasskey(access, actorOf(session), added.id, 'work laptop')
    expect(await codeOf(() => signIn(key))).toBe('done')
    expect(listOwnPasskeys(access, actorOf(session))).toMatchObject([
      { name: 'phone' },
      { name: 'work laptop', lastUsedAt: clock.now() },
    ])
    await removeOwnPasskey(access, actorOf(session), { id: added.id, proof: session, origin })
    expect(await codeOf(() => signIn(key))).toBe('access.passkey_refused')
    expect(
      trail()
        .filter((line) => line.startsWith('passkey.'))
        .map((line) => line.split(' ')[0]),
    ).toEqual([...['passkey.add', 'passkey.rename', 'passkey.remove']])
    for (const told of [added.id, 'laptop', 'holdfast.acme.example']) expect(trail().join('\n')).toContain(told)
    expect(listPeople(access, admin).find((one) => one.id === id)).toMatchObject({ passkeys: 1 })
  })

  it('is not removed when it is the last way in, also where another one is of another address', async () => {
    const { session } = await joined()
    const [only] = listOwnPasskeys(access, actorOf(session))
    const remove = (given: string | undefined, id = only?.id ?? '') =>
      codeOf(() => removeOwnPasskey(access, actorOf(session), { id, proof: session, origin: given }))
    expect(await remove(origin)).toBe('access.passkey_last')
    for (const there of [elsewhere, `${origin}:8443`]) {
      const options = await beginAddingPasskey(access, actorOf(session), { proof: session, origin: there })
      const registration = new FakeAuthenticator(there).register(options)
      const other = await addPasskey(access, actorOf(session), { proof: session, registration, name: 'there' })
      expect(await remove(origin)).toBe('access.passkey_last')
      expect(await remove(undefined)).toBe('access.passkey_last')
      expect(await remove('http://127.0.0.1:7400')).toBe('access.passkey_last')
      expect(await remove(origin, other.id)).toBe('done')
      expect(await remove(origin, other.id)).toBe('access.passkey_missing')
    }
  })

  it('is made at another port by the authenticator that has one at this port: a server that has moved is a new address', async () => {
    const { session, key } = await joined('mika', 0, local)
    clock.advanceBy(1000)
    const options = await beginAddingPasskey(access, actorOf(session), { proof: session, origin: neighbour })
    expect(options.excludeCredentials).toEqual([])
    const registration = key.register(options, { origin: neighbour })
    await addPasskey(access, actorOf(session), { proof: session, registration, name: 'there' })
    expect(listOwnPasskeys(access, actorOf(session)).map(({ address }) => address)).toEqual([
      'localhost:7400',
      'localhost:7480',
    ])
  })

  it('when it is removed ends every other session of its owner, for one of them may be of who has it', async () => {
    const { session, key } = await joined()
    const other = await joined('ken')
    const { id } = await add(session, key)
    const thief = await signIn(key)
    const { secret } = await createOwnToken(access, actorOf(thief), { name: 'x', grants: [{ role: 'viewer' }] })
    const byToken = await beginSession(access, { token: secret })
    // What is refused ends nothing.
    const refused = { id: 'pas_none', proof: session, origin }
    expect(await codeOf(() => removeOwnPasskey(access, actorOf(session), refused))).toBe('access.passkey_missing')
    expect(await codeOf(() => actorOf(thief))).toBe('done')
    await removeOwnPasskey(access, actorOf(session), { id, proof: session, origin })
    const opens = [session, thief, byToken, other.session].map((one) => codeOf(() => actorOf(one)))
    expect(await Promise.all(opens)).toEqual(['done', 'access.session_ended', 'access.session_ended', 'done'])
    expect(trail().filter((line) => line.startsWith('session.end'))).toHaveLength(2)
  })

  it('of two sessions that remove the passkeys of each other at once one is ended, and removes none', async () => {
    const { session, key } = await joined()
    await add(session)
    const second = await signIn(key)
    const [first, last] = listOwnPasskeys(access, actorOf(session)).map(({ id }) => id)
    await add(session)
    const remove = (proof: SessionProof, id = '') => {
      const actor = actorOf(proof)
      return codeOf(() => removeOwnPasskey(access, actor, { id, proof, origin }))
    }
    const both = await Promise.all([remove(session, first), remove(second, last)])
    expect(both.toSorted()).toEqual(['access.sign_in_stale', 'done'])
  })

  it('may be the last one of somebody who has a password', async () => {
    const { join: invitation } = await addPerson(access, admin, {
      login: 'mika',
      name: 'Mika',
      grants: [{ role: 'viewer' }],
    })
    const { totpSecret } = await beginJoining(access, invitation.code)
    const totp = new TOTP({ secret: Secret.fromBase32(totpSecret) }).generate({ timestamp: clock.now() })
    const session = await join(access, { code: invitation.code, password: 'correct horse battery', totp })
    const { id } = await add(session)
    expect(await codeOf(() => removeOwnPasskey(access, actorOf(session), { id, proof: session, origin }))).toBe('done')
  })

  it('of two that are removed at once one stays', async () => {
    const { session } = await joined()
    await add(session)
    const ids = listOwnPasskeys(access, actorOf(session)).map(({ id }) => id)
    const remove = (id: string) =>
      codeOf(() => removeOwnPasskey(access, actorOf(session), { id, proof: session, origin }))
    expect((await Promise.all(ids.map(remove))).toSorted()).toEqual(['access.passkey_last', 'done'])
  })

  it('is changed only shortly after signing in, by a session of the person themselves', async () => {
    const { session } = await joined()
    const person = actorOf(session)
    const begin = (actor: Actor, proof: SessionProof | undefined) =>
      codeOf(() => beginAddingPasskey(access, actor, { proof, origin }))
    const { secret } = await createOwnToken(access, person, { name: 'laptop', grants: [{ role: 'viewer' }] })
    const byToken = authenticate(access, secret, 'api')
    expect(await begin(byToken, undefined)).toBe('access.sign_in_stale')
    const tokenSession = await beginSession(access, { token: secret })
    expect(await begin(actorOf(tokenSession), tokenSession)).toBe('access.sign_in_stale')
    // Both halves are right, and the actor is somebody else.
    const other = await joined('ken')
    expect(await begin(person, other.session)).toBe('access.sign_in_stale')
    expect(await begin(admin, session)).toBe('access.nobodys_own')
    clock.advanceBy(15 * 60_000)
    expect(await begin(person, session)).toBe('done')
    clock.advanceBy(1)
    expect(await begin(person, session)).toBe('access.sign_in_stale')
    const [{ id } = { id: '' }] = listOwnPasskeys(access, person)
    expect(await codeOf(() => removeOwnPasskey(access, person, { id, proof: session, origin }))).toBe(
      'access.sign_in_stale',
    )
  })

  it('is not added by a session that has ended meanwhile', async () => {
    const { session } = await joined()
    const person = actorOf(session)
    const options = await beginAddingPasskey(access, person, { proof: session, origin })
    const registration = new FakeAuthenticator(origin).register(options)
    await endSession(access, person, session)
    expect(await codeOf(() => addPasskey(access, person, { proof: session, registration, name: 'x' }))).toBe(
      'access.sign_in_stale',
    )
  })

  it('is one of twenty at most, and of one person', async () => {
    const { session } = await joined()
    const key = new FakeAuthenticator(origin)
    const { code } = await invitePerson(access, admin, 'mika')
    const registration = key.register(await beginAddingPasskey(access, actorOf(session), { proof: session, origin }))
    await addPasskey(access, actorOf(session), { proof: session, registration, name: 'x' })
    // The same credential, asked for by another person.
    const other = await joined('ken')
    const asked = await beginAddingPasskey(access, actorOf(other.session), { proof: other.session, origin })
    const clientDataJSON = Buffer.from(
      JSON.stringify({ type: 'webauthn.create', challenge: asked.challenge, origin, crossOrigin: false }),
    ).toString('base64url')
    const taken = { ...registration, response: { ...registration.response, clientDataJSON } }
    const adding = { proof: other.session, registration: taken, name: 'x' }
    expect(await codeOf(() => addPasskey(access, actorOf(other.session), adding))).toBe('access.passkey_exists')
    for (let count = 2; count < 20; count++) await add(session)
    expect(await codeOf(() => add(session))).toBe('access.passkeys_full')
    expect(code).not.toBe('')
  })
})
