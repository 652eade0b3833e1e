import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { FakeApi } from './fake-api.fake.ts'
import { runIn, temporaryFolder } from './test-world.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

const taken = {
  ...{ id: 'tok_9', secret: 'hf_mine', person: 'Mika Tanaka', grants: [{ role: 'viewer' }] },
  expiresAt: new Date(Date.now() + 90 * 86_400_000).toISOString(),
}
const who = {
  actor: { type: 'user', id: 'tok_9', via: 'api', name: 'Mika' },
  grants: [{ role: 'viewer' }],
  canSignOut: false,
}

async function open(decided = true) {
  let asked = 0
  const expiresAt = new Date(Date.now() + (decided ? 600_000 : -1)).toISOString()
  const api = new FakeApi({
    'POST /v1/logins': { status: 201, body: { device: 'secret-half', code: 'BCDF-GHJK', expiresAt } },
    'POST /v1/logins/token': () => (decided && ++asked > 2 ? { body: taken } : { status: 204 }),
    'POST /v1/me/tokens/tok_9/revoke': { status: 204 },
    'GET /v1/session': { body: who },
  })
  const url = await api.listen()
  undo.push(() => api.close())
  const folder = temporaryFolder()
  undo.push(() => folder.remove())
  return { api, url, folder: folder.path, holdfast: (...words: string[]) => runIn(folder.path, words) }
}

it('prints a link and a code, waits for the yes, and keeps the token for its owner alone', async () => {
  const { url, folder, holdfast } = await open()
  const { exitCode, out, err } = await holdfast('login', url)
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: expect.stringContaining(`${url}/login?code=BCDF-GHJK`) })
  expect(out).toContain('Mika Tanaka')
  expect(`${out}${err}`).not.toMatch(/hf_mine|secret-half/)
  const file = join(folder, '.config/holdfast/logins.json')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ [url]: { token: 'hf_mine', id: 'tok_9' } })
  // From then on by itself, also without the address: it is the only one.
  expect((await holdfast('whoami', '--url', `${url}/`)).exitCode).toBe(0)
  expect((await holdfast('whoami')).out).toContain('Mika')
})

it('logout revokes the token and forgets it', async () => {
  const { api, url, folder, holdfast } = await open()
  await holdfast('login', url)
  expect((await holdfast('logout', url)).out).toContain('logged out')
  expect(api.asked.at(-1)).toMatchObject({ method: 'POST', path: '/v1/me/tokens/tok_9/revoke' })
  expect(readFileSync(join(folder, '.config/holdfast/logins.json'), 'utf8')).not.toContain('hf_mine')
  expect((await holdfast('logout', url)).out).toContain('Nobody was logged in')
})

it('ends when nobody says yes', async () => {
  const { url, holdfast } = await open(false)
  const { exitCode, err } = await holdfast('login', url)
  expect({ exitCode, err }).toEqual({ exitCode: 3, err: expect.stringContaining('Nobody has said yes') })
})
