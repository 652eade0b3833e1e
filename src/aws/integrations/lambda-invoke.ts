/** `lambda:invoke`: the whole response of Invoke is the result, the function's payload in it as JSON. */
import { isJsonText, type Json, type JsonText, printJson } from '../../base/index.ts'
import type { TaskAnswer } from '../../engine/index.ts'
import type { Answered } from '../clients.ts'
import { lambdaWords } from '../lambda-function.ts'
import { functionFailure, type Payload, readPayload } from '../lambda-payload.ts'
import { regionOf } from '../region.ts'
import { resultObject, sdkMetadata } from '../wire.ts'
import type { Integration } from './integration.ts'

export const lambdaInvoke: Integration = {
  resource: 'lambda:invoke',
  awaitsToken: true,
  client: 'lambda',
  command: 'Invoke',
  words: lambdaWords,
  parameters: {
    ClientContext: { kind: 'text' },
    FunctionName: { kind: 'text', required: true },
    InvocationType: { kind: 'text', accepted: ['RequestResponse', 'Event', 'DryRun'] },
    LogType: { kind: 'text', accepted: ['None', 'Tail'] },
    Payload: { kind: 'document' },
    Qualifier: { kind: 'text' },
  },
  prepare: (parameters) => {
    const payload = parameters.get('Payload')
    return typeof payload === 'string' ? new Map([...parameters, ['Payload', asEvent(payload)]]) : parameters
  },
  region: (parameters) => regionOf(textOf(parameters.get('FunctionName')) ?? ''),
  answer,
}

/** A string that is JSON is the event's text; any other string is itself the event. */
function asEvent(payload: string): JsonText {
  return isJsonText(payload) ? payload : JSON.stringify(payload)
}

function answer({ output, facts }: Answered): TaskAnswer {
  const bytes = output['Payload'] instanceof Uint8Array ? output['Payload'] : undefined
  const payload = readPayload(bytes)
  if (output['FunctionError'] !== undefined) return functionFailure(payload, printPayload(payload))
  const result = resultObject({
    ExecutedVersion: textOf(output['ExecutedVersion']),
    LogResult: textOf(output['LogResult']),
    Payload: bytes?.length ? payloadOf(payload) : undefined,
    StatusCode: typeof output['StatusCode'] === 'number' ? output['StatusCode'] : undefined,
    ...sdkMetadata(facts, output.$metadata.requestId),
  })
  return { kind: 'succeeded', output: printJson(result) }
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** What is not JSON is shown as the text that it is. */
function payloadOf(payload: Payload): Json {
  return payload.kind === 'json' ? payload.value : payload.text
}

function printPayload(payload: Payload): string {
  return payload.kind === 'json' ? printJson(payload.value) : payload.text
}
