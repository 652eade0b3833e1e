/** Actions on versions, aliases and redriving, called once: a part of the table in `action-cases.fixture.ts`. */
import { executionArn, machineArn } from '../fake-world.ts'
import type { Case } from './action-cases.fixture.ts'

const versionArn = `${machineArn}:2`
const aliasArn = `${machineArn}:live`
const at = Date.UTC(2026, 0, 1, 12, 0, 0, 459)
const seconds = 1_767_268_800.459

export const versionCases: readonly Case[] = [
  {
    action: 'PublishStateMachineVersion',
    request: { stateMachineArn: machineArn, revisionId: 'r2', description: 'second' },
    verb: 'publishVersion',
    asked: [{ arn: machineArn, revisionId: 'r2', description: 'second' }],
    answer: { arn: versionArn, createdAt: at },
    response: { stateMachineVersionArn: versionArn, creationDate: seconds },
  },
  {
    action: 'ListStateMachineVersions',
    request: { stateMachineArn: machineArn, maxResults: 1, nextToken: 'n' },
    verb: 'listVersions',
    asked: [{ stateMachineArn: machineArn, limit: 1, cursor: 'n' }],
    answer: { items: [{ arn: versionArn, createdAt: at, description: 'second' }], cursor: 'm' },
    response: {
      stateMachineVersions: [{ stateMachineVersionArn: versionArn, creationDate: seconds }],
      nextToken: 'm',
    },
  },
  {
    action: 'DeleteStateMachineVersion',
    request: { stateMachineVersionArn: versionArn },
    verb: 'deleteVersion',
    asked: [versionArn],
    answer: undefined,
    response: {},
  },
  {
    action: 'CreateStateMachineAlias',
    request: { name: 'live', routingConfiguration: [{ stateMachineVersionArn: versionArn, weight: 100 }] },
    verb: 'createAlias',
    asked: [{ name: 'live', routing: [{ versionArn, weight: 100 }] }],
    answer: { arn: aliasArn, createdAt: at },
    response: { stateMachineAliasArn: aliasArn, creationDate: seconds },
  },
  {
    action: 'UpdateStateMachineAlias',
    request: {
      stateMachineAliasArn: aliasArn,
      description: 'all of it',
      routingConfiguration: [{ stateMachineVersionArn: versionArn, weight: 100 }],
    },
    verb: 'updateAlias',
    asked: [{ arn: aliasArn, description: 'all of it', routing: [{ versionArn, weight: 100 }] }],
    answer: { updatedAt: at },
    response: { updateDate: seconds },
  },
  {
    action: 'DescribeStateMachineAlias',
    request: { stateMachineAliasArn: aliasArn },
    verb: 'describeAlias',
    asked: [aliasArn],
    answer: {
      arn: aliasArn,
      name: 'live',
      description: 'all of it',
      routing: [{ versionArn, weight: 100 }],
      createdAt: at,
      updatedAt: at + 1000,
    },
    response: {
      stateMachineAliasArn: aliasArn,
      name: 'live',
      description: 'all of it',
      routingConfiguration: [{ stateMachineVersionArn: versionArn, weight: 100 }],
      creationDate: seconds,
      updateDate: seconds + 1,
    },
  },
  {
    action: 'ListStateMachineAliases',
    request: { stateMachineArn: machineArn },
    verb: 'listAliases',
    asked: [{ stateMachineArn: machineArn }],
    answer: { items: [{ arn: aliasArn, createdAt: at }] },
    response: { stateMachineAliases: [{ stateMachineAliasArn: aliasArn, creationDate: seconds }] },
  },
  {
    action: 'DeleteStateMachineAlias',
    request: { stateMachineAliasArn: aliasArn },
    verb: 'deleteAlias',
    asked: [aliasArn],
    answer: undefined,
    response: {},
  },
  {
    action: 'RedriveExecution',
    request: { executionArn, clientToken: 'once' },
    verb: 'redriveExecution',
    asked: [{ executionArn, clientToken: 'once' }],
    answer: { redrivenAt: at },
    response: { redriveDate: seconds },
  },
]
