/**
 * aws: the AWS services a task may call, behind the engine's resource-handler port, through the official SDK.
 * Words: endpoint (where a service answers), facts (what the wire said), fault (a call that failed), installed (has a handler here).
 * It does not retry, store or read the environment, and it knows no state machine: only one call and its answer.
 */
export { type AwsConfig, awsConfigFrom, type AwsServiceName } from './config.ts'
export { awsErrors } from './errors.ts'
export { type AwsHandlers, awsHandlers, type WebDependencies } from './handlers.ts'
export { apiMockCheck } from './model/index.ts'
export { uninstalledHandler } from './uninstalled.ts'
export { Sha256 } from './web/sha256.ts'
