import { type Actor, requirePermission } from '../../access/index.ts'
import type { ListMapRunsRequest, MapRunSummary, Page } from '../contract.ts'
import type { Engine } from '../engine.ts'
import { requireExecution } from '../execution/rows.ts'
import { numberOfKey, pageOf, parsePage } from '../page.ts'
import { summaryOf } from './describe.ts'
import { listMapRunRows } from './rows.ts'

/** Of one execution, newest first. @throws HoldfastError arn.invalid, execution.missing, page.cursor_invalid */
export async function listMapRuns(
  engine: Engine,
  actor: Actor,
  request: ListMapRunsRequest,
): Promise<Page<MapRunSummary>> {
  requirePermission(actor, 'map_run.list')
  const { limit, afterKey } = parsePage('mapRuns', { limit: request.limit, cursor: request.cursor })
  const { read } = engine.store
  const { id } = requireExecution(read, engine.account, request.executionArn)
  const rows = listMapRunRows(read, id, numberOfKey(afterKey) ?? Number.MAX_SAFE_INTEGER, limit + 1)
  const { items, cursor } = pageOf('mapRuns', limit, rows, (row) => String(row.id))
  const runs = items.map((row) => summaryOf(engine.account, read, row))
  return { items: runs, ...(cursor === undefined ? {} : { cursor }) }
}
