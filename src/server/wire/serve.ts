/** One request of the Step Functions API: from the HTTP message to a verb and back. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Actor, requirePermission } from '../../access/index.ts'
import { HoldfastError, nearestWord, parseJson } from '../../base/index.ts'
import { readBody } from '../body.ts'
import type { Client } from '../client.ts'
import { tokenIn } from '../credentials.ts'
import type { ServerDependencies } from '../dependencies.ts'
import { serverError } from '../errors.ts'
import { refusalOf } from '../refusal.ts'
import type { Traffic } from '../traffic.ts'
import type { Action } from './action.ts'
import { actions } from './actions.ts'
import { answered, failed, type WireAnswer } from './answer.ts'
import { parseShape, type WireLimits } from './shape.ts'
import { isSigned, parseClaim, type ReceivedRequest, requireSignature } from './signature.ts'

export type WireOptions = {
  readonly limits: WireLimits
  readonly bodyBytes: number
  readonly traffic: Traffic
  readonly clientOf: (request: IncomingMessage) => Client
}

const contentType = 'application/x-amz-json-1.0'
const targetPrefix = 'AWSStepFunctions.'

/** Whether a request is for the Step Functions API: it has one path, and says so in a header. */
export function isWireRequest({ method, url, headers }: IncomingMessage): boolean {
  if (method !== 'POST' || (url !== '/' && url?.startsWith('/?') !== true)) return false
  return headers['x-amz-target'] !== undefined || headers['content-type']?.startsWith('application/x-amz-json') === true
}

/** Answers the request. Never rejects: whatever goes wrong is an answer too. */
export async function serveWire(
  dependencies: ServerDependencies,
  options: WireOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const requestId = dependencies.newRequestId()
  const known: Known = {}
  const answer = await answerTo(dependencies, options, { request, response, known }).catch((error: unknown) => {
    noteRefusal(dependencies, error, { request, known, address: options.clientOf(request).address })
    const failure = failed(error, requestId)
    if (failure.status >= 500) logFailure(dependencies, error, requestId, request)
    return failure
  })
  sendWire(response, answer, requestId)
}

/** For counting: the action, or that there is none of that name. */
export function actionNameIn({ headers }: IncomingMessage): string {
  const given = String(headers['x-amz-target'] ?? '').slice(targetPrefix.length)
  return Object.hasOwn(actions, given) ? given : 'none'
}

/** Refuses a request without looking further: the door and the load do. */
export function refuseWire(response: ServerResponse, error: HoldfastError, requestId: string): void {
  sendWire(response, failed(error, requestId), requestId)
}

/** Who asks, once that is shown. */
type Known = { actor?: Actor }
type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse; readonly known: Known }
type Refused = { readonly request: IncomingMessage; readonly known: Known; readonly address: string }

function noteRefusal(
  { noteRefusal: note }: ServerDependencies,
  error: unknown,
  { request, known, address }: Refused,
): void {
  const what = { type: 'action', id: actionNameIn(request) } as const
  const refusal = refusalOf(error, { method: 'POST', headers: request.headers, what, address }, known.actor)
  if (refusal !== undefined) note(refusal)
}

async function answerTo(
  dependencies: ServerDependencies,
  options: WireOptions,
  { request, response, known }: Exchange,
): Promise<WireAnswer> {
  requireContentType(request.headers['content-type'])
  const { verb, shape, run } = actionOf(request.headers['x-amz-target'])
  const caller = await callerOf(dependencies, request.headers.authorization)
  const text = await readBody(request, options.bodyBytes)
  const { method = '', url = '', headers } = request
  const actor = await caller.prove({ method, url, headers, body: text })
  known.actor = actor
  // The verb asks again, with the thing that it is about.
  requirePermission(actor, verb)
  const body = parseBody(text)
  const parsed = parseShape(shape, body, options.limits)
  const ended = () => options.traffic.wait(response)
  // `action()` made the pair: the shape gives exactly the type that `run` takes.
  return answered(await run({ actor, dependencies, limits: options.limits, ended }, parsed as never))
}

/** A form on a web page can send only three content types, and none of them is this. */
function requireContentType(given: string | undefined): void {
  if (given !== undefined && /^application\/x-amz-json-1\.[01]\s*(;|$)/i.test(given)) return
  throw serverError('server.content_type', `The content type "${given ?? ''}" is not supported`, {
    place: 'Content-Type',
    accepted: contentType,
  })
}

function actionOf(target: string | string[] | undefined): Action {
  const given = String(target ?? '')
  const name = given.startsWith(targetPrefix) ? given.slice(targetPrefix.length) : ''
  if (Object.hasOwn(actions, name)) return actions[name as keyof typeof actions] // just asked for
  const near = nearestWord(name, Object.keys(actions))
  throw serverError('wire.action_unknown', `The operation "${given.slice(0, 200)}" is unknown`, {
    place: 'X-Amz-Target',
    accepted: near === undefined ? `${targetPrefix}<Action> with an action of AWS Step Functions` : targetPrefix + near,
  })
}

/** Who says to be calling; whether it is so shows with the whole request. Nobody's body is read whose key is unknown. */
type Caller = { readonly prove: (request: ReceivedRequest) => Promise<Actor> }

async function callerOf(dependencies: ServerDependencies, authorization: string | undefined): Promise<Caller> {
  const { findAwsKey, clock } = dependencies
  if (findAwsKey === undefined || !isSigned(authorization)) {
    const actor = await authenticate(dependencies, authorization)
    return { prove: async () => actor }
  }
  const claim = parseClaim(authorization)
  const holder = findAwsKey(claim.accessKeyId)
  if (holder === undefined) {
    const details = { place: 'Authorization' }
    throw serverError('wire.token_refused', 'The AWS access key id is none of this Holdfast', details)
  }
  return {
    prove: async (request) => {
      await requireSignature(claim, request, holder.secretAccessKey, clock.now())
      return holder.actor
    },
  }
}

async function authenticate(dependencies: ServerDependencies, authorization: string | undefined): Promise<Actor> {
  const token = tokenIn(authorization)
  try {
    return await dependencies.authenticate(token)
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.kind !== 'unauthenticated') throw error
    const details = { place: 'Authorization', cause: error, about: error.about }
    if (token === undefined)
      throw serverError('wire.token_missing', 'The request is neither signed nor has a token', details)
    throw serverError('wire.token_refused', 'The token is none of this Holdfast', details)
  }
}

function parseBody(text: string): unknown {
  if (text === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    throw serverError('wire.serialization', `The request body is no JSON: ${faultOf(text)}`, { place: 'body' })
  }
}

/** Our own parser says where; it is slower, so it is asked only for that. */
function faultOf(text: string): string {
  try {
    parseJson(text)
  } catch (error) {
    if (error instanceof Error) return error.message
  }
  return 'it cannot be read'
}

function sendWire(response: ServerResponse, { status, body, retryAfterSeconds }: WireAnswer, requestId: string): void {
  if (response.destroyed || response.headersSent) return
  response.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(body),
    'x-amzn-RequestId': requestId,
    ...(retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }),
  })
  response.end(body)
}

function logFailure({ logger }: ServerDependencies, error: unknown, requestId: string, request: IncomingMessage): void {
  const target = String(request.headers['x-amz-target'] ?? '').slice(0, 100)
  logger.error('request failed', { requestId, target, error })
}
