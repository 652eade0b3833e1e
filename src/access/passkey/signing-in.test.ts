import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { admin, codeOf } from '../access-world.fake.ts'
import { beginAddingPasskey, beginSignIn, changePerson, finishPasskeySignIn, removeOwnPasskey } from '../index.ts'
import { FakeAuthenticator, type Wrongs } from './authenticator.fake.ts'
import { elsewhere, local, neighbour, origin, PasskeyRoom, registrationFaults } from './passkey-room.fake.ts'

let room: PasskeyRoom
beforeEach(() => {
  room = new PasskeyRoom()
})
afterEach(() => room.store.close())

const assertionFaults: [string, Wrongs][] = [
  ['whose signature is forged', { isForged: true }],
  ...registrationFaults.filter(([, { type }]) => type === undefined),
  ['of something that was no sign-in', { type: 'webauthn.create' }],
  ['that says that it is somebody else’s', { userHandle: Buffer.from('per_another').toString('base64url') }],
]

describe('signing in by passkey', () => {
  it('needs no name, and takes one', async () => {
    const { id, key } = await room.joined()
    await room.joined('ken')
    expect(room.actorOf(await room.signIn(key))).toMatchObject({ id, person: id })
    expect(room.actorOf(await room.signIn(key, {}, ' MIKA '))).toMatchObject({ id })
    expect(await codeOf(() => room.signIn(key, {}, 'ken'))).toBe('access.passkey_refused')
    expect(room.trail().findLast((line) => line.startsWith('session.begin'))).toContain('"through":"passkey"')
  })

  it('refuses one that is wrong, and notes it', async () => {
    const { key } = await room.joined()
    for (const [says, wrongs] of assertionFaults) {
      const length = room.trail().length
      expect([says, await codeOf(() => room.signIn(key, wrongs))]).toEqual([says, 'access.passkey_refused'])
      expect(room.trail().slice(length)).toEqual([expect.stringMatching(/^person.sign_in_failed .*"passkey":"pas_/)])
    }
    expect(await codeOf(() => room.signIn(key))).toBe('done')
  })

  it('takes what was signed once, within five minutes, and only what was asked for a sign-in', async () => {
    const { session, key } = await room.joined()
    const finish = (assertion: ReturnType<FakeAuthenticator['assert']>) =>
      codeOf(() => finishPasskeySignIn(room.access, { assertion }))
    const assertion = key.assert(await room.ask())
    expect(await finish(assertion)).toBe('done')
    expect(await finish(assertion)).toBe('access.passkey_refused')
    // Spent by what was refused too.
    const options = await room.ask()
    expect(await finish(key.assert(options, { isForged: true }))).toBe('access.passkey_refused')
    expect(await finish(key.assert(options))).toBe('access.passkey_refused')
    const late = await room.ask()
    room.clock.advanceBy(5 * 60_000)
    expect(await finish(key.assert(late))).toBe('access.passkey_refused')
    expect(await finish(key.assert(await room.ask(), { challenge: 'A'.repeat(43) }))).toBe('access.passkey_refused')
    const adding = await beginAddingPasskey(room.access, room.actorOf(session), { proof: session, origin })
    expect(await finish(key.assert(await room.ask(), { challenge: adding.challenge }))).toBe('access.passkey_refused')
    expect(await Promise.all([key.assert(late)].map(finish))).toEqual(['access.passkey_refused'])
  })

  it('of two that bring the same at once lets in one', async () => {
    const { key } = await room.joined()
    const assertion = key.assert(await room.ask())
    const both = await Promise.all([1, 2].map(() => codeOf(() => finishPasskeySignIn(room.access, { assertion }))))
    expect(both.toSorted()).toEqual(['access.passkey_refused', 'done'])
  })

  it('refuses one that was made for another address of this server', async () => {
    const { key } = await room.joined()
    // A page at the other address, and a browser that would let it ask for a name that is not its own.
    const assertion = key.assert(await room.ask(undefined, elsewhere), { origin: elsewhere })
    expect(await codeOf(() => finishPasskeySignIn(room.access, { assertion }))).toBe('access.passkey_refused')
    expect(room.trail().at(-1)).toContain('made for another address')
  })

  it('refuses what a page at another port of the same host had signed, whichever port it asks in the name of', async () => {
    const { key } = await room.joined('mika', 0, local)
    const finish = async (asks: string, page: string) => {
      const assertion = key.assert(await room.ask(undefined, asks), { origin: page })
      return codeOf(() => finishPasskeySignIn(room.access, { assertion }))
    }
    expect(await finish(neighbour, neighbour)).toBe('access.passkey_refused')
    expect(room.trail().at(-1)).toMatch(/^person.sign_in_failed .*made for another address/)
    expect(await finish(local, neighbour)).toBe('access.passkey_refused')
    expect(await finish(neighbour, local)).toBe('access.passkey_refused')
    expect(await finish('https://localhost:7400', 'https://localhost:7400')).toBe('access.passkey_refused')
    expect(await finish(local, local)).toBe('done')
  })

  it('takes an authenticator that has counted as far as one can', async () => {
    const { key } = await room.joined('mika', 7)
    for (const counter of [2 ** 31 - 1, 2 ** 31, 4_294_967_295])
      expect([counter, await codeOf(() => room.signIn(key, { counter }))]).toEqual([counter, 'done'])
    expect(await codeOf(() => room.signIn(key, { counter: 4_294_967_295 }))).toBe('access.passkey_refused')
    expect(room.trail().at(-1)).toMatch(/^passkey.copied .*"before":4294967295/)
  })

  it('refuses an authenticator that has counted back, and says in the trail that there may be two of it', async () => {
    const { key } = await room.joined('mika', 7)
    expect(await codeOf(() => room.signIn(key))).toBe('done')
    for (const counter of [3, 9, 0]) {
      expect(await codeOf(() => room.signIn(key, { counter }))).toBe('access.passkey_refused')
      expect(room.trail().at(-1)).toMatch(
        new RegExp(
          `^passkey.copied .*"before":9,"counted":${counter}|^passkey.copied .*"counted":${counter},"before":9`,
        ),
      )
    }
    // Whoever has no key cannot have it said.
    expect(await codeOf(() => room.signIn(key, { counter: 3, isForged: true }))).toBe('access.passkey_refused')
    expect(room.trail().at(-1)).toMatch(/^person.sign_in_failed/)
    expect(await codeOf(() => room.signIn(key, { counter: 10 }))).toBe('done')
  })

  it('refuses what was removed, what nobody has, and who is disabled', async () => {
    const { session, key } = await room.joined()
    const laptop = new FakeAuthenticator(origin)
    const { id } = await room.add(session, laptop)
    const signed = laptop.assert(await room.ask())
    await removeOwnPasskey(room.access, room.actorOf(session), { id, proof: session, origin })
    expect(await codeOf(() => finishPasskeySignIn(room.access, { assertion: signed }))).toBe('access.passkey_refused')
    const strange = new FakeAuthenticator(origin)
    strange.register(await beginAddingPasskey(room.access, room.actorOf(session), { proof: session, origin }))
    const length = room.trail().length
    expect(await codeOf(() => room.signIn(strange))).toBe('access.passkey_refused')
    expect(room.trail()).toHaveLength(length)
    await changePerson(room.access, admin, 'mika', { disabled: true })
    expect(await codeOf(() => room.signIn(key))).toBe('access.passkey_refused')
    expect(room.trail().at(-1)).toContain('disabled')
  })

  it('asks alike for a name of somebody, of nobody and of who is disabled, and says alike that it was refused', async () => {
    const { key } = await room.joined()
    await room.joined('yuki')
    await changePerson(room.access, admin, 'yuki', { disabled: true })
    const shapes = []
    const answers = []
    for (const login of ['mika', 'nobody', 'yuki', 'ken']) {
      const { challenge, ...rest } = await room.ask(login)
      shapes.push(JSON.stringify([challenge.length, rest]))
      const refused: unknown = await room.signIn(key, { isForged: true }, login).catch((thrown: unknown) => thrown)
      answers.push(JSON.stringify([refused, String(refused)]))
    }
    expect(new Set(shapes).size).toBe(1)
    expect(new Set(answers).size).toBe(1)
  })

  it('does not wait for a name that others have tried passwords of, nor makes one wait', async () => {
    const { key } = await room.joined()
    for (let attempt = 0; attempt < 5; attempt++) await codeOf(() => beginSignIn(room.access, 'mika', 'wrong'))
    expect(await codeOf(() => beginSignIn(room.access, 'mika', 'wrong'))).toBe('access.sign_in_wait')
    expect(await codeOf(() => room.signIn(key))).toBe('done')
    const ken = await room.joined('ken')
    for (let attempt = 0; attempt < 6; attempt++) await codeOf(() => room.signIn(ken.key, { isForged: true }, 'ken'))
    expect(await codeOf(() => beginSignIn(room.access, 'ken', 'wrong'))).toBe('access.sign_in_refused')
  })

  it('is told where browsers take no passkeys', async () => {
    for (const at of ['http://127.0.0.1:7400', 'http://holdfast.acme.example']) {
      expect(await codeOf(() => room.ask(undefined, at))).toBe('access.passkey_address')
    }
  })
})
