/** Every error that the server itself raises. Those of the verbs pass through it unchanged. */
import { type ErrorDetails, type ErrorKind, HoldfastError } from '../base/index.ts'

type ServerErrorEntry = { readonly kind: ErrorKind; readonly repair?: string }

export const serverErrors = {
  'server.host_refused': {
    kind: 'forbidden',
    repair: 'call it as localhost or 127.0.0.1, or start it with --host to serve a network',
  },
  'server.origin_refused': {
    kind: 'forbidden',
    repair: 'call the API from a program, or from a page it serves itself',
  },
  'server.plain_http': {
    kind: 'forbidden',
    repair:
      'call it by the https address of the proxy in front of it; server.trustedProxies names those that are believed',
  },
  'server.too_many_attempts': { kind: 'unavailable', repair: 'wait as long as Retry-After says' },
  'server.malformed': { kind: 'invalid', repair: 'send what an HTTP library writes, on a new connection' },
  'server.headers_too_large': { kind: 'too_large', repair: 'send fewer or shorter headers, on a new connection' },
  'server.request_timeout': { kind: 'unavailable', repair: 'send the request again, on a new connection' },
  'server.expectation': { kind: 'invalid', repair: 'leave out the header Expect, or say 100-continue' },
  'server.content_type': { kind: 'invalid' },
  'server.content_encoding': { kind: 'invalid', repair: 'send the body uncompressed' },
  'server.body_too_large': { kind: 'too_large', repair: 'send less at once' },
  'server.body_cut_off': { kind: 'invalid' },
  'server.not_utf8': { kind: 'invalid', repair: 'encode the body as UTF-8' },
  'server.route_missing': { kind: 'missing', repair: 'GET /v1/openapi.json lists every path' },
  'server.method': { kind: 'invalid' },
  'server.port': { kind: 'conflict', repair: 'choose another one with --port, or stop what listens there' },
  'server.busy': { kind: 'unavailable', repair: 'repeat the request after a moment' },
  'server.closing': { kind: 'unavailable', repair: 'repeat the request when the server is up again' },

  'wire.serialization': { kind: 'invalid' },
  'wire.validation': { kind: 'invalid' },
  'wire.action_unknown': { kind: 'invalid' },
  'wire.token_missing': {
    kind: 'unauthenticated',
    repair: 'sign with keys of Holdfast (aws-credentials in the data folder), or send Authorization: Bearer TOKEN',
  },
  'wire.token_refused': {
    kind: 'unauthenticated',
    repair:
      'set AWS_SHARED_CREDENTIALS_FILE to aws-credentials in the data folder; holdfast tokens add NAME --aws-key makes others',
  },
  'wire.signature_incomplete': {
    kind: 'unauthenticated',
    repair: 'let an AWS SDK or the aws command sign the request',
  },
  'wire.signature_expired': {
    kind: 'unauthenticated',
    repair: 'set the clock of this machine or of the caller, and sign again',
  },
  'wire.signature_wrong': {
    kind: 'unauthenticated',
    repair: 'check the secret access key, and that nothing on the way changes the request',
  },

  'api.json': { kind: 'invalid' },
  'api.request': { kind: 'invalid' },
  'api.sign_in': { kind: 'invalid' },
  'api.record_missing': { kind: 'missing' },
  'api.precondition': { kind: 'conflict', repair: 'read the resource again and repeat with its ETag' },
  'api.if_match': { kind: 'invalid' },
  'api.idempotency_key': { kind: 'invalid' },
  'api.idempotency_key_reused': { kind: 'invalid', repair: 'use a new key for a new request' },
  'api.idempotency_in_progress': { kind: 'unavailable', repair: 'repeat the request when the first one is done' },
} as const satisfies Readonly<Record<string, ServerErrorEntry>>

export type ServerErrorCode = keyof typeof serverErrors

export function serverError(code: ServerErrorCode, message: string, details: ErrorDetails = {}): HoldfastError {
  const entry: ServerErrorEntry = serverErrors[code]
  return new HoldfastError(code, message, { kind: entry.kind, repair: entry.repair, ...details })
}

export const bodyTooLarge = (limitBytes: number) =>
  serverError('server.body_too_large', `The request body is larger than ${limitBytes} bytes`, {
    place: 'body',
    accepted: `at most ${limitBytes} bytes`,
  })

/** @throws HoldfastError server.content_encoding */
export function requirePlainEncoding(encoding: string | undefined): void {
  if (encoding === undefined || encoding === 'identity') return
  throw serverError('server.content_encoding', `The content encoding "${encoding}" is not supported`, {
    place: 'Content-Encoding',
    accepted: 'identity',
  })
}
