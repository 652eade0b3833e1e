/** Routes on hosts: for people, who enrol, drain and remove them; and for their agents, who ask what to do. */
import { z } from 'zod'
import type { Actor } from '../../access/index.ts'
import { enrolmentSchema, type HostDescription, pollSchema, reportSchema } from '../../host/index.ts'
import { hostLook, lookOf } from './host-look.ts'
import { json, route } from './route.ts'
import * as schema from './schemas.ts'

const count = z.number().nonnegative()
const space = z.object({ total: count, available: count })

const facts = z
  .looseObject({ hostname: z.string(), platform: z.string(), cpus: count, load: count, instances: count })
  .extend({
    memoryBytes: space,
    diskBytes: space,
    ports: z
      .object({ inUse: count, quarantined: count, free: count })
      .loose()
      .optional()
      .meta({ description: 'Of the range that instances are given.' }),
    agentStartedAt: z.number().optional().meta({ description: 'Milliseconds since 1970 UTC.' }),
  })
  .meta({ id: 'HostFacts', description: 'As its agent last told; there may be more members.' })

const host = z
  .object({
    id: z.string(),
    name: z.string(),
    zone: z.string(),
    address: z.string().meta({ description: "At which other hosts' edges reach its instances." }),
    state: z.enum(['connected', 'away', 'draining']).meta({
      description: '`draining`: connected, and gets no new instances. One that drains and is away is `away`.',
    }),
    isConnected: z.boolean(),
    isDraining: z.boolean(),
    edge: z.object({ url: z.string() }).optional().meta({ description: 'Absent when it runs none.' }),
    enrolledAt: schema.time,
    lastSeenAt: schema.time.optional().meta({ description: 'Absent before its agent first came.' }),
    agentVersion: z.string().optional(),
    commandsUnderWay: z.int(),
    facts: facts.optional(),
  })
  .meta({ id: 'Host' })

const named = z.object({
  host: z.string().min(1).max(200).meta({ description: 'Name or id of a host.' }),
})
const own = z.object({
  host: z.string().min(1).max(200).meta({ description: 'Id of the host, or `self`: the one that the token is for.' }),
})

export const hostRoutes = [
  route({
    method: 'POST',
    path: '/v1/hosts',
    verb: 'host.enrol',
    summary: 'Enrol a host. The token in the answer is what its agent comes with; it is told this once.',
    keepsAnswer: false,
    body: enrolmentSchema,
    answers: { 201: { description: 'Enrolled.', schema: z.object({ host, token: z.string() }) } },
    run: async ({ dependencies: { hosts }, actor, body }) => {
      const enrolled = await hosts.enrolHost(actor, body)
      const location = { location: `/v1/hosts/${enrolled.host.id}` }
      return json(201, { host: described(enrolled.host), token: enrolled.token }, location)
    },
  }),

  route({
    method: 'GET',
    path: '/v1/hosts',
    verb: 'host.list',
    summary: 'All enrolled hosts, by name.',
    query: z.strictObject({}),
    answers: { 200: { description: 'The hosts.', schema: schema.listOf(host) } },
    run: ({ dependencies: { hosts }, actor }) => json(200, { items: hosts.listHosts(actor).map(described) }),
  }),

  route({
    method: 'GET',
    path: '/v1/hosts/:host',
    verb: 'host.describe',
    summary: 'One host.',
    params: named,
    answers: { 200: { description: 'The host.', schema: host } },
    run: ({ dependencies: { hosts }, actor, params }) => json(200, described(hosts.describeHost(actor, params.host))),
  }),

  route({
    method: 'GET',
    path: '/v1/hosts/:host/look',
    verb: 'host.describe',
    operation: 'hostLook',
    summary:
      'What runs on a host and what its edge does, as its agent tells now: it is asked, for at most four seconds. Rates are of the last minute.',
    params: named,
    answers: { 200: { description: 'What was found.', schema: hostLook } },
    run: ({ dependencies: { deploys }, actor, params }) => ({
      kind: 'wait',
      run: async (signal) => json(200, lookOf(await deploys.lookAtHost(actor, params.host, signal))),
    }),
  }),

  route({
    method: 'POST',
    path: '/v1/hosts/:host/drain',
    verb: 'host.drain',
    summary: 'Put no new instances there; those that run go on until their release is replaced.',
    params: named,
    answers: { 200: { description: 'The host.', schema: host } },
    run: async ({ dependencies: { hosts }, actor, params }) =>
      json(200, described(await hosts.drainHost(actor, params.host))),
  }),

  route({
    method: 'POST',
    path: '/v1/hosts/:host/undrain',
    verb: 'host.undrain',
    summary: 'New instances may be put there again.',
    params: named,
    answers: { 200: { description: 'The host.', schema: host } },
    run: async ({ dependencies: { hosts }, actor, params }) =>
      json(200, described(await hosts.undrainHost(actor, params.host))),
  }),

  route({
    method: 'POST',
    path: '/v1/hosts/:host/remove',
    verb: 'host.remove',
    summary: 'Take a host off the list and revoke its token. Refused while it runs instances, unless forced.',
    params: named,
    body: z.strictObject({
      force: z.boolean().optional().meta({ description: 'Its instances go on, unknown to this control plane.' }),
    }),
    answers: { 204: { description: 'Removed.' } },
    run: async ({ dependencies: { hosts }, actor, params, body }) => {
      await hosts.removeHost(actor, { host: params.host, ...body })
      return { kind: 'empty', status: 204 }
    },
  }),

  route({
    method: 'POST',
    path: '/v1/hosts/:host/commands/next',
    verb: 'host.work',
    summary:
      'For agents: what to do next, as soon as there is something. Commands without an outcome come again, under the same key.',
    keepsAnswer: false,
    params: own,
    body: pollSchema,
    answers: {
      200: {
        description: 'The commands; none when the wait is over.',
        schema: z.object({
          host: z.object({ id: z.string(), name: z.string(), zone: z.string(), address: z.string() }),
          commands: z.array(z.looseObject({ kind: z.string(), key: z.string() })),
        }),
      },
    },
    run: ({ dependencies: { hosts }, actor, params, body }) => ({
      kind: 'wait',
      run: async (signal) =>
        json(200, await hosts.takeCommands(actor, { host: ownHost(actor, params.host), poll: body }, signal)),
    }),
  }),

  route({
    method: 'POST',
    path: '/v1/hosts/:host/outcomes',
    verb: 'host.report',
    summary: 'For agents: what became of a command. May be told more than once.',
    keepsAnswer: false,
    params: own,
    body: reportSchema,
    answers: {
      200: {
        description: 'Taken.',
        schema: z.object({ awaited: z.boolean().meta({ description: 'Whether somebody still waited for it.' }) }),
      },
    },
    run: ({ dependencies: { hosts }, actor, params, body }) =>
      json(200, hosts.reportOutcome(actor, { host: ownHost(actor, params.host), report: body })),
  }),
]

const ownHost = (actor: Actor, asked: string): string => (asked === 'self' ? actor.id : asked)

const described = (described: HostDescription): z.output<typeof host> => ({
  ...described,
  enrolledAt: schema.timeOf(described.enrolledAt),
  lastSeenAt: schema.maybeTimeOf(described.lastSeenAt),
  facts: described.facts === undefined ? undefined : { ...described.facts },
})
