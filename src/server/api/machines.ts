/** Routes on state machines. */
import { z } from 'zod'
import { HoldfastError } from '../../base/index.ts'
import type { StateMachineDescription, StateMachineSummary } from '../../engine/index.ts'
import { serverError } from '../errors.ts'
import { configurationOf, logging, loggingOf } from './machine-logging.ts'
import { machineArnOf, machineParams } from './names.ts'
import { json, route, type RouteAnswer } from './route.ts'
import * as schema from './schemas.ts'

/** Local runs assume no role; AWS wants one named. */
export const defaultRole = 'arn:aws:iam::000000000000:role/holdfast'
const roleArn = z.string().min(1).max(256)
export const machineDefinition = z.string().min(1)
const definition = machineDefinition.meta({
  description: 'The state machine in the Amazon States Language: JSON text.',
})

const written = z.object({ arn: z.string(), revisionId: z.string().optional(), updatedAt: schema.time })

export const machineRoutes = [
  route({
    method: 'POST',
    path: '/v1/machines',
    verb: 'machine.create',
    summary: 'Create a state machine. The same request again answers the same machine.',
    body: z.strictObject({
      name: z.string().min(1).max(80),
      definition,
      type: schema.machineType.optional(),
      roleArn: roleArn.default(defaultRole),
      tags: schema.tags.optional(),
      logging: logging.optional(),
    }),
    answers: {
      201: { description: 'Created.', schema: z.object({ arn: z.string(), name: z.string(), createdAt: schema.time }) },
    },
    run: async ({ dependencies: { verbs, platform }, actor, body: { logging: log, ...body } }) => {
      const { arn, createdAt } = await verbs.createStateMachine(actor, {
        ...body,
        ...(log === undefined ? {} : { loggingConfiguration: configurationOf(platform.account, body.name, log) }),
      })
      const location = { location: `/v1/machines/${encodeURIComponent(body.name)}` }
      return json(201, { arn, name: body.name, createdAt: schema.timeOf(createdAt) }, location)
    },
  }),

  route({
    method: 'GET',
    path: '/v1/machines',
    verb: 'machine.list',
    summary: 'List state machines, newest first.',
    query: z.strictObject(schema.page),
    answers: { 200: { description: 'A page of them.', schema: schema.listOf(schema.machineSummary) } },
    run: async ({ dependencies: { verbs }, actor, query }) => {
      const { items, cursor } = await verbs.listStateMachines(actor, query)
      return json(200, { items: items.map(summaryOf), cursor })
    },
  }),

  route({
    method: 'GET',
    path: '/v1/machines/:machine',
    verb: 'machine.describe',
    summary: 'One state machine, with its definition.',
    params: machineParams,
    answers: {
      200: { description: 'The machine; its ETag is its revision.', schema: schema.machine },
      304: { description: 'It is still the revision of If-None-Match.' },
    },
    run: async ({ dependencies: { verbs, platform }, actor, params, headers }) => {
      const machine = await verbs.describeStateMachine(actor, machineArnOf(platform.account, params.machine))
      const etag = etagOf(machine.revisionId)
      if (headers['if-none-match'] === etag) return { kind: 'empty', status: 304, headers: { etag } }
      return json(200, describe(machine), { etag })
    },
  }),

  route({
    method: 'PUT',
    path: '/v1/machines/:machine',
    verb: 'machine.update',
    summary:
      'Give a state machine this definition for the executions to come; create it when there is none of that name.',
    params: machineParams,
    body: z.strictObject({ definition, roleArn: roleArn.optional() }),
    answers: {
      200: { description: 'It has this definition now.', schema: written },
      201: { description: 'Created.', schema: written },
    },
    run: async (context) => {
      const { dependencies, actor, params, body, headers } = context
      const arn = machineArnOf(dependencies.platform.account, params.machine)
      const expectedRevision = revisionIn(headers['if-match'])
      try {
        const updated = await dependencies.verbs.updateStateMachine(actor, { arn, expectedRevision, ...body })
        return answerWritten(200, { arn, ...updated })
      } catch (error) {
        if (!isMissingMachine(error) || params.machine.includes(':')) throw error
        if (headers['if-match'] !== undefined) throw noRevision(error)
      }
      const request = { name: params.machine, definition: body.definition, roleArn: body.roleArn ?? defaultRole }
      const created = await dependencies.verbs.createStateMachine(actor, request)
      return answerWritten(201, { arn: created.arn, updatedAt: created.createdAt })
    },
  }),

  route({
    method: 'PUT',
    path: '/v1/machines/:machine/logging',
    verb: 'machine.update',
    operation: 'setMachineLogging',
    summary:
      'Which events of the histories to come are logged, and to which files. What runs already is logged as before.',
    params: machineParams,
    body: logging,
    answers: { 200: { description: 'It is logged so now.', schema: written } },
    run: async ({ dependencies: { verbs, platform }, actor, params, body, headers }) => {
      const arn = machineArnOf(platform.account, params.machine)
      const loggingConfiguration = configurationOf(platform.account, arn.slice(arn.lastIndexOf(':') + 1), body)
      const expectedRevision = revisionIn(headers['if-match'])
      const updated = await verbs.updateStateMachine(actor, {
        ...{ arn, loggingConfiguration },
        ...(expectedRevision === undefined ? {} : { expectedRevision }),
      })
      return answerWritten(200, { arn, ...updated })
    },
  }),

  route({
    method: 'POST',
    path: '/v1/machines/validate',
    verb: 'machine.validate',
    summary: 'Check a definition without storing anything.',
    body: z.strictObject({
      definition,
      type: schema.machineType.optional(),
      severity: z
        .enum(['ERROR', 'WARNING'])
        .optional()
        .meta({ description: 'The least severe to tell. Default ERROR.' }),
      limit: z.int().min(1).max(100).optional(),
    }),
    answers: { 200: { description: 'What the checker found.', schema: schema.validation } },
    run: async ({ dependencies: { verbs }, actor, body }) => json(200, await verbs.validateDefinition(actor, body)),
  }),
]

const summaryOf = ({ arn, name, type, createdAt }: StateMachineSummary) => ({
  arn,
  name,
  type,
  createdAt: schema.timeOf(createdAt),
})

const describe = (machine: StateMachineDescription): z.output<typeof schema.machine> => ({
  ...summaryOf(machine),
  status: machine.status,
  updatedAt: schema.timeOf(machine.updatedAt),
  revisionId: machine.revisionId,
  roleArn: machine.roleArn,
  definition: machine.definition,
  description: machine.description,
  logging: loggingOf(machine.loggingConfiguration),
  variableReferences: Object.fromEntries([...machine.variableReferences].map(([state, names]) => [state, [...names]])),
})

const etagOf = (revisionId: string | undefined): string => `"${revisionId ?? 'INITIAL'}"`

type Written = { readonly arn: string; readonly revisionId?: string; readonly updatedAt: number }

function answerWritten(status: 200 | 201, { arn, revisionId, updatedAt }: Written): RouteAnswer {
  return json(status, { arn, revisionId, updatedAt: schema.timeOf(updatedAt) }, { etag: etagOf(revisionId) })
}

/** The revision that If-Match names; undefined for `*` and without the header. @throws HoldfastError api.if_match */
function revisionIn(ifMatch: string | undefined): string | undefined {
  if (ifMatch === undefined || ifMatch === '*') return undefined
  const revision = /^"([\x21\x23-\x7e]{1,64})"$/.exec(ifMatch)?.[1]
  if (revision !== undefined) return revision
  throw serverError('api.if_match', 'The If-Match header names no revision', {
    place: 'If-Match',
    accepted: 'the ETag of the machine, with its quotes; or *',
  })
}

const isMissingMachine = (error: unknown): boolean => error instanceof HoldfastError && error.code === 'machine.missing'

const noRevision = (cause: unknown) =>
  serverError('api.precondition', 'There is no such state machine, so it has no revision to match', {
    place: 'If-Match',
    cause,
  })
