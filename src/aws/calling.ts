/** What every handler here does around its one call: the place, the roles it may take, the end by signal, the fault. */
import type { TaskAnswer, TaskCall } from '../engine/index.ts'
import type { Answered, CallPlace, Operation } from './clients.ts'
import type { AwsConfig } from './config.ts'
import { failed, failureOf, givenUp, isGivenUp, type ServiceNames } from './failure.ts'
import { regionOf } from './region.ts'

export type Calling<Input, Output> = {
  readonly operation: Operation<Input, Output>
  readonly names: ServiceNames
  readonly input: Input
  /** The region, where the input itself names one. */
  readonly region?: string | undefined
  readonly answer: (answered: Answered<Output>) => TaskAnswer
}

/** Makes the call and puts whatever comes of it into an answer. */
export async function answerCall<Input, Output>(
  config: AwsConfig,
  task: TaskCall,
  signal: AbortSignal,
  calling: Calling<Input, Output>,
): Promise<TaskAnswer> {
  if (task.roleArn !== undefined && config.assumeRole === undefined) return roleRefused(task.roleArn)
  const region = calling.region ?? regionOf(task.executionArn) ?? config.region
  const place: CallPlace = { region, roleArn: task.roleArn }
  let answered: Answered<Output>
  try {
    answered = await calling.operation.call(calling.input, place, signal)
  } catch (thrown) {
    if (isGivenUp(thrown, signal)) return givenUp()
    return failureOf(calling.names, thrown, (name) => calling.operation.isModelled(name))
  }
  // Not inside the try: a mistake of ours in reading the answer is no failed call.
  return calling.answer(answered)
}

/** Calling as somebody else than asked for would be worse than not calling. */
function roleRefused(roleArn: string): TaskAnswer {
  return failed(
    'States.TaskFailed',
    `The task asks for the role ${roleArn} in Credentials, and no way to assume a role is configured. ` +
      "Remove Credentials to call with Holdfast's own credentials.",
  )
}
