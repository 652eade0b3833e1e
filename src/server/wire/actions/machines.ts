/** Actions on state machines. */
import type { StateMachineDescription } from '../../../engine/index.ts'
import { action, type Response, seconds } from '../action.ts'
import * as member from '../members.ts'

const { required } = member

const writtenMembers = {
  loggingConfiguration: member.loggingConfiguration,
  tracingConfiguration: member.tracingConfiguration,
  publish: member.boolean,
  versionDescription: member.versionDescription,
  encryptionConfiguration: member.encryptionConfiguration,
} as const

const page = { maxResults: member.pageSize, nextToken: member.pageToken } as const

export const machineActions = {
  CreateStateMachine: action(
    'machine.create',
    {
      name: required(member.name),
      definition: required(member.definition),
      roleArn: required(member.arn),
      type: member.machineType,
      tags: member.listOf(member.tag),
      ...writtenMembers,
    },
    async ({ dependencies: { verbs }, actor }, request) => {
      const created = await verbs.createStateMachine(actor, {
        name: request.name,
        definition: request.definition,
        roleArn: request.roleArn,
        type: request.type,
        ...configurations(request),
        tags: member.tagsOf(request.tags),
        ...publishing(request),
      })
      const { arn, createdAt, versionArn } = created
      return { stateMachineArn: arn, creationDate: seconds(createdAt), stateMachineVersionArn: versionArn }
    },
  ),

  UpdateStateMachine: action(
    'machine.update',
    {
      stateMachineArn: required(member.arn),
      definition: member.definition,
      roleArn: member.arn,
      ...writtenMembers,
    },
    async ({ dependencies: { verbs }, actor }, request) => {
      const updated = await verbs.updateStateMachine(actor, {
        arn: request.stateMachineArn,
        definition: request.definition,
        roleArn: request.roleArn,
        ...configurations(request),
        ...publishing(request),
      })
      const { updatedAt, revisionId, versionArn } = updated
      return { updateDate: seconds(updatedAt), revisionId, stateMachineVersionArn: versionArn }
    },
  ),

  DeleteStateMachine: action('machine.delete', { stateMachineArn: required(member.arn) }, async (context, request) => {
    await context.dependencies.verbs.deleteStateMachine(context.actor, request.stateMachineArn)
    return {}
  }),

  DescribeStateMachine: action(
    'machine.describe',
    { stateMachineArn: required(member.arn), includedData: member.includedData },
    async ({ dependencies: { verbs }, actor }, request) => {
      const machine = await verbs.describeStateMachine(actor, request.stateMachineArn)
      return {
        ...describe(machine, request.includedData),
        status: machine.status,
        type: machine.type,
        creationDate: seconds(machine.createdAt),
        description: machine.description,
      }
    },
  ),

  DescribeStateMachineForExecution: action(
    'execution.describe',
    { executionArn: required(member.arn), includedData: member.includedData },
    async ({ dependencies: { verbs }, actor }, request) => {
      const machine = await verbs.describeStateMachineForExecution(actor, request.executionArn)
      const { label, mapRunArn } = machine
      return { ...describe(machine, request.includedData), updateDate: seconds(machine.updatedAt), label, mapRunArn }
    },
  ),

  ListStateMachines: action('machine.list', page, async ({ dependencies: { verbs }, actor }, request) => {
    const { items, cursor } = await verbs.listStateMachines(actor, {
      limit: request.maxResults,
      cursor: request.nextToken,
    })
    const stateMachines = items.map(({ arn, name, type, createdAt }) => {
      return { stateMachineArn: arn, name, type, creationDate: seconds(createdAt) }
    })
    return { stateMachines, nextToken: cursor }
  }),

  ValidateStateMachineDefinition: action(
    'machine.validate',
    {
      definition: required(member.definition),
      type: member.machineType,
      severity: member.oneOf('ERROR', 'WARNING'),
      maxResults: member.integer({ min: 0, max: 100 }),
    },
    async ({ dependencies: { verbs }, actor }, request) => {
      const { ok, diagnostics, truncated } = await verbs.validateDefinition(actor, {
        definition: request.definition,
        type: request.type,
        severity: request.severity,
        limit: request.maxResults,
      })
      return { result: ok ? 'OK' : 'FAIL', diagnostics, truncated }
    },
  ),
} as const

type VersionMembers = { readonly publish?: boolean; readonly versionDescription?: string }

const publishing = ({ publish, versionDescription }: VersionMembers): VersionMembers => ({
  publish,
  versionDescription,
})

type Configured = {
  readonly loggingConfiguration?: unknown
  readonly tracingConfiguration?: unknown
  readonly encryptionConfiguration?: unknown
}

const textOf = (value: unknown): string | undefined => (value === undefined ? undefined : JSON.stringify(value))

const configurations = (request: Configured) => ({
  loggingConfiguration: textOf(request.loggingConfiguration),
  tracingConfiguration: textOf(request.tracingConfiguration),
  encryptionConfiguration: textOf(request.encryptionConfiguration),
})

const valueOf = (text: string | undefined): unknown => (text === undefined ? undefined : JSON.parse(text))

function describe(machine: StateMachineDescription, includedData: string | undefined): Response {
  const { variableReferences } = machine
  return {
    stateMachineArn: machine.arn,
    name: machine.name,
    definition: includedData === 'METADATA_ONLY' ? '{}' : machine.definition,
    roleArn: machine.roleArn,
    loggingConfiguration: valueOf(machine.loggingConfiguration),
    tracingConfiguration: valueOf(machine.tracingConfiguration),
    encryptionConfiguration: valueOf(machine.encryptionConfiguration),
    revisionId: machine.revisionId,
    variableReferences: variableReferences.size === 0 ? undefined : Object.fromEntries(variableReferences),
  }
}
