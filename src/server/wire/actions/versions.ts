/** Actions on versions of state machines, and on the aliases that point at them. */
import type { AliasRoute } from '../../../engine/index.ts'
import { action, seconds } from '../action.ts'
import * as member from '../members.ts'

const { required } = member

const page = { maxResults: member.pageSize, nextToken: member.pageToken } as const

export const versionActions = {
  PublishStateMachineVersion: action(
    'machine.publish',
    {
      stateMachineArn: required(member.arn),
      revisionId: member.text({}),
      description: member.versionDescription,
    },
    async ({ dependencies: { verbs }, actor }, { stateMachineArn, revisionId, description }) => {
      const { arn, createdAt } = await verbs.publishVersion(actor, { arn: stateMachineArn, revisionId, description })
      return { creationDate: seconds(createdAt), stateMachineVersionArn: arn }
    },
  ),

  ListStateMachineVersions: action(
    'version.list',
    { stateMachineArn: required(member.arn), ...page },
    async ({ dependencies: { verbs }, actor }, { stateMachineArn, maxResults, nextToken }) => {
      const { items, cursor } = await verbs.listVersions(actor, {
        stateMachineArn,
        limit: maxResults,
        cursor: nextToken,
      })
      const stateMachineVersions = items.map(({ arn, createdAt }) => {
        return { stateMachineVersionArn: arn, creationDate: seconds(createdAt) }
      })
      return { stateMachineVersions, nextToken: cursor }
    },
  ),

  DeleteStateMachineVersion: action(
    'version.delete',
    { stateMachineVersionArn: required(member.longArn) },
    async ({ dependencies: { verbs }, actor }, { stateMachineVersionArn }) => {
      await verbs.deleteVersion(actor, stateMachineVersionArn)
      return {}
    },
  ),
} as const

export const aliasActions = {
  CreateStateMachineAlias: action(
    'alias.create',
    {
      description: member.versionDescription,
      name: required(member.aliasName),
      routingConfiguration: required(member.routingConfiguration),
    },
    async ({ dependencies: { verbs }, actor }, { description, name, routingConfiguration }) => {
      const { arn, createdAt } = await verbs.createAlias(actor, {
        name,
        description,
        routing: routingConfiguration.map(routeOf),
      })
      return { stateMachineAliasArn: arn, creationDate: seconds(createdAt) }
    },
  ),

  UpdateStateMachineAlias: action(
    'alias.update',
    {
      stateMachineAliasArn: required(member.arn),
      description: member.versionDescription,
      routingConfiguration: member.routingConfiguration,
    },
    async ({ dependencies: { verbs }, actor }, { stateMachineAliasArn, description, routingConfiguration }) => {
      const { updatedAt } = await verbs.updateAlias(actor, {
        arn: stateMachineAliasArn,
        description,
        routing: routingConfiguration?.map(routeOf),
      })
      return { updateDate: seconds(updatedAt) }
    },
  ),

  DescribeStateMachineAlias: action(
    'alias.describe',
    { stateMachineAliasArn: required(member.arn) },
    async ({ dependencies: { verbs }, actor }, { stateMachineAliasArn }) => {
      const alias = await verbs.describeAlias(actor, stateMachineAliasArn)
      return {
        stateMachineAliasArn: alias.arn,
        name: alias.name,
        description: alias.description,
        routingConfiguration: alias.routing.map(({ versionArn, weight }) => {
          return { stateMachineVersionArn: versionArn, weight }
        }),
        creationDate: seconds(alias.createdAt),
        updateDate: seconds(alias.updatedAt),
      }
    },
  ),

  ListStateMachineAliases: action(
    'alias.list',
    { stateMachineArn: required(member.arn), ...page },
    async ({ dependencies: { verbs }, actor }, { stateMachineArn, maxResults, nextToken }) => {
      const { items, cursor } = await verbs.listAliases(actor, {
        stateMachineArn,
        limit: maxResults,
        cursor: nextToken,
      })
      const stateMachineAliases = items.map(({ arn, createdAt }) => {
        return { stateMachineAliasArn: arn, creationDate: seconds(createdAt) }
      })
      return { stateMachineAliases, nextToken: cursor }
    },
  ),

  DeleteStateMachineAlias: action(
    'alias.delete',
    { stateMachineAliasArn: required(member.arn) },
    async ({ dependencies: { verbs }, actor }, { stateMachineAliasArn }) => {
      await verbs.deleteAlias(actor, stateMachineAliasArn)
      return {}
    },
  ),
} as const

type WireRoute = { readonly stateMachineVersionArn: string; readonly weight: number }

const routeOf = ({ stateMachineVersionArn, weight }: WireRoute): AliasRoute => ({
  versionArn: stateMachineVersionArn,
  weight,
})
