import { type Actor, requirePermission } from '../../access/index.ts'
import { parseWholeMachineArn } from '../arn.ts'
import type { RevisionDescription } from '../contract.ts'
import { revisionMissing, stateMachineMissing } from '../errors.ts'
import { findMachine } from '../machine/queries.ts'
import type { Registry } from '../registry.ts'
import { findRevision } from './queries.ts'

/** One revision with its text; `INITIAL` names the first. @throws HoldfastError arn.invalid, machine.missing, machine.revision_missing */
export async function describeMachineRevision(
  { store }: Registry,
  actor: Actor,
  { stateMachineArn, revisionId }: { readonly stateMachineArn: string; readonly revisionId: string },
): Promise<RevisionDescription> {
  requirePermission(actor, 'machine.describe', { type: 'machine', id: stateMachineArn })
  parseWholeMachineArn(stateMachineArn)
  const machine = findMachine(store.read, stateMachineArn)
  if (machine === undefined) throw stateMachineMissing(stateMachineArn)
  const found = findRevision(store.read, machine.machineId, revisionId)
  if (found === undefined) throw revisionMissing(stateMachineArn, revisionId)
  return found
}
