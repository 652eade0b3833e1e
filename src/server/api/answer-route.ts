/** Carries out one route for one request and sends what it answers. */
import { addAbortSignal, Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Actor } from '../../access/index.ts'
import type { RequestEffect } from '../../audit/index.ts'
import type { ServerDependencies } from '../dependencies.ts'
import { schemeHeader, sessionKeyHeader } from '../session-cookie.ts'
import type { Traffic } from '../traffic.ts'
import { streamEvents } from './event-stream.ts'
import { fingerprintOf, type Idempotency, idempotencyKeyOf, type PlainAnswer } from './idempotency.ts'
import { printBody } from './json-body.ts'
import { keepsFirstAnswer, type Route, type RouteAnswer } from './route.ts'

export type Asked = {
  readonly dependencies: ServerDependencies
  readonly traffic: Traffic
  readonly idempotency: Idempotency
  readonly route: Route
  readonly actor: Actor
  /** The body as it came, for comparing repeated requests. */
  readonly bodyText: string
  /** Whether the browser came by https. */
  readonly isHttps: boolean
}

export async function answerRoute(asked: Asked, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { route, actor, idempotency, bodyText } = asked
  const key = keepsFirstAnswer(route) ? idempotencyKeyOf(actor.id, header(request, 'idempotency-key')) : undefined
  if (key === undefined) return send(asked, await run(asked, request, key), reply)
  const fingerprint = fingerprintOf(route.method, request.url, bodyText)
  // What the request changes says by this which request it was.
  const repeatable: Asked = { ...asked, actor: { ...actor, request: { key, fingerprint } } }
  const answer = await idempotency.once({
    ...{ key, fingerprint },
    run: async () => plain(await run(repeatable, request, key)),
    again: (effects) => again(asked, request, effects),
  })
  return sendPlain(answer, reply)
}

async function run(asked: Asked, request: FastifyRequest, idempotencyKey: string | undefined): Promise<RouteAnswer> {
  // `route()` tied the context to the schemas, and the checker has let in only what they give.
  return asked.route.run(contextOf(asked, request, idempotencyKey) as never)
}

async function again(asked: Asked, request: FastifyRequest, effects: readonly RequestEffect[]) {
  const answer = await asked.route.again?.(contextOf(asked, request, undefined) as never, effects)
  return answer === undefined ? undefined : plain(answer)
}

function contextOf(
  { dependencies, actor, isHttps }: Asked,
  request: FastifyRequest,
  idempotencyKey: string | undefined,
) {
  const { params, query, body } = request
  const headers = {
    'if-match': header(request, 'if-match'),
    'if-none-match': header(request, 'if-none-match'),
    'user-agent': header(request, 'user-agent'),
    'last-event-id': header(request, 'last-event-id'),
    host: header(request, 'host'),
    origin: header(request, 'origin'),
    [schemeHeader]: isHttps ? 'https' : undefined,
    cookie: header(request, 'cookie'),
    [sessionKeyHeader]: header(request, sessionKeyHeader),
  }
  return { dependencies, actor, params, query, body, headers, idempotencyKey }
}

async function send(asked: Asked, answer: RouteAnswer, reply: FastifyReply): Promise<FastifyReply> {
  switch (answer.kind) {
    case 'json':
    case 'empty':
    case 'text':
      return sendPlain(plain(answer), reply)
    case 'lines':
      return reply
        .type('application/x-ndjson; charset=utf-8')
        .send(addAbortSignal(asked.traffic.wait(reply.raw), Readable.from(answer.lines)))
    case 'wait':
      return send(asked, await answer.run(asked.traffic.wait(reply.raw)), reply)
    case 'events':
      return sendEvents(asked, answer.run, reply)
  }
}

function plain(answer: RouteAnswer): PlainAnswer {
  if (answer.kind === 'empty') return { status: answer.status, headers: answer.headers ?? {}, body: '' }
  if (answer.kind === 'text') return { status: 200, headers: { 'content-type': answer.contentType }, body: answer.body }
  if (answer.kind !== 'json') throw new Error('a stream is no answer that can be kept')
  const headers = { 'content-type': 'application/json; charset=utf-8', ...answer.headers }
  return { status: answer.status, headers, body: printBody(answer.body) }
}

function sendPlain({ status, headers, body }: PlainAnswer, reply: FastifyReply): FastifyReply {
  return reply.code(status).headers(headers).send(body)
}

async function sendEvents(
  { dependencies, traffic, route }: Asked,
  events: Extract<RouteAnswer, { kind: 'events' }>['run'],
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { clock, logger } = dependencies
  reply.hijack()
  const signal = traffic.wait(reply.raw)
  await streamEvents({ response: reply.raw, clock, signal }, events, (error) => {
    logger.error('stream failed', { requestId: reply.request.id, path: route.path, error })
  })
  return reply
}

function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}
