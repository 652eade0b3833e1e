/** What every handler here does around its one call: the place, the roles it may take, the end by signal, the fault. */
import type { TaskAnswer, TaskCall } from '../engine/index.ts'
import type { Answered, SdkOperation } from './clients.ts'
import type { AwsConfig } from './config.ts'
import { failed, failureOf, type FailureWords, givenUp, isGivenUp } from './failure.ts'
import type { CallPlace } from './place.ts'
import { regionOf } from './region.ts'
import { RoleRefused } from './roles.ts'
import { BodyTooLarge } from './sdk/output.ts'
import { traceInput } from './trace.ts'

export type Calling = {
  readonly operation: SdkOperation
  readonly words: FailureWords
  readonly input: object
  /** The region, where the input itself names one. */
  readonly region?: string | undefined
  readonly answer: (answered: Answered) => TaskAnswer | Promise<TaskAnswer>
}

/** Makes the call and puts whatever comes of it into an answer. */
export async function answerCall(
  config: AwsConfig,
  task: TaskCall,
  signal: AbortSignal,
  calling: Calling,
): Promise<TaskAnswer> {
  const { operation, words, answer } = calling
  traceInput(calling.input, task.trace)
  try {
    const answered = await operation.send(calling.input, placeOf(config, task, calling.region), signal)
    return await answer(answered)
  } catch (thrown) {
    if (isGivenUp(thrown, signal)) return givenUp()
    if (thrown instanceof RoleRefused) return failed('States.TaskFailed', thrown.message)
    if (thrown instanceof BodyTooLarge) return tooLarge(task)
    if (thrown instanceof TypeError || thrown instanceof RangeError) throw thrown // a mistake of ours is no failed call
    return failureOf(words, thrown, (name) => operation.isModelled(name))
  }
}

export function placeOf(config: AwsConfig, task: TaskCall, region: string | undefined): CallPlace {
  return {
    region: region ?? regionOf(task.executionArn) ?? config.region,
    roleArn: task.roleArn,
    machineRoleArn: task.machineRoleArn,
  }
}

function tooLarge({ resource }: TaskCall): TaskAnswer {
  const name = resource.kind === 'service' ? resource.resourceType : resource.arn
  return failed(
    'States.DataLimitExceeded',
    `The state/task '${name}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  )
}
