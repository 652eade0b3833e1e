/** How a state ends: exit, retry, catch, or failure of its scope; and what that means for the scope around it. */
import { type JsonText, parseJson, printJson } from '../../base/index.ts'
import { evaluateTemplate } from '../compile/value.ts'
import { type ErrorOutput, matchesError, StateFailure } from '../failure.ts'
import type { Catcher, MapState, Outlet, ParallelState, Retrier, State, TaskState } from '../machine.ts'
import { ReferenceMismatch, type ReferencePath } from '../path/index.ts'
import { type Draft, freshVisit, type WorkingFrame } from './draft.ts'
import { startIterations } from './fan.ts'
import { applyFilter, evaluateAssignments } from './field.ts'
import type { Frame } from './state.ts'
import { World } from './world.ts'

type Variables = ReadonlyMap<string, JsonText> | undefined

/** The state's fields have been evaluated: its Entered event becomes the predecessor of what follows. */
export function settle(draft: Draft, frame: WorkingFrame): void {
  const { enteredId } = draft.visitOf(frame)
  if (frame.last < enteredId) frame.last = enteredId
}

/** A state has its result: ResultSelector, ResultPath and OutputPath, or Output; Assign; then out. */
export function completeState(draft: Draft, frame: WorkingFrame, state: State & Outlet, result: JsonText): void {
  const { input } = draft.visitOf(frame)
  const world = new World(draft, frame, { document: result, result })
  const selected = state.resultSelector === undefined ? result : evaluateTemplate(state.resultSelector, world)
  const chosen = selected === result ? world : new World(draft, frame, { document: selected, result })
  const output = state.jsonata
    ? state.output === undefined
      ? result
      : evaluateTemplate(state.output, world)
    : applyFilter(state.outputPath, new World(draft, frame, { document: placeResult(state.resultPath, input, selected) }))
  exitState(draft, frame, output, evaluateAssignments(state.assign, chosen), state.next)
}

/** ResultPath: undefined replaces the input, null keeps it. */
function placeResult(path: ReferencePath | null | undefined, input: JsonText, result: JsonText): JsonText {
  if (path === undefined) return result
  if (path === null) return input
  try {
    return printJson(path.put(parseJson(input), parseJson(result)))
  } catch (error) {
    if (!(error instanceof ReferenceMismatch)) throw error
    throw new StateFailure('state', 'States.ResultPathMatchFailure', error.message, { located: true })
  }
}

/** Leaves the state for `next`, or ends the scope. */
export function exitState(
  draft: Draft,
  frame: WorkingFrame,
  output: JsonText,
  assigned: Variables,
  next: number | undefined,
): void {
  const state = draft.stateOf(frame)
  draft.checkSize(output, state.name)
  if (assigned !== undefined) for (const value of assigned.values()) draft.checkSize(value, state.name)
  settle(draft, frame)
  draft.emit(frame, `${state.type}StateExited`, { name: state.name, output, assignedVariables: assigned })
  if (assigned !== undefined) frame.variables = new Map([...(frame.variables ?? []), ...assigned])
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
  const fan = draft.fan(parent.id)
  draft.setResult(parent.id, frame.index, output)
  fan.open--
  fan.done++
  draft.dropFrame(frame.id)
  const last =
    state.type === 'Map'
      ? draft.note(frame.last, 'MapIterationSucceeded', { name: state.name, index: frame.index })
      : frame.last
  if (fan.done < fan.results.length) {
    if (state.type === 'Map') guarded(draft, parent, () => startIterations(draft, parent, state, frame.last))
    return
  }
  parent.last = last
  guarded(draft, parent, () => fanDone(draft, parent, state))
}

/** All branches or iterations are done: their outputs, joined as texts, are the result. */
export function fanDone(draft: Draft, frame: WorkingFrame, state: MapState | ParallelState): void {
  const result = `[${draft.fan(frame.id).results.join(',')}]`
  draft.dropFan(frame.id)
  draft.note(frame.last, `${state.type}StateSucceeded`)
  draft.checkSize(result, state.name)
  completeState(draft, frame, state, result)
}

function fanState(draft: Draft, frame: Frame): MapState | ParallelState {
  const state = draft.stateOf(frame)
  if (state.type !== 'Map' && state.type !== 'Parallel') throw new Error(`${state.name} has no branches`)
  return state
}

// ---- failures

/** Runs a part of a state; what fails in it fails the state. */
export function guarded(draft: Draft, frame: WorkingFrame, run: () => void): void {
  try {
    run()
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error
    failState(draft, frame, error)
  }
}

/** An interpreter failure inside a state. */
function failState(draft: Draft, frame: WorkingFrame, failure: StateFailure): void {
  const state = draft.stateOf(frame)
  const visit = draft.visitOf(frame)
  const cause = failure.located
    ? `An error occurred while executing the state '${state.name}' (entered at the event id #${visit.enteredId}). ${failure.detail ?? ''}`
    : failure.detail
  if (failure.kind === 'runtime') {
    draft.failExecution(Math.max(frame.last, visit.enteredId), failure.error, cause)
  }
  if (draft.peekFan(frame.id) !== undefined && (state.type === 'Map' || state.type === 'Parallel')) {
    closeFan(draft, frame, undefined)
  }
  if (failure.kind === 'evaluation') {
    const { location } = failure
    draft.emit(frame, 'EvaluationFailed', { error: failure.error, cause, location, state: state.name })
  } else settle(draft, frame)
  recover(draft, frame, { error: failure.error, cause })
}

/** After the failing event is written: retry, else catch, else the scope fails. */
export function recover(draft: Draft, frame: WorkingFrame, failure: ErrorOutput): void {
  const state = draft.stateOf(frame)
  if (state.type !== 'Task' && state.type !== 'Map' && state.type !== 'Parallel') return scopeFailed(draft, frame, failure)
  draft.clearTimers(frame)
  if (retry(draft, frame, state, failure)) return
  const catcher = state.catchers.find((rule) => matchesError(rule.errors, failure))
  if (state.type !== 'Task') draft.emit(frame, `${state.type}StateFailed`)
  if (catcher === undefined) return scopeFailed(draft, frame, failure)
  catchFailure(draft, frame, state, catcher, failure)
}

/** The first matching retrier decides: it either waits for the next attempt or is exhausted. */
function retry(draft: Draft, frame: WorkingFrame, state: TaskState | MapState | ParallelState, failure: ErrorOutput): boolean {
  const index = state.retriers.findIndex((rule) => matchesError(rule.errors, failure))
  const retrier = state.retriers[index]
  if (retrier === undefined) return false
  const visit = draft.visitOf(frame)
  const used = visit.retries?.[index] ?? 0
  if (used >= retrier.maxAttempts) return false
  const retries = (visit.retries ?? state.retriers.map(() => 0)).with(index, used + 1)
  frame.visit = {
    ...freshVisit(visit.state, visit.input),
    enteredId: visit.enteredId,
    enteredAt: visit.enteredAt,
    phase: 'backoff',
    attempt: visit.attempt + 1,
    retries,
  }
  draft.setTimer(frame, 'retry', draft.env.now + retryDelayMs(retrier, used + 1, () => draft.env.random()))
  return true
}

/** Milliseconds before the k-th retry by one retrier: capped first, then jittered (spec 1.6). */
export function retryDelayMs(retrier: Retrier, k: number, random: () => number): number {
  const seconds = Math.min(retrier.intervalSeconds * retrier.backoffRate ** (k - 1), retrier.maxDelaySeconds)
  const capped = Math.min(seconds, maxDelaySeconds)
  return Math.round(1000 * (retrier.fullJitter ? random() * capped : capped))
}

/** A year: no execution lives longer, and the sum stays a safe integer. */
const maxDelaySeconds = 31_622_400

function catchFailure(draft: Draft, frame: WorkingFrame, state: State, catcher: Catcher, failure: ErrorOutput): void {
  const { input } = draft.visitOf(frame)
  const absent = absentText(state)
  const errorOutput = printJson(new Map([['Error', failure.error ?? absent], ['Cause', failure.cause ?? absent]]))
  const world = new World(draft, frame, { document: errorOutput, errorOutput })
  try {
    const output = state.jsonata
      ? catcher.output === undefined
        ? errorOutput
        : evaluateTemplate(catcher.output, world)
      : placeResult(catcher.resultPath, input, errorOutput)
    exitState(draft, frame, output, evaluateAssignments(catcher.assign, world), catcher.next)
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error
    catcherFailed(draft, frame, error)
  }
}

/** What a catcher sees where the failure has no error or cause: recorded as null of token tasks, as empty text of others. */
const absentText = (state: State): string | null =>
  state.type === 'Task' && state.resource.kind === 'service' && state.resource.pattern === 'token' ? null : ''

/** A catcher that cannot be evaluated is not itself retried or caught. */
function catcherFailed(draft: Draft, frame: WorkingFrame, failure: StateFailure): void {
  const state = draft.stateOf(frame)
  const { enteredId } = draft.visitOf(frame)
  const cause = `An error occurred while executing the state '${state.name}' (entered at the event id #${enteredId}). ${failure.detail ?? ''}`
  if (failure.kind === 'runtime') draft.failExecution(frame.last, failure.error, cause)
  if (failure.kind === 'evaluation') {
    draft.emit(frame, 'EvaluationFailed', { error: failure.error, cause, location: failure.location, state: state.name })
  }
  scopeFailed(draft, frame, { error: failure.error, cause })
}

/** Nothing in this scope catches the failure: the execution fails, or the Parallel or Map around it does. */
export function scopeFailed(draft: Draft, frame: WorkingFrame, failure: ErrorOutput): void {
  if (frame.parent === 0) draft.failExecution(frame.last, failure.error, failure.cause)
  const parent = draft.parentOf(frame)
  const { last } = frame
  closeFan(draft, parent, frame)
  parent.last = last
  recover(draft, parent, failure)
}

/** Ends all branches or iterations under a frame, in index order, each event ← the failing one. */
function closeFan(draft: Draft, parent: WorkingFrame, failing: WorkingFrame | undefined): void {
  const state = fanState(draft, parent)
  const previous = failing?.last ?? parent.last
  for (const { id, index } of draft.childrenOf(parent.id)) {
    if (state.type === 'Map') {
      const type = id === failing?.id ? 'MapIterationFailed' : 'MapIterationAborted'
      draft.note(previous, type, { name: state.name, index })
    }
    abortFrame(draft, id, previous, id === failing?.id)
  }
  draft.dropFan(parent.id)
}

/** Ends one frame and all below it, outermost first. The failing frame shows only an open Task (spec 2.9). */
function abortFrame(draft: Draft, id: number, previous: number, failing: boolean): void {
  const frame = draft.frame(id)
  if (frame?.visit === undefined) return
  const state = draft.stateOf(frame)
  const shown = failing ? state.type === 'Task' : abortable.has(state.type)
  if (shown && frame.visit.enteredId > 0) draft.note(previous, `${state.type}StateAborted`)
  draft.abandon(frame)
  for (const child of draft.childrenOf(id)) abortFrame(draft, child.id, previous, false)
  if (draft.peekFan(id) !== undefined) draft.dropFan(id)
  draft.dropFrame(id)
}

const abortable = new Set<string>(['Task', 'Wait', 'Map', 'Parallel'])
