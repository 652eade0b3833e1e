/** Runs one state by the functions that `step()` runs it with, up to where it leaves, retries or fails. */
import { type JsonObject, type JsonText, printJson } from '../../base/index.ts'
import type { MapState, ParallelState, State, TaskState } from '../machine.ts'
import type { Env } from '../ports.ts'
import { Draft, ExecutionClosed, freshVisit, type WorkingFrame } from '../step/draft.ts'
import { effectiveInput, evaluateInput } from '../step/fan.ts'
import { completeState, guarded, recover, settle } from '../step/flow.ts'
import { enter, leaveWait, runState } from '../step/run.ts'
import { type ExecutionState, newExecution, type StepLimits } from '../step/state.ts'
import { answerTask, taskTimedOut } from '../step/task.ts'
import { World } from '../step/world.ts'
import { errorDetailsOf, fieldsOf, type Inspection, Recorder } from './inspection.ts'
import { exceedsTolerance, inspectMap, type Iterations, thresholdExceeded } from './map.ts'
import type { Trial, TrialAnswer, TrialRequest } from './request.ts'

/** Leaves the trial from within the state. */
class Refused extends Error {}

/**
 * Total and pure like `step()`: the same arguments give the same trial.
 * @throws SlowExpression when an expression needs more than its inline time
 */
export function tryState(request: TrialRequest, env: Env, limits: StepLimits): Trial {
  const recorder = new Recorder()
  const draft = new Draft(request.machine, atState(request), inspected(env, recorder, request.context), limits)
  const frame = draft.frame(1)
  if (frame === undefined) throw new Error('the trial has no frame')
  const state = draft.stateOf(frame)
  try {
    run(draft, frame, request, recorder)
  } catch (error) {
    if (error instanceof Refused) return { kind: 'refused', reason: error.message }
    if (!(error instanceof ExecutionClosed)) throw error
  }
  return outcome({ draft, frame, state, input: request.about.input }, recorder)
}

/** An execution that has come to the state, its Entered event not written yet. */
function atState({ machine, about, variables, retries }: TrialRequest): ExecutionState {
  const state = machine.states[machine.root.startAt]
  const retriers = state !== undefined && 'retriers' in state ? state.retriers : []
  const visit = {
    ...freshVisit(machine.root.startAt, about.input),
    attempt: retries,
    retries: retries === 0 ? undefined : retriers.map(() => retries),
  }
  const scope = machine.root.id
  const frame = { id: 1, parent: 0, index: 0, scope, last: 0, variables, visit }
  return { ...newExecution(about), nextEventId: 2, nextFrame: 2, frames: new Map([[1, frame]]) }
}

function inspected(env: Env, inspector: Recorder, context: JsonObject): Env {
  return {
    now: env.now,
    random: () => env.random(),
    uuid: () => env.uuid(),
    hash: (algorithm, text) => env.hash(algorithm, text),
    evaluate: (source, bindings) => env.evaluate(source, bindings),
    token: (frame, enteredId, attempt) => env.token(frame, enteredId, attempt),
    refuse: (resource, parameters) => env.refuse(resource, parameters),
    inspector,
    context,
  }
}

function run(draft: Draft, frame: WorkingFrame, request: TrialRequest, recorder: Recorder): void {
  const state = draft.stateOf(frame)
  enter(draft, frame)
  if (state.type === 'Parallel' || state.type === 'Map') {
    return guarded(draft, frame, () => runFan(draft, frame, request, recorder))
  }
  guarded(draft, frame, () => runState(draft, frame, state))
  const phase = frame.visit?.phase
  // Nobody who tests wants to wait: the wait is over at once.
  if (state.type === 'Wait' && phase === 'wait') guarded(draft, frame, () => leaveWait(draft, frame, state))
  if (state.type === 'Task' && phase === 'task' && request.answer !== undefined) {
    answerCall(draft, frame, state, request.answer)
  }
}

function answerCall(draft: Draft, frame: WorkingFrame, state: TaskState, answer: TrialAnswer): void {
  if (answer.kind === 'timedOut') taskTimedOut(draft, frame, state, 'timeout')
  else answerTask(draft, frame, state, answer)
}

/** A Parallel or Map evaluates what it gives its children; what they come to is said, not run. */
function runFan(draft: Draft, frame: WorkingFrame, request: TrialRequest, recorder: Recorder): void {
  const state = draft.stateOf(frame)
  if (state.type !== 'Map' && state.type !== 'Parallel') return
  const failure = failureOf(request, () => evaluateFan(draft, frame, request, recorder))
  if (failure === undefined && request.answer?.kind === 'succeeded') {
    return completeState(draft, frame, state, request.answer.output)
  }
  settle(draft, frame)
  recover(draft, frame, { error: failure?.error, cause: failure?.cause })
}

type Failure = { readonly error?: string; readonly cause?: string }

function failureOf({ answer, failedIterations }: TrialRequest, evaluate: () => Iterations): Failure | undefined {
  const { iterations, tolerance } = evaluate()
  if (answer?.kind === 'failed') return answer
  return exceedsTolerance(tolerance, failedIterations ?? 0, iterations) ? thresholdExceeded : undefined
}

/** @throws StateFailure, Refused */
function evaluateFan(draft: Draft, frame: WorkingFrame, request: TrialRequest, recorder: Recorder): Iterations {
  const state = draft.stateOf(frame)
  if (state.type === 'Parallel') evaluateInput(draft, state, worldOf(draft, frame, state))
  if (state.type !== 'Map') return { iterations: undefined, tolerance: new Map() }
  const found = inspectMap({ draft, frame, state, world: worldOf(draft, frame, state) }, request, recorder)
  if (found.iterations !== undefined && (request.failedIterations ?? 0) > found.iterations) {
    throw new Refused('Map iteration failure count must be less than or equal to the number of Map iterations')
  }
  return found
}

function worldOf(draft: Draft, frame: WorkingFrame, state: MapState | ParallelState): World {
  return new World(draft, frame, { document: effectiveInput(draft, frame, state) })
}

type Ended = { readonly draft: Draft; readonly frame: WorkingFrame; readonly state: State; readonly input: JsonText }

function outcome({ draft, frame, state, input }: Ended, recorder: Recorder): Trial {
  const { commands } = draft.result()
  const call = commands.find((command) => command.kind === 'schedule')
  const close = commands.find((command) => command.kind === 'close')
  if (close === undefined && frame.visit?.phase === 'task' && call !== undefined) return { kind: 'call', call }
  const inspection = inspectionOf(state, input, frame, recorder)
  if (close?.status === 'succeeded') {
    return { kind: 'ended', status: 'SUCCEEDED', inspection, ...present({ output: close.output }) }
  }
  if (close !== undefined) {
    const { error, cause } = close
    return {
      kind: 'ended',
      status: 'FAILED',
      inspection: { ...inspection, errorDetails: undefined },
      ...present({ error, cause }),
    }
  }
  const failure = present({ error: recorder.failure?.error, cause: recorder.failure?.cause })
  if (frame.visit?.phase === 'backoff') return { kind: 'ended', status: 'RETRIABLE', inspection, ...failure }
  const status = recorder.catcher === undefined ? 'SUCCEEDED' : 'CAUGHT_ERROR'
  const next = { output: frame.visit?.input, nextState: draft.stateOf(frame).name }
  return { kind: 'ended', status, inspection, ...failure, ...present(next) }
}

function inspectionOf(state: State, input: JsonText, frame: WorkingFrame, recorder: Recorder): Inspection {
  const variables = frame.variables ?? new Map<string, JsonText>()
  const texts = [...variables].map(([name, text]) => `${printJson(name)}:${text}`)
  return {
    input,
    fields: fieldsOf(state, recorder),
    numbers: Object.fromEntries(recorder.numbers),
    ...(texts.length === 0 ? {} : { variables: `{${texts.join(',')}}` }),
    errorDetails: errorDetailsOf(recorder),
  }
}

type Present<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> }

/** Only the members that are there. */
function present<T extends Readonly<Record<string, string | undefined>>>(members: T): Present<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Present<T>
}
