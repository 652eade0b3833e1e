import { type Actor, requirePermission } from '../../access/index.ts'
import type { ExecutionSummary, ListExecutionsRequest, Page } from '../contract.ts'
import { parseStateMachineArn } from '../arn.ts'
import type { Engine } from '../engine.ts'
import { stateMachineMissing, typeUnsupported } from '../errors.ts'
import { findMachine } from '../machine/queries.ts'
import { numberOfKey, pageOf, parsePage } from '../page.ts'
import { listExecutionRows, statusNumber, summaryOf } from './rows.ts'

/** Newest first; of one machine, or of all. @throws HoldfastError arn.invalid, machine.missing, machine.type_unsupported, page.cursor_invalid */
export async function listExecutions(
  engine: Engine,
  actor: Actor,
  request: ListExecutionsRequest,
): Promise<Page<ExecutionSummary>> {
  requirePermission(actor, 'execution.list')
  const { limit, afterKey } = parsePage('executions', { limit: request.limit, cursor: request.cursor }, 3096)
  const filter = {
    machineId: request.stateMachineArn === undefined ? undefined : machineIdOf(engine, request.stateMachineArn),
    status: request.status === undefined ? undefined : statusNumber(request.status),
    before: numberOfKey(afterKey) ?? Number.MAX_SAFE_INTEGER,
  }
  const rows = listExecutionRows(engine.store.read, filter, limit + 1)
  const { items, cursor } = pageOf('executions', limit, rows, (row) => String(row.id))
  return { items: items.map((row) => summaryOf(engine.account, row)), ...(cursor === undefined ? {} : { cursor }) }
}

function machineIdOf(engine: Engine, arn: string): number {
  parseStateMachineArn(arn)
  const machine = findMachine(engine.store.read, arn)
  if (machine === undefined) throw stateMachineMissing(arn)
  if (machine.type === 'EXPRESS') throw typeUnsupported()
  return machine.machineId
}
