/** Whether a test of a state can be made, and of what: every refusal comes from here, in AWS's words. Pure. */
import {
  compileMachine,
  contextFault,
  describeDiagnostics,
  type ExpressionChecker,
  type IsolatedState,
  isolateState,
  type Machine,
  namesWithin,
  type State,
  type TaskResource,
  type TrialAnswer,
} from '../../asl/index.ts'
import {
  isJsonArray,
  isJsonObject,
  type Json,
  type JsonObject,
  JsonSyntaxError,
  type JsonText,
  parseJson,
  printJson,
} from '../../base/index.ts'
import type { TestStateRequest } from '../contract.ts'
import { invalidDefinition, invalidRequest } from '../errors.ts'
import { requireInput } from '../execution/input.ts'
import { diagnose } from '../machine/definition.ts'

/**
 * What is wrong with a mocked result against the API that the resource calls, in AWS's words after "Mock result schema
 * validation error: ". Undefined when nothing is, or when that API is not known here.
 */
export type MockCheck = (resource: TaskResource, result: Json, mode: 'STRICT' | 'PRESENT') => string | undefined

/** What deciding needs to know of the engine. */
export type TrialRules = {
  readonly expressions: ExpressionChecker
  readonly limits: { readonly definitionBytes: number; readonly payloadBytes: number }
  readonly mockCheck?: MockCheck
}

/** A test that can be made. */
export type PlannedTrial = {
  readonly machine: Machine
  readonly state: State
  readonly body: JsonObject
  readonly input: JsonText
  readonly variables: ReadonlyMap<string, JsonText>
  readonly roleArn: string | undefined
  /** Absent: one is made up. */
  readonly context: JsonObject | undefined
  readonly answer: TrialAnswer | undefined
  readonly retries: number
  readonly readItems: JsonText | undefined
  readonly failedIterations: number | undefined
}

/** @throws HoldfastError machine.definition_invalid, execution.input_invalid, request.invalid, request.too_large */
export function decideTrial(rules: TrialRules, request: TestStateRequest): PlannedTrial {
  const input = requireInput(request.input ?? '{}', rules.limits.payloadBytes)
  const { body, definition } = isolated(rules, request)
  const machine = compileMachine(definition)
  const state = machine.states[machine.root.startAt]
  if (state === undefined) throw invalidRequest('State not found in definition', 'stateName')
  requireMockRules(state, request)
  return {
    machine,
    state,
    body,
    input,
    variables: variablesOf(request.variables),
    roleArn: request.roleArn,
    context: givenContext(state, request.context),
    answer: answerOf(rules, state, body, request),
    retries: request.stateConfiguration?.retrierRetryCount ?? 0,
    readItems: itemsOf(request),
    failedIterations: failedIterationsOf(body, request),
  }
}

// ---- the state

function isolated(rules: TrialRules, { definition, stateName }: TestStateRequest): IsolatedState {
  if (stateName !== undefined) requireDefinition(rules, definition)
  const json = objectOf(definition)
  // Of a text that is no JSON object the checker says what is wrong with it.
  if (json === undefined) requireDefinition(rules, definition)
  const state = json && isolateState(json, stateName)
  if (state === undefined) throw invalidRequest('State not found in definition', 'stateName')
  if (stateName === undefined) requireDefinition(rules, state.definition)
  return state
}

function requireDefinition(rules: TrialRules, definition: string): void {
  const errors = diagnose(rules, definition, 'STANDARD').filter(({ severity }) => severity === 'ERROR')
  if (errors.length > 0) throw invalidDefinition(describeDiagnostics(errors), errors[0]?.location)
}

function objectOf(text: string): JsonObject | undefined {
  const json = jsonOf(text)
  return json !== undefined && isJsonObject(json) ? json : undefined
}

function jsonOf(text: string): Json | undefined {
  try {
    return parseJson(text)
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined
    throw error
  }
}

// ---- what may be tested how

function requireMockRules(state: State, { mock, roleArn, revealSecrets, stateConfiguration }: TestStateRequest): void {
  if (mock === undefined) {
    if (stateConfiguration?.mapIterationFailureCount !== undefined) {
      throw invalidRequest('TestState does not support MapIterationFailureCount when a mock is not specified.')
    }
    return requireTestable(state, roleArn)
  }
  if (state.type !== 'Task' && state.type !== 'Map' && state.type !== 'Parallel') {
    throw invalidRequest(`State type '${state.type}' is not supported when a mock is specified`, 'mock')
  }
  if ((mock.result === undefined) === (mock.errorOutput === undefined)) {
    throw invalidRequest('A test mock should have only one of the following fields: [result, errorOutput].', 'mock')
  }
  if (revealSecrets === true) {
    throw invalidRequest('TestState does not support RevealSecrets when a mock is specified.', 'revealSecrets')
  }
}

function requireTestable(state: State, roleArn: string | undefined): void {
  if (state.type === 'Map' || state.type === 'Parallel') {
    throw invalidDefinition(
      'TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]',
    )
  }
  if (state.type !== 'Task') return
  const { resource } = state
  if (resource.kind === 'activity' || (resource.kind === 'service' && resource.pattern !== 'request')) {
    throw invalidDefinition(
      "TestState API supports Activity tasks and the '.sync' and '.waitForTaskToken' service integration patterns only when a mock is specified.",
    )
  }
  if (roleArn === undefined) throw invalidRequest('RoleArn must be specified when testing a Task state', 'roleArn')
}

// ---- what is assumed

function variablesOf(text: string | undefined): ReadonlyMap<string, JsonText> {
  if (text === undefined) return new Map()
  const variables = objectOf(text)
  if (variables === undefined) throw invalidRequest('Variables must be a JSON object', 'variables')
  return new Map([...variables].map(([name, value]) => [name, printJson(value)]))
}

function givenContext(state: State, text: string | undefined): JsonObject | undefined {
  if (text === undefined) return undefined
  const context = jsonOf(text)
  const fault = context === undefined ? 'Context object must be valid JSON' : contextFault(state, context)
  if (fault !== undefined) throw invalidRequest(`Invalid Context object provided: ${fault}`, 'context')
  return objectOf(text)
}

function answerOf(
  { mockCheck }: TrialRules,
  state: State,
  body: JsonObject,
  { mock }: TestStateRequest,
): TrialAnswer | undefined {
  if (mock?.errorOutput !== undefined) {
    const { error, cause } = mock.errorOutput
    return { kind: 'failed', ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) }
  }
  if (mock?.result === undefined) return undefined
  const result = jsonOf(mock.result)
  if (result === undefined) throw invalidRequest('Mocked result must be valid JSON', 'mock.result')
  const mode = mock.fieldValidationMode ?? 'STRICT'
  const fault =
    state.type === 'Task'
      ? mode === 'NONE'
        ? undefined
        : schemaFault(mockCheck?.(state.resource, result, mode))
      : fanFault(body, result)
  if (fault !== undefined) throw invalidRequest(fault, 'mock.result')
  return { kind: 'succeeded', output: mock.result }
}

const schemaFault = (fault: string | undefined): string | undefined =>
  fault === undefined ? undefined : `Mock result schema validation error: ${fault}`

function fanFault(body: JsonObject, result: Json): string | undefined {
  if (body.has('ResultWriter')) return isJsonObject(result) ? undefined : 'Mocked result must be a JSON object.'
  if (!isJsonArray(result)) return 'Mocked result must be an array.'
  const branches = body.get('Branches')
  if (branches === undefined || !isJsonArray(branches) || branches.length === result.length) return undefined
  return 'Mocked result must contain the same number of items as number of Parallel branches.'
}

function itemsOf({ stateConfiguration }: TestStateRequest): JsonText | undefined {
  const text = stateConfiguration?.mapItemReaderData
  if (text === undefined || jsonOf(text) !== undefined) return text
  throw invalidRequest('mapItemReaderData must be valid JSON', 'stateConfiguration.mapItemReaderData')
}

function failedIterationsOf(body: JsonObject, { stateConfiguration }: TestStateRequest): number | undefined {
  const origin = stateConfiguration?.errorCausedByState
  if (origin !== undefined && !namesWithin(body).has(origin)) {
    throw invalidRequest('State not found in definition', 'stateConfiguration.errorCausedByState')
  }
  return stateConfiguration?.mapIterationFailureCount
}
