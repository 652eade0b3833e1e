/** Chunks → text. See `chunk.ts` for what they are and `decode.ts` for the way back. */
import type {
  Attempt,
  Change,
  EarlyAnswer,
  Event,
  Frame,
  HistoryEvent,
  Machine,
  ScheduledTask,
  Visit,
} from '../../asl/index.ts'
import {
  type Cause,
  type Cell,
  changeKinds,
  type Chunk,
  eventKinds,
  machineWords,
  phases,
  timerNumber,
} from './chunk.ts'
import { eventNumber, eventShape } from './event-types.ts'

/** Texts of one chunk: a reference ≥ 0 is an index here, < 0 a word of the machine. */
class Texts {
  readonly list: string[] = []
  readonly #words: ReadonlyMap<string, number>
  #index: Map<string, number> | undefined

  constructor(machine: Machine) {
    this.#words = machineWords(machine).numbers
  }

  /** A name: looked up among the machine's first. */
  word(text: string): number {
    const word = this.#words.get(text)
    return word === undefined ? this.text(text) : -1 - word
  }

  text(text: string): number {
    const known = this.#find(text)
    if (known !== undefined) return known
    const index = this.list.push(text) - 1
    if (index === 8) this.#index = new Map(this.list.map((each, i) => [each, i]))
    else this.#index?.set(text, index)
    return index
  }

  #find(text: string): number | undefined {
    if (this.#index !== undefined) return this.#index.get(text)
    const index = this.list.indexOf(text)
    return index < 0 ? undefined : index
  }
}

export function encodeChunk(machine: Machine, chunk: Chunk): string {
  const texts = new Texts(machine)
  const cause = encodeCause(texts, chunk.cause)
  const history = chunk.history.map((event) => encodeEvent(texts, event))
  const changes = chunk.changes.map((change) => encodeChange(texts, change, chunk.at))
  return JSON.stringify([chunk.nextFrame, cause, history, changes, texts.list])
}

function encodeCause(texts: Texts, { event, seed, recorded }: Cause): Cell {
  const cells: Cell[] = [eventKinds.indexOf(event.kind), ...encodeEventMembers(texts, event)]
  if (seed === undefined && recorded === undefined) return cells
  const pairs = [...(recorded ?? [])].flatMap(([key, text]) => [texts.text(key), texts.text(text)])
  return [cells, seed === undefined ? null : texts.text(seed), pairs]
}

const attemptCells = (event: Attempt): Cell[] => [event.frame, event.enteredId, event.attempt]
const optional = (texts: Texts, text: string | undefined): Cell => (text === undefined ? null : texts.text(text))

function encodeEventMembers(texts: Texts, event: Event): Cell[] {
  switch (event.kind) {
    case 'start':
    case 'continue':
      return []
    case 'redrive':
      return [
        // A cell of its own: what follows is read in threes.
        ...(event.correction === undefined ? [] : [[event.correction.frame, texts.text(event.correction.input)]]),
        ...(event.mapRuns ?? []).flatMap((run) => [run.frame, texts.text(run.mapRunArn), run.redriveCount]),
      ]
    case 'stop':
      return [optional(texts, event.error), optional(texts, event.cause)]
    case 'fault':
      return [texts.text(event.cause)]
    case 'taskStarted':
      return [...attemptCells(event), optional(texts, event.workerName)]
    case 'taskSubmitted':
      return [...attemptCells(event), texts.text(event.output)]
    case 'taskSucceeded':
      return [...attemptCells(event), texts.text(event.output), event.fromCall === true ? 1 : 0]
    case 'taskFailed':
      return [
        ...attemptCells(event),
        optional(texts, event.error),
        optional(texts, event.cause),
        event.fromCall === true ? 1 : 0,
      ]
    case 'heartbeat':
      return attemptCells(event)
    case 'mapRunSucceeded':
      return [...attemptCells(event), optional(texts, event.output)]
    case 'mapRunFailed':
      return [...attemptCells(event), texts.text(event.error), texts.text(event.cause)]
    case 'timer':
      return [...attemptCells(event), timerNumber(event.timer)]
    default:
      return event satisfies never
  }
}

function encodeEvent(texts: Texts, event: HistoryEvent): Cell {
  const type = eventNumber(event.type)
  const cells: Cell[] = [type, event.previousEventId]
  for (const [name, kind] of eventShape(type).fields) {
    const value = event.details?.[name]
    if (value === undefined) cells.push(null)
    else if (typeof value === 'number') cells.push(value)
    else if (typeof value === 'string') cells.push(kind === 'text' ? texts.text(value) : texts.word(value))
    else cells.push([...value].flatMap(([key, text]) => [texts.text(key), texts.text(text)]))
  }
  while (cells.at(-1) === null) cells.pop()
  return cells
}

function encodeChange(texts: Texts, change: Change, nowMs: number): Cell {
  const number = changeKinds.indexOf(change.kind)
  switch (change.kind) {
    case 'frame':
      return [number, ...encodeFrame(texts, change.frame, nowMs)]
    case 'frameGone':
      return [number, change.id]
    case 'fan':
      return [number, change.frame, change.size, change.items.map((item) => texts.text(item)), change.concurrency]
    case 'fanProgress':
      return [number, change.frame, change.next, change.open, change.done]
    case 'result':
      return [number, change.frame, change.index, texts.text(change.output)]
    case 'fanGone':
      return [number, change.frame]
    case 'redriven':
      return [number, change.count, nowMs - change.at]
    default:
      return change satisfies never
  }
}

function encodeFrame(texts: Texts, frame: Frame, nowMs: number): Cell[] {
  const { visit } = frame
  const variables = [...(frame.variables ?? [])].flatMap(([name, text]) => [texts.text(name), texts.text(text)])
  return [
    frame.id,
    frame.parent,
    frame.index,
    frame.scope,
    frame.last,
    frame.variables === undefined ? null : variables,
    visit === undefined ? null : encodeVisit(texts, visit, nowMs),
  ]
}

function encodeVisit(texts: Texts, visit: Visit, nowMs: number): Cell {
  const cells: Cell[] = [
    visit.state,
    visit.enteredId,
    nowMs - visit.enteredAt,
    texts.text(visit.input),
    phases.indexOf(visit.phase),
    visit.attempt,
    (visit.started ? 1 : 0) + (visit.submitted ? 2 : 0),
  ]
  if (
    visit.retries === undefined &&
    visit.early === undefined &&
    visit.task === undefined &&
    visit.timers.length === 0
  ) {
    return cells
  }
  cells.push(
    visit.retries ?? null,
    visit.early === undefined ? null : encodeEarly(texts, visit.early),
    visit.task === undefined ? null : encodeTask(texts, visit.task),
    visit.timers.map(timerNumber),
  )
  return cells
}

const encodeTask = (texts: Texts, task: ScheduledTask): Cell => [
  texts.text(task.input),
  task.timeoutSeconds ?? null,
  task.heartbeatSeconds ?? null,
  optional(texts, task.roleArn),
]

const encodeEarly = (texts: Texts, early: EarlyAnswer): Cell =>
  early.kind === 'succeeded' ? [texts.text(early.output)] : [optional(texts, early.error), optional(texts, early.cause)]
