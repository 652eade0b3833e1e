/** Our own API over HTTP: routes are served from their table, errors become problems, writes can be repeated safely. */
import { isUtf8 } from 'node:buffer'
import type { IncomingMessage, ServerResponse } from 'node:http'
import fastifySwagger from '@fastify/swagger'
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { serializerCompiler } from 'fastify-type-provider-zod'
import { type Actor, requirePermission } from '../../access/index.ts'
import type { HoldfastError } from '../../base/index.ts'
import type { Attempts } from '../attempts.ts'
import type { Client } from '../client.ts'
import { asksForPage, sendPage, serveConsole } from '../console-files.ts'
import { tokenIn } from '../credentials.ts'
import type { ServerDependencies } from '../dependencies.ts'
import { requirePlainEncoding, serverError } from '../errors.ts'
import { type Asked, refusalOf } from '../refusal.ts'
import { sessionKeyHeader, sessionProofIn } from '../session-cookie.ts'
import type { Traffic } from '../traffic.ts'
import { answerRoute } from './answer-route.ts'
import { checkerOf } from './check.ts'
import { Idempotency } from './idempotency.ts'
import { parseBody } from './json-body.ts'
import { documentation, schemaOf } from './open-api.ts'
import { refuse, sendProblem } from './problem-answer.ts'
import type { Route } from './route.ts'
import { methodsOf, routes } from './routes.ts'

export type ApiOptions = {
  readonly bodyBytes: number
  readonly traffic: Traffic
  readonly attempts: Attempts
  readonly clientOf: (request: IncomingMessage) => Client
}

export interface Api {
  ready(): Promise<void>
  serve(request: IncomingMessage, response: ServerResponse): void
  /** Answers with a problem and looks no further: the door and the load do. */
  refuse(request: IncomingMessage, response: ServerResponse, error: HoldfastError): void
  close(): Promise<void>
}

/** Who a request for an open route comes from: nobody was asked. */
const anyone = { type: 'inbound', id: 'anonymous', via: 'api' } as const satisfies Actor

export function createApi(dependencies: ServerDependencies, options: ApiOptions): Api {
  const failed = (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const refusal = refusalOf(error, askedBy(request, options), actors.get(request))
    if (refusal !== undefined) dependencies.noteRefusal(refusal)
    sendProblem({ error, limitBytes: options.bodyBytes, logger: dependencies.logger }, request, reply)
  }
  const app = fastify({
    bodyLimit: options.bodyBytes,
    exposeHeadRoutes: false,
    genReqId: dependencies.newRequestId,
    // The server in front answers those that come while it closes.
    return503OnClosing: false,
    frameworkErrors: failed,
    // An ARN, percent-encoded.
    routerOptions: { maxParamLength: 8000 },
  })
  app.setValidatorCompiler(checkerOf)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler(failed)
  const { consoleFolder } = dependencies
  app.setNotFoundHandler((request, reply) => {
    if (consoleFolder === undefined || !asksForPage(request)) throw noSuchRoute(request)
    return sendPage(reply, consoleFolder)
  })
  if (consoleFolder !== undefined) serveConsole(app, consoleFolder)
  app.addHook('onResponse', async (request, reply) => {
    // Only patterns: a path that nobody serves is one of endlessly many.
    const route = request.routeOptions.url ?? 'none'
    dependencies.metrics.answered({ method: request.method, route, status: reply.statusCode, ms: reply.elapsedTime })
  })
  app.removeAllContentTypeParsers()
  // Routes parse the text themselves: each knows which members it passes through.
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_request: unknown, bytes: Buffer) => bytes)
  app.register(fastifySwagger, documentation(dependencies.platform.version))
  app.after(() => addRoutes(app, dependencies, options))
  return {
    ready: async () => {
      await app.ready()
    },
    serve: (request, response) => app.routing(request, response),
    refuse: (request, response, error) => refuse(request, response, error, dependencies.newRequestId()),
    close: () => app.close(),
  }
}

/** What is known of a request before its handler runs. */
const actors = new WeakMap<FastifyRequest, Actor>()
const bodyTexts = new WeakMap<FastifyRequest, string>()

function addRoutes(app: FastifyInstance, dependencies: ServerDependencies, options: ApiOptions): void {
  const { traffic } = options
  const idempotency = new Idempotency(dependencies.answers, dependencies.clock)
  for (const route of routes) {
    app.route({
      method: route.method,
      url: route.path,
      schema: schemaOf(route),
      // Nobody's body is read before it is known whose it is.
      onRequest: async (request) => {
        if (route.verb === 'open' && route.isUnbounded !== true) requireTurn(options, request)
        await admit(dependencies, route, request)
        requirePlainEncoding(request.headers['content-encoding'])
      },
      preValidation: async (request) => {
        readBody(route, request)
        // It came as slowly as somebody liked, who may have been put out meanwhile.
        if (bodyTexts.has(request)) await admit(dependencies, route, request)
      },
      handler: async (request, reply) => {
        const actor = actors.get(request) ?? anyone
        const bodyText = bodyTexts.get(request) ?? ''
        const { isHttps } = options.clientOf(request.raw)
        return answerRoute({ dependencies, traffic, idempotency, route, actor, bodyText, isHttps }, request, reply)
      },
    })
  }
  // Made once: it takes long enough that whoever asks for it again and again, without a token, would hold up the others.
  let document: string | undefined
  app.get('/v1/openapi.json', { schema: { hide: true } }, async (_request, reply) => {
    document ??= JSON.stringify(app.swagger())
    return reply.type('application/json; charset=utf-8').send(document)
  })
}

const askedBy = ({ method, routeOptions, raw }: FastifyRequest, { clientOf }: ApiOptions): Asked => ({
  ...{ method, headers: raw.headers, address: clientOf(raw).address },
  what: { type: 'route', id: `${method} ${routeOptions.url ?? 'none'}` },
})

/** Before anything of it is read. @throws HoldfastError server.too_many_attempts */
function requireTurn({ attempts, clientOf }: ApiOptions, { raw }: FastifyRequest): void {
  const retryAfterMs = attempts.take(clientOf(raw).address)
  if (retryAfterMs === 0) return
  throw serverError('server.too_many_attempts', 'Too many attempts to come in were made from your address, or in all', {
    ...{ retryAfterMs, accepted: `the next one in ${Math.ceil(retryAfterMs / 1000)} s` },
  })
}

/** Verbs ask again, with the thing that they are about; this asks before anything else is looked at. */
async function admit(dependencies: ServerDependencies, { verb }: Route, request: FastifyRequest): Promise<void> {
  if (verb === 'open') return void actors.set(request, anyone)
  const actor = await callerOf(dependencies, request)
  actors.set(request, actor)
  requirePermission(actor, verb)
}

/** A token goes before the session of a browser. */
function callerOf({ authenticate, sessions }: ServerDependencies, { headers }: FastifyRequest): Actor | Promise<Actor> {
  const { authorization, cookie, host, [sessionKeyHeader]: key } = headers
  const proof = typeof key === 'string' ? sessionProofIn({ cookie, host, [sessionKeyHeader]: key }) : undefined
  if (authorization === undefined && proof !== undefined) return sessions.authenticate(proof)
  return authenticate(tokenIn(authorization))
}

/** No body is an empty object: every member may be optional. */
function readBody(route: Route, request: FastifyRequest): void {
  const { body } = request
  if (!Buffer.isBuffer(body)) {
    if (route.body !== undefined) request.body = {}
    return
  }
  if (!isUtf8(body)) throw serverError('server.not_utf8', 'The request body is not UTF-8 text', { place: 'body' })
  const text = body.toString('utf8')
  bodyTexts.set(request, text)
  request.body = parseBody(text === '' ? '{}' : text, route.payloads ?? [])
}

function noSuchRoute({ method, url }: FastifyRequest): HoldfastError {
  const path = url.split('?')[0] ?? ''
  const methods = methodsOf(path)
  if (methods.length === 0) {
    return serverError('server.route_missing', `There is nothing at ${path.slice(0, 200)}`, { place: 'path' })
  }
  return serverError('server.method', `${method} is not possible at ${path.slice(0, 200)}`, {
    place: 'method',
    accepted: methods.join(', '),
  })
}
