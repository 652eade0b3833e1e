/**
 * integrations: AWS's optimized integrations that are one call of one SDK command, a file each; a new one is a file and a line.
 * Words: integration (what `arn:aws:states:::service:action` calls, takes and is named by).
 * Integrations that are no SDK call stand elsewhere: apigateway:invoke and http:invoke in web/, states:startExecution in the engine.
 */
import { dynamodbItems } from './dynamodb-items.ts'
import { eventsPutEvents } from './events-put-events.ts'
import type { Integration } from './integration.ts'
import { lambdaInvoke } from './lambda-invoke.ts'
import { snsPublish } from './sns-publish.ts'
import { sqsSendMessage } from './sqs-send-message.ts'

export const integrations: readonly Integration[] = [
  lambdaInvoke,
  sqsSendMessage,
  snsPublish,
  eventsPutEvents,
  ...dynamodbItems,
]

export { integrationHandler } from './handler.ts'
export { type Integration, parametersOf } from './integration.ts'
