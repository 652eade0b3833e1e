/** The working copy of one step: frames are copied on first touch, history and commands collected, changes derived at the end. */
import { byteLength, type JsonText } from '../../base/index.ts'
import { sizeFailure } from '../failure.ts'
import type { Machine, State } from '../machine.ts'
import type { Env } from '../ports.ts'
import { type BuriedFan, WorkingFans } from './fans.ts'
import {
  type Change,
  type Command,
  type Details,
  type ExecutionState,
  type Frame,
  type HistoryEvent,
  type Redriven,
  type Status,
  type StepLimits,
  type StepResult,
  type TimerKind,
  type Visit,
} from './state.ts'

type Buried = { readonly fan: BuriedFan; readonly frames: readonly WorkingFrame[] }
type Mutable<T> = { -readonly [K in keyof T]: T[K] }
export type WorkingFrame = Mutable<Frame>

/** A scope to open: where it stands, where its history goes on, and its input. */
export type FramePlan = Pick<Frame, 'parent' | 'index' | 'scope' | 'last'> & { readonly input: JsonText }

/** Leaves the step from anywhere once the execution is closed. Not an error: it never leaves `step()`. */
export class ExecutionClosed extends Error {}

/** One for all: it carries nothing, and making an error costs a stack trace. */
const executionClosed = new ExecutionClosed()

/**
 * What one step may do before it yields to other executions with a `continue`, in transitions: a few milliseconds as a
 * rule. Expressions and large payloads count for more, so that neither time nor the stored chunk grows out of hand.
 */
const effortPerStep = 500
export const effortOf = {
  transition: 1,
  /** Mostly microseconds, but up to the 20 ms that an expression may take inline. */
  evaluation: 10,
  /** Reading, writing and storing a payload. */
  payload: (text: JsonText): number => Math.floor(text.length / 10_000),
} as const

export class Draft {
  readonly machine: Machine
  readonly before: ExecutionState
  readonly env: Env
  readonly limits: StepLimits
  readonly history: HistoryEvent[] = []
  #commands: Command[] = []
  #status: Status
  #redriven: Redriven | undefined
  #nextEventId: number
  #nextFrame: number
  readonly #frames: Map<number, Frame>
  readonly #touched = new Map<number, WorkingFrame>()
  readonly #gone = new Set<number>()
  /** What was taken down under a frame that has failed, as long as it is open what becomes of the failure. */
  #buried: Map<number, Buried> | undefined
  readonly fans: WorkingFans
  /** Frames to run, the next one last. */
  readonly #ready: number[] = []
  /** Tasks scheduled in this step; their Started events come at its end. */
  readonly #scheduled: { readonly frame: number; readonly enteredId: number; readonly started: () => void }[] = []
  #effort = 0

  constructor(machine: Machine, state: ExecutionState, env: Env, limits: StepLimits) {
    this.machine = machine
    this.before = state
    this.env = env
    this.limits = limits
    this.#status = state.status
    this.#redriven = state.redriven
    this.#nextEventId = state.nextEventId
    this.#nextFrame = state.nextFrame
    this.#frames = new Map(state.frames)
    this.fans = new WorkingFans(state.fans)
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

  openFrame({ input, ...place }: FramePlan): WorkingFrame {
    const id = this.#nextFrame++
    const startAt = this.machine.scopes[place.scope]?.startAt ?? 0
    const frame: WorkingFrame = { id, ...place, variables: undefined, visit: freshVisit(startAt, input) }
    this.#frames.set(id, frame)
    this.#touched.set(id, frame)
    return frame
  }

  dropFrame(id: number): void {
    this.#frames.delete(id)
    this.#touched.delete(id)
    this.#gone.add(id)
  }

  /**
   * Takes down what ran under a frame that has failed. When nothing retries or catches the failure, the close brings it back:
   * it is what a redrive goes on with.
   */
  bury(parent: number, frames: readonly WorkingFrame[]): void {
    for (const { id } of frames) this.dropFrame(id)
    const fan = this.fans.bury(parent)
    if (fan !== undefined) (this.#buried ??= new Map()).set(parent, { fan, frames })
  }

  /** The failure of a frame is dealt with: nothing goes on from what ran under it. */
  leaveBehind(frame: Frame): void {
    this.#buried?.delete(frame.id)
  }

  #unbury(): void {
    const buried = this.#buried ?? new Map<number, Buried>()
    const restore = (parent: number): void => {
      const found = buried.get(parent)
      if (found === undefined) return
      this.fans.restore(found.fan)
      for (const frame of found.frames) {
        this.#gone.delete(frame.id)
        this.#frames.set(frame.id, frame)
        this.#touched.set(frame.id, frame)
        restore(frame.id)
      }
    }
    for (const id of [...this.#frames.keys()]) restore(id)
  }

  /** Open frames by the frame they stand under, in index order: made in one pass, however many there are. */
  childrenByParent(): ReadonlyMap<number, readonly Frame[]> {
    const frames = [...this.#frames.values()].toSorted((a, b) => a.index - b.index)
    return Map.groupBy(frames, ({ parent }) => parent)
  }

  /** Frames to be run, those first that have been still the longest, so that no endless loop starves its siblings. */
  readyFrames(): readonly Frame[] {
    const frames = [...this.#frames.values()].filter(({ visit }) => visit?.phase === 'ready')
    return frames.toSorted((a, b) => a.last - b.last || a.id - b.id)
  }

  /** The variables of all other scopes that are open. */
  *variablesBeside(frame: Frame): Generator<JsonText> {
    for (const other of this.#frames.values()) {
      if (other.id !== frame.id && other.variables !== undefined) yield* other.variables.values()
    }
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
      if (this.#effort >= effortPerStep) {
        this.#commands.push({ kind: 'continue' })
        return undefined
      }
      this.spend(effortOf.transition)
      return frame
    }
  }

  /** Counts towards the end of this step. */
  spend(effort: number): void {
    this.#effort += effort
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
    if (!visit.timers.includes(timer)) frame.visit = { ...visit, timers: [...visit.timers, timer] }
    this.#commands.push({
      kind: 'setTimer',
      timer,
      at,
      frame: frame.id,
      enteredId: visit.enteredId,
      attempt: visit.attempt,
    })
  }

  clearTimers(frame: WorkingFrame): void {
    const visit = this.visitOf(frame)
    if (visit.timers.length === 0) return
    for (const timer of visit.timers) {
      this.#commands.push({
        kind: 'clearTimer',
        timer,
        frame: frame.id,
        enteredId: visit.enteredId,
        attempt: visit.attempt,
      })
    }
    frame.visit = { ...visit, timers: [] }
  }

  /** Forgets what a visit has outside: its timers, and its task or Map Run if one is under way. */
  abandon(frame: WorkingFrame): void {
    const visit = this.visitOf(frame)
    if (visit.phase === 'task' || visit.phase === 'maprun') {
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

  /** Runs again, as the next redrive, from now on. */
  reopen(): Redriven {
    const redriven = { count: (this.#redriven?.count ?? 0) + 1, at: this.env.now }
    this.#status = 'running'
    this.#redriven = redriven
    return redriven
  }

  /** What has not succeeded stays for a redrive; of an execution that has succeeded nothing is kept. @throws ExecutionClosed always */
  close(end: {
    status: Exclude<Status, 'running'>
    at?: number
    output?: JsonText
    error?: string
    cause?: string
  }): never {
    this.#status = end.status
    this.#commands = [{ kind: 'close', at: this.env.now, ...end }]
    if (end.status === 'succeeded') this.#dropAll()
    else this.#unbury()
    throw executionClosed
  }

  #dropAll(): void {
    for (const id of this.#frames.keys()) this.#gone.add(id)
    this.fans.dropAll()
    this.#frames.clear()
    this.#touched.clear()
  }

  /** @throws StateFailure States.DataLimitExceeded when a result or an output is over the limit */
  checkSize(text: JsonText, name: string): void {
    if (this.tooLarge(text)) throw sizeFailure(name)
  }

  tooLarge(text: JsonText): boolean {
    return exceeds([text], this.limits.payloadBytes)
  }

  result(): StepResult {
    const changes = this.#changes()
    return {
      state: {
        about: this.before.about,
        status: this.#status,
        redriven: this.#redriven,
        nextEventId: this.#nextEventId,
        nextFrame: this.#nextFrame,
        frames: this.#frames,
        fans: this.fans.after(),
      },
      history: this.history,
      changes,
      commands: this.#commands,
    }
  }

  #changes(): readonly Change[] {
    const changes: Change[] = this.fans.changes()
    if (this.#redriven !== undefined && this.#redriven !== this.before.redriven) {
      changes.push({ kind: 'redriven', ...this.#redriven })
    }
    for (const frame of this.#touched.values()) {
      const before = this.before.frames.get(frame.id)
      // A Map's own frame is looked at for each iteration that ends; storing it each time would store its input each time.
      if (before !== undefined && sameFrame(before, frame)) this.#frames.set(frame.id, before)
      else changes.push({ kind: 'frame', frame })
    }
    for (const id of this.#gone) if (this.before.frames.has(id)) changes.push({ kind: 'frameGone', id })
    return changes
  }
}

/** Whether the texts together have more UTF-8 bytes than allowed. */
export function exceeds(texts: readonly JsonText[], limit: number): boolean {
  let units = 0
  for (const { length } of texts) units += length
  // A UTF-16 unit is at most three UTF-8 bytes and at least one: small texts need no counting, nor do huge ones.
  if (units * 3 <= limit) return false
  if (units > limit) return true
  let bytes = 0
  for (const text of texts) bytes += byteLength(text)
  return bytes > limit
}

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

const sameFrame = (a: Frame, b: Frame): boolean =>
  a.last === b.last && a.visit === b.visit && a.variables === b.variables

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
