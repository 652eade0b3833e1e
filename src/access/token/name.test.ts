import { afterEach, describe, expect, it } from 'vitest'
import { silentLogger, VirtualClock } from '../../base/index.ts'
import { openStore, type Store } from '../../store/index.ts'
import { openAccess } from '../access.ts'
import { anonymousAdmin } from '../can.ts'
import { createToken } from './create.ts'
import { nameOfActor } from './name.ts'
import { revokeToken } from './revoke.ts'
import { openKeyring } from '../../sealing/index.ts'

const stores: Store[] = []
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close()
})

describe('the name of who acted', () => {
  it('is that of the token, also when it was revoked', async () => {
    const clock = new VirtualClock()
    const store = openStore({ path: ':memory:', clock, logger: silentLogger })
    stores.push(store)
    let bytes = 0
    const randomBytes = (length: number) => new Uint8Array(length).fill(++bytes)
    const access = openAccess({
      store,
      clock,
      logger: silentLogger,
      randomBytes,
      keyring: openKeyring({
        keys: () => [{ id: '0', key: new Uint8Array(32) }],
        randomBytes: (length) => new Uint8Array(length),
      }),
    })
    const admin = anonymousAdmin('api')
    const { id } = await createToken(access, admin, { name: 'deploy bot', grants: [{ role: 'admin' }] })
    expect(nameOfActor(store.read, { type: 'user', id: id })).toBe('deploy bot')
    await revokeToken(access, admin, id)
    expect(nameOfActor(store.read, { type: 'user', id: id })).toBe('deploy bot')
    expect(nameOfActor(store.read, admin)).toBeUndefined()
    expect(nameOfActor(store.read, { type: 'machine', id: id })).toBeUndefined()
  })
})
