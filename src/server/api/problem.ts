/** Errors of our own API: `application/problem+json` (RFC 9457). The one place where an error becomes a status. */
import { STATUS_CODES } from 'node:http'
import { z } from 'zod'
import { type ErrorKind, HoldfastError } from '../../base/index.ts'
import type { AccessErrorCode } from '../../access/index.ts'
import type { EngineErrorCode } from '../../engine/index.ts'
import type { ServerErrorCode } from '../errors.ts'

export const problemSchema = z
  .object({
    type: z.string().meta({ description: 'A URN that ends in the code.' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What failed, with its name.' }),
    instance: z.string().meta({ description: 'The path that was called.' }),
    code: z.string().meta({ description: 'Stable, `domain.reason`.' }),
    requestId: z.string().meta({ description: 'Finds the request in the log.' }),
    place: z.string().optional().meta({ description: 'Which field, header or line is at fault.' }),
    accepted: z.string().optional().meta({ description: 'What would have been accepted.' }),
    repair: z.string().optional().meta({ description: 'What to do about it.' }),
    retryable: z.boolean().meta({ description: 'Whether the same request may succeed later.' }),
    errors: z.array(z.object({ path: z.string(), code: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem' })

export type Problem = z.infer<typeof problemSchema>
export type FieldError = { readonly path: string; readonly code: string; readonly message: string }

/** A request that breaks its schema, field by field. */
export class RequestFault extends HoldfastError {
  readonly status: 400 | 422
  readonly errors: readonly FieldError[]
  constructor(status: 400 | 422, message: string, errors: readonly FieldError[]) {
    super('api.request', message, { place: errors.map(({ path }) => path).join(', ') })
    this.status = status
    this.errors = errors
  }
}

const statusOfKind: Readonly<Record<ErrorKind, number>> = {
  invalid: 422,
  unauthenticated: 401,
  forbidden: 403,
  missing: 404,
  conflict: 409,
  too_large: 413,
  exhausted: 503,
  unavailable: 503,
  internal: 500,
}

const exceptions: Partial<Record<ServerErrorCode | EngineErrorCode | AccessErrorCode, number>> = {
  'server.too_many_attempts': 429,
  'access.sign_in_wait': 429,
  'machine.revision_changed': 412,
  'api.if_match': 400,
  'server.malformed': 400,
  'server.headers_too_large': 431,
  'server.request_timeout': 408,
  'server.expectation': 417,
  'server.content_type': 415,
  'server.content_encoding': 415,
  'server.body_cut_off': 400,
  'server.not_utf8': 400,
  'server.method': 405,
  'api.json': 400,
  'api.precondition': 412,
  'api.idempotency_key': 400,
  'api.idempotency_in_progress': 409,
}

const statusOfCode: ReadonlyMap<string, number> = new Map(Object.entries(exceptions))

export function statusOf(error: unknown): number {
  if (error instanceof RequestFault) return error.status
  if (!(error instanceof HoldfastError)) return 500
  return statusOfCode.get(error.code) ?? statusOfKind[error.kind]
}

type Asked = { readonly path: string; readonly requestId: string }

/** What the caller is told. The words of an unexpected failure may hold what is secret: they are only logged. */
export function problemOf(error: unknown, { path, requestId }: Asked): Problem {
  const status = statusOf(error)
  const known = error instanceof HoldfastError && error.kind !== 'internal' ? error : undefined
  const code = known?.code ?? 'server.internal'
  return {
    type: `urn:holdfast:problem:${code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: known?.message ?? `The server failed; its log tells more under the request id ${requestId}`,
    instance: path,
    code,
    requestId,
    place: known?.place,
    accepted: known?.accepted,
    repair: known?.repair,
    retryable: known?.retryable ?? false,
    errors: known instanceof RequestFault ? [...known.errors] : undefined,
  }
}
