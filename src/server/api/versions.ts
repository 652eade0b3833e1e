/** Routes on versions of state machines, and on the aliases that point at them. */
import { z } from 'zod'
import type { Account, AliasDescription, AliasRoute, AliasSummary, VersionSummary } from '../../engine/index.ts'
import { HoldfastError } from '../../base/index.ts'
import { qualifiedArn } from '../../engine/index.ts'
import { machineArnOf, machineParams } from './names.ts'
import { json, route } from './route.ts'
import * as schema from './schemas.ts'

const versionParams = machineParams.extend({
  version: schema.wholeNumber.meta({ description: 'Number of a version.' }),
})
const aliasParams = machineParams.extend({
  alias: z.string().min(1).max(80).meta({ description: 'Name of an alias.' }),
})
const description = z.string().max(256).optional()

export const versionRoutes = [
  route({
    method: 'POST',
    path: '/v1/machines/:machine/versions',
    verb: 'machine.publish',
    summary: 'Publish the current revision as a version, which never changes. One that is a version already stays it.',
    params: machineParams,
    body: z.strictObject({
      revisionId: z.string().min(1).max(64).optional().meta({ description: 'Only if this is the revision still.' }),
      description,
    }),
    answers: { 201: { description: 'It is this version.', schema: schema.machineVersion } },
    run: async ({ dependencies: { verbs, platform }, actor, params, body }) => {
      const published = await verbs.publishVersion(actor, {
        arn: machineArnOf(platform.account, params.machine),
        ...body,
      })
      return json(201, versionOf(published))
    },
  }),

  route({
    method: 'GET',
    path: '/v1/machines/:machine/versions',
    verb: 'version.list',
    summary: 'The versions of a state machine, the latest first.',
    params: machineParams,
    query: z.strictObject(schema.page),
    answers: { 200: { description: 'A page of them.', schema: schema.listOf(schema.machineVersion) } },
    run: async ({ dependencies: { verbs, platform }, actor, params, query }) => {
      const stateMachineArn = machineArnOf(platform.account, params.machine)
      const { items, cursor } = await verbs.listVersions(actor, { stateMachineArn, ...query })
      return json(200, { items: items.map(versionOf), cursor })
    },
  }),

  route({
    method: 'DELETE',
    path: '/v1/machines/:machine/versions/:version',
    verb: 'version.delete',
    summary: 'Delete a version that no alias points at. Its number is not given again.',
    params: versionParams,
    answers: { 204: { description: 'It is gone.' } },
    run: async ({ dependencies: { verbs, platform }, actor, params }) => {
      await verbs.deleteVersion(actor, qualifiedArn(machineArnOf(platform.account, params.machine), params.version))
      return { kind: 'empty', status: 204 }
    },
  }),

  route({
    method: 'GET',
    path: '/v1/machines/:machine/aliases',
    verb: 'alias.list',
    summary: 'The aliases of a state machine, or of one version (`name:7`), by name.',
    params: machineParams,
    query: z.strictObject(schema.page),
    answers: { 200: { description: 'A page of them.', schema: schema.listOf(schema.aliasSummary) } },
    run: async ({ dependencies: { verbs, platform }, actor, params, query }) => {
      const stateMachineArn = machineArnOf(platform.account, params.machine)
      const { items, cursor } = await verbs.listAliases(actor, { stateMachineArn, ...query })
      return json(200, { items: items.map(summaryOf), cursor })
    },
  }),

  route({
    method: 'GET',
    path: '/v1/machines/:machine/aliases/:alias',
    verb: 'alias.describe',
    summary: 'Where an alias leads.',
    params: aliasParams,
    answers: { 200: { description: 'The alias.', schema: schema.alias } },
    run: async ({ dependencies: { verbs, platform }, actor, params }) =>
      json(200, describe(await verbs.describeAlias(actor, arnOf(platform.account, params)))),
  }),

  route({
    method: 'PUT',
    path: '/v1/machines/:machine/aliases/:alias',
    verb: 'alias.update',
    summary: 'Lead an alias to one or two versions; create it when there is none of that name.',
    params: aliasParams,
    body: z.strictObject({ routing: schema.aliasRouting, description }),
    answers: { 200: { description: 'It leads there now.', schema: schema.alias } },
    run: async ({ dependencies: { verbs, platform }, actor, params, body }) => {
      const arn = arnOf(platform.account, params)
      const machineArn = machineArnOf(platform.account, params.machine)
      const routing = body.routing.map(({ version, weight }) => ({
        versionArn: qualifiedArn(machineArn, version),
        weight,
      }))
      const wanted = { routing, description: body.description }
      try {
        await verbs.updateAlias(actor, { arn, ...wanted })
      } catch (error) {
        if (!(error instanceof HoldfastError) || error.code !== 'alias.missing') throw error
        await verbs.createAlias(actor, { name: params.alias, ...wanted })
      }
      return json(200, describe(await verbs.describeAlias(actor, arn)))
    },
  }),

  route({
    method: 'DELETE',
    path: '/v1/machines/:machine/aliases/:alias',
    verb: 'alias.delete',
    summary: 'Delete an alias. What it has started goes on.',
    params: aliasParams,
    answers: { 204: { description: 'It is gone.' } },
    run: async ({ dependencies: { verbs, platform }, actor, params }) => {
      await verbs.deleteAlias(actor, arnOf(platform.account, params))
      return { kind: 'empty', status: 204 }
    },
  }),
]

const arnOf = (account: Account, { machine, alias }: { readonly machine: string; readonly alias: string }): string =>
  qualifiedArn(machineArnOf(account, machine), alias)

const qualifierOf = (arn: string): string => arn.slice(arn.lastIndexOf(':') + 1)

const versionOf = ({ arn, createdAt, description: said }: VersionSummary): z.output<typeof schema.machineVersion> => ({
  arn,
  version: Number(qualifierOf(arn)),
  createdAt: schema.timeOf(createdAt),
  description: said,
})

const summaryOf = ({ arn, createdAt }: AliasSummary): z.output<typeof schema.aliasSummary> => ({
  arn,
  name: qualifierOf(arn),
  createdAt: schema.timeOf(createdAt),
})

const describe = (alias: AliasDescription): z.output<typeof schema.alias> => ({
  ...summaryOf(alias),
  description: alias.description,
  routing: alias.routing.map(routeOf),
  updatedAt: schema.timeOf(alias.updatedAt),
})

const routeOf = ({ versionArn, weight }: AliasRoute) => ({ version: Number(qualifierOf(versionArn)), weight })
