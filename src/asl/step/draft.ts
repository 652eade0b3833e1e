/** The working copy of one step: frames are copied on first touch, history and commands collected, changes derived at the end. */
import { byteLength, type JsonText } from '../../base/index.ts'
import { StateFailure } from '../failure.ts'
import type { Machine, State } from '../machine.ts'
import type { Env } from '../ports.ts'
import {
  type Change,
  type Command,
  type Details,
  type ExecutionState,
  type Fan,
  type Frame,
  type HistoryEvent,
  newFan,
  type Status,
  type StepLimits,
  type StepResult,
  type TimerKind,
  type Visit,
} from './state.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
export type WorkingFrame = Mutable<Frame>
type WorkingFan = Mutable<Omit<Fan, 'results'>> & { results: (JsonText | undefined)[] }

/** Leaves the step from anywhere once the execution is closed. Not an error: it never leaves `step()`. */
export class ExecutionClosed extends Error {}

/** One for all: it carries nothing, and making an error costs a stack trace. */
const executionClosed = new ExecutionClosed()

/** States run in one step before it yields to other executions with a `continue`. */
const transitionsPerStep = 500

export class Draft {
  readonly machine: Machine
  readonly before: ExecutionState
  readonly env: Env
  readonly limits: StepLimits
  readonly history: HistoryEvent[] = []
  #commands: Command[] = []
  #status: Status
  #nextEventId: number
  #nextFrame: number
  readonly #frames: Map<number, Frame>
  readonly #touched = new Map<number, WorkingFrame>()
  readonly #gone = new Set<number>()
  #fans: ReadonlyMap<number, Fan>
  readonly #touchedFans = new Map<number, WorkingFan>()
  readonly #goneFans = new Set<number>()
  readonly #fanChanges: Change[] = []
  /** Frames to run, the next one last. */
  readonly #ready: number[] = []
  /** Tasks scheduled in this step; their Started events come at its end. */
  readonly #scheduled: { readonly frame: number; readonly enteredId: number; readonly started: () => void }[] = []
  #transitions = 0

  constructor(machine: Machine, state: ExecutionState, env: Env, limits: StepLimits) {
    this.machine = machine
    this.before = state
    this.env = env
    this.limits = limits
    this.#status = state.status
    this.#nextEventId = state.nextEventId
    this.#nextFrame = state.nextFrame
    this.#frames = new Map(state.frames)
    this.#fans = state.fans
  }

  // ---- frames

  frame(id: number): WorkingFrame | undefined {
    const touched = this.#touched.get(id)
    if (touched !== undefined) return touched
    const frame = this.#frames.get(id)
    if (frame === undefined) return undefined
    const copy = { ...frame }
    this.#touched.set(id, copy)
    this.#frames.set(id, copy)
    return copy
  }

  parentOf(frame: Frame): WorkingFrame {
    const parent = this.frame(frame.parent)
    if (parent === undefined) throw new Error(`frame ${frame.id} has lost its parent ${frame.parent}`)
    return parent
  }

  /** Reads a frame without copying it. */
  peek(id: number): Frame | undefined {
    return this.#frames.get(id)
  }

  openFrame(parent: number, index: number, scope: number, last: number, input: JsonText): WorkingFrame {
    const id = this.#nextFrame++
    const startAt = this.machine.scopes[scope]?.startAt ?? 0
    const frame: WorkingFrame = { id, parent, index, scope, last, variables: undefined, visit: freshVisit(startAt, input) }
    this.#frames.set(id, frame)
    this.#touched.set(id, frame)
    return frame
  }

  dropFrame(id: number): void {
    this.#frames.delete(id)
    this.#touched.delete(id)
    this.#gone.add(id)
  }

  /** Open frames below a Parallel or Map, in index order. */
  childrenOf(parent: number): readonly Frame[] {
    return [...this.#frames.values()].filter((frame) => frame.parent === parent).toSorted((a, b) => a.index - b.index)
  }

  allFrames(): readonly Frame[] {
    return [...this.#frames.values()].toSorted((a, b) => a.id - b.id)
  }

  stateOf(frame: Frame): State {
    const state = frame.visit && this.machine.states[frame.visit.state]
    if (state === undefined) throw new Error(`frame ${frame.id} is in no state`)
    return state
  }

  visitOf(frame: Frame): Visit {
    if (frame.visit === undefined) throw new Error(`frame ${frame.id} is in no state`)
    return frame.visit
  }

  // ---- fans

  fan(frame: number): WorkingFan {
    const touched = this.#touchedFans.get(frame)
    if (touched !== undefined) return touched
    const fan = this.#fans.get(frame)
    if (fan === undefined) throw new Error(`frame ${frame} has no Map or Parallel under way`)
    const copy = { ...fan, results: [...fan.results] }
    this.#touchedFans.set(frame, copy)
    return copy
  }

  peekFan(frame: number): Fan | undefined {
    if (this.#goneFans.has(frame)) return this.#touchedFans.get(frame)
    return this.#touchedFans.get(frame) ?? this.#fans.get(frame)
  }

  openFan(frame: number, items: readonly JsonText[], size: number): void {
    const fan = newFan(items, size)
    this.#touchedFans.set(frame, { ...fan, results: [...fan.results] })
    this.#fanChanges.push({ kind: 'fan', frame, items, size })
  }

  setResult(frame: number, index: number, output: JsonText): void {
    this.fan(frame).results[index] = output
    this.#fanChanges.push({ kind: 'result', frame, index, output })
  }

  dropFan(frame: number): void {
    this.#touchedFans.delete(frame)
    this.#goneFans.add(frame)
    this.#fanChanges.push({ kind: 'fanGone', frame })
  }

  // ---- history

  /** Appends an event to the frame's chain and moves its cursor. Returns the event's id. */
  emit(frame: WorkingFrame, type: string, details?: Details): number {
    const id = this.note(frame.last, type, details)
    frame.last = id
    return id
  }

  /** Appends an event that moves no cursor. */
  note(previousEventId: number, type: string, details?: Details): number {
    const id = this.#nextEventId
    if (id >= this.limits.historyEvents && !type.startsWith('Execution')) {
      const cause = `The execution reached the maximum number of history events (${this.limits.historyEvents}).`
      this.failExecution(id - 1, 'States.Runtime', cause)
    }
    this.#nextEventId++
    this.history.push({ id, previousEventId, type, details })
    return id
  }

  // ---- running

  /** Puts a frame next in line. */
  run(frame: Frame): void {
    this.#ready.push(frame.id)
  }

  /** Puts frames in line so that the first of them runs first. */
  runInOrder(frames: readonly Frame[]): void {
    for (const frame of frames.toReversed()) this.#ready.push(frame.id)
  }

  /** The next frame to run; undefined when all are blocked or this step has run enough. */
  nextReady(): WorkingFrame | undefined {
    for (;;) {
      const id = this.#ready.pop()
      if (id === undefined) return undefined
      const frame = this.frame(id)
      if (frame?.visit?.phase !== 'ready') continue
      if (this.#transitions++ < transitionsPerStep) return frame
      this.#commands.push({ kind: 'continue' })
      return undefined
    }
  }

  command(command: Command): void {
    this.#commands.push(command)
  }

  /** A task was scheduled; `started` records its Started event once everything else in this step has run. */
  taskScheduled(frame: Frame, started: () => void): void {
    this.#scheduled.push({ frame: frame.id, enteredId: this.visitOf(frame).enteredId, started })
  }

  startScheduledTasks(): void {
    for (const task of this.#scheduled) {
      const visit = this.#frames.get(task.frame)?.visit
      if (visit?.enteredId === task.enteredId && visit.phase === 'task') task.started()
    }
  }

  setTimer(frame: WorkingFrame, timer: TimerKind, at: number): void {
    const visit = this.visitOf(frame)
    frame.visit = { ...visit, timers: [...visit.timers.filter((other) => other !== timer), timer] }
    this.#commands.push({ kind: 'setTimer', timer, at, frame: frame.id, enteredId: visit.enteredId, attempt: visit.attempt })
  }

  clearTimers(frame: WorkingFrame): void {
    const visit = this.visitOf(frame)
    if (visit.timers.length === 0) return
    for (const timer of visit.timers) {
      this.#commands.push({ kind: 'clearTimer', timer, frame: frame.id, enteredId: visit.enteredId, attempt: visit.attempt })
    }
    frame.visit = { ...visit, timers: [] }
  }

  /** Forgets what a visit has outside: its timers, and its task if one is running. */
  abandon(frame: WorkingFrame): void {
    const visit = this.visitOf(frame)
    if (visit.phase === 'task') {
      this.#commands.push({ kind: 'cancel', frame: frame.id, enteredId: visit.enteredId, attempt: visit.attempt })
    }
    this.clearTimers(frame)
  }

  // ---- the end

  /** @throws ExecutionClosed always */
  failExecution(previousEventId: number, error: string | undefined, cause: string | undefined): never {
    this.note(previousEventId, 'ExecutionFailed', { error, cause })
    return this.close({ status: 'failed', ...defined({ error, cause }) })
  }

  /** @throws ExecutionClosed always */
  close(end: { status: Exclude<Status, 'running'>; at?: number; output?: JsonText; error?: string; cause?: string }): never {
    this.#status = end.status
    this.#commands = [{ kind: 'close', at: this.env.now, ...end }]
    for (const id of this.#frames.keys()) this.#gone.add(id)
    for (const id of new Set([...this.#fans.keys(), ...this.#touchedFans.keys()])) this.dropFan(id)
    this.#frames.clear()
    this.#touched.clear()
    throw executionClosed
  }

  /** @throws StateFailure States.DataLimitExceeded when a result or an output is over the limit */
  checkSize(text: JsonText, name: string): void {
    if (!this.tooLarge(text)) return
    throw new StateFailure('state', 'States.DataLimitExceeded', sizeCause(name))
  }

  tooLarge(text: JsonText): boolean {
    const limit = this.limits.payloadBytes
    // A UTF-16 unit is at most three UTF-8 bytes: small texts need no counting.
    return text.length * 3 > limit && byteLength(text) > limit
  }

  result(): StepResult {
    const changes = this.#changes()
    const fans = this.#fansAfter()
    return {
      state: {
        about: this.before.about,
        status: this.#status,
        nextEventId: this.#nextEventId,
        nextFrame: this.#nextFrame,
        frames: this.#frames,
        fans,
      },
      history: this.history,
      changes,
      commands: this.#commands,
    }
  }

  #changes(): readonly Change[] {
    const changes: Change[] = this.#fanChanges
    for (const [frame, fan] of this.#touchedFans) {
      changes.push({ kind: 'fanProgress', frame, next: fan.next, open: fan.open, done: fan.done })
    }
    for (const frame of this.#touched.values()) changes.push({ kind: 'frame', frame })
    for (const id of this.#gone) if (this.before.frames.has(id)) changes.push({ kind: 'frameGone', id })
    return changes
  }

  #fansAfter(): ReadonlyMap<number, Fan> {
    if (this.#touchedFans.size === 0 && this.#goneFans.size === 0) return this.#fans
    const fans = new Map(this.#fans)
    for (const id of this.#goneFans) fans.delete(id)
    for (const [id, fan] of this.#touchedFans) fans.set(id, fan)
    return fans
  }
}

export const sizeCause = (name: string): string =>
  `The state/task '${name}' returned a result with a size exceeding the maximum number of bytes service limit.`

/** A visit that has not been entered yet: `enteredId` 0. */
export const freshVisit = (state: number, input: JsonText): Visit => ({
  state,
  enteredId: 0,
  enteredAt: 0,
  input,
  phase: 'ready',
  attempt: 0,
  retries: undefined,
  started: false,
  submitted: false,
  early: undefined,
  task: undefined,
  timers: noTimers,
})

const noTimers: readonly TimerKind[] = []

/** Leaves out the members that are undefined, so that absent stays absent. */
export function defined<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const out: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(members)) if (value !== undefined) out[key] = value
  return asDefined<T>(out)
}

/** The loop above has dropped exactly the undefined members; the compiler cannot see that. */
function asDefined<T>(out: Record<string, unknown>): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return out as { [K in keyof T]?: Exclude<T[K], undefined> }
}
