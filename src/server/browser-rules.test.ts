import { networkInterfaces } from 'node:os'
import { request } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { HoldfastError } from '../base/index.ts'
import { admin, callApi, openWorld, type World } from './fake-world.ts'
import type { ServerOptions } from './server.ts'

let world: World
afterEach(() => world.server.close())

const open = async (options: ServerOptions = {}, identity?: object): Promise<void> => {
  const begin = async () => ({ secret: 'cookie-half', key: 'page-half', actor: admin, expiresAt: Date.UTC(2026, 0, 2) })
  const sessions = { begin, nameOf: () => 'Ada', loginOf: () => undefined, actorsNamed: () => [] }
  const people = {
    beginSignIn: () => {
      throw new HoldfastError('access.sign_in_refused', 'no', { kind: 'unauthenticated' })
    },
  }
  const authenticate = () => admin
  world = await openWorld(
    { listStateMachines: () => ({ items: [] }) },
    // The other verbs are not asked for.
    {
      ...{ authenticate, sessions: sessions as never, people: people as never },
      ...(identity === undefined ? {} : { identity: identity as never }),
    },
    options,
  )
}
const tryOnce = (headers: Record<string, string> = {}) =>
  callApi(world, 'POST /v1/sign-in', { login: 'ada', password: 'wrong password' }, headers)

describe('an answer', () => {
  it.each(['GET /v1/machines', 'GET /v1/nothing', 'GET /v1/health', 'GET /v1/openapi.json'])(
    'of %s is not framed, sniffed, kept or told to others',
    async (line) => {
      await open()
      const { headers } = await callApi(world, line)
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
        'cache-control': 'no-store',
      })
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
      expect(headers['strict-transport-security']).toBeUndefined()
      expect(headers['access-control-allow-origin']).toBeUndefined()
    },
  )

  it('keeps the browser to https when a proxy that is believed says that it came so', async () => {
    await open({ trustedProxies: ['127.0.0.1'] })
    const https = { 'x-forwarded-proto': 'https' }
    const { headers } = await callApi(world, 'GET /v1/machines', undefined, https)
    expect(headers['strict-transport-security']).toBe('max-age=31536000')
    const session = await callApi(world, 'POST /v1/session', { code: 'good' }, https)
    expect(String(session.headers['set-cookie'])).toMatch(/^__Host-holdfast_session_\d+=cookie-half; .*; Secure$/)
  })

  it('to whoever signs on elsewhere is a ticket that only https and this host can set, and no other is taken back', async () => {
    const taken: (string | undefined)[] = []
    const identity = {
      beginSignOn: async () => ({ url: 'https://id.example/', ticket: 'the-ticket', expiresAt: Date.UTC(2026, 0, 2) }),
      finishSignOn: async ({ ticket }: { readonly ticket: string | undefined }) => {
        taken.push(ticket)
        return { secret: 'cookie-half', key: 'page-half', actor: admin, expiresAt: Date.UTC(2026, 0, 2), from: '/' }
      },
    }
    await open({ trustedProxies: ['127.0.0.1'] }, identity)
    const https = { 'x-forwarded-proto': 'https', origin: `https://localhost:${world.port}` }
    const begun = await callApi(world, 'POST /v1/sign-on', { provider: 'acme' }, https)
    const cookie = /^(__Host-holdfast_sign_on_\d+)=the-ticket; Path=\/; HttpOnly; SameSite=Strict; .*; Secure$/
    expect(begun.status).toBe(201)
    expect(String(begun.headers['set-cookie'])).toMatch(cookie)
    const name = cookie.exec(String(begun.headers['set-cookie']))?.[1] ?? ''
    const finish = (held: string, headers: Record<string, string>) =>
      callApi(world, 'POST /v1/sign-on/finish', { query: 'code=1&state=2' }, { ...headers, cookie: held })
    const planted = name.replace('__Host-', '')
    expect((await finish(`${planted}=planted`, https)).status).toBe(201)
    const signedOn = await finish(`${planted}=planted; ${name}=the-ticket`, https)
    expect(String(signedOn.headers['set-cookie'])).toMatch(/^__Host-holdfast_session_\d+=cookie-half; .*; Secure$/)
    await finish(`${planted}=on-loopback`, {})
    expect(taken).toEqual([undefined, 'the-ticket', 'on-loopback'])
  })

  it('believes nobody else', async () => {
    await open()
    const https = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.5' }
    const { headers } = await callApi(world, 'POST /v1/session', { code: 'good' }, https)
    expect(headers['strict-transport-security']).toBeUndefined()
    expect(String(headers['set-cookie'])).not.toContain('Secure')
  })
})

describe('what needs no token', () => {
  const attempts = { each: { burst: 2, perSecond: 1 }, all: { burst: 5, perSecond: 1 }, remembered: 10 }

  it('may be tried so often from one address; then it is said how long to wait', async () => {
    await open({ attempts })
    expect([await tryOnce(), await tryOnce()].map(({ status }) => status)).toEqual([401, 401])
    const refused = await tryOnce({ 'x-forwarded-for': '198.51.100.77' })
    expect(refused).toMatchObject({ status: 429, body: { code: 'server.too_many_attempts', retryable: true } })
    expect(refused.headers['retry-after']).toBe('1')
    expect(await callApi(world, 'POST /v1/session', { code: 'good' })).toMatchObject({ status: 429 })
    // Who has a token goes on, and so do probes.
    expect(await callApi(world, 'GET /v1/machines')).toMatchObject({ status: 200 })
    expect(await callApi(world, 'GET /v1/health')).toMatchObject({ status: 200 })
    world.clock.advanceBy(1000)
    expect(await tryOnce()).toMatchObject({ status: 401 })
  })

  it('is counted by the address that the proxy heard, and in all', async () => {
    await open({ attempts, trustedProxies: ['127.0.0.1'] })
    const statuses: number[] = []
    for (const from of ['198.51.100.1', '198.51.100.2', '198.51.100.3']) {
      for (let time = 0; time < 3; time++) statuses.push((await tryOnce({ 'x-forwarded-for': from })).status)
    }
    expect(statuses).toEqual([401, 401, 429, 401, 401, 429, 401, 429, 429])
  })
})

const outside = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address

describe.runIf(outside !== undefined)('beyond this machine', () => {
  const statusOf = (headers: Record<string, string>, path = '/v1/machines') =>
    new Promise<number | undefined>((resolve, reject) => {
      const all = { authorization: 'Bearer x', ...headers }
      request({ host: outside, port: world.port, path, headers: all, agent: false }, (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      })
        .once('error', reject)
        .end()
    })

  it('nothing is served that did not come encrypted, but whether it is well', async () => {
    await open({ host: '0.0.0.0', trustedProxies: ['192.0.2.1'] })
    expect(await statusOf({ 'x-forwarded-proto': 'https' })).toBe(403)
    expect(await statusOf({}, '/v1/health')).toBe(200)
    const wire = { 'x-amz-target': 'AWSStepFunctions.ListStateMachines', 'content-type': 'application/x-amz-json-1.0' }
    expect(await statusOf(wire, '/')).toBe(403)
  })

  it('what a proxy that is believed hands on is served', async () => {
    await open({ host: '0.0.0.0', trustedProxies: [`${outside}`] })
    expect(await statusOf({ 'x-forwarded-proto': 'https' })).toBe(200)
    expect(await statusOf({ 'x-forwarded-proto': 'http' })).toBe(403)
  })

  it('everything is, where that was said', async () => {
    await open({ host: '0.0.0.0', insecureHttp: true })
    expect(await statusOf({})).toBe(200)
  })
})
