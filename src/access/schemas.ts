/** What the verbs of this folder are asked with, and what they answer. */
import { z } from 'zod'
import { newTokenInvalid } from './errors.ts'
import { grantsSchema } from './grant.ts'

/** The token that Holdfast itself writes into the data folder. */
export const localTokenName = 'local'

export const newTokenSchema = z.strictObject({
  name: z
    .string()
    .regex(
      /^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,79}$/u,
      '1 to 80 letters, digits, spaces and . _ - @, beginning with a letter or digit',
    )
    .refine((name) => name !== localTokenName, `"${localTokenName}" is the token of this machine's data folder`)
    .describe('What the token is for, for the people who read the list'),
  grants: grantsSchema.min(1).describe('What the holder may do'),
  expiresAt: z.int().min(1).optional().describe('Milliseconds since 1970 UTC; from then on it opens nothing'),
  awsKey: z
    .boolean()
    .default(false)
    .describe('Also a pair of keys for AWS’s tools, which sign instead of sending a token'),
})
export type NewToken = z.input<typeof newTokenSchema>

/** Who made something, for the people who read lists. */
export const makerSchema = z.object({ type: z.string(), id: z.string(), name: z.string().optional() })

/** A token as lists show it: never the secret. Times are milliseconds since 1970 UTC. */
export const tokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  grants: grantsSchema.optional().describe('Of a user; a machine has none'),
  person: z.string().optional().describe('Id of the person whose it is, if it is somebody’s'),
  machine: z.string().optional().describe('Id of the machine it stands for: a host'),
  madeBy: makerSchema.optional().describe('Absent when it was made before this was kept'),
  oneWith: z
    .array(z.object({ id: z.string(), name: z.string() }))
    .optional()
    .describe('Those who have had its secret: with them it counts as one where several must agree'),
  createdAt: z.number().int(),
  expiresAt: z.number().int().optional(),
  lastUsedAt: z.number().int().optional().describe('To the minute'),
  revokedAt: z.number().int().optional(),
})
export type Token = z.infer<typeof tokenSchema>

/** An end that is past would make a token that never was good. @throws HoldfastError access.token_invalid */
export function parseNewToken(request: unknown, nowMs: number): z.output<typeof newTokenSchema> {
  const parsed = newTokenSchema.safeParse(request)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw newTokenInvalid(issue?.path.join('.') ?? '', issue?.message ?? 'invalid')
  }
  const { expiresAt } = parsed.data
  if (expiresAt !== undefined && expiresAt <= nowMs) throw newTokenInvalid('expiresAt', 'a time to come')
  return parsed.data
}
