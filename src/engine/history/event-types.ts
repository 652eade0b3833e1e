/** The history events and the members of their details: the one table behind storing them and showing them as AWS does. */

/** `text`: JSON or prose that repeats in a step; `word`: a name of the machine; `number`; `variables`: name → JSON text; `role`: an ARN. */
export type FieldKind = 'text' | 'word' | 'number' | 'variables' | 'role'
export type EventShape = {
  /** `stateEnteredEventDetails`; absent when AWS shows no details. */
  readonly key?: string
  readonly fields: readonly (readonly [name: string, kind: FieldKind])[]
}

const input = ['input', 'text'] as const
const output = ['output', 'text'] as const
const name = ['name', 'word'] as const
const failure = [
  ['error', 'text'],
  ['cause', 'text'],
] as const
const service = [
  ['resourceType', 'word'],
  ['resource', 'word'],
] as const
const times = [
  ['timeoutInSeconds', 'number'],
  ['heartbeatInSeconds', 'number'],
] as const
const credentials = ['taskCredentials', 'role'] as const
const entered: EventShape = { key: 'stateEnteredEventDetails', fields: [name, input] }
const exited: EventShape = {
  key: 'stateExitedEventDetails',
  fields: [name, output, ['assignedVariables', 'variables']],
}
const iteration = (type: string): EventShape => ({
  key: `mapIteration${type}EventDetails`,
  fields: [name, ['index', 'number']],
})
const bare: EventShape = { fields: [] }

/**
 * By type, in the order of their stored numbers: only ever append. The names are AWS's (GetExecutionHistory).
 */
export const eventShapes = {
  ExecutionStarted: {
    key: 'executionStartedEventDetails',
    fields: [input, ['roleArn', 'word'], ['stateMachineAliasArn', 'text'], ['stateMachineVersionArn', 'text']],
  },
  ExecutionSucceeded: { key: 'executionSucceededEventDetails', fields: [output] },
  ExecutionFailed: { key: 'executionFailedEventDetails', fields: failure },
  ExecutionAborted: { key: 'executionAbortedEventDetails', fields: failure },
  ExecutionTimedOut: { key: 'executionTimedOutEventDetails', fields: failure },
  PassStateEntered: entered,
  PassStateExited: exited,
  TaskStateEntered: entered,
  TaskStateExited: exited,
  TaskStateAborted: bare,
  ChoiceStateEntered: entered,
  ChoiceStateExited: exited,
  WaitStateEntered: entered,
  WaitStateExited: exited,
  WaitStateAborted: bare,
  SucceedStateEntered: entered,
  SucceedStateExited: exited,
  FailStateEntered: entered,
  ParallelStateEntered: entered,
  ParallelStateStarted: bare,
  ParallelStateSucceeded: bare,
  ParallelStateFailed: bare,
  ParallelStateAborted: bare,
  ParallelStateExited: exited,
  MapStateEntered: entered,
  MapStateStarted: { key: 'mapStateStartedEventDetails', fields: [['length', 'number']] },
  MapStateSucceeded: bare,
  MapStateFailed: bare,
  MapStateAborted: bare,
  MapStateExited: exited,
  MapIterationStarted: iteration('Started'),
  MapIterationSucceeded: iteration('Succeeded'),
  MapIterationFailed: iteration('Failed'),
  MapIterationAborted: iteration('Aborted'),
  EvaluationFailed: {
    key: 'evaluationFailedEventDetails',
    fields: [...failure, ['location', 'text'], ['state', 'word']],
  },
  LambdaFunctionScheduled: {
    key: 'lambdaFunctionScheduledEventDetails',
    fields: [['resource', 'word'], input, ...times, credentials],
  },
  LambdaFunctionStarted: bare,
  LambdaFunctionSucceeded: { key: 'lambdaFunctionSucceededEventDetails', fields: [output] },
  LambdaFunctionFailed: { key: 'lambdaFunctionFailedEventDetails', fields: failure },
  LambdaFunctionTimedOut: { key: 'lambdaFunctionTimedOutEventDetails', fields: failure },
  ActivityScheduled: {
    key: 'activityScheduledEventDetails',
    fields: [['resource', 'word'], input, ...times, credentials],
  },
  ActivityStarted: { key: 'activityStartedEventDetails', fields: [['workerName', 'text']] },
  ActivitySucceeded: { key: 'activitySucceededEventDetails', fields: [output] },
  ActivityFailed: { key: 'activityFailedEventDetails', fields: failure },
  ActivityTimedOut: { key: 'activityTimedOutEventDetails', fields: failure },
  TaskScheduled: {
    key: 'taskScheduledEventDetails',
    fields: [...service, ['region', 'word'], ['parameters', 'text'], ...times, credentials],
  },
  TaskStarted: { key: 'taskStartedEventDetails', fields: service },
  TaskSubmitted: { key: 'taskSubmittedEventDetails', fields: [...service, output] },
  TaskSucceeded: { key: 'taskSucceededEventDetails', fields: [...service, output] },
  TaskFailed: { key: 'taskFailedEventDetails', fields: [...service, ...failure] },
  TaskTimedOut: { key: 'taskTimedOutEventDetails', fields: [...service, ...failure] },
  ExecutionRedriven: { key: 'executionRedrivenEventDetails', fields: [['redriveCount', 'number']] },
  MapRunStarted: { key: 'mapRunStartedEventDetails', fields: [['mapRunArn', 'text']] },
  MapRunSucceeded: bare,
  MapRunFailed: { key: 'mapRunFailedEventDetails', fields: failure },
  MapRunAborted: bare,
  MapRunRedriven: {
    key: 'mapRunRedrivenEventDetails',
    fields: [
      ['mapRunArn', 'text'],
      ['redriveCount', 'number'],
    ],
  },
} as const satisfies Record<string, EventShape>

export type EventType = keyof typeof eventShapes

export const eventTypes: readonly string[] = Object.keys(eventShapes)
const shapes: readonly EventShape[] = Object.values(eventShapes)
const numbers: ReadonlyMap<string, number> = new Map(eventTypes.map((type, i) => [type, i]))

/** Position in the table, which is what is stored. */
export function eventNumber(type: string): number {
  const number = numbers.get(type)
  if (number === undefined) throw new Error(`${type} is no history event`)
  return number
}

export function eventShape(number: number): EventShape {
  const shape = shapes[number]
  if (shape === undefined) throw new Error(`there is no history event number ${number}: written by a newer version?`)
  return shape
}
