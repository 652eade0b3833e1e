/** The names of what the engine keeps, in AWS's spelling. Pure. */
import { invalidArn, invalidRequest } from './errors.ts'

/** Where this engine says it lives. Part of every ARN, so it must not change once there is data. */
export type Account = { readonly region: string; readonly accountId: string }

export type StateMachineArn = {
  readonly kind: 'stateMachine'
  readonly name: string
  /** The label of a distributed Map inside the machine: `…:stateMachine:NAME/LABEL`. */
  readonly label?: string
  /** A version number or an alias: `…:stateMachine:NAME:7`. */
  readonly qualifier?: string
}
export type ExecutionArn = {
  readonly kind: 'execution'
  readonly machineName: string
  readonly label?: string
  readonly name: string
}
/** One run of an EXPRESS machine; `id` is a UUID, as express names may repeat. */
export type ExpressArn = {
  readonly kind: 'express'
  readonly machineName: string
  readonly name: string
  readonly id: string
}
export type ActivityArn = { readonly kind: 'activity'; readonly name: string }
export type MapRunArn = {
  readonly kind: 'mapRun'
  readonly machineName: string
  readonly label: string
  readonly id: string
}
export type StatesArn = StateMachineArn | ExecutionArn | ExpressArn | ActivityArn | MapRunArn

const partitions: readonly (readonly [prefix: string, partition: string])[] = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
]

function arnOf(service: string, account: Account, resource: string): string {
  const partition = partitions.find(([prefix]) => account.region.startsWith(prefix))?.[1] ?? 'aws'
  return `arn:${partition}:${service}:${account.region}:${account.accountId}:${resource}`
}

function statesArn(account: Account, resource: string): string {
  return arnOf('states', account, resource)
}

export function lambdaFunctionArn(account: Account, name: string): string {
  return arnOf('lambda', account, `function:${name}`)
}

export function stateMachineArn(account: Account, name: string): string {
  return statesArn(account, `stateMachine:${name}`)
}

/** A version (by number) or an alias (by name) of a state machine. */
export function qualifiedArn(machineArn: string, qualifier: string | number): string {
  return `${machineArn}:${qualifier}`
}

/** What comes before the qualifier, if there is one. Of what is no such ARN: something that no machine has. */
export const machineArnOf = (arn: string): string => arn.split(':', 7).join(':')

export function executionArn(account: Account, machineName: string, name: string): string {
  return statesArn(account, `execution:${machineName}:${name}`)
}

export function expressArn(account: Account, machineName: string, name: string, id: string): string {
  return statesArn(account, `express:${machineName}:${name}:${id}`)
}

/** The execution that is made up where a single state is tested; it is nowhere kept. */
export function trialExecutionArn(account: Account, machineName: string, name: string): string {
  return statesArn(account, `express:${machineName}:${name}`)
}

export function activityArn(account: Account, name: string): string {
  return statesArn(account, `activity:${name}`)
}

/** Longer than the longest real one (AWS's own limit for map runs). */
const maxArnLength = 2000

/**
 * What an ARN names. It says nothing on whether that exists, nor whose account it is in: ARNs are compared as a whole.
 * @throws HoldfastError arn.invalid
 */
export function parseArn(text: string): StatesArn {
  if (text.length > maxArnLength) throw invalidArn('ARN is too long')
  const words = text.split(':')
  const [scheme, partition, service, region, account, type, ...names] = words
  if (scheme !== 'arn' || !partition || service !== 'states') throw invalidArn(`Invalid ARN prefix: ${text}`)
  if (!region || !account || !type) throw invalidArn(`Invalid ARN format: ${text}`)
  const parsed = names.every((name) => name !== '') ? parseNames(type, names) : undefined
  if (parsed === undefined) throw invalidArn(`Invalid ARN format: ${text}`)
  return parsed
}

function parseNames(type: string, names: readonly string[]): StatesArn | undefined {
  const [first, second, third] = names
  if (first === undefined) return undefined
  switch (`${type}/${names.length}`) {
    case 'stateMachine/1':
      return { kind: 'stateMachine', ...machineAndLabel(first) }
    case 'stateMachine/2':
      return { kind: 'stateMachine', name: first, qualifier: second }
    case 'activity/1':
      return { kind: 'activity', name: first }
    default:
  }
  if (second === undefined) return undefined
  const { name: machineName, label } = machineAndLabel(first)
  if (type === 'execution' && third === undefined) return { kind: 'execution', machineName, label, name: second }
  if (type === 'mapRun' && third === undefined && label) return { kind: 'mapRun', machineName, label, id: second }
  if (type === 'express' && third !== undefined && names.length === 3) {
    return { kind: 'express', machineName: first, name: second, id: third }
  }
  return undefined
}

function machineAndLabel(text: string): { name: string; label?: string } {
  const slash = text.indexOf('/')
  return slash < 0 ? { name: text } : { name: text.slice(0, slash), label: text.slice(slash + 1) }
}

const wrongType = (found: StatesArn) => invalidArn(`Resource type not valid in this context: ${found.kind}`)

/** @throws HoldfastError arn.invalid when it is no ARN of a state machine (version, alias and label allowed). */
export function parseStateMachineArn(text: string): StateMachineArn {
  const arn = parseArn(text)
  if (arn.kind !== 'stateMachine') throw wrongType(arn)
  return arn
}

/** A machine, and what of it: all of it, one version, or what an alias points at. */
export type QualifiedMachine =
  | { readonly kind: 'machine'; readonly machineArn: string }
  | { readonly kind: 'version'; readonly machineArn: string; readonly number: number }
  | { readonly kind: 'alias'; readonly machineArn: string; readonly name: string }

/** @throws HoldfastError arn.invalid when it is no ARN of a state machine */
export function parseQualifiedArn(text: string): QualifiedMachine {
  const { qualifier } = parseStateMachineArn(text)
  if (qualifier === undefined) return { kind: 'machine', machineArn: text }
  const machineArn = text.slice(0, -qualifier.length - 1)
  return /^[1-9]\d{0,14}$/.test(qualifier)
    ? { kind: 'version', machineArn, number: Number(qualifier) }
    : { kind: 'alias', machineArn, name: qualifier }
}

/**
 * For the verbs that change a machine as a whole.
 * @throws HoldfastError arn.invalid; request.invalid when it names a version, an alias or a label
 */
export function parseWholeMachineArn(text: string): StateMachineArn {
  const arn = parseStateMachineArn(text)
  if (arn.qualifier === undefined && arn.label === undefined) return arn
  throw invalidRequest(
    `This operation takes a state machine without version, alias or label: '${text}'`,
    'stateMachineArn',
    'arn:aws:states:REGION:ACCOUNT:stateMachine:NAME',
  )
}

/** @throws HoldfastError arn.invalid when it is no ARN at all: which role it is, and whether it exists, is not asked. */
export function requireRoleArn(text: string): void {
  if (!text.startsWith('arn:')) throw invalidArn(`Invalid ARN prefix: ${text}`)
}

/** @throws HoldfastError arn.invalid when it is no ARN of a standard execution: express runs cannot be looked up. */
export function parseExecutionArn(text: string): ExecutionArn {
  const arn = parseArn(text)
  if (arn.kind !== 'execution') throw wrongType(arn)
  return arn
}

/** @throws HoldfastError arn.invalid when it is no ARN of a Map Run. */
export function parseMapRunArn(text: string): MapRunArn {
  const arn = parseArn(text)
  if (arn.kind !== 'mapRun') throw wrongType(arn)
  return arn
}

/** @throws HoldfastError arn.invalid when it is no ARN of an activity. */
export function parseActivityArn(text: string): ActivityArn {
  const arn = parseArn(text)
  if (arn.kind !== 'activity') throw wrongType(arn)
  return arn
}

/** @throws HoldfastError arn.invalid when it is nothing that can carry tags. */
export function parseTaggableArn(text: string): StateMachineArn | ActivityArn {
  const arn = parseArn(text)
  if (arn.kind !== 'stateMachine' && arn.kind !== 'activity') throw wrongType(arn)
  return arn
}
