import { type Actor, requirePermission } from '../../access/index.ts'
import type { ExecutionDescription, StateMachineDescription } from '../contract.ts'
import type { Engine } from '../engine.ts'
import { executionMissing } from '../errors.ts'
import { describeRevision } from '../machine/describe.ts'
import { descriptionOf, requireExecution } from './rows.ts'

/** @throws HoldfastError arn.invalid, execution.missing */
export async function describeExecution(engine: Engine, actor: Actor, arn: string): Promise<ExecutionDescription> {
  requirePermission(actor, 'execution.describe', { type: 'execution', id: arn })
  return descriptionOf(engine.account, requireExecution(engine.store.read, engine.account, arn))
}

/** The revision the execution runs, whatever became of its machine since. @throws HoldfastError arn.invalid, execution.missing */
export async function describeStateMachineForExecution(
  engine: Engine,
  actor: Actor,
  arn: string,
): Promise<StateMachineDescription> {
  requirePermission(actor, 'execution.describe', { type: 'execution', id: arn })
  const { revisionId } = requireExecution(engine.store.read, engine.account, arn)
  const description = describeRevision(engine.store.read, revisionId)
  if (description === undefined) throw executionMissing(arn)
  return description
}
