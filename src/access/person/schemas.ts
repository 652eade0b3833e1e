/** People as the verbs are asked about them, and as they answer. */
import { z } from 'zod'
import { grantSchema, grantsSchema } from '../grant.ts'

/** Case does not tell two people apart. */
export const loginSchema = z
  .string()
  .trim()
  .toLowerCase()
  .regex(
    /^[a-z0-9](?:[a-z0-9._@+-]{0,78}[a-z0-9])?$/,
    '1 to 80 letters, digits and . _ @ + -, beginning and ending with a letter or digit',
  )
  .describe('What they sign in as: a short name or a mail address')

export const groupNameSchema = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, '1 to 63 lower-case letters, digits and "-", not at the ends')

export const newPersonSchema = z.strictObject({
  login: loginSchema,
  name: z
    .string()
    .trim()
    .regex(/^[^\p{C}]{1,80}$/u, '1 to 80 characters')
    .describe('As others see them'),
  grants: grantsSchema.default([]).describe('What they may do themselves; their groups may add to it'),
  groups: z.array(groupNameSchema).max(50).default([]),
})
export type NewPerson = z.input<typeof newPersonSchema>

export const personChangeSchema = z.strictObject({
  name: newPersonSchema.shape.name.optional(),
  grants: grantsSchema.optional(),
  alsoGrants: grantsSchema.optional().describe('In addition to those they have, or to `grants`'),
  groups: z.array(groupNameSchema).max(50).optional(),
  disabled: z.boolean().optional().describe('Who is disabled does nothing any more, by no session and no token'),
})
export type PersonChange = z.input<typeof personChangeSchema>

/** Times are milliseconds since 1970 UTC. */
export const personSchema = z.object({
  id: z.string(),
  login: z.string(),
  name: z.string(),
  grants: z.array(grantSchema).describe('Of their own'),
  groups: z.array(z.string()),
  createdAt: z.int(),
  joinedAt: z.int().optional().describe('When they chose what they sign in with; absent while they are only invited'),
  disabledAt: z.int().optional(),
  recoveryCodes: z.int().describe('How many are left'),
  passkeys: z.int().describe('How many they sign in by'),
})
export type Person = z.infer<typeof personSchema>

export const groupSchema = z.object({
  name: z.string(),
  grants: z.array(grantSchema),
  members: z.array(z.string()).describe('Their logins'),
})
export type Group = z.infer<typeof groupSchema>

export const groupChangeSchema = z.strictObject({ grants: grantsSchema.describe('What every member may') })
