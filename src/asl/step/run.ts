/** Running a state: entering it, evaluating its fields, doing what its type does. */
import { isJsonNumber, type Json } from '../../base/index.ts'
import { evaluateTemplate, evaluateTyped } from '../compile/value.ts'
import { evaluationFailure, runtimeFailure } from '../failure.ts'
import type {
  ChoiceState,
  Condition,
  FailState,
  MapState,
  PassState,
  State,
  SucceedState,
  WaitState,
} from '../machine.ts'
import { PathNotFound } from '../path/index.ts'
import { parseTimestamp } from '../timestamp.ts'
import type { Draft, WorkingFrame } from './draft.ts'
import { effectiveInput, resumeMap, startMap, startParallel } from './fan.ts'
import { applyFilter, evaluateAssignments, plainText, readInteger, readText, timestampFailure } from './field.ts'
import { completeState, exitState, fanDone, guarded, scopeFailed, settle } from './flow.ts'
import { openMapRun } from './map-run.ts'
import { runTask } from './task.ts'
import { World } from './world.ts'

/** Runs one frame's state until it blocks, leaves or fails. */
export function runFrame(draft: Draft, frame: WorkingFrame): void {
  if (draft.visitOf(frame).enteredId === 0) enter(draft, frame)
  guarded(draft, frame, () => runState(draft, frame, draft.stateOf(frame)))
}

/** The visit begins: its Entered event is written. */
export function enter(draft: Draft, frame: WorkingFrame): void {
  const visit = draft.visitOf(frame)
  const state = draft.stateOf(frame)
  const enteredId = draft.note(frame.last, `${state.type}StateEntered`, { name: state.name, input: visit.input })
  // AWS moves the cursor past Entered only once a JSONata state has evaluated; a Wait and every JSONPath state at once.
  if (!state.jsonata || state.type === 'Wait') frame.last = enteredId
  frame.visit = { ...visit, enteredId, enteredAt: draft.env.now }
}

/** Does what the state's type does, as far as it comes. @throws StateFailure */
export function runState(draft: Draft, frame: WorkingFrame, state: State): void {
  switch (state.type) {
    case 'Pass':
      return runPass(draft, frame, state)
    case 'Task':
      return runTask(draft, frame, state)
    case 'Choice':
      return runChoice(draft, frame, state)
    case 'Wait':
      return runWait(draft, frame, state)
    case 'Succeed':
      return runSucceed(draft, frame, state)
    case 'Fail':
      return runFail(draft, frame, state)
    case 'Parallel':
      return startParallel(draft, frame, state)
    case 'Map':
      return runMap(draft, frame, state)
    default:
      return state satisfies never
  }
}

function runPass(draft: Draft, frame: WorkingFrame, state: PassState): void {
  const { input, attempt } = draft.visitOf(frame)
  // A redrive leaves a Pass without executing it again (spec 2.4): what it was given goes on.
  if (attempt > 0) return exitState(draft, frame, { output: input, assigned: undefined }, state.next)
  const document = effectiveInput(draft, frame, state)
  const parameters = state.parameters && evaluateTemplate(state.parameters, new World(draft, frame, { document }))
  draft.env.inspector?.came('afterParameters', parameters ?? document)
  completeState(draft, frame, state, state.result ?? parameters ?? document)
}

function runSucceed(draft: Draft, frame: WorkingFrame, state: SucceedState): void {
  completeState(draft, frame, state, effectiveInput(draft, frame, state))
}

function runFail(draft: Draft, frame: WorkingFrame, state: FailState): void {
  const world = new World(draft, frame, { document: draft.visitOf(frame).input })
  const error = state.error && readText(state.error, world)
  const cause = state.cause && readText(state.cause, world)
  settle(draft, frame)
  scopeFailed(draft, frame, { error, cause })
}

function runMap(draft: Draft, frame: WorkingFrame, state: MapState): void {
  if (state.distributed !== undefined) return openMapRun(draft, frame, state, state.distributed)
  if (draft.fans.has(frame.id)) return resumeMap(draft, frame, state)
  if (!startMap(draft, frame, state)) fanDone(draft, frame, state)
}

// ---- Choice

function runChoice(draft: Draft, frame: WorkingFrame, state: ChoiceState): void {
  const { input } = draft.visitOf(frame)
  const world = new World(draft, frame, { document: effectiveInput(draft, frame, state) })
  const rule = state.rules.find((candidate) => holds(candidate.condition, world))
  const chosen = rule ?? { next: state.otherwise, output: state.output, assign: state.assign }
  if (chosen.next === undefined) {
    throw runtimeFailure('Failed to transition out of the state. The state does not point to a next state.')
  }
  const output = state.jsonata
    ? chosen.output === undefined
      ? input
      : evaluateTemplate(chosen.output, world)
    : applyFilter(state.outputPath, world)
  exitState(draft, frame, { output, assigned: evaluateAssignments(chosen.assign, world) }, chosen.next)
}

function holds(condition: Condition, world: World): boolean {
  switch (condition.kind) {
    case 'literal':
      return condition.value
    case 'expression':
      return evaluateTyped(condition.expression, 'boolean', world) === true
    case 'and':
      return condition.conditions.every((inner) => holds(inner, world))
    case 'or':
      return condition.conditions.some((inner) => holds(inner, world))
    case 'not':
      return !holds(condition.condition, world)
    case 'present':
      return isPresent(condition, world) === condition.expected
    case 'compare':
      return condition.holds(
        readVariable(condition.variable, world),
        condition.byPath ? readVariable(asPath(condition.operand), world) : asValue(condition.operand),
      )
    default:
      return condition satisfies never
  }
}

type Compared = Extract<Condition, { kind: 'compare' }>['operand']
type ComparedPath = Extract<Condition, { kind: 'present' }>['variable']

/** `byPath` says which half of the union it is; the compiler cannot tell a path object from a JSON object. */
const asPath = (operand: Compared): ComparedPath => operand as ComparedPath
const asValue = (operand: Compared): Json => operand as Json

function isPresent(condition: { readonly variable: ComparedPath }, world: World): boolean {
  try {
    condition.variable.evaluate(world, world.env)
    return true
  } catch (error) {
    if (error instanceof PathNotFound) return false
    throw error
  }
}

function readVariable(path: ComparedPath, world: World): Json {
  try {
    return path.evaluate(world, world.env)
  } catch (error) {
    if (!(error instanceof PathNotFound)) throw error
    throw runtimeFailure(`Invalid path '${path.text}': The choice state's condition path references an invalid value.`)
  }
}

// ---- Wait

/** AWS holds the delay in 31 bits of seconds. */
const longestWaitSeconds = 2 ** 31

function runWait(draft: Draft, frame: WorkingFrame, state: WaitState): void {
  const visit = draft.visitOf(frame)
  const world = new World(draft, frame, { document: effectiveInput(draft, frame, state) })
  const at = waitUntil(draft, state, world)
  if ((at - draft.env.now) / 1000 >= longestWaitSeconds) throw runtimeFailure('Wait state delay is too long.')
  if (at <= draft.env.now) return leaveWait(draft, frame, state)
  frame.visit = { ...visit, phase: 'wait' }
  draft.setTimer(frame, 'wait', at)
}

function waitUntil(draft: Draft, state: WaitState, world: World): number {
  const { until } = state
  if (until.kind === 'timestamp') {
    const text =
      until.timestamp.kind === 'path' ? timestampText(until.timestamp.value, world) : readText(until.timestamp, world)
    const at = parseTimestamp(text)
    if (at === undefined) throw timestampFailure(until.timestamp, text)
    return Math.ceil(at)
  }
  return draft.env.now + 1000 * waitSeconds(until.seconds, world)
}

function timestampText(path: ComparedPath, world: World): string {
  try {
    return plainText(path.evaluate(world, world.env))
  } catch (error) {
    if (!(error instanceof PathNotFound)) throw error
    throw runtimeFailure(`The TimestampPath parameter does not reference an input value: ${path.text}`)
  }
}

function waitSeconds(field: Extract<WaitState['until'], { kind: 'seconds' }>['seconds'], world: World): number {
  if (field.kind !== 'path') {
    const seconds = readInteger(field, 'Seconds', world)
    if (seconds >= 0) return seconds
    throw evaluationFailure(`The Seconds field references a negative value: ${seconds}`, 'Seconds')
  }
  const path = field.value
  let value: Json
  try {
    value = path.evaluate(world, world.env)
  } catch (error) {
    if (!(error instanceof PathNotFound)) throw error
    throw runtimeFailure(`The SecondsPath parameter does not reference an input value: ${path.text}`)
  }
  const seconds = isJsonNumber(value) ? Number(value) : Number.NaN
  if (!Number.isInteger(seconds)) {
    throw runtimeFailure(
      `The SecondsPath parameter cannot be parsed as a long value: ${path.text} == ${plainText(value)}`,
    )
  }
  if (seconds >= 0) return seconds
  throw runtimeFailure(`The SecondsPath parameter references a negative value: ${path.text} == ${plainText(value)}`)
}

/** The wait is over: what was awaited is the effective input. */
export function leaveWait(draft: Draft, frame: WorkingFrame, state: WaitState): void {
  settle(draft, frame)
  completeState(draft, frame, state, effectiveInput(draft, frame, state))
}
