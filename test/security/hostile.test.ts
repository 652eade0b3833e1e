/** What somebody outside tries, over HTTP, against a whole Holdfast: refused, with one answer for all who guess, and noted where it is somebody's. */

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { SignatureV4 } from '@smithy/signature-v4'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addPerson, beginJoining, beginSignIn, join as joinWith, openAccess } from '../../src/access/index.ts'
import { systemRandom } from '../../src/app/index.ts'
import { silentLogger, VirtualClock } from '../../src/base/index.ts'
import { Sha256 } from '../../src/aws/index.ts'
import { openKeyring } from '../../src/sealing/index.ts'
import { openStore } from '../../src/store/index.ts'
import { type Answer, type Holdfast, openHoldfast } from './holdfast.ts'
import { codeNow, type Joined, joinAs, type Session, withSession } from './people.ts'
import { expectTold, refusals } from './told.ts'

let holdfast: Holdfast
let mika: Joined
let host: string
beforeAll(async () => {
  holdfast = counting(await openHoldfast())
  host = new URL(holdfast.url).host
  mika = await joinAs(holdfast, 'mika', 'correct horse battery', [{ role: 'admin' }])
})
afterAll(async () => {
  await holdfast.stop()
  holdfast.remove()
})

/** Who was refused, as the answers say it: reason → how often. */
const answered = new Map<string, number>()

/** The same, with every refusal counted that somebody tried something with. */
function counting(one: Holdfast): Holdfast {
  const call: Holdfast['call'] = async (line, request) => {
    const answer = await one.call(line, request)
    const { authorization, cookie } = request?.headers ?? {}
    const isAsking = line.startsWith('GET') && authorization === undefined && cookie === undefined
    const reason = answer.code ?? String(answer.body['__type'] ?? '').split('#')[1] ?? ''
    const isRefused = [401, 403].includes(answer.status) || /Client|Signature|AuthenticationToken/.test(reason)
    if (isRefused && !(isAsking && answer.status === 401)) answered.set(reason, (answered.get(reason) ?? 0) + 1)
    return answer
  }
  return { ...one, call }
}

/** Of this machine, for this reason: the first of it stands there by itself, the others are counted. */
const refusedFor = (reason: string, more: object = {}, subject: object = expect.anything()) =>
  expectTold(holdfast, {
    actor: { type: 'inbound', id: '127.0.0.1', via: expect.any(String) },
    ...{ subject, change: expect.objectContaining({ reason, ...more }) },
  })

const list = (headers: Record<string, string>) => holdfast.call('GET /v1/machines', { headers })
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const seen = ({ status, code }: Answer) => `${status} ${code}`

describe('a token', () => {
  const add = async (body: object) => {
    const { text } = await holdfast.asAdmin('POST /v1/tokens', { grants: [{ role: 'viewer' }], ...body })
    return { id: /"id":"([^"]+)"/.exec(text)?.[1] ?? '', secret: /"(hf_[\w-]+)"/.exec(text)?.[1] ?? '' }
  }

  it('that is forged, cut, lengthened or in other letters is refused, and nobody learns which', async () => {
    const good = holdfast.adminToken
    expect(await list(bearer(good))).toMatchObject({ status: 200 })
    const flipped = `${good.slice(0, -1)}${good.endsWith('A') ? 'B' : 'A'}`
    const bad = [
      `hf_${'A'.repeat(good.length - 3)}`,
      good.slice(0, -1),
      `${good}A`,
      flipped,
      good.toLowerCase(),
      'hf_',
      '0',
      'null',
    ]
    const answers = await Promise.all(bad.map((token) => list(bearer(token))))
    expect(new Set(answers.map(seen))).toEqual(new Set(['401 access.unauthenticated']))
    expect(new Set(answers.map(({ body }) => body['detail'])).size).toBe(1)
    await refusedFor('access.unauthenticated', { brought: 'a token' }, { type: 'route', id: 'GET /v1/machines' })
  })

  it('is taken from nowhere but its header, and is nothing else', async () => {
    const good = holdfast.adminToken
    const ways: Record<string, string>[] = [
      {},
      { authorization: good },
      { authorization: `Basic ${Buffer.from(`admin:${good}`).toString('base64')}` },
      { authorization: `Bearer ${good}, Bearer ${good}` },
      { cookie: `holdfast_session=${good}; token=${good}` },
      { 'x-api-key': good, 'x-auth-token': good },
      { 'x-holdfast-session': good },
      bearer(mika.session.key),
      bearer(mika.session.secret),
      { cookie: `holdfast_session_${host.split(':')[1]}=${good}`, 'x-holdfast-session': good },
    ]
    for (const headers of ways) expect([headers, (await list(headers)).status]).toEqual([headers, 401])
    expect((await holdfast.call(`GET /v1/version?token=${good}`)).status).toBe(401)
  })

  it('that is revoked or over opens nothing any more', async () => {
    const revoked = await add({ name: 'revoked' })
    expect(await list(bearer(revoked.secret))).toMatchObject({ status: 200 })
    await holdfast.asAdmin(`POST /v1/tokens/${revoked.id}/revoke`, {})
    expect(seen(await list(bearer(revoked.secret)))).toBe('401 access.unauthenticated')
    const short = await add({ name: 'short', expiresAt: new Date(Date.now() + 1500).toISOString() })
    await expect.poll(async () => seen(await list(bearer(short.secret)))).toBe('401 access.unauthenticated')
  })

  it('of a viewer does no more for being sent with what a browser of an admin sends', async () => {
    const { secret } = await add({ name: 'viewer' })
    const headers = { ...withSession(mika.session), ...bearer(secret) }
    expect((await holdfast.call('GET /v1/tokens', { headers })).status).toBe(403)
    const told = { actor: expect.objectContaining({ type: 'user' }), subject: { type: 'verb', id: 'token.list' } }
    await expectTold(holdfast, { ...told, change: expect.objectContaining({ from: '127.0.0.1' }) }, 'access.forbidden')
  })
})

describe("a request signed by AWS's tools", () => {
  type Signing = { readonly at?: Date; readonly service?: string; readonly secret?: string }
  let key: { accessKeyId: string; secretAccessKey: string }
  const body = '{"maxResults":10}'
  beforeAll(async () => {
    const made = await holdfast.asAdmin('POST /v1/tokens', { name: 'aws', grants: [{ role: 'viewer' }], awsKey: true })
    const secretAccessKey = /"secretAccessKey":"([^"]+)"/.exec(made.text)?.[1] ?? ''
    key = { accessKeyId: /"accessKeyId":"([^"]+)"/.exec(made.text)?.[1] ?? '', secretAccessKey }
  })
  const signed = async ({ at = new Date(), service = 'states', secret = key.secretAccessKey }: Signing = {}) => {
    const credentials = { accessKeyId: key.accessKeyId, secretAccessKey: secret }
    const signer = new SignatureV4({ service, region: 'us-east-1', credentials, sha256: Sha256 })
    const own = {
      ...{ host, 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AWSStepFunctions.ListStateMachines' },
    }
    const request = { method: 'POST', protocol: 'http:', hostname: host, path: '/', query: {}, headers: own, body }
    return { ...(await signer.sign(request, { signingDate: at })).headers }
  }
  const send = (headers: Record<string, string>, sent = body) => holdfast.call('POST /', { headers, body: sent })

  it('is let in as it was signed', async () => {
    expect(await send(await signed())).toMatchObject({ status: 200 })
  })

  it('is refused with another body, target, date, secret or service, and without any part of its signature', async () => {
    const good = await signed()
    const authorization = String(good['authorization'])
    const without = (...names: string[]) =>
      Object.fromEntries(Object.entries(good).filter(([name]) => !names.includes(name)))
    const attempts: [string, Record<string, string>, string?][] = [
      ['another body', good, '{"maxResults":11}'],
      ['another target', { ...good, 'x-amz-target': 'AWSStepFunctions.ListActivities' }],
      ['no signature', without('authorization')],
      ['an empty signature', { ...good, authorization: authorization.replace(/Signature=\w+/, 'Signature=') }],
      ['fewer headers', { ...good, authorization: authorization.replace(/;x-amz-target/, '') }],
      ['another algorithm', { ...good, authorization: authorization.replace('HMAC-SHA256', 'HMAC-SHA1') }],
      ['an unsigned payload', { ...good, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }],
      ['another date', { ...good, 'x-amz-date': '20200101T000000Z' }],
      ['no date', without('x-amz-date')],
      ['an hour ago', await signed({ at: new Date(Date.now() - 3_600_000) })],
      ['in an hour', await signed({ at: new Date(Date.now() + 3_600_000) })],
      ['another secret', await signed({ secret: 'x'.repeat(40) })],
      ['another service', await signed({ service: 's3' })],
      ['another key', { ...good, authorization: authorization.replace(/HFAK\w{16}/, `HFAK${'A'.repeat(16)}`) }],
    ]
    for (const [name, headers, sent] of attempts) {
      const { status } = await send(headers, sent)
      expect([name, status >= 400 && status < 500]).toEqual([name, true])
    }
    for (const reason of ['wrong', 'incomplete', 'expired'].map((what) => `wire.signature_${what}`)) {
      await refusedFor(reason, { brought: 'a signature', accessKeyId: key.accessKeyId })
    }
    await refusedFor('wire.token_missing', { brought: 'nothing' }, { type: 'action', id: 'ListStateMachines' })
    await refusedFor('wire.token_refused', { accessKeyId: `HFAK${'A'.repeat(16)}` })
  })
})

describe('a page of another site', () => {
  const write = (headers: Record<string, string>, body: object | string = { name: 'x' }) =>
    holdfast.call('POST /v1/session/invitations', { headers, body })
  const cookieAlone = () => ({ cookie: mika.session.cookie })

  it('that causes requests with the cookie does not have the other half', async () => {
    expect(await write(withSession(mika.session), {})).toMatchObject({ status: 201 })
    expect(seen(await write(cookieAlone()))).toBe('401 access.unauthenticated')
    expect((await write({ ...cookieAlone(), 'x-holdfast-session': 'guessed' })).status).toBe(401)
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      expect((await write({ ...cookieAlone(), 'content-type': type }, 'name=x')).status).toBe(401)
      expect((await write({ ...withSession(mika.session), 'content-type': type }, 'name=x')).status).toBe(415)
    }
  })

  it.each([
    ['an origin of its own', { origin: 'https://evil.example' }],
    ['no origin that it tells', { origin: 'null' }],
    ['another port of this host', { origin: 'http://localhost:1' }],
    ['what browsers say of it', { 'sec-fetch-site': 'cross-site' }],
    ['what browsers say of a sister site', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' }],
    ['a navigation that writes', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }],
  ])('is kept out by %s, whatever else it has', async (_name, headers) => {
    expect((await write({ ...withSession(mika.session), ...headers }, {})).code).toBe('server.origin_refused')
    // Before anybody is asked for a token: its page cannot even try.
    expect((await write({ ...headers }, {})).code).toBe('server.origin_refused')
    await refusedFor('server.origin_refused', { origin: expect.any(String) }, { type: 'header', id: 'Origin' })
  })

  it('whose name was led to this address is not served', async () => {
    for (const name of [
      'evil.example',
      `evil.example:${host.split(':')[1]}`,
      '127.0.0.1.evil.example',
      'localhost.',
      '',
    ]) {
      const headers = { ...bearer(holdfast.adminToken), host: name === '' ? ' ' : name }
      expect([name, (await list(headers)).code]).toEqual([name, 'server.host_refused'])
    }
    const whole = await holdfast.call(`GET http://evil.example/v1/machines`, { headers: bearer(holdfast.adminToken) })
    expect(whole.code).toBe('server.host_refused')
    await refusedFor('server.host_refused', { host: 'evil.example' }, { type: 'header', id: 'Host' })
  })

  it('cannot read, frame or guess the type of any answer', async () => {
    const answers = [await list(bearer(holdfast.adminToken)), await list({}), await holdfast.call('GET /v1/health')]
    for (const { headers } of answers) {
      expect(headers['access-control-allow-origin']).toBeUndefined()
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' })
    }
    const preflight = await holdfast.call('OPTIONS /v1/machines', {
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    })
    expect(preflight.status).toBe(403)
  })
})

describe('a session', () => {
  const again = async (): Promise<Session> => {
    const { body } = await holdfast.call('POST /v1/sign-in', { body: { login: 'mika', password: mika.password } })
    const recoveryCode = mika.recoveryCodes[next++] ?? ''
    const begun = await holdfast.call('POST /v1/session', {
      headers: { cookie: mika.session.cookie },
      body: { step: body['step'], recoveryCode },
    })
    expect([begun.status, begun.text]).toEqual([201, begun.text])
    const cookie = String(begun.headers['set-cookie']).split(';')[0] ?? ''
    return { cookie, secret: cookie.split('=')[1] ?? '', key: String(begun.body['key']) }
  }
  let next = 0

  it('is another one at each sign-in, whatever the browser had before, and its halves fit no other', async () => {
    const fresh = await again()
    expect(fresh.secret).not.toBe(mika.session.secret)
    expect(await list(withSession(fresh))).toMatchObject({ status: 200 })
    const mixed = { cookie: mika.session.cookie, 'x-holdfast-session': fresh.key }
    expect((await list(mixed)).status).toBe(401)
    await refusedFor('access.session_ended', { brought: 'a session', why: 'without its other half' })
  })

  it('that was ended opens nothing any more, also to who kept both halves', async () => {
    const fresh = await again()
    const ended = await holdfast.call('DELETE /v1/session', { headers: withSession(fresh) })
    expect(ended).toMatchObject({ status: 204 })
    expect(String(ended.headers['set-cookie'])).toContain('Max-Age=0')
    expect((await list(withSession(fresh))).status).toBe(401)
  })

  it('is not begun again with what began another', async () => {
    const first = mika.recoveryCodes[0]
    const { body } = await holdfast.call('POST /v1/sign-in', { body: { login: 'mika', password: mika.password } })
    const used = await holdfast.call('POST /v1/session', { body: { step: body['step'], recoveryCode: first } })
    expect(used.code).toBe('access.second_factor_wrong')
    const joined = await holdfast.call('POST /v1/join', {
      body: { code: mika.code, password: 'another good password', totp: codeNow(mika.totpSecret) },
    })
    expect(joined.code).toBe('access.code_refused')
  })

  it('that fails to begin under the name of a person is in the trail', async () => {
    await holdfast.call('POST /v1/sign-in', { body: { login: 'mika', password: 'wrong password' } })
    const told = { action: 'person.sign_in_failed', actor: { type: 'inbound', id: 'sign-in', via: 'ui' } }
    await expectTold(holdfast, told, 'person.sign_in_failed')
  })
})

describe('who guesses names', () => {
  it('reads the same of a name that nobody has', async () => {
    const of = (login: string) => holdfast.call('POST /v1/sign-in', { body: { login, password: 'wrong password' } })
    const plain = ({ status, text }: Answer) => [status, text.replace(/"requestId":"\w+"/, '')]
    expect(plain(await of('mika'))).toEqual(plain(await of('nobody-at-all')))
    await refusedFor('access.sign_in_refused', { brought: 'nothing' }, { type: 'route', id: 'POST /v1/sign-in' })
    // Whoever mistakes one field for the other has written a password there.
    expect(JSON.stringify(await refusals(holdfast))).not.toContain('nobody-at-all')
  })

  it('waits as long: medians of attempts that take turns, within one run', async () => {
    const clock = new VirtualClock(Date.now())
    const store = openStore({ path: ':memory:', clock, logger: silentLogger })
    const keyring = openKeyring({ keys: () => [{ id: '0', key: new Uint8Array(32) }], randomBytes: systemRandom })
    const access = openAccess({ store, clock, logger: silentLogger, randomBytes: systemRandom, keyring })
    const admin = { type: 'user', id: 'ada', via: 'api', grants: [{ role: 'admin' }] } as const
    const password = 'correct horse battery'
    const logins = Array.from({ length: 12 }, (_, at) => `person-${at}`)
    for (const login of logins) {
      const added = await addPerson(access, admin, { login, name: login, grants: [] })
      const { totpSecret } = await beginJoining(access, added.join.code)
      const laterMs = clock.now() - Date.now()
      await joinWith(access, { code: added.join.code, password, totp: codeNow(totpSecret, laterMs) })
    }
    const took = async (login: string): Promise<number> => {
      const began = performance.now()
      await expect(beginSignIn(access, login, 'wrong password')).rejects.toMatchObject({
        code: 'access.sign_in_refused',
      })
      return performance.now() - began
    }
    const times: { known: number[]; unknown: number[] } = { known: [], unknown: [] }
    for (let round = 0; round < 2; round++) {
      for (const login of logins) {
        times.known.push(await took(login))
        times.unknown.push(await took(`no-${login}`))
      }
    }
    const median = (all: number[]): number => all.toSorted((a, b) => a - b)[all.length >> 1] ?? 0
    const ratio = median(times.known) / median(times.unknown)
    // Without a password to check, a name of nobody would be answered ten times as fast.
    expect(ratio).toBeGreaterThan(0.5)
    expect(ratio).toBeLessThan(2)
    await store.close()
  })
})

it('each refusal of this run is in the trail, however many there were of a kind', async () => {
  await holdfast.stop()
  const database = new DatabaseSync(join(holdfast.folder, 'holdfast.sqlite'), { readOnly: true })
  const rows = database.prepare("SELECT change FROM trail WHERE action IN ('access.refused', 'access.forbidden')").all()
  const unsealed = database
    .prepare("SELECT change FROM trail_unsealed WHERE action IN ('access.refused', 'access.forbidden')")
    .all()
  database.close()
  let told = 0
  for (const { change } of [...rows, ...unsealed]) {
    const { again }: { again?: number } = Object(JSON.parse(String(change)))
    told += again ?? 1
  }
  expect(told).toBe([...answered.values()].reduce((sum, times) => sum + times, 0))
  expect(told).toBeGreaterThan(60)
})
