/** What a reference to a resource of a template means here: its name, its ARN, its address, as AWS would make them of its own. Pure. */
import { isJsonObject, type Json } from '../../base/index.ts'
import type { Account } from '../../engine/index.ts'

export type Resource = {
  readonly id: string
  readonly type: string
  readonly properties: ReadonlyMap<string, Json>
  /** Name of the condition under which it is there. */
  readonly condition: string | undefined
}

type Kind = {
  /** Of ARNs. */
  readonly service: string
  /** `table/NAME`, `NAME`. */
  readonly resource: (name: string) => string
  /** The property that holds the name. */
  readonly name: readonly string[]
  /** What Ref gives. */
  readonly ref: 'name' | 'arn' | 'url'
  /** An ARN of this service names no region and no account. */
  readonly global?: 'region' | 'both'
}

const bare = (name: string): string => name

const kinds: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['AWS::Lambda::Function', kind('lambda', (name) => `function:${name}`, ['FunctionName'], 'name')],
  ['AWS::Serverless::Function', kind('lambda', (name) => `function:${name}`, ['FunctionName'], 'name')],
  ['AWS::StepFunctions::StateMachine', kind('states', (name) => `stateMachine:${name}`, ['StateMachineName'], 'arn')],
  ['AWS::Serverless::StateMachine', kind('states', (name) => `stateMachine:${name}`, ['Name'], 'arn')],
  ['AWS::StepFunctions::Activity', kind('states', (name) => `activity:${name}`, ['Name'], 'arn')],
  ['AWS::SNS::Topic', kind('sns', bare, ['TopicName'], 'arn')],
  ['AWS::SQS::Queue', kind('sqs', bare, ['QueueName'], 'url')],
  ['AWS::DynamoDB::Table', kind('dynamodb', (name) => `table/${name}`, ['TableName'], 'name')],
  ['AWS::DynamoDB::GlobalTable', kind('dynamodb', (name) => `table/${name}`, ['TableName'], 'name')],
  ['AWS::Serverless::SimpleTable', kind('dynamodb', (name) => `table/${name}`, ['TableName'], 'name')],
  ['AWS::Events::EventBus', kind('events', (name) => `event-bus/${name}`, ['Name'], 'name')],
  ['AWS::Events::Connection', kind('events', (name) => `connection/${name}`, ['Name'], 'name')],
  ['AWS::Events::Rule', kind('events', (name) => `rule/${name}`, ['Name'], 'name')],
  ['AWS::SecretsManager::Secret', kind('secretsmanager', (name) => `secret:${name}`, ['Name'], 'arn')],
  ['AWS::Kinesis::Stream', kind('kinesis', (name) => `stream/${name}`, ['Name'], 'name')],
  ['AWS::Logs::LogGroup', kind('logs', (name) => `log-group:${name}`, ['LogGroupName'], 'name')],
  ['AWS::ECS::Cluster', kind('ecs', (name) => `cluster/${name}`, ['ClusterName'], 'name')],
  ['AWS::ECS::TaskDefinition', kind('ecs', (name) => `task-definition/${name}:1`, ['Family'], 'arn')],
  ['AWS::KMS::Key', kind('kms', (name) => `key/${name}`, [], 'name')],
  ['AWS::S3::Bucket', { ...kind('s3', bare, ['BucketName'], 'name'), global: 'both' }],
  ['AWS::IAM::Role', { ...kind('iam', (name) => `role/${name}`, ['RoleName'], 'name'), global: 'region' }],
])

function kind(service: string, resource: Kind['resource'], name: readonly string[], ref: Kind['ref']): Kind {
  return { service, resource, name, ref }
}

/** Functions run where the user says, machines and activities run here: references to them are no guesses. */
export const isOurs = ({ type }: Resource): boolean =>
  isFunction(type) || /^AWS::(StepFunctions|Serverless::StateMachine)/.test(type)

export const isFunction = (type: string): boolean =>
  type === 'AWS::Lambda::Function' || type === 'AWS::Serverless::Function'

export const isMachine = (type: string): boolean =>
  type === 'AWS::StepFunctions::StateMachine' || type === 'AWS::Serverless::StateMachine'

/** The properties in which a name may stand, first come. */
export const namePropertiesOf = ({ type }: Resource): readonly string[] => kinds.get(type)?.name ?? []

/** What AWS would call it when the template gives no name: here, its logical id. */
export const usualName = ({ type, id }: Resource): string => (type === 'AWS::S3::Bucket' ? id.toLowerCase() : id)

export function partitionOf({ region }: Account): string {
  if (region.startsWith('cn-')) return 'aws-cn'
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
}

/** What `Ref` gives. */
export function referenceTo(resource: Resource, name: string, account: Account): string {
  const known = kinds.get(resource.type)
  if (known?.ref === 'arn') return arnOf(resource, name, account)
  if (known?.ref === 'url') return `https://sqs.${account.region}.amazonaws.com/${account.accountId}/${name}`
  return name
}

/** What `Fn::GetAtt` gives; undefined: only AWS knows. */
export function attributeOf(resource: Resource, attribute: string, name: string, account: Account): string | undefined {
  if (/^(Arn|.*Arn)$/.test(attribute) && attribute !== 'LatestStreamArn') return arnOf(resource, name, account)
  if (attribute === 'Name' || namePropertiesOf(resource).includes(attribute)) return name
  if (attribute === 'QueueUrl') return referenceTo(resource, name, account)
  return undefined
}

function arnOf({ type, id }: Resource, name: string, account: Account): string {
  const { service, resource, global }: Kind =
    kinds.get(type) ?? kind((type.split('::')[1] ?? 'unknown').toLowerCase(), () => id, [], 'name')
  const region = global === undefined ? account.region : ''
  const accountId = global === 'both' ? '' : account.accountId
  return `arn:${partitionOf(account)}:${service}:${region}:${accountId}:${resource(name)}`
}

/** Of the section `Resources`. */
export function resourcesIn(section: Json | undefined): ReadonlyMap<string, Resource> {
  const entries = section !== undefined && isJsonObject(section) ? [...section] : []
  return new Map(
    entries.flatMap(([id, value]) => {
      const type = isJsonObject(value) ? value.get('Type') : undefined
      if (!isJsonObject(value) || typeof type !== 'string') return []
      const properties = value.get('Properties')
      const condition = value.get('Condition')
      return [
        [
          id,
          {
            id,
            type,
            properties: properties !== undefined && isJsonObject(properties) ? properties : new Map<string, Json>(),
            condition: typeof condition === 'string' ? condition : undefined,
          },
        ] as const,
      ]
    }),
  )
}
