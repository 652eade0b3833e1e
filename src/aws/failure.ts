/**
 * Why a call failed, in the names and texts that Step Functions' optimized integrations use. Those speak the first
 * generation of the Java SDK, so an SDK error of ours is put into its words: definitions match on them.
 */
import type { TaskAnswer } from '../engine/index.ts'

type Failed = Extract<TaskAnswer, { kind: 'failed' }>

/** One optimized integration's names. */
export type ServiceNames = {
  /** What error names begin with: `Lambda`, `SQS`. */
  readonly prefix: string
  /** The service in causes: `AWSLambda`, `AmazonSQS`. */
  readonly title: string
  /** The exception for codes without one of their own: `AWSLambdaException`. */
  readonly catchAll: string
}

export const serviceNames = {
  lambda: { prefix: 'Lambda', title: 'AWSLambda', catchAll: 'AWSLambdaException' },
  sqs: { prefix: 'SQS', title: 'AmazonSQS', catchAll: 'AmazonSQSException' },
  sns: { prefix: 'SNS', title: 'AmazonSNS', catchAll: 'AmazonSNSException' },
} as const satisfies Readonly<Record<string, ServiceNames>>

/**
 * From what an SDK call threw. `isModelled` says whether the service declares an exception of this name; codes that it
 * does not declare fall under its catch-all. Anything that is no service's answer never reached one: SdkClientException.
 */
export function failureOf(names: ServiceNames, thrown: unknown, isModelled: (name: string) => boolean): Failed {
  const error = sdkErrorOf(thrown)
  if (error.fault === undefined) {
    return failed(`${names.prefix}.SdkClientException`, clientCause(error))
  }
  const exception = isModelled(error.name) ? withSuffix(error.name) : names.catchAll
  const facts = [
    `Service: ${names.title}`,
    `Status Code: ${error.statusCode ?? 0}`,
    `Error Code: ${error.serviceCode ?? error.name}`,
    `Request ID: ${error.requestId ?? 'null'}`,
    'Proxy: null',
  ]
  return failed(`${names.prefix}.${exception}`, `${error.message} (${facts.join('; ')})`)
}

/** A call that its signal ended. The engine knows why and has decided; nobody waits for this answer. */
export function givenUp(): Failed {
  return failed('States.TaskFailed', 'The call was given up because its task had timed out or was stopped.')
}

/** Whether the call was ended by its own signal. */
export function isGivenUp(thrown: unknown, signal: AbortSignal): boolean {
  return signal.aborted && thrown instanceof Error && thrown.name === 'AbortError'
}

export function failed(error: string, cause: string): Failed {
  return { kind: 'failed', error, cause }
}

type SdkError = {
  readonly name: string
  readonly message: string
  /** Who is to blame, by the service's own word; undefined when no service answered. */
  readonly fault: string | undefined
  readonly statusCode: number | undefined
  readonly requestId: string | undefined
  /** The code on the wire, where it differs from the exception's name. */
  readonly serviceCode: string | undefined
  /** The platform's code: ENOTFOUND. */
  readonly systemCode: string | undefined
  /** The host or address that could not be reached. */
  readonly host: string | undefined
  readonly port: number | undefined
}

/** The members of thrown values are anybody's: each is looked at before it is believed. */
function sdkErrorOf(thrown: unknown): SdkError {
  const error = Object(thrown) as Readonly<Record<string, unknown>>
  const metadata = Object(error['$metadata']) as Readonly<Record<string, unknown>>
  return {
    name: text(error['name']) ?? 'Error',
    message: text(error['message']) ?? String(thrown),
    fault: text(error['$fault']),
    statusCode: number(metadata['httpStatusCode']),
    requestId: text(metadata['requestId']),
    serviceCode: text(error['Code']),
    systemCode: text(error['code']),
    host: text(error['hostname']) ?? text(error['address']),
    port: number(error['port']),
  }
}

function clientCause(error: SdkError): string {
  const host = error.host ?? 'the endpoint'
  switch (error.systemCode) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `Unable to execute HTTP request: ${host}: Name or service not known`
    case 'ECONNREFUSED':
      return `Unable to execute HTTP request: Connect to ${host}:${error.port ?? ''} failed: Connection refused`
    case 'ECONNRESET':
    case 'EPIPE':
      return 'Unable to execute HTTP request: Connection reset'
    default:
  }
  if (error.name === 'CredentialsProviderError') {
    return `Unable to load AWS credentials from any provider in the chain: ${error.message}`
  }
  return `Unable to execute HTTP request: ${error.message}`
}

/** Java names every exception so; the service's model does not. */
function withSuffix(name: string): string {
  return name.endsWith('Exception') ? name : `${name}Exception`
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}
