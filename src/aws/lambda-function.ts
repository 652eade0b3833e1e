/** Tasks whose Resource is a Lambda function's ARN: the task input is the payload, the payload that comes back the output. */
import type { ResourceHandler, TaskAnswer } from '../engine/index.ts'
import { answerCall } from './calling.ts'
import type { Answered, AwsClients } from './clients.ts'
import type { AwsConfig } from './config.ts'
import { failed, optimizedWords } from './failure.ts'
import { functionFailure, readPayload } from './lambda-payload.ts'
import { missingClient } from './missing.ts'
import { regionOf } from './region.ts'

export const lambdaWords = optimizedWords('Lambda', 'AWSLambda', 'AWSLambdaException')

export function lambdaFunctionHandler(config: AwsConfig, clients: AwsClients): ResourceHandler {
  return {
    handles: (resource) => resource.kind === 'lambda',
    async call(task, signal) {
      const operation = await clients.operation('lambda', 'Invoke')
      if (operation === undefined) return missingClient(task, 'lambda')
      return answerCall(config, task, signal, {
        operation,
        words: lambdaWords,
        input: { FunctionName: task.resource.arn, Payload: Buffer.from(task.input) },
        region: regionOf(task.resource.arn),
        answer: ({ output }) => answerOf(task.resource.arn, output),
      })
    },
  }
}

function answerOf(arn: string, { FunctionError: functionError, Payload: bytes }: Answered['output']): TaskAnswer {
  const payload = readPayload(bytes instanceof Uint8Array ? bytes : undefined)
  if (functionError !== undefined) return functionFailure(payload, payload.text)
  if (payload.kind === 'broken') {
    return failed('Lambda.Unknown', `The function ${arn} returned a payload that is not JSON: ${payload.reason}.`)
  }
  // As it came: printing it again would be an output that the function never gave.
  return { kind: 'succeeded', output: payload.text }
}
