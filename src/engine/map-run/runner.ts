/**
 * Map Runs under way: each reads its items ahead of its children, starts them as there is room, and tells its execution when
 * all is done. What it knows it has read from the store: after a crash the next process goes on from the same rows.
 */
import { HoldfastError } from '../../base/index.ts'
import { StateFailure } from '../../asl/index.ts'
import type { Core } from '../run/core.ts'
import type { Outcome, Work } from '../run/work.ts'
import { nextMove } from './decide.ts'
import { summaryOf } from './describe.ts'
import { ItemFeed } from './feed.ts'
import { pendingRecords } from './pending.ts'
import { collectResults } from './results.ts'
import { loadMapRun, loadPlan, type MapRunRow, openMapRuns, runStatus, type StoredPlan } from './rows.ts'
import { selectionOf } from './select.ts'
import { openItems } from './source/open.ts'
import { ItemReaderFailure } from './source/source.ts'
import type { ChildPlan, MapRunOver, MapRunWork } from './work.ts'

/** Children started in one transaction: a few dozen milliseconds of the one writer. */
const childrenAtOnce = 100
/** Children redriven in one transaction: each is read with its history. */
const redrivesAtOnce = 100
/** Inputs written in one transaction, in characters. */
const inputAtOnce = 1_000_000
const stopSome = { kind: 'stop', limit: 250 } as const
const lookMs = 15_000
/** How long to wait before trying a disk again that refuses. */
const retryMs = 1000

type Submit = <W extends Work>(work: W) => Promise<Outcome<W>>

type Running = {
  readonly id: number
  readonly plan: StoredPlan
  feed: ItemFeed | undefined
  /** Number of the child that the next items of the feed are for. */
  next: number
  /** Something has happened since the row was last read. */
  stirred: boolean
  wake: (() => void) | undefined
}

export class MapRuns {
  readonly #core: Core
  readonly #submit: Submit
  readonly #running = new Map<number, Running>()
  #active = 0
  #closed = false
  #cancelLook: (() => void) | undefined
  readonly #loops = new Set<Promise<void>>()
  /** Ends the reading and writing of objects. */
  readonly #ending = new AbortController()

  constructor(core: Core, submit: Submit) {
    this.#core = core
    this.#submit = submit
  }

  /** Whether any run does something just now, rather than wait for its children. */
  get busy(): boolean {
    return this.#active > 0
  }

  /** Something of this run has changed; one that is new here begins. */
  wake(id: number): void {
    if (this.#closed) return
    const running = this.#running.get(id)
    if (running === undefined) return this.#unlessAway(() => this.#begin(id))
    running.stirred = true
    running.wake?.()
  }

  /** Goes on with what is open: at the start, and now and then where other nodes may have died over theirs. */
  look(): void {
    if (this.#closed) return
    if (this.#core.node !== undefined) this.#lookIn(lookMs)
    this.#unlessAway(() => {
      for (const id of openMapRuns(this.#core.store.read)) this.wake(id)
    })
  }

  #lookIn(delayMs: number): void {
    const { clock } = this.#core
    this.#cancelLook?.()
    this.#cancelLook = clock.alarm(clock.now() + delayMs, () => this.look())
  }

  /** Whoever wakes a run has something committed to tell of; that the store cannot be read just now must not keep it from that. */
  #unlessAway(read: () => void): void {
    try {
      read()
    } catch (error) {
      this.#core.logger.warn('what map runs are open could not be read; it is tried again', { error })
      this.#lookIn(retryMs)
    }
  }

  /** Ends once what it is about to write is written or refused. */
  async close(): Promise<void> {
    this.#closed = true
    this.#cancelLook?.()
    this.#ending.abort()
    for (const running of this.#running.values()) running.wake?.()
    await Promise.all(this.#loops)
  }

  #begin(id: number): void {
    const run = loadMapRun(this.#core.store.read, id)
    if (run === undefined || run.open === 0) return
    const running: Running = {
      id,
      plan: loadPlan(this.#core.store.read, id),
      feed: undefined,
      next: 0,
      stirred: false,
      wake: undefined,
    }
    this.#running.set(id, running)
    const loop = this.#loop(running).finally(() => this.#loops.delete(loop))
    this.#loops.add(loop)
  }

  async #loop(running: Running): Promise<void> {
    this.#active++
    try {
      let goesOn = true
      while (goesOn && !this.#closed) goesOn = await this.#tick(running)
    } finally {
      this.#active--
      this.#running.delete(running.id)
      await running.feed?.close()
    }
  }

  /** False when nothing is left to be done. */
  async #tick(running: Running): Promise<boolean> {
    running.stirred = false
    try {
      const run = loadMapRun(this.#core.store.read, running.id)
      return run !== undefined && (await this.#move(run, running))
    } catch (error) {
      return this.#failed(running, error)
    }
  }

  async #move(run: MapRunRow, running: Running): Promise<boolean> {
    switch (nextMove(run)) {
      case 'none':
        return false
      case 'wait':
        await this.#stirred(running)
        return true
      case 'reopen':
        await this.#act(run.id, { kind: 'reopen' })
        return true
      case 'redrive':
        await this.#redriveChildren(run, running)
        return true
      case 'start':
        await this.#startChildren(run, running)
        return true
      case 'fail':
        await this.#act(run.id, { kind: 'judge' })
        return true
      case 'stop':
        await this.#act(run.id, stopSome)
        return true
      case 'finish':
        await this.#finish(run, running)
        return true
    }
  }

  #act(runId: number, act: MapRunWork['act']): Promise<undefined> {
    return this.#submit({ kind: 'mapRun', runId, act })
  }

  async #startChildren(run: MapRunRow, running: Running): Promise<void> {
    // Another node has begun children since: what was read ahead here are their items.
    if (running.next !== run.started) await this.#letGo(running)
    const feed = (running.feed ??= this.#openFeed(run, running.plan))
    const portion = await feed.next(childrenAtOnce)
    const children = firstOf(portion.children, inputAtOnce)
    const last = portion.last && children.length === portion.children.length
    const started = await this.#submit({ kind: 'mapItems', runId: run.id, from: run.started, children, last })
    feed.used(started)
    running.next = run.started + started
    // Another process has gone on with it, or it has ended: what was read here is of no use any more.
    if (started === 0 && children.length > 0) await this.#letGo(running)
  }

  async #redriveChildren(run: MapRunRow, running: Running): Promise<void> {
    const redriven = await this.#submit({ kind: 'mapRedrive', runId: run.id, limit: redrivesAtOnce })
    // Another process has taken the room, or something has gone wrong: either is heard of.
    if (redriven === 0) await this.#stirred(running)
  }

  async #letGo(running: Running): Promise<void> {
    const { feed } = running
    running.feed = undefined
    await feed?.close()
  }

  #openFeed(run: MapRunRow, plan: StoredPlan): ItemFeed {
    return new ItemFeed({
      pages: openItems({ core: this.#core, run, signal: this.#ending.signal }, plan.source),
      select: selectionOf(this.#core, run),
      batches: plan.batches,
      from: run.startedItems,
    })
  }

  async #finish(run: MapRunRow, running: Running): Promise<void> {
    if (run.status === runStatus.aborted) return this.#act(run.id, stopSome)
    await this.#letGo(running)
    const { stateMachineArn } = summaryOf(this.#core.account, this.#core.store.read, run)
    const pending = () => pendingRecords((running.feed = this.#openFeed(run, running.plan)), stateMachineArn)
    const { plan } = running
    const { signal } = this.#ending
    await this.#act(run.id, await collectResults({ core: this.#core, run, plan, pending, signal }))
  }

  /** Until something has happened to it. */
  #stirred(running: Running): Promise<void> {
    if (running.stirred || this.#closed) return Promise.resolve()
    this.#active--
    return new Promise<void>((resolve) => {
      running.wake = resolve
    }).then(() => {
      running.wake = undefined
      this.#active++
    })
  }

  // ---- what goes wrong

  async #failed(running: Running, error: unknown): Promise<boolean> {
    if (this.#closed || isOf(error, 'engine.stopping')) return false
    await this.#letGo(running)
    if (error instanceof HoldfastError && error.retryable) {
      await this.#pause()
      return true
    }
    const failure = failureOf(error)
    if (failure === undefined) this.#core.logger.error('a map run could not go on', { run: running.id, error })
    try {
      await this.#act(running.id, { kind: 'fail', ...(failure ?? unexpected(error)) })
    } catch (again) {
      this.#core.logger.error('a map run could not be failed; it is tried again', { run: running.id, error: again })
      await this.#pause()
    }
    return true
  }

  #pause(): Promise<void> {
    const { clock } = this.#core
    this.#active--
    return new Promise<void>((resolve) => {
      clock.alarm(clock.now() + retryMs, resolve)
    }).then(() => {
      this.#active++
    })
  }
}

/** As many as may be written in one transaction, but one at least. */
function firstOf(children: readonly ChildPlan[], characters: number): readonly ChildPlan[] {
  let left = characters
  const end = children.findIndex(({ input }) => (left -= input.length) < 0)
  return end < 0 ? children : children.slice(0, Math.max(1, end))
}

const isOf = (error: unknown, code: string): boolean => error instanceof HoldfastError && error.code === code

type Failure = Pick<Extract<MapRunOver['end'], { kind: 'failed' }>, 'error' | 'cause'>

/** What the run fails of, where it is no defect of ours. */
function failureOf(error: unknown): Failure | undefined {
  if (error instanceof ItemReaderFailure) return { error: 'States.ItemReaderFailed', cause: error.message }
  if (error instanceof StateFailure) return { error: error.error ?? 'States.Runtime', cause: error.detail ?? '' }
  return undefined
}

const unexpected = (error: unknown): Failure => ({
  error: 'States.Runtime',
  cause: `Holdfast could not carry out this map run: ${error instanceof Error ? error.message : String(error)}`,
})
