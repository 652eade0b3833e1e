/** Task states: scheduling, and what the answers from outside do. */
import type { JsonText } from '../../base/index.ts'
import { sizeFailure, StateFailure } from '../failure.ts'
import type { Machine, TaskState } from '../machine.ts'
import type { TaskResource } from '../resource.ts'
import type { Draft, WorkingFrame } from './draft.ts'
import { evaluateInput, effectiveInput } from './fan.ts'
import { readSeconds, readText } from './field.ts'
import { completeState, guarded, recover, settle } from './flow.ts'
import type { Attempt, Command, Details, EarlyAnswer, Frame, ScheduledTask, TimerKind } from './state.ts'
import { World } from './world.ts'

export function runTask(draft: Draft, frame: WorkingFrame, state: TaskState): void {
  const task = evaluateTask(draft, frame, state)
  const refusal = draft.env.refuse(state.resource, task.input)
  if (refusal !== undefined) {
    throw new StateFailure('runtime', refusal.error, refusal.cause, { located: true })
  }
  settle(draft, frame)
  draft.emit(frame, `${eventPrefix(state.resource)}Scheduled`, scheduledDetails(draft, state, task))
  frame.visit = { ...draft.visitOf(frame), phase: 'task', task }
  setTaskTimers(draft, frame, state, task)
  draft.command({
    kind: 'schedule',
    ...attemptOf(draft, frame),
    stateName: state.name,
    resource: state.resource,
    ...task,
  })
  if (state.resource.kind !== 'activity') draft.taskScheduled(frame, () => recordStarted(draft, frame.id, state))
}

function evaluateTask(draft: Draft, frame: WorkingFrame, state: TaskState): ScheduledTask {
  const world = new World(draft, frame, { document: effectiveInput(draft, frame, state) })
  return {
    input: evaluateInput(draft, state, world),
    timeoutSeconds: state.timeout && readSeconds(state.timeout, 'TimeoutSeconds', world),
    heartbeatSeconds: state.heartbeat && readSeconds(state.heartbeat, 'HeartbeatSeconds', world),
    roleArn: state.roleArn && readText(state.roleArn, world),
  }
}

const attemptOf = (draft: Draft, frame: WorkingFrame): Attempt => {
  const { enteredId, attempt } = draft.visitOf(frame)
  return { frame: frame.id, enteredId, attempt }
}

/** The schedule command of a frame that is in a task, as it was first given: for calls that a crash has cut off. */
export function scheduledCall(machine: Machine, frame: Frame): Extract<Command, { kind: 'schedule' }> | undefined {
  const { visit } = frame
  const state = visit && machine.states[visit.state]
  if (visit?.phase !== 'task' || visit.task === undefined || visit.submitted || state?.type !== 'Task') return undefined
  const { enteredId, attempt, task } = visit
  return {
    kind: 'schedule',
    frame: frame.id,
    enteredId,
    attempt,
    stateName: state.name,
    resource: state.resource,
    ...task,
  }
}

const eventPrefix = (resource: TaskResource): string =>
  resource.kind === 'lambda' ? 'LambdaFunction' : resource.kind === 'activity' ? 'Activity' : 'Task'

/** Members that the events of a service call have in common; other kinds have none. */
const serviceDetails = (resource: TaskResource): Details =>
  resource.kind === 'service' ? { resourceType: resource.resourceType, resource: resource.resource } : {}

function scheduledDetails(draft: Draft, state: TaskState, task: ScheduledTask): Details {
  const { resource } = state
  const times = { timeoutInSeconds: task.timeoutSeconds, heartbeatInSeconds: task.heartbeatSeconds }
  const more = { ...times, taskCredentials: task.roleArn }
  if (resource.kind !== 'service') return { resource: resource.arn, input: task.input, ...more }
  return { ...serviceDetails(resource), region: draft.before.about.region, parameters: task.input, ...more }
}

function setTaskTimers(draft: Draft, frame: WorkingFrame, state: TaskState, task: ScheduledTask): void {
  if (task.timeoutSeconds !== undefined) draft.setTimer(frame, 'timeout', draft.env.now + task.timeoutSeconds * 1000)
  // An activity's pause counts from the moment a worker takes the task. Nobody beats for tasks of other kinds.
  if (state.resource.kind === 'service' && state.resource.pattern === 'token') setHeartbeat(draft, frame, task)
}

function setHeartbeat(draft: Draft, frame: WorkingFrame, { heartbeatSeconds }: ScheduledTask): void {
  if (heartbeatSeconds !== undefined) draft.setTimer(frame, 'heartbeat', draft.env.now + heartbeatSeconds * 1000)
}

function recordStarted(draft: Draft, id: number, state: TaskState): void {
  const frame = draft.frame(id)
  if (frame === undefined) return
  const details = state.resource.kind === 'service' ? serviceDetails(state.resource) : undefined
  draft.emit(frame, `${eventPrefix(state.resource)}Started`, details)
  frame.visit = { ...draft.visitOf(frame), started: true }
}

// ---- answers

/** An activity worker took the task: the pause until its first heartbeat starts now. */
export function taskStarted(draft: Draft, frame: WorkingFrame, workerName: string | undefined): void {
  const visit = draft.visitOf(frame)
  if (visit.started) return
  draft.emit(frame, 'ActivityStarted', { workerName })
  frame.visit = { ...visit, started: true }
  if (visit.task !== undefined) setHeartbeat(draft, frame, visit.task)
}

/** Moves the heartbeat timer, if one is set; neither state nor history change. */
export function taskHeartbeat(draft: Draft, frame: WorkingFrame): void {
  const { task, timers } = draft.visitOf(frame)
  if (task !== undefined && timers.includes('heartbeat')) setHeartbeat(draft, frame, task)
}

/** The call of a `.sync` or token task returned; an answer that overtook it is used now. */
export function taskSubmitted(draft: Draft, frame: WorkingFrame, state: TaskState, output: JsonText): void {
  const visit = draft.visitOf(frame)
  if (visit.submitted) return
  draft.emit(frame, 'TaskSubmitted', { ...serviceDetails(state.resource), output })
  frame.visit = { ...visit, submitted: true, early: undefined }
  if (visit.early !== undefined) answerTask(draft, frame, state, visit.early)
}

/** The task's answer, from its handler, a token or a nested execution. */
export function answerTask(draft: Draft, frame: WorkingFrame, state: TaskState, answer: EarlyAnswer): void {
  if (answer.kind === 'failed') return taskFailed(draft, frame, state, answer.error, answer.cause)
  if (draft.tooLarge(answer.output)) {
    return taskFailed(draft, frame, state, 'States.DataLimitExceeded', sizeFailure(sizedName(state)).detail)
  }
  draft.emit(frame, `${eventPrefix(state.resource)}Succeeded`, {
    ...serviceDetails(state.resource),
    output: answer.output,
  })
  draft.clearTimers(frame)
  guarded(draft, frame, () => completeState(draft, frame, state, answer.output))
}

/** How AWS names a task in the cause of a result that is too large. */
const sizedName = ({ resource }: TaskState): string =>
  resource.kind === 'service' ? resource.resourceType : resource.arn

/** Keeps an answer that overtook the call's own return. */
export function holdEarlyAnswer(draft: Draft, frame: WorkingFrame, early: EarlyAnswer): void {
  frame.visit = { ...draft.visitOf(frame), early }
}

export const awaitsSubmission = (state: TaskState): boolean =>
  state.resource.kind === 'service' && state.resource.pattern !== 'request'

function taskFailed(
  draft: Draft,
  frame: WorkingFrame,
  state: TaskState,
  error: string | undefined,
  cause: string | undefined,
): void {
  draft.emit(frame, `${eventPrefix(state.resource)}Failed`, { ...serviceDetails(state.resource), error, cause })
  recover(draft, frame, { error, cause })
}

/** The task's own timeout or a missed heartbeat; AWS reports both as States.Timeout. */
export function taskTimedOut(draft: Draft, frame: WorkingFrame, state: TaskState, timer: TimerKind): void {
  const error = 'States.Timeout'
  draft.command({ kind: 'cancel', ...attemptOf(draft, frame) })
  draft.emit(frame, `${eventPrefix(state.resource)}TimedOut`, { ...serviceDetails(state.resource), error })
  const alias = timer === 'heartbeat' ? { alias: 'States.HeartbeatTimeout' } : {}
  recover(draft, frame, { error, cause: undefined, ...alias })
}
