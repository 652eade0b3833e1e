/** A state machine as a template of SAM or CloudFormation: what is named by ARN becomes a substitution. Pure. */
import type { Account } from '../../engine/index.ts'
import { partitionOf } from './resources.ts'
import type { MachineType } from './template.ts'

export type TemplateFormat = 'sam' | 'cloudformation'

export type ExportRequest = {
  readonly name: string
  readonly type: MachineType
  /** JSON text; its layout is kept. */
  readonly definition: string
  /** Whose ARNs become the stack's own. */
  readonly account: Account
  readonly format: TemplateFormat
}

/** A substitution: the local name of something outside of the definition. */
export type Substitution = {
  readonly name: string
  readonly original: string
  /** Of another account: a parameter of the template. */
  readonly isParameter: boolean
}

export type ExportedTemplate = {
  /** File name → text. */
  readonly files: ReadonlyMap<string, string>
  readonly substitutions: readonly Substitution[]
}

/** ARNs that name a thing of somebody's, and addresses of queues. The ARNs of integrations are the same everywhere. */
const outside =
  /arn:aws[a-z-]*:(?!states:::)[a-z0-9-]+:[a-z0-9-]*:\d*:[\w/.:+=@-]+|https:\/\/sqs\.[a-z0-9.-]+\/\d+\/[\w.-]+/g

export function exportTemplate(request: ExportRequest): ExportedTemplate {
  const substitutions = substitutionsIn(request.definition, request.account)
  const byOriginal = new Map(substitutions.map((one) => [one.original, one]))
  const text = request.definition.replaceAll(outside, (found) => `\${${byOriginal.get(found)?.name ?? found}}`)
  const file = `${request.name}.asl.json`
  const template = [
    ...(request.format === 'sam'
      ? ['Transform: AWS::Serverless-2016-10-31']
      : ["AWSTemplateFormatVersion: '2010-09-09'"]),
    'Parameters:',
    '  RoleArn: { Type: String, Description: Role that the state machine assumes }',
    ...substitutions.filter(({ isParameter }) => isParameter).map(parameterLine),
    'Resources:',
    `  ${logicalId(request.name)}:`,
    ...(request.format === 'sam' ? samLines(request, file) : cloudFormationLines(request, text)),
    ...substitutionLines(substitutions, request.account),
  ]
  const files = new Map([['template.yaml', `${template.join('\n')}\n`]])
  if (request.format === 'sam') files.set(file, text)
  return { files, substitutions }
}

function samLines({ name, type }: ExportRequest, file: string): readonly string[] {
  return [
    '    Type: AWS::Serverless::StateMachine',
    '    Properties:',
    `      Name: ${JSON.stringify(name)}`,
    `      Type: ${type}`,
    '      Role: !Ref RoleArn',
    `      DefinitionUri: ${JSON.stringify(file)}`,
  ]
}

function cloudFormationLines({ name, type }: ExportRequest, text: string): readonly string[] {
  return [
    '    Type: AWS::StepFunctions::StateMachine',
    '    Properties:',
    `      StateMachineName: ${JSON.stringify(name)}`,
    `      StateMachineType: ${type}`,
    '      RoleArn: !Ref RoleArn',
    '      DefinitionString: |2',
    ...text
      .trimEnd()
      .split('\n')
      .map((line) => `        ${line}`),
  ]
}

function substitutionLines(substitutions: readonly Substitution[], account: Account): readonly string[] {
  if (substitutions.length === 0) return []
  const lines = substitutions.map(({ name, original, isParameter }) => {
    return `        ${name}: ${isParameter ? `!Ref ${name}` : `!Sub ${JSON.stringify(ownText(original, account))}`}`
  })
  return ['      DefinitionSubstitutions:', ...lines]
}

const parameterLine = ({ name, original }: Substitution): string =>
  `  ${name}: { Type: String, Default: ${JSON.stringify(original)} }`

/** What is of this account and region here is of the stack's there. */
function ownText(original: string, account: Account): string {
  if (!original.startsWith('arn:')) {
    return original
      .replace(`sqs.${account.region}.`, 'sqs.${AWS::Region}.')
      .replace(account.accountId, '${AWS::AccountId}')
  }
  const [, , service = '', region = '', accountId = '', ...rest] = original.split(':')
  const place = [region === '' ? '' : '${AWS::Region}', accountId === '' ? '' : '${AWS::AccountId}']
  return ['arn', '${AWS::Partition}', service, ...place, ...rest].join(':')
}

function substitutionsIn(definition: string, account: Account): readonly Substitution[] {
  const taken = new Set<string>()
  return [...new Set(definition.match(outside))].map((original) => {
    const name = freeName(nameOf(original), taken)
    taken.add(name)
    return { name, original, isParameter: !isOwn(original, account) }
  })
}

function isOwn(original: string, account: Account): boolean {
  if (!original.startsWith('arn:'))
    return original.startsWith(`https://sqs.${account.region}.amazonaws.com/${account.accountId}/`)
  const [, partition, , region, accountId] = original.split(':')
  const sameRegion = region === '' || region === account.region
  return partition === partitionOf(account) && sameRegion && accountId === account.accountId
}

/** `arn:…:function:pay-order` → `PayOrderFunction`. */
function nameOf(original: string): string {
  if (!original.startsWith('arn:')) return `${pascal(original.split('/').at(-1) ?? '')}QueueUrl`
  const [, , service = '', , , ...rest] = original.split(':')
  const words = rest.join(':').split(/[:/]/)
  const [kind = service, name = kind] = words.length > 1 ? words : [service, ...words]
  return `${pascal(name)}${pascal(kind)}`
}

function pascal(text: string): string {
  const words = text.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
  return words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('')
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  const usable = wanted === '' || wanted === 'RoleArn' ? `${wanted}Arn` : wanted
  for (let i = 1; ; i++) {
    const name = i === 1 ? usable : `${usable}${i}`
    if (!taken.has(name)) return name
  }
}

const logicalId = (name: string): string => pascal(name) || 'StateMachine'
