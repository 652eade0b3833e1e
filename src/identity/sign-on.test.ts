import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addPerson, authenticateSession, changePerson, invitePerson, listPeople, setGroup } from '../access/index.ts'
import { type FakeIssuer, openIssuer, unsigned } from './fake-issuer.fake.ts'
import { admin, codeOf, type IdentityWorld, openIdentityWorld } from './identity-world.fake.ts'
import { openRealProvider } from './real-provider.fake.ts'
import { beginSignOn, finishSignOn, listProviders, ownPath } from './sign-on.ts'

const origin = 'http://127.0.0.1:7400'
const mika = {
  ...{ sub: 'u-1', name: 'Mika Tanaka', preferred_username: 'Mika', email: 'mika@acme.example' },
  groups: ['sre', 'football'],
}

describe('with a real provider', () => {
  let there: Awaited<ReturnType<typeof openRealProvider>>
  let world: IdentityWorld
  beforeAll(async () => {
    there = await openRealProvider()
    there.trust(origin)
  })
  afterAll(() => there.close())
  afterEach(() => world.store.close())

  const open = (createPeople: boolean): void => {
    world = openIdentityWorld({
      signOn: {
        corp: {
          ...{ name: 'Acme', issuer: there.url, clientId: 'holdfast', secret: 'env:SECRET', createPeople },
          ...{ scopes: ['openid', 'profile', 'email', 'groups'], groups: { sre: 'on-call', admins: 'admins' } },
        },
      },
    })
  }
  const signOn = async (changes: { readonly from?: string; readonly joinCode?: string } = {}) => {
    const { url, ticket } = await beginSignOn(world.identity, { provider: 'corp', origin, ...changes })
    return finishSignOn(world.identity, { ticket, query: await there.visit(url) })
  }

  it('makes a person of who is unknown, with what their groups may, and knows them again', async () => {
    open(true)
    there.be(mika)
    await setGroup(world.access, admin, 'on-call', { grants: [{ role: 'responder' }] })
    const session = await signOn({ from: '/deploys?state=failed' })
    expect(session.from).toBe('/deploys?state=failed')
    const actor = authenticateSession(world.access, session)
    expect(actor).toMatchObject({ type: 'user', via: 'ui', grants: [{ role: 'responder' }] })
    expect(world.trail().map(({ action, actor: who }) => `${action} by ${who}`)).toEqual([
      ...['group.set by ada', 'person.add by sign-on/corp', 'person.link by sign-on/corp'],
      ...['person.change by sign-on/corp', `session.begin by ${actor.id}`],
    ])
    expect(world.trail().at(-1)?.change).toEqual({ through: 'corp' })
    expect((await signOn()).actor.id).toBe(actor.id)
    expect(listPeople(world.access, admin)).toMatchObject([
      { login: 'mika', name: 'Mika Tanaka', grants: [], groups: ['on-call'], recoveryCodes: 0 },
    ])
  })

  it('takes away what the provider takes away, and leaves our own groups alone', async () => {
    open(true)
    there.be(mika)
    for (const group of ['on-call', 'friends'])
      await setGroup(world.access, admin, group, { grants: [{ role: 'viewer' }] })
    await signOn()
    await changePerson(world.access, admin, 'mika', { groups: ['on-call', 'friends'] })
    there.be({ ...mika, groups: [] })
    await signOn()
    expect(listPeople(world.access, admin)[0]?.groups).toEqual(['friends'])
  })

  it('takes nobody for somebody by name or mail address: an invitation binds the account', async () => {
    open(true)
    there.be(mika)
    const { join } = await addPerson(world.access, admin, {
      login: 'mika',
      name: 'Another Mika',
      grants: [{ role: 'admin' }],
    })
    await addPerson(world.access, admin, { login: 'mika@acme.example', name: 'And another' })
    expect(await codeOf(() => signOn())).toBe('access.outside_login_taken')
    const joined = await signOn({ joinCode: join.code })
    expect(authenticateSession(world.access, joined).grants).toEqual([{ role: 'admin' }])
    expect((await signOn()).actor.id).toBe(joined.actor.id)
    // The code is spent, and the account is nobody else's.
    expect(await codeOf(() => signOn({ joinCode: join.code }))).toBe('access.code_refused')
    const other = await invitePerson(world.access, admin, 'mika@acme.example')
    expect(await codeOf(() => signOn({ joinCode: other.code }))).toBe('access.outside_unknown')
  })

  it('keeps out who is unknown where people are not made, and who is disabled', async () => {
    open(false)
    there.be(mika)
    expect(await codeOf(() => signOn())).toBe('access.outside_unknown')
    const { join } = await addPerson(world.access, admin, { login: 'mika', name: 'Mika' })
    const session = await signOn({ joinCode: join.code })
    await changePerson(world.access, admin, 'mika', { disabled: true })
    expect(await codeOf(() => signOn())).toBe('access.outside_unknown')
    expect(await codeOf(() => authenticateSession(world.access, session))).toBe('access.session_ended')
    expect(world.trail().at(-1)).toMatchObject({ action: 'person.sign_in_failed', actor: 'sign-on/corp' })
  })

  it('asks for a code with PKCE, state and nonce, and takes a code once', async () => {
    open(true)
    there.be(mika)
    const { url, ticket } = await beginSignOn(world.identity, { provider: 'corp', origin })
    const asked = new URL(url).searchParams
    expect(Object.fromEntries(asked)).toMatchObject({ response_type: 'code', code_challenge_method: 'S256' })
    expect([asked.get('state')?.length, asked.get('nonce')?.length]).toEqual([43, 43])
    const query = await there.visit(url)
    await finishSignOn(world.identity, { ticket, query })
    expect(await codeOf(() => finishSignOn(world.identity, { ticket, query }))).toBe('identity.sign_on_refused')
    // The same code under another sign-on of the attacker's own: its verifier is another.
    const second = await beginSignOn(world.identity, { provider: 'corp', origin })
    const mixed = new URLSearchParams(query)
    mixed.set('state', new URL(second.url).searchParams.get('state') ?? '')
    const again = finishSignOn(world.identity, { ticket: second.ticket, query: mixed.toString() })
    expect(await codeOf(() => again)).toBe('identity.sign_on_refused')
  })
})

describe('with a provider that lies', () => {
  let there: FakeIssuer
  let other: FakeIssuer
  let world: IdentityWorld
  beforeEach(async () => {
    ;[there, other] = [await openIssuer(), await openIssuer()]
    const of = (name: string, issuer: string) => ({ name, issuer, clientId: 'holdfast', createPeople: true })
    world = openIdentityWorld({ signOn: { corp: of('Acme', there.url), other: of('Other', other.url) } })
  })
  afterEach(async () => {
    await there.close()
    await other.close()
    await world.store.close()
  })

  const begin = async (provider = 'corp') => {
    const { url, ticket } = await beginSignOn(world.identity, { provider, origin })
    const { state = '', nonce } = Object.fromEntries(new URL(url).searchParams)
    const now = Math.floor(Date.now() / 1000)
    const issuer = provider === 'corp' ? there.url : other.url
    const claims = {
      iss: issuer,
      aud: 'holdfast',
      sub: 'u-1',
      iat: now,
      exp: now + 300,
      nonce,
      preferred_username: 'mika',
    }
    return { ticket, state, claims, query: `code=c&state=${state}&iss=${encodeURIComponent(issuer)}` }
  }
  const finish = (ticket: string | undefined, query: string) =>
    codeOf(() => finishSignOn(world.identity, { ticket, query }))

  it('takes what is right', async () => {
    const { ticket, claims, query } = await begin()
    there.answerWith(() => there.sign(claims))
    expect(await finish(ticket, query)).toBe('done')
  })

  const lies: readonly [string, (good: Record<string, unknown>) => Promise<string> | string][] = [
    ['another nonce', (good) => there.sign({ ...good, nonce: 'another' })],
    ['no nonce', (good) => there.sign({ ...good, nonce: undefined })],
    ['another audience', (good) => there.sign({ ...good, aud: 'somebody else' })],
    ['another issuer', (good) => there.sign({ ...good, iss: other.url })],
    ['an ID token that is over', (good) => there.sign({ ...good, exp: Math.floor(Date.now() / 1000) - 120 })],
    ['no signature', (good) => unsigned(good)],
    [
      'a header of none with a signature behind it',
      async (good) => `${unsigned(good)}${(await there.sign(good)).split('.')[2]}`,
    ],
    ['a signature by another key', (good) => there.sign(good, 'foreign')],
    [
      'a changed body',
      async (good) => {
        const [head, , signature] = (await there.sign(good)).split('.')
        return `${head}.${unsigned({ ...good, sub: 'u-2' }).split('.')[1]}.${signature}`
      },
    ],
    [
      'a token of several audiences for another client',
      (good) => there.sign({ ...good, aud: ['holdfast', 'x'], azp: 'x' }),
    ],
  ]
  it.each(lies)('refuses %s', async (_name, lie) => {
    const { ticket, claims, query } = await begin()
    there.answerWith(() => lie(claims))
    expect(await finish(ticket, query)).toBe('identity.sign_on_refused')
    expect(listPeople(world.access, admin)).toEqual([])
  })

  it('refuses what another browser began, a state of another, and none', async () => {
    const [mine, theirs] = [await begin(), await begin()]
    there.answerWith(() => there.sign(theirs.claims))
    // Whoever lures somebody to the address with a code of their own: that browser has no ticket, or another.
    expect(await finish(undefined, theirs.query)).toBe('identity.sign_on_refused')
    expect(await finish(mine.ticket, theirs.query)).toBe('identity.sign_on_refused')
    expect(await finish('forged', theirs.query)).toBe('identity.sign_on_refused')
    expect(await finish(mine.ticket, 'code=c')).toBe('identity.sign_on_refused')
    expect(there.asked.filter((line) => line.endsWith('/token'))).toEqual([])
  })

  it('refuses an answer of one provider to a sign-on at another', async () => {
    const { ticket, state, claims } = await begin('corp')
    there.answerWith(() => there.sign(claims))
    const mixed = `code=c&state=${state}&iss=${encodeURIComponent(other.url)}`
    expect(await finish(ticket, mixed)).toBe('identity.sign_on_refused')
    expect(there.asked.filter((line) => line.endsWith('/token'))).toEqual([])
    const without = await begin('corp')
    expect(await finish(without.ticket, `code=c&state=${without.state}`)).toBe('identity.sign_on_refused')
  })

  it('refuses a ticket that is older than ten minutes', async () => {
    const { ticket, claims, query } = await begin()
    there.answerWith(() => there.sign(claims))
    world.clock.advanceBy(10 * 60_000)
    expect(await finish(ticket, query)).toBe('identity.sign_on_refused')
  })

  it('refuses what the provider itself refuses', async () => {
    const { ticket, state } = await begin()
    const denied = `error=access_denied&state=${state}&iss=${encodeURIComponent(there.url)}`
    expect(await finish(ticket, denied)).toBe('identity.sign_on_refused')
  })

  it('does not ask a provider that says it is another, nor one on an address that is not allowed', async () => {
    there.discoverySays({ issuer: other.url })
    const begun = beginSignOn(world.identity, { provider: 'corp', origin })
    expect(await codeOf(() => begun)).toBe('identity.provider_unavailable')
    const guarded = openIdentityWorld({
      allow: [],
      signOn: { inside: { name: 'Inside', issuer: 'http://169.254.169.254', clientId: 'x' } },
    })
    const inside = beginSignOn(guarded.identity, { provider: 'inside', origin })
    expect(await codeOf(() => inside)).toBe('identity.provider_unavailable')
    await guarded.store.close()
  })

  it('knows only the providers of the configuration', async () => {
    expect(listProviders(world.identity)).toEqual([
      { id: 'corp', name: 'Acme' },
      { id: 'other', name: 'Other' },
    ])
    const unknown = beginSignOn(world.identity, { provider: 'evil', origin })
    expect(await codeOf(() => unknown)).toBe('identity.provider_missing')
  })
})

it('leads back into the console and nowhere else', () => {
  expect(ownPath('/deploys?state=failed')).toBe('/deploys?state=failed')
  for (const path of [
    ...[
      'https://evil.example',
      '//evil.example',
      String.raw`/\evil.example`,
      String.raw`/a\b`,
      'javascript:alert(1)',
      '',
    ],
    ...['/\t/evil.example', '/sign-in?from=x', '/sign-on?code=x', undefined],
  ])
    expect(ownPath(path)).toBe('/')
})
