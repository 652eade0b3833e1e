/** Routes on passkeys: joining and signing in by one, and one's own. What browsers and authenticators say to each other is WebAuthn's JSON. */
import { z } from 'zod'
import {
  assertionSchema,
  type BegunSession,
  type Passkey,
  passkeyNameSchema,
  passkeySchema,
  registrationSchema,
} from '../../access/index.ts'
import { sessionCookie, sessionProofIn } from '../session-cookie.ts'
import { originOf } from './origin.ts'
import { json, route } from './route.ts'
import * as schema from './schemas.ts'

const passkey = passkeySchema
  .extend({ createdAt: schema.time, lastUsedAt: schema.time.optional() })
  .meta({ id: 'Passkey' })

const descriptor = z.object({
  id: z.string(),
  type: z.literal('public-key'),
  transports: z.array(z.enum(['ble', 'hybrid', 'internal', 'nfc', 'usb'])).optional(),
})

const creation = z
  .object({
    challenge: z.string(),
    rp: z.object({ id: z.string().optional(), name: z.string() }),
    user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
    pubKeyCredParams: z.array(z.object({ alg: z.int(), type: z.literal('public-key') })),
    timeout: z.int().optional(),
    attestation: z.enum(['none', 'direct', 'enterprise', 'indirect']).optional(),
    excludeCredentials: z.array(descriptor).optional(),
    authenticatorSelection: z
      .object({
        residentKey: z.enum(['required', 'preferred', 'discouraged']).optional(),
        requireResidentKey: z.boolean().optional(),
        userVerification: z.enum(['required', 'preferred', 'discouraged']).optional(),
      })
      .optional(),
  })
  .meta({ id: 'PasskeyCreation', description: 'PublicKeyCredentialCreationOptionsJSON of WebAuthn.' })

const request = z
  .object({
    challenge: z.string(),
    rpId: z.string().optional(),
    timeout: z.int().optional(),
    userVerification: z.enum(['required', 'preferred', 'discouraged']).optional(),
  })
  .meta({ id: 'PasskeyRequest', description: 'PublicKeyCredentialRequestOptionsJSON of WebAuthn.' })

const registration = registrationSchema.meta({ id: 'PasskeyRegistration' })
const assertion = assertionSchema.meta({ id: 'PasskeyAssertion' })

const begun = z.object({ key: z.string(), expiresAt: schema.time })
const code = z.string().min(1).max(200).meta({ description: 'Of the invitation.' })
const id = z.object({ id: z.string().min(1).max(100).meta({ description: 'Id of a passkey of one’s own.' }) })

export const passkeyRoutes = [
  route({
    method: 'POST',
    path: '/v1/sign-in/passkey',
    verb: 'open',
    operation: 'passkeySignInBegin',
    summary:
      'Begin to sign in by passkey: what an authenticator is to sign within five minutes. The same whoever asks.',
    keepsAnswer: false,
    body: z.strictObject({
      login: z
        .string()
        .min(1)
        .max(80)
        .optional()
        .meta({ description: 'With it no passkey of anybody else is taken. None has to be told.' }),
    }),
    answers: { 200: { description: 'For `navigator.credentials.get`.', schema: request } },
    run: async ({ dependencies: { people }, body, headers }) =>
      json(200, await people.beginPasskeySignIn({ ...body, origin: originOf(headers, 'Signing in by passkey') })),
  }),

  route({
    method: 'POST',
    path: '/v1/sign-in/passkey/finish',
    verb: 'open',
    operation: 'passkeySignInFinish',
    summary:
      'Sign in with what the authenticator has signed. It counts as both factors, for it has asked for PIN, fingerprint or face.',
    keepsAnswer: false,
    body: z.strictObject({ credential: assertion }),
    answers: { 201: { description: 'Signed in, as by `POST /v1/session`.', schema: begun } },
    run: async ({ dependencies: { people }, body: { credential }, headers }) => {
      const userAgent = headers['user-agent']
      return sessionAnswer(headers, await people.finishPasskeySignIn({ assertion: credential, userAgent }))
    },
  }),

  route({
    method: 'POST',
    path: '/v1/sign-in/recovery',
    verb: 'open',
    operation: 'recoverySignIn',
    summary:
      'Sign in by name and recovery code: for who joined with a passkey and has lost it. Each code is good once.',
    keepsAnswer: false,
    body: z.strictObject({ login: z.string().min(1).max(80), recoveryCode: z.string().min(1).max(100) }),
    answers: { 201: { description: 'Signed in, as by `POST /v1/session`.', schema: begun } },
    run: async ({ dependencies: { people }, body, headers }) =>
      sessionAnswer(headers, await people.recoverSignIn({ ...body, userAgent: headers['user-agent'] })),
  }),

  route({
    method: 'POST',
    path: '/v1/join/passkey/begin',
    verb: 'open',
    operation: 'passkeyJoinBegin',
    summary: 'Begin to join with a passkey in place of a password and an authenticator. It does not spend the code.',
    keepsAnswer: false,
    body: z.strictObject({ code }),
    answers: { 200: { description: 'For `navigator.credentials.create`.', schema: creation } },
    run: async ({ dependencies: { people }, body, headers }) =>
      json(200, await people.beginJoiningByPasskey({ ...body, origin: originOf(headers, 'Joining with a passkey') })),
  }),

  route({
    method: 'POST',
    path: '/v1/join/passkey',
    verb: 'open',
    operation: 'passkeyJoinFinish',
    summary: 'Join with the passkey that was made, and be signed in. The code is spent by it.',
    keepsAnswer: false,
    body: z.strictObject({ code, name: passkeyNameSchema, credential: registration }),
    answers: {
      201: {
        description: 'Signed in, as by `POST /v1/session`; and the recovery codes, told this once.',
        schema: begun.extend({ recoveryCodes: z.array(z.string()) }),
      },
    },
    run: async ({ dependencies: { people }, body: { credential, ...rest }, headers }) => {
      const userAgent = headers['user-agent']
      const joined = await people.joinByPasskey({ ...rest, registration: credential, userAgent })
      return sessionAnswer(headers, joined, { recoveryCodes: joined.recoveryCodes })
    },
  }),

  route({
    method: 'GET',
    path: '/v1/me/passkeys',
    verb: 'passkey.own',
    operation: 'ownPasskeyList',
    summary: 'The passkeys of the person who asks, oldest first.',
    answers: { 200: { description: 'All of them.', schema: z.object({ items: z.array(passkey) }) } },
    run: async ({ dependencies: { people }, actor }) =>
      json(200, { items: (await people.listOwnPasskeys(actor)).map(passkeyOf) }),
  }),

  route({
    method: 'POST',
    path: '/v1/me/passkeys/begin',
    verb: 'passkey.own',
    operation: 'ownPasskeyBegin',
    summary: 'Begin to add a passkey of one’s own: only in a session that began at most a quarter of an hour ago.',
    keepsAnswer: false,
    answers: { 200: { description: 'For `navigator.credentials.create`.', schema: creation } },
    run: async ({ dependencies: { people }, actor, headers }) => {
      const origin = originOf(headers, 'Adding a passkey')
      return json(200, await people.beginAddingPasskey(actor, { proof: sessionProofIn(headers), origin }))
    },
  }),

  route({
    method: 'POST',
    path: '/v1/me/passkeys',
    verb: 'passkey.own',
    operation: 'ownPasskeyAdd',
    summary: 'Add the passkey that was made, in the session that asked for it.',
    keepsAnswer: false,
    body: z.strictObject({ name: passkeyNameSchema, credential: registration }),
    answers: { 201: { description: 'The passkey.', schema: passkey } },
    run: async ({ dependencies: { people }, actor, body: { name, credential }, headers }) => {
      const adding = { proof: sessionProofIn(headers), name, registration: credential }
      return json(201, passkeyOf(await people.addPasskey(actor, adding)))
    },
  }),

  route({
    method: 'PUT',
    path: '/v1/me/passkeys/:id',
    verb: 'passkey.own',
    operation: 'ownPasskeyRename',
    summary: 'Give a passkey of one’s own another name.',
    params: id,
    body: z.strictObject({ name: passkeyNameSchema }),
    answers: { 200: { description: 'As it is now.', schema: passkey } },
    run: async ({ dependencies: { people }, actor, params, body }) =>
      json(200, passkeyOf(await people.renameOwnPasskey(actor, params.id, body.name))),
  }),

  route({
    method: 'DELETE',
    path: '/v1/me/passkeys/:id',
    verb: 'passkey.own',
    operation: 'ownPasskeyRemove',
    summary:
      'Remove a passkey of one’s own, in a session that began at most a quarter of an hour ago; never the last way of signing in.',
    params: id,
    answers: { 204: { description: 'Removed: it opens nothing any more.' } },
    run: async ({ dependencies: { people }, actor, params, headers }) => {
      await people.removeOwnPasskey(actor, { ...params, proof: sessionProofIn(headers), origin: headers['origin'] })
      return { kind: 'empty', status: 204 }
    },
    again: async () => ({ kind: 'empty', status: 204 }),
  }),
]

const passkeyOf = ({ createdAt, lastUsedAt, ...rest }: Passkey): z.output<typeof passkey> => ({
  ...rest,
  createdAt: schema.timeOf(createdAt),
  lastUsedAt: schema.maybeTimeOf(lastUsedAt),
})

type Headers = Readonly<Record<string, string | undefined>>

function sessionAnswer(headers: Headers, { key, secret, expiresAt }: BegunSession, more: object = {}) {
  const until = schema.timeOf(expiresAt)
  return json(201, { key, expiresAt: until, ...more }, { 'set-cookie': sessionCookie(headers, secret, until) })
}
