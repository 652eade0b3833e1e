import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HoldfastError, silentLogger, type VirtualClock } from '../../base/index.ts'
import type { Store } from '../../store/index.ts'
import { admin, newGround, openAccessWorld } from '../access-world.fake.ts'
import {
  type Access,
  type Actor,
  actorWith,
  authenticate,
  createToken,
  type AwsKey,
  ensureLocalToken,
  findAwsKey,
  listTokens,
  makeToken,
  revokeToken,
} from '../index.ts'

const stranger: Actor = { type: 'user', id: 'eve', via: 'api' }

let store: Store
let clock: VirtualClock
let access: Access
const warnings: string[] = []
beforeEach(() => {
  const logger = { ...silentLogger, warn: (message: string) => warnings.push(message) }
  ;({ store, clock, access } = openAccessWorld(newGround(), logger))
})
afterEach(() => store.close())

const codeOf = (act: () => unknown): unknown => {
  try {
    return act()
  } catch (error) {
    return error instanceof HoldfastError ? error.code : error
  }
}
const trail = (): unknown[] =>
  store.read.all('SELECT action, actor_id, subject_id, change FROM trail_unsealed ORDER BY position')

describe('a token', () => {
  it('is told once, opens the door, and is stored only as a hash', async () => {
    const { id, secret, ...token } = await createToken(access, admin, { name: 'ci', grants: [{ role: 'admin' }] })
    expect(secret).toMatch(/^hf_[A-Za-z0-9_-]{43}$/)
    const madeBy = { type: 'user', id: 'ada' }
    expect(token).toEqual({ name: 'ci', grants: [{ role: 'admin' }], madeBy, createdAt: clock.now() })
    expect(authenticate(access, secret, 'chat')).toMatchObject({
      type: 'user',
      id,
      via: 'chat',
      grants: [{ role: 'admin' }],
    })
    const stored = JSON.stringify([store.read.all('SELECT * FROM access_tokens'), trail()])
    expect(stored).not.toContain(secret.slice(3, 20))
  })

  it('is recorded with who made it and who revoked it', async () => {
    const { id } = await createToken(access, admin, { name: 'ci', grants: [{ role: 'admin' }] })
    await revokeToken(access, admin, id)
    await revokeToken(access, admin, id)
    expect(trail()).toEqual([
      { action: 'token.create', actor_id: 'ada', subject_id: id, change: '{"grants":["admin"],"name":"ci"}' },
      { action: 'token.revoke', actor_id: 'ada', subject_id: id, change: '{"name":"ci"}' },
    ])
  })

  it('opens nothing once it is revoked', async () => {
    const { id, secret } = await createToken(access, admin, { name: 'ci', grants: [{ role: 'admin' }] })
    await revokeToken(access, admin, id)
    expect(codeOf(() => authenticate(access, secret, 'api'))).toBe('access.unauthenticated')
    expect(listTokens(access, admin)).toMatchObject([{ id, revokedAt: clock.now() }])
  })

  it('opens nothing from its expiry on', async () => {
    const expiresAt = clock.now() + 1000
    const { secret } = await createToken(access, admin, { name: 'ci', grants: [{ role: 'viewer' }], expiresAt })
    clock.advanceBy(999)
    expect(authenticate(access, secret, 'api')).toMatchObject({ grants: [{ role: 'viewer' }] })
    clock.advanceBy(1)
    expect(codeOf(() => authenticate(access, secret, 'api'))).toBe('access.unauthenticated')
    const late = createToken(access, admin, { name: 'late', grants: [{ role: 'viewer' }], expiresAt })
    await expect(late).rejects.toMatchObject({ code: 'access.token_invalid', place: 'expiresAt' })
  })

  it('is answered alike whether it is absent, malformed, unknown or revoked', async () => {
    const { id, secret } = await createToken(access, admin, { name: 'ci', grants: [{ role: 'admin' }] })
    await revokeToken(access, admin, id)
    const wrong = [
      undefined,
      '',
      'hf_',
      secret.slice(0, -1),
      `${secret}a`,
      ` ${secret}`,
      `hf_${'A'.repeat(43)}`,
      secret,
    ]
    const answers = wrong.map((held) => {
      try {
        return authenticate(access, held, 'api')
      } catch (error) {
        return JSON.stringify([error, String(error)])
      }
    })
    expect(new Set(answers).size).toBe(1)
  })

  it('shows when it was last used, to the minute', async () => {
    const { secret } = await createToken(access, admin, { name: 'ci', grants: [{ role: 'admin' }] })
    const start = clock.now()
    const lastUsed = async (): Promise<unknown> => {
      authenticate(access, secret, 'api')
      await store.tick()
      return listTokens(access, admin)[0]?.lastUsedAt
    }
    expect(await lastUsed()).toBe(start)
    clock.advanceBy(59_999)
    expect(await lastUsed()).toBe(start)
    clock.advanceBy(1)
    expect(await lastUsed()).toBe(start + 60_000)
  })

  it('still opens the door when its use cannot be noted', async () => {
    const { secret } = await createToken(access, admin, { name: 'ci', grants: [{ role: 'admin' }] })
    const failing: Store = { ...store, read: store.read, write: () => Promise.reject(new Error('full')) }
    expect(authenticate({ ...access, store: failing }, secret, 'api')).toMatchObject({ grants: [{ role: 'admin' }] })
    await store.write(() => {})
    expect(warnings).toEqual(['the use of a token could not be noted'])
  })
})

describe('keys for AWS’s tools', () => {
  it('stand for their token, and are kept sealed', async () => {
    const { id, awsKey } = await createToken(access, admin, {
      name: 'ci',
      grants: [{ role: 'viewer' }],
      awsKey: true,
    })
    expect(awsKey?.accessKeyId).toMatch(/^HFAK[A-Z2-7]{16}$/)
    expect(findAwsKey(access, awsKey?.accessKeyId ?? '', 'api')).toEqual({
      actor: { type: 'user', id, via: 'api', grants: [{ role: 'viewer' }] },
      secretAccessKey: awsKey?.secretAccessKey,
    })
    const stored = JSON.stringify([store.read.all('SELECT * FROM access_aws_key'), trail()])
    expect(stored).not.toContain(awsKey?.secretAccessKey)
  })

  it('are nobody’s once the token is revoked or expired', async () => {
    const expiresAt = clock.now() + 10
    const grants = [{ role: 'viewer' as const }]
    const one = await createToken(access, admin, { name: 'a', grants, awsKey: true, expiresAt })
    const two = await createToken(access, admin, { name: 'b', grants, awsKey: true })
    await revokeToken(access, admin, two.id)
    clock.advanceBy(10)
    for (const { awsKey } of [one, two]) expect(findAwsKey(access, awsKey?.accessKeyId ?? '', 'api')).toBeUndefined()
    expect(findAwsKey(access, 'AKIAIOSFODNN7EXAMPLE', 'api')).toBeUndefined()
  })
})

describe('the token of a machine', () => {
  it('stands for that machine, has no role, and says so in lists', async () => {
    const { id, secret } = await store.write((tx) =>
      makeToken(access, tx, { name: 'host tokyo-1', holder: { machine: 'hst_1' }, by: admin }),
    )
    expect(authenticate(access, secret, 'api')).toEqual({ type: 'machine', id: 'hst_1', via: 'api' })
    expect(actorWith(access, secret, 'api')).toMatchObject({ id: 'hst_1' })
    expect(listTokens(access, admin)).toMatchObject([{ id, name: 'host tokyo-1', machine: 'hst_1' }])
    expect(listTokens(access, admin)[0]).not.toHaveProperty('grants')
    expect(trail()).toMatchObject([{ action: 'token.create', change: '{"machine":"hst_1","name":"host tokyo-1"}' }])
    await revokeToken(access, admin, id)
    expect(actorWith(access, secret, 'api')).toBeUndefined()
  })
})

describe('the verbs on tokens', () => {
  it('ask for permission first', async () => {
    const { id } = await createToken(access, admin, { name: 'ci', grants: [{ role: 'admin' }] })
    await expect(createToken(access, stranger, { name: '', grants: [{ role: 'admin' }] })).rejects.toMatchObject({
      code: 'access.forbidden',
    })
    await expect(revokeToken(access, stranger, id)).rejects.toMatchObject({ code: 'access.forbidden' })
    await expect(revokeToken(access, stranger, 'tok_none')).rejects.toMatchObject({ code: 'access.forbidden' })
    expect(codeOf(() => listTokens(access, stranger))).toBe('access.forbidden')
    expect(trail()).toHaveLength(1)
  })

  it('list the oldest first, without secrets', async () => {
    for (const name of ['a', 'b']) {
      await createToken(access, admin, { name, grants: [{ role: 'admin' }] })
      clock.advanceBy(1)
    }
    const tokens = listTokens(access, admin)
    expect(tokens.map(({ name }) => name)).toEqual(['a', 'b'])
    expect(Object.keys(tokens[0] ?? {})).toEqual(['id', 'name', 'grants', 'madeBy', 'oneWith', 'createdAt'])
  })

  it('refuse to revoke what is not there', async () => {
    await expect(revokeToken(access, admin, 'tok_none')).rejects.toMatchObject({ code: 'access.token_missing' })
  })

  it('refuse names that no list could show, and the name of the local token', async () => {
    for (const name of ['', ' ', '-x', 'x'.repeat(81), 'a\nb', 'a\u202eb', 'local']) {
      await expect(createToken(access, admin, { name, grants: [{ role: 'admin' }] })).rejects.toMatchObject({
        code: 'access.token_invalid',
        place: 'name',
      })
    }
    await createToken(access, admin, { name: '本番 deploy-1@ci.example', grants: [{ role: 'admin' }] })
  })

  it('refuse members they do not know', async () => {
    const request = { name: 'x', grants: [{ role: 'admin' as const }], rolle: 'admin' }
    await expect(createToken(access, admin, request)).rejects.toMatchObject({ code: 'access.token_invalid' })
    expect(listTokens(access, admin)).toEqual([])
  })
})

describe('the local token', () => {
  let held: string | undefined
  let awsKey: AwsKey | undefined
  const ensure = (): Promise<boolean> =>
    ensureLocalToken(access, {
      held: { token: held, accessKeyId: awsKey?.accessKeyId },
      deliver: (secret) => (held = secret),
      deliverAwsKey: (pair) => (awsKey = pair),
    })
  const holderOfKey = (pair: AwsKey | undefined) => findAwsKey(access, pair?.accessKeyId ?? '', 'api')
  beforeEach(() => {
    held = awsKey = undefined
  })

  it('is made at the first start and kept at the next ones', async () => {
    expect(await ensure()).toBe(true)
    const first = held
    expect(authenticate(access, held, 'api')).toMatchObject({ grants: [{ role: 'admin' }] })
    held = `${first}\n`
    expect(await ensure()).toBe(false)
    expect(listTokens(access, admin)).toMatchObject([{ name: 'local' }])
  })

  it('is made anew when its file was lost, and the lost one is revoked', async () => {
    await ensure()
    const lost = held
    held = undefined
    clock.advanceBy(1)
    expect(await ensure()).toBe(true)
    expect(codeOf(() => authenticate(access, lost, 'api'))).toBe('access.unauthenticated')
    expect(authenticate(access, held, 'api')).toMatchObject({ grants: [{ role: 'admin' }] })
    expect(listTokens(access, admin).map(({ revokedAt }) => revokedAt)).toEqual([clock.now(), undefined])
    expect(trail()).toMatchObject([{ action: 'token.create' }, { action: 'token.revoke' }, { action: 'token.create' }])
  })

  it('comes with keys for AWS’s tools, which are made anew when their file was lost', async () => {
    await ensure()
    const lost = awsKey
    expect(holderOfKey(lost)).toMatchObject({
      actor: { id: authenticate(access, held, 'api').id },
      secretAccessKey: lost?.secretAccessKey,
    })
    awsKey = undefined
    expect(await ensure()).toBe(false)
    expect(holderOfKey(lost)).toBeUndefined()
    expect(holderOfKey(awsKey)).toBeDefined()
    expect(await ensure()).toBe(false)
    expect(trail()).toMatchObject([{ action: 'token.create' }, { action: 'token.rekey' }])
  })

  it('does not count when its file could not be written', async () => {
    const failing = ensureLocalToken(access, {
      held: { token: held, accessKeyId: undefined },
      deliver: () => {
        throw new Error('read-only')
      },
      deliverAwsKey: () => {},
    })
    await expect(failing).rejects.toThrow('read-only')
    expect(listTokens(access, admin)).toEqual([])
    expect(trail()).toEqual([])
  })
})
