import { type Actor, requirePermission } from '../../access/index.ts'
import { appendRecord, type Cause } from '../../audit/index.ts'
import type { JsonText } from '../../base/index.ts'
import type { Transaction } from '../../store/index.ts'
import { qualifiedArn, requireRoleArn, stateMachineArn } from '../arn.ts'
import type { CreatedStateMachine, CreateStateMachineRequest, MachineType, Tag } from '../contract.ts'
import { descriptionUnpublished, stateMachineDeleting, stateMachineExists } from '../errors.ts'
import { requireName } from '../name.ts'
import { parseRequest } from '../parse-request.ts'
import type { Registry } from '../registry.ts'
import { putTags } from '../tag/queries.ts'
import { publishRevision } from '../version/publish.ts'
import { findVersionOfRevision } from '../version/queries.ts'
import { type Configurations, completeConfigurations } from './configuration.ts'
import { acceptDefinition, summaryOf } from './definition.ts'
import { findCurrentDetails, insertMachine, insertRevision, type RevisionDetails } from './queries.ts'
import { createRequest } from './schemas.ts'

type WantedMachine = Configurations & {
  readonly arn: string
  readonly name: string
  readonly type: MachineType
  readonly definition: string
  readonly roleArn: string
  readonly variableReferences: JsonText
  readonly tags: readonly Tag[]
  readonly summary: string | undefined
  readonly publish: boolean
  readonly versionDescription: string | undefined
}

/**
 * Registers a state machine, and publishes it as version 1 if told. Asking again for the same (definition text, type and configurations; role and tags do not
 * count) answers what the first call answered.
 * `cause` is required of the system.
 * @throws HoldfastError name.invalid, machine.definition_invalid, machine.exists, machine.deleting, tag.too_many, …
 */
export async function createStateMachine(
  registry: Registry,
  actor: Actor,
  request: CreateStateMachineRequest,
  cause?: Cause,
): Promise<CreatedStateMachine> {
  requirePermission(actor, 'machine.create')
  const wanted = parseCreate(registry, request)
  return registry.store.write((tx) => {
    const existing = findCurrentDetails(tx, wanted.arn)
    if (existing !== undefined) return answerAgain(tx, existing, wanted)
    const createdAt = registry.clock.now()
    const made = insertWanted(tx, wanted, { actor, createdAt })
    const subject = { type: 'machine', id: wanted.arn }
    const change = { before: null, after: { type: wanted.type, ...summaryOf(wanted) } }
    appendRecord(tx, { at: createdAt, actor, action: 'machine.create', subject, change, cause })
    if (!wanted.publish) return { arn: wanted.arn, createdAt }
    const revision = { ...made, machineArn: wanted.arn, uuid: null }
    const { number } = publishRevision(tx, {
      revision,
      description: wanted.versionDescription,
      actor,
      at: createdAt,
      cause,
    })
    return { arn: wanted.arn, createdAt, versionArn: qualifiedArn(wanted.arn, number) }
  })
}

function parseCreate(registry: Registry, request: CreateStateMachineRequest): WantedMachine {
  const {
    name,
    definition,
    roleArn,
    type = 'STANDARD',
    tags = [],
    publish = false,
    versionDescription,
    summary,
    ...given
  } = parseRequest(createRequest, request, {
    hidden: ['definition'],
  })
  if (versionDescription !== undefined && !publish) throw descriptionUnpublished()
  requireName(name)
  requireRoleArn(roleArn)
  const configurations = completeConfigurations(given)
  const variableReferences = acceptDefinition(registry, definition, type)
  const arn = stateMachineArn(registry.account, name)
  const machine = { arn, name, type, definition, roleArn, tags, variableReferences, ...configurations }
  return { ...machine, summary, publish, versionDescription }
}

type MadeMachine = { readonly machineId: number; readonly revisionId: number }

type Making = { readonly actor: Actor; readonly createdAt: number }

function insertWanted(tx: Transaction, wanted: WantedMachine, { actor, createdAt }: Making): MadeMachine {
  const machineId = insertMachine(tx, wanted, createdAt)
  const revisionId = insertRevision(tx, machineId, { ...wanted, uuid: null, madeBy: actor }, createdAt)
  putTags(tx, wanted.arn, wanted.tags)
  return { machineId, revisionId }
}

/** Two creates of one name may meet in one commit: the writer runs them one after the other, and the second ends here. */
function answerAgain(tx: Transaction, existing: RevisionDetails, wanted: WantedMachine): CreatedStateMachine {
  if (existing.status === 'DELETING') throw stateMachineDeleting(wanted.arn)
  const compared = ['definition', 'type', 'logging', 'tracing', 'encryption'] as const
  if (compared.some((member) => existing[member] !== wanted[member])) throw stateMachineExists(wanted.arn)
  const again = { arn: existing.machineArn, createdAt: existing.machineCreatedAt }
  if (!wanted.publish) return again
  const version = findVersionOfRevision(tx, existing.machineId, existing.revisionId)
  const sameVersion = version !== undefined && version.description === (wanted.versionDescription ?? null)
  if (!sameVersion) throw stateMachineExists(wanted.arn)
  return { ...again, versionArn: qualifiedArn(wanted.arn, version.number) }
}
