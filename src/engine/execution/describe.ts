import { type Actor, requirePermission } from '../../access/index.ts'
import type { ExecutionDescription, StateMachineDescription } from '../contract.ts'
import type { Engine } from '../engine.ts'
import { executionMissing } from '../errors.ts'
import { describeRevision } from '../machine/describe.ts'
import { endOfHistory } from '../history/end.ts'
import { redriveObstacle, startedBeforeRedrive } from './redrivable.ts'
import { descriptionOf, requireExecution } from './rows.ts'

/** @throws HoldfastError arn.invalid, execution.missing */
export async function describeExecution(engine: Engine, actor: Actor, arn: string): Promise<ExecutionDescription> {
  requirePermission(actor, 'execution.describe', { type: 'execution', id: arn })
  const row = requireExecution(engine.store.read, engine.account, arn)
  const { machine } = engine.revisions.get(engine.store.read, row.revisionId)
  const { events, keptItsEnd } = endOfHistory(engine.store.read, machine, row.id)
  const obstacle =
    redriveObstacle({ ...row, events }, engine.clock.now(), engine.limits.historyEvents) ??
    (keptItsEnd ? undefined : startedBeforeRedrive)
  const description = descriptionOf(engine.account, row)
  return obstacle === undefined ? description : { ...description, redriveObstacle: obstacle }
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
