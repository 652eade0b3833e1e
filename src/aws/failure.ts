/**
 * Why a call failed, in the names and texts that Step Functions uses: definitions match on them. Its optimized integrations
 * speak the first generation of the Java SDK, `aws-sdk:…` the second; an SDK error of ours is put into the words of either.
 */
import type { TaskAnswer } from '../engine/index.ts'
import { javaName } from './sdk/names.ts'

type Failed = Extract<TaskAnswer, { kind: 'failed' }>

/** How one integration names what went wrong. */
export type FailureWords = {
  /** What error names begin with: `Lambda`, `SQS`, `DynamoDb`. */
  readonly prefix: string
  /** The exception for codes without one of their own: `AWSLambdaException`. */
  readonly catchAll: string
  /** What follows the message in a cause: `(Service: …)`. */
  facts(error: SdkError): string
}

/**
 * @param title the service in causes: `AWSLambda`, `AmazonSQS`
 * @param catchAll as above; the SDK of that generation did not name it by one rule
 */
export function optimizedWords(prefix: string, title: string, catchAll: string): FailureWords {
  return {
    prefix,
    catchAll,
    facts: (error) =>
      [
        `(Service: ${title}`,
        `Status Code: ${error.statusCode ?? 0}`,
        `Error Code: ${error.serviceCode ?? error.name}`,
        `Request ID: ${error.requestId ?? 'null'}`,
        'Proxy: null)',
      ].join('; '),
  }
}

/** @param serviceId as the service's model names it: `Secrets Manager` */
export function sdkWords(serviceId: string): FailureWords {
  const name = javaName(serviceId)
  return {
    prefix: name,
    catchAll: `${name}Exception`,
    facts: (error) =>
      [
        `(Service: ${name}`,
        `Status Code: ${error.statusCode ?? 0}`,
        `Request ID: ${error.requestId ?? 'null'}`,
        ...(error.extendedRequestId === undefined ? [] : [`Extended Request ID: ${error.extendedRequestId}`]),
      ].join(', ') + ')',
  }
}

/**
 * From what an SDK call threw. `isModelled` says whether the service declares an exception of this name; codes that it
 * does not declare fall under its catch-all. Anything that is no service's answer never reached one: SdkClientException.
 */
export function failureOf(words: FailureWords, thrown: unknown, isModelled: (name: string) => boolean): Failed {
  const error = sdkErrorOf(thrown)
  if (error.fault === undefined) {
    return failed(`${words.prefix}.SdkClientException`, clientCause(error))
  }
  const exception = isModelled(error.name) ? withSuffix(error.name) : words.catchAll
  return failed(`${words.prefix}.${exception}`, `${error.message} ${words.facts(error)}`)
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

export type SdkError = {
  readonly name: string
  readonly message: string
  /** Who is to blame, by the service's own word; undefined when no service answered. */
  readonly fault: string | undefined
  readonly statusCode: number | undefined
  readonly requestId: string | undefined
  /** S3 has a second one. */
  readonly extendedRequestId: string | undefined
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
    extendedRequestId: text(metadata['extendedRequestId']),
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
