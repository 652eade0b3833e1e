/** What a test of a state accepts, with the limits of AWS's API model. */
import { z } from 'zod'
import type { TestStateRequest } from '../contract.ts'
import { cause, errorName } from '../execution/schemas.ts'
import { wellFormed } from '../parse-request.ts'

const text = wellFormed(z.string())
const stateName = wellFormed(z.string().min(1).max(80))
const count = z.int().min(0)

/** The sizes of definition and input are counted in bytes, by the verb. */
export const testStateRequest = z.object({
  definition: wellFormed(z.string().min(1)),
  stateName: stateName.optional(),
  roleArn: wellFormed(z.string().min(1).max(256)).optional(),
  input: text.optional(),
  variables: text.optional(),
  context: text.optional(),
  revealSecrets: z.boolean().optional(),
  mock: z
    .object({
      result: text.optional(),
      errorOutput: z.object({ error: errorName.optional(), cause: cause.optional() }).optional(),
      fieldValidationMode: z.enum(['STRICT', 'PRESENT', 'NONE']).optional(),
    })
    .optional(),
  stateConfiguration: z
    .object({
      retrierRetryCount: count.optional(),
      errorCausedByState: stateName.optional(),
      mapIterationFailureCount: count.optional(),
      mapItemReaderData: text.optional(),
    })
    .optional(),
}) satisfies z.ZodType<TestStateRequest>
