/** What the answers from outside accept, with the limits of AWS's API model. */
import { z } from 'zod'
import { cause, errorName } from '../execution/schemas.ts'
import { wellFormed } from '../parse-request.ts'

const token = z.string().min(1).max(2048)

export const successRequest = z.object({ token, output: wellFormed(z.string()) })
export const failureRequest = z.object({ token, error: errorName.optional(), cause: cause.optional() })
export const heartbeatRequest = z.object({ token })

export const activityTaskRequest = z.object({
  arn: z.string().min(1).max(256),
  workerName: wellFormed(z.string().min(1).max(80)).optional(),
})
