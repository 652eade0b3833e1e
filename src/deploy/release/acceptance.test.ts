import { afterEach, describe, expect, it } from 'vitest'
import { deployRelease } from '../deployment/deploy.ts'
import { addKey } from '../key/add.ts'
import { listKeys } from '../key/list.ts'
import { revokeKey } from '../key/revoke.ts'
import { admin, endWorlds, keys, newKeys, nobody, World } from '../world.ts'
import { identityOf } from './identity.ts'
import { readPublicKey, signRelease } from './signature.ts'

afterEach(endWorlds)

const day = 86_400_000
const at = (world: World, ms: number) => new Date(world.clock.now() + ms).toISOString()

describe('a signed release', () => {
  it.each<[string, number, string | undefined]>([
    ['nearly ten days ago', -10 * day + 1, undefined],
    ['ten days ago', -10 * day, 'deploy.release_stale'],
    ['nearly two minutes ahead', 120_000 - 1, undefined],
    ['two minutes ahead', 120_000, 'deploy.release_future'],
  ])('dated %s is %s', async (_when, ms, code) => {
    const world = await new World().begin()
    const signed = world.sign({ createdAt: at(world, ms) })
    const refused: unknown = await deployRelease(world.deploys, admin, signed).then(
      () => ({ code: undefined }),
      (error: unknown) => error,
    )
    expect(refused).toMatchObject({ code })
  })

  it('with a member added on the way is refused, whatever it is called', async () => {
    const world = await new World().begin()
    const { release, signature } = world.sign()
    for (const name of ['__proto__', 'metadata']) {
      const text = JSON.stringify(release).replace('{', `{"${name}":{},`)
      const forged = deployRelease(world.deploys, admin, { release: JSON.parse(text), signature })
      const code = name === '__proto__' ? 'deploy.release_invalid' : 'deploy.signature_invalid'
      await expect(forged).rejects.toMatchObject({ code })
    }
  })

  it('is deployed once: played again it is refused, however often', async () => {
    const world = await new World().begin()
    const signed = world.sign()
    const { id } = await deployRelease(world.deploys, admin, signed)
    const { releaseId } = await world.untilEnded(id)
    const again = deployRelease(world.deploys, admin, signed)
    await expect(again).rejects.toMatchObject({
      code: 'deploy.release_replayed',
      repair: expect.stringContaining(`holdfast rollback PROJECT CONFIG --to ${releaseId}`),
    })
  })

  it('that failed is tried again by retry, not by playing it again', async () => {
    const world = await new World().begin()
    const signed = world.sign({ services: { web: { behaviour: 'crash' } } })
    const { id } = await deployRelease(world.deploys, admin, signed)
    await world.untilEnded(id)
    const again = deployRelease(world.deploys, admin, signed)
    await expect(again).rejects.toMatchObject({ code: 'deploy.release_replayed', repair: `holdfast retry ${id}` })
  })

  it('that is older than one accepted before goes only by rollback', async () => {
    const world = await new World().begin()
    await world.advance(60_000)
    const older = world.sign({ createdAt: at(world, -30_000) })
    await world.deployed()
    const late = deployRelease(world.deploys, admin, older)
    await expect(late).rejects.toMatchObject({
      code: 'deploy.release_older',
      repair: expect.stringContaining('rollback'),
    })
  })

  it.each<[string, string]>([
    ['another value', 'deploy.signature_invalid'],
    ['another signature', 'deploy.signature_invalid'],
    ['another key', 'deploy.key_unknown'],
    ['a revoked key', 'deploy.key_revoked'],
  ])('is refused with %s, and the refusal recorded', async (what, code) => {
    const world = await new World().begin()
    const signed = world.sign()
    const forged = {
      'another value': { ...signed, release: { ...signed.release, timeout: '31m' } },
      'another signature': { ...signed, signature: { ...signed.signature, value: `${'A'.repeat(86)}==` } },
      'another key': signRelease(newKeys().privatePem, world.document()),
      'a revoked key': signed,
    }[what]
    if (what === 'a revoked key') await revokeKey(world.deploys, admin, signed.signature.key)
    await expect(deployRelease(world.deploys, admin, forged ?? signed)).rejects.toMatchObject({ code })
    expect(world.trail()).toContain('deploy.refuse')
    expect(world.rows('SELECT id FROM release')).toEqual([])
    expect(world.rows('SELECT owner FROM deploy_lock WHERE owner IS NOT NULL')).toEqual([])
  })

  it('means the same however it is written', () => {
    const [a, b] = [
      { x: 1, y: { b: 2, a: [1.0] } },
      { y: { a: [1], b: 2 }, x: 1 },
    ]
    const when = '2026-01-02T03:04:05Z'
    expect(identityOf(a, when)).toEqual(identityOf(b, when))
    expect(identityOf(a, when).id).toMatch(/^20260102T030405Z-[0-9a-f]{12}$/)
  })

  it('is begun by who may', async () => {
    const world = await new World().begin()
    const begun = deployRelease(world.deploys, nobody, world.sign())
    await expect(begun).rejects.toMatchObject({ code: 'access.forbidden' })
  })

  it.each([
    ['no signature', (signed: object) => ({ ...signed, signature: undefined })],
    ['an unknown member', (signed: object) => ({ ...signed, sgnature: 1 })],
  ])('is refused as a request with %s', async (_what, change) => {
    const world = await new World().begin()
    const begun = deployRelease(world.deploys, admin, change(world.sign()) as never)
    await expect(begun).rejects.toMatchObject({ code: 'deploy.request_invalid' })
  })

  it('goes ahead only with the plan that was agreed to', async () => {
    const world = await new World().begin()
    const { id } = await deployRelease(world.deploys, admin, { ...world.sign(), planHash: '0'.repeat(64) })
    const failed = await world.untilEnded(id)
    expect(failed).toMatchObject({ status: 'failed', diagnosis: { class: 'consistency', state: 'CheckResources' } })
    expect(world.target.made).toEqual([])
  })
})

describe('keys', () => {
  it('are added, listed and revoked, each once in the trail', async () => {
    const world = await new World().begin()
    const { publicPem } = newKeys()
    await world.advance(1)
    const added = await addKey(world.deploys, admin, { name: 'laptop of ada', publicKey: publicPem })
    expect(await addKey(world.deploys, admin, { name: 'again', publicKey: publicPem })).toEqual(added)
    await revokeKey(world.deploys, admin, added.id)
    await revokeKey(world.deploys, admin, added.id)
    expect(listKeys(world.deploys, admin).map(({ name, revokedAt }) => [name, revokedAt !== null])).toEqual([
      ['ci', false],
      ['laptop of ada', true],
    ])
    expect(world.trail().filter((action) => action.startsWith('key.'))).toEqual(['key.add', 'key.add', 'key.revoke'])
    await expect(addKey(world.deploys, admin, { name: 'x', publicKey: publicPem })).rejects.toMatchObject({
      code: 'deploy.key_revoked',
    })
  })

  it.each([
    ['no key', 'hello'],
    ['a key of another kind', '-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----'],
  ])('are refused when they are %s', async (_what, publicKey) => {
    const world = await new World().begin()
    await expect(addKey(world.deploys, admin, { name: 'x', publicKey })).rejects.toMatchObject({
      code: 'deploy.key_invalid',
    })
  })

  it('are added by nobody who was put out since they were let in', async () => {
    const world = await new World().begin()
    const by = { ...admin, credential: 'ses_of_somebody_else' }
    const adding = addKey(world.deploys, by, { name: 'x', publicKey: newKeys().publicPem })
    await expect(adding).rejects.toMatchObject({ code: 'access.session_ended' })
    expect(listKeys(world.deploys, admin)).toHaveLength(1)
  })

  it('are asked for by who may, and revoked when they are there', async () => {
    const world = await new World().begin()
    expect(() => listKeys(world.deploys, nobody)).toThrow('may not key.list')
    await expect(addKey(world.deploys, nobody, { name: 'x', publicKey: keys.publicPem })).rejects.toThrow('may not')
    await expect(revokeKey(world.deploys, admin, 'none')).rejects.toMatchObject({ code: 'deploy.key_missing' })
    expect(readPublicKey(keys.publicPem).id).toMatch(/^[0-9a-f]{16}$/)
  })
})
