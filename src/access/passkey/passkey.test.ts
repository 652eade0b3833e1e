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

let room: PasskeyRoom
beforeEach(() => {
  room = new PasskeyRoom()
})
afterEach(() => room.store.close())

describe('a passkey', () => {
  it('that is wrong is taken neither at joining nor later', async () => {
    const { code } = (await addPerson(room.access, admin, { login: 'ken', name: 'Ken' })).join
    const { session } = await room.joined()
    const key = new FakeAuthenticator(origin)
    for (const [says, wrongs] of registrationFaults) {
      const registration = key.register(await beginJoiningByPasskey(room.access, { code, origin }), wrongs)
      const joining = await codeOf(() => joinByPasskey(room.access, { code, registration, name: 'x' }))
      const asked = await beginAddingPasskey(room.access, room.actorOf(session), { proof: session, origin })
      const later = { proof: session, registration: key.register(asked, wrongs), name: 'x' }
      const adding = await codeOf(() => addPasskey(room.access, room.actorOf(session), later))
      expect([says, joining, adding]).toEqual([says, 'access.passkey_invalid', 'access.passkey_invalid'])
    }
    // The invitation is as good as before.
    const good = key.register(await beginJoiningByPasskey(room.access, { code, origin }))
    expect(await codeOf(() => joinByPasskey(room.access, { code, registration: good, name: 'x' }))).toBe('done')
  })

  it('is taken once, within five minutes, for what it was asked and by whom', async () => {
    const { session } = await room.joined()
    const other = await room.joined('ken')
    const key = new FakeAuthenticator(origin)
    const take = (proof: SessionProof, registration: ReturnType<FakeAuthenticator['register']>) =>
      codeOf(() => addPasskey(room.access, room.actorOf(proof), { proof, registration, name: 'x' }))
    const asked = () => beginAddingPasskey(room.access, room.actorOf(session), { proof: session, origin })
    // A challenge of somebody else's, of nobody's, of an invitation's, of a sign-in's.
    expect(await take(other.session, key.register(await asked()))).toBe('access.passkey_invalid')
    expect(await take(session, key.register(await asked(), { challenge: 'A'.repeat(43) }))).toBe(
      'access.passkey_invalid',
    )
    const { code } = await invitePerson(room.access, admin, 'mika')
    const forJoining = await beginJoiningByPasskey(room.access, { code, origin })
    expect(await take(session, key.register(forJoining))).toBe('access.passkey_invalid')
    const { challenge } = await room.ask()
    expect(await take(session, key.register({ ...(await asked()), challenge }))).toBe('access.passkey_invalid')
    const late = await asked()
    room.clock.advanceBy(5 * 60_000)
    expect(await take(session, key.register(late))).toBe('access.passkey_invalid')
    const twice = await asked()
    const registration = key.register(twice)
    expect(await take(session, registration)).toBe('done')
    expect(await take(session, registration)).toBe('access.passkey_invalid')
    expect(await take(session, key.register(twice))).toBe('access.passkey_invalid')
  })

  it('of garbage is refused as one that is wrong', async () => {
    const { session, key } = await room.joined()
    const options = await beginAddingPasskey(room.access, room.actorOf(session), { proof: session, origin })
    const good = key.register(options)
    for (const attestationObject of ['AA', 'oA', 'v2NmbXRkbm9uZQ', good.response.attestationObject.slice(0, 100)]) {
      const asked = await beginAddingPasskey(room.access, room.actorOf(session), { proof: session, origin })
      const { response, ...rest } = key.register(asked)
      const registration = { ...rest, response: { ...response, attestationObject } }
      const adding = { proof: session, registration, name: 'x' }
      expect(await codeOf(() => addPasskey(room.access, room.actorOf(session), adding))).toBe('access.passkey_invalid')
    }
    const noJson = { ...good, response: { ...good.response, clientDataJSON: 'AAAA' } }
    const adding = { proof: session, registration: noJson, name: 'x' }
    expect(await codeOf(() => addPasskey(room.access, room.actorOf(session), adding))).toBe('access.passkey_invalid')
  })

  it('is taken whatever the authenticator says of its make: no certificate of it is read', async () => {
    const { session } = await room.joined()
    const key = new FakeAuthenticator(origin)
    const options = await beginAddingPasskey(room.access, room.actorOf(session), { proof: session, origin })
    const statement = new Map<string, Uint8Array | number | Uint8Array[]>([
      ['alg', -7],
      ['sig', new Uint8Array(8)],
      ['x5c', [new Uint8Array(40)]],
    ])
    const registration = key.register(options, { attestation: { fmt: 'packed', statement } })
    expect(
      await codeOf(() => addPasskey(room.access, room.actorOf(session), { proof: session, registration, name: 'x' })),
    ).toBe('done')
    expect(await codeOf(() => room.signIn(key))).toBe('done')
  })

  it('is added, named and removed by its owner, each in the trail', async () => {
    const { id, session } = await room.joined()
    const key = new FakeAuthenticator(origin)
    const options = await beginAddingPasskey(room.access, room.actorOf(session), { proof: session, origin })
    expect(options.excludeCredentials).toHaveLength(1)
    const added = await room.add(session, key)
    await renameOwnPasskey(room.access, room.actorOf(session), added.id, 'work laptop')
    await renameOwnPasskey(room.access, room.actorOf(session), added.id, 'work laptop')
    expect(await codeOf(() => room.signIn(key))).toBe('done')
    expect(listOwnPasskeys(room.access, room.actorOf(session))).toMatchObject([
      { name: 'phone' },
      { name: 'work laptop', lastUsedAt: room.clock.now() },
    ])
    await removeOwnPasskey(room.access, room.actorOf(session), { id: added.id, proof: session, origin })
    expect(await codeOf(() => room.signIn(key))).toBe('access.passkey_refused')
    expect(
      room
        .trail()
        .filter((line) => line.startsWith('passkey.'))
        .map((line) => line.split(' ')[0]),
    ).toEqual([...['passkey.add', 'passkey.rename', 'passkey.remove']])
    for (const told of [added.id, 'laptop', 'holdfast.acme.example']) expect(room.trail().join('\n')).toContain(told)
    expect(listPeople(room.access, admin).find((one) => one.id === id)).toMatchObject({ passkeys: 1 })
  })

  it('is not removed when it is the last way in, also where another one is of another address', async () => {
    const { session } = await room.joined()
    const [only] = listOwnPasskeys(room.access, room.actorOf(session))
    const remove = (given: string | undefined, id = only?.id ?? '') =>
      codeOf(() => removeOwnPasskey(room.access, room.actorOf(session), { id, proof: session, origin: given }))
    expect(await remove(origin)).toBe('access.passkey_last')
    for (const there of [elsewhere, `${origin}:8443`]) {
      const options = await beginAddingPasskey(room.access, room.actorOf(session), { proof: session, origin: there })
      const registration = new FakeAuthenticator(there).register(options)
      const other = await addPasskey(room.access, room.actorOf(session), {
        proof: session,
        registration,
        name: 'there',
      })
      expect(await remove(origin)).toBe('access.passkey_last')
      expect(await remove(undefined)).toBe('access.passkey_last')
      expect(await remove('http://127.0.0.1:7400')).toBe('access.passkey_last')
      expect(await remove(origin, other.id)).toBe('done')
      expect(await remove(origin, other.id)).toBe('access.passkey_missing')
    }
  })

  it('is made at another port by the authenticator that has one at this port: a server that has moved is a new address', async () => {
    const { session, key } = await room.joined('mika', 0, local)
    room.clock.advanceBy(1000)
    const options = await beginAddingPasskey(room.access, room.actorOf(session), { proof: session, origin: neighbour })
    expect(options.excludeCredentials).toEqual([])
    const registration = key.register(options, { origin: neighbour })
    await addPasskey(room.access, room.actorOf(session), { proof: session, registration, name: 'there' })
    expect(listOwnPasskeys(room.access, room.actorOf(session)).map(({ address }) => address)).toEqual([
      'localhost:7400',
      'localhost:7480',
    ])
  })

  it('when it is removed ends every other session of its owner, for one of them may be of who has it', async () => {
    const { session, key } = await room.joined()
    const other = await room.joined('ken')
    const { id } = await room.add(session, key)
    const thief = await room.signIn(key)
    const { secret } = await createOwnToken(room.access, room.actorOf(thief), {
      name: 'x',
      grants: [{ role: 'viewer' }],
    })
    const byToken = await beginSession(room.access, { token: secret })
    // What is refused ends nothing.
    const refused = { id: 'pas_none', proof: session, origin }
    expect(await codeOf(() => removeOwnPasskey(room.access, room.actorOf(session), refused))).toBe(
      'access.passkey_missing',
    )
    expect(await codeOf(() => room.actorOf(thief))).toBe('done')
    await removeOwnPasskey(room.access, room.actorOf(session), { id, proof: session, origin })
    const opens = [session, thief, byToken, other.session].map((one) => codeOf(() => room.actorOf(one)))
    expect(await Promise.all(opens)).toEqual(['done', 'access.session_ended', 'access.session_ended', 'done'])
    expect(room.trail().filter((line) => line.startsWith('session.end'))).toHaveLength(2)
  })

  it('of two sessions that remove the passkeys of each other at once one is ended, and removes none', async () => {
    const { session, key } = await room.joined()
    await room.add(session)
    const second = await room.signIn(key)
    const [first, last] = listOwnPasskeys(room.access, room.actorOf(session)).map(({ id }) => id)
    await room.add(session)
    const remove = (proof: SessionProof, id = '') => {
      const actor = room.actorOf(proof)
      return codeOf(() => removeOwnPasskey(room.access, actor, { id, proof, origin }))
    }
    const both = await Promise.all([remove(session, first), remove(second, last)])
    expect(both.toSorted()).toEqual(['access.sign_in_stale', 'done'])
  })

  it('may be the last one of somebody who has a password', async () => {
    const { join: invitation } = await addPerson(room.access, admin, {
      login: 'mika',
      name: 'Mika',
      grants: [{ role: 'viewer' }],
    })
    const { totpSecret } = await beginJoining(room.access, invitation.code)
    const totp = new TOTP({ secret: Secret.fromBase32(totpSecret) }).generate({ timestamp: room.clock.now() })
    const session = await join(room.access, { code: invitation.code, password: 'correct horse battery', totp })
    const { id } = await room.add(session)
    expect(
      await codeOf(() => removeOwnPasskey(room.access, room.actorOf(session), { id, proof: session, origin })),
    ).toBe('done')
  })

  it('of two that are removed at once one stays', async () => {
    const { session } = await room.joined()
    await room.add(session)
    const ids = listOwnPasskeys(room.access, room.actorOf(session)).map(({ id }) => id)
    const remove = (id: string) =>
      codeOf(() => removeOwnPasskey(room.access, room.actorOf(session), { id, proof: session, origin }))
    expect((await Promise.all(ids.map(remove))).toSorted()).toEqual(['access.passkey_last', 'done'])
  })

  it('is changed only shortly after signing in, by a session of the person themselves', async () => {
    const { session } = await room.joined()
    const person = room.actorOf(session)
    const begin = (actor: Actor, proof: SessionProof | undefined) =>
      codeOf(() => beginAddingPasskey(room.access, actor, { proof, origin }))
    const { secret } = await createOwnToken(room.access, person, { name: 'laptop', grants: [{ role: 'viewer' }] })
    const byToken = authenticate(room.access, secret, 'api')
    expect(await begin(byToken, undefined)).toBe('access.sign_in_stale')
    const tokenSession = await beginSession(room.access, { token: secret })
    expect(await begin(room.actorOf(tokenSession), tokenSession)).toBe('access.sign_in_stale')
    // Both halves are right, and the actor is somebody else.
    const other = await room.joined('ken')
    expect(await begin(person, other.session)).toBe('access.sign_in_stale')
    expect(await begin(admin, session)).toBe('access.nobodys_own')
    room.clock.advanceBy(15 * 60_000)
    expect(await begin(person, session)).toBe('done')
    room.clock.advanceBy(1)
    expect(await begin(person, session)).toBe('access.sign_in_stale')
    const [{ id } = { id: '' }] = listOwnPasskeys(room.access, person)
    expect(await codeOf(() => removeOwnPasskey(room.access, person, { id, proof: session, origin }))).toBe(
      'access.sign_in_stale',
    )
  })

  it('is not added by a session that has ended meanwhile', async () => {
    const { session } = await room.joined()
    const person = room.actorOf(session)
    const options = await beginAddingPasskey(room.access, person, { proof: session, origin })
    const registration = new FakeAuthenticator(origin).register(options)
    await endSession(room.access, person, session)
    expect(await codeOf(() => addPasskey(room.access, person, { proof: session, registration, name: 'x' }))).toBe(
      'access.sign_in_stale',
    )
  })

  it('is one of twenty at most, and of one person', async () => {
    const { session } = await room.joined()
    const key = new FakeAuthenticator(origin)
    const { code } = await invitePerson(room.access, admin, 'mika')
    const registration = key.register(
      await beginAddingPasskey(room.access, room.actorOf(session), { proof: session, origin }),
    )
    await addPasskey(room.access, room.actorOf(session), { proof: session, registration, name: 'x' })
    // The same credential, asked for by another person.
    const other = await room.joined('ken')
    const asked = await beginAddingPasskey(room.access, room.actorOf(other.session), { proof: other.session, origin })
    const clientDataJSON = Buffer.from(
      JSON.stringify({ type: 'webauthn.create', challenge: asked.challenge, origin, crossOrigin: false }),
    ).toString('base64url')
    const taken = { ...registration, response: { ...registration.response, clientDataJSON } }
    const adding = { proof: other.session, registration: taken, name: 'x' }
    expect(await codeOf(() => addPasskey(room.access, room.actorOf(other.session), adding))).toBe(
      'access.passkey_exists',
    )
    for (let count = 2; count < 20; count++) await room.add(session)
    expect(await codeOf(() => room.add(session))).toBe('access.passkeys_full')
    expect(code).not.toBe('')
  })
})
