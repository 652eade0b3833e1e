/** Requests from outside against their schemas. */
import type { z } from 'zod'
import { deployError } from './errors.ts'
import { faultsOf } from './release/parse.ts'

/** @throws HoldfastError deploy.request_invalid with every fault and its place */
export function parseRequest<T>(schema: z.ZodType<T>, request: unknown): T {
  const parsed = schema.safeParse(request)
  if (parsed.success) return parsed.data
  const faults = faultsOf(schema, parsed.error.issues)
  const told = faults.slice(0, 10).map(({ place, message }) => `${place}: ${message}`)
  throw deployError('deploy.request_invalid', `The request is not valid: ${told.join('; ')}`, {
    place: faults[0]?.place ?? 'request',
    ...(faults[0] === undefined ? {} : { accepted: faults[0].message }),
    ...(faults[0]?.nearest === undefined ? {} : { repair: `write "${faults[0].nearest}"` }),
  })
}
