import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { runIn, serverIn, temporaryFolder } from './test-world.ts'

const home = temporaryFolder()
afterAll(() => home.remove())

/** What the page does with the code of the link. */
async function open(link: string): Promise<{ readonly status: number; readonly cookie: string }> {
  const { origin, pathname, hash } = new URL(link)
  expect(pathname).toBe('/sign-in')
  const answer = await fetch(`${origin}/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code: hash.slice(1) }),
  })
  return { status: answer.status, cookie: answer.headers.get('set-cookie') ?? '' }
}

it('holdfast console prints a link that signs in once', async () => {
  const server = await serverIn(home.path)
  const { exitCode, out } = await runIn(home.path, ['console', '--data', 'data'])
  expect(exitCode).toBe(0)
  const first = await open(out.trim())
  expect(first).toMatchObject({ status: 201, cookie: expect.stringContaining('HttpOnly; SameSite=Strict') })
  expect((await open(out.trim())).status).toBe(401)
  const { out: json } = await runIn(home.path, ['console', '--data', 'data', '--json'])
  expect(JSON.parse(json)).toEqual({ url: expect.stringContaining('/sign-in#'), expiresAt: expect.any(String) })
  await server.stop()
})

it('where nobody is asked who they are, it is the address alone', async () => {
  mkdirSync(join(home.path, 'open'))
  const server = await serverIn(join(home.path, 'open'), ['--auth', 'none'])
  const { out } = await runIn(join(home.path, 'open'), ['console', '--data', 'data'])
  expect(out).toBe(`${server.url}\n`)
  await server.stop()
})
