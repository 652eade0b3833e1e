/** Sends problems: those of routes and verbs, fastify's own, and those that the door and the load raise. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { HoldfastError, type Logger } from '../../base/index.ts'
import { bodyTooLarge, serverError } from '../errors.ts'
import { retryAfterSeconds } from '../retry-after.ts'
import { problemOf, RequestFault, statusOf } from './problem.ts'

type Failure = { readonly error: unknown; readonly limitBytes: number; readonly logger: Logger }

export function sendProblem(failure: Failure, request: FastifyRequest, reply: FastifyReply): void {
  const error = ofFramework(failure.error, failure.limitBytes, request)
  const path = pathOf(request.url)
  if (statusOf(error) >= 500 && !(error instanceof HoldfastError && error.kind !== 'internal')) {
    failure.logger.error('request failed', { requestId: request.id, method: request.method, path, error })
  }
  const problem = problemOf(error, { path, requestId: request.id })
  void reply.code(problem.status).headers(headersOf(error)).send(JSON.stringify(problem))
}

export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  error: HoldfastError,
  requestId: string,
): void {
  const problem = problemOf(error, { path: pathOf(request.url ?? ''), requestId })
  const body = JSON.stringify(problem)
  response.writeHead(problem.status, { ...headersOf(error), 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

/** The query may hold what is not for logs. */
const pathOf = (url: string): string => (url.split('?')[0] ?? '').slice(0, 2000)

function headersOf(error: unknown): Readonly<Record<string, string>> {
  const headers: Record<string, string> = { 'content-type': 'application/problem+json; charset=utf-8' }
  if (!(error instanceof HoldfastError)) return headers
  const retryAfter = retryAfterSeconds(error)
  if (retryAfter !== undefined) headers['retry-after'] = String(retryAfter)
  if (error.kind === 'unauthenticated') headers['www-authenticate'] = 'Bearer realm="holdfast"'
  if (error.code === 'server.method') headers['allow'] = error.accepted ?? ''
  return headers
}

/** Fastify's own errors in our words; everything else as it is. */
function ofFramework(error: unknown, limitBytes: number, request: FastifyRequest): unknown {
  if (error instanceof HoldfastError || !(error instanceof Error) || !('statusCode' in error)) return error
  switch (error.statusCode) {
    case 413:
      return bodyTooLarge(limitBytes)
    case 415: {
      const given = request.headers['content-type'] ?? ''
      return serverError('server.content_type', `The content type "${given.slice(0, 200)}" is not supported`, {
        place: 'Content-Type',
        accepted: 'application/json',
      })
    }
    case 400:
    case 414:
      return new RequestFault(400, error.message, [{ path: 'request', code: 'malformed', message: error.message }])
    default:
      return error
  }
}
