/**
 * What an execution looks like while it runs: its history folded into one row per stay in a state. Pure: events in, rows
 * out. Which state an event belongs to follows from `previousEventId`; the words of AWS's history are turned into the five
 * tones that console and CLI share.
 */
import {
  isInside,
  iterationsAfter,
  type MapRunProgress,
  type OpenRow,
  type Place,
  type Row,
  Rows,
  type RowStep,
} from './rows.ts'

/** The part of a history event that progress needs; see AWS's GetExecutionHistory. */
export type ProgressEvent = {
  readonly id: number
  readonly previousEventId: number
  readonly type: string
  /** Milliseconds since 1970 UTC. */
  readonly timestamp: number
  readonly details?: Readonly<Record<string, unknown>>
}

export type End = {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED'
  readonly at: number
  /** JSON text. */
  readonly output: string | undefined
  readonly error: string | undefined
  readonly cause: string | undefined
}

/** What one event changed. */
export type Step = (RowStep & { readonly at: number }) | { readonly kind: 'ended'; readonly end: End }

export class ExecutionView {
  readonly #rows = new Rows()
  /** Event id → the stay it belongs to. */
  readonly #places = new Map<number, Place>()
  #startedAt: number | undefined
  #end: End | undefined
  /** The last redrive: the rows that had ended with the execution, as they were then; `again` is the innermost. */
  #redrive:
    | { readonly id: number; readonly again: OpenRow | undefined; readonly ended: Map<OpenRow, OpenRow> }
    | undefined

  get rows(): readonly Row[] {
    return this.#rows.all
  }

  /** The stay that an event belongs to; undefined of those of the execution as a whole. */
  rowOf(eventId: number): Row | undefined {
    return this.#places.get(eventId)?.row
  }

  get startedAt(): number | undefined {
    return this.#startedAt
  }

  get end(): End | undefined {
    return this.#end
  }

  /** Rows of distributed Maps, with their runs. */
  get mapRuns(): readonly (Row & { readonly mapRun: string })[] {
    return this.#rows.all.filter(hasMapRun)
  }

  /** The rows that changed since this was last asked. */
  takeTouched(): readonly Row[] {
    return this.#rows.takeTouched()
  }

  /** How far a run is. */
  tellMapRun(arn: string, items: MapRunProgress): void {
    for (const row of this.#rows.all) if (row.mapRun === arn) this.#rows.change(row, { items })
  }

  /** The innermost state that made the execution fail. */
  get failed(): Row | undefined {
    return this.#failed
  }

  get #failed(): OpenRow | undefined {
    return this.#end?.status === 'FAILED' ? this.#rows.all.findLast(({ tone }) => tone === 'failed') : undefined
  }

  /** Undefined when nothing changed that is shown. */
  apply(event: ProgressEvent): Step | undefined {
    if (event.type.startsWith('Execution')) return this.#executionEvent(event)
    const step = this.#rowEvent(event)
    return step === undefined ? undefined : { ...step, at: event.timestamp }
  }

  #rowEvent(event: ProgressEvent): RowStep | undefined {
    if (event.type.endsWith('StateEntered')) return { kind: 'entered', row: this.#enter(event) }
    if (event.type.startsWith('MapIteration')) return this.#iterationEvent(event)
    const place = this.#placeOf(event)
    if (place === undefined) return undefined
    this.#places.set(event.id, place)
    return this.#stateEvent(event, place.row)
  }

  #executionEvent(event: ProgressEvent): Step | undefined {
    if (event.type === 'ExecutionStarted') {
      this.#startedAt = event.timestamp
      return undefined
    }
    if (event.type === 'ExecutionRedriven') return this.#goOn(event)
    const status = endOfType.get(event.type)
    if (status === undefined) return undefined
    const { output, error, cause } = textDetails(event)
    const failing = status === 'FAILED' ? this.#places.get(event.previousEventId)?.row : undefined
    this.#closeAll(failing, event.timestamp)
    this.#end = { status, at: event.timestamp, output, error, cause }
    // A Fail state's error is told by the end alone.
    const innermost = this.#failed
    if (innermost !== undefined) this.#rows.change(innermost, { error: innermost.error ?? error })
    return { kind: 'ended', end: this.#end }
  }

  /** What ended with the execution goes on where it was: the same stays, no new ones. */
  #goOn(event: ProgressEvent): undefined {
    const ended = this.#rows.all.filter(({ endedAt, tone }) => endedAt === this.#end?.at && tone !== 'done')
    // Whatever follows on the redrive belongs to the state that is run again: to the innermost.
    const again = this.#failed ?? ended.at(-1)
    this.#redrive = { id: event.id, again, ended: new Map(ended.map((row) => [row, { ...row }])) }
    for (const row of ended) this.#rows.change(row, { endedAt: undefined, tone: 'running', error: undefined })
    this.#end = undefined
    if (again !== undefined) this.#places.set(event.id, { row: again, iteration: undefined })
    return undefined
  }

  /**
   * A state that is entered right behind a redrive is run anew, a Fail state or one with a corrected input: the stay of before
   * stays ended. Undefined: it is another state.
   */
  #enteredAgain({ previousEventId, ...event }: ProgressEvent): OpenRow | undefined {
    if (this.#redrive?.id !== previousEventId) return undefined
    const { again, ended } = this.#redrive
    const { name } = textDetails({ previousEventId, ...event })
    const row = again?.name === name ? again : [...ended.keys()].findLast((each) => each.name === name)
    const before = row && ended.get(row)
    if (row === undefined || before === undefined) return undefined
    this.#rows.change(row, { endedAt: before.endedAt, tone: before.tone, error: before.error })
    ended.delete(row)
    return row
  }

  /** Rows that are open when the execution ends: the one that failed and those around it have failed, the others stopped. */
  #closeAll(failing: OpenRow | undefined, at: number): void {
    const failed = new Set<Row>()
    for (let row = failing; row !== undefined; row = row.inside?.row) failed.add(row)
    for (const row of this.#rows.all) {
      if (row.endedAt === undefined || row === failing) this.#rows.close(row, failed.has(row) ? 'failed' : 'halted', at)
    }
  }

  #enter(event: ProgressEvent): OpenRow {
    const type = event.type.slice(0, -'StateEntered'.length)
    const before = this.#enteredAgain(event)
    const row = this.#rows.begin({
      enteredId: event.id,
      name: textDetails(event).name ?? '',
      type,
      inside: before === undefined ? this.#scopeAfter(event.previousEventId) : before.inside,
      enteredAt: event.timestamp,
    })
    this.#places.set(event.id, { row, iteration: undefined })
    return row
  }

  /** The scope of a state that is entered after this event: that of its predecessor, or the Parallel or Map that just began. */
  #scopeAfter(eventId: number): Place | undefined {
    const place = this.#places.get(eventId)
    if (place === undefined) return undefined
    const { row, iteration } = place
    const begins =
      row.endedAt === undefined && (row.type === 'Parallel' || (row.type === 'Map' && iteration !== undefined))
    return begins ? place : row.inside
  }

  #iterationEvent(event: ProgressEvent): RowStep | undefined {
    const row = this.#around(
      event.previousEventId,
      (candidate) => candidate.type === 'Map' && candidate.endedAt === undefined,
    )
    if (row === undefined) return undefined
    const index = event.details?.['index']
    this.#places.set(event.id, { row, iteration: typeof index === 'number' ? index : 0 })
    this.#rows.change(row, { iterations: iterationsAfter(event.type, row.iterations) })
    if (event.type === 'MapIterationFailed' || event.type === 'MapIterationAborted') {
      this.#closeInside(row, index, event)
    }
    return undefined
  }

  #closeInside(scope: OpenRow, iteration: unknown, event: ProgressEvent): void {
    // What is aborted did not fail; what came before its abort was merely the last that happened there.
    const isAbort = event.type === 'MapIterationAborted'
    const failing = isAbort ? undefined : this.#places.get(event.previousEventId)?.row
    for (const row of this.#rows.all) {
      if (row.endedAt !== undefined || !isInside(row, scope, iteration)) continue
      this.#rows.close(
        row,
        row === failing || (failing !== undefined && isInside(failing, row, undefined)) ? 'failed' : 'halted',
        event.timestamp,
      )
    }
  }

  /** The stay an event inside a state belongs to. */
  #placeOf(event: ProgressEvent): Place | undefined {
    const owner = /^(Map|Parallel)State/.exec(event.type)?.[1]
    const name = textDetails(event).name
    if (event.type === 'EvaluationFailed') return this.#evaluated(event)
    if (owner === undefined) return this.#places.get(event.previousEventId)
    const isOwner = (row: Row): boolean =>
      row.type === owner && (name === undefined ? row.endedAt === undefined : row.name === name)
    const row = this.#around(event.previousEventId, isOwner)
    return row === undefined ? undefined : { row, iteration: undefined }
  }

  /** An expression that fails is recorded before the state's own chain begins: its name says which state. */
  #evaluated(event: ProgressEvent): Place | undefined {
    const state = event.details?.['state']
    const row = this.#rows.all.findLast((candidate) => candidate.name === state && candidate.endedAt === undefined)
    return row === undefined ? undefined : { row, iteration: undefined }
  }

  #around(eventId: number, isMeant: (row: Row) => boolean): OpenRow | undefined {
    let row = this.#places.get(eventId)?.row
    while (row !== undefined && !isMeant(row)) row = row.inside?.row
    return row
  }

  #stateEvent(event: ProgressEvent, row: OpenRow): RowStep | undefined {
    const { type } = event
    if (type.endsWith('StateExited')) return this.#leave(row, event)
    if (type === 'MapStateStarted' || type === 'ParallelStateStarted') return this.#startScope(row, event)
    if (type === 'MapRunStarted' || type === 'MapRunRedriven') return this.#runItems(row, event)
    if (type === 'MapStateFailed' || type === 'ParallelStateFailed') return this.#failScope(row, event)
    if (type.endsWith('Scheduled')) return this.#rows.scheduled(row, type)
    if (type === 'ActivityStarted') return this.#rows.running(row)
    if (type === 'TaskSubmitted') return this.#rows.waiting(row, 'its answer')
    if (type.endsWith('Failed') || type.endsWith('TimedOut'))
      return this.#rows.failing(row, textDetails(event).error ?? type)
    return undefined
  }

  #leave(row: OpenRow, event: ProgressEvent): RowStep {
    if (row.type === 'Parallel' || row.type === 'Map') this.#closeInside(row, undefined, event)
    this.#rows.close(row, 'done', event.timestamp)
    return { kind: 'left', row }
  }

  #startScope(row: OpenRow, event: ProgressEvent): RowStep | undefined {
    // A retry starts it again around what the failed attempt left open.
    this.#closeInside(row, undefined, event)
    this.#rows.change(row, { attempts: row.attempts + 1, tone: 'running', waitsFor: undefined })
    if (row.type === 'Map') {
      this.#rows.change(row, { iterations: { ...noIterations, all: numberOf(event.details?.['length']) } })
    }
    return row.attempts > 1 ? { kind: 'retried', row } : undefined
  }

  /** Its items are executions of their own, of which this history says nothing. */
  #runItems(row: OpenRow, { type, details }: ProgressEvent): RowStep | undefined {
    const arn = details?.['mapRunArn']
    this.#rows.change(row, { mapRun: typeof arn === 'string' ? arn : undefined, iterations: undefined })
    if (type === 'MapRunStarted') return undefined
    this.#rows.change(row, { endedAt: undefined, tone: 'running', error: undefined })
    return { kind: 'entered', row }
  }

  #failScope(row: OpenRow, event: ProgressEvent): RowStep {
    this.#rows.change(row, { error: this.#places.get(event.previousEventId)?.row.error ?? row.error })
    this.#closeInside(row, undefined, event)
    return { kind: 'failing', row }
  }
}

const hasMapRun = (row: OpenRow): row is OpenRow & { mapRun: string } => row.mapRun !== undefined

const noIterations = { done: 0, failed: 0, stopped: 0 }

const endOfType: ReadonlyMap<string, End['status']> = new Map([
  ['ExecutionSucceeded', 'SUCCEEDED'],
  ['ExecutionFailed', 'FAILED'],
  ['ExecutionTimedOut', 'TIMED_OUT'],
  ['ExecutionAborted', 'ABORTED'],
])

type TextDetails = { readonly [K in 'name' | 'output' | 'error' | 'cause']: string | undefined }

function textDetails({ details }: ProgressEvent): TextDetails {
  const text = (key: string): string | undefined => {
    const value = details?.[key]
    return typeof value === 'string' ? value : undefined
  }
  return { name: text('name'), output: text('output'), error: text('error'), cause: text('cause') }
}

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0)
