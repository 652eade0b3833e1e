/**
 * The one writer: everything that is ready is decided and written in one closure of the store's next commit. Callers hear
 * after that commit; effects leave after it. When the disk fails nothing has happened, and what must not be lost is kept.
 */
import { HoldfastError } from '../../base/index.ts'
import type { Transaction } from '../../store/index.ts'
import { Batch, type Effects } from './batch.ts'
import type { Core } from './core.ts'
import type { NestedCall, Outcome, StartWork, Work } from './work.ts'

type Queued = {
  readonly work: Work
  readonly resolve: ((outcome: Outcome<Work>) => void) | undefined
  readonly reject: ((error: unknown) => void) | undefined
}

/** One work item carried out (or refused) inside a transaction; told to its caller after COMMIT. */
type Done = { readonly queued: Queued; readonly outcome?: Outcome<Work>; readonly error?: unknown }

export type WriterHooks = {
  /** After COMMIT, before callers hear. */
  committed(effects: Effects): void
}

/** Works of one transaction. More waits for the next, so that one commit stays short. */
const worksPerBatch = 1000
/** How long to wait before trying a full or broken disk again. */
const retryMs = 1000

export class Writer {
  readonly #core: Core
  readonly #hooks: WriterHooks
  #queue: Queued[] = []
  #writing = false
  #stopped = false
  #cancelRetry: (() => void) | undefined
  /** Set while the disk refuses: new starts are refused at once, what is under way is kept. */
  #fault: HoldfastError | undefined

  constructor(core: Core, hooks: WriterHooks) {
    this.#core = core
    this.#hooks = hooks
  }

  /** Carries the work out; resolves after its commit. @throws what the work is refused with; store.* when the disk fails */
  submit<W extends Work>(work: W): Promise<Outcome<W>> {
    if (this.#stopped) return Promise.reject(stopping())
    if (this.#fault !== undefined) return Promise.reject(this.#fault)
    return new Promise((resolve, reject) => {
      this.#enqueue({ work, resolve: (outcome) => resolve(asOutcomeOf<W>(outcome)), reject })
    })
  }

  /** For what nobody waits for and nobody else will bring again: results of calls, timers. Kept until it is written. */
  post(work: Work): void {
    this.#enqueue({ work, resolve: undefined, reject: undefined })
  }

  /** Resolves once everything queued so far is written. Takes nothing new that somebody waits for. */
  async drain(): Promise<void> {
    this.#stopped = true
    this.#cancelRetry?.()
    while ((this.#queue.length > 0 || this.#writing) && this.#fault === undefined) await this.#write()
  }

  #enqueue(queued: Queued): void {
    this.#queue.push(queued)
    if (!this.#writing && this.#cancelRetry === undefined) void this.#write()
  }

  async #write(): Promise<void> {
    this.#writing = true
    let taken: Queued[] = []
    try {
      await this.#core.store.write((tx) => {
        taken = this.#queue.splice(0, worksPerBatch)
        this.#runAll(tx, taken)
      })
      this.#fault = undefined
    } catch (error) {
      await this.#failed(taken, error)
    }
    this.#writing = false
    if (this.#queue.length > 0 && this.#cancelRetry === undefined) await this.#write()
  }

  #runAll(tx: Transaction, taken: readonly Queued[]): void {
    const batch = new Batch(this.#core, tx)
    const done = taken.map((queued) => run(batch, queued))
    tx.afterCommit(() => {
      this.#hooks.committed(batch.effects)
      for (const each of done) tell(each)
    })
  }

  /** The closure as a whole was undone. One bad work must not take the others with it; a bad disk takes all. */
  async #failed(taken: readonly Queued[], error: unknown): Promise<void> {
    if (isDiskFault(error)) return this.#diskFailed(taken, error)
    const [only] = taken
    if (taken.length <= 1) {
      if (only?.reject !== undefined) only.reject(error)
      else this.#core.logger.error('a piece of work could not be written and is dropped', { work: only?.work, error })
      return
    }
    for (const queued of taken) {
      try {
        await this.#core.store.write((tx) => this.#runAll(tx, [queued]))
      } catch (single) {
        await this.#failed([queued], single)
      }
    }
  }

  /** What somebody waits for is refused with the reason; what nobody else would bring again is kept for later. */
  #diskFailed(taken: readonly Queued[], error: HoldfastError): void {
    this.#fault = error
    this.#core.logger.error('the store refuses to write; accepting nothing until it does again', { error })
    for (const queued of [...taken, ...this.#queue]) queued.reject?.(error)
    this.#queue = [...taken, ...this.#queue].filter((queued) => queued.reject === undefined)
    this.#cancelRetry = this.#core.clock.alarm(this.#core.clock.now() + retryMs, () => {
      this.#cancelRetry = undefined
      void this.#write()
    })
  }
}

const isDiskFault = (error: unknown): error is HoldfastError =>
  error instanceof HoldfastError && error.code.startsWith('store.') && error.retryable

const stopping = (): HoldfastError =>
  new HoldfastError('engine.stopping', 'Holdfast is shutting down and takes no new work', {
    kind: 'unavailable',
    repair: 'try again when it is up',
  })

/** The queue holds all kinds of work; each promise was made for its own. */
const asOutcomeOf = <W extends Work>(outcome: Outcome<Work>): Outcome<W> => outcome as Outcome<W>

/** A refusal (HoldfastError) is the caller's; anything else undoes the closure. */
function run(batch: Batch, queued: Queued): Done {
  try {
    return { queued, outcome: carryOut(batch, queued.work) }
  } catch (error) {
    if (error instanceof HoldfastError && !error.code.startsWith('store.')) return { queued, error }
    throw error
  }
}

function carryOut(batch: Batch, work: Work): Outcome<Work> {
  switch (work.kind) {
    case 'start':
      if (!isNested(work)) return batch.start(work)
      batch.startNested(work)
      return undefined
    case 'event':
      return batch.event(work)
    case 'timers':
      batch.timers()
      return undefined
    case 'poll':
      return batch.poll(work)
    default:
      return work satisfies never
  }
}

const isNested = (work: StartWork): work is StartWork & { readonly nested: NestedCall } => work.nested !== undefined

function tell({ queued, outcome, error }: Done): void {
  if (error === undefined) queued.resolve?.(outcome)
  else queued.reject?.(error)
}
