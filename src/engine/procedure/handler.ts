/** Procedures whose task functions run in this process: our own. A user's run in a worker, see `worker/`. */
import type { Clock, Logger } from '../../base/index.ts'
import type { Account } from '../arn.ts'
import type { ResourceHandler, TaskAnswer } from '../resource-handler.ts'
import { functionArnOf } from './definition.ts'
import { duplicateName } from './errors.ts'
import type { Procedure } from './procedure.ts'
import { answerTask, failed, givenUp, taskErrors } from './task-answer.ts'

export type ProcedureHandlerOptions = {
  /** Whose function ARNs are these procedures'. */
  readonly account: Account
  readonly clock: Clock
  readonly log: Logger
}

/**
 * Answers a function that returns no promise synchronously. A function that does not obey its signal goes on by itself, and its
 * answer is dropped.
 *
 * @throws HoldfastError procedure.duplicate
 */
export function procedureHandler(procedures: readonly Procedure[], options: ProcedureHandlerOptions): ResourceHandler {
  const byArn = proceduresByArn(procedures, options.account)
  const world = { now: () => options.clock.now(), log: options.log }
  return {
    handles: (resource) => resource.kind === 'lambda' && byArn.has(resource.arn),
    call(call, signal) {
      const procedure = byArn.get(call.resource.arn)
      if (procedure === undefined) return failed(taskErrors.unknownTask, `${call.resource.arn} is no procedure.`)
      if (signal.aborted) return givenUp()
      const answer = answerTask(procedure, call, world, signal)
      return answer instanceof Promise ? unlessAborted(answer, signal) : answer
    },
  }
}

/** @throws HoldfastError procedure.duplicate */
export function proceduresByArn(procedures: readonly Procedure[], account: Account): ReadonlyMap<string, Procedure> {
  const byArn = new Map<string, Procedure>()
  for (const procedure of procedures) {
    const arn = functionArnOf(procedure.name, account)
    if (byArn.has(arn)) throw duplicateName(procedure.name)
    byArn.set(arn, procedure)
  }
  return byArn
}

function unlessAborted(answer: Promise<TaskAnswer>, signal: AbortSignal): Promise<TaskAnswer> {
  return new Promise((resolve) => {
    const abort = (): void => resolve(givenUp())
    signal.addEventListener('abort', abort, { once: true })
    // The answer's promise never fails: whatever the function throws is in it.
    void answer.then((settled) => {
      signal.removeEventListener('abort', abort)
      resolve(settled)
    })
  })
}
