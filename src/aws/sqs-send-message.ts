/** `states:::sqs:sendMessage`, with or without a task token. A body that is not a string is sent as its JSON text. */
import type { SendMessageCommandInput, SendMessageCommandOutput } from '@aws-sdk/client-sqs'
import { type JsonText, printJson } from '../base/index.ts'
import type { ResourceHandler, TaskAnswer } from '../engine/index.ts'
import { answerCall } from './calling.ts'
import type { Answered, AwsClients } from './clients.ts'
import type { AwsConfig } from './config.ts'
import { serviceNames } from './failure.ts'
import { handlesService } from './optimized.ts'
import { type ParameterTable, readParameters, refuseParameters } from './parameters.ts'
import { resultObject, sdkMetadata } from './wire.ts'

/** MessageBody is not required here: it may be null, and then the service itself says that it is missing. */
const parameterTable: ParameterTable = {
  DelaySeconds: { kind: 'integer' },
  MessageAttributes: { kind: 'attributes' },
  MessageBody: { kind: 'document' },
  MessageDeduplicationId: { kind: 'text' },
  MessageGroupId: { kind: 'text' },
  QueueUrl: { kind: 'text', required: true },
}

export function sqsSendMessageHandler(config: AwsConfig, clients: AwsClients): ResourceHandler {
  return {
    handles: handlesService('sqs', 'sendMessage'),
    refuse: (_resource, parameters) => refuseParameters(parameterTable, parameters),
    call: (task, signal) =>
      answerCall(config, task, signal, {
        operation: clients.sendMessage,
        names: serviceNames.sqs,
        input: sendMessageInput(task.input),
        answer: answerOf,
      }),
  }
}

function sendMessageInput(text: JsonText): SendMessageCommandInput {
  const parameters = readParameters(text)
  return {
    QueueUrl: parameters.text('QueueUrl'),
    MessageBody: parameters.document('MessageBody'),
    DelaySeconds: parameters.integer('DelaySeconds'),
    MessageAttributes: parameters.attributes('MessageAttributes'),
    MessageDeduplicationId: parameters.text('MessageDeduplicationId'),
    MessageGroupId: parameters.text('MessageGroupId'),
  }
}

function answerOf({ output, facts }: Answered<SendMessageCommandOutput>): TaskAnswer {
  const result = resultObject({
    MD5OfMessageAttributes: output.MD5OfMessageAttributes,
    MD5OfMessageBody: output.MD5OfMessageBody,
    MessageId: output.MessageId,
    SequenceNumber: output.SequenceNumber,
    ...sdkMetadata(facts, output.$metadata.requestId),
  })
  return { kind: 'succeeded', output: printJson(result) }
}
