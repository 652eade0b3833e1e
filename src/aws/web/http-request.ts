/** Parameters and connection → the request. Where both set something, the connection's counts. Pure. */
import { isJsonArray, isJsonObject, type Json, type JsonObject, printJson } from '../../base/index.ts'
import { textOf, urlEncoded, withQuery } from './encoding.ts'
import type { HttpParameters } from './http-parameters.ts'

export type HttpRequest = {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: string | undefined
}

export type FromConnection = {
  readonly authorization: readonly [header: string, value: string]
  readonly headers: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, string>>
  readonly region: string
}

/** What AWS asks for: no more than it may keep. */
const range = 'bytes=0-262144'

/** A text says why there can be no request. */
export function httpRequest(parameters: HttpParameters, connection: FromConnection): HttpRequest | string {
  const body = mergedBody(parameters.body, connection.body)
  if (body === undefinedMix) return "The field 'RequestBody' must be an object, for the connection adds members to it"
  const query = new Map([...parameters.query, ...Object.entries(connection.query)])
  const type = contentTypeOf(parameters)
  return {
    method: parameters.method,
    url: withQuery(parameters.endpoint, query),
    headers: headersOf(parameters, connection, body === undefined ? undefined : type),
    body: body === undefined ? undefined : bodyText(body, parameters, type),
  }
}

const undefinedMix = Symbol('a body that cannot be merged')

function mergedBody(given: Json | undefined, added: FromConnection['body']): Json | undefined | typeof undefinedMix {
  const entries = Object.entries(added)
  if (entries.length === 0) return given
  if (given === undefined) return new Map(entries)
  return isJsonObject(given) ? new Map([...given, ...entries]) : undefinedMix
}

function headersOf(
  { headers }: HttpParameters,
  { authorization, headers: added, region }: FromConnection,
  type: string | undefined,
): HttpRequest['headers'] {
  const merged = new Map<string, readonly [name: string, value: string | readonly string[]]>()
  const set = (name: string, value: string | readonly string[]): void =>
    void merged.set(name.toLowerCase(), [name, value])
  set('User-Agent', `Amazon|StepFunctions|HttpInvoke|${region}`)
  set('Range', range)
  if (type !== undefined) set('Content-Type', type)
  for (const [name, value] of headers) set(name, isJsonArray(value) ? value.map(textOf) : textOf(value))
  for (const [name, value] of Object.entries(added)) set(name, value)
  set(...authorization)
  return Object.fromEntries(merged.values())
}

function contentTypeOf({ headers, form }: HttpParameters): string {
  const own = [...headers].find(([name]) => name.toLowerCase() === 'content-type')?.[1]
  return typeof own === 'string' ? own : form === undefined ? 'application/json' : 'application/x-www-form-urlencoded'
}

/** Text that is announced as something else than JSON goes as it is. */
function bodyText(body: Json, { form }: HttpParameters, type: string): string {
  if (form !== undefined && isJsonObject(body)) return urlEncoded(body satisfies JsonObject, form)
  return typeof body === 'string' && !/[/+]json\b/i.test(type) ? body : printJson(body)
}
