import { type Actor, requirePermission } from '../../access/index.ts'
import { parseQualifiedArn, qualifiedArn } from '../arn.ts'
import type { AliasSummary, ListOfMachineRequest, Page } from '../contract.ts'
import { invalidRequest, stateMachineMissing } from '../errors.ts'
import { findMachine } from '../machine/queries.ts'
import { pageOf, parsePage } from '../page.ts'
import type { Registry } from '../registry.ts'
import { aliasesOfVersion, readAliases } from './queries.ts'

/** More than a machine can have: those of one version are picked out of all. */
const allAliases = 1001

/**
 * By name; of a machine, or only those that point at one version of it.
 * @throws HoldfastError request.invalid, arn.invalid, machine.missing, page.cursor_invalid
 */
export async function listAliases(
  { store }: Registry,
  actor: Actor,
  { stateMachineArn, ...page }: ListOfMachineRequest,
): Promise<Page<AliasSummary>> {
  requirePermission(actor, 'alias.list', { type: 'machine', id: stateMachineArn })
  const named = parseQualifiedArn(stateMachineArn)
  if (named.kind === 'alias') {
    throw invalidRequest(
      `This operation takes a state machine or a version: '${stateMachineArn}'`,
      'stateMachineArn',
      'arn:aws:states:REGION:ACCOUNT:stateMachine:NAME, or with :1 behind it',
    )
  }
  const list = `aliases ${stateMachineArn}`
  const { limit, afterKey } = parsePage(list, page)
  const machine = findMachine(store.read, named.machineArn)
  if (machine === undefined) throw stateMachineMissing(stateMachineArn)
  const { machineId } = machine
  const pointing = named.kind === 'version' ? aliasesOfVersion(store.read, machineId, named.number) : undefined
  const found = readAliases(store.read, machineId, afterKey ?? '', pointing === undefined ? limit + 1 : allAliases)
  const wanted = found.filter(({ name }) => pointing === undefined || pointing.includes(name))
  const { items, cursor } = pageOf(list, limit, wanted, ({ name }) => name)
  const summaries = items.map(({ name, createdAt }) => ({ arn: qualifiedArn(named.machineArn, name), createdAt }))
  return { items: summaries, ...(cursor === undefined ? {} : { cursor }) }
}
