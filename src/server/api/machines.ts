/** Routes on state machines. */
import { z } from 'zod'
import { HoldfastError } from '../../base/index.ts'
import type { StateMachineDescription, StateMachineSummary, SurveyedStateMachine } from '../../engine/index.ts'
import { serverError } from '../errors.ts'
import { Payload } from './json-body.ts'
import { configurationOf, logging, loggingOf, tracingOf } from './machine-logging.ts'
import { machineArnOf, machineParams } from './names.ts'
import { revisionOf } from './revisions.ts'
import { json, route, type RouteAnswer } from './route.ts'
import * as schema from './schemas.ts'

/** Local runs assume no role; AWS wants one named. */
export const defaultRole = 'arn:aws:iam::000000000000:role/holdfast'
const roleArn = z.string().min(1).max(256)
export const machineDefinition = z.string().min(1)
const definition = machineDefinition.meta({
  description: 'The state machine in the Amazon States Language: JSON text.',
})

const newType = schema.machineType.optional().meta({ description: 'Of a machine that is created.' })
const revisionSummary = z
  .string()
  .min(1)
  .max(500)
  .optional()
  .meta({ description: 'What the revision is for, in your words; the list of revisions and the trail keep it.' })

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
      summary: revisionSummary,
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
    summary: 'List state machines by name.',
    query: z.strictObject({
      ...schema.page,
      lately: z
        .enum(['true', 'false'])
        .optional()
        .meta({ description: 'Also the last change of each, and what became of its last executions.' }),
    }),
    answers: { 200: { description: 'A page of them.', schema: schema.listOf(schema.machineSummary) } },
    run: async ({ dependencies: { verbs, sessions }, actor, query: { lately, ...page } }) => {
      if (lately === 'true') {
        const { items, cursor } = await verbs.surveyStateMachines(actor, page)
        return json(200, { items: items.map((machine) => surveyOf(machine, sessions)), cursor })
      }
      const { items, cursor } = await verbs.listStateMachines(actor, page)
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
    body: z.strictObject({ definition, roleArn: roleArn.optional(), type: newType, summary: revisionSummary }),
    answers: {
      200: { description: 'It has this definition now.', schema: written },
      201: { description: 'Created.', schema: written },
    },
    run: async (context) => {
      const { dependencies, actor, params, headers } = context
      const { type, ...body } = context.body
      const arn = machineArnOf(dependencies.platform.account, params.machine)
      const expectedRevision = revisionIn(headers['if-match'])
      try {
        const updated = await dependencies.verbs.updateStateMachine(actor, { arn, expectedRevision, ...body })
        return answerWritten(200, { arn, ...updated })
      } catch (error) {
        if (!isMissingMachine(error) || params.machine.includes(':')) throw error
        if (headers['if-match'] !== undefined) throw noRevision(error)
      }
      const request = { ...body, name: params.machine, roleArn: body.roleArn ?? defaultRole, ...(type && { type }) }
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

const surveyOf = (
  { last, running, succeeded, failed, aborted, ...machine }: SurveyedStateMachine,
  sessions: Parameters<typeof revisionOf>[1],
): z.output<typeof schema.machineSummary> => ({
  ...summaryOf(machine),
  lately: { last: revisionOf(last, sessions), running, succeeded, failed, aborted },
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
  tracing: tracingOf(machine.tracingConfiguration),
  inputSchema: machine.inputSchema === undefined ? undefined : new Payload(machine.inputSchema),
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
