/** How every SDK client of ours is set up. */
import type { Logger } from '../base/index.ts'
import { type AwsConfig, type AwsServiceName, endpointOf } from './config.ts'
import type { AssumeRole, CallPlace } from './place.ts'

export type ClientSettings = ReturnType<typeof clientSettings>

type ClientFor = {
  readonly config: AwsConfig
  readonly log: Logger
  readonly service: AwsServiceName
  readonly place: CallPlace
  readonly assumeRole: AssumeRole
}

/** Sockets are not what limits tasks: the engine decides how many run at once. */
const sockets = { keepAlive: true, maxSockets: Number.POSITIVE_INFINITY }

export function clientSettings({ config, log, service, place, assumeRole }: ClientFor) {
  const endpoint = endpointOf(config, service)
  const { roleArn } = place
  const credentials = roleArn === undefined ? config.credentials : () => assumeRole(roleArn, place)
  return {
    region: place.region,
    // Emulators have one address for all buckets.
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(credentials === undefined ? {} : { credentials }),
    // SQS's client would call whatever address a definition writes for its queue, signed and in clear if that says so.
    useQueueUrlAsEndpoint: false,
    retryStrategy: onceMoreOnALostConnection,
    requestHandler: { connectionTimeout: 10_000, httpAgent: sockets, httpsAgent: sockets },
    logger: sdkLogger(log, service),
  }
}

type RetryToken = { getRetryCount(): number; getRetryDelay(): number }

/**
 * A kept-alive connection that the other side has just closed fails the next call on it, though nothing is wrong: such a
 * call is sent once more, at once. Every other failure is the definition's to retry.
 */
const onceMoreOnALostConnection = {
  async acquireInitialRetryToken(): Promise<RetryToken> {
    return retryToken(0)
  },
  async refreshRetryTokenForRetry(token: RetryToken, info: { readonly error?: unknown }): Promise<RetryToken> {
    if (token.getRetryCount() > 0 || !isLostConnection(info.error)) throw new Error('not retried here')
    return retryToken(1)
  },
  recordSuccess(): void {
    // There is no budget to give back to.
  },
}

function retryToken(count: number): RetryToken {
  return { getRetryCount: () => count, getRetryDelay: () => 0 }
}

function isLostConnection(error: unknown): boolean {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ECONNRESET' || code === 'EPIPE'
}

/** The SDK's remarks, kept off the terminal. It tells every call at `info`, payload and all: that is not for a log. */
function sdkLogger(log: Logger, service: AwsServiceName) {
  const tell =
    (level: 'warn' | 'error') =>
    (...parts: unknown[]) =>
      log[level](parts.map(remarkOf).join(' '), { service })
  const drop = (): void => {}
  return { trace: drop, debug: drop, info: drop, warn: tell('warn'), error: tell('error') }
}

/** The SDK tells a failed call as an object that holds the payload too: only what failed, and why, is taken from it. */
function remarkOf(part: unknown): string {
  if (typeof part !== 'object' || part === null) return String(part)
  const { clientName, commandName, error } = Object(part)
  const reason = error instanceof Error ? error.message : part instanceof Error ? part.message : ''
  const names = [clientName, commandName].filter((name) => typeof name === 'string')
  return [...names, reason].filter((word) => word !== '').join(' ') || 'a remark without words'
}
