/** What the verbs on aliases accept. */
import { z } from 'zod'
import type { CreateAliasRequest, UpdateAliasRequest } from '../contract.ts'
import { wellFormed } from '../parse-request.ts'

/** At least one character that is no digit, or it could not be told from a version. */
const aliasName = /^(?=.*[a-zA-Z_\-.])[a-zA-Z0-9_\-.]+$/

const description = wellFormed(z.string().max(256))
const route = z.object({ versionArn: z.string().min(1).max(256), weight: z.int().min(0).max(100) })
const routing = z.array(route).min(1).max(2)

export const createAliasRequest = z.object({
  name: z.string().min(1).max(80).regex(aliasName, 'it is made of letters, digits and ".-_", and not of digits alone'),
  description: description.optional(),
  routing,
}) satisfies z.ZodType<CreateAliasRequest>

export const updateAliasRequest = z.object({
  arn: z.string().min(1).max(256),
  description: description.optional(),
  routing: routing.optional(),
}) satisfies z.ZodType<UpdateAliasRequest>
