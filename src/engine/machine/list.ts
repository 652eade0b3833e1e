import { type Actor, requirePermission } from '../../access/index.ts'
import type { Page, PageRequest, StateMachineSummary } from '../contract.ts'
import { pageOf, parsePage } from '../page.ts'
import type { Registry } from '../registry.ts'
import { listMachines } from './queries.ts'

const list = 'machines'

/**
 * All state machines by name, as AWS lists them.
 * @throws HoldfastError request.invalid, page.cursor_invalid
 */
export async function listStateMachines(
  registry: Registry,
  actor: Actor,
  request: PageRequest = {},
): Promise<Page<StateMachineSummary>> {
  requirePermission(actor, 'machine.list')
  const { limit, afterKey } = parsePage(list, request)
  const found = listMachines(registry.store.read, afterKey ?? '', limit + 1).map((machine) => ({
    arn: machine.machineArn,
    name: machine.machineName,
    type: machine.type,
    createdAt: machine.machineCreatedAt,
  }))
  return pageOf(list, limit, found, (machine) => machine.arn)
}
