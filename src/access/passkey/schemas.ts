/** What browsers bring of an authenticator, as WebAuthn writes it in JSON, and passkeys as lists show them. */
import { z } from 'zod'

const base64url = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .regex(/^[A-Za-z0-9_-]+$/, 'base64url')

const credential = {
  id: base64url(1400),
  rawId: base64url(1400),
  type: z.literal('public-key'),
  authenticatorAttachment: z.enum(['platform', 'cross-platform']).optional(),
  clientExtensionResults: z.record(z.string(), z.unknown()).optional().describe('Not looked at'),
}

export const registrationSchema = z.strictObject({
  ...credential,
  response: z.strictObject({
    clientDataJSON: base64url(8000),
    attestationObject: base64url(32_000),
    transports: z.array(z.string().max(30)).max(10).optional(),
    authenticatorData: base64url(16_000).optional(),
    publicKey: base64url(8000).optional(),
    publicKeyAlgorithm: z.int().optional(),
  }),
})
export type Registration = z.infer<typeof registrationSchema>

export const assertionSchema = z.strictObject({
  ...credential,
  response: z.strictObject({
    clientDataJSON: base64url(8000),
    authenticatorData: base64url(8000),
    signature: base64url(8000),
    userHandle: base64url(200).optional(),
  }),
})
export type Assertion = z.infer<typeof assertionSchema>

export const passkeyNameSchema = z
  .string()
  .trim()
  .regex(/^[^\p{C}]{1,80}$/u, '1 to 80 characters')
  .describe('What it is on, as its owner knows it')

/** Times are milliseconds since 1970 UTC. */
export const passkeySchema = z.object({
  id: z.string(),
  name: z.string(),
  address: z.string().describe('The name of this server that it was made for: it signs in there and nowhere else'),
  isSynced: z.boolean().describe('Whether a provider copies it to other devices of its owner'),
  createdAt: z.int(),
  lastUsedAt: z.int().optional(),
})
export type Passkey = z.infer<typeof passkeySchema>
