/** The members that several actions share, with the constraints of AWS's API model. */
import type { Tag } from '../../engine/index.ts'
import type { NumberMember, Member, Shape, StructureMember, TextMember } from './shape.ts'

export const required = <const M extends Member>(member: M) => ({ ...member, required: true }) as const

export const text = <const T extends Omit<TextMember, 'kind'>>(constraints: T) =>
  ({ kind: 'text', ...constraints }) as const
export const oneOf = <const Choice extends string>(...choices: Choice[]) => ({ kind: 'text', oneOf: choices }) as const
export const integer = <const T extends Omit<NumberMember, 'kind'>>(constraints: T) =>
  ({ kind: 'integer', ...constraints }) as const
export const float = <const T extends Omit<NumberMember, 'kind'>>(constraints: T) =>
  ({ kind: 'float', ...constraints }) as const
export const boolean = { kind: 'boolean' } as const
export const listOf = <const M extends Member>(of: M) => ({ kind: 'list', of }) as const
export const structure = <const S extends Shape>(members: S) =>
  ({ kind: 'structure', members }) as const satisfies StructureMember

export const arn = text({ min: 1, max: 256 })
export const longArn = text({ min: 1, max: 2000 })
export const name = text({ min: 1, max: 80 })
export const taskToken = text({ min: 1, max: 2048 })
export const pageToken = text({ min: 1, max: 1024 })
export const longPageToken = text({ min: 1, max: 3096 })
export const pageSize = integer({ min: 0, max: 1000 })
export const definition = text({ min: 1, max: 'definition', secret: true })
export const payload = text({ max: 'payload', secret: true })
export const errorName = text({ max: 256, secret: true })
export const cause = text({ max: 32_768, secret: true })
export const traceHeader = text({ max: 256, pattern: /^\p{ASCII}*$/u })
export const machineType = oneOf('STANDARD', 'EXPRESS')
export const includedData = oneOf('ALL_DATA', 'METADATA_ONLY')
/** In the order in which AWS was recorded to list them. */
export const executionStatus = oneOf('SUCCEEDED', 'TIMED_OUT', 'PENDING_REDRIVE', 'ABORTED', 'FAILED', 'RUNNING')

export const tagKey = text({ min: 1, max: 128 })
export const tag = structure({ key: required(tagKey), value: text({ max: 256 }) })

export const loggingConfiguration = structure({
  level: oneOf('ALL', 'ERROR', 'FATAL', 'OFF'),
  includeExecutionData: boolean,
  destinations: listOf(structure({ cloudWatchLogsLogGroup: structure({ logGroupArn: arn }) })),
})
export const tracingConfiguration = structure({ enabled: boolean })
export const encryptionConfiguration = structure({
  kmsKeyId: text({ min: 1, max: 2048 }),
  kmsDataKeyReusePeriodSeconds: integer({ min: 60, max: 900 }),
  type: required(oneOf('AWS_OWNED_KEY', 'CUSTOMER_MANAGED_KMS_KEY')),
})

export const versionDescription = text({ max: 256, secret: true })
/** Spelled as AWS shows it in its message. */
const aliasPattern = new RegExp(String.raw`^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$`)
export const aliasName = text({ min: 1, max: 80, pattern: aliasPattern })
export const routingConfiguration = {
  ...listOf(structure({ stateMachineVersionArn: required(arn), weight: required(integer({ min: 0, max: 100 })) })),
  min: 1,
  max: 2,
  itemName: 'RoutingConfigurationListItem',
} as const

/** A tag without a value has an empty one. */
export function tagsOf(tags: readonly Partial<Tag>[]): readonly Tag[]
export function tagsOf(tags: readonly Partial<Tag>[] | undefined): readonly Tag[] | undefined
export function tagsOf(tags: readonly Partial<Tag>[] | undefined): readonly Tag[] | undefined {
  return tags?.map(({ key, value }) => ({ key: key ?? '', value: value ?? '' }))
}
