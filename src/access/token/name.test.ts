import { afterEach, describe, expect, it } from 'vitest'
import type { Store } from '../../store/index.ts'
import { openAccessWorld } from '../access-world.fake.ts'
import { anonymousAdmin } from '../can.ts'
import { createToken } from './create.ts'
import { nameOfActor } from './name.ts'
import { revokeToken } from './revoke.ts'

const stores: Store[] = []
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close()
})

describe('the name of who acted', () => {
  it('is that of the token, also when it was revoked', async () => {
    const { store, access } = openAccessWorld()
    stores.push(store)
    const admin = anonymousAdmin('api')
    const { id } = await createToken(access, admin, { name: 'deploy bot', grants: [{ role: 'admin' }] })
    expect(nameOfActor(store.read, { type: 'user', id: id })).toBe('deploy bot')
    await revokeToken(access, admin, id)
    expect(nameOfActor(store.read, { type: 'user', id: id })).toBe('deploy bot')
    expect(nameOfActor(store.read, admin)).toBeUndefined()
    expect(nameOfActor(store.read, { type: 'machine', id: id })).toBeUndefined()
  })
})
