/** The parameters of `http:invoke`: which there are, and what is refused before anything is scheduled. Pure. */
import { isJsonObject, type Json, type JsonObject, type JsonText, parseJson } from '../../base/index.ts'
import { type ParameterTable, refuseParameters } from '../parameters.ts'
import { type ArrayFormat, arrayFormats, isQueryValue } from './encoding.ts'
import { forbiddenHeader } from './headers.ts'

const table: ParameterTable = {
  ApiEndpoint: { kind: 'text', required: true },
  Authentication: { kind: 'object' },
  Headers: { kind: 'object' },
  InvocationConfig: { kind: 'object' },
  Method: {
    kind: 'text',
    required: true,
    accepted: ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'],
  },
  QueryParameters: { kind: 'object' },
  RequestBody: { kind: 'document' },
  Transform: { kind: 'object' },
}

export type HttpParameters = {
  readonly endpoint: string
  readonly method: string
  readonly headers: JsonObject
  readonly query: JsonObject
  /** Undefined when there is none. */
  readonly body: Json | undefined
  /** How the body is sent as a form; undefined when it is not. */
  readonly form: ArrayFormat | undefined
  readonly connectionArn: string | undefined
}

/** Why the parameters will not do; undefined when they will. */
export function refuseHttpParameters(text: JsonText): string | undefined {
  const refusal = refuseParameters(table, text)
  if (refusal !== undefined) return refusal
  const given = parseJson(text)
  if (!isJsonObject(given)) return undefined
  return refuseEndpoint(given) ?? refuseHeaders(given) ?? refuseQuery(given) ?? refuseTransform(given)
}

function refuseEndpoint(given: JsonObject): string | undefined {
  const url = URL.parse(textAt(given, 'ApiEndpoint') ?? '')
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    return "The value of the field 'ApiEndpoint' has an invalid format"
  }
  if (connectionArnIn(given) === undefined)
    return "The field 'Authentication.ConnectionArn' is required but was missing"
  return undefined
}

function refuseHeaders(given: JsonObject): string | undefined {
  for (const [name, value] of objectAt(given, 'Headers')) {
    if (forbiddenHeader(name)) return `The header '${name}' is not supported in the field 'Headers'`
    if (!isQueryValue(value) || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
      return "The value of the field 'Headers' has an invalid format"
    }
  }
  return undefined
}

function refuseQuery(given: JsonObject): string | undefined {
  const fits = [...objectAt(given, 'QueryParameters').values()].every(isQueryValue)
  return fits ? undefined : "The value of the field 'QueryParameters' has an invalid format"
}

function refuseTransform(given: JsonObject): string | undefined {
  const transform = objectAt(given, 'Transform')
  const encoding = transform.get('RequestBodyEncoding') ?? 'NONE'
  const options = transform.get('RequestEncodingOptions') ?? new Map()
  const known = [...transform.keys()].every((name) => ['RequestBodyEncoding', 'RequestEncodingOptions'].includes(name))
  if (!known || (encoding !== 'NONE' && encoding !== 'URL_ENCODED') || !isJsonObject(options)) {
    return "The value of the field 'Transform' has an invalid format"
  }
  const format = options.get('ArrayFormat')
  if (format !== undefined && formatNamed(format) === undefined) {
    return "The value of the field 'Transform' has an invalid format"
  }
  const body = given.get('RequestBody')
  if (encoding === 'URL_ENCODED' && body !== undefined && body !== null && !isJsonObject(body)) {
    return "The value of the field 'RequestBody' has an invalid format"
  }
  return undefined
}

/** Of parameters that were not refused. */
export function readHttpParameters(json: Json): HttpParameters {
  const given: JsonObject = isJsonObject(json) ? json : new Map()
  const transform = objectAt(given, 'Transform')
  const isForm = transform.get('RequestBodyEncoding') === 'URL_ENCODED'
  const format = formatNamed(objectAt(transform, 'RequestEncodingOptions').get('ArrayFormat')) ?? 'INDICES'
  return {
    endpoint: textAt(given, 'ApiEndpoint') ?? '',
    method: textAt(given, 'Method') ?? '',
    headers: objectAt(given, 'Headers'),
    query: objectAt(given, 'QueryParameters'),
    body: given.get('RequestBody') ?? undefined,
    form: isForm ? format : undefined,
    connectionArn: connectionArnIn(given),
  }
}

export const connectionArnOf = ({ connectionArn }: HttpParameters): string => connectionArn ?? ''

function connectionArnIn(given: JsonObject): string | undefined {
  return (
    textAt(objectAt(given, 'Authentication'), 'ConnectionArn') ??
    textAt(objectAt(given, 'InvocationConfig'), 'ConnectionArn')
  )
}

function objectAt(given: JsonObject, name: string): JsonObject {
  const value = given.get(name)
  return value !== undefined && isJsonObject(value) ? value : new Map()
}

function textAt(given: JsonObject, name: string): string | undefined {
  const value = given.get(name)
  return typeof value === 'string' ? value : undefined
}

const formatNamed = (value: Json | undefined): ArrayFormat | undefined =>
  arrayFormats.find((format) => format === value)
