/** `aws-sdk:sfn:startSyncExecution`: an express execution that a state runs and waits for, as AWS's own client answers it. */
import type { Actor } from '../../access/index.ts'
import {
  HoldfastError,
  isJsonObject,
  type Json,
  parseJson,
  printJson,
  uuid4,
  type RandomBytes,
} from '../../base/index.ts'
import type { ExpressDescription, StartExecutionRequest } from '../contract.ts'
import { awsErrorName } from '../errors.ts'
import type { ResourceHandler, TaskAnswer, TaskCall } from '../resource-handler.ts'
import { billingOf } from './express.ts'

export type SyncStart = (actor: Actor, request: StartExecutionRequest) => Promise<ExpressDescription>

/** `start` is the verb with its engine bound. */
export function syncExecutionHandler(start: SyncStart, randomBytes: RandomBytes): ResourceHandler {
  return {
    handles: (resource) =>
      resource.kind === 'service' &&
      resource.resourceType === 'aws-sdk:sfn' &&
      resource.action === 'startSyncExecution' &&
      resource.pattern === 'request',
    refuse: (_, parameters) => (requestOf(parameters) === undefined ? missingArn : undefined),
    call: (call) => answerOf(start, call, uuid4(randomBytes)),
  }
}

const missingArn = "The field 'StateMachineArn' is required but was missing"

function requestOf(text: string): StartExecutionRequest | undefined {
  const json = parseJson(text)
  if (!isJsonObject(json)) return undefined
  const [stateMachineArn, name, traceHeader] = ['StateMachineArn', 'Name', 'TraceHeader'].map((key) =>
    textIn(json.get(key)),
  )
  const input = json.get('Input')
  if (stateMachineArn === undefined) return undefined
  return {
    stateMachineArn,
    ...(name === undefined ? {} : { name }),
    ...(traceHeader === undefined ? {} : { traceHeader }),
    ...(input === undefined || input === null ? {} : { input: typeof input === 'string' ? input : printJson(input) }),
  }
}

const textIn = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined)

async function answerOf(start: SyncStart, { input, executionArn }: TaskCall, requestId: string): Promise<TaskAnswer> {
  const request = requestOf(input)
  if (request === undefined) return { kind: 'failed', error: 'States.Runtime', cause: missingArn }
  try {
    const ended = await start({ type: 'machine', id: executionArn, via: 'api' }, request)
    return { kind: 'succeeded', output: outputOf(ended) }
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error
    const name = awsErrorName(error) ?? 'ValidationException'
    const exception = name.endsWith('Exception') ? name : `${name}Exception`
    const cause = `${error.message} (Service: Sfn, Status Code: 400, Request ID: ${requestId}) (SDK Attempt Count: 1)`
    return { kind: 'failed', error: `Sfn.${exception}`, cause }
  }
}

function outputOf(ended: ExpressDescription): string {
  const { startedAt, stoppedAt = startedAt } = ended
  const { billedDurationInMilliseconds, billedMemoryUsedInMB } = billingOf(startedAt, stoppedAt)
  const included: Json = new Map([['Included', true]])
  const members: readonly (readonly [string, Json | undefined])[] = [
    [
      'BillingDetails',
      new Map([
        ['BilledDurationInMilliseconds', billedDurationInMilliseconds],
        ['BilledMemoryUsedInMB', billedMemoryUsedInMB],
      ]),
    ],
    ['Cause', ended.cause],
    ['Error', ended.error],
    ['ExecutionArn', ended.arn],
    ['Input', ended.input],
    ['InputDetails', included],
    ['Name', ended.name],
    ['Output', ended.output],
    ['OutputDetails', included],
    ['StartDate', new Date(startedAt).toISOString()],
    ['StateMachineArn', ended.stateMachineArn],
    ['Status', ended.status],
    ['StopDate', new Date(stoppedAt).toISOString()],
    ['TraceHeader', ended.traceHeader],
  ]
  return printJson(new Map(members.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))))
}
