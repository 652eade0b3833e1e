import { describe, expect, it } from 'vitest'
import { HoldfastError } from '../base/index.ts'
import * as errors from './errors.ts'

describe('the errors of the engine', () => {
  it.each([
    [errors.stateMachineMissing('a'), 'StateMachineDoesNotExist', "State Machine Does Not Exist: 'a'"],
    [errors.stateMachineExists('a'), 'StateMachineAlreadyExists', "State Machine Already Exists: 'a'"],
    [errors.stateMachineDeleting('a'), 'StateMachineDeleting', "State Machine is being deleted: 'a'"],
    [
      errors.typeUnsupported('EXPRESS'),
      'StateMachineTypeNotSupported',
      'This operation is not supported by this type of state machine',
    ],
    [errors.invalidDefinition('x'), 'InvalidDefinition', 'x'],
    [errors.invalidLogging('No.'), 'InvalidLoggingConfiguration', 'Invalid Logging Configuration: No.'],
    [errors.invalidTracing('No.'), 'InvalidTracingConfiguration', 'Invalid Tracing Configuration: No.'],
    [errors.invalidEncryption('No.'), 'InvalidEncryptionConfiguration', 'Invalid Encryption Configuration: No.'],
    [errors.executionMissing('a'), 'ExecutionDoesNotExist', "Execution Does Not Exist: 'a'"],
    [errors.executionExists('a'), 'ExecutionAlreadyExists', "Execution Already Exists: 'a'"],
    [errors.invalidExecutionInput('x'), 'InvalidExecutionInput', "Invalid State Machine Execution Input: 'x'"],
    [
      errors.executionLimitExceeded(5),
      'ExecutionLimitExceeded',
      'The maximum number of running executions has been reached: 5',
    ],
    [errors.taskMissing(), 'TaskDoesNotExist', "Task does not exist: 'Provided task does not exist anymore'"],
    [errors.taskClosed(), 'TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'"],
    [errors.invalidTaskToken(), 'InvalidToken', "Invalid Token: 'Invalid token'"],
    [errors.invalidCursor(), 'InvalidToken', "Invalid Token: 'Invalid token'"],
    [errors.invalidTaskOutput('x'), 'InvalidOutput', "Invalid Output: 'x'"],
    [errors.activityMissing('a'), 'ActivityDoesNotExist', "Activity Does Not Exist: 'a'"],
    [
      errors.activityWorkersExceeded('a', 2),
      'ActivityWorkerLimitExceeded',
      "More than 2 workers are polling the activity: 'a'",
    ],
    [errors.taggedResourceMissing('a'), 'ResourceNotFound', "Resource not found: 'a'"],
    [errors.tooManyTags('a', 50), 'TooManyTags', "Too Many Tags: 'a'"],
    [errors.invalidArn('x'), 'InvalidArn', "Invalid Arn: 'x'"],
    [errors.invalidName('x'), 'InvalidName', "Invalid Name: 'x'"],
    [errors.invalidRequest('x'), 'ValidationException', 'x'],
    [errors.missingParameter('x'), 'MissingRequiredParameter', 'x'],
    [errors.revisionChanged('a', 'x', 'y'), 'ConflictException', "The state machine has another revision than x: 'a'"],
    [errors.conflict('x'), 'ConflictException', 'x'],
  ])('%s is the exception %s of the Step Functions API', (error, awsName, message) => {
    expect(errors.awsErrorName(error)).toBe(awsName)
    expect(error.message).toBe(message)
  })

  it('have a name on the wire only when they are the engine’s', () => {
    expect(errors.awsErrorName(new HoldfastError('duration.syntax', 'x'))).toBeUndefined()
    expect(errors.awsErrorName(new HoldfastError('constructor', 'x'))).toBeUndefined()
  })

  it('have none where their kind says it all', () => {
    for (const error of [errors.engineStopping(), errors.storeFailed(new Error('x')), errors.taskCancelled()]) {
      expect(errors.awsErrorName(error)).toBeUndefined()
      expect(error.repair).toBeDefined()
    }
    expect(errors.engineStopping()).toMatchObject({ kind: 'unavailable', retryable: true })
    expect(errors.storeFailed(new Error('x'))).toMatchObject({ retryable: true, cause: new Error('x') })
  })

  it('say what a request may weigh without repeating it', () => {
    expect(errors.requestTooLarge('definition', 100)).toMatchObject({
      kind: 'too_large',
      message:
        "1 validation error detected: Value at 'definition' failed to satisfy constraint: Member must have length less than or equal to 100",
    })
  })

  it('carry kind and repair from the table', () => {
    expect(errors.stateMachineMissing('a')).toMatchObject({
      kind: errors.engineErrors['machine.missing'].kind,
      repair: errors.engineErrors['machine.missing'].repair,
      retryable: false,
    })
    expect(errors.executionLimitExceeded(1).retryable).toBe(true)
  })

  it('are named domain.reason', () => {
    for (const code of Object.keys(errors.engineErrors)) expect(code).toMatch(/^[a-z]+\.[a-z_]+$/)
  })
})
