import { type Actor, requirePermission } from '../../access/index.ts'
import { appendRecord, type Cause } from '../../audit/index.ts'
import { type JsonText, uuid4 } from '../../base/index.ts'
import type { Transaction } from '../../store/index.ts'
import { parseWholeMachineArn, qualifiedArn, requireRoleArn } from '../arn.ts'
import type { UpdatedStateMachine, UpdateStateMachineRequest } from '../contract.ts'
import {
  conflict,
  descriptionUnpublished,
  missingParameter,
  revisionChanged,
  stateMachineDeleting,
  stateMachineMissing,
} from '../errors.ts'
import { parseRequest } from '../parse-request.ts'
import type { Registry } from '../registry.ts'
import { completeConfigurations } from './configuration.ts'
import { acceptDefinition, summaryOf } from './definition.ts'
import { findCurrentDetails, findMachine, insertRevision, type NewRevision, type RevisionDetails } from './queries.ts'
import { publishRevision } from '../version/publish.ts'
import { updateRequest } from './schemas.ts'

/**
 * Gives a state machine a new revision for the executions that start from now on; running ones keep theirs. When nothing
 * differs from the current revision, nothing happens and the current one is answered. With `publish` it is a version then.
 * `cause` is required of the system.
 * @throws HoldfastError request.parameter_missing, machine.missing, machine.deleting, machine.definition_invalid, …
 */
export async function updateStateMachine(
  registry: Registry,
  actor: Actor,
  request: UpdateStateMachineRequest,
  cause?: Cause,
): Promise<UpdatedStateMachine> {
  const subject = { type: 'machine', id: request.arn }
  requirePermission(actor, 'machine.update', subject)
  const wanted = parseUpdate(request)
  const found = findMachine(registry.store.read, wanted.arn)
  if (found === undefined) throw stateMachineMissing(wanted.arn)
  // The checker may take a while, so it runs before the transaction and not while every other writer waits.
  const references =
    wanted.definition === undefined ? undefined : acceptDefinition(registry, wanted.definition, found.type)
  return registry.store.write((tx) => {
    const current = requireSameMachine(tx, wanted.arn, found.machineId)
    requireRevision(current, wanted.expectedRevision)
    const next = nextRevision(current, wanted, references)
    const at = registry.clock.now()
    const publish = (revision: CurrentRevision): string | undefined => {
      if (wanted.publish !== true) return undefined
      const publication = { revision, description: wanted.versionDescription, actor, at, cause }
      return qualifiedArn(wanted.arn, publishRevision(tx, publication).number)
    }
    if (!differs(current, next)) return answerOf(current, current.revisionCreatedAt, publish(current))
    const uuid = uuid4(registry.randomBytes)
    const revisionId = insertRevision(
      tx,
      current.machineId,
      { ...next, uuid, madeBy: actor, summary: wanted.summary },
      at,
    )
    const said = wanted.summary === undefined ? {} : { summary: wanted.summary }
    const change = { before: summaryOf(current), after: { ...summaryOf(next), ...said } }
    appendRecord(tx, { at, actor, action: 'machine.update', subject, change, cause })
    const made = { ...current, revisionId, uuid }
    return answerOf(made, at, publish(made))
  })
}

type CurrentRevision = Pick<RevisionDetails, 'machineId' | 'machineArn' | 'revisionId' | 'uuid'>

const answerOf = (
  { uuid }: CurrentRevision,
  updatedAt: number,
  versionArn: string | undefined,
): UpdatedStateMachine => ({
  updatedAt,
  revisionId: uuid ?? undefined,
  ...(versionArn === undefined ? {} : { versionArn }),
})

function parseUpdate(request: UpdateStateMachineRequest): UpdateStateMachineRequest {
  const wanted = parseRequest(updateRequest, request, { awsNames: { arn: 'stateMachineArn' }, hidden: ['definition'] })
  const { arn, expectedRevision: _, summary: _summary, publish, versionDescription, ...changes } = wanted
  parseWholeMachineArn(arn)
  if (versionDescription !== undefined && publish !== true) throw descriptionUnpublished()
  if (Object.values(changes).every((change) => change === undefined)) {
    throw missingParameter(
      'Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified',
    )
  }
  if (wanted.roleArn !== undefined) requireRoleArn(wanted.roleArn)
  return wanted
}

/** The race: between check and commit the machine may have been deleted, and another one made in its place. */
function requireSameMachine(tx: Transaction, arn: string, machineId: number): RevisionDetails {
  const current = findCurrentDetails(tx, arn)
  if (current === undefined) throw stateMachineMissing(arn)
  if (current.status === 'DELETING') throw stateMachineDeleting(arn)
  if (current.machineId !== machineId) throw conflict(`The state machine was replaced while it was updated: '${arn}'`)
  return current
}

function requireRevision({ machineArn, uuid }: RevisionDetails, expected: string | undefined): void {
  const revision = uuid ?? 'INITIAL'
  if (expected !== undefined && expected !== revision) throw revisionChanged(machineArn, expected, revision)
}

type NextRevision = Omit<NewRevision, 'uuid' | 'madeBy' | 'summary'>

function nextRevision(
  current: RevisionDetails,
  wanted: UpdateStateMachineRequest,
  references: JsonText | undefined,
): NextRevision {
  return {
    definition: wanted.definition ?? current.definition,
    roleArn: wanted.roleArn ?? current.roleArn,
    variableReferences: references ?? current.variableReferences,
    ...completeConfigurations(wanted, current),
  }
}

function differs(current: RevisionDetails, next: NextRevision): boolean {
  const compared = ['definition', 'roleArn', 'logging', 'tracing', 'encryption'] as const
  return compared.some((member) => current[member] !== next[member])
}
