import { type Actor, requirePermission } from '../../access/index.ts'
import type { HistoryRecord, HistoryRequest, Page } from '../contract.ts'
import type { Engine } from '../engine.ts'
import { readHistory, readHistoryBackwards } from '../history/read.ts'
import { numberOfKey, pageOf, parsePage } from '../page.ts'
import { requireExecution } from './rows.ts'

/** @throws HoldfastError arn.invalid, execution.missing, page.cursor_invalid */
export async function getExecutionHistory(
  engine: Engine,
  actor: Actor,
  request: HistoryRequest,
): Promise<Page<HistoryRecord>> {
  const { executionArn, reverse } = request
  requirePermission(actor, 'execution.history', { type: 'execution', id: executionArn })
  const list = reverse === true ? `history-reverse ${executionArn}` : `history ${executionArn}`
  const { limit, afterKey } = parsePage(list, { limit: request.limit, cursor: request.cursor }, 4096)
  const { id, revisionId } = requireExecution(engine.store.read, engine.account, executionArn)
  const { machine } = engine.revisions.get(engine.store.read, revisionId)
  const shown = numberOfKey(afterKey)
  const events =
    reverse === true
      ? readHistoryBackwards(engine.store.read, machine, id, shown ?? Number.MAX_SAFE_INTEGER, limit + 1)
      : readHistory(engine.store.read, machine, id, shown ?? 0, limit + 1)
  return pageOf(list, limit, events, (event) => String(event.id))
}
