/** Nested executions (`states:startExecution…`): what the parent's history sees of the child. Pure. */
import type { About, Command, Event, TaskResource } from '../../asl/index.ts'
import {
  type HoldfastError,
  isJsonObject,
  type Json,
  type JsonText,
  jsonFromPlain,
  parseJson,
  printJson,
} from '../../base/index.ts'
import type { StartedExecution } from '../contract.ts'
import { awsErrorName } from '../errors.ts'
import type { EventWork, NestedCall, StartWork } from '../run/work.ts'

// ---- the call

export const isNestedStart = ({ resource }: { readonly resource: TaskResource }): boolean =>
  resource.kind === 'service' && resource.resourceType === 'states' && resource.action === 'startExecution'

/** What `states:startExecution` takes. A text says what is wrong with it. */
export function nestedParameters(
  input: JsonText,
): Pick<StartWork, 'stateMachineArn' | 'name' | 'input' | 'traceHeader'> | string {
  const parameters = parseJson(input)
  if (!isJsonObject(parameters)) return 'The parameters are not an object'
  const arn = parameters.get('StateMachineArn')
  const name = parameters.get('Name')
  const traceHeader = parameters.get('TraceHeader')
  if (typeof arn !== 'string') return "The field 'StateMachineArn' is required but was missing"
  if (name !== undefined && name !== null && typeof name !== 'string')
    return "The value of the field 'Name' has an invalid format"
  return {
    stateMachineArn: arn,
    name: typeof name === 'string' ? name : undefined,
    input: childInput(parameters.get('Input')),
    traceHeader: typeof traceHeader === 'string' ? traceHeader : undefined,
  }
}

/** Why the parameters of a nested start will not do: told before anything is scheduled. */
export function refuseNested(input: JsonText): string | undefined {
  const read = nestedParameters(input)
  return typeof read === 'string' ? read : undefined
}

/** A string is the input's text, as the API takes it; anything else is JSON already. */
const childInput = (input: Json | undefined): JsonText =>
  input === undefined || input === null ? '{}' : typeof input === 'string' ? input : printJson(input)

// ---- its answers

/** The call returned: the answer itself, or the submission of a task that goes on. */
export function nestedStarted(call: NestedCall, started: StartedExecution, requestId: () => string): EventWork {
  const output = startedOutput(started, requestId())
  return workFor(call, { kind: call.pattern === 'request' ? 'taskSucceeded' : 'taskSubmitted', output })
}

/** What AWS's own client answers to a start. */
export function startedOutput(started: StartedExecution, requestId: string): JsonText {
  return printJson(
    jsonFromPlain({
      ExecutionArn: started.executionArn,
      ...responseMetadata(requestId, JSON.stringify(started).length),
      StartDate: started.startedAt,
    }),
  )
}

/** The members that AWS's own client adds to a response. */
function responseMetadata(requestId: string, length: number): object {
  const headers = {
    connection: 'keep-alive',
    'Content-Length': String(length),
    'Content-Type': 'application/x-amz-json-1.0',
  }
  const all = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]))
  return {
    SdkHttpMetadata: {
      AllHttpHeaders: { 'x-amzn-RequestId': [requestId], ...all },
      HttpHeaders: { ...headers, 'x-amzn-RequestId': requestId },
      HttpStatusCode: 200,
    },
    SdkResponseMetadata: { RequestId: requestId },
  }
}

export function nestedStartFailure(call: NestedCall, error: HoldfastError, requestId: () => string): EventWork {
  return workFor(call, { kind: 'taskFailed', ...startFailure(error, requestId()), fromCall: true })
}

/** A refused start as AWS's own client throws it. */
export function startFailure(
  error: HoldfastError,
  requestId: string,
): { readonly error: string; readonly cause: string } {
  const name = awsErrorName(error) ?? 'ValidationException'
  const cause = `${error.message} (Service: AWSStepFunctions; Status Code: 400; Error Code: ${name}; Request ID: ${requestId}; Proxy: null)`
  const exception = name.endsWith('Exception') ? name : `${name}Exception`
  return { error: `StepFunctions.${exception}`, cause }
}

type Close = Extract<Command, { kind: 'close' }>

/** A child that somebody awaits has ended: its description is the task's result, or the cause of its failure. */
export function nestedOutput(call: NestedCall, about: About, close: Close): EventWork {
  const description = describeClosed(call, about, close)
  if (close.status === 'succeeded') return workFor(call, { kind: 'taskSucceeded', output: description })
  return workFor(call, { kind: 'taskFailed', error: 'States.TaskFailed', cause: description })
}

/** DescribeExecution in PascalCase; `.sync` leaves payloads as text, `.sync:2` as JSON. */
function describeClosed(call: NestedCall, about: About, close: Close): JsonText {
  const payload = (text: JsonText) => (call.pattern === 'sync:2' ? parseJson(text) : text)
  const members: [string, Json | undefined][] = [
    ['Cause', close.cause],
    ['Error', close.error],
    ['ExecutionArn', about.arn],
    ['Input', payload(about.input)],
    ['InputDetails', new Map([['Included', true]])],
    ['Name', about.name],
    ['Output', close.output === undefined ? undefined : payload(close.output)],
    ['OutputDetails', close.output === undefined ? undefined : new Map([['Included', true]])],
    ...(call.credentials === true ? redriveMembers(close) : []),
    ['StartDate', about.startedAt],
    ['StateMachineArn', about.machineArn],
    ['Status', close.status.toUpperCase()],
    ['StopDate', close.at],
  ]
  return printJson(new Map(members.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))))
}

/**
 * A call with Credentials reads the description in the other account, and that tells of redrives; without them AWS hears of
 * the end by an event, and the recordings have no such members (docs/adr/0008-recordings-before-documents.md). A child that
 * is awaited has never been redriven.
 */
function redriveMembers({ status }: Close): [string, Json][] {
  const count: [string, Json] = ['RedriveCount', 0]
  if (status !== 'succeeded') return [count, ['RedriveStatus', 'REDRIVABLE']]
  const reason = 'Execution is SUCCEEDED and cannot be redriven'
  return [count, ['RedriveStatus', 'NOT_REDRIVABLE'], ['RedriveStatusReason', reason]]
}

type TaskEvent =
  | { readonly kind: 'taskSucceeded' | 'taskSubmitted'; readonly output: JsonText }
  | { readonly kind: 'taskFailed'; readonly error: string; readonly cause: string; readonly fromCall?: boolean }

function workFor(call: NestedCall, event: TaskEvent): EventWork {
  const { frame, enteredId, attempt } = call
  const full: Event = { ...event, frame, enteredId, attempt }
  return { kind: 'event', executionId: call.executionId, event: full }
}
