import { type Actor, requirePermission } from '../../access/index.ts'
import type { ExecutionPage, ListExecutionsRequest } from '../contract.ts'
import { parseQualifiedArn } from '../arn.ts'
import type { Engine } from '../engine.ts'
import { invalidRequest, stateMachineMissing, typeUnsupported } from '../errors.ts'
import { findMachine } from '../machine/queries.ts'
import { requireMapRun } from '../map-run/require.ts'
import { cursorOfKey, numberOfKey, pageOf, parsePage } from '../page.ts'
import { statusNumber, summaryOf } from './rows.ts'
import { type ListFilter, searchExecutionRows } from './search.ts'

/**
 * Newest first; of one machine, one of its versions or aliases, of all, or the children of a Map Run, which the others do not show. Text is looked for in so many
 * of them at a time, which a page says that is not full for it.
 * @throws HoldfastError arn.invalid, machine.missing, machine.type_unsupported, maprun.missing, page.cursor_invalid
 */
export async function listExecutions(
  engine: Engine,
  actor: Actor,
  request: ListExecutionsRequest,
): Promise<ExecutionPage> {
  requirePermission(actor, 'execution.list')
  const { limit, afterKey } = parsePage('executions', { limit: request.limit, cursor: request.cursor }, 3096)
  if (request.mapRunArn !== undefined && request.stateMachineArn !== undefined) throw oneOfTwo()
  const filter = {
    mapRunId: request.mapRunArn === undefined ? undefined : requireMapRun(engine.store.read, request.mapRunArn).id,
    ...(request.stateMachineArn === undefined
      ? { machineId: undefined }
      : machineFilter(engine, request.stateMachineArn)),
    status: request.status === undefined ? undefined : statusNumber(request.status),
    redriven: request.redriven,
    name: request.name,
    error: request.error,
    input: request.input,
    startedSince: request.startedSince,
    startedUntil: request.startedUntil,
    before: numberOfKey(afterKey) ?? Number.MAX_SAFE_INTEGER,
  }
  const { rows, searched, last } = searchExecutionRows(engine.store.read, filter, limit + 1)
  const page = pageOf('executions', limit, rows, (row) => String(row.id))
  const items = page.items.map((row) => summaryOf(engine.account, row))
  if (page.cursor !== undefined) return { items, cursor: page.cursor }
  return last === undefined ? { items } : { items, cursor: cursorOfKey('executions', String(last)), searched }
}

const oneOfTwo = () => invalidRequest('Only one of stateMachineArn and mapRunArn can be given.', 'mapRunArn')

function machineFilter(engine: Engine, arn: string): Pick<ListFilter, 'machineId' | 'version' | 'alias'> {
  const named = parseQualifiedArn(arn)
  const machine = findMachine(engine.store.read, named.machineArn)
  if (machine === undefined) throw stateMachineMissing(arn)
  if (machine.type === 'EXPRESS') throw typeUnsupported('STANDARD')
  const { machineId } = machine
  if (named.kind === 'machine') return { machineId }
  return named.kind === 'version' ? { machineId, version: named.number } : { machineId, alias: named.name }
}
