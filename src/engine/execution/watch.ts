import { type Actor, requirePermission } from '../../access/index.ts'
import { Bell } from '../../base/index.ts'
import type { HistoryRecord, WatchRequest } from '../contract.ts'
import type { Engine } from '../engine.ts'
import { requireExecution } from './rows.ts'

/**
 * The history as it is committed: what is there already, then what comes, until the execution ends, the caller leaves or
 * the engine stops. What comes in quick succession comes together; all who are at the same place get the same array, which is
 * never changed. @throws HoldfastError arn.invalid, execution.missing
 */
export async function* watchExecution(
  engine: Engine,
  actor: Actor,
  request: WatchRequest,
  signal: AbortSignal,
): AsyncGenerator<readonly HistoryRecord[], void, undefined> {
  const { executionArn } = request
  requirePermission(actor, 'execution.watch', { type: 'execution', id: executionArn })
  const { id, revisionId } = requireExecution(engine.store.read, engine.account, executionArn)
  const { machine } = engine.revisions.get(engine.store.read, revisionId)
  const history = engine.histories.enter(engine, machine, id)
  const bell = new Bell(signal)
  const leave = history.listen(() => bell.ring())
  let after = request.afterEventId ?? 0
  try {
    while (!signal.aborted) {
      const { isStopping } = history
      const { items, more, ended } = history.look(after)
      if (items.length > 0) yield items
      after = items.at(-1)?.id ?? after
      if (more) continue
      if (ended || isStopping) return
      await bell.rung()
    }
  } finally {
    leave()
    bell.close()
  }
}
