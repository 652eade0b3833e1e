/**
 * Every error of the engine. The messages are the words AWS uses (recorded where a recording exists), because SDKs,
 * deploy tools and people's scripts match on them; what a person should do about it stands in `repair`.
 */
import { type ErrorDetails, type ErrorKind, HoldfastError } from '../base/index.ts'

type EngineErrorEntry = {
  readonly kind: ErrorKind
  /** The exception of the Step Functions API: what the wire's `__type` says. Absent where the kind says it all. */
  readonly awsName?: string
  readonly repair?: string
}

export const engineErrors = {
  'engine.stopping': { kind: 'unavailable', repair: 'try again when it is up' },
  'engine.store_failed': {
    kind: 'unavailable',
    repair: 'the log tells what the store met; it is tried again by itself',
  },

  'engine.outcome_unknown': {
    kind: 'unavailable',
    repair: 'describe the execution: the request may have been carried out; repeat it if it was not',
  },
  'engine.moved': { kind: 'unavailable', repair: 'end what the call has begun: another node makes it again' },

  'request.invalid': { kind: 'invalid', awsName: 'ValidationException' },
  'request.too_large': {
    kind: 'too_large',
    awsName: 'ValidationException',
    repair: 'send less, or raise the limit in the configuration',
  },
  'request.parameter_missing': { kind: 'invalid', awsName: 'MissingRequiredParameter' },
  'request.conflict': {
    kind: 'conflict',
    awsName: 'ConflictException',
    repair: 'describe it again and repeat with what it says now',
  },
  'name.invalid': { kind: 'invalid', awsName: 'InvalidName' },
  'arn.invalid': { kind: 'invalid', awsName: 'InvalidArn', repair: 'copy the ARN from a list or describe call' },
  'page.cursor_invalid': { kind: 'invalid', awsName: 'InvalidToken', repair: 'start the list again without a cursor' },

  'machine.missing': {
    kind: 'missing',
    awsName: 'StateMachineDoesNotExist',
    repair: 'list the state machines for the right ARN',
  },
  'machine.exists': {
    kind: 'conflict',
    awsName: 'StateMachineAlreadyExists',
    repair: 'update the existing one, or choose another name',
  },
  'machine.deleting': {
    kind: 'conflict',
    awsName: 'StateMachineDeleting',
    repair: 'wait for its running executions to close, or stop them',
  },
  'machine.rehearsal_given_up': {
    kind: 'too_large',
    awsName: 'ValidationException',
    repair: 'look for a loop that never ends, or give it less data',
  },
  'machine.revision_missing': {
    kind: 'missing',
    awsName: 'ResourceNotFound',
    repair: 'list the revisions of the state machine for the right id',
  },
  'machine.revision_changed': {
    kind: 'conflict',
    awsName: 'ConflictException',
    repair: 'describe it again and repeat with the revision it has now',
  },
  'version.revision_changed': {
    kind: 'conflict',
    awsName: 'ConflictException',
    repair: 'publish without a revision, or with the one that the machine has now',
  },
  'version.description_unpublished': { kind: 'invalid', awsName: 'ValidationException', repair: 'set publish, too' },
  'version.in_use': {
    kind: 'conflict',
    awsName: 'ConflictException',
    repair: 'point those aliases at another version, or delete them, first',
  },
  'version.too_many': {
    kind: 'exhausted',
    awsName: 'ServiceQuotaExceededException',
    repair: 'delete versions that nothing uses',
  },
  'alias.missing': { kind: 'missing', awsName: 'ResourceNotFound', repair: 'list the aliases of the state machine' },
  'alias.exists': { kind: 'conflict', awsName: 'ConflictException', repair: 'update the existing one' },
  'alias.routing_invalid': { kind: 'invalid', awsName: 'ValidationException' },
  'alias.too_many': {
    kind: 'exhausted',
    awsName: 'ServiceQuotaExceededException',
    repair: 'delete aliases that nothing uses',
  },
  'machine.type_unsupported': { kind: 'invalid', awsName: 'StateMachineTypeNotSupported' },
  'machine.definition_invalid': {
    kind: 'invalid',
    awsName: 'InvalidDefinition',
    repair: 'holdfast asl check FILE shows every finding with its place',
  },
  'machine.logging_invalid': { kind: 'invalid', awsName: 'InvalidLoggingConfiguration' },
  'machine.tracing_invalid': { kind: 'invalid', awsName: 'InvalidTracingConfiguration' },
  'machine.encryption_invalid': { kind: 'invalid', awsName: 'InvalidEncryptionConfiguration' },

  'maprun.missing': {
    kind: 'missing',
    awsName: 'ResourceNotFound',
    repair: 'list the map runs of its execution for the right ARN',
  },
  'maprun.ended': { kind: 'invalid', awsName: 'ValidationException' },

  'execution.missing': {
    kind: 'missing',
    awsName: 'ExecutionDoesNotExist',
    repair: 'list the executions for the right ARN',
  },
  'execution.exists': { kind: 'conflict', awsName: 'ExecutionAlreadyExists', repair: 'choose another execution name' },
  'execution.not_redrivable': {
    kind: 'conflict',
    awsName: 'ExecutionNotRedrivable',
    repair: 'start a new execution with the input of this one',
  },
  'execution.not_correctable': {
    kind: 'conflict',
    repair: 'name one of the states that it ended in by its visit, or redrive it with the input it had',
  },
  'execution.input_invalid': { kind: 'invalid', awsName: 'InvalidExecutionInput' },
  'execution.limit_exceeded': {
    kind: 'exhausted',
    awsName: 'ExecutionLimitExceeded',
    repair: 'wait for executions to close, or stop some',
  },

  'task.missing': { kind: 'missing', awsName: 'TaskDoesNotExist' },
  'task.closed': {
    kind: 'conflict',
    awsName: 'TaskTimedOut',
    repair: 'nothing to do: the task was answered, timed out or stopped before',
  },
  'task.token_invalid': {
    kind: 'invalid',
    awsName: 'InvalidToken',
    repair: 'send the task token exactly as it was handed out',
  },
  'task.cancelled': { kind: 'conflict', repair: 'end what the call has begun; its answer is no longer waited for' },
  'task.output_invalid': { kind: 'invalid', awsName: 'InvalidOutput', repair: 'send the output as JSON text' },

  'activity.missing': {
    kind: 'missing',
    awsName: 'ActivityDoesNotExist',
    repair: 'create the activity, or list the activities for the right ARN',
  },
  'activity.workers_exceeded': {
    kind: 'exhausted',
    awsName: 'ActivityWorkerLimitExceeded',
    repair: 'let fewer workers poll this activity at once',
  },

  'tag.resource_missing': { kind: 'missing', awsName: 'ResourceNotFound' },
  'tag.too_many': { kind: 'invalid', awsName: 'TooManyTags', repair: 'remove tags first' },
} as const satisfies Readonly<Record<string, EngineErrorEntry>>

export type EngineErrorCode = keyof typeof engineErrors

/** The exception of the Step Functions API that an error of the engine stands for; undefined for other errors. */
export function awsErrorName(error: HoldfastError): string | undefined {
  return awsNames.get(error.code)
}

const awsNames: ReadonlyMap<string, string> = new Map(
  Object.entries(engineErrors).flatMap(([code, entry]) => ('awsName' in entry ? [[code, entry.awsName] as const] : [])),
)

function engineError(code: EngineErrorCode, message: string, details: ErrorDetails = {}): HoldfastError {
  const entry: EngineErrorEntry = engineErrors[code]
  return new HoldfastError(code, message, { kind: entry.kind, repair: entry.repair, ...details })
}

// ---- the engine as a whole

export const engineStopping = () => engineError('engine.stopping', 'Holdfast is shutting down and takes no new work')
/** The store failed in a way that is none of its own errors. */
export const storeFailed = (cause: unknown) =>
  engineError('engine.store_failed', 'The store could not be written; no new work is taken until it can', { cause })
/** This node was held for dead while a request of its waited at another node. */
export const outcomeUnknown = () =>
  engineError('engine.outcome_unknown', 'This node lost touch with the others before the outcome was known')
/** Why the signal of a call is aborted when its execution goes on at another node. */
export const executionMoved = () =>
  engineError('engine.moved', 'This node was held for dead: another one goes on with the execution')

// ---- requests

/** The request is against the rules. `message` is the whole text, e.g. of `validationText`. */
export const invalidRequest = (message: string, place?: string, accepted?: string) =>
  engineError('request.invalid', message, {
    place,
    accepted,
    repair: accepted === undefined ? 'correct what the message names' : undefined,
  })

/** One violation of the API model, as AWS words it. `shown` is the value as text, absent when it must not be repeated. */
export function constraintText(field: string, constraint: string, shown?: string): string {
  return `Value ${shown === undefined ? '' : `${shown} `}at '${field}' failed to satisfy constraint: Member must ${constraint}`
}

/** The message over one or more violations; `count` when not all of them are told. */
export function validationText(violations: readonly string[], count = violations.length): string {
  return `${count} validation ${count === 1 ? 'error' : 'errors'} detected: ${violations.join('; ')}`
}

/** Payloads and definitions are counted in UTF-8 bytes and never repeated in the message. */
export const requestTooLarge = (field: string, limitBytes: number) =>
  engineError(
    'request.too_large',
    validationText([constraintText(field, `have length less than or equal to ${limitBytes}`)]),
    { place: field, accepted: `at most ${limitBytes} bytes of UTF-8` },
  )

export const missingParameter = (message: string) => engineError('request.parameter_missing', message)
export const conflict = (message: string) => engineError('request.conflict', message)

export const invalidName = (name: string) =>
  engineError('name.invalid', `Invalid Name: '${name}'`, {
    place: 'name',
    accepted:
      '1 to 80 characters without white space, control characters and < > { } [ ] ? * " # % \\ ^ | ~ ` $ & , ; : /',
  })

export const invalidArn = (reason: string) =>
  engineError('arn.invalid', `Invalid Arn: '${reason}'`, {
    place: 'arn',
    accepted: 'arn:aws:states:REGION:ACCOUNT:TYPE:NAME',
  })

export const invalidCursor = () =>
  engineError('page.cursor_invalid', "Invalid Token: 'Invalid token'", { place: 'cursor' })

// ---- state machines

export const stateMachineMissing = (arn: string) =>
  engineError('machine.missing', `State Machine Does Not Exist: '${arn}'`)
export const stateMachineExists = (arn: string) =>
  engineError('machine.exists', `State Machine Already Exists: '${arn}'`)
export const stateMachineDeleting = (arn: string) =>
  engineError('machine.deleting', `State Machine is being deleted: '${arn}'`)
export const revisionChanged = (arn: string, expected: string, current: string) =>
  engineError('machine.revision_changed', `The state machine has another revision than ${expected}: '${arn}'`, {
    accepted: current,
  })
export const rehearsalGivenUp = (why: string) =>
  engineError('machine.rehearsal_given_up', `The run with mocks was given up: ${why}`)
export const revisionMissing = (arn: string, revisionId: string) =>
  engineError('machine.revision_missing', `The state machine has no revision ${revisionId}: '${arn}'`, {
    accepted: 'the id of a revision, or INITIAL for the first',
  })
/** `accepted`: the type that the operation is for. */
export const typeUnsupported = (accepted: 'EXPRESS' | 'STANDARD') =>
  engineError('machine.type_unsupported', 'This operation is not supported by this type of state machine', {
    place: 'machine',
    accepted: `a machine of the type ${accepted}`,
  })

// ---- versions and aliases

/** The null revision is called INITIAL. */
export const versionRevisionChanged = (wanted: string, current: string) =>
  engineError(
    'version.revision_changed',
    `Failed to publish the State Machine version for revision ${wanted}. The current State Machine revision is ${current}.`,
    { accepted: current },
  )
export const descriptionUnpublished = () =>
  engineError('version.description_unpublished', 'Version description can only be set when publish is true', {
    place: 'versionDescription',
  })
export const versionInUse = (aliases: readonly string[]) =>
  engineError(
    'version.in_use',
    `Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [${aliases.join(', ')}]`,
  )
export const tooManyVersions = (limit: number) =>
  engineError('version.too_many', `A state machine has at most ${limit} versions`)
export const aliasMissing = (arn: string) =>
  engineError('alias.missing', 'Request references a resource that does not exist.', { place: arn })
export const aliasExists = () =>
  engineError(
    'alias.exists',
    'Failed to create alias because an alias with the same name and a different routing configuration already exists.',
  )
export const invalidRouting = (reason: string, accepted = 'one version, or two whose weights make 100 together') =>
  engineError('alias.routing_invalid', reason, { place: 'routingConfiguration', accepted })
export const tooManyAliases = (limit: number) =>
  engineError('alias.too_many', `A state machine has at most ${limit} aliases`)

/** `message`: the checker's text over all its findings. `place` is that of the first. */
export const invalidDefinition = (message: string, place = 'definition') =>
  engineError('machine.definition_invalid', message, { place })
export const invalidLogging = (reason: string) =>
  engineError('machine.logging_invalid', `Invalid Logging Configuration: ${reason}`, {
    place: 'loggingConfiguration',
    accepted: 'the level OFF, or another one with exactly one destination: a log group of this account and region',
  })
export const invalidTracing = (reason: string) =>
  engineError('machine.tracing_invalid', `Invalid Tracing Configuration: ${reason}`, { place: 'tracingConfiguration' })
export const invalidEncryption = (reason: string) =>
  engineError('machine.encryption_invalid', `Invalid Encryption Configuration: ${reason}`, {
    place: 'encryptionConfiguration',
  })

// ---- executions

export const mapRunMissing = (arn: string) => engineError('maprun.missing', `Resource not found: '${arn}'`)
export const mapRunEnded = (arn: string) =>
  engineError('maprun.ended', `The map run has ended, it cannot be changed any more: '${arn}'`)

export const executionMissing = (arn: string) => engineError('execution.missing', `Execution Does Not Exist: '${arn}'`)
export const executionExists = (arn: string) => engineError('execution.exists', `Execution Already Exists: '${arn}'`)

/** `reason`: what DescribeExecution says as redriveStatusReason. */
export const notRedrivable = (arn: string, reason: string) =>
  engineError('execution.not_redrivable', reason, { place: arn })

/** `stays`: in which states it did end, as they are named in a request. */
export const notCorrectable = (arn: string, reason: string, stays: string) =>
  engineError('execution.not_correctable', reason, { place: arn, accepted: stays })

/** `reason`: the JSON parser's words; for an empty text AWS says `Invalid execution input.` */
export const invalidExecutionInput = (reason: string) =>
  engineError('execution.input_invalid', `Invalid State Machine Execution Input: '${reason}'`, { place: 'input' })
export const executionLimitExceeded = (limit: number) =>
  engineError('execution.limit_exceeded', `The maximum number of running executions has been reached: ${limit}`)

// ---- tasks from outside

export const taskMissing = () =>
  engineError('task.missing', "Task does not exist: 'Provided task does not exist anymore'")
/** Answered already, timed out or aborted: AWS says all three with one error. */
export const taskClosed = () => engineError('task.closed', "Task Timed Out: 'Provided task does not exist anymore'")
/** Why the signal of a call is aborted. */
export const taskCancelled = () =>
  engineError('task.cancelled', 'The task was cancelled: its state timed out, or its execution was stopped')
export const invalidTaskToken = () => engineError('task.token_invalid', "Invalid Token: 'Invalid token'")
export const invalidTaskOutput = (reason: string) =>
  engineError('task.output_invalid', `Invalid Output: '${reason}'`, { place: 'output' })

// ---- activities

export const activityMissing = (arn: string) => engineError('activity.missing', `Activity Does Not Exist: '${arn}'`)
export const activityWorkersExceeded = (arn: string, limit: number) =>
  engineError('activity.workers_exceeded', `More than ${limit} workers are polling the activity: '${arn}'`)

// ---- tags

export const taggedResourceMissing = (arn: string) =>
  engineError('tag.resource_missing', `Resource not found: '${arn}'`, {
    accepted: 'the ARN of a state machine (without a version) or of an activity',
  })
export const tooManyTags = (arn: string, limit: number) =>
  engineError('tag.too_many', `Too Many Tags: '${arn}'`, {
    place: 'tags',
    accepted: `at most ${limit} tags on one resource`,
  })
