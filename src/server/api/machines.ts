/** Routes on state machines. */
import { z } from 'zod'
import type { StateMachineDescription, StateMachineSummary } from '../../engine/contract.ts'
import { machineArnOf, machineParams } from './names.ts'
import { json, route } from './route.ts'
import * as schema from './schemas.ts'

/** Local runs assume no role; AWS wants one named. */
const defaultRole = 'arn:aws:iam::000000000000:role/holdfast'
const definition = z
  .string()
  .min(1)
  .meta({ description: 'The state machine in the Amazon States Language: JSON text.' })

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
      roleArn: z.string().min(1).max(256).default(defaultRole),
      tags: schema.tags.optional(),
    }),
    answers: {
      201: { description: 'Created.', schema: z.object({ arn: z.string(), name: z.string(), createdAt: schema.time }) },
    },
    run: async ({ dependencies: { verbs }, actor, body }) => {
      const { arn, createdAt } = await verbs.createStateMachine(actor, body)
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
      const etag = `"${machine.revisionId ?? 'INITIAL'}"`
      if (headers['if-none-match'] === etag) return { kind: 'empty', status: 304, headers: { etag } }
      return json(200, describe(machine), { etag })
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
  variableReferences: Object.fromEntries([...machine.variableReferences].map(([state, names]) => [state, [...names]])),
})
