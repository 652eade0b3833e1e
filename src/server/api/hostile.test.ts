import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { type Actor, can } from '../../access/index.ts'
import { admin, callApi, openWorld, type World } from '../fake-world.ts'
import { routes } from './routes.ts'

const agentToken = 'hf_agent'
const agent: Actor = { type: 'machine', id: 'hst_x', via: 'api' }

let world: World
beforeAll(async () => {
  const authenticate = (given: string | undefined) => (given === agentToken ? agent : admin)
  world = await openWorld({}, { authenticate }, { payloadLimit: 1000, definitionLimit: 1000 })
})
afterAll(() => world.server.close())

const streams = /\/(events|export|stop|verify)$|^\/v1\/trail$/
const listed = routes.filter(({ path }) => !streams.test(path))

/** A verb was reached, and there is none here: then the request was good. */
const reachedVerb = (status: number): boolean =>
  status === 500 && world.logged.at(-1)?.includes('was not expected') === true

it.each(listed.filter(({ body }) => body !== undefined))(
  '$method $path refuses a wrong type in any field and names it',
  async ({ method, path, verb, body, payloads = [] }) => {
    const fields = body instanceof z.ZodObject ? Object.keys(body.shape) : []
    expect(fields).not.toEqual([])
    // What admins may not do, an agent does for its own host.
    const isAgents = verb !== 'open' && !can(admin, verb).allowed
    const headers: Record<string, string> = isAgents ? { authorization: `Bearer ${agentToken}` } : {}
    for (const field of fields.filter((name) => !payloads.includes(name))) {
      const answer = await callApi(
        world,
        `${method} ${path.replace(/:\w+/, 'x')}`,
        { [field]: { wrong: true } },
        headers,
      )
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
