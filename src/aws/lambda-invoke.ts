/** `states:::lambda:invoke`, with or without a task token: the whole response of Invoke is the output. */
import type { InvokeCommandInput, InvokeCommandOutput } from '@aws-sdk/client-lambda'
import { isJsonText, type JsonText, printJson } from '../base/index.ts'
import type { ResourceHandler, TaskAnswer } from '../engine/index.ts'
import { answerCall } from './calling.ts'
import type { Answered, AwsClients } from './clients.ts'
import type { AwsConfig } from './config.ts'
import { serviceNames } from './failure.ts'
import { functionFailure, type Payload, readPayload } from './lambda-payload.ts'
import { handlesService } from './optimized.ts'
import { type ParameterTable, readParameters, refuseParameters } from './parameters.ts'
import { regionOf } from './region.ts'
import { resultObject, sdkMetadata } from './wire.ts'

const invocationTypes = ['RequestResponse', 'Event', 'DryRun'] as const
const logTypes = ['None', 'Tail'] as const

const parameterTable: ParameterTable = {
  ClientContext: { kind: 'text' },
  FunctionName: { kind: 'text', required: true },
  InvocationType: { kind: 'text', accepted: invocationTypes },
  LogType: { kind: 'text', accepted: logTypes },
  Payload: { kind: 'document' },
  Qualifier: { kind: 'text' },
}

export function lambdaInvokeHandler(config: AwsConfig, clients: AwsClients): ResourceHandler {
  return {
    handles: handlesService('lambda', 'invoke'),
    refuse: (_resource, parameters) => refuseParameters(parameterTable, parameters),
    call(task, signal) {
      const input = invokeInput(task.input)
      return answerCall(config, task, signal, {
        operation: clients.invoke,
        names: serviceNames.lambda,
        input,
        region: regionOf(input.FunctionName ?? ''),
        answer: answerOf,
      })
    },
  }
}

function invokeInput(text: JsonText): InvokeCommandInput {
  const parameters = readParameters(text)
  const payload = parameters.document('Payload')
  return {
    FunctionName: parameters.text('FunctionName'),
    Qualifier: parameters.text('Qualifier'),
    ClientContext: parameters.text('ClientContext'),
    InvocationType: parameters.oneOf('InvocationType', invocationTypes),
    LogType: parameters.oneOf('LogType', logTypes),
    Payload: payload === undefined ? undefined : Buffer.from(asEvent(payload)),
  }
}

/** A string that is JSON is the event's text; any other string is itself the event. */
function asEvent(payload: string): JsonText {
  return isJsonText(payload) ? payload : JSON.stringify(payload)
}

function answerOf({ output, facts }: Answered<InvokeCommandOutput>): TaskAnswer {
  const payload = readPayload(output.Payload)
  if (output.FunctionError !== undefined) return functionFailure(payload, printPayload(payload))
  const result = resultObject({
    ExecutedVersion: output.ExecutedVersion,
    LogResult: output.LogResult,
    Payload: output.Payload?.length ? payloadOf(payload) : undefined,
    StatusCode: output.StatusCode,
    ...sdkMetadata(facts, output.$metadata.requestId),
  })
  return { kind: 'succeeded', output: printJson(result) }
}

/** What is not JSON is shown as the text that it is. */
function payloadOf(payload: Payload) {
  return payload.kind === 'json' ? payload.value : payload.text
}

function printPayload(payload: Payload): string {
  return payload.kind === 'json' ? printJson(payload.value) : payload.text
}
