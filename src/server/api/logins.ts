/** Routes of `holdfast login`: a command line asks, a person says yes in the console, the command line gets a token of theirs. */
import { z } from 'zod'
import { grantsSchema } from '../../access/index.ts'
import { json, route } from './route.ts'
import * as schema from './schemas.ts'

const code = z.object({ code: z.string().min(1).max(20).meta({ description: 'As the command line shows it.' }) })

export const loginRoutes = [
  route({
    method: 'POST',
    path: '/v1/logins',
    verb: 'open',
    operation: 'loginAsk',
    summary: 'A command line asks to sign in: somebody has to say yes to its code in the console, within ten minutes.',
    keepsAnswer: false,
    body: z.strictObject({
      name: z
        .string()
        .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,79}$/u, '1 to 80 letters, digits, spaces and . _ - @')
        .meta({ description: 'What it runs on, as its owner knows it: `mika@laptop`.' }),
    }),
    answers: {
      201: {
        description: 'The code for both sides, and what the command line alone keeps.',
        schema: z.object({ device: z.string(), code: z.string(), expiresAt: schema.time }),
      },
    },
    run: async ({ dependencies: { people }, body: { name } }) => {
      const { expiresAt, ...asked } = await people.askToLogIn(name)
      return json(201, { ...asked, expiresAt: schema.timeOf(expiresAt) })
    },
  }),

  route({
    method: 'POST',
    path: '/v1/logins/token',
    verb: 'open',
    operation: 'loginTake',
    summary: 'What came of it: asked every few seconds. The token is handed out once.',
    keepsAnswer: false,
    body: z.strictObject({ device: z.string().min(1).max(200) }),
    answers: {
      200: {
        description: 'Somebody said yes: a token of theirs, for ninety days.',
        schema: z.object({
          ...{ id: z.string(), secret: z.string(), person: z.string() },
          ...{ grants: grantsSchema, expiresAt: schema.time },
        }),
      },
      204: { description: 'Nobody has decided yet.' },
    },
    run: async ({ dependencies: { people }, body: { device } }) => {
      const taken = await people.takeLogin(device)
      if (taken === undefined) return { kind: 'empty', status: 204 }
      return json(200, { ...taken, expiresAt: schema.timeOf(taken.expiresAt) })
    },
  }),

  route({
    method: 'GET',
    path: '/v1/logins/:code',
    verb: 'token.own',
    operation: 'loginFind',
    summary: 'The command line that waits under this code.',
    params: code,
    answers: {
      200: {
        description: 'What it calls itself, and since when it waits.',
        schema: z.object({ code: z.string(), name: z.string(), createdAt: schema.time, expiresAt: schema.time }),
      },
    },
    run: async ({ dependencies: { people }, actor, params }) => {
      const { createdAt, expiresAt, ...found } = await people.findLogin(actor, params.code)
      return json(200, { ...found, createdAt: schema.timeOf(createdAt), expiresAt: schema.timeOf(expiresAt) })
    },
  }),

  route({
    method: 'POST',
    path: '/v1/logins/:code',
    verb: 'token.own',
    operation: 'loginDecide',
    summary: 'Let the command line act as whoever asks this, or refuse it.',
    keepsAnswer: false,
    params: code,
    body: z.strictObject({ verdict: z.enum(['allow', 'refuse']) }),
    answers: { 204: { description: 'Decided.' } },
    run: async ({ dependencies: { people }, actor, params, body }) => {
      await people.decideLogin(actor, { ...params, ...body })
      return { kind: 'empty', status: 204 }
    },
  }),
]
