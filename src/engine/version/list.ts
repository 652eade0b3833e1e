import { type Actor, requirePermission } from '../../access/index.ts'
import { parseWholeMachineArn, qualifiedArn } from '../arn.ts'
import type { ListOfMachineRequest, Page, VersionSummary } from '../contract.ts'
import { stateMachineMissing } from '../errors.ts'
import { findMachine } from '../machine/queries.ts'
import { numberOfKey, pageOf, parsePage } from '../page.ts'
import type { Registry } from '../registry.ts'
import { readVersions } from './queries.ts'

/** The latest first. @throws HoldfastError request.invalid, arn.invalid, machine.missing, page.cursor_invalid */
export async function listVersions(
  { store }: Registry,
  actor: Actor,
  { stateMachineArn, ...page }: ListOfMachineRequest,
): Promise<Page<VersionSummary>> {
  requirePermission(actor, 'version.list', { type: 'machine', id: stateMachineArn })
  parseWholeMachineArn(stateMachineArn)
  const list = `versions ${stateMachineArn}`
  const { limit, afterKey } = parsePage(list, page)
  const machine = findMachine(store.read, stateMachineArn)
  if (machine === undefined) throw stateMachineMissing(stateMachineArn)
  const before = numberOfKey(afterKey) ?? Number.MAX_SAFE_INTEGER
  const found = readVersions(store.read, machine.machineId, before, limit + 1)
  const { items, cursor } = pageOf(list, limit, found, ({ number }) => String(number))
  const summaries = items.map(({ number, description, createdAt }) => ({
    arn: qualifiedArn(stateMachineArn, number),
    createdAt,
    ...(description === null ? {} : { description }),
  }))
  return { items: summaries, ...(cursor === undefined ? {} : { cursor }) }
}
