/** Routes of those who are not signed in yet: by name and password, and joining by the code of an invitation. */
import { z } from 'zod'
import { sessionCookie } from '../session-cookie.ts'
import { json, route } from './route.ts'
import * as schema from './schemas.ts'

const secret = z.string().min(1).max(200)
const totp = z
  .string()
  .regex(/^\d{6}$/, 'six digits')
  .meta({ description: 'What the authenticator shows now.' })

export const signInRoutes = [
  route({
    method: 'POST',
    path: '/v1/sign-in',
    verb: 'open',
    operation: 'signInBegin',
    summary: 'The first half of signing in by name. `POST /v1/session` with `step` is the second.',
    keepsAnswer: false,
    body: z.strictObject({ login: z.string().min(1).max(80), password: z.string().min(1).max(200) }),
    answers: {
      200: {
        description: 'The password was right.',
        schema: z.object({ step: z.string(), expiresAt: schema.time }),
      },
    },
    run: async ({ dependencies: { people }, body: { login, password } }) => {
      const { step, expiresAt } = await people.beginSignIn(login, password)
      return json(200, { step, expiresAt: schema.timeOf(expiresAt) })
    },
  }),

  route({
    method: 'POST',
    path: '/v1/join/begin',
    verb: 'open',
    operation: 'joinBegin',
    summary:
      'Who the code of an invitation is for, and what their authenticator is to take in. It does not spend the code.',
    keepsAnswer: false,
    body: z.strictObject({ code: secret }),
    answers: {
      200: {
        description: 'The same each time, until the code is used.',
        schema: z.object({
          login: z.string(),
          name: z.string(),
          totpSecret: z.string().meta({ description: 'In base32.' }),
          totpUri: z.string().meta({ description: 'The same as `otpauth://…`, for a QR code.' }),
        }),
      },
    },
    run: async ({ dependencies: { people }, body: { code } }) => json(200, await people.beginJoining(code)),
  }),

  route({
    method: 'POST',
    path: '/v1/join',
    verb: 'open',
    operation: 'joinFinish',
    summary: 'Choose a password, show that the authenticator works, and be signed in. The code is spent by it.',
    keepsAnswer: false,
    body: z.strictObject({ code: secret, password: z.string().min(1).max(400), totp }),
    answers: {
      201: {
        description: 'Signed in, as by `POST /v1/session`; and the recovery codes, told this once.',
        schema: z.object({ key: z.string(), expiresAt: schema.time, recoveryCodes: z.array(z.string()) }),
      },
    },
    run: async ({ dependencies: { people }, body, headers }) => {
      const joined = await people.join({ ...body, userAgent: headers['user-agent'] })
      const expiresAt = schema.timeOf(joined.expiresAt)
      return json(
        201,
        { key: joined.key, expiresAt, recoveryCodes: joined.recoveryCodes },
        { 'set-cookie': sessionCookie(headers, joined.secret, expiresAt) },
      )
    },
  }),
]
