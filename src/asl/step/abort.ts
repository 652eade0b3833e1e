/** Ending what still runs under a Parallel or Map that has failed. */
import type { MapState, ParallelState, StateType } from '../machine.ts'
import type { Draft, WorkingFrame } from './draft.ts'
import type { Frame } from './state.ts'

/** One failure and what it ends: all its events follow the failing event. */
type Abort = {
  readonly draft: Draft
  readonly previous: number
  readonly failing: number | undefined
  readonly children: ReadonlyMap<number, readonly Frame[]>
}

/** Ends all branches or iterations under a frame, in index order, each event ← the failing one. */
export function closeFan(draft: Draft, parent: Frame, previous: number, failing: Frame | undefined): void {
  abortChildren({ draft, previous, failing: failing?.id, children: draft.childrenByParent() }, parent)
}

/** Outermost first: an iteration, the state it is in, what runs below that. */
function abortChildren(abort: Abort, parent: Frame): void {
  const { draft, children, failing, previous } = abort
  const state = fanState(draft, parent)
  const ended: WorkingFrame[] = []
  for (const { id, index } of children.get(parent.id) ?? []) {
    if (state.type === 'Map') {
      draft.note(previous, id === failing ? 'MapIterationFailed' : 'MapIterationAborted', { name: state.name, index })
    }
    const frame = draft.frame(id)
    if (frame === undefined) continue
    abortFrame(abort, frame)
    ended.push(frame)
  }
  draft.bury(parent.id, ended)
}

function abortFrame(abort: Abort, frame: WorkingFrame): void {
  const { draft, failing, previous } = abort
  const { type } = draft.stateOf(frame)
  // Of the failing frame only a Task shows (spec 2.9), and that has been answered: there is nothing to cancel.
  const isFailing = frame.id === failing
  const shows = isFailing ? type === 'Task' : abortable.has(type)
  if (shows && draft.visitOf(frame).enteredId > 0) draft.note(previous, `${type}StateAborted`)
  if (draft.visitOf(frame).phase === 'maprun') draft.note(previous, 'MapRunAborted')
  if (isFailing) draft.clearTimers(frame)
  else draft.abandon(frame)
  if (draft.fans.has(frame.id)) abortChildren(abort, frame)
}

/** States that a step can end in. */
const abortable = new Set<StateType>(['Task', 'Wait', 'Map', 'Parallel'])

export function fanState(draft: Draft, frame: Frame): MapState | ParallelState {
  const state = draft.stateOf(frame)
  if (state.type !== 'Map' && state.type !== 'Parallel') throw new Error(`${state.name} has no branches`)
  return state
}
