import { afterEach, expect, it } from 'vitest'
import type { Actor } from '../../access/index.ts'
import { openWorld, type World } from '../fake-world.ts'
import type { PeopleVerbs } from '../people-verbs.ts'

let world: World
afterEach(() => world.server.close())

const asked: unknown[] = []
const session = { secret: 's3cret', key: 'k3y', actor: { type: 'user', id: 'per_1', via: 'ui' } as Actor, expiresAt: 0 }
const open = async (): Promise<void> => {
  asked.length = 0
  const verbs: Partial<PeopleVerbs> = {
    beginPasskeySignIn: async (asking) => (asked.push(asking), { challenge: 'AAAA', rpId: 'localhost' }),
    finishPasskeySignIn: async ({ assertion }) => (asked.push(assertion.id), session),
  }
  // The rest is not called here.
  world = await openWorld({}, { people: verbs as PeopleVerbs })
}
const post = (path: string, body: object, origin?: string) =>
  world.call({
    ...{ method: 'POST', path, body: JSON.stringify(body) },
    headers: { 'content-type': 'application/json', ...(origin === undefined ? {} : { origin }) },
  })
const here = (): string => `http://localhost:${world.port}`
const credential = {
  ...{ id: 'AAAA', rawId: 'AAAA', type: 'public-key' },
  response: { clientDataJSON: 'AAAA', authenticatorData: 'AAAA', signature: 'AAAA', userHandle: 'AAAA' },
}

it('a passkey is asked for on the page of the console that says where it is', async () => {
  await open()
  const answer = await post('/v1/sign-in/passkey', { login: 'mika' }, here())
  expect(answer).toMatchObject({ status: 200, body: { challenge: 'AAAA', rpId: 'localhost' } })
  expect(asked).toEqual([{ login: 'mika', origin: here() }])
  for (const origin of [undefined, 'null', 'http://']) {
    expect((await post('/v1/sign-in/passkey', {}, origin)).status).toBeGreaterThanOrEqual(400)
  }
  expect((await post('/v1/sign-in/passkey', {})).body).toMatchObject({ code: 'api.sign_in', place: 'Origin' })
  expect((await post('/v1/sign-in/passkey', {}, 'https://evil.example')).body).toMatchObject({
    code: 'server.origin_refused',
  })
  expect(asked).toHaveLength(1)
})

it('what it has signed becomes a session in two halves', async () => {
  await open()
  const answer = await post('/v1/sign-in/passkey/finish', { credential }, here())
  expect(answer).toMatchObject({ status: 201, body: { key: 'k3y' } })
  expect(answer.text).not.toContain('s3cret')
  expect(answer.headers['set-cookie']?.[0]).toMatch(/=s3cret; Path=\/; HttpOnly; SameSite=Strict/)
  expect(asked).toEqual(['AAAA'])
})

it('what is no credential is refused with the place of the fault', async () => {
  await open()
  const { response } = credential
  for (const [wrong, place] of [
    [{ ...credential, type: 'password' }, 'body.credential.type'],
    [{ ...credential, rawId: 'no base64url!' }, 'body.credential.rawId'],
    [{ ...credential, response: { ...response, signature: 'A'.repeat(8001) } }, 'body.credential.response.signature'],
    [{ ...credential, more: 1 }, 'body.credential.more'],
  ] as const) {
    const { status, body } = await post('/v1/sign-in/passkey/finish', { credential: wrong }, here())
    expect([status === 400 || status === 422, body]).toEqual([true, expect.objectContaining({ place })])
  }
  expect(asked).toEqual([])
})
