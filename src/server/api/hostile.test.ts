import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { callApi, openWorld, type World } from '../fake-world.ts'
import { routes } from './routes.ts'

let world: World
beforeAll(async () => {
  world = await openWorld({}, {}, { payloadLimit: 1000, definitionLimit: 1000 })
})
afterAll(() => world.server.close())

const streams = /\/(events|export|stop|verify)$|^\/v1\/trail$/
const listed = routes.filter(({ path }) => !streams.test(path))

/** A verb was reached, and there is none here: then the request was good. */
const reachedVerb = (status: number): boolean =>
  status === 500 && world.logged.at(-1)?.includes('was not expected') === true

it.each(listed.filter(({ body }) => body !== undefined))(
  '$method $path refuses a wrong type in any field and names it',
  async ({ method, path, body, payloads = [] }) => {
    const fields = body instanceof z.ZodObject ? Object.keys(body.shape) : []
    expect(fields).not.toEqual([])
    for (const field of fields.filter((name) => !payloads.includes(name))) {
      const answer = await callApi(world, `${method} ${path.replace(/:\w+/, 'x')}`, { [field]: { wrong: true } })
      expect(answer).toMatchObject({ status: 400, body: { code: 'api.request' } })
      expect(answer.text).toContain(`body.${field}`)
    }
  },
)

it('any JSON in a body, any text in a path or query never makes the server fail', async () => {
  const anything = fc.record({
    route: fc.constantFrom(...listed),
    part: fc.string({ minLength: 1, maxLength: 50, unit: 'binary' }),
    query: fc.dictionary(fc.string({ maxLength: 10 }), fc.string({ maxLength: 10 }), { maxKeys: 3 }),
    body: fc.oneof(fc.json(), fc.string()),
  })
  await fc.assert(
    fc.asyncProperty(anything, async ({ route: { method, path }, part, query, body }) => {
      const where = path.replace(/:\w+/, encodeURIComponent(part))
      const asked = new URLSearchParams(query).toString()
      const answer = await callApi(world, `${method} ${where}?${asked}`, method === 'GET' ? undefined : body)
      expect(reachedVerb(answer.status) ? { status: 400 } : answer).toMatchObject({
        status: expect.toSatisfy((status: number) => status < 500),
      })
    }),
    { numRuns: 300 },
  )
})
