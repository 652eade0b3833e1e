/** Routes on tokens: what programs, and people at a command line, prove themselves with. Their secrets are told once. */
import { z } from 'zod'
import { grantsSchema, newTokenSchema, type Token } from '../../access/index.ts'
import type { ServerDependencies } from '../dependencies.ts'
import { json, route } from './route.ts'
import * as schema from './schemas.ts'

const token = z
  .object({
    id: z.string().meta({ examples: ['tok_01kah3v6r3c0pmv8m2zq7w9x5t'] }),
    name: z.string(),
    state: z.enum(['good', 'over', 'revoked']).meta({ description: '`over`: it had an end, and that is past.' }),
    actor: z.object({ type: z.enum(['user', 'machine']), id: z.string() }).meta({
      description: 'Whom it stands for: as who its holder acts and stands in the trail. A machine is a host.',
    }),
    grants: grantsSchema
      .optional()
      .meta({ description: 'What a user may do; a machine works for itself and no more.' }),
    createdAt: schema.time,
    lastUsedAt: schema.time.optional().meta({ description: 'To the minute. Absent when it never was.' }),
    expiresAt: schema.time.optional().meta({ description: 'Absent: it is good until it is revoked.' }),
    revokedAt: schema.time.optional(),
  })
  .meta({ id: 'Token' })

const newToken = z.strictObject({
  name: newTokenSchema.shape.name,
  grants: newTokenSchema.shape.grants,
  expiresAt: schema.timeInQuery
    .optional()
    .meta({ description: 'RFC 3339; from then on it opens nothing. Without: until it is revoked.' }),
})

export const tokenRoutes = [
  route({
    method: 'GET',
    path: '/v1/tokens',
    verb: 'token.list',
    summary: 'All tokens, those that are over or revoked too, oldest first. No answer ever holds a secret again.',
    answers: { 200: { description: 'All of them.', schema: z.object({ items: z.array(token) }) } },
    run: ({ dependencies, actor }) =>
      json(200, { items: dependencies.tokens.listTokens(actor).map((one) => tokenOf(dependencies, one)) }),
  }),

  route({
    method: 'POST',
    path: '/v1/tokens',
    verb: 'token.create',
    summary: 'Make a token. Its secret is in this answer and nowhere else: what is kept of it is a hash.',
    keepsAnswer: false,
    body: newToken,
    answers: { 201: { description: 'The token.', schema: z.object({ token, secret: z.string() }) } },
    run: async ({ dependencies, actor, body }) => {
      const { secret, ...made } = await dependencies.tokens.createToken(actor, {
        ...{ name: body.name, grants: body.grants },
        ...(body.expiresAt === undefined ? {} : { expiresAt: body.expiresAt }),
      })
      return json(201, { token: tokenOf(dependencies, made), secret })
    },
  }),

  route({
    method: 'POST',
    path: '/v1/tokens/:id/revoke',
    verb: 'token.revoke',
    summary:
      'From now on it opens nothing, nor do sessions that it began; the agent of a host whose token it is stays away. Revoking twice is no error.',
    params: z.object({ id: z.string().min(1).max(100).meta({ description: 'Id of a token.' }) }),
    answers: { 204: { description: 'Revoked.' } },
    run: async ({ dependencies: { tokens }, actor, params: { id } }) => {
      await tokens.revokeToken(actor, id)
      return { kind: 'empty', status: 204 }
    },
  }),
]

function tokenOf({ clock }: ServerDependencies, listed: Token): z.output<typeof token> {
  const { id, name, grants, machine, expiresAt, revokedAt } = listed
  const isOver = expiresAt !== undefined && expiresAt <= clock.now()
  return {
    ...{ id, name, grants, state: revokedAt !== undefined ? 'revoked' : isOver ? 'over' : 'good' },
    actor: machine === undefined ? { type: 'user', id } : { type: 'machine', id: machine },
    createdAt: schema.timeOf(listed.createdAt),
    lastUsedAt: schema.maybeTimeOf(listed.lastUsedAt),
    expiresAt: schema.maybeTimeOf(expiresAt),
    revokedAt: schema.maybeTimeOf(revokedAt),
  }
}
