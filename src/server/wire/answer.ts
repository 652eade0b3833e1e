/** What goes back over the wire. The one place where an error becomes an exception of the Step Functions API. */
import { type ErrorKind, HoldfastError } from '../../base/index.ts'
import { awsErrorName } from '../../engine/index.ts'
import type { ServerErrorCode } from '../errors.ts'
import { retryAfterSeconds } from '../retry-after.ts'
import type { Response } from './action.ts'

export type WireAnswer = {
  readonly status: number
  readonly body: string
  readonly retryAfterSeconds?: number
}

export const answered = (response: Response): WireAnswer => ({ status: 200, body: JSON.stringify(response) })

type Exception = { readonly type: string; readonly status: number }

// The prefixes are those AWS was measured to send. SDKs cut them off at the `#`.
const service = (name: string): string => `com.amazonaws.swf.service.v2.model#${name}`
const framework = (name: string): string => `com.amazon.coral.service#${name}`

const ofServer: Partial<Record<ServerErrorCode, Exception>> = {
  'wire.validation': { type: 'com.amazon.coral.validate#ValidationException', status: 400 },
  'wire.serialization': { type: framework('SerializationException'), status: 400 },
  'wire.action_unknown': { type: framework('UnknownOperationException'), status: 400 },
  'wire.token_missing': { type: framework('MissingAuthenticationTokenException'), status: 400 },
  'wire.signature_incomplete': { type: framework('IncompleteSignatureException'), status: 400 },
  'wire.signature_expired': { type: framework('InvalidSignatureException'), status: 400 },
  'wire.signature_wrong': { type: framework('InvalidSignatureException'), status: 400 },
  'wire.token_refused': { type: framework('UnrecognizedClientException'), status: 400 },
  'server.content_type': { type: framework('SerializationException'), status: 415 },
  'server.content_encoding': { type: framework('SerializationException'), status: 415 },
  'server.not_utf8': { type: framework('SerializationException'), status: 400 },
  'server.body_cut_off': { type: framework('SerializationException'), status: 400 },
  'server.body_too_large': { type: framework('RequestEntityTooLargeException'), status: 413 },
  'server.host_refused': { type: framework('AccessDeniedException'), status: 403 },
  'server.origin_refused': { type: framework('AccessDeniedException'), status: 403 },
}

const ofCode: ReadonlyMap<string, Exception> = new Map(Object.entries(ofServer))

const ofKind: Readonly<Record<ErrorKind, Exception>> = {
  invalid: { type: framework('ValidationException'), status: 400 },
  too_large: { type: framework('ValidationException'), status: 400 },
  unauthenticated: { type: framework('UnrecognizedClientException'), status: 400 },
  forbidden: { type: framework('AccessDeniedException'), status: 400 },
  missing: { type: service('ResourceNotFound'), status: 400 },
  conflict: { type: service('ConflictException'), status: 400 },
  exhausted: { type: framework('ServiceUnavailableException'), status: 503 },
  unavailable: { type: framework('ServiceUnavailableException'), status: 503 },
  internal: { type: framework('InternalFailure'), status: 500 },
}

/** `requestId` is how an operator finds an unexpected failure in the log; its own words may hold what is secret. */
export function failed(error: unknown, requestId: string): WireAnswer {
  if (!(error instanceof HoldfastError) || error.kind === 'internal') {
    return exception(ofKind.internal, `The server failed; its log tells more under the request id ${requestId}`)
  }
  const awsName = awsErrorName(error)
  // The messages of these are AWS's own, word for word.
  if (awsName !== undefined) return exception({ type: service(awsName), status: 400 }, error.message)
  const answer = exception(exceptionOf(error), explain(error))
  return answer.status === 503 ? { ...answer, retryAfterSeconds: retryAfterSeconds(error) } : answer
}

const exceptionOf = ({ code, kind }: HoldfastError): Exception => ofCode.get(code) ?? ofKind[kind]

const exception = ({ type, status }: Exception, message: string): WireAnswer => ({
  status,
  body: JSON.stringify({ __type: type, message }),
})

function explain({ code, message, accepted, repair }: HoldfastError): string {
  if (code === 'wire.validation') return message
  const hints = [accepted && `Accepted: ${accepted}`, repair && `Repair: ${repair}`]
  return [message, ...hints.filter((hint) => hint !== undefined)].join('. ')
}
