/** Express executions as our own API tells of them; AWS's does not. */
import { type Actor, requirePermission } from '../../access/index.ts'
import { expressArn, parseArn, parseStateMachineArn, type Account } from '../arn.ts'
import type { ExecutionStatus, ExecutionSummary, ExpressDescription, ListExecutionsRequest, Page } from '../contract.ts'
import type { Engine } from '../engine.ts'
import { executionMissing, invalidArn, stateMachineMissing } from '../errors.ts'
import { statusNumber } from '../execution/rows.ts'
import { findMachine } from '../machine/queries.ts'
import { numberOfKey, pageOf, parsePage } from '../page.ts'
import { findExpress, type ListedExpress, listExpressRows } from './rows.ts'

const statuses: readonly ExecutionStatus[] = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']

/** Newest first; a synchronous one is there from its end. @throws HoldfastError arn.invalid, machine.missing, page.cursor_invalid */
export async function listExpressExecutions(
  engine: Engine,
  actor: Actor,
  request: ListExecutionsRequest,
): Promise<Page<ExecutionSummary>> {
  requirePermission(actor, 'execution.list')
  const { stateMachineArn, status } = request
  const { limit, afterKey } = parsePage('express', { limit: request.limit, cursor: request.cursor }, 3096)
  const filter = {
    machineId: stateMachineArn === undefined ? undefined : machineIdOf(engine, stateMachineArn),
    status: status === undefined ? undefined : statusNumber(status),
    before: numberOfKey(afterKey) ?? Number.MAX_SAFE_INTEGER,
  }
  const rows = listExpressRows(engine.store.read, filter, limit + 1)
  const { items, cursor } = pageOf('express', limit, rows, (row) => String(row.id))
  return { items: items.map((row) => summaryOf(engine.account, row)), ...(cursor === undefined ? {} : { cursor }) }
}

function machineIdOf(engine: Engine, arn: string): number {
  parseStateMachineArn(arn)
  const machine = findMachine(engine.store.read, arn)
  if (machine === undefined) throw stateMachineMissing(arn)
  return machine.machineId
}

/** @throws HoldfastError arn.invalid, execution.missing */
export async function describeExpressExecution(engine: Engine, actor: Actor, arn: string): Promise<ExpressDescription> {
  requirePermission(actor, 'execution.describe', { type: 'execution', id: arn })
  const parsed = parseArn(arn)
  if (parsed.kind !== 'express') throw invalidArn(`Resource type not valid in this context: ${parsed.kind}`)
  const row = findExpress(engine.store.read, parsed.id)
  if (row === undefined) throw executionMissing(arn)
  const summary = summaryOf(engine.account, row)
  if (summary.arn !== arn) throw executionMissing(arn)
  const { input, output, error, cause, traceHeader } = row
  return {
    ...summary,
    input,
    ...(output === null ? {} : { output }),
    ...(error === null ? {} : { error }),
    ...(cause === null ? {} : { cause }),
    ...(traceHeader === null ? {} : { traceHeader }),
  }
}

const summaryOf = (account: Account, row: ListedExpress): ExecutionSummary => ({
  arn: expressArn(account, row.machineName, row.name, row.uuid),
  stateMachineArn: row.machineArn,
  name: row.name,
  status: statuses[row.status] ?? 'RUNNING',
  startedAt: row.startedAt,
  ...(row.stoppedAt === null ? {} : { stoppedAt: row.stoppedAt }),
})
