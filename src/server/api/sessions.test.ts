import { afterEach, describe, expect, it } from 'vitest'
import type { SessionProof, SignIn } from '../../access/index.ts'
import { HoldfastError } from '../../base/index.ts'
import { admin, callApi, openWorld, type World } from '../fake-world.ts'

let world: World
afterEach(() => world.server.close())

const [secret, key, expiresAt] = ['cookie-half', 'page-half', Date.UTC(2026, 0, 2)]
const ended: SessionProof[] = []

async function openSessions(): Promise<World> {
  ended.length = 0
  return openWorld(
    { listStateMachines: () => ({ items: [] }) },
    {
      sessions: {
        begin: async (signIn: SignIn) => {
          if ('code' in signIn && signIn.code === 'good') return { secret, key, actor: admin, expiresAt }
          throw new HoldfastError('access.code_refused', 'used', { kind: 'unauthenticated' })
        },
        end: async (_actor, proof) => void ended.push(proof),
        invite: async () => ({ code: 'fresh', expiresAt }),
        authenticate: (proof) => {
          if (proof.secret === secret && proof.key === key) return { ...admin, via: 'ui' }
          throw new HoldfastError('access.session_ended', 'ended', { kind: 'unauthenticated' })
        },
        list: (_actor, proof) => [
          {
            ...{ id: 'ses_1', holder: { id: 'tok_1', name: 'mika' }, createdAt: 0, expiresAt },
            isCurrent: proof?.secret === secret,
          },
        ],
        revoke: async (_actor, id) => void ended.push({ secret: id, key: '' }),
        listOwn: () => [],
        endOwn: async (_actor, id) => void ended.push({ secret: id, key: 'own' }),
        endOthers: async (_actor, proof) => (proof === undefined ? 3 : 2),
        nameOf: () => 'Ada',
        loginOf: () => 'ada',
        actorsNamed: () => [],
      },
    },
  )
}
/** As a browser that is signed in sends it; an empty value leaves a header out. */
const signedIn = (more: Record<string, string> = {}) => ({
  authorization: '',
  cookie: `other=1; holdfast_session_${world.port}=${secret}`,
  'x-holdfast-session': key,
  ...more,
})

describe('signing in', () => {
  it('answers a code with a key, and a cookie that no script can read', async () => {
    world = await openSessions()
    const answer = await callApi(world, 'POST /v1/session', { code: 'good' }, { authorization: '' })
    expect(answer).toMatchObject({ status: 201, body: { key, expiresAt: '2026-01-02T00:00:00.000Z' } })
    expect(answer.headers['set-cookie']).toEqual([
      `holdfast_session_${world.port}=${secret}; Path=/; HttpOnly; SameSite=Strict; Expires=Fri, 02 Jan 2026 00:00:00 GMT`,
    ])
    expect(answer.text).not.toContain(secret)
  })

  it('keeps the cookie to https where the page came by it', async () => {
    world = await openSessions()
    const origin = `https://localhost:${world.port}`
    const answer = await callApi(world, 'POST /v1/session', { code: 'good' }, { origin })
    expect(answer.headers['set-cookie']?.[0]).toMatch(/; Secure$/)
  })

  it.each([
    [{ code: 'bad' }, 401, 'access.code_refused'],
    [{}, 422, 'api.sign_in'],
    [{ code: 'good', token: 'hf_x' }, 422, 'api.sign_in'],
  ] as const)('with %j is refused', async (body, status, code) => {
    world = await openSessions()
    expect(await callApi(world, 'POST /v1/session', body)).toMatchObject({ status, body: { code } })
  })
})

describe('a session', () => {
  it('is who the console asks as', async () => {
    world = await openSessions()
    const { body } = await callApi(world, 'GET /v1/session', undefined, signedIn())
    expect(body).toEqual({
      actor: { type: 'user', id: 'ada', via: 'ui', name: 'Ada' },
      person: 'ada',
      login: 'ada',
      grants: [{ role: 'admin' }],
      canSignOut: true,
    })
  })

  it('needs its key in a header, which no other page can send, for reading and for changing alike', async () => {
    world = await openSessions()
    for (const line of ['GET /v1/session', 'DELETE /v1/session', 'GET /v1/machines']) {
      expect(await callApi(world, line, undefined, signedIn({ 'x-holdfast-session': '' }))).toMatchObject({
        status: 401,
        body: { code: 'access.unauthenticated' },
      })
    }
    const wrong = await callApi(world, 'GET /v1/machines', undefined, signedIn({ 'x-holdfast-session': 'guessed' }))
    expect(wrong).toMatchObject({ status: 401, body: { code: 'access.session_ended' } })
  })

  it('is not the cookie of another Holdfast on this machine', async () => {
    world = await openSessions()
    const cookie = `holdfast_session_${world.port + 1}=${secret}`
    expect((await callApi(world, 'GET /v1/session', undefined, signedIn({ cookie }))).status).toBe(401)
  })

  it('ends, and the browser forgets its cookie', async () => {
    world = await openSessions()
    const answer = await callApi(world, 'DELETE /v1/session', undefined, signedIn())
    expect(answer).toMatchObject({ status: 204 })
    expect(answer.headers['set-cookie']?.[0]).toContain('Max-Age=0')
    expect(ended).toEqual([{ secret, key }])
  })

  it('does not stand in the way of a token', async () => {
    world = await openSessions()
    const { body } = await callApi(world, 'GET /v1/session', undefined, {
      ...signedIn(),
      authorization: 'Bearer hf_test',
    })
    expect(body).toMatchObject({ actor: { via: 'api' }, canSignOut: false })
  })
})

it('whoever holds a token gets a code for the console', async () => {
  world = await openSessions()
  expect(await callApi(world, 'POST /v1/session/invitations')).toMatchObject({
    status: 201,
    body: { code: 'fresh', expiresAt: '2026-01-02T00:00:00.000Z' },
  })
})

describe('who is signed in', () => {
  it('is listed, with which of them asks, and can be signed out', async () => {
    world = await openSessions()
    const { body } = await callApi(world, 'GET /v1/sessions', undefined, signedIn())
    expect(body).toMatchObject({ items: [{ id: 'ses_1', isCurrent: true, expiresAt: '2026-01-02T00:00:00.000Z' }] })
    const { status } = await callApi(world, 'POST /v1/sessions/ses_1/revoke', undefined, signedIn())
    expect({ status, ended }).toEqual({ status: 204, ended: [{ secret: 'ses_1', key: '' }] })
  })
})
