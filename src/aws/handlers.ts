/** All handlers of this folder, sharing their clients. */
import { type Logger, silentLogger } from '../base/index.ts'
import type { ObjectStore, ResourceHandler } from '../engine/index.ts'
import { type AwsClients, awsClients } from './clients.ts'
import type { AwsConfig } from './config.ts'
import { integrationHandler, integrations } from './integrations/index.ts'
import { lambdaFunctionHandler } from './lambda-function.ts'
import { roleAssumer } from './roles.ts'
import { s3Objects } from './s3-objects.ts'
import type { Patience } from './s3-patience.ts'
import { sdkHandler } from './sdk/handler.ts'
import { apiGatewayHandler, httpInvokeHandler, type HttpInvokeDependencies } from './web/index.ts'

/** What tasks that are plain HTTP need. */
export type WebDependencies = HttpInvokeDependencies

export type AwsHandlers = {
  readonly handlers: readonly ResourceHandler[]
  /** What `handlers` take, for the message of `uninstalledHandler`. */
  readonly installed: readonly string[]
  /** S3, for the items and results of Map Runs. */
  readonly objects: (patience: Patience) => ObjectStore
  /** Closes the connections; calls under way fail. */
  close(): void
}

/**
 * @param log gets the SDK's warnings; payloads are never logged
 * @param web absent: without `http:invoke` and `apigateway:invoke`
 */
export function awsHandlers(config: AwsConfig, log: Logger = silentLogger, web?: WebDependencies): AwsHandlers {
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
      ...(web === undefined ? [] : [apiGatewayHandler({ config, clients, ...web }), httpInvokeHandler(web)]),
    ],
    installed: [
      'Lambda function ARNs',
      ...integrations.map(
        ({ resource, awaitsToken }) => `arn:aws:states:::${resource}${awaitsToken ? '[.waitForTaskToken]' : ''}`,
      ),
      'arn:aws:states:::aws-sdk:<service>:<action>[.waitForTaskToken]',
      ...(web === undefined
        ? []
        : ['arn:aws:states:::apigateway:invoke[.waitForTaskToken]', 'arn:aws:states:::http:invoke']),
    ],
    objects: (patience) => s3Objects({ config, clients, patience }),
    close: () => clients.close(),
  }
}
