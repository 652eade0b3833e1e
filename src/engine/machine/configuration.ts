/**
 * Logging, tracing and encryption of a state machine: checked, completed with AWS's defaults and given back. Logging is acted
 * on (`../history/log.ts`). They are kept in one spelling, so that two requests that mean the same compare equal as text.
 */
import { z } from 'zod'
import { isJsonText, type JsonText } from '../../base/index.ts'
import { invalidEncryption, invalidLogging, invalidTracing } from '../errors.ts'
import { parseRequest } from '../parse-request.ts'

export type Configurations = {
  readonly logging: JsonText
  readonly tracing: JsonText
  readonly encryption: JsonText
}

export type GivenConfigurations = {
  readonly loggingConfiguration?: JsonText
  readonly tracingConfiguration?: JsonText
  readonly encryptionConfiguration?: JsonText
}

const logDestination = z.object({ cloudWatchLogsLogGroup: z.object({ logGroupArn: z.string().min(1).max(256) }) })

const logging = z.object({
  level: z.enum(['ALL', 'ERROR', 'FATAL', 'OFF']).default('OFF'),
  includeExecutionData: z.boolean().default(false),
  destinations: z.array(logDestination).optional(),
})

const tracing = z.object({ enabled: z.boolean().default(false) })

const encryption = z.object({
  type: z.enum(['AWS_OWNED_KEY', 'CUSTOMER_MANAGED_KMS_KEY']),
  kmsKeyId: z.string().min(1).max(2048).optional(),
  kmsDataKeyReusePeriodSeconds: z.int().min(60).max(900).optional(),
})

const defaults: Configurations = {
  logging: JSON.stringify(logging.parse({})),
  tracing: JSON.stringify(tracing.parse({})),
  encryption: JSON.stringify({ type: 'AWS_OWNED_KEY' }),
}

/**
 * The given configurations in their one spelling; `before` (or AWS's default) for those that are not given.
 * @throws HoldfastError request.invalid, machine.logging_invalid, machine.encryption_invalid
 */
export function completeConfigurations(given: GivenConfigurations, before = defaults): Configurations {
  return {
    logging: given.loggingConfiguration === undefined ? before.logging : loggingText(given.loggingConfiguration),
    tracing: given.tracingConfiguration === undefined ? before.tracing : tracingText(given.tracingConfiguration),
    encryption:
      given.encryptionConfiguration === undefined ? before.encryption : encryptionText(given.encryptionConfiguration),
  }
}

function loggingText(text: JsonText): JsonText {
  const { loggingConfiguration: found } = parseRequest(z.object({ loggingConfiguration: logging }), {
    loggingConfiguration: plainOf(text, invalidLogging),
  })
  if (found.level !== 'OFF' && found.destinations?.length !== 1) {
    throw invalidLogging('Must specify exactly one Log Destination.')
  }
  const { logGroupArn } = found.destinations?.[0]?.cloudWatchLogsLogGroup ?? {}
  if (logGroupArn !== undefined && logGroupOf(logGroupArn) === undefined) {
    throw invalidLogging('Log Destination not found.')
  }
  return JSON.stringify(found)
}

/** What of the history goes where. */
export type HistoryLogging = {
  readonly level: 'ALL' | 'ERROR' | 'FATAL'
  readonly includeExecutionData: boolean
  readonly logGroup: string
}

/** Of a stored configuration; undefined when nothing is logged. */
export function historyLogging(text: JsonText): HistoryLogging | undefined {
  const { level, includeExecutionData, destinations } = logging.parse(JSON.parse(text))
  const logGroup = logGroupOf(destinations?.[0]?.cloudWatchLogsLogGroup.logGroupArn ?? '')
  return level === 'OFF' || logGroup === undefined ? undefined : { level, includeExecutionData, logGroup }
}

/** The name in the ARN of a log group, with the characters that CloudWatch allows. */
const logGroupOf = (arn: string): string | undefined =>
  /^arn:[\w-]+:logs:[\w-]*:\d*:log-group:([\w./#-]{1,512})(?::\*)?$/.exec(arn)?.[1]

function tracingText(text: JsonText): JsonText {
  const { tracingConfiguration: found } = parseRequest(z.object({ tracingConfiguration: tracing }), {
    tracingConfiguration: plainOf(text, invalidTracing),
  })
  return JSON.stringify(found)
}

function encryptionText(text: JsonText): JsonText {
  const { encryptionConfiguration: found } = parseRequest(z.object({ encryptionConfiguration: encryption }), {
    encryptionConfiguration: plainOf(text, invalidEncryption),
  })
  if (found.type === 'CUSTOMER_MANAGED_KMS_KEY' && found.kmsKeyId === undefined) {
    throw invalidEncryption('kmsKeyId is required for the type CUSTOMER_MANAGED_KMS_KEY.')
  }
  if (found.type === 'AWS_OWNED_KEY' && found.kmsKeyId !== undefined) {
    throw invalidEncryption('kmsKeyId is not allowed for the type AWS_OWNED_KEY.')
  }
  return JSON.stringify(found)
}

function plainOf(text: JsonText, refuse: (reason: string) => Error): unknown {
  if (!isJsonText(text)) throw refuse('It must be a JSON object.')
  return JSON.parse(text)
}
