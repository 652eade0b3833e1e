/** What went on beyond what is kept is no answer: half a body would be taken for the whole of it. */
export const tooLarge = (service: string): TaskAnswer =>
  failed(
    'States.DataLimitExceeded',
    `The state/task '${service}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  )

/** What came back → what the task shows: `{Headers, ResponseBody, StatusCode, StatusText}`. */
import { type Json, type JsonObject, JsonSyntaxError, parseJson } from '../../base/index.ts'
import type { TaskAnswer } from '../../engine/index.ts'
import type { OutboundResponse } from '../../outbound/index.ts'
import { failed } from '../failure.ts'

export function shown(response: OutboundResponse, spelled: (header: string) => string): JsonObject {
  return new Map<string, Json>([
    ['Headers', headersOf(response, spelled)],
    ['ResponseBody', bodyOf(response)],
    ['StatusCode', response.status],
    ['StatusText', response.statusText],
  ])
}

/** Each name once, with all of its values. */
function headersOf({ headers }: OutboundResponse, spelled: (header: string) => string): JsonObject {
  const all = new Map<string, string[]>()
  for (const [name, value] of headers) all.set(spelled(name), [...(all.get(spelled(name)) ?? []), value])
  return all
}

/** JSON where it says so and is so; else the text. */
function bodyOf(response: OutboundResponse): Json {
  const text = response.body.toString('utf8')
  if (!/[/+]json\b/i.test(contentType(response))) return text
  try {
    return parseJson(text)
  } catch (error) {
    if (error instanceof JsonSyntaxError) return text
    throw error
  }
}

export function contentType({ headers }: OutboundResponse): string {
  return headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? ''
}
