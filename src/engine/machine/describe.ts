import { type Actor, requirePermission } from '../../access/index.ts'
import { parseQualifiedArn } from '../arn.ts'
import type { StateMachineDescription } from '../contract.ts'
import { stateMachineMissing } from '../errors.ts'
import type { Queries, Registry } from '../registry.ts'
import { findVersion } from '../version/queries.ts'
import { findCurrentDetails, loadDetails, parseReferences, type RevisionDetails } from './queries.ts'

/**
 * A state machine as its current revision has it, or one of its versions.
 * @throws HoldfastError arn.invalid, machine.missing
 */
export async function describeStateMachine(
  registry: Registry,
  actor: Actor,
  arn: string,
): Promise<StateMachineDescription> {
  requirePermission(actor, 'machine.describe', { type: 'machine', id: arn })
  const named = parseQualifiedArn(arn)
  const found = findCurrentDetails(registry.store.read, named.machineArn)
  if (found === undefined || named.kind === 'alias') throw stateMachineMissing(arn)
  if (named.kind === 'machine') return descriptionOf(found)
  const version = findVersion(registry.store.read, found.machineId, named.number)
  const published = version && loadDetails(registry.store.read, version.revisionId)
  if (version === undefined || published === undefined) throw stateMachineMissing(arn)
  const { description, createdAt } = version
  return { ...descriptionOf(published), arn, createdAt, ...(description === null ? {} : { description }) }
}

/**
 * A state machine as the given revision has it, also when it has been updated or deleted since. For the verbs on
 * executions, which have asked for the permission.
 */
export function describeRevision(queries: Queries, revisionId: number): StateMachineDescription | undefined {
  const found = loadDetails(queries, revisionId)
  return found === undefined ? undefined : descriptionOf(found)
}

function descriptionOf(found: RevisionDetails): StateMachineDescription {
  return {
    arn: found.machineArn,
    name: found.machineName,
    status: found.status === 'ACTIVE' ? 'ACTIVE' : 'DELETING',
    definition: found.definition,
    roleArn: found.roleArn,
    type: found.type,
    createdAt: found.machineCreatedAt,
    updatedAt: found.revisionCreatedAt,
    loggingConfiguration: found.logging,
    tracingConfiguration: found.tracing,
    encryptionConfiguration: found.encryption,
    ...(found.uuid === null ? {} : { revisionId: found.uuid }),
    variableReferences: parseReferences(found.variableReferences),
  }
}
