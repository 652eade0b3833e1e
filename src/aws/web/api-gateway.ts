/** `apigateway:invoke`: a request to an API behind API Gateway, signed where the definition asks for it. */
import {
  isJsonArray,
  isJsonObject,
  type Json,
  type JsonObject,
  type JsonText,
  parseJson,
  printJson,
} from '../../base/index.ts'
import type { ResourceHandler, TaskAnswer, TaskCall } from '../../engine/index.ts'
import { type Gate, OutboundFault, type OutboundResponse } from '../../outbound/index.ts'
import { placeOf } from '../calling.ts'
import type { AwsClients } from '../clients.ts'
import { type AwsConfig, endpointOf } from '../config.ts'
import { failed, givenUp } from '../failure.ts'
import { parametersOf } from '../integrations/index.ts'
import type { CallPlace } from '../place.ts'
import { type ParameterTable, refuseParameters, unusable } from '../parameters.ts'
import { RoleRefused } from '../roles.ts'
import { shown, tooLarge } from './answer.ts'
import { textOf, withQuery } from './encoding.ts'
import { forbiddenHeader } from './headers.ts'

const table: ParameterTable = {
  AllowNullValues: { kind: 'boolean' },
  ApiEndpoint: { kind: 'text', required: true },
  AuthType: { kind: 'text', accepted: ['NO_AUTH', 'IAM_ROLE', 'RESOURCE_POLICY'] },
  Headers: { kind: 'texts' },
  Method: {
    kind: 'text',
    required: true,
    accepted: ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'],
  },
  Path: { kind: 'text' },
  QueryParameters: { kind: 'texts' },
  RequestBody: { kind: 'document' },
  Stage: { kind: 'text' },
}

type Around = {
  readonly config: AwsConfig
  readonly clients: AwsClients
  readonly gate: Gate
  readonly now: () => number
}

export function apiGatewayHandler(around: Around): ResourceHandler {
  return {
    handles: (resource) =>
      resource.kind === 'service' &&
      resource.resourceType === 'apigateway' &&
      resource.action === 'invoke' &&
      (resource.pattern === 'request' || resource.pattern === 'token'),
    refuse: (_resource, parameters) => refuseInvoke(parameters),
    async call(task, signal) {
      try {
        return answerOf(await invoke(task, signal, around))
      } catch (thrown) {
        if (signal.aborted) return givenUp()
        if (thrown instanceof RoleRefused) return failed('States.TaskFailed', thrown.message)
        if (!(thrown instanceof OutboundFault)) throw thrown
        if (thrown.code === 'outbound.refused') return failed('States.Runtime', unusable(task.input, thrown.message))
        return failed('ApiGateway.SdkClientException', `Unable to execute HTTP request: ${thrown.message}`)
      }
    },
  }
}

function refuseInvoke(parameters: JsonText): string | undefined {
  const refusal = refuseParameters(table, parameters)
  const given = parseJson(parameters)
  if (refusal !== undefined || !isJsonObject(given)) return refusal
  const host = textOf(given.get('ApiEndpoint') ?? '')
  if (!/^[^/?#@\s\\]+$/.test(host) || !URL.canParse(`https://${host}/`)) {
    return "The value of the field 'ApiEndpoint' has an invalid format"
  }
  const headers = given.get('Headers')
  const names = headers !== undefined && isJsonObject(headers) ? [...headers.keys()] : []
  const forbidden = names.find(forbiddenHeader)
  return forbidden === undefined ? undefined : `The header '${forbidden}' is not supported in the field 'Headers'`
}

async function invoke(task: TaskCall, signal: AbortSignal, around: Around): Promise<OutboundResponse> {
  const { config, gate } = around
  const given = parametersOf(task)
  const request = requestOf(given)
  const place = placeOf(config, task, regionOfHost(new URL(request.url).host))
  const auth = given.get('AuthType') ?? 'NO_AUTH'
  const headers = auth === 'NO_AUTH' ? request.headers : await signedHeaders(request, place, around)
  const via = endpointOf(config, 'execute-api')
  return gate.request({
    asker: { kind: 'execution', id: task.executionArn },
    ...{ ...request, headers, via, signal, timeoutMs: 29_000 },
  })
}

async function signedHeaders(
  request: Request,
  place: CallPlace,
  { clients, now }: Around,
): Promise<Request['headers']> {
  // Loaded when first needed: few definitions sign, and every start would pay for it.
  const { signed } = await import('./signature.ts')
  return signed(request, { credentials: await clients.credentials(place), region: place.region, atMs: now() })
}

type Request = {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

function requestOf(given: JsonObject): Request {
  const parts = [given.get('Stage'), given.get('Path')].flatMap((part) =>
    typeof part === 'string' && part !== '' ? [part.replace(/^\//, '')] : [],
  )
  const body = bodyOf(given)
  return {
    method: textOf(given.get('Method') ?? ''),
    url: withQuery(
      `https://${textOf(given.get('ApiEndpoint') ?? '')}/${parts.join('/')}`,
      objectAt(given, 'QueryParameters'),
    ),
    headers: {
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...Object.fromEntries([...objectAt(given, 'Headers')].map(([name, values]) => [name, joined(values)])),
    },
    body,
  }
}

const joined = (values: Json): string => (isJsonArray(values) ? values.map(textOf).join(',') : '')

function bodyOf(given: JsonObject): string | undefined {
  const body = given.get('RequestBody')
  if (body === undefined || body === null) return undefined
  return printJson(given.get('AllowNullValues') === true ? body : withoutNulls(body))
}

function withoutNulls(value: Json): Json {
  if (isJsonArray(value)) return value.map(withoutNulls)
  if (!isJsonObject(value)) return value
  return new Map([...value].flatMap(([name, item]) => (item === null ? [] : [[name, withoutNulls(item)] as const])))
}

function objectAt(given: JsonObject, name: string): JsonObject {
  const value = given.get(name)
  return value !== undefined && isJsonObject(value) ? value : new Map()
}

/** `abc.execute-api.eu-west-1.amazonaws.com` → `eu-west-1`. */
const regionOfHost = (host: string): string | undefined => /\.execute-api\.([a-z0-9-]+)\./.exec(host)?.[1]

function answerOf(response: OutboundResponse): TaskAnswer {
  if (response.status < 200 || response.status > 299) {
    const text = response.body.toString('utf8')
    return failed(`ApiGateway.${response.status}`, text === '' ? response.statusText : text)
  }
  if (response.cut) return tooLarge('apigateway')
  return { kind: 'succeeded', output: printJson(shown(response, (header) => header)) }
}
