/** What a Lambda function gave back: JSON text, or bytes that are not. */
import { isJsonObject, type Json, JsonSyntaxError, type JsonText, parseJson } from '../base/index.ts'
import type { TaskAnswer } from '../engine/index.ts'
import { failed } from './failure.ts'

export type Payload =
  | { readonly kind: 'json'; readonly text: JsonText; readonly value: Json }
  | { readonly kind: 'broken'; readonly text: string; readonly reason: string }

/** No bytes at all are the JSON null. The SDK gives null for an empty body, against its own types. */
export function readPayload(bytes: Uint8Array | null | undefined): Payload {
  const text = bytes?.length ? Buffer.from(bytes).toString('utf8') : 'null'
  try {
    return { kind: 'json', text, value: parseJson(text) }
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    return { kind: 'broken', text, reason: error.message }
  }
}

/** A function that threw: its errorType is the error's name. `cause` is its payload as the integration shows it. */
export function functionFailure(payload: Payload, cause: string): TaskAnswer {
  const errorType = payload.kind === 'json' && isJsonObject(payload.value) ? payload.value.get('errorType') : undefined
  if (typeof errorType === 'string' && errorType !== '') return failed(errorType, cause)
  return failed(
    'Lambda.Unknown',
    `The cause could not be determined because Lambda did not return an error type. Returned payload: ${cause}`,
  )
}
