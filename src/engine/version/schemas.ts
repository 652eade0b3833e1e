/** What the verbs on versions accept. */
import { z } from 'zod'
import type { PublishRequest } from '../contract.ts'
import { wellFormed } from '../parse-request.ts'

export const versionDescription = wellFormed(z.string().max(256))

export const publishRequest = z.object({
  arn: z.string().min(1).max(256),
  revisionId: z.string().max(64).optional(),
  description: versionDescription.optional(),
}) satisfies z.ZodType<PublishRequest>
