import { type Actor, requirePermission } from '../../access/index.ts'
import { parseWholeMachineArn } from '../arn.ts'
import type { ListOfMachineRequest, Page, RevisionSummary } from '../contract.ts'
import { stateMachineMissing } from '../errors.ts'
import { findMachine } from '../machine/queries.ts'
import { numberOfKey, pageOf, parsePage } from '../page.ts'
import type { Registry } from '../registry.ts'
import { readRevisions } from './queries.ts'

/** The latest first. @throws HoldfastError request.invalid, arn.invalid, machine.missing, page.cursor_invalid */
export async function listRevisions(
  { store }: Registry,
  actor: Actor,
  { stateMachineArn, ...page }: ListOfMachineRequest,
): Promise<Page<RevisionSummary>> {
  requirePermission(actor, 'machine.describe', { type: 'machine', id: stateMachineArn })
  parseWholeMachineArn(stateMachineArn)
  const list = `revisions ${stateMachineArn}`
  const { limit, afterKey } = parsePage(list, page)
  const machine = findMachine(store.read, stateMachineArn)
  if (machine === undefined) throw stateMachineMissing(stateMachineArn)
  const before = numberOfKey(afterKey) ?? Number.MAX_SAFE_INTEGER
  const found = readRevisions(store.read, machine.machineId, before, limit + 1)
  const { items, cursor } = pageOf(list, limit, found, ({ id }) => String(id))
  return { items: items.map(({ summary }) => summary), ...(cursor === undefined ? {} : { cursor }) }
}
