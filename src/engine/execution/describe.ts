import { type Actor, requirePermission } from '../../access/index.ts'
import type { ExecutionDescription, StateMachineDescription } from '../contract.ts'
import type { Engine } from '../engine.ts'
import { executionMissing } from '../errors.ts'
import { describeRevision } from '../machine/describe.ts'
import { endOfHistory } from '../history/end.ts'
import { belongsToMapRun, redriveObstacle, startedBeforeRedrive } from './redrivable.ts'
import { requireMapRun } from '../map-run/require.ts'
import { descriptionOf, requireExecution } from './rows.ts'

/** @throws HoldfastError arn.invalid, execution.missing */
export async function describeExecution(engine: Engine, actor: Actor, arn: string): Promise<ExecutionDescription> {
  requirePermission(actor, 'execution.describe', { type: 'execution', id: arn })
  const row = requireExecution(engine.store.read, engine.account, arn)
  const obstacle = obstacleOf(engine, row)
  const description = descriptionOf(engine.account, row)
  if (obstacle === undefined) return description
  const byMapRun = obstacle === belongsToMapRun ? ({ redrivableByMapRun: true } as const) : {}
  return { ...description, redriveObstacle: obstacle, ...byMapRun }
}

/** The end of a history is read only where it decides: what runs or succeeded is told without a look at its chunks. */
function obstacleOf(engine: Engine, row: ReturnType<typeof requireExecution>): string | undefined {
  const { read } = engine.store
  const now = engine.clock.now()
  const obstacle =
    redriveObstacle({ ...row, events: 0 }, now, engine.limits.historyEvents) ??
    (row.mapRunArn === null ? undefined : belongsToMapRun)
  if (obstacle !== undefined) return obstacle
  const { machine } = engine.revisions.get(read, row.revisionId)
  const { events, keptItsEnd } = endOfHistory(read, machine, row.id)
  return (
    redriveObstacle({ ...row, events }, now, engine.limits.historyEvents) ??
    (keptItsEnd ? undefined : startedBeforeRedrive)
  )
}

/** The revision the execution runs, whatever became of its machine since. @throws HoldfastError arn.invalid, execution.missing */
export async function describeStateMachineForExecution(
  engine: Engine,
  actor: Actor,
  arn: string,
): Promise<StateMachineDescription> {
  requirePermission(actor, 'execution.describe', { type: 'execution', id: arn })
  const { revisionId, mapRunArn } = requireExecution(engine.store.read, engine.account, arn)
  const description = describeRevision(engine.store.read, revisionId)
  if (description === undefined) throw executionMissing(arn)
  return mapRunArn === null ? description : describeProcessor(engine, revisionId, mapRunArn, description)
}

/** A child of a Map Run runs the processor of its Map. */
function describeProcessor(
  engine: Engine,
  revisionId: number,
  mapRunArn: string,
  whole: StateMachineDescription,
): StateMachineDescription {
  const { state, label } = requireMapRun(engine.store.read, mapRunArn)
  const map = engine.revisions.get(engine.store.read, revisionId).machine.states[state]
  const definition = map?.type === 'Map' ? map.distributed?.definition : undefined
  return {
    ...whole,
    arn: `${whole.arn}/${label}`,
    name: `${whole.name}/${label}`,
    definition: definition ?? whole.definition,
    label,
    mapRunArn,
  }
}
