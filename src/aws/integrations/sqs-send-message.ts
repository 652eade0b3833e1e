/** `sqs:sendMessage`. A body that is no string is sent as its JSON text. */
import { optimizedWords } from '../failure.ts'
import type { Integration } from './integration.ts'

export const sqsSendMessage: Integration = {
  resource: 'sqs:sendMessage',
  awaitsToken: true,
  client: 'sqs',
  command: 'SendMessage',
  words: optimizedWords('SQS', 'AmazonSQS', 'AmazonSQSException'),
  // MessageBody is not required here: it may be null, and then the service itself says that it is missing.
  parameters: {
    DelaySeconds: { kind: 'integer' },
    MessageAttributes: { kind: 'attributes' },
    MessageBody: { kind: 'document' },
    MessageDeduplicationId: { kind: 'text' },
    MessageGroupId: { kind: 'text' },
    QueueUrl: { kind: 'text', required: true },
  },
}
