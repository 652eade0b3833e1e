/** Text → chunks, the way back from `encode.ts`. */
import type {
  Change,
  Details,
  EarlyAnswer,
  Event,
  Frame,
  HistoryEvent,
  Machine,
  RedrivenMapRun,
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
  timerOfNumber,
} from './chunk.ts'
import { eventShape, eventTypes } from './event-types.ts'

/** @throws Error when the text was not written by `encodeChunk` of this version or an older one */
export function decodeChunk(
  machine: Machine,
  row: { readonly body: string; readonly at: number; readonly firstEventId: number },
): Chunk {
  const [nextFrame, cause, history, changes, texts] = list(JSON.parse(row.body) as Cell)
  const reader = new Reader(machine, list(texts), row.at)
  return {
    cause: reader.cause(list(cause)),
    at: row.at,
    firstEventId: row.firstEventId,
    nextFrame: number(nextFrame),
    history: list(history).map((cells, i) => reader.event(list(cells), row.firstEventId + i)),
    changes: list(changes).map((cells) => reader.change(list(cells))),
  }
}

const broken = (what: string): Error => new Error(`a stored history chunk is broken: ${what}`)

function list(cell: Cell | undefined): readonly Cell[] {
  if (Array.isArray(cell)) return cell
  throw broken('a list is missing')
}

function number(cell: Cell | undefined): number {
  if (typeof cell === 'number') return cell
  throw broken('a number is missing')
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index]
  if (item === undefined) throw broken(`there is no entry ${index}`)
  return item
}

class Reader {
  readonly #words: readonly string[]
  readonly #texts: readonly Cell[]
  readonly #nowMs: number

  constructor(machine: Machine, texts: readonly Cell[], nowMs: number) {
    this.#words = machineWords(machine).list
    this.#texts = texts
    this.#nowMs = nowMs
  }

  text(cell: Cell | undefined): string {
    const index = number(cell)
    const text = index < 0 ? this.#words[-1 - index] : this.#texts[index]
    if (typeof text === 'string') return text
    throw broken(`there is no text ${index}`)
  }

  #optional(cell: Cell | undefined): string | undefined {
    return cell === null || cell === undefined ? undefined : this.text(cell)
  }

  #pairs(cell: Cell | undefined): ReadonlyMap<string, string> {
    const cells = list(cell)
    const pairs = new Map<string, string>()
    for (let i = 0; i < cells.length; i += 2) pairs.set(this.text(cells[i]), this.text(cells[i + 1]))
    return pairs
  }

  cause(cells: readonly Cell[]): Cause {
    const [first, seed, pairs] = cells
    if (!Array.isArray(first)) return { event: this.#event(cells) }
    const recorded = this.#pairs(pairs)
    return {
      event: this.#event(first),
      ...(seed === null ? {} : { seed: this.text(seed) }),
      ...(recorded.size === 0 ? {} : { recorded }),
    }
  }

  #event(cells: readonly Cell[]): Event {
    const kind = at(eventKinds, number(cells[0]))
    switch (kind) {
      case 'start':
      case 'continue':
        return { kind }
      case 'redrive':
        return this.#redrive(cells.slice(1))
      case 'stop':
        return { kind, ...this.#failure(cells[1], cells[2]) }
      case 'fault':
        return { kind, cause: this.text(cells[1]) }
      default:
        return this.#taskEvent(kind, cells)
    }
  }

  #redrive(cells: readonly Cell[]): Extract<Event, { kind: 'redrive' }> {
    const [first] = cells
    const correction = Array.isArray(first) ? { frame: number(first[0]), input: this.text(first[1]) } : undefined
    const runs = correction === undefined ? cells : cells.slice(1)
    return {
      kind: 'redrive',
      ...(runs.length === 0 ? {} : { mapRuns: this.#mapRuns(runs) }),
      ...(correction === undefined ? {} : { correction }),
    }
  }

  #mapRuns(cells: readonly Cell[]): readonly RedrivenMapRun[] {
    const runs: RedrivenMapRun[] = []
    for (let i = 0; i < cells.length; i += 3) {
      const [frame, arn, count] = cells.slice(i, i + 3)
      runs.push({ frame: number(frame), mapRunArn: this.text(arn), redriveCount: number(count) })
    }
    return runs
  }

  #taskEvent(
    kind: Exclude<(typeof eventKinds)[number], 'start' | 'continue' | 'redrive' | 'stop' | 'fault'>,
    cells: readonly Cell[],
  ): Event {
    const attempt = { frame: number(cells[1]), enteredId: number(cells[2]), attempt: number(cells[3]) }
    switch (kind) {
      case 'taskStarted': {
        const workerName = this.#optional(cells[4])
        return { kind, ...attempt, ...(workerName === undefined ? {} : { workerName }) }
      }
      case 'taskSubmitted':
        return { kind, ...attempt, output: this.text(cells[4]) }
      case 'taskSucceeded':
        return { kind, ...attempt, output: this.text(cells[4]), ...(cells[5] === 1 ? { fromCall: true } : {}) }
      case 'taskFailed':
        return { kind, ...attempt, ...this.#failure(cells[4], cells[5]), ...(cells[6] === 1 ? { fromCall: true } : {}) }
      case 'heartbeat':
        return { kind, ...attempt }
      case 'mapRunSucceeded': {
        const output = this.#optional(cells[4])
        return { kind, ...attempt, ...(output === undefined ? {} : { output }) }
      }
      case 'mapRunFailed':
        return { kind, ...attempt, error: this.text(cells[4]), cause: this.text(cells[5]) }
      case 'timer':
        return { kind, ...attempt, timer: timerOfNumber(number(cells[4])) }
      default:
        return kind satisfies never
    }
  }

  #failure(error: Cell | undefined, cause: Cell | undefined): { error?: string; cause?: string } {
    const errorText = this.#optional(error)
    const causeText = this.#optional(cause)
    return {
      ...(errorText === undefined ? {} : { error: errorText }),
      ...(causeText === undefined ? {} : { cause: causeText }),
    }
  }

  event(cells: readonly Cell[], id: number): HistoryEvent {
    const type = number(cells[0])
    const { fields } = eventShape(type)
    return {
      id,
      previousEventId: number(cells[1]),
      type: at(eventTypes, type),
      details: fields.length === 0 ? undefined : this.#details(fields, cells),
    }
  }

  #details(fields: ReturnType<typeof eventShape>['fields'], cells: readonly Cell[]): Details {
    const details: Record<string, Details[string]> = {}
    fields.forEach(([name, kind], i) => {
      const cell = cells[i + 2]
      if (cell === null || cell === undefined) return
      details[name] = kind === 'number' ? number(cell) : kind === 'variables' ? this.#pairs(cell) : this.text(cell)
    })
    return details
  }

  change(cells: readonly Cell[]): Change {
    const kind = at(changeKinds, number(cells[0]))
    const id = number(cells[1])
    switch (kind) {
      case 'frame':
        return { kind, frame: this.#frame(cells) }
      case 'frameGone':
        return { kind, id }
      case 'fan':
        return {
          kind,
          frame: id,
          size: number(cells[2]),
          items: list(cells[3]).map((cell) => this.text(cell)),
          concurrency: number(cells[4]),
        }
      case 'fanProgress':
        return { kind, frame: id, next: number(cells[2]), open: number(cells[3]), done: number(cells[4]) }
      case 'result':
        return { kind, frame: id, index: number(cells[2]), output: this.text(cells[3]) }
      case 'fanGone':
        return { kind, frame: id }
      case 'redriven':
        return { kind, count: id, at: this.#nowMs - number(cells[2]) }
      default:
        return kind satisfies never
    }
  }

  #frame(cells: readonly Cell[]): Frame {
    const [, id, parent, index, scope, last, variables, visit] = cells
    return {
      id: number(id),
      parent: number(parent),
      index: number(index),
      scope: number(scope),
      last: number(last),
      variables: variables === null ? undefined : this.#pairs(variables),
      visit: visit === null ? undefined : this.#visit(list(visit)),
    }
  }

  #visit(cells: readonly Cell[]): Visit {
    const flags = number(cells[6])
    const [retries, early, task, timers] = cells.slice(7)
    return {
      state: number(cells[0]),
      enteredId: number(cells[1]),
      enteredAt: this.#nowMs - number(cells[2]),
      input: this.text(cells[3]),
      phase: at(phases, number(cells[4])),
      attempt: number(cells[5]),
      started: (flags & 1) !== 0,
      submitted: (flags & 2) !== 0,
      retries: Array.isArray(retries) ? retries.map(number) : undefined,
      early: Array.isArray(early) ? this.#early(early) : undefined,
      task: Array.isArray(task) ? this.#task(task) : undefined,
      timers: Array.isArray(timers) ? timers.map((cell) => timerOfNumber(number(cell))) : [],
    }
  }

  #task(cells: readonly Cell[]): ScheduledTask {
    const [input, timeout, heartbeat, role] = cells
    return {
      input: this.text(input),
      timeoutSeconds: typeof timeout === 'number' ? timeout : undefined,
      heartbeatSeconds: typeof heartbeat === 'number' ? heartbeat : undefined,
      roleArn: this.#optional(role),
    }
  }

  #early(cells: readonly Cell[]): EarlyAnswer {
    if (cells.length === 1) return { kind: 'succeeded', output: this.text(cells[0]) }
    return { kind: 'failed', ...this.#failure(cells[0], cells[1]) }
  }
}
