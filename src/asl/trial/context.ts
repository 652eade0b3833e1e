/** The context object of a test: what AWS makes up, and what it takes from the person who tests. */
import { isJsonNumber, isJsonObject, type Json, type JsonObject } from '../../base/index.ts'
import { isWork, type State } from '../machine.ts'
import { printTimestamp } from '../timestamp.ts'
import { trialStateName } from './isolate.ts'

export type MadeContext = {
  readonly executionArn: string
  readonly executionName: string
  readonly machineArn: string
  readonly machineName: string
  readonly roleArn: string | undefined
  readonly input: Json
  readonly at: number
  readonly retryCount: number
  readonly token: string
}

/** As AWS makes it up: an express execution of a machine with a random name, and no RedriveCount. */
export function makeContext(state: State, made: MadeContext): JsonObject {
  const time = printTimestamp(made.at)
  const times: [string, Json][] = [
    ['Name', trialStateName],
    ['EnteredTime', time],
  ]
  if (isWork(state)) times.push(['RetryCount', made.retryCount])
  const members: [string, Json][] = [
    [
      'Execution',
      new Map<string, Json>([
        ['Id', made.executionArn],
        ['Input', made.input],
        ['Name', made.executionName],
        ['RoleArn', made.roleArn ?? null],
        ['StartTime', time],
      ]),
    ],
    [
      'StateMachine',
      new Map([
        ['Id', made.machineArn],
        ['Name', made.machineName],
      ]),
    ],
    ['State', new Map(times)],
  ]
  if (awaitsToken(state)) members.push(['Task', new Map([['Token', made.token]])])
  return new Map(members)
}

const awaitsToken = (state: State): boolean =>
  state.type === 'Task' &&
  (state.resource.kind === 'activity' || (state.resource.kind === 'service' && state.resource.pattern === 'token'))

/** A Task whose context may hold a token, in AWS's words "with a '.sync' or '.waitForTaskToken' pattern". */
const goesOn = (state: State): boolean =>
  state.type === 'Task' && state.resource.kind === 'service' && state.resource.pattern !== 'request'

type Kind = 'string' | 'number' | 'any'

const allowed: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  Execution: {
    Id: 'string',
    Input: 'any',
    Name: 'string',
    RoleArn: 'string',
    StartTime: 'string',
    RedriveCount: 'number',
    RedriveTime: 'string',
  },
  StateMachine: { Id: 'string', Name: 'string' },
  State: { Name: 'string', EnteredTime: 'string', RetryCount: 'number' },
  Task: { Token: 'string' },
}

/** What is wrong with a context that was given, in AWS's words; undefined when nothing is. */
export function contextFault(state: State, context: Json): string | undefined {
  if (!isJsonObject(context)) return 'Context object must be a JSON object'
  for (const [name, member] of context) {
    const fault = memberFault(state, name, member)
    if (fault !== undefined) return fault
  }
  return undefined
}

function memberFault(state: State, name: string, member: Json): string | undefined {
  if (name === 'Map') return "'Map' field is not supported when mocking a Context object"
  const fields = Object.hasOwn(allowed, name) ? allowed[name] : undefined
  if (fields === undefined) return `Field '${name}' is not allowed`
  if (name === 'Task' && !goesOn(state)) {
    return "Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' service integration pattern"
  }
  if (!isJsonObject(member)) return `${name} must be an object`
  for (const [field, value] of member) {
    const kind = Object.hasOwn(fields, field) ? fields[field] : undefined
    if (kind === undefined) return `Field '${field}' is not allowed`
    if (kind === 'string' && typeof value !== 'string') return `${name}.${field} must be a string`
    if (kind === 'number' && !isJsonNumber(value)) return `${name}.${field} must be a number`
  }
  return undefined
}
