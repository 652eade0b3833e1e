import { afterEach, expect, it } from 'vitest'
import { FakeApi } from './fake-api.fake.ts'
import { runIn, temporaryFolder } from './test-world.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

const bot = {
  ...{ id: 'tok_1', name: 'release bot', state: 'good', actor: { type: 'user', id: 'tok_1' } },
  grants: [{ role: 'deployer', project: 'acme/shop' }],
  ...{ createdAt: '2026-11-20T07:00:00.000Z', expiresAt: '2027-02-18T07:00:00.000Z' },
}
const agent = {
  ...{ id: 'tok_2', name: 'host tokyo', state: 'revoked', actor: { type: 'machine', id: 'hst_1' } },
  ...{ createdAt: '2026-11-20T07:00:00.000Z', revokedAt: '2026-11-21T07:00:00.000Z' },
}
const session = {
  ...{ id: 'ses_1', holder: { id: 'tok_1', name: 'release bot' }, isCurrent: false, userAgent: 'Firefox' },
  ...{ createdAt: '2026-11-20T07:00:00.000Z', expiresAt: '2026-12-04T07:00:00.000Z' },
}

const ciRule = {
  ...{ issuer: 'github', url: 'https://token.actions.githubusercontent.com', audience: 'holdfast' },
  ...{ claims: { repository: ['acme/shop'], ref: ['refs/heads/main', 'refs/tags/v*'] }, grants: bot.grants },
}

async function open(sessions: readonly object[] = [session]) {
  const api = new FakeApi({
    'POST /v1/tokens': { status: 201, body: { token: bot, secret: 'hf_secret' } },
    'GET /v1/tokens': { body: { items: [bot, agent] } },
    'POST /v1/tokens/tok_1/revoke': { status: 204 },
    'POST /v1/tokens/tok_1/rotate': {
      body: { token: bot, secret: 'hf_second', formerUntil: '2026-11-20T08:00:00.000Z' },
    },
    'GET /v1/ci/rules': { body: { items: [ciRule] } },
    'GET /v1/sessions': { body: { items: sessions } },
    'POST /v1/sessions/ses_1/revoke': { status: 204 },
    'GET /v1/me/sessions': { body: { items: sessions } },
    'POST /v1/me/sessions/ses_1/end': { status: 204 },
    'POST /v1/me/sessions/end-others': { body: { ended: 2 } },
  })
  const url = await api.listen()
  undo.push(() => api.close())
  const folder = temporaryFolder()
  undo.push(() => folder.remove())
  const environment = { HOLDFAST_URL: url, HOLDFAST_TOKEN: 'hf_x' }
  return { api, holdfast: (...words: string[]) => runIn(folder.path, words, { environment }) }
}

it('a token is made for a time, and its secret is printed once', async () => {
  const { api, holdfast } = await open()
  const { exitCode, out } = await holdfast(
    'tokens',
    'add',
    'release bot',
    '--may',
    'deployer@acme/shop',
    '--for',
    '90d',
  )
  expect(exitCode).toBe(0)
  expect(api.asked[0]?.body).toEqual({
    ...{ name: 'release bot', grants: bot.grants, expiresAt: expect.stringMatching(/^\d{4}-.*Z$/) },
  })
  expect(out.split('hf_secret')).toHaveLength(2)
  expect(JSON.parse((await holdfast('tokens', 'add', 'x', '--may', 'admin', '--json')).out)).toEqual({
    token: bot,
    secret: 'hf_secret',
  })
})

it('the list shows what opens something, and with --all what once did', async () => {
  const { holdfast } = await open()
  const { out } = await holdfast('tokens', 'list')
  expect(out).toContain('release bot')
  expect(out).not.toContain('host tokyo')
  expect((await holdfast('tokens', 'list', '--all')).out).toMatch(/revoked +host tokyo +work for hst_1/)
  expect(JSON.parse((await holdfast('tokens', 'list', '--all', '--json')).out)).toEqual([bot, agent])
})

it('a token is revoked by its id', async () => {
  const { api, holdfast } = await open()
  expect((await holdfast('tokens', 'revoke', 'tok_1')).out).toContain('revoked  tok_1')
  expect(api.asked.at(-1)).toMatchObject({ method: 'POST', path: '/v1/tokens/tok_1/revoke' })
})

it('who is signed in is listed, and signed out', async () => {
  const { api, holdfast } = await open()
  expect((await holdfast('sessions', 'list')).out).toMatch(/ses_1 +release bot .*Firefox/)
  expect((await holdfast('sessions', 'end', 'ses_1')).out).toContain('ended  ses_1')
  expect(api.asked.at(-1)).toMatchObject({ method: 'POST', path: '/v1/sessions/ses_1/revoke' })
  const { holdfast: alone } = await open([])
  expect((await alone('sessions', 'list')).out).toContain('Nobody is signed in')
})

it('one’s own sessions are listed and ended, for which nobody has to be an admin', async () => {
  const { api, holdfast } = await open()
  expect((await holdfast('sessions', 'list', '--own')).out).toContain('ses_1')
  expect(api.asked.at(-1)).toMatchObject({ method: 'GET', path: '/v1/me/sessions' })
  expect((await holdfast('sessions', 'end', 'ses_1', '--own')).out).toContain('ended  ses_1')
  expect(api.asked.at(-1)).toMatchObject({ method: 'POST', path: '/v1/me/sessions/ses_1/end' })
  expect((await holdfast('sessions', 'end', '--own', '--all')).out).toContain('ended  2 of your sessions')
  const asked = api.asked.length
  for (const words of [[], ['--all'], ['ses_1', '--own', '--all']]) {
    const { exitCode, err } = await holdfast('sessions', 'end', ...words)
    expect([exitCode, err]).toEqual([2, expect.stringContaining('holdfast sessions list --own')])
  }
  expect(api.asked).toHaveLength(asked)
})

it('a token is rotated, and its new secret printed once', async () => {
  const { api, holdfast } = await open()
  const { out } = await holdfast('tokens', 'rotate', 'tok_1', '--overlap', '1h')
  expect(api.asked.at(-1)).toMatchObject({ path: '/v1/tokens/tok_1/rotate', body: { overlapMs: 3_600_000 } })
  expect(out.split('hf_second')).toHaveLength(2)
  expect(out).toContain('is good until')
  expect((await holdfast('tokens', 'rotate', 'tok_1')).out).toContain('opens nothing any more')
})

it('the rules for pipelines are shown as the server goes by them', async () => {
  const { holdfast } = await open()
  const { out } = await holdfast('tokens', 'ci-rules')
  expect(out).toMatch(/github +repository=acme\/shop ref=refs\/heads\/main\|refs\/tags\/v\* +deployer@acme\/shop/)
  expect(JSON.parse((await holdfast('tokens', 'ci-rules', '--json')).out)).toEqual([ciRule])
})

it('what it may has to be said, and as roles are written', async () => {
  const { api, holdfast } = await open()
  for (const words of [[], ['--may', 'king'], ['--may', 'viewer@acme'], ['--may', 'admin', '--for', 'ever']]) {
    const { exitCode, err } = await holdfast('tokens', 'add', 'x', ...words)
    expect({ exitCode, err }).toEqual({ exitCode: 2, err: expect.stringMatching(/--may|--for/) })
  }
  expect(api.asked).toEqual([])
})
