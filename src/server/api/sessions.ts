/** Routes on signing in to the console. */
import { z } from 'zod'
import { type BegunSession, grantsSchema, type ListedSession } from '../../access/index.ts'
import type { ServerDependencies } from '../dependencies.ts'
import { serverError } from '../errors.ts'
import { clearedSessionCookie, sessionCookie, sessionProofIn } from '../session-cookie.ts'
import { json, route } from './route.ts'
import * as schema from './schemas.ts'

const signedIn = z
  .object({
    actor: z.object({ type: z.string(), id: z.string(), via: z.string(), name: z.string().optional() }),
    person: z
      .string()
      .meta({ description: 'Whom four eyes take them for: the id of the person; without one, of whoever acts.' }),
    login: z
      .string()
      .optional()
      .meta({ description: 'By which name the person signs in; absent for a token that is nobody’s.' }),
    grants: grantsSchema.meta({ description: 'What they may do; empty where only they are known.' }),
    canSignOut: z.boolean().meta({ description: 'False where nobody is asked who they are, and for a bearer token.' }),
  })
  .meta({ id: 'SignedIn' })

const session = z
  .object({
    id: z.string(),
    holder: z
      .object({ id: z.string(), name: z.string() })
      .meta({ description: 'The person, or the token somebody signed in with; the session ends with it.' }),
    createdAt: schema.time,
    expiresAt: schema.time,
    lastUsedAt: schema.time.optional().meta({ description: 'To the minute.' }),
    userAgent: z.string().optional().meta({ description: 'What the browser called itself.' }),
    isCurrent: z.boolean().meta({ description: 'Whether it is the one that asks.' }),
  })
  .meta({ id: 'Session' })

export const sessionRoutes = [
  route({
    method: 'POST',
    path: '/v1/session',
    verb: 'open',
    operation: 'sessionBegin',
    summary:
      'Sign in, with the one-time code of a link, with a token, or with the second half of a sign-in by name. The session is in two halves: a cookie, and the key that is answered.',
    keepsAnswer: false,
    body: z.strictObject({
      code: z.string().min(1).max(200).optional().meta({ description: 'Of a sign-in link; it is spent by this.' }),
      token: z.string().min(1).max(200).optional(),
      step: z.string().min(1).max(200).optional().meta({ description: 'Of `POST /v1/sign-in`, with one of the two:' }),
      totp: z
        .string()
        .regex(/^\d{6}$/, 'six digits')
        .optional()
        .meta({ description: 'What the authenticator shows now.' }),
      recoveryCode: z.string().min(1).max(100).optional().meta({ description: 'In its place; each is good once.' }),
    }),
    answers: {
      201: {
        description: 'Signed in. Each request of the console sends the key in `X-Holdfast-Session` beside the cookie.',
        schema: z.object({ key: z.string(), expiresAt: schema.time }),
      },
    },
    run: async ({ dependencies, body, headers }) => {
      const { secret, key, expiresAt } = await begun(dependencies, body, headers['user-agent'])
      return json(
        201,
        { key, expiresAt: schema.timeOf(expiresAt) },
        { 'set-cookie': sessionCookie(headers, secret, schema.timeOf(expiresAt)) },
      )
    },
  }),

  route({
    method: 'GET',
    path: '/v1/session',
    verb: 'session.describe',
    summary: 'Who is signed in.',
    answers: { 200: { description: 'Who.', schema: signedIn } },
    run: ({ dependencies: { sessions }, actor, headers }) =>
      json(200, {
        actor: { type: actor.type, id: actor.id, via: actor.via, ...nameIn(sessions.nameOf(actor)) },
        person: actor.person ?? actor.id,
        login: sessions.loginOf(actor),
        grants: actor.grants ?? [],
        canSignOut: sessionProofIn(headers) !== undefined && actor.via === 'ui',
      }),
  }),

  route({
    method: 'DELETE',
    path: '/v1/session',
    verb: 'session.end',
    summary: 'Sign out. The cookie and its key open nothing any more.',
    keepsAnswer: false,
    answers: { 204: { description: 'Signed out.' } },
    run: async ({ dependencies: { sessions }, actor, headers }) => {
      const proof = sessionProofIn(headers)
      if (proof !== undefined) await sessions.end(actor, proof)
      return { kind: 'empty', status: 204, headers: { 'set-cookie': clearedSessionCookie(headers) } }
    },
  }),

  route({
    method: 'GET',
    path: '/v1/sessions',
    verb: 'session.list',
    summary: 'Who is signed in to the console, newest first.',
    answers: { 200: { description: 'All that have not ended.', schema: z.object({ items: z.array(session) }) } },
    run: ({ dependencies: { sessions }, actor, headers }) =>
      json(200, { items: sessions.list(actor, sessionProofIn(headers)).map(sessionOf) }),
  }),

  route({
    method: 'POST',
    path: '/v1/sessions/:id/revoke',
    verb: 'session.revoke',
    summary: 'Sign somebody out, wherever they are: from now on that session opens nothing.',
    params: z.object({ id: z.string().min(1).max(100).meta({ description: 'Id of a session.' }) }),
    answers: { 204: { description: 'Ended.' } },
    run: async ({ dependencies: { sessions }, actor, params: { id } }) => {
      await sessions.revoke(actor, id)
      return { kind: 'empty', status: 204 }
    },
    again: async () => ({ kind: 'empty', status: 204 }),
  }),

  route({
    method: 'GET',
    path: '/v1/me/sessions',
    verb: 'session.own',
    operation: 'ownSessionList',
    summary: 'Where whoever asks is signed in to the console, newest first.',
    answers: { 200: { description: 'All that have not ended.', schema: z.object({ items: z.array(session) }) } },
    run: ({ dependencies: { sessions }, actor, headers }) =>
      json(200, { items: sessions.listOwn(actor, sessionProofIn(headers)).map(sessionOf) }),
  }),

  route({
    method: 'POST',
    path: '/v1/me/sessions/:id/end',
    verb: 'session.own',
    operation: 'ownSessionEnd',
    summary: 'Sign out somewhere else: from now on that session opens nothing.',
    params: z.object({ id: z.string().min(1).max(100).meta({ description: 'Id of a session of one’s own.' }) }),
    answers: { 204: { description: 'Ended.' } },
    run: async ({ dependencies: { sessions }, actor, params: { id } }) => {
      await sessions.endOwn(actor, id)
      return { kind: 'empty', status: 204 }
    },
    again: async () => ({ kind: 'empty', status: 204 }),
  }),

  route({
    method: 'POST',
    path: '/v1/me/sessions/end-others',
    verb: 'session.own',
    operation: 'ownSessionEndOthers',
    summary: 'Sign out everywhere but here; asked with a token, everywhere.',
    answers: {
      200: {
        description: 'How many were ended.',
        schema: z.object({ ended: z.int() }),
      },
    },
    run: async ({ dependencies: { sessions }, actor, headers }) =>
      json(200, { ended: await sessions.endOthers(actor, sessionProofIn(headers)) }),
  }),

  route({
    method: 'POST',
    path: '/v1/session/invitations',
    verb: 'session.invite',
    summary: 'A one-time code that signs in to the console as whoever asks: it belongs behind `/sign-in#`.',
    keepsAnswer: false,
    answers: {
      201: {
        description: 'The code, good for a quarter of an hour.',
        schema: z.object({ code: z.string(), expiresAt: schema.time }),
      },
      204: { description: 'Nobody is asked who they are here: the console opens without.' },
    },
    run: async ({ dependencies: { sessions }, actor }) => {
      const invitation = await sessions.invite(actor)
      if (invitation === undefined) return { kind: 'empty', status: 204 }
      const { code, expiresAt } = invitation
      return json(201, { code, expiresAt: schema.timeOf(expiresAt) })
    },
  }),
]

type SignInBody = {
  readonly code?: string | undefined
  readonly token?: string | undefined
  readonly step?: string | undefined
  readonly totp?: string | undefined
  readonly recoveryCode?: string | undefined
}

function begun(
  { sessions, people }: ServerDependencies,
  { code, token, step, totp, recoveryCode }: SignInBody,
  userAgent: string | undefined,
): Promise<BegunSession> {
  const ways = [code, token, step].filter((way) => way !== undefined).length
  const factors = [totp, recoveryCode].filter((factor) => factor !== undefined).length
  if (ways === 1 && factors === (step === undefined ? 0 : 1)) {
    if (code !== undefined) return sessions.begin({ code, userAgent })
    if (token !== undefined) return sessions.begin({ token, userAgent })
    if (step !== undefined && totp !== undefined) return people.finishSignIn({ step, factor: { totp }, userAgent })
    if (step !== undefined && recoveryCode !== undefined)
      return people.finishSignIn({ step, factor: { recoveryCode }, userAgent })
  }
  throw serverError('api.sign_in', 'Sign in one way', {
    place: 'body',
    accepted: 'code; or token; or step with totp or recoveryCode',
  })
}

const sessionOf = ({ createdAt, expiresAt, lastUsedAt, ...rest }: ListedSession): z.output<typeof session> => ({
  ...rest,
  createdAt: schema.timeOf(createdAt),
  expiresAt: schema.timeOf(expiresAt),
  lastUsedAt: schema.maybeTimeOf(lastUsedAt),
})

const nameIn = (name: string | undefined) => (name === undefined ? {} : { name })
