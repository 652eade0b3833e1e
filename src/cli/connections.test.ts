import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { FakeApi } from './fake-api.fake.ts'
import { runIn, temporaryFolder, type TestWorldOptions } from './test-world.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

const shop = {
  ...{ name: 'shop', kind: 'basic', allowedHosts: ['api.shop.example', 'cdn.shop.example'], from: 'api' },
  changedAt: '2026-11-20T07:00:00.000Z',
}
const fixed = { name: 'fixed', kind: 'oauth', allowedHosts: ['a.example'], from: 'configuration' }

async function open(items: readonly object[] = [fixed, shop]) {
  const api = new FakeApi({
    'POST /v1/connections': { status: 201, body: shop },
    'GET /v1/connections': { body: { items } },
    'DELETE /v1/connections/shop': { status: 204 },
  })
  const url = await api.listen()
  undo.push(() => api.close())
  const folder = temporaryFolder()
  undo.push(() => folder.remove())
  const environment = { HOLDFAST_URL: url, HOLDFAST_TOKEN: 'hf_x', STOCK_KEY: 'k3y' }
  const holdfast = (line: string, options: TestWorldOptions = {}) =>
    runIn(folder.path, ['connections', ...line.split(' ')], { environment, ...options })
  return { api, folder: folder.path, holdfast }
}

it('a connection is added with its secret from standard input, which is not shown', async () => {
  const { api, holdfast } = await open()
  const line = 'add shop --host api.shop.example --host cdn.shop.example --basic ada --header X-Tenant=acme'
  const { exitCode, out, err } = await holdfast(line, { input: 's3cret\n' })
  expect({ exitCode, out, err }).toEqual({
    exitCode: 0,
    out: '✓ added  shop  for api.shop.example, cdn.shop.example\n',
    err: '',
  })
  expect(api.asked[0]?.body).toEqual({
    name: 'shop',
    allowedHosts: ['api.shop.example', 'cdn.shop.example'],
    authorization: { kind: 'basic', username: 'ada', password: 's3cret' },
    invocation: { headers: { 'X-Tenant': 'acme' } },
  })
})

it('the secret comes from a file or the environment as well', async () => {
  const { api, folder, holdfast } = await open()
  writeFileSync(join(folder, 'secret'), 'from a file\n')
  await holdfast(
    'add shop --host a.example --oauth https://a.example/token --client-id me --token-parameter scope=all --secret-file secret',
  )
  await holdfast('add shop --host a.example --api-key X-Api-Key --secret-env STOCK_KEY --replace --json')
  expect(api.asked.map(({ body }) => body)).toMatchObject([
    {
      authorization: {
        ...{ kind: 'oauth', endpoint: 'https://a.example/token', clientId: 'me', clientSecret: 'from a file' },
        parameters: { body: { scope: 'all' } },
      },
    },
    { authorization: { kind: 'apiKey', name: 'X-Api-Key', value: 'k3y' }, replace: true },
  ])
})

it.each([
  ['add shop --basic ada', '--host <host>'],
  ['add shop --host a.example', 'how the connection proves itself'],
  ['add shop --host a.example --basic a --api-key b', 'how the connection proves itself'],
  ['add shop --host a.example --oauth https://a', '--client-id'],
  ['add shop --host a.example --basic a --secret-env MISSING', 'no secret in MISSING'],
  ['add shop --host a.example --basic a', 'no secret in standard input'],
])('%s is refused before anything is sent', async (line, message) => {
  const { api, holdfast } = await open()
  const { exitCode, err } = await holdfast(line)
  expect(exitCode).toBe(2)
  expect(err).toContain(message)
  expect(api.asked).toEqual([])
})

it('they are listed without their secrets, and removed', async () => {
  const { api, holdfast } = await open()
  const { out } = await holdfast('list')
  expect(out).toMatch(/NAME +KIND +FROM +CHANGED +HOSTS\nfixed +oauth +configuration +a\.example\nshop +basic +api +\S/)
  expect(JSON.parse((await holdfast('list --json')).out)).toEqual([fixed, shop])
  expect((await holdfast('remove shop')).out).toContain('removed  shop')
  expect(api.asked.at(-1)).toMatchObject({ method: 'DELETE', path: '/v1/connections/shop' })
})

it('an empty list says how one is added', async () => {
  const { holdfast } = await open([])
  expect((await holdfast('list')).out).toContain('holdfast connections add NAME --host HOST')
})
