/** Tasks whose Resource is a Lambda function's ARN: the task input is the payload, the payload that comes back the output. */
import type { ResourceHandler, TaskAnswer } from '../engine/index.ts'
import { answerCall } from './calling.ts'
import type { AwsClients } from './clients.ts'
import type { AwsConfig } from './config.ts'
import { failed, serviceNames } from './failure.ts'
import { functionFailure, readPayload } from './lambda-payload.ts'
import { regionOf } from './region.ts'

export function lambdaFunctionHandler(config: AwsConfig, clients: AwsClients): ResourceHandler {
  return {
    handles: (resource) => resource.kind === 'lambda',
    call: (task, signal) =>
      answerCall(config, task, signal, {
        operation: clients.invoke,
        names: serviceNames.lambda,
        input: { FunctionName: task.resource.arn, Payload: Buffer.from(task.input) },
        region: regionOf(task.resource.arn),
        answer: ({ output }) => answerOf(task.resource.arn, output.FunctionError, output.Payload),
      }),
  }
}

function answerOf(arn: string, functionError: string | undefined, bytes: Uint8Array | undefined): TaskAnswer {
  const payload = readPayload(bytes)
  if (functionError !== undefined) return functionFailure(payload, payload.text)
  if (payload.kind === 'broken') {
    return failed('Lambda.Unknown', `The function ${arn} returned a payload that is not JSON: ${payload.reason}.`)
  }
  // As it came: printing it again would be an output that the function never gave.
  return { kind: 'succeeded', output: payload.text }
}
