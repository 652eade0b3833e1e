/** Routes on Holdfast itself. */
import { z } from 'zod'
import { json, route } from './route.ts'
import * as schema from './schemas.ts'

export const platformRoutes = [
  route({
    method: 'GET',
    path: '/v1/health',
    verb: 'open',
    isUnbounded: true,
    summary: 'Whether it takes work. Needs no token.',
    answers: {
      200: {
        description: 'It does.',
        schema: z.object({ status: z.enum(['ready', 'full', 'closing']), reason: z.string().optional() }),
      },
      503: { description: 'It does not, and why.' },
    },
    run: ({ dependencies: { platform } }) => {
      const health = platform.health()
      return json(health.status === 'ready' ? 200 : 503, health)
    },
  }),

  route({
    method: 'GET',
    path: '/v1/proof',
    verb: 'open',
    isUnbounded: true,
    summary:
      'Proves that it is the server that wrote connection.json: an HMAC of the challenge under the key that stands there. Needs no token.',
    query: z.strictObject({
      challenge: z
        .string()
        .regex(/^[\w-]{16,200}$/, '16 to 200 characters of base64url')
        .meta({ description: 'Random, made by the caller.' }),
    }),
    answers: { 200: { description: 'The proof.', schema: z.object({ proof: z.string() }) } },
    run: ({ dependencies: { platform }, query }) => json(200, { proof: platform.prove(query.challenge) }),
  }),

  route({
    method: 'GET',
    path: '/metrics',
    verb: 'platform.metrics',
    summary: 'Numbers about this process and its store, in the text format of Prometheus.',
    answers: { 200: { description: 'The numbers.', contentType: 'text/plain' } },
    run: async ({ dependencies: { metrics } }) => ({
      kind: 'text',
      contentType: metrics.contentType,
      body: await metrics.text(),
    }),
  }),

  route({
    method: 'GET',
    path: '/v1/version',
    verb: 'platform.describe',
    summary: 'Which Holdfast this is.',
    answers: {
      200: {
        description: 'Version, start and account.',
        schema: z.object({
          version: z.string(),
          startedAt: schema.time,
          region: z.string(),
          accountId: z.string(),
        }),
      },
    },
    run: ({ dependencies: { platform } }) =>
      json(200, {
        version: platform.version,
        startedAt: schema.timeOf(platform.startedAt),
        region: platform.account.region,
        accountId: platform.account.accountId,
      }),
  }),

  route({
    method: 'POST',
    path: '/v1/secrets/rotate',
    verb: 'platform.rotate_keys',
    summary:
      'Make a new sealing key, seal every secret anew under it, and forget the keys that nothing is under any more.',
    answers: {
      200: {
        description: 'All is under the new key.',
        schema: z.object({
          key: z.string().meta({ description: 'Id of the new key.' }),
          sealed: z.int().meta({ description: 'Secrets that were sealed anew.' }),
          unreadable: z.int().meta({ description: 'Secrets whose key was lost before; they stay as they are.' }),
          dropped: z.array(z.string()).meta({ description: 'Ids of keys that were forgotten.' }),
        }),
      },
    },
    run: async ({ dependencies: { platform }, actor }) => {
      const { dropped, ...rest } = await platform.rotateKeys(actor)
      return json(200, { ...rest, dropped: [...dropped] })
    },
  }),

  route({
    method: 'POST',
    path: '/v1/stop',
    verb: 'platform.stop',
    summary: 'Stop Holdfast in good order: what runs is kept and goes on at the next start.',
    answers: { 202: { description: 'It is stopping.', schema: z.object({ status: z.literal('closing') }) } },
    run: async ({ dependencies: { platform }, actor }) => {
      await platform.stop(actor)
      return json(202, { status: 'closing' })
    },
  }),
]
