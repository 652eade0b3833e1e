import { type Actor, requirePermission } from '../../access/index.ts'
import { appendRecord, type Cause } from '../../audit/index.ts'
import type { Transaction } from '../../store/index.ts'
import { parseWholeMachineArn, qualifiedArn } from '../arn.ts'
import type { PublishedVersion, PublishRequest } from '../contract.ts'
import { stateMachineDeleting, stateMachineMissing, versionRevisionChanged } from '../errors.ts'
import { findCurrentDetails, type RevisionDetails } from '../machine/queries.ts'
import { parseRequest } from '../parse-request.ts'
import type { Registry } from '../registry.ts'
import { findVersionOfRevision, insertVersion, type Version } from './queries.ts'
import { publishRequest } from './schemas.ts'

/**
 * Makes the current revision of a machine a version, which never changes. A revision that is a version already stays that
 * version, with the description it has.
 * @throws HoldfastError request.invalid, arn.invalid, machine.missing, machine.deleting, version.revision_changed, version.too_many
 */
export async function publishVersion(
  registry: Registry,
  actor: Actor,
  request: PublishRequest,
): Promise<PublishedVersion> {
  requirePermission(actor, 'machine.publish', { type: 'machine', id: request.arn })
  const wanted = parseRequest(publishRequest, request, { awsNames: { arn: 'stateMachineArn' } })
  const { arn, revisionId, description } = wanted
  parseWholeMachineArn(arn)
  return registry.store.write((tx) => {
    const current = findCurrentDetails(tx, arn)
    if (current === undefined) throw stateMachineMissing(arn)
    if (current.status === 'DELETING') throw stateMachineDeleting(arn)
    requireRevision(current, revisionId)
    const at = registry.clock.now()
    const { number, createdAt } = publishRevision(tx, { revision: current, description, actor, at })
    return { arn: qualifiedArn(arn, number), createdAt }
  })
}

function requireRevision({ uuid }: RevisionDetails, wanted: string | undefined): void {
  const current = uuid ?? 'INITIAL'
  if (wanted !== undefined && wanted !== current) throw versionRevisionChanged(wanted, current)
}

type Publication = {
  readonly revision: Pick<RevisionDetails, 'machineId' | 'machineArn' | 'revisionId' | 'uuid'>
  readonly description: string | undefined
  readonly actor: Actor
  readonly at: number
  readonly cause?: Cause | undefined
}

/** In the transaction of whoever has made or found the revision. */
export function publishRevision(tx: Transaction, { revision, description, actor, at, cause }: Publication): Version {
  const { machineId, machineArn, revisionId, uuid } = revision
  const existing = findVersionOfRevision(tx, machineId, revisionId)
  if (existing !== undefined) return existing
  const version = insertVersion(tx, machineId, { revisionId, description: description ?? null, createdAt: at })
  const subject = { type: 'version', id: qualifiedArn(machineArn, version.number) }
  const change = { before: null, after: { revision: uuid ?? 'INITIAL', description: version.description } }
  appendRecord(tx, { at, actor, action: 'machine.publish', subject, change, cause })
  return version
}
