/** Redriving: an execution that ended without success goes on where it ended. What has succeeded is not done again. */
import type { JsonText } from '../../base/index.ts'
import type { StateType } from '../machine.ts'
import { type Draft, freshVisit, type WorkingFrame } from './draft.ts'
import type { Event, ExecutionState, Frame, RedrivenMapRun, Visit } from './state.ts'

/**
 * Opens the execution again and makes every scope ready that had not succeeded; the steps after this one run them. False
 * when nothing is left to go on with, or not with that correction.
 */
export function redrive(draft: Draft, { mapRuns = [], correction }: Redrive): boolean {
  const { status, frames, nextEventId } = draft.before
  if (status === 'succeeded' || frames.size === 0) return false
  if (correction !== undefined && !isCorrectable(draft.before, correction.frame)) return false
  const { count, at } = draft.reopen()
  const redriven = draft.note(nextEventId - 1, 'ExecutionRedriven', { redriveCount: count })
  for (const { id } of byId(frames.values())) {
    const frame = draft.frame(id)
    if (frame === undefined) continue
    const run = mapRuns.find((each) => each.frame === id)
    if (correction?.frame === id) enterAnew(draft, frame, redriven, correction.input)
    else if (run !== undefined && draft.visitOf(frame).phase === 'maprun') resumeMapRun(draft, frame, redriven, run)
    else resume(draft, frame, redriven)
  }
  setDeadline(draft, at)
  if (draft.readyFrames().length > 0) draft.command({ kind: 'continue' })
  return true
}

type Redrive = Extract<Event, { kind: 'redrive' }>

/**
 * Whether the state that a scope ended in can be entered anew with another input. Not when branches or iterations of it are
 * kept: what had succeeded in them would be done again.
 */
export const isCorrectable = ({ frames, fans }: ExecutionState, frame: number): boolean =>
  frames.get(frame)?.visit !== undefined && !fans.has(frame)

/** Another input makes another visit: what it does outside has a key of its own, for it is another request. */
function enterAnew(draft: Draft, frame: WorkingFrame, redriven: number, input: JsonText): void {
  frame.last = redriven
  frame.visit = freshVisit(draft.visitOf(frame).state, input)
}

const byId = (frames: Iterable<Frame>): readonly Frame[] => [...frames].toSorted((a, b) => a.id - b.id)

/** The machine's TimeoutSeconds, counted from the start or the last redrive. */
export function setDeadline(draft: Draft, from: number): void {
  const { timeoutSeconds } = draft.machine
  if (timeoutSeconds === undefined) return
  const at = from + timeoutSeconds * 1000
  draft.command({ kind: 'setTimer', timer: 'deadline', at, frame: 1, enteredId: 0, attempt: 0 })
}

/** What the scope writes from here on follows the redrive. */
function resume(draft: Draft, frame: WorkingFrame, redriven: number): void {
  const visit = draft.visitOf(frame)
  const { type } = draft.stateOf(frame)
  frame.last = redriven
  // A Parallel has begun all its branches; a Map may have room for iterations that it never began.
  const phase = type === 'Parallel' && draft.fans.has(frame.id) ? 'fanout' : 'ready'
  frame.visit = { ...visitAgain(visit, type), phase }
}

/** The same run goes on with those of its children that have not succeeded. */
function resumeMapRun(draft: Draft, frame: WorkingFrame, redriven: number, run: RedrivenMapRun): void {
  const { mapRunArn, redriveCount } = run
  const visit = visitAgain(draft.visitOf(frame), 'Map')
  frame.last = redriven
  frame.visit = { ...visit, phase: 'maprun' }
  draft.emit(frame, 'MapRunRedriven', { mapRunArn, redriveCount })
  const { enteredId, attempt } = visit
  draft.command({ kind: 'redriveMapRun', frame: frame.id, enteredId, attempt, mapRunArn })
}

/**
 * A state that is redriven stays in its visit, so what it does outside keeps its idempotency key. Its attempt is a new one:
 * the task tokens of before are dead. Retries and timeouts begin anew.
 */
function visitAgain(visit: Visit, type: StateType): Visit {
  const fresh = freshVisit(visit.state, visit.input)
  // A Fail state is entered again, and fails again (spec 2.4).
  if (type === 'Fail' || visit.enteredId === 0) return fresh
  return { ...fresh, enteredId: visit.enteredId, enteredAt: visit.enteredAt, attempt: visit.attempt + 1 }
}
