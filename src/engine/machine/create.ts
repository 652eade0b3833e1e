import { type Actor, requirePermission } from '../../access/index.ts'
import { appendRecord, type Cause } from '../../audit/index.ts'
import type { JsonText } from '../../base/index.ts'
import type { Transaction } from '../../store/index.ts'
import { requireRoleArn, stateMachineArn } from '../arn.ts'
import type { CreatedStateMachine, CreateStateMachineRequest, MachineType, Tag } from '../contract.ts'
import { stateMachineDeleting, stateMachineExists } from '../errors.ts'
import { requireName } from '../name.ts'
import { parseRequest } from '../parse-request.ts'
import type { Registry } from '../registry.ts'
import { putTags } from '../tag/queries.ts'
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
}

/**
 * Registers a state machine. Asking again for the same (definition text, type and configurations; role and tags do not
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
    if (existing !== undefined) return answerAgain(existing, wanted)
    const createdAt = registry.clock.now()
    insertWanted(tx, wanted, createdAt)
    const subject = { type: 'machine', id: wanted.arn }
    const change = { before: null, after: { type: wanted.type, ...summaryOf(wanted) } }
    appendRecord(tx, { at: createdAt, actor, action: 'machine.create', subject, change, cause })
    return { arn: wanted.arn, createdAt }
  })
}

function parseCreate(registry: Registry, request: CreateStateMachineRequest): WantedMachine {
  const {
    name,
    definition,
    roleArn,
    type = 'STANDARD',
    tags = [],
    ...given
  } = parseRequest(createRequest, request, {
    hidden: ['definition'],
  })
  requireName(name)
  requireRoleArn(roleArn)
  const configurations = completeConfigurations(given)
  const variableReferences = acceptDefinition(registry, definition, type)
  const arn = stateMachineArn(registry.account, name)
  return { arn, name, type, definition, roleArn, tags, variableReferences, ...configurations }
}

function insertWanted(tx: Transaction, wanted: WantedMachine, createdAt: number): void {
  const machineId = insertMachine(tx, wanted, createdAt)
  insertRevision(tx, machineId, { ...wanted, uuid: null }, createdAt)
  putTags(tx, wanted.arn, wanted.tags)
}

/** Two creates of one name may meet in one commit: the writer runs them one after the other, and the second ends here. */
function answerAgain(existing: RevisionDetails, wanted: WantedMachine): CreatedStateMachine {
  if (existing.status === 'DELETING') throw stateMachineDeleting(wanted.arn)
  const compared = ['definition', 'type', 'logging', 'tracing', 'encryption'] as const
  if (compared.some((member) => existing[member] !== wanted[member])) throw stateMachineExists(wanted.arn)
  return { arn: existing.machineArn, createdAt: existing.machineCreatedAt }
}
