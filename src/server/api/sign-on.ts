/** Routes of single sign-on, and of jobs of pipelines: both bring what somebody outside has signed. */
import { z } from 'zod'
import { grantsSchema } from '../../access/index.ts'
import { sessionCookie, ticketCookie, ticketIn } from '../session-cookie.ts'
import { originOf } from './origin.ts'
import { json, route } from './route.ts'
import * as schema from './schemas.ts'

const provider = z.string().min(1).max(80)

export const signOnRoutes = [
  route({
    method: 'GET',
    path: '/v1/sign-on',
    verb: 'open',
    operation: 'signOnProviders',
    summary: 'The identity providers that people may sign in by.',
    answers: {
      200: {
        description: 'All of them; none where the configuration names none.',
        schema: z.object({ items: z.array(z.object({ id: z.string(), name: z.string() })) }),
      },
    },
    run: ({ dependencies: { identity } }) => json(200, { items: identity.providers() }),
  }),

  route({
    method: 'POST',
    path: '/v1/sign-on',
    verb: 'open',
    operation: 'signOnBegin',
    summary:
      'Begin to sign in at an identity provider. It sends the browser back to `/sign-on` of this console, and what it brings is taken from this browser alone.',
    keepsAnswer: false,
    body: z.strictObject({
      provider,
      from: z.string().max(1000).optional().meta({ description: 'Path of the console to go to afterwards.' }),
      joinCode: z
        .string()
        .min(1)
        .max(200)
        .optional()
        .meta({ description: 'Of an invitation: the account belongs to whoever it invites from then on.' }),
    }),
    answers: {
      201: {
        description: 'Where the browser has to go. A cookie holds the other half, for ten minutes.',
        schema: z.object({ url: z.string(), expiresAt: schema.time }),
      },
    },
    run: async ({ dependencies: { identity }, body, headers }) => {
      const begun = await identity.beginSignOn({ ...body, origin: originOf(headers, 'A sign-on') })
      const expiresAt = schema.timeOf(begun.expiresAt)
      const cookie = ticketCookie(headers, begun.ticket, expiresAt)
      return json(201, { url: begun.url, expiresAt }, { 'set-cookie': cookie })
    },
  }),

  route({
    method: 'POST',
    path: '/v1/sign-on/finish',
    verb: 'open',
    operation: 'signOnFinish',
    summary: 'Sign in with what an identity provider has sent the browser back with: once, and with the cookie.',
    keepsAnswer: false,
    body: z.strictObject({
      query: z.string().min(1).max(8000).meta({ description: 'What stood behind `?` in the address.' }),
    }),
    answers: {
      201: {
        description: 'Signed in, as by `POST /v1/session`.',
        schema: z.object({
          ...{ key: z.string(), expiresAt: schema.time },
          from: z.string().meta({ description: 'Path of the console to go to.' }),
        }),
      },
    },
    run: async ({ dependencies: { identity }, body, headers }) => {
      const ticket = ticketIn(headers)
      const signedOn = await identity.finishSignOn({ ...body, ticket, userAgent: headers['user-agent'] })
      const expiresAt = schema.timeOf(signedOn.expiresAt)
      const { key, from, secret } = signedOn
      return json(201, { key, expiresAt, from }, { 'set-cookie': sessionCookie(headers, secret, expiresAt) })
    },
  }),

  route({
    method: 'POST',
    path: '/v1/ci/tokens',
    verb: 'open',
    operation: 'ciTokenIssue',
    summary:
      'A token for a job of a pipeline, for a quarter of an hour, in exchange for the ID token that its issuer gave it. Each is good for one.',
    keepsAnswer: false,
    body: z.strictObject({ token: z.string().min(1).max(16_000) }),
    answers: {
      201: {
        description: 'The token, told this once, and what it may.',
        schema: z.object({ secret: z.string(), expiresAt: schema.time, grants: grantsSchema }),
      },
    },
    run: async ({ dependencies: { identity }, body }) => {
      const { secret, expiresAt, grants } = await identity.issueCiToken(body.token)
      return json(201, { secret, expiresAt: schema.timeOf(expiresAt), grants })
    },
  }),

  route({
    method: 'GET',
    path: '/v1/ci/rules',
    verb: 'token.list',
    operation: 'ciRuleList',
    summary: 'Which jobs of pipelines may what, as the configuration says.',
    answers: {
      200: {
        description: 'All rules, in their order.',
        schema: z.object({
          items: z.array(
            z.object({
              issuer: z.string().meta({ description: 'Its short name in the configuration.' }),
              url: z.string(),
              audience: z.string(),
              claims: z.record(z.string(), z.array(z.string())),
              grants: grantsSchema,
            }),
          ),
        }),
      },
    },
    run: ({ dependencies: { identity }, actor }) => json(200, { items: identity.listCiRules(actor) }),
  }),
]
