/** `states:::sns:publish`, with or without a task token. A message that is not a string is sent as its JSON text. */
import type { PublishCommandInput, PublishCommandOutput } from '@aws-sdk/client-sns'
import { type JsonText, printJson } from '../base/index.ts'
import type { ResourceHandler, TaskAnswer } from '../engine/index.ts'
import { answerCall } from './calling.ts'
import type { Answered, AwsClients } from './clients.ts'
import type { AwsConfig } from './config.ts'
import { serviceNames } from './failure.ts'
import { handlesService } from './optimized.ts'
import { type ParameterTable, readParameters, refuseParameters } from './parameters.ts'
import { resultObject, sdkMetadata } from './wire.ts'

/** A topic, a target or a telephone number: which of them is given, the service judges. */
const parameterTable: ParameterTable = {
  Message: { kind: 'document', required: true },
  MessageAttributes: { kind: 'attributes' },
  MessageDeduplicationId: { kind: 'text' },
  MessageGroupId: { kind: 'text' },
  MessageStructure: { kind: 'text' },
  PhoneNumber: { kind: 'text' },
  Subject: { kind: 'text' },
  TargetArn: { kind: 'text' },
  TopicArn: { kind: 'text' },
}

export function snsPublishHandler(config: AwsConfig, clients: AwsClients): ResourceHandler {
  return {
    handles: handlesService('sns', 'publish'),
    refuse: (_resource, parameters) => refuseParameters(parameterTable, parameters),
    call: (task, signal) =>
      answerCall(config, task, signal, {
        operation: clients.publish,
        names: serviceNames.sns,
        input: publishInput(task.input),
        answer: answerOf,
      }),
  }
}

function publishInput(text: JsonText): PublishCommandInput {
  const parameters = readParameters(text)
  return {
    TopicArn: parameters.text('TopicArn'),
    TargetArn: parameters.text('TargetArn'),
    PhoneNumber: parameters.text('PhoneNumber'),
    Message: parameters.document('Message'),
    MessageStructure: parameters.text('MessageStructure'),
    MessageAttributes: parameters.attributes('MessageAttributes'),
    MessageDeduplicationId: parameters.text('MessageDeduplicationId'),
    MessageGroupId: parameters.text('MessageGroupId'),
    Subject: parameters.text('Subject'),
  }
}

function answerOf({ output, facts }: Answered<PublishCommandOutput>): TaskAnswer {
  const result = resultObject({
    MessageId: output.MessageId,
    SequenceNumber: output.SequenceNumber,
    ...sdkMetadata(facts, output.$metadata.requestId),
  })
  return { kind: 'succeeded', output: printJson(result) }
}
