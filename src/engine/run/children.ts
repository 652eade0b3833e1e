/** Nested executions that are awaited (`startExecution.sync`): they end with the task that awaits them, as on AWS. */
import type { Attempt, Machine, TaskResource } from '../../asl/index.ts'
import type { JsonText } from '../../base/index.ts'
import type { Queries } from '../registry.ts'
import { isNestedStart } from '../task/nested.ts'
import { sameAttempt } from './live.ts'
import type { EventWork, NestedCall } from './work.ts'

/** Whether the start of a nested execution goes on until its end. */
export const isAwaited = (nested: NestedCall | undefined): nested is NestedCall =>
  nested?.pattern === 'sync' || nested?.pattern === 'sync:2'

/** Written by `Batch` from a NestedCall. */
export const readNestedCall = (text: JsonText): NestedCall => JSON.parse(text) as NestedCall

const known = new WeakMap<Machine, boolean>()

/** Whether executions of this machine can have children that are to be looked for. */
export function awaitsChildren(machine: Machine): boolean {
  let awaits = known.get(machine)
  if (awaits === undefined) {
    awaits = machine.states.some((state) => state.type === 'Task' && isNestedStart(state) && hasEnd(state.resource))
    known.set(machine, awaits)
  }
  return awaits
}

const hasEnd = (resource: TaskResource): boolean =>
  resource.kind === 'service' && (resource.pattern === 'sync' || resource.pattern === 'sync:2')

type Parent = { readonly id: number; readonly arn: string }
type ChildRow = { readonly id: number; readonly awaitedBy: JsonText }

/** The stops of all running children of an execution, or of those that one attempt of a task awaits. */
export function stopsOfChildren(queries: Queries, parent: Parent, attempt: Attempt | undefined): readonly EventWork[] {
  return queries
    .prepare<ChildRow>(
      'SELECT id, awaited_by AS awaitedBy FROM execution WHERE parent_id = ? AND status = 0 ORDER BY id',
    )
    .all(parent.id)
    .filter(({ awaitedBy }) => attempt === undefined || sameAttempt(readNestedCall(awaitedBy), attempt))
    .map(({ id }) => ({
      kind: 'event',
      executionId: id,
      event: { kind: 'stop', cause: `The execution that awaited this one no longer does: ${parent.arn}` },
      trail: { actor: { type: 'machine', id: parent.arn, via: 'timer' }, action: 'execution.stop' },
    }))
}
