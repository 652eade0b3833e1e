import { afterEach, beforeEach, expect, it } from 'vitest'
import { HoldfastError, type VirtualClock } from '../../base/index.ts'
import type { Store } from '../../store/index.ts'
import { handsOf } from '../hand/rows.ts'
import { admin, openAccessWorld } from '../access-world.fake.ts'
import {
  type Access,
  type Actor,
  addPerson,
  askToLogIn,
  authenticate,
  changePerson,
  decideLogin,
  findLogin,
  takeLogin,
} from '../index.ts'

let store: Store
let clock: VirtualClock
let access: Access
let mika: Actor
beforeEach(async () => {
  ;({ store, clock, access } = openAccessWorld())
  const { person } = await addPerson(access, admin, { login: 'mika', name: 'Mika', grants: [{ role: 'viewer' }] })
  mika = { type: 'user', id: person.id, via: 'ui', grants: [{ role: 'viewer' }], person: person.id }
})
afterEach(() => store.close())

async function codeOf(act: () => unknown): Promise<unknown> {
  try {
    return await act()
  } catch (error) {
    return error instanceof HoldfastError ? error.code : error
  }
}

it('a person who says yes gives the command line a token of theirs, once', async () => {
  const { device, code } = await askToLogIn(access, 'mika@laptop')
  expect(code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/)
  expect(await takeLogin(access, device)).toBeUndefined()
  expect(findLogin(access, mika, code)).toMatchObject({ name: 'mika@laptop' })
  await decideLogin(access, mika, { code, verdict: 'allow' })
  const both = await Promise.all([codeOf(() => takeLogin(access, device)), codeOf(() => takeLogin(access, device))])
  expect(both[1]).toBe('access.login_over')
  const taken = both[0] as { readonly secret: string; readonly id: string }
  expect(taken).toMatchObject({ person: 'Mika', grants: [{ role: 'viewer' }] })
  expect(authenticate(access, taken.secret, 'api')).toMatchObject({ id: taken.id, person: mika.person })
  const trail = store.read.all<{ action: string; actor_id: string }>(
    'SELECT action, actor_id FROM trail_unsealed ORDER BY position',
  )
  expect(trail.slice(-2)).toEqual([
    { action: 'login.decide', actor_id: mika.id },
    { action: 'token.create', actor_id: mika.id },
  ])
})

it('a command line that calls itself as the token of the machine does is in the hands of who said yes', async () => {
  const { device, code } = await askToLogIn(access, 'local')
  await decideLogin(access, mika, { code, verdict: 'allow' })
  const taken = await takeLogin(access, device)
  expect(handsOf(store.read, { type: 'user', id: taken?.id ?? '' }, clock.now())).toEqual([mika.person])
})

it('nothing comes of a no, of silence, or of a person who is disabled meanwhile', async () => {
  const refused = await askToLogIn(access, 'a')
  await decideLogin(access, mika, { code: refused.code, verdict: 'refuse' })
  expect(await codeOf(() => takeLogin(access, refused.device))).toBe('access.login_refused')
  const late = await askToLogIn(access, 'b')
  const left = await askToLogIn(access, 'c')
  await decideLogin(access, mika, { code: left.code, verdict: 'allow' })
  await changePerson(access, admin, 'mika', { disabled: true })
  expect(await codeOf(() => takeLogin(access, left.device))).toBe('access.login_over')
  clock.advanceBy(10 * 60_000)
  expect(await codeOf(() => takeLogin(access, late.device))).toBe('access.login_over')
  expect(await codeOf(() => findLogin(access, mika, late.code))).toBe('access.login_missing')
})

it('is decided once, by a person, and told to whoever holds the device half alone', async () => {
  const { device, code } = await askToLogIn(access, 'a')
  expect(await codeOf(() => decideLogin(access, admin, { code, verdict: 'allow' }))).toBe('access.nobodys_own')
  await decideLogin(access, mika, { code, verdict: 'refuse' })
  expect(await codeOf(() => decideLogin(access, mika, { code, verdict: 'allow' }))).toBe('access.login_missing')
  expect(await codeOf(() => takeLogin(access, code))).toBe('access.login_over')
  expect(await codeOf(() => takeLogin(access, device))).toBe('access.login_refused')
})
