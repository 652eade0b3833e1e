/** What the wire said about a call, and how the optimized integrations show it in their results. */
import { IncomingMessage } from 'node:http'
import type { Json, JsonObject } from '../base/index.ts'

export type WireFacts = {
  readonly statusCode: number
  /** In the order and spelling of the wire, a name once for each of its values. */
  readonly headers: readonly (readonly [name: string, value: string])[]
}

/** From the SDK's HttpResponse, whose body is the platform's own response and remembers how headers were spelled. */
export function wireFacts(response: unknown): WireFacts {
  const { statusCode, headers, body } = Object(response) as HttpResponseLike
  return {
    statusCode: typeof statusCode === 'number' ? statusCode : 0,
    headers: body instanceof IncomingMessage ? inPairs(body.rawHeaders) : Object.entries(headers ?? {}),
  }
}

/** The members of the SDK's response that are read here; any of them may be missing in what an unknown value is. */
type HttpResponseLike = {
  readonly statusCode?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

function inPairs(raw: readonly string[]): [string, string][] {
  const pairs: [string, string][] = []
  for (let i = 0; i + 1 < raw.length; i += 2) pairs.push([raw[i] ?? '', raw[i + 1] ?? ''])
  return pairs
}

/** The members `SdkHttpMetadata` and `SdkResponseMetadata` of an optimized integration's result. */
export function sdkMetadata(facts: WireFacts, requestId: string | undefined): Readonly<Record<string, Json>> {
  return {
    SdkHttpMetadata: new Map<string, Json>([
      ['AllHttpHeaders', allHeaders(facts)],
      ['HttpHeaders', lastHeaders(facts)],
      ['HttpStatusCode', facts.statusCode],
    ]),
    SdkResponseMetadata: new Map<string, Json>([['RequestId', requestId ?? null]]),
  }
}

function allHeaders(facts: WireFacts): JsonObject {
  const all = new Map<string, string[]>()
  for (const [name, value] of facts.headers) all.set(name, [...(all.get(name) ?? []), value])
  return all
}

function lastHeaders(facts: WireFacts): JsonObject {
  return new Map(facts.headers.toSorted(([a], [b]) => compareText(a.toLowerCase(), b.toLowerCase())))
}

/** A result as the services show it: members in alphabetical order, what is absent left out. */
export function resultObject(members: Readonly<Record<string, Json | undefined>>): JsonObject {
  const present = Object.entries(members).filter((entry): entry is [string, Json] => entry[1] !== undefined)
  return new Map(present.toSorted(([a], [b]) => compareText(a, b)))
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
