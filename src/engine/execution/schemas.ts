/** What the execution verbs accept, with the limits of AWS's API model. */
import { z } from 'zod'
import type { ContinueRequest, RedriveRequest, StartExecutionRequest, StopRequest } from '../contract.ts'
import { wellFormed } from '../parse-request.ts'

export const errorName = wellFormed(z.string().max(256))
export const cause = wellFormed(z.string().max(32_768))

/** The size of the input is counted in bytes, by the verb. */
export const startRequest = z.object({
  stateMachineArn: z.string().min(1).max(256),
  name: z.string().min(1).max(80).optional(),
  input: wellFormed(z.string()).optional(),
  traceHeader: wellFormed(z.string().max(256)).optional(),
}) satisfies z.ZodType<StartExecutionRequest>

export const redriveRequest = z.object({
  executionArn: z.string().min(1).max(256),
  clientToken: z.string().min(1).max(64).optional(),
}) satisfies z.ZodType<RedriveRequest>

export const continueRequest = redriveRequest.extend({
  input: wellFormed(z.string()),
  visit: z.int().min(1).optional(),
  state: z.string().min(1).max(80).optional(),
}) satisfies z.ZodType<ContinueRequest>

export const stopRequest = z.object({
  executionArn: z.string().min(1).max(256),
  error: errorName.optional(),
  cause: cause.optional(),
}) satisfies z.ZodType<StopRequest>
