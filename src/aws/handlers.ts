/** All handlers of this folder, sharing their clients. */
import { type Logger, silentLogger } from '../base/index.ts'
import type { ResourceHandler } from '../engine/index.ts'
import { type AwsClients, awsClients } from './clients.ts'
import type { AwsConfig } from './config.ts'
import { integrationHandler, integrations } from './integrations/index.ts'
import { lambdaFunctionHandler } from './lambda-function.ts'
import { roleAssumer } from './roles.ts'
import { sdkHandler } from './sdk/handler.ts'

export type AwsHandlers = {
  readonly handlers: readonly ResourceHandler[]
  /** What `handlers` take, for the message of `uninstalledHandler`. */
  readonly installed: readonly string[]
  /** Closes the connections; calls under way fail. */
  close(): void
}

/** @param log gets the SDK's warnings; payloads are never logged. */
export function awsHandlers(config: AwsConfig, log: Logger = silentLogger): AwsHandlers {
  const clients: AwsClients = awsClients(
    config,
    log,
    roleAssumer(config, () => clients),
  )
  return {
    handlers: [
      lambdaFunctionHandler(config, clients),
      ...integrations.map((integration) => integrationHandler(integration, config, clients)),
      sdkHandler(config, clients),
    ],
    installed: [
      'Lambda function ARNs',
      ...integrations.map(
        ({ resource, awaitsToken }) => `arn:aws:states:::${resource}${awaitsToken ? '[.waitForTaskToken]' : ''}`,
      ),
      'arn:aws:states:::aws-sdk:<service>:<action>[.waitForTaskToken]',
    ],
    close: () => clients.close(),
  }
}
