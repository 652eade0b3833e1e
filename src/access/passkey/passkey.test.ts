import { Secret, TOTP } from 'otpauth'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { VirtualClock } from '../../base/index.ts'
import type { Store } from '../../store/index.ts'
import { admin, codeOf, openAccessWorld } from '../access-world.fake.ts'
import {
  type Access,
  type Actor,
  addPasskey,
  addPerson,
  authenticate,
  authenticateSession,
  beginAddingPasskey,
  beginJoining,
  beginJoiningByPasskey,
  beginPasskeySignIn,
  beginSession,
  beginSignIn,
  changePerson,
  createOwnToken,
  endSession,
  finishPasskeySignIn,
  finishSignIn,
  invitePerson,
  join,
  joinByPasskey,
  listOwnPasskeys,
  listPeople,
  recoverSignIn,
  removeOwnPasskey,
  renameOwnPasskey,
  signInFromOutside,
  type SessionProof,
} from '../index.ts'
import { FakeAuthenticator, type Wrongs } from './authenticator.fake.ts'

const origin = 'https://holdfast.acme.example'
const elsewhere = 'https://other.acme.example'
/** Browsers offer a passkey of the one to pages of the other: to them both are `localhost`. */
const [local, neighbour] = ['http://localhost:7400', 'http://localhost:7480']

let store: Store
let clock: VirtualClock
let access: Access
beforeEach(() => {
  ;({ store, clock, access } = openAccessWorld())
})
afterEach(() => store.close())

const trail = () =>
  store.read
    .all<{ action: string; change: string }>('SELECT action, change FROM trail_unsealed ORDER BY position')
    .map(({ action, change }) => `${action} ${change ?? ''}`.trim())

type Someone = {
  readonly id: string
  readonly session: Awaited<ReturnType<typeof joinByPasskey>>
  readonly key: FakeAuthenticator
}

/** Somebody who has joined with a passkey. */
async function joined(login = 'mika', counter = 0, at = origin): Promise<Someone> {
  const { person, join: invitation } = await addPerson(access, admin, {
    login,
    name: login,
    grants: [{ role: 'viewer' }],
  })
  const key = new FakeAuthenticator(at, counter)
  const options = await beginJoiningByPasskey(access, { code: invitation.code, origin: at })
  const registration = key.register(options)
  const session = await joinByPasskey(access, { code: invitation.code, registration, name: 'phone' })
  return { id: person.id, session, key }
}
const ask = (login?: string, at = origin) =>
  beginPasskeySignIn(access, { origin: at, ...(login === undefined ? {} : { login }) })
const signIn = async (key: FakeAuthenticator, wrongs?: Wrongs, login?: string) =>
  finishPasskeySignIn(access, { assertion: key.assert(await ask(login), wrongs) })
const actorOf = (proof: SessionProof) => authenticateSession(access, proof)
const add = async (proof: SessionProof, key = new FakeAuthenticator(origin), name = 'laptop') => {
  clock.advanceBy(1000)
  const options = await beginAddingPasskey(access, actorOf(proof), { proof, origin })
  return addPasskey(access, actorOf(proof), { proof, registration: key.register(options), name })
}

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

const registrationFaults: [string, Wrongs][] = [
  ['of a page at another origin', { origin: elsewhere }],
  ['of the same host at another port', { origin: `${origin}:8443` }],
  ['for another name of the server', { rpId: 'other.acme.example' }],
  ['for a name above the server', { rpId: 'acme.example' }],
  ['for which nobody was asked for PIN, fingerprint or face', { isUnverified: true }],
  ['for which nobody was there', { isAbsent: true }],
  ['of something that was no registration', { type: 'webauthn.get' }],
]

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

const assertionFaults: [string, Wrongs][] = [
  ['whose signature is forged', { isForged: true }],
  ...registrationFaults.filter(([, { type }]) => type === undefined),
  ['of something that was no sign-in', { type: 'webauthn.create' }],
  ['that says that it is somebody else’s', { userHandle: Buffer.from('per_another').toString('base64url') }],
]

describe('signing in by passkey', () => {
  it('needs no name, and takes one', async () => {
    const { id, key } = await joined()
    await joined('ken')
    expect(actorOf(await signIn(key))).toMatchObject({ id, person: id })
    expect(actorOf(await signIn(key, {}, ' MIKA '))).toMatchObject({ id })
    expect(await codeOf(() => signIn(key, {}, 'ken'))).toBe('access.passkey_refused')
    expect(trail().findLast((line) => line.startsWith('session.begin'))).toContain('"through":"passkey"')
  })

  it('refuses one that is wrong, and notes it', async () => {
    const { key } = await joined()
    for (const [says, wrongs] of assertionFaults) {
      const length = trail().length
      expect([says, await codeOf(() => signIn(key, wrongs))]).toEqual([says, 'access.passkey_refused'])
      expect(trail().slice(length)).toEqual([expect.stringMatching(/^person.sign_in_failed .*"passkey":"pas_/)])
    }
    expect(await codeOf(() => signIn(key))).toBe('done')
  })

  it('takes what was signed once, within five minutes, and only what was asked for a sign-in', async () => {
    const { session, key } = await joined()
    const finish = (assertion: ReturnType<FakeAuthenticator['assert']>) =>
      codeOf(() => finishPasskeySignIn(access, { assertion }))
    const assertion = key.assert(await ask())
    expect(await finish(assertion)).toBe('done')
    expect(await finish(assertion)).toBe('access.passkey_refused')
    // Spent by what was refused too.
    const options = await ask()
    expect(await finish(key.assert(options, { isForged: true }))).toBe('access.passkey_refused')
    expect(await finish(key.assert(options))).toBe('access.passkey_refused')
    const late = await ask()
    clock.advanceBy(5 * 60_000)
    expect(await finish(key.assert(late))).toBe('access.passkey_refused')
    expect(await finish(key.assert(await ask(), { challenge: 'A'.repeat(43) }))).toBe('access.passkey_refused')
    const adding = await beginAddingPasskey(access, actorOf(session), { proof: session, origin })
    expect(await finish(key.assert(await ask(), { challenge: adding.challenge }))).toBe('access.passkey_refused')
    expect(await Promise.all([key.assert(late)].map(finish))).toEqual(['access.passkey_refused'])
  })

  it('of two that bring the same at once lets in one', async () => {
    const { key } = await joined()
    const assertion = key.assert(await ask())
    const both = await Promise.all([1, 2].map(() => codeOf(() => finishPasskeySignIn(access, { assertion }))))
    expect(both.toSorted()).toEqual(['access.passkey_refused', 'done'])
  })

  it('refuses one that was made for another address of this server', async () => {
    const { key } = await joined()
    // A page at the other address, and a browser that would let it ask for a name that is not its own.
    const assertion = key.assert(await ask(undefined, elsewhere), { origin: elsewhere })
    expect(await codeOf(() => finishPasskeySignIn(access, { assertion }))).toBe('access.passkey_refused')
    expect(trail().at(-1)).toContain('made for another address')
  })

  it('refuses what a page at another port of the same host had signed, whichever port it asks in the name of', async () => {
    const { key } = await joined('mika', 0, local)
    const finish = async (asks: string, page: string) => {
      const assertion = key.assert(await ask(undefined, asks), { origin: page })
      return codeOf(() => finishPasskeySignIn(access, { assertion }))
    }
    expect(await finish(neighbour, neighbour)).toBe('access.passkey_refused')
    expect(trail().at(-1)).toMatch(/^person.sign_in_failed .*made for another address/)
    expect(await finish(local, neighbour)).toBe('access.passkey_refused')
    expect(await finish(neighbour, local)).toBe('access.passkey_refused')
    expect(await finish('https://localhost:7400', 'https://localhost:7400')).toBe('access.passkey_refused')
    expect(await finish(local, local)).toBe('done')
  })

  it('takes an authenticator that has counted as far as one can', async () => {
    const { key } = await joined('mika', 7)
    for (const counter of [2 ** 31 - 1, 2 ** 31, 4_294_967_295])
      expect([counter, await codeOf(() => signIn(key, { counter }))]).toEqual([counter, 'done'])
    expect(await codeOf(() => signIn(key, { counter: 4_294_967_295 }))).toBe('access.passkey_refused')
    expect(trail().at(-1)).toMatch(/^passkey.copied .*"before":4294967295/)
  })

  it('refuses an authenticator that has counted back, and says in the trail that there may be two of it', async () => {
    const { key } = await joined('mika', 7)
    expect(await codeOf(() => signIn(key))).toBe('done')
    for (const counter of [3, 9, 0]) {
      expect(await codeOf(() => signIn(key, { counter }))).toBe('access.passkey_refused')
      expect(trail().at(-1)).toMatch(
        new RegExp(
          `^passkey.copied .*"before":9,"counted":${counter}|^passkey.copied .*"counted":${counter},"before":9`,
        ),
      )
    }
    // Whoever has no key cannot have it said.
    expect(await codeOf(() => signIn(key, { counter: 3, isForged: true }))).toBe('access.passkey_refused')
    expect(trail().at(-1)).toMatch(/^person.sign_in_failed/)
    expect(await codeOf(() => signIn(key, { counter: 10 }))).toBe('done')
  })

  it('refuses what was removed, what nobody has, and who is disabled', async () => {
    const { session, key } = await joined()
    const laptop = new FakeAuthenticator(origin)
    const { id } = await add(session, laptop)
    const signed = laptop.assert(await ask())
    await removeOwnPasskey(access, actorOf(session), { id, proof: session, origin })
    expect(await codeOf(() => finishPasskeySignIn(access, { assertion: signed }))).toBe('access.passkey_refused')
    const strange = new FakeAuthenticator(origin)
    strange.register(await beginAddingPasskey(access, actorOf(session), { proof: session, origin }))
    const length = trail().length
    expect(await codeOf(() => signIn(strange))).toBe('access.passkey_refused')
    expect(trail()).toHaveLength(length)
    await changePerson(access, admin, 'mika', { disabled: true })
    expect(await codeOf(() => signIn(key))).toBe('access.passkey_refused')
    expect(trail().at(-1)).toContain('disabled')
  })

  it('asks alike for a name of somebody, of nobody and of who is disabled, and says alike that it was refused', async () => {
    const { key } = await joined()
    await joined('yuki')
    await changePerson(access, admin, 'yuki', { disabled: true })
    const shapes = []
    const answers = []
    for (const login of ['mika', 'nobody', 'yuki', 'ken']) {
      const { challenge, ...rest } = await ask(login)
      shapes.push(JSON.stringify([challenge.length, rest]))
      const refused: unknown = await signIn(key, { isForged: true }, login).catch((thrown: unknown) => thrown)
      answers.push(JSON.stringify([refused, String(refused)]))
    }
    expect(new Set(shapes).size).toBe(1)
    expect(new Set(answers).size).toBe(1)
  })

  it('does not wait for a name that others have tried passwords of, nor makes one wait', async () => {
    const { key } = await joined()
    for (let attempt = 0; attempt < 5; attempt++) await codeOf(() => beginSignIn(access, 'mika', 'wrong'))
    expect(await codeOf(() => beginSignIn(access, 'mika', 'wrong'))).toBe('access.sign_in_wait')
    expect(await codeOf(() => signIn(key))).toBe('done')
    const ken = await joined('ken')
    for (let attempt = 0; attempt < 6; attempt++) await codeOf(() => signIn(ken.key, { isForged: true }, 'ken'))
    expect(await codeOf(() => beginSignIn(access, 'ken', 'wrong'))).toBe('access.sign_in_refused')
  })

  it('is told where browsers take no passkeys', async () => {
    for (const at of ['http://127.0.0.1:7400', 'http://holdfast.acme.example']) {
      expect(await codeOf(() => ask(undefined, at))).toBe('access.passkey_address')
    }
  })
})

describe('without the passkey', () => {
  const recover = (login: string, recoveryCode = '') => codeOf(() => recoverSignIn(access, { login, recoveryCode }))

  it('a recovery code opens a session, once, in which another one is added and the lost one removed', async () => {
    const { id, session, key } = await joined()
    const [recoveryCode = ''] = session.recoveryCodes
    const begun = await recoverSignIn(access, { login: ' Mika ', recoveryCode: recoveryCode.toUpperCase() })
    expect(actorOf(begun)).toMatchObject({ person: id })
    expect(trail().at(-1)).toContain('"through":"recovery code"')
    expect(await recover('mika', recoveryCode)).toBe('access.recovery_refused')
    const [lost] = listOwnPasskeys(access, actorOf(begun))
    await add(begun)
    await removeOwnPasskey(access, actorOf(begun), { id: lost?.id ?? '', proof: begun, origin })
    expect(await codeOf(() => signIn(key))).toBe('access.passkey_refused')
  })

  it('a code alone is nothing for who has a password, and stays good beside it', async () => {
    const { join: invitation } = await addPerson(access, admin, {
      login: 'mika',
      name: 'Mika',
      grants: [{ role: 'viewer' }],
    })
    const { totpSecret } = await beginJoining(access, invitation.code)
    const totp = new TOTP({ secret: Secret.fromBase32(totpSecret) }).generate({ timestamp: clock.now() })
    const session = await join(access, { code: invitation.code, password: 'correct horse battery', totp })
    await add(session)
    const [recoveryCode = ''] = session.recoveryCodes
    expect(await recover('mika', recoveryCode)).toBe('access.recovery_refused')
    const { step } = await beginSignIn(access, 'mika', 'correct horse battery')
    expect(await codeOf(() => finishSignIn(access, { step, factor: { recoveryCode } }))).toBe('done')
  })

  it('names wait after five wrong codes, the same for a name of nobody, and all are answered alike', async () => {
    const { session } = await joined()
    const other = await joined('yuki')
    await changePerson(access, admin, 'yuki', { disabled: true })
    expect(await recover('yuki', other.session.recoveryCodes[0])).toBe('access.recovery_refused')
    for (const login of ['mika', 'nobody']) {
      for (let attempt = 0; attempt < 5; attempt++)
        expect(await recover(login, 'wrong')).toBe('access.recovery_refused')
      expect(await recover(login, session.recoveryCodes[0])).toBe('access.sign_in_wait')
    }
    clock.advanceBy(30_000)
    expect(await recover('mika', session.recoveryCodes[0])).toBe('done')
  })
})
