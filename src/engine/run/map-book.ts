/** Map Runs in one transaction of the writer: children are begun and counted here, and the counters written once at its end. */
import { uuid7 } from '../../base/index.ts'
import type { Transaction } from '../../store/index.ts'
import { isHistoryFull } from '../execution/redrivable.ts'
import { exceedsTolerance, roomOf, thresholdExceeded } from '../map-run/decide.ts'
import {
  addToMapRun,
  type ChildEnd,
  failMapRun,
  insertChild,
  loadMapRun,
  lockMapRun,
  type MapRunRow,
  moveCursor,
  settleTotal,
  type Tally,
} from '../map-run/rows.ts'
import { passOver, type PendingChild, pendingChildren, takeExpressChild } from '../map-run/redrive-rows.ts'
import type { ChildPlan, MapItemsWork, MapRedriveWork } from '../map-run/work.ts'
import type { Core } from './core.ts'
import { type Live, newLive, processorOf } from './live.ts'

type Counts = { -readonly [K in keyof Tally]: [children: number, items: number] }

const noCounts = (): Counts => ({
  started: [0, 0],
  running: [0, 0],
  succeeded: [0, 0],
  failed: [0, 0],
  timedOut: [0, 0],
  aborted: [0, 0],
  pendingRedrive: [0, 0],
  notRedrivable: [0, 0],
})

type Entry = { readonly row: MapRunRow; readonly counts: Counts; cursor: string | undefined; settles: boolean }

/** Whose children they are, as far as a child has the same. */
type Family = { readonly machineId: number; readonly revisionId: number; readonly machineName: string }

/** Where what opens, aborts and ends a run writes. */
export type MapPlace = { readonly core: Core; readonly tx: Transaction; readonly now: number }

/** Of an execution that is no child of a run. */
export const noMapRun = { mapRunId: null, mapState: null, itemCount: null } as const

const childEnds = {
  succeeded: 'succeeded',
  failed: 'failed',
  timed_out: 'timedOut',
  aborted: 'aborted',
} as const satisfies Readonly<Record<string, ChildEnd>>

const endOfNumber: Readonly<Record<number, ChildEnd>> = { 2: 'failed', 3: 'timedOut', 4: 'aborted' }

/** `resume` goes on with one where it ended; false when it cannot, and nothing of it has changed then. */
export type RunAgain = { readonly begin: (live: Live) => void; readonly resume: (executionId: number) => boolean }

type NewItem = Pick<ChildPlan, 'input' | 'items'>

export class MapBook {
  readonly place: MapPlace
  readonly #core: Core
  readonly #tx: Transaction
  readonly #now: number
  readonly #entries = new Map<number, Entry>()

  constructor(core: Core, tx: Transaction, now: number) {
    this.place = { core, tx, now }
    this.#core = core
    this.#tx = tx
    this.#now = now
  }

  /** A child has ended, in this transaction. */
  ended(runId: number, { row: { itemCount }, state }: Live, status: keyof typeof childEnds): void {
    const entry = this.#entry(runId)
    if (entry === undefined) return
    const items = itemCount ?? 1
    count(entry, childEnds[status], 1, items)
    count(entry, 'running', -1, -items)
    const isFull = isHistoryFull(state.nextEventId - 1, this.#core.limits.historyEvents)
    if (status !== 'succeeded' && isFull) count(entry, 'notRedrivable', 1, items)
  }

  /** Starts children while there is room and nothing has gone wrong; `begin` runs each as far as it goes alone. */
  start(work: MapItemsWork, begin: (live: Live) => void): number {
    if (this.#core.node !== undefined) lockMapRun(this.#tx, work.runId)
    const entry = this.#entry(work.runId)
    // Two processes may read the same items after a fail-over: the second comes with children that are there already.
    if (entry === undefined || entry.row.started + entry.counts.started[0] !== work.from) return 0
    const family = this.#family(entry.row.executionId)
    let started = 0
    for (const child of work.children) {
      if (!this.#takes(entry)) break
      count(entry, 'started', 1, child.items)
      count(entry, 'running', 1, child.items)
      begin(this.#child(entry, family, child, work.from + started))
      entry.cursor = child.cursor
      started++
    }
    if (started === work.children.length && work.last) entry.settles = true
    return started
  }

  /** Has children that failed run again while there is room and nothing has gone wrong. @returns how many had their turn */
  redrive({ runId, limit }: MapRedriveWork, { begin, resume }: RunAgain): number {
    if (this.#core.node !== undefined) lockMapRun(this.#tx, runId)
    const entry = this.#entry(runId)
    if (entry === undefined || entry.row.redriving === 1) return 0
    const family = this.#family(entry.row.executionId)
    const revision = this.#core.revisions.get(this.#tx, family.revisionId)
    const isExpress = processorOf(revision, entry.row.state).express === true
    const pending = pendingChildren(this.#tx, runId, limit)
    for (const [i, child] of pending.entries()) {
      if (!this.#takes(entry)) return i
      const { id, itemCount: items } = child
      count(entry, 'pendingRedrive', -1, -items)
      count(entry, 'running', 1, items)
      if (isExpress) {
        const { input, mapIndex } = takeExpressChild(this.#tx, id)
        begin(this.#child(entry, family, { input, items }, mapIndex))
      } else if (!resume(id)) this.#passOver(entry, child)
    }
    return pending.length
  }

  #passOver(entry: Entry, { id, status, itemCount }: PendingChild): void {
    passOver(this.#tx, id, entry.row.redriveCount)
    count(entry, 'running', -1, -itemCount)
    count(entry, endOfNumber[status] ?? 'aborted', 1, itemCount)
    count(entry, 'notRedrivable', 1, itemCount)
  }

  #takes({ row, counts }: Entry): boolean {
    if (row.status !== 0 || row.error !== null) return false
    const { maxConcurrency, totalItems, toleratedCount, toleratedPercentage } = row
    if (roomOf({ running: row.running + counts.running[0], maxConcurrency }) === 0) return false
    const failedItems = row.failedItems + counts.failed[1]
    const timedOutItems = row.timedOutItems + counts.timedOut[1]
    const abortedItems = row.abortedItems + counts.aborted[1]
    const tolerance = { totalItems, toleratedCount, toleratedPercentage }
    return !exceedsTolerance({ failedItems, timedOutItems, abortedItems, ...tolerance })
  }

  #child(entry: Entry, family: Family, { input, items }: NewItem, mapIndex: number): Live {
    const { id: mapRunId, label, state, redriveCount } = entry.row
    const { machineId, revisionId } = family
    const machineName = `${family.machineName.split('/')[0]}/${label}`
    // Names that grow with time stand beside each other in their index: thousands of pages less to write.
    const name = uuid7(this.#now, this.#core.randomBytes)
    const row = { machineId, revisionId, machineName, name, startedAt: this.#now, input }
    const id = insertChild(this.#tx, {
      ...row,
      mapRunId,
      mapIndex,
      itemCount: items,
      mapRedrive: redriveCount,
      node: this.#core.node?.life ?? null,
    })
    const compiled = this.#core.revisions.get(this.#tx, revisionId)
    const full = {
      id,
      ...row,
      awaitedBy: null,
      traceHeader: null,
      version: null,
      alias: null,
      mapRunId,
      mapState: state,
      itemCount: items,
    }
    return { ...newLive(this.#core, full, compiled), busy: true }
  }

  #family(executionId: number): Family {
    const family = this.#tx
      .prepare<Family>(
        `SELECT machine_id AS machineId, revision_id AS revisionId, machine_name AS machineName FROM execution
         WHERE id = ?`,
      )
      .get(executionId)
    if (family === undefined) throw new Error(`execution ${executionId}, whose Map Run is open, is gone`)
    return family
  }

  #entry(id: number): Entry | undefined {
    const known = this.#entries.get(id)
    if (known !== undefined) return known
    const row = loadMapRun(this.#tx, id)
    if (row === undefined) return undefined
    const entry = { row, counts: noCounts(), cursor: undefined, settles: false }
    this.#entries.set(id, entry)
    return entry
  }

  /** Whether it bears its failures is to be asked at the end of this transaction. */
  touch(id: number): void {
    this.#entry(id)
  }

  /** Writes the counters; what is over its tolerance will fail. @returns the runs that may go on now */
  write(): readonly number[] {
    const ids = [...this.#entries.keys()]
    // In one order in every transaction, or two of them may wait for each other.
    const entries = [...this.#entries].toSorted(([a], [b]) => a - b)
    for (const [id, { counts, cursor, settles }] of entries) {
      addToMapRun(this.#tx, id, counts)
      if (cursor !== undefined) moveCursor(this.#tx, id, cursor)
      if (settles) settleTotal(this.#tx, id)
      // Read again: only the row that holds everybody's counts can be judged.
      const row = loadMapRun(this.#tx, id)
      if (row !== undefined && exceedsTolerance(row)) {
        failMapRun(this.#tx, id, thresholdExceeded.error, thresholdExceeded.cause)
      }
    }
    this.#entries.clear()
    return ids
  }
}

function count({ counts }: Entry, what: keyof Counts, children: number, items: number): void {
  counts[what][0] += children
  counts[what][1] += items
}
