import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { authenticate, can } from '../../access/index.ts'
import { type FakeIssuer, openIssuer, unsigned } from '../fake-issuer.fake.ts'
import { codeOf, type IdentityWorld, openIdentityWorld } from '../identity-world.fake.ts'
import { issueCiToken } from './issue.ts'
import { matches } from './rules.ts'
import { ciSettingsSchema } from './settings.ts'

let there: FakeIssuer
let world: IdentityWorld
beforeEach(async () => {
  there = await openIssuer()
  world = openIdentityWorld({
    ci: {
      github: {
        ...{ issuer: there.url, audience: 'holdfast.acme.example' },
        rules: [
          {
            claims: { repository: 'acme/shop', ref: 'refs/heads/main', environment: 'production' },
            may: ['deployer@acme/shop/production'],
          },
          {
            claims: { repository: 'acme/shop', ref: ['refs/heads/release/*', 'refs/tags/v*'] },
            may: ['deployer@acme/shop/staging'],
          },
        ],
      },
    },
  })
})
afterEach(async () => {
  await there.close()
  await world.store.close()
})

let jobs = 0
const claimsOf = (changes: Record<string, unknown> = {}): Record<string, unknown> => {
  const now = Math.floor(world.clock.now() / 1000)
  return {
    ...{
      iss: there.url,
      aud: 'holdfast.acme.example',
      sub: 'repo:acme/shop:environment:production',
      jti: `job-${++jobs}`,
    },
    ...{ iat: now, nbf: now - 5, exp: now + 300, run_id: '17' },
    ...{ repository: 'acme/shop', ref: 'refs/heads/main', environment: 'production' },
    ...changes,
  }
}
const exchange = (token: string) => issueCiToken(world.identity, token)

describe('a job of a pipeline', () => {
  it('gets a token for a quarter of an hour that may what its rule says, and the trail says why', async () => {
    const { secret, expiresAt, grants } = await exchange(await there.sign(claimsOf()))
    expect(grants).toEqual([{ role: 'deployer', project: 'acme/shop', config: 'production' }])
    expect(expiresAt - world.clock.now()).toBe(15 * 60_000)
    const actor = authenticate(world.access, secret, 'api')
    const at = (config: string) => ({ type: 'place', id: config, place: { project: 'acme/shop', config } })
    expect(can(actor, 'deploy.start', at('production')).allowed).toBe(true)
    expect(can(actor, 'deploy.start', at('staging')).allowed).toBe(false)
    expect(can(actor, 'token.list').allowed).toBe(false)
    expect(world.trail().at(-1)).toMatchObject({
      action: 'token.create',
      actor: 'ci/github',
      change: {
        name: 'github repo:acme/shop:environment:production',
        grants: ['deployer@acme/shop/production'],
        claims: { repository: 'acme/shop', ref: 'refs/heads/main', environment: 'production', jti: `job-${jobs}` },
      },
    })
    world.clock.advanceBy(15 * 60_000)
    expect(await codeOf(() => authenticate(world.access, secret, 'api'))).toBe('access.unauthenticated')
  })

  it('is refused where no rule fits whole', async () => {
    const others = [
      ...[
        { repository: 'evil/shop' },
        { ref: 'refs/heads/feature' },
        { environment: 'Production' },
        { environment: undefined },
      ],
      ...[
        { repository: ['acme/shop'] },
        { repository: 'acme/shop ' },
        { ref: 'refs/heads/release/1/2', environment: 'x' },
      ],
    ]
    for (const changes of others)
      expect(await codeOf(async () => exchange(await there.sign(claimsOf(changes))))).toBe('identity.ci_unmapped')
    const tagged = await exchange(await there.sign(claimsOf({ ref: 'refs/tags/v1.2' })))
    expect(tagged.grants).toEqual([{ role: 'deployer', project: 'acme/shop', config: 'staging' }])
  })

  it('gets one token for one ID token, also of two that bring it at once', async () => {
    const token = await there.sign(claimsOf())
    const both = await Promise.all([codeOf(() => exchange(token)), codeOf(() => exchange(token))])
    expect(both.toSorted()).toEqual(['done', 'identity.ci_replayed'])
    expect(world.trail().filter(({ action }) => action === 'token.replayed')).toMatchObject([
      { actor: 'ci/github', change: { jti: `job-${jobs}` } },
    ])
  })
})

describe('a token that is none', () => {
  const seconds = (ahead: number): number => Math.floor(world.clock.now() / 1000) + ahead
  const lies: readonly [string, () => Promise<string> | string][] = [
    ['signed by somebody else', () => there.sign(claimsOf(), 'foreign')],
    ['for somebody else', () => there.sign(claimsOf({ aud: 'vault.acme.example' }))],
    ['for nobody', () => there.sign(claimsOf({ aud: undefined }))],
    ['that is over', () => there.sign(claimsOf({ exp: seconds(-60) }))],
    ['that is not good yet', () => there.sign(claimsOf({ nbf: seconds(120) }))],
    ['without an end', () => there.sign(claimsOf({ exp: undefined }))],
    ['without an id', () => there.sign(claimsOf({ jti: undefined }))],
    ['made long ago', () => there.sign(claimsOf({ iat: seconds(-3 * 3600) }))],
    ['of an unknown issuer', () => there.sign(claimsOf({ iss: 'https://evil.example' }))],
    ['of a named issuer with a slash more', () => there.sign(claimsOf({ iss: `${there.url}/` }))],
    ['with its signature stripped', async () => `${(await there.sign(claimsOf())).split('.').slice(0, 2).join('.')}.`],
    ['of no algorithm', () => unsigned(claimsOf())],
    ['of NONE in other letters', () => unsigned(claimsOf(), { alg: 'nOnE' })],
    ['no token', () => 'hello'],
    [
      'whose body was changed',
      async () => {
        const [head, , signature] = (await there.sign(claimsOf())).split('.')
        return `${head}.${unsigned(claimsOf({ ref: 'refs/heads/main' })).split('.')[1]}.${signature}`
      },
    ],
    [
      'signed with the public key as a shared secret',
      () => {
        const text = unsigned(claimsOf(), { alg: 'HS256', kid: 'k1' }).slice(0, -1)
        return `${text}.${createHmac('sha256', there.publicPem).update(text).digest('base64url')}`
      },
    ],
  ]
  it.each(lies)('%s is refused', async (_name, lie) => {
    const token = await lie()
    expect(await codeOf(() => exchange(token))).toBe('identity.ci_refused')
    expect(world.trail()).toEqual([])
  })

  it('is not even looked at where its issuer may not be called', async () => {
    const guarded = openIdentityWorld({
      allow: [],
      ci: { x: { issuer: there.url, audience: 'a', rules: [{ claims: { sub: 'me' }, may: ['viewer'] }] } },
    })
    const token = await there.sign(claimsOf())
    expect(await codeOf(() => issueCiToken(guarded.identity, token))).toBe('identity.provider_unavailable')
    expect(there.asked).toEqual([])
    await guarded.store.close()
  })
})

describe('a rule', () => {
  it('has stars that stop at a slash, and double ones that do not', () => {
    const cases: readonly [string, string, boolean][] = [
      ['refs/heads/main', 'refs/heads/main', true],
      ['refs/heads/main', 'refs/heads/main2', false],
      ['refs/heads/*', 'refs/heads/a', true],
      ['refs/heads/*', 'refs/heads/a/b', false],
      ['refs/heads/**', 'refs/heads/a/b', true],
      ['refs/*/main', 'refs/heads/main', true],
      ['v*.*', 'v1.2', true],
      ['v*.*', 'v12', false],
      ['a.c', 'abc', false],
      ['*', '', true],
      ['acme/*', 'acme/', true],
      ['acme/*', 'evil/acme/shop', false],
    ]
    for (const [pattern, text, fits] of cases)
      expect([pattern, text, matches(pattern, text)]).toEqual([pattern, text, fits])
    // Tried in every way that stars allow, this would not end in years.
    expect(matches('**a**a**a**a**a**b', 'a'.repeat(500))).toBe(false)
  })

  it('names whose job it is, and may what is a grant', () => {
    const parsed = (claims: Record<string, unknown>, may: unknown = ['viewer']) =>
      ciSettingsSchema.safeParse({ x: { issuer: 'https://ci.example', audience: 'a', rules: [{ claims, may }] } })
        .success
    expect(parsed({ repository: 'acme/shop' })).toBe(true)
    expect(parsed({ repository_owner: 'acme', ref: '*' })).toBe(true)
    for (const claims of [
      {},
      { ref: 'refs/heads/main' },
      { repository: '*' },
      { repository: '**/shop' },
      { repository: ['acme/shop', '*'] },
    ])
      expect([claims, parsed(claims)]).toEqual([claims, false])
    expect(parsed({ repository: 'acme/shop' }, ['king'])).toBe(false)
    expect(parsed({ repository: 'acme/shop' }, [])).toBe(false)
  })
})
