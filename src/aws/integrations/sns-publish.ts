/** `sns:publish`. A message that is no string is sent as its JSON text. */
import { optimizedWords } from '../failure.ts'
import type { Integration } from './integration.ts'

export const snsPublish: Integration = {
  resource: 'sns:publish',
  awaitsToken: true,
  client: 'sns',
  command: 'Publish',
  words: optimizedWords('SNS', 'AmazonSNS', 'AmazonSNSException'),
  // A topic, a target or a telephone number: which of them is given, the service judges.
  parameters: {
    Message: { kind: 'document', required: true },
    MessageAttributes: { kind: 'attributes' },
    MessageDeduplicationId: { kind: 'text' },
    MessageGroupId: { kind: 'text' },
    MessageStructure: { kind: 'text' },
    PhoneNumber: { kind: 'text' },
    Subject: { kind: 'text' },
    TargetArn: { kind: 'text' },
    TopicArn: { kind: 'text' },
  },
}
