/** The stays in states that a history is folded into, and how each of them changes. Pure. */
import type { Tone } from '../../base/index.ts'

/** How far the run of a distributed Map is, as somebody who asked for it tells. */
export type MapRunProgress = {
  readonly done: number
  readonly failed: number
  readonly running: number
  /** Wait to run again. */
  readonly again: number
  readonly total: number
  /** There may be more than `total`. */
  readonly open: boolean
  /** Items a second; undefined before the first, and of a run that has ended. */
  readonly perSecond: number | undefined
  /** Milliseconds until the last item; undefined where that cannot be told. */
  readonly leftMs: number | undefined
}

export type Iterations = {
  readonly done: number
  readonly failed: number
  /** Because another one failed. */
  readonly stopped: number
  readonly all: number
}

/** One stay in a state. */
export type Row = {
  /** Id of the event it begins with: names the visit beyond doubt. */
  readonly enteredId: number
  readonly name: string
  /** `Task`, `Map`, … */
  readonly type: string
  /** The Parallel or Map it runs in, and in which iteration of the Map. */
  readonly inside: { readonly row: Row; readonly iteration: number | undefined } | undefined
  readonly enteredAt: number
  readonly endedAt: number | undefined
  readonly tone: Tone
  /** Calls of a task so far. */
  readonly attempts: number
  /** The last error of the task or state, caught, retried or neither. */
  readonly error: string | undefined
  /** What it waits for, in words. */
  readonly waitsFor: string | undefined
  /** Map: iterations ended and all of them. */
  readonly iterations: Iterations | undefined
  /** A distributed Map: the ARN of its run, and how far that is as far as it is known. */
  readonly mapRun: string | undefined
  readonly items: MapRunProgress | undefined
}

/** What one event changed. */
export type RowStep = { readonly kind: 'entered' | 'retried' | 'waiting' | 'failing' | 'left'; readonly row: Row }

export type OpenRow = { -readonly [K in keyof Row]: Row[K] } & {
  inside: { row: OpenRow; iteration: number | undefined } | undefined
}
export type Place = { readonly row: OpenRow; readonly iteration: number | undefined }

type Begun = Pick<Row, 'enteredId' | 'name' | 'type' | 'enteredAt'> & Pick<OpenRow, 'inside'>

/** In the order in which they began. Every change goes through here, so that it can be told which rows an event changed. */
export class Rows {
  readonly #all: OpenRow[] = []
  #touched = new Set<OpenRow>()

  get all(): readonly OpenRow[] {
    return this.#all
  }

  /** Those that changed since this was last asked. */
  takeTouched(): readonly Row[] {
    if (this.#touched.size === 0) return none
    const touched = [...this.#touched]
    this.#touched = new Set()
    return touched
  }

  begin(begun: Begun): OpenRow {
    const waits = begun.type === 'Wait'
    const row: OpenRow = {
      ...begun,
      endedAt: undefined,
      tone: waits ? 'waiting' : 'running',
      attempts: 0,
      error: undefined,
      waitsFor: waits ? 'its time' : undefined,
      iterations: undefined,
      mapRun: undefined,
      items: undefined,
    }
    this.#all.push(row)
    this.#touched.add(row)
    return row
  }

  change(row: OpenRow, members: Partial<OpenRow>): void {
    Object.assign(row, members)
    this.#touched.add(row)
  }

  close(row: OpenRow, tone: Tone, at: number): void {
    this.change(row, { tone, endedAt: at, waitsFor: undefined })
  }

  scheduled(row: OpenRow, type: string): RowStep | undefined {
    const waits = type === 'ActivityScheduled'
    const attempts = row.attempts + 1
    this.change(row, { attempts, tone: waits ? 'waiting' : 'running', waitsFor: waits ? 'a worker' : undefined })
    if (attempts > 1) return { kind: 'retried', row }
    return waits ? { kind: 'waiting', row } : undefined
  }

  running(row: OpenRow): undefined {
    this.change(row, { tone: 'running', waitsFor: undefined })
  }

  waiting(row: OpenRow, waitsFor: string): RowStep {
    this.change(row, { tone: 'waiting', waitsFor })
    return { kind: 'waiting', row }
  }

  /** Not the end: a retrier or a catcher may follow. */
  failing(row: OpenRow, error: string): RowStep {
    this.change(row, { error, tone: 'waiting', waitsFor: 'a retry' })
    return { kind: 'failing', row }
  }
}

const none: readonly Row[] = []
const noIterations = { done: 0, failed: 0, stopped: 0, all: 0 }

/** What an event of one of its iterations makes of their count. */
export function iterationsAfter(type: string, counts: Iterations = noIterations): Iterations {
  if (type === 'MapIterationSucceeded') return { ...counts, done: counts.done + 1 }
  if (type === 'MapIterationFailed') return { ...counts, failed: counts.failed + 1 }
  if (type === 'MapIterationAborted') return { ...counts, stopped: counts.stopped + 1 }
  return counts
}

/** Whether a row runs inside of another one, at whatever depth; in this iteration of it where one is given. */
export function isInside(row: OpenRow, scope: Row, iteration: unknown): boolean {
  for (let place = row.inside; place !== undefined; place = place.row.inside) {
    if (place.row === scope) return iteration === undefined || place.iteration === iteration
  }
  return false
}
