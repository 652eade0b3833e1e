/**
 * Recognisable secrets go in by every way that takes one, and things go wrong with them; then everything that Holdfast has written, and
 * everything that it answers, is searched for them.
 */
import { once } from 'node:events'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ciSettingsSchema } from '../../src/identity/ci/settings.ts'
import { type FakeIssuer, openIssuer } from '../../src/identity/fake-issuer.fake.ts'
import { signOnSettingsSchema } from '../../src/identity/settings.ts'
import { runIn } from '../../src/cli/test-world.ts'
import { launchChromium } from '../browser/chromium.ts'
import { buildConsole } from '../browser/console.ts'
import { type Answer, type Holdfast, openHoldfast } from './holdfast.ts'
import { codeNow, joinAs, withSession } from './people.ts'

let holdfast: Holdfast
let service: Server
let collector: Server
let issuer: FakeIssuer
/** Spans, as whoever runs the collector reads them. */
const spans: string[] = []
const secrets = new Map<string, string>()
/** Everything that was answered to somebody who was not just being handed the secret. */
const answered: string[] = []

const plant = (name: string, value: string = `planted-${name}-Zq7x9Kw2`): string => {
  if (value.length < 10) throw new Error(`${name} could be found by chance`)
  secrets.set(name, value)
  return value
}

const hostOf = (server: Server): string => `127.0.0.1:${(server.address() as AddressInfo).port}`

beforeAll(async () => {
  collector = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', (piece: string) => (text += piece))
    request.on('end', () => {
      spans.push(text)
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
  }).listen(0, '127.0.0.1')
  await once(collector, 'listening')
  // A service that fails and says all it was sent: many do.
  service = createServer((request, response) => {
    response.writeHead(500, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ failed: true, url: request.url, headers: request.headers }))
  })
  service.listen(0, '127.0.0.1')
  await once(service, 'listening')
  issuer = await openIssuer()
  holdfast = await openHoldfast(
    {
      outbound: { allow: ['127.0.0.1'] },
      connections: {
        referring: {
          authorization: { kind: 'apiKey', name: 'X-Api-Key', value: 'env:PARTNER_KEY' },
          allowedHosts: [hostOf(service)],
        },
      },
      signOn: signOnSettingsSchema.parse({
        corp: { name: 'Corp', issuer: issuer.url, clientId: 'holdfast', secret: 'env:OIDC_SECRET' },
      }),
      ci: ciSettingsSchema.parse({
        ci: { issuer: issuer.url, audience: 'here', rules: [{ claims: { sub: 'repo:acme/shop' }, may: ['viewer'] }] },
      }),
    },
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://${hostOf(collector)}`,
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=${plant('otel-header')}`,
      OIDC_SECRET: plant('oidc-client-secret'),
      PARTNER_KEY: plant('environment-value'),
    },
  )
})
afterAll(async () => {
  service.close()
  collector.close()
  await issuer.close()
  await holdfast.stop()
  holdfast.remove()
})

const note = ({ text, headers }: Answer): void => void answered.push(text, JSON.stringify(headers))

async function connections(): Promise<void> {
  const allowedHosts = [hostOf(service)]
  const basic = { kind: 'basic', username: 'holdfast', password: plant('basic-password') }
  secrets.set('basic-header', Buffer.from(`holdfast:${basic.password}`).toString('base64'))
  const keyed = { kind: 'apiKey', name: 'X-Api-Key', value: plant('api-key') }
  const invocation = { headers: { 'X-Extra': plant('header-value') }, query: { pin: plant('query-value') } }
  const wrong = { kind: 'apiKey', name: 'X Y', value: plant('of-a-refused-connection') }
  const add = async (status: number, name: string, authorization: object, more: object = {}): Promise<void> => {
    const given = { name, allowedHosts, authorization, ...more }
    const answer = await holdfast.asAdmin('POST /v1/connections', given, { 'idempotency-key': name })
    expect([name, answer.status, answer.text]).toEqual([name, status, answer.text])
    note(answer)
  }
  await add(201, 'bank', basic)
  await add(201, 'keyed', keyed, { invocation })
  await add(422, 'wrong', wrong)
  note(await holdfast.asAdmin('GET /v1/connections'))
  for (const name of ['bank', 'keyed', 'referring']) await failWith(name)
}

/** An HTTP task that fails with what it was sent. */
async function failWith(connection: string): Promise<void> {
  const Authentication = { ConnectionArn: `arn:aws:events:us-east-1:000000000000:connection/${connection}/1` }
  const Parameters = { ApiEndpoint: `http://${hostOf(service)}/orders`, Method: 'GET', Authentication }
  const Call = { Type: 'Task', Resource: 'arn:aws:states:::http:invoke', Parameters, End: true }
  const definition = JSON.stringify({ StartAt: 'Call', States: { Call } })
  const machine = await holdfast.asAdmin('POST /v1/machines', { name: connection, definition })
  expect([machine.status, machine.text]).toEqual([201, machine.text])
  const started = await holdfast.asAdmin('POST /v1/executions', { machine: connection, name: 'run' })
  expect([started.status, started.text]).toEqual([201, started.text])
  const id = encodeURIComponent(`${connection}:run`)
  const events = await holdfast.asAdmin(`GET /v1/executions/${id}/events`)
  expect(events.text).toContain('States.Http.StatusCode.500')
  for (const answer of [machine, started, events]) note(answer)
  for (const path of [`/v1/executions/${id}`, `/v1/executions/${id}/history`])
    note(await holdfast.asAdmin(`GET ${path}`))
}

async function people(): Promise<void> {
  const password = plant('password')
  const mika = await joinAs(holdfast, 'mika', password, [{ role: 'viewer' }])
  plant('join-code', mika.code)
  plant('totp-secret', mika.totpSecret)
  plant('session-cookie', mika.session.secret)
  plant('session-key', mika.session.key)
  for (const [at, code] of mika.recoveryCodes.entries()) plant(`recovery-code-${at}`, code)
  const signIn = (body: object | string) => holdfast.call('POST /v1/sign-in', { body })
  const begun = await signIn({ login: 'mika', password })
  const step = plant('step', String(begun.body['step']))
  note(await holdfast.call('POST /v1/session', { body: { step, totp: '000000' } }))
  note(await holdfast.call('POST /v1/session', { body: { step, totp: codeNow(mika.totpSecret, 3_600_000) } }))
  const recovered = await holdfast.call('POST /v1/session', { body: { step, recoveryCode: mika.recoveryCodes[0] } })
  expect(recovered.status).toBe(201)
  note(await holdfast.call('GET /v1/session', { headers: withSession(mika.session) }))
  // What goes wrong tells of what came in no more than of what is right.
  const wrong = plant('wrong-password')
  note(await signIn({ login: 'mika', password: wrong }))
  note(await signIn({ login: 'nobody', password: wrong }))
  note(await signIn(`{"login":"mika","password":"${wrong}`))
  note(await signIn({ login: { password: wrong }, password: [wrong] }))
  note(await signIn({ login: 'mika', password: wrong, [wrong.slice(0, 3)]: wrong }))
  note(await holdfast.call('POST /v1/join', { body: { code: plant('wrong-code'), password: wrong, totp: '123456' } }))
}

async function tokens(): Promise<void> {
  const body = { name: 'ci', grants: [{ role: 'viewer' }], awsKey: true }
  const made = await holdfast.asAdmin('POST /v1/tokens', body, { 'idempotency-key': 'make-a-token' })
  const token = plant('token', /"(hf_[\w-]+)"/.exec(made.text)?.[1] ?? '')
  plant('aws-secret', /"secretAccessKey":"([^"]+)"/.exec(made.text)?.[1] ?? '')
  plant('admin-token', holdfast.adminToken)
  note(await holdfast.asAdmin('GET /v1/tokens'))
  note(await holdfast.call('GET /v1/machines', { headers: { authorization: `Bearer ${token}` } }))
  const unknown = plant('unknown-token', 'hf_planted-unknown-Zq7x9Kw2Zq7x9Kw2Zq7x9Kw2Zq7')
  note(await holdfast.call('GET /v1/machines', { headers: { authorization: `Bearer ${unknown}` } }))
  // Where it does not belong: in addresses, which end in logs.
  note(await holdfast.asAdmin(`GET /v1/machines?token=${unknown}`))
  note(await holdfast.asAdmin(`GET /v1/trail?access_token=${unknown}`))
  note(await holdfast.call('POST /v1/session', { body: { token: unknown } }))
}

/** What providers outside have signed, and what they know us by. */
async function providers(): Promise<void> {
  const now = Math.floor(Date.now() / 1000)
  const claims = { iss: issuer.url, aud: 'here', sub: 'repo:acme/shop', jti: 'job-1', iat: now, exp: now + 300 }
  const idToken = plant('id-token', await issuer.sign(claims))
  plant('id-token-signature', idToken.split('.')[2] ?? '')
  const issued = await holdfast.call('POST /v1/ci/tokens', { body: { token: idToken } })
  expect([issued.status, issued.text]).toEqual([201, issued.text])
  plant('ci-token', String(issued.body['secret']))
  // A second time, of somebody whom no rule knows, of another signer, and cut.
  for (const token of [
    idToken,
    plant('unmapped-token', await issuer.sign({ ...claims, sub: 'repo:evil/shop', jti: 'job-2' })),
    plant('foreign-token', await issuer.sign({ ...claims, jti: 'job-3' }, 'foreign')),
    idToken.slice(0, -10),
  ]) {
    const refused = await holdfast.call('POST /v1/ci/tokens', { body: { token } })
    expect(refused.status).toBeOneOf([401, 403])
    note(refused)
  }
  const origin = holdfast.url
  const begun = await holdfast.call('POST /v1/sign-on', { headers: { origin }, body: { provider: 'corp' } })
  expect([begun.status, begun.text]).toEqual([201, begun.text])
  const ticket = String(begun.headers['set-cookie']).split(';')[0] ?? ''
  plant('sign-on-ticket', ticket.split('=')[1] ?? '')
  const there = new URL(String(begun.body['url'])).searchParams
  issuer.answerWith(() => issuer.sign({ ...claims, aud: 'holdfast', nonce: 'another' }))
  const query = new URLSearchParams({
    ...{ code: plant('authorization-code'), state: there.get('state') ?? '', iss: issuer.url },
  })
  const finish = () =>
    holdfast.call('POST /v1/sign-on/finish', { headers: { cookie: ticket, origin }, body: { query: query.toString() } })
  for (const answer of [await finish(), await finish()]) {
    expect(answer.status).toBe(401)
    note(answer)
  }
}

/** The pages, each with what stands on it once all that was asked for has come: before that, nothing could be found on it. */
const pages = {
  '/': 'States.Http.StatusCode.500',
  '/deploys': 'Nothing was deployed yet',
  '/executions': 'States.Http.StatusCode.500',
  '/executions/bank:run?state=Call': '[REDACTED]',
  '/machines': 'referring',
  '/machines/bank': 'ConnectionArn',
  '/hosts': 'No hosts yet',
  '/locks': 'Nothing is locked',
  '/people': 'Somebody called mika',
  '/access': 'repo:acme/shop',
  '/access?tab=connections': 'referring',
  '/access?tab=sessions': 'Somebody called mika',
  '/account': 'this one',
  '/audit': 'Somebody called mika',
  '/audit/3': 'sha256:',
}

/** What a picture of each page of the console would show to an admin, and what stands behind it. */
async function screens(): Promise<readonly { readonly path: string; readonly shown: string }[]> {
  await buildConsole()
  const browser = await launchChromium()
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-US' })
    const page = await context.newPage()
    const link = await holdfast.signInLink()
    plant('sign-in-link', new URL(link).hash.slice(1))
    await page.goto(link)
    await page.getByRole('navigation').first().waitFor()
    const seen: { path: string; shown: string }[] = []
    for (const [path, word] of Object.entries(pages)) {
      await page.goto(new URL(path, holdfast.url).href)
      await expect.poll(() => page.locator('main').innerText()).toContain(word)
      const shown = await page.evaluate(
        'location.href + document.documentElement.outerHTML + [...document.querySelectorAll("input, textarea")].map(({ value }) => value).join(" ")',
      )
      seen.push({ path, shown: String(shown) })
    }
    return seen
  } finally {
    await browser.close()
  }
}

/** Each way a secret may be written. */
function formsOf(secret: string): readonly Buffer[] {
  const bytes = Buffer.from(secret)
  // In base64 a text looks another way at each of three places; what its neighbours change is left out.
  const base64 = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replaceAll('=', '')
    return text.slice(shift === 0 ? 0 : shift + 1, -1)
  })
  const forms = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), bytes.toString('hex')]
  const web = base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))
  return [...new Set([...forms, bytes.toString('hex').toUpperCase(), ...base64, ...web])].map((form) =>
    Buffer.from(form),
  )
}

/** Which secrets, by name, lie in these bytes. */
const foundIn = (bytes: Buffer): readonly string[] =>
  [...secrets].flatMap(([name, secret]) => (formsOf(secret).some((form) => bytes.includes(form)) ? [name] : []))

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())

/** They exist to hold it. */
const holders: Readonly<Record<string, readonly string[]>> = {
  'admin-token': ['admin-token'],
  'connection.json': ['admin-token'],
}

it('finds no planted secret in files, logs, database, trail, exports, numbers, spans, answers, command lines or on the screen', async () => {
  await connections()
  await people()
  await tokens()
  await providers()
  for (const path of ['/metrics', '/v1/openapi.json', '/v1/trail', '/v1/trail/export', '/v1/people', '/v1/sessions']) {
    note(await holdfast.asAdmin(`GET ${path}`))
  }
  for (const words of [
    'connections list',
    'tokens list',
    'people list',
    'audit verify --json',
    'executions',
    'show bank:run',
    // Into the folder that is searched.
    `asl export bank --out ${join(holdfast.folder, 'exported')}`,
  ]) {
    const { exitCode, out, err } = await runIn(holdfast.folder, [...words.split(' '), '--data', holdfast.folder])
    // What failed is answered with 1.
    expect([words, exitCode < 2, err]).toEqual([words, true, err])
    answered.push(out, err)
  }
  const shown = await screens()
  // Before and after the stop: what waits to be written into the database lies beside it.
  const found: string[] = []
  const search = (when: string): void => {
    for (const file of filesIn(holdfast.folder)) {
      const name = relative(holdfast.folder, file)
      const held = foundIn(readFileSync(file)).filter((secret) => holders[name]?.includes(secret) !== true)
      found.push(...held.map((secret) => `${secret} in ${name} ${when}`))
    }
  }
  search('while it runs')
  await holdfast.stop()
  search('after it stopped')
  for (const { path, shown: text } of shown)
    found.push(...foundIn(Buffer.from(text)).map((name) => `${name} on the screen of ${path}`))
  expect(spans.join('')).toContain('arn:aws:states')
  for (const text of spans) found.push(...foundIn(Buffer.from(text)).map((name) => `${name} in a span`))
  for (const text of answered)
    found.push(...foundIn(Buffer.from(text)).map((name) => `${name} in: ${text.slice(0, 300)}`))
  expect(found).toEqual([])

  // That it would be found: the search sees what it is there for.
  expect(foundIn(readFileSync(join(holdfast.folder, 'admin-token')))).toEqual(['admin-token'])
  for (const form of formsOf('planted-password-Zq7x9Kw2'))
    expect(foundIn(Buffer.concat([Buffer.from('…'), form]))).toContain('password')
  expect(secrets.size).toBeGreaterThan(20)
})
