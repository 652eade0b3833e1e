import { type Actor, requirePermission } from '../../access/index.ts'
import type { Page, PageRequest, SurveyedStateMachine } from '../contract.ts'
import { pageOf, parsePage } from '../page.ts'
import type { Queries, Registry } from '../registry.ts'
import { lastRevision } from '../revision/queries.ts'
import { listMachines, type Machine } from './queries.ts'

const list = 'surveyed machines'

/**
 * All state machines by name, each with its last change and what became of what it ran lately.
 * @throws HoldfastError request.invalid, page.cursor_invalid
 */
export async function surveyStateMachines(
  registry: Registry,
  actor: Actor,
  request: PageRequest = {},
): Promise<Page<SurveyedStateMachine>> {
  requirePermission(actor, 'machine.list')
  const { limit, afterKey } = parsePage(list, request)
  const found = listMachines(registry.store.read, afterKey ?? '', limit + 1)
  const { items, cursor } = pageOf(list, limit, found, ({ machineArn }) => machineArn)
  const surveyed = items.flatMap((machine) => surveyOf(registry.store.read, machine))
  return { items: surveyed, ...(cursor === undefined ? {} : { cursor }) }
}

function surveyOf(queries: Queries, machine: Machine): readonly SurveyedStateMachine[] {
  const { machineId, machineArn: arn, machineName: name, type, machineCreatedAt: createdAt } = machine
  const last = lastRevision(queries, machineId)
  if (last === undefined) return []
  return [{ arn, name, type, createdAt, revisions: last.number, last, ...outcomesOf(queries, machineId, type) }]
}

type Outcomes = Pick<SurveyedStateMachine, 'running' | 'succeeded' | 'failed' | 'aborted'>

/** So many tell how a machine does, and are found in an index however many there are. */
const lately = 100

function outcomesOf(queries: Queries, machineId: number, type: Machine['type']): Outcomes {
  const [table, own] = type === 'EXPRESS' ? ['express_execution', ''] : ['execution', 'AND map_run_id IS NULL']
  const counted = queries
    .prepare<{ status: number; count: number }>(
      `SELECT status, COUNT(*) AS count FROM
         (SELECT status FROM ${table} WHERE machine_id = ? ${own} ORDER BY id DESC LIMIT ${lately}) latest
       GROUP BY status`,
    )
    .all(machineId)
  const open = queries
    .prepare<{ count: number }>(`SELECT COUNT(*) AS count FROM ${table} WHERE machine_id = ? AND status = 0 ${own}`)
    .get(machineId)
  const having = (...statuses: readonly number[]): number =>
    counted.reduce((sum, { status, count }) => (statuses.includes(status) ? sum + count : sum), 0)
  return { running: open?.count ?? 0, succeeded: having(1), failed: having(2, 3), aborted: having(4) }
}
