/** `dynamodb:getItem`, `putItem`, `updateItem`, `deleteItem`: one item, in DynamoDB's own notation (`{"S": "text"}`). */
import { optimizedWords } from '../failure.ts'
import type { ParameterTable } from '../parameters.ts'
import type { Integration } from './integration.ts'

// Nothing is required: DynamoDB itself says what is missing, and definitions match on its words.
const shared: ParameterTable = {
  ExpressionAttributeNames: { kind: 'object' },
  ReturnConsumedCapacity: { kind: 'text' },
  TableName: { kind: 'text' },
}

const writing: ParameterTable = {
  ...shared,
  ConditionExpression: { kind: 'text' },
  ConditionalOperator: { kind: 'text' },
  Expected: { kind: 'object' },
  ExpressionAttributeValues: { kind: 'object' },
  ReturnItemCollectionMetrics: { kind: 'text' },
  ReturnValues: { kind: 'text' },
  ReturnValuesOnConditionCheckFailure: { kind: 'text' },
}

const items: Readonly<Record<string, ParameterTable>> = {
  getItem: {
    ...shared,
    AttributesToGet: { kind: 'list' },
    ConsistentRead: { kind: 'boolean' },
    Key: { kind: 'object' },
    ProjectionExpression: { kind: 'text' },
  },
  putItem: { ...writing, Item: { kind: 'object' } },
  updateItem: {
    ...writing,
    AttributeUpdates: { kind: 'object' },
    Key: { kind: 'object' },
    UpdateExpression: { kind: 'text' },
  },
  deleteItem: { ...writing, Key: { kind: 'object' } },
}

export const dynamodbItems: readonly Integration[] = Object.entries(items).map(([action, parameters]) => ({
  resource: `dynamodb:${action}`,
  awaitsToken: false,
  client: 'dynamodb',
  command: action.slice(0, 1).toUpperCase() + action.slice(1),
  words: optimizedWords('DynamoDB', 'AmazonDynamoDBv2', 'AmazonDynamoDBException'),
  parameters,
}))
