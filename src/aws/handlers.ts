/** All handlers of this folder, sharing their clients. */
import { type Logger, silentLogger } from '../base/index.ts'
import type { ResourceHandler } from '../engine/index.ts'
import { awsClients } from './clients.ts'
import type { AwsConfig } from './config.ts'
import { lambdaFunctionHandler } from './lambda-function.ts'
import { lambdaInvokeHandler } from './lambda-invoke.ts'
import { snsPublishHandler } from './sns-publish.ts'
import { sqsSendMessageHandler } from './sqs-send-message.ts'

export type AwsHandlers = {
  readonly handlers: readonly ResourceHandler[]
  /** What `handlers` take, for the message of `uninstalledHandler`. */
  readonly installed: readonly string[]
  /** Closes the connections; calls under way fail. */
  close(): void
}

/** @param log gets the SDK's warnings; payloads are never logged. */
export function awsHandlers(config: AwsConfig, log: Logger = silentLogger): AwsHandlers {
  const clients = awsClients(config, log)
  return {
    handlers: [
      lambdaFunctionHandler(config, clients),
      lambdaInvokeHandler(config, clients),
      sqsSendMessageHandler(config, clients),
      snsPublishHandler(config, clients),
    ],
    installed: [
      'Lambda function ARNs',
      ...['lambda:invoke', 'sqs:sendMessage', 'sns:publish'].map(
        (action) => `arn:aws:states:::${action}[.waitForTaskToken]`,
      ),
    ],
    close() {
      for (const operation of Object.values(clients)) operation.close()
    },
  }
}
