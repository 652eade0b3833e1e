import { Secret, TOTP } from 'otpauth'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { admin, codeOf } from '../access-world.fake.ts'
import {
  addPerson,
  beginJoining,
  beginSignIn,
  changePerson,
  finishSignIn,
  join,
  listOwnPasskeys,
  recoverSignIn,
  removeOwnPasskey,
} from '../index.ts'
import { origin, PasskeyRoom } from './passkey-room.fake.ts'

let access: PasskeyRoom['access']
let actorOf: PasskeyRoom['actorOf']
let add: PasskeyRoom['add']
let clock: PasskeyRoom['clock']
let joined: PasskeyRoom['joined']
let signIn: PasskeyRoom['signIn']
let store: PasskeyRoom['store']
let trail: PasskeyRoom['trail']
beforeEach(() => {
  ;({ access, actorOf, add, clock, joined, signIn, store, trail } = new PasskeyRoom())
})
afterEach(() => store.close())

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
