/**
 * step: one event consumed: `step(machine, state, event, env, limits) -> { state, history, changes, commands }`.
 * Words: draft (working copy), ready (to be run), settle (Entered becomes the predecessor), fan (a Map's or Parallel's children).
 * It does not wait, call or store. An event that is stale (another visit, attempt, a closed execution) changes nothing.
 */
import type { Machine, TaskState } from '../machine.ts'
import type { Env } from '../ports.ts'
import { Draft, ExecutionClosed, type WorkingFrame } from './draft.ts'
import { redrive, setDeadline } from './redrive.ts'
import { runFrame, leaveWait } from './run.ts'
import type { Attempt, Event, ExecutionState, StepLimits, StepResult } from './state.ts'
import {
  answerTask,
  awaitsSubmission,
  holdEarlyAnswer,
  taskHeartbeat,
  taskStarted,
  taskSubmitted,
  taskTimedOut,
} from './task.ts'
import { guarded } from './flow.ts'
import { mapRunFailed, mapRunSucceeded } from './map-run.ts'

/**
 * Runs the machine until every open frame is blocked. Total and pure: the same arguments give the same result.
 * @throws SlowExpression when an expression needs more than its inline time; nothing has changed then
 */
export function step(machine: Machine, state: ExecutionState, event: Event, env: Env, limits: StepLimits): StepResult {
  if ((state.status === 'running') === (event.kind === 'redrive')) return unchanged(state)
  const draft = new Draft(machine, state, env, limits)
  try {
    if (!accept(draft, event)) return unchanged(state)
    for (let frame = draft.nextReady(); frame !== undefined; frame = draft.nextReady()) runFrame(draft, frame)
    draft.startScheduledTasks()
  } catch (error) {
    if (!(error instanceof ExecutionClosed)) throw error
  }
  return draft.result()
}

const unchanged = (state: ExecutionState): StepResult => ({ state, history: [], changes: [], commands: [] })

/** Applies the event; false when it is stale. */
function accept(draft: Draft, event: Event): boolean {
  switch (event.kind) {
    case 'start':
      return start(draft)
    case 'stop': {
      const details = { error: event.error, cause: event.cause }
      draft.note(0, 'ExecutionAborted', details)
      return draft.close({
        status: 'aborted',
        ...(event.error === undefined ? {} : { error: event.error }),
        ...(event.cause === undefined ? {} : { cause: event.cause }),
      })
    }
    case 'continue':
      return goOn(draft)
    case 'redrive':
      return redrive(draft, event)
    case 'fault':
      if (draft.before.nextEventId === 1) start(draft)
      return draft.failExecution(draft.peek(1)?.last ?? 0, 'States.Runtime', event.cause)
    case 'timer':
      return timerFired(draft, event)
    case 'mapRunSucceeded':
    case 'mapRunFailed':
      return mapRunEnded(draft, event)
    default:
      return taskEvent(draft, event)
  }
}

function goOn(draft: Draft): boolean {
  const ready = draft.readyFrames()
  draft.runInOrder(ready)
  return ready.length > 0
}

function start(draft: Draft): boolean {
  if (draft.before.nextEventId !== 1) return false
  const { about } = draft.before
  const frame = draft.openFrame({ parent: 0, index: 0, scope: draft.machine.root.id, last: 0, input: about.input })
  draft.note(0, 'ExecutionStarted', {
    input: about.input,
    roleArn: about.roleArn,
    stateMachineAliasArn: about.aliasArn,
    stateMachineVersionArn: about.versionArn,
  })
  setDeadline(draft, about.startedAt)
  draft.run(frame)
  return true
}

/** The frame that an event names, if it still is in that visit and attempt. */
function frameOf(draft: Draft, { frame: id, enteredId, attempt }: Attempt): WorkingFrame | undefined {
  const visit = draft.peek(id)?.visit
  return visit?.enteredId === enteredId && visit.attempt === attempt ? draft.frame(id) : undefined
}

function timerFired(draft: Draft, event: Extract<Event, { kind: 'timer' }>): boolean {
  if (event.timer === 'deadline') return deadline(draft)
  const frame = frameOf(draft, event)
  const visit = frame?.visit
  if (frame === undefined || visit === undefined || !visit.timers.includes(event.timer)) return false
  frame.visit = { ...visit, timers: visit.timers.filter((other) => other !== event.timer) }
  const state = draft.stateOf(frame)
  if (event.timer === 'retry') {
    frame.visit = { ...frame.visit, phase: 'ready' }
    draft.run(frame)
  } else if (state.type === 'Wait') guarded(draft, frame, () => leaveWait(draft, frame, state))
  else if (state.type === 'Task') taskTimedOut(draft, frame, state, event.timer)
  return true
}

/** The machine's own TimeoutSeconds: the execution stopped at the deadline, whenever the news came. */
function deadline(draft: Draft): boolean {
  const { timeoutSeconds } = draft.machine
  if (timeoutSeconds === undefined) return false
  const { redriven, about } = draft.before
  const at = (redriven?.at ?? about.startedAt) + timeoutSeconds * 1000
  if (draft.env.now < at) return false
  draft.note(0, 'ExecutionTimedOut', { error: 'States.Timeout' })
  return draft.close({ status: 'timed_out', at })
}

type MapRunEvent = Extract<Event, { kind: 'mapRunSucceeded' | 'mapRunFailed' }>

function mapRunEnded(draft: Draft, event: MapRunEvent): boolean {
  const frame = frameOf(draft, event)
  if (frame?.visit?.phase !== 'maprun') return false
  const state = draft.stateOf(frame)
  if (state.type !== 'Map') return false
  if (event.kind === 'mapRunSucceeded') mapRunSucceeded(draft, frame, state, event.output)
  else mapRunFailed(draft, frame, event.error, event.cause)
  return true
}

type TaskEvent = Exclude<Event, MapRunEvent | { kind: 'start' | 'stop' | 'continue' | 'redrive' | 'timer' | 'fault' }>

function taskEvent(draft: Draft, event: TaskEvent): boolean {
  const frame = frameOf(draft, event)
  if (frame?.visit?.phase !== 'task') return false
  const state = draft.stateOf(frame)
  if (state.type !== 'Task') return false
  return applyTaskEvent(draft, frame, state, event)
}

function applyTaskEvent(draft: Draft, frame: WorkingFrame, state: TaskState, event: TaskEvent): boolean {
  switch (event.kind) {
    case 'taskStarted':
      if (state.resource.kind !== 'activity' || draft.visitOf(frame).started) return false
      taskStarted(draft, frame, event.workerName)
      return true
    case 'taskSubmitted':
      if (!awaitsSubmission(state) || draft.visitOf(frame).submitted) return false
      taskSubmitted(draft, frame, state, event.output)
      return true
    case 'heartbeat':
      taskHeartbeat(draft, frame)
      return true
    case 'taskSucceeded':
    case 'taskFailed':
      return answered(draft, frame, state, event)
    default:
      return event satisfies never
  }
}

type Answer = Extract<TaskEvent, { kind: 'taskSucceeded' | 'taskFailed' }>

function answered(draft: Draft, frame: WorkingFrame, state: TaskState, event: Answer): boolean {
  const answer =
    event.kind === 'taskSucceeded'
      ? ({ kind: 'succeeded', output: event.output } as const)
      : ({
          kind: 'failed',
          ...(event.error === undefined ? {} : { error: event.error }),
          ...(event.cause === undefined ? {} : { cause: event.cause }),
        } as const)
  const visit = draft.visitOf(frame)
  // The call has returned already: a second return of it, after a crash had it made twice, is late.
  if (event.fromCall && visit.submitted) return false
  if (awaitsSubmission(state) && !visit.submitted && !event.fromCall) {
    if (visit.early !== undefined) return false
    holdEarlyAnswer(draft, frame, answer)
    return true
  }
  answerTask(draft, frame, state, answer)
  return true
}
