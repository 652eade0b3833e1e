import { type Actor, requirePermission } from '../../access/index.ts'
import type { HistoryRecord, HistoryRequest, Page } from '../contract.ts'
import type { Engine } from '../engine.ts'
import { readHistory, readHistoryBackwards } from '../history/read.ts'
import { numberOfKey, pageOfPart, parsePage } from '../page.ts'
import { requireExecution } from './rows.ts'

/**
 * One page of the history. Of large payloads a page has fewer events than its limit, and a cursor.
 * @throws HoldfastError arn.invalid, execution.missing, page.cursor_invalid
 */
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
  const part =
    reverse === true
      ? readHistoryBackwards(engine.store.read, {
          machine,
          executionId: id,
          shown: shown ?? Number.MAX_SAFE_INTEGER,
          limit,
        })
      : readHistory(engine.store.read, { machine, executionId: id, shown: shown ?? 0, limit })
  return pageOfPart(list, part, (event) => String(event.id))
}
