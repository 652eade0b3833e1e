/** How a state ends: exit, retry, catch, or failure of its scope; and what that means for the scope around it. */
import { type JsonText, printJson } from '../../base/index.ts'
import { evaluateTemplate } from '../compile/value.ts'
import { type ErrorOutput, failureOf, matchesError, sizeFailure, type StateFailure } from '../failure.ts'
import { type Catcher, isWork, type MapState, type Outlet, type ParallelState, type State } from '../machine.ts'
import { closeFan, fanState } from './abort.ts'
import { type Draft, effortOf, exceeds, freshVisit, type WorkingFrame } from './draft.ts'
import { startIterations } from './fan.ts'
import { evaluateAssignments } from './field.ts'
import { type Ending, evaluateEnding, placeResult } from './result.ts'
import { retry } from './retry.ts'
import { withAssigned } from './variables.ts'
import { World } from './world.ts'

/** The state's fields have been evaluated: its Entered event becomes the predecessor of what follows. */
export function settle(draft: Draft, frame: WorkingFrame): void {
  const { enteredId } = draft.visitOf(frame)
  if (frame.last < enteredId) frame.last = enteredId
}

/** A state has its result: its output and variables are evaluated, and it is left. */
export function completeState(draft: Draft, frame: WorkingFrame, state: State & Outlet, result: JsonText): void {
  exitState(draft, frame, evaluateEnding(draft, frame, state, result), state.next)
}

/** Leaves the state for `next`, or ends the scope. All that can fail is done before anything is written. */
export function exitState(draft: Draft, frame: WorkingFrame, ending: Ending, next: number | undefined): void {
  const { output, assigned } = ending
  const state = draft.stateOf(frame)
  draft.checkSize(output, state.name)
  draft.spend(effortOf.payload(output))
  const variables = assigned === undefined ? frame.variables : withAssigned(draft, frame, assigned, state.name)
  settle(draft, frame)
  draft.leaveBehind(frame)
  draft.emit(frame, `${state.type}StateExited`, { name: state.name, output, assignedVariables: assigned })
  frame.variables = variables
  if (next === undefined) return scopeDone(draft, frame, output)
  frame.visit = freshVisit(next, output)
  draft.run(frame)
}

// ---- scopes that end well

function scopeDone(draft: Draft, frame: WorkingFrame, output: JsonText): void {
  if (frame.parent === 0) {
    draft.note(frame.last, 'ExecutionSucceeded', { output })
    draft.close({ status: 'succeeded', output })
  }
  const parent = draft.parentOf(frame)
  const state = fanState(draft, parent)
  const fan = draft.fans.get(parent.id)
  draft.fans.setResult(parent.id, frame.index, output)
  fan.open--
  fan.done++
  draft.dropFrame(frame.id)
  const last =
    state.type === 'Map'
      ? draft.note(frame.last, 'MapIterationSucceeded', { name: state.name, index: frame.index })
      : frame.last
  if (fan.done < fan.results.size) {
    if (state.type === 'Map') guarded(draft, parent, () => startIterations(draft, parent, state, frame.last))
    return
  }
  parent.last = last
  guarded(draft, parent, () => fanDone(draft, parent, state))
}

/** All branches or iterations are done: their outputs, joined as texts, are the result. */
export function fanDone(draft: Draft, frame: WorkingFrame, state: MapState | ParallelState): void {
  const { results } = draft.fans.get(frame.id)
  draft.fans.drop(frame.id)
  const outputs = results.toArray().map((output) => output ?? 'null')
  // Asked before they are joined, too: thousands of large outputs would not fit into a string.
  if (exceeds(outputs, draft.limits.payloadBytes)) throw sizeFailure(state.name)
  const result = `[${outputs.join(',')}]`
  draft.checkSize(result, state.name)
  draft.note(frame.last, `${state.type}StateSucceeded`)
  completeState(draft, frame, state, result)
}

// ---- failures

/** Runs a part of a state; what fails in it fails the state. */
export function guarded(draft: Draft, frame: WorkingFrame, run: () => void): void {
  try {
    run()
  } catch (error) {
    const failure = failureOf(error)
    if (failure === undefined) throw error
    failState(draft, frame, failure)
  }
}

/** An interpreter failure inside a state; children that it has begun to start go with it. */
function failState(draft: Draft, frame: WorkingFrame, failure: StateFailure): void {
  const seen = recordFailure(draft, frame, failure)
  if (draft.fans.has(frame.id)) closeFan(draft, frame, frame.last, undefined)
  recover(draft, frame, seen)
}

/** Writes what there is to write of an interpreter failure; a runtime failure ends the execution. */
function recordFailure(draft: Draft, frame: WorkingFrame, failure: StateFailure): ErrorOutput {
  const { error, location } = failure
  const state = draft.stateOf(frame)
  const { enteredId } = draft.visitOf(frame)
  const cause = failure.located
    ? `An error occurred while executing the state '${state.name}' (entered at the event id #${enteredId}). ${failure.detail ?? ''}`
    : failure.detail
  if (failure.kind === 'runtime') draft.failExecution(Math.max(frame.last, enteredId), error, cause)
  if (failure.kind === 'evaluation')
    draft.emit(frame, 'EvaluationFailed', { error, cause, location, state: state.name })
  else settle(draft, frame)
  return { error, cause }
}

/** After the failing event is written: retry, else catch, else the scope fails. */
export function recover(draft: Draft, frame: WorkingFrame, failure: ErrorOutput): void {
  const state = draft.stateOf(frame)
  const { inspector } = draft.env
  inspector?.failed(failure.error, failure.cause)
  if (!isWork(state)) return scopeFailed(draft, frame, failure)
  draft.clearTimers(frame)
  if (retry(draft, frame, state, failure)) return
  const index = state.catchers.findIndex((rule) => matchesError(rule.errors, failure))
  const catcher = state.catchers[index]
  if (state.type !== 'Task') draft.emit(frame, `${state.type}StateFailed`)
  if (catcher === undefined) return scopeFailed(draft, frame, failure)
  inspector?.caught(index)
  catchFailure(draft, frame, catcher, failure)
}

/** A catcher that cannot be evaluated is not itself retried or caught. */
function catchFailure(draft: Draft, frame: WorkingFrame, catcher: Catcher, failure: ErrorOutput): void {
  try {
    exitState(draft, frame, evaluateCatcher(draft, frame, catcher, failure), catcher.next)
  } catch (error) {
    const second = failureOf(error)
    if (second === undefined) throw error
    scopeFailed(draft, frame, recordFailure(draft, frame, second))
  }
}

function evaluateCatcher(draft: Draft, frame: WorkingFrame, catcher: Catcher, failure: ErrorOutput): Ending {
  const state = draft.stateOf(frame)
  const { input } = draft.visitOf(frame)
  const absent = absentText(state)
  const errorOutput = printJson(
    new Map([
      ['Error', failure.error ?? absent],
      ['Cause', failure.cause ?? absent],
    ]),
  )
  const world = new World(draft, frame, { document: errorOutput, errorOutput })
  const output = !state.jsonata
    ? placeResult(catcher.resultPath, input, errorOutput)
    : catcher.output === undefined
      ? errorOutput
      : evaluateTemplate(catcher.output, world)
  return { output, assigned: evaluateAssignments(catcher.assign, world) }
}

/** What a catcher sees where the failure has no error or cause: recorded as null of token tasks, as empty text of others. */
const absentText = (state: State): string | null =>
  state.type === 'Task' && state.resource.kind === 'service' && state.resource.pattern === 'token' ? null : ''

/** Nothing in this scope catches the failure: the execution fails, or the Parallel or Map around it does. */
export function scopeFailed(draft: Draft, frame: WorkingFrame, failure: ErrorOutput): void {
  if (frame.parent === 0) draft.failExecution(frame.last, failure.error, failure.cause)
  const parent = draft.parentOf(frame)
  closeFan(draft, parent, frame.last, frame)
  parent.last = frame.last
  recover(draft, parent, failure)
}
