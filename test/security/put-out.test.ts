/** Whoever is put out while their request is on its way, and lets its last byte wait for that, does nothing by it. */
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Holdfast, openHoldfast } from './holdfast.ts'

let holdfast: Holdfast
beforeAll(async () => {
  holdfast = await openHoldfast()
})
afterAll(async () => {
  await holdfast.stop()
  holdfast.remove()
})

/** Sends the body only once `meanwhile` is done; the server has let the rest of it in by then. */
async function slowly(token: string, path: string, body: object, meanwhile: () => Promise<unknown>): Promise<string> {
  const content = JSON.stringify(body)
  const headers = {
    ...{ authorization: `Bearer ${token}`, 'content-type': 'application/json', expect: '100-continue' },
    'content-length': Buffer.byteLength(content),
  }
  const asked = httpRequest(new URL(path, holdfast.url), { method: 'POST', headers, agent: false })
  asked.flushHeaders()
  await once(asked, 'continue')
  asked.write(content.slice(0, -1))
  await meanwhile()
  const answer = once(asked, 'response')
  asked.end(content.slice(-1))
  const [response] = await answer
  return `${response.statusCode} ${await text(response)}`
}

it.each([
  ['/v1/tokens', { name: 'late', grants: [{ role: 'admin' }] }],
  ['/v1/machines', { name: 'late', definition: '{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}' }],
  [
    '/v1/connections',
    { name: 'late', allowedHosts: ['a.example'], authorization: { kind: 'apiKey', name: 'X', value: 'a secret' } },
  ],
] as const)('POST %s', async (path, body) => {
  const made = await holdfast.asAdmin('POST /v1/tokens', { name: 'thief', grants: [{ role: 'admin' }] })
  const [secret, id] = [String(made.body['secret']), String(Object(made.body['token'])['id'])]
  const revoke = async () => expect((await holdfast.asAdmin(`POST /v1/tokens/${id}/revoke`)).status).toBe(204)
  expect(await slowly(secret, path, body, revoke)).toMatch(/^401 .*access\.unauthenticated/)
  const { text: listed } = await holdfast.asAdmin(`GET ${path}`)
  expect(listed).not.toContain('late')
})

it('and whoever was not does', async () => {
  const body = { name: 'slow', grants: [{ role: 'viewer' }] }
  expect(await slowly(holdfast.adminToken, '/v1/tokens', body, async () => undefined)).toMatch(/^201 /)
})
