/** Nested executions (`states:startExecution…`): what the parent's history sees of the child. Pure. */
import type { About, Command, Event } from '../../asl/index.ts'
import { type HoldfastError, type JsonObject, type JsonText, jsonFromPlain, parseJson, printJson } from '../../base/index.ts'
import type { StartedExecution } from '../contract.ts'
import { awsErrorName } from '../errors.ts'
import type { EventWork, NestedCall } from '../run/work.ts'

/** The call returned: the answer itself, or the submission of a task that goes on. */
export function nestedStarted(call: NestedCall, started: StartedExecution, requestId: () => string): EventWork {
  const id = requestId()
  const output = printJson(
    jsonFromPlain({
      ExecutionArn: started.executionArn,
      ...responseMetadata(id, JSON.stringify(started).length),
      StartDate: started.startedAt,
    }),
  )
  return workFor(call, { kind: call.pattern === 'request' ? 'taskSucceeded' : 'taskSubmitted', output })
}

/** The members that AWS's own client adds to a response. */
function responseMetadata(requestId: string, length: number): object {
  const headers = { connection: 'keep-alive', 'Content-Length': String(length), 'Content-Type': 'application/x-amz-json-1.0' }
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
  const name = awsErrorName(error) ?? 'ValidationException'
  const cause = `${error.message} (Service: AWSStepFunctions; Status Code: 400; Error Code: ${name}; Request ID: ${requestId()}; Proxy: null)`
  const exception = name.endsWith('Exception') ? name : `${name}Exception`
  return workFor(call, { kind: 'taskFailed', error: `StepFunctions.${exception}`, cause, fromCall: true })
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
  const members: [string, JsonObject | ReturnType<typeof parseJson> | undefined][] = [
    ['Cause', close.cause],
    ['Error', close.error],
    ['ExecutionArn', about.arn],
    ['Input', payload(about.input)],
    ['InputDetails', new Map([['Included', true]])],
    ['Name', about.name],
    ['Output', close.output === undefined ? undefined : payload(close.output)],
    ['OutputDetails', close.output === undefined ? undefined : new Map([['Included', true]])],
    ['StartDate', about.startedAt],
    ['StateMachineArn', about.machineArn],
    ['Status', close.status.toUpperCase()],
    ['StopDate', close.at],
  ]
  return printJson(new Map(members.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))))
}

type TaskEvent =
  | { readonly kind: 'taskSucceeded' | 'taskSubmitted'; readonly output: JsonText }
  | { readonly kind: 'taskFailed'; readonly error: string; readonly cause: string; readonly fromCall?: boolean }

function workFor(call: NestedCall, event: TaskEvent): EventWork {
  const { frame, enteredId, attempt } = call
  const full: Event = { ...event, frame, enteredId, attempt }
  return { kind: 'event', executionId: call.executionId, event: full }
}
