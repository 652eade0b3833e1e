/** Routes on tokens: what programs, and people at a command line, prove themselves with. Their secrets are told once. */
import { z } from 'zod'
import {
  type CreatedToken,
  grantsSchema,
  type NewToken,
  newTokenSchema,
  type RotatedToken,
  type Token,
} from '../../access/index.ts'
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
    madeBy: z
      .object({ type: z.string(), id: z.string(), name: z.string().optional() })
      .optional()
      .meta({ description: 'Absent when it was made before this was kept.' }),
    oneWith: z
      .array(z.object({ id: z.string(), name: z.string() }))
      .optional()
      .meta({
        description:
          'Those who have had its secret, such as who made it: with them it counts as one where several must agree. `owner` is that of the machine.',
      }),
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
  awsKey: z
    .boolean()
    .optional()
    .meta({ description: 'Also a pair of keys for AWS’s tools, which sign instead of sending a token.' }),
})

const made = z.object({
  token,
  secret: z.string(),
  awsKey: z
    .object({ accessKeyId: z.string(), secretAccessKey: z.string() })
    .optional()
    .meta({ description: 'Told this once, as the secret.' }),
})

const tokenId = z.object({ id: z.string().min(1).max(100).meta({ description: 'Id of a token.' }) })

const rotation = z.strictObject({
  overlapMs: z
    .int()
    .min(0)
    .max(7 * 86_400_000)
    .default(0)
    .meta({
      description:
        'So long the old secret stays good; 0: it ends at once, and with it the sessions and sign-in links that it began.',
    }),
})

const rotated = z.object({
  token,
  secret: z.string(),
  formerUntil: schema.time.meta({ description: 'From then on the old secret opens nothing.' }),
})

export const tokenRoutes = [
  route({
    method: 'POST',
    path: '/v1/tokens/:id/rotate',
    verb: 'token.rotate',
    summary: 'Give a token a new secret; id, grants and end stay, and so do its keys for AWS’s tools.',
    keepsAnswer: false,
    params: tokenId,
    body: rotation,
    answers: { 200: { description: 'The token, with its secret told this once.', schema: rotated } },
    run: async ({ dependencies, actor, params, body }) =>
      json(200, rotatedOf(dependencies, await dependencies.tokens.rotateToken(actor, { ...params, ...body }))),
  }),

  route({
    method: 'POST',
    path: '/v1/me/tokens/:id/rotate',
    verb: 'token.own',
    operation: 'ownTokenRotate',
    summary: 'Give a token of one’s own a new secret.',
    keepsAnswer: false,
    params: tokenId,
    body: rotation,
    answers: { 200: { description: 'The token, with its secret told this once.', schema: rotated } },
    run: async ({ dependencies, actor, params, body }) =>
      json(200, rotatedOf(dependencies, await dependencies.people.rotateOwnToken(actor, { ...params, ...body }))),
  }),

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
    answers: { 201: { description: 'The token.', schema: made } },
    run: async ({ dependencies, actor, body }) => {
      return json(201, madeOf(dependencies, await dependencies.tokens.createToken(actor, requestOf(body))))
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
  route({
    method: 'GET',
    path: '/v1/me/tokens',
    verb: 'token.own',
    operation: 'ownTokenList',
    summary: 'The tokens of the person who asks.',
    answers: { 200: { description: 'All of them.', schema: z.object({ items: z.array(token) }) } },
    run: async ({ dependencies, actor }) =>
      json(200, { items: (await dependencies.people.listOwnTokens(actor)).map((one) => tokenOf(dependencies, one)) }),
  }),

  route({
    method: 'POST',
    path: '/v1/me/tokens',
    verb: 'token.own',
    operation: 'ownTokenCreate',
    summary: 'A token of one’s own, for the command line or a program: it never does more than whoever makes it may.',
    keepsAnswer: false,
    body: newToken,
    answers: { 201: { description: 'The token.', schema: made } },
    run: async ({ dependencies, actor, body }) => {
      return json(201, madeOf(dependencies, await dependencies.people.createOwnToken(actor, requestOf(body))))
    },
  }),

  route({
    method: 'POST',
    path: '/v1/me/tokens/:id/revoke',
    verb: 'token.own',
    operation: 'ownTokenRevoke',
    summary: 'Revoke a token of one’s own. Revoking twice is no error.',
    params: z.object({ id: z.string().min(1).max(100).meta({ description: 'Id of a token.' }) }),
    answers: { 204: { description: 'Revoked.' } },
    run: async ({ dependencies: { people }, actor, params: { id } }) => {
      await people.revokeOwnToken(actor, id)
      return { kind: 'empty', status: 204 }
    },
  }),
]

function requestOf({ name, grants, expiresAt, awsKey }: z.output<typeof newToken>): NewToken {
  return {
    ...{ name, grants },
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(awsKey === undefined ? {} : { awsKey }),
  }
}

function madeOf(dependencies: ServerDependencies, { secret, awsKey, ...listed }: CreatedToken): z.output<typeof made> {
  return { token: tokenOf(dependencies, listed), secret, ...(awsKey === undefined ? {} : { awsKey }) }
}

function rotatedOf(
  dependencies: ServerDependencies,
  { secret, formerUntil, ...listed }: RotatedToken,
): z.output<typeof rotated> {
  return { token: tokenOf(dependencies, listed), secret, formerUntil: schema.timeOf(formerUntil) }
}

function tokenOf({ clock }: ServerDependencies, listed: Token): z.output<typeof token> {
  const { id, name, grants, machine, expiresAt, revokedAt, madeBy, oneWith } = listed
  const isOver = expiresAt !== undefined && expiresAt <= clock.now()
  return {
    ...{ id, name, grants, state: revokedAt !== undefined ? 'revoked' : isOver ? 'over' : 'good' },
    actor: machine === undefined ? { type: 'user', id } : { type: 'machine', id: machine },
    ...{ madeBy, oneWith },
    createdAt: schema.timeOf(listed.createdAt),
    lastUsedAt: schema.maybeTimeOf(listed.lastUsedAt),
    expiresAt: schema.maybeTimeOf(expiresAt),
    revokedAt: schema.maybeTimeOf(revokedAt),
  }
}
