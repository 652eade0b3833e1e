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

let room: PasskeyRoom
beforeEach(() => {
  room = new PasskeyRoom()
})
afterEach(() => room.store.close())

describe('without the passkey', () => {
  const recover = (login: string, recoveryCode = '') =>
    codeOf(() => recoverSignIn(room.access, { login, recoveryCode }))

  it('a recovery code opens a session, once, in which another one is added and the lost one removed', async () => {
    const { id, session, key } = await room.joined()
    const [recoveryCode = ''] = session.recoveryCodes
    const begun = await recoverSignIn(room.access, { login: ' Mika ', recoveryCode: recoveryCode.toUpperCase() })
    expect(room.actorOf(begun)).toMatchObject({ person: id })
    expect(room.trail().at(-1)).toContain('"through":"recovery code"')
    expect(await recover('mika', recoveryCode)).toBe('access.recovery_refused')
    const [lost] = listOwnPasskeys(room.access, room.actorOf(begun))
    await room.add(begun)
    await removeOwnPasskey(room.access, room.actorOf(begun), { id: lost?.id ?? '', proof: begun, origin })
    expect(await codeOf(() => room.signIn(key))).toBe('access.passkey_refused')
  })

  it('a code alone is nothing for who has a password, and stays good beside it', async () => {
    const { join: invitation } = await addPerson(room.access, admin, {
      login: 'mika',
      name: 'Mika',
      grants: [{ role: 'viewer' }],
    })
    const { totpSecret } = await beginJoining(room.access, invitation.code)
    const totp = new TOTP({ secret: Secret.fromBase32(totpSecret) }).generate({ timestamp: room.clock.now() })
    const session = await join(room.access, { code: invitation.code, password: 'correct horse battery', totp })
    await room.add(session)
    const [recoveryCode = ''] = session.recoveryCodes
    expect(await recover('mika', recoveryCode)).toBe('access.recovery_refused')
    const { step } = await beginSignIn(room.access, 'mika', 'correct horse battery')
    expect(await codeOf(() => finishSignIn(room.access, { step, factor: { recoveryCode } }))).toBe('done')
  })

  it('names wait after five wrong codes, the same for a name of nobody, and all are answered alike', async () => {
    const { session } = await room.joined()
    const other = await room.joined('yuki')
    await changePerson(room.access, admin, 'yuki', { disabled: true })
    expect(await recover('yuki', other.session.recoveryCodes[0])).toBe('access.recovery_refused')
    for (const login of ['mika', 'nobody']) {
      for (let attempt = 0; attempt < 5; attempt++)
        expect(await recover(login, 'wrong')).toBe('access.recovery_refused')
      expect(await recover(login, session.recoveryCodes[0])).toBe('access.sign_in_wait')
    }
    room.clock.advanceBy(30_000)
    expect(await recover('mika', session.recoveryCodes[0])).toBe('done')
  })
})
