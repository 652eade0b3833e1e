/**
 * The one writer: everything that is ready is decided and written in one closure of the store's next commit. Callers hear
 * after that commit; effects leave after it. When the disk fails nothing has happened, and what must not be lost is kept.
 */
import { HoldfastError } from '../../base/index.ts'
import { AnswerNeeded, type Transaction } from '../../store/index.ts'
import { engineStopping, storeFailed } from '../errors.ts'
import type { Waiting } from '../node/mail.ts'
import { Forwarded, ForwardedPoll, LifeOver } from '../node/node.ts'
import type { EngineObserver } from '../observer.ts'
import { questionsOf } from './admission.ts'
import { Batch, timersPerBatch } from './batch.ts'
import { carryOut } from './carry-out.ts'
import type { Effects } from './effects.ts'
import type { Core } from './core.ts'
import { type FailedFlight, Flights } from './flights.ts'
import { dueTimers, postponeTimer } from './statements.ts'
import type { Answer, EventOutcome, EventWork, ExpressEndWork, Outcome, TimerWork, UnderWay, Work } from './work.ts'

type Queued = {
  readonly work: Work
  readonly resolve: ((outcome: Outcome<Work>) => void) | undefined
  readonly reject: ((error: unknown) => void) | undefined
}

/** One work item carried out (or refused) inside a transaction; told to its caller after COMMIT. */
type Done = { readonly queued: Queued; readonly answer: Answer<Work> }

export type WriterHooks = {
  /** After COMMIT, before callers hear. */
  committed(effects: Effects): void
  /** Calls one of these back when the outcome of a letter is known. */
  forwarded(letter: number, waiting: Waiting): void
  /** Other nodes hold this one for dead: forgets what it has, and begins anew. */
  lifeOver(): Promise<void>
}

/** Works of one transaction. More waits for the next, so that one commit stays short. */
const worksPerBatch = 1000
/** How long to wait before trying a full or broken disk again. */
const retryMs = 1000
/** A write that has gone through so lately tells that the disk takes writes. */
const freshMs = 1000
/** More than a page of a database holds: a probe must need room. */
const probeBytes = 8192
/** How long a timer waits that cannot be carried out; the others go on meanwhile. */
const postponeMs = 60_000

export class Writer {
  readonly #core: Core
  readonly #hooks: WriterHooks
  readonly #flights: Flights<Queued>
  #queue: Queued[] = []
  /** Goes on with the queue when something has been added to it, decided or written. */
  #wake: () => void = () => {}
  #writing = false
  #stopping = false
  #closed = false
  #cancelRetry: (() => void) | undefined
  /** A life of this node is over, and the next has not begun. */
  #beginsAnew = false
  /** Set while the disk refuses: new starts are refused at once, what is under way is kept. */
  #fault: HoldfastError | undefined
  #idle: (() => void)[] = []
  #wroteAt = -Infinity

  constructor(core: Core, hooks: WriterHooks) {
    this.#core = core
    this.#hooks = hooks
    this.#flights = new Flights(core)
  }

  /** Why nothing is accepted just now: the disk's fault, until a write has gone through again. */
  get fault(): HoldfastError | undefined {
    return this.#fault
  }

  /** Carries the work out; resolves after its commit. @throws what the work is refused with; store.* when the disk fails */
  submit<W extends Work>(work: W): Promise<Outcome<W>> {
    if (this.#stopping) return Promise.reject(engineStopping())
    if (this.#fault !== undefined) return Promise.reject(this.#fault)
    return new Promise((resolve, reject) => {
      this.#enqueue({ work, resolve: (outcome) => resolve(asOutcomeOf<W>(outcome)), reject })
    })
  }

  /**
   * Resolves when what is about to happen, and to be recorded only afterwards, can be expected to be: a write has just gone
   * through, or one of the size of `text` goes through now. @throws HoldfastError store.*, engine.stopping
   */
  async requireWritable(text: string): Promise<void> {
    const fresh = this.#core.clock.now() - this.#wroteAt < freshMs
    if (this.#stopping || this.#fault !== undefined || !fresh) {
      await this.submit({ kind: 'probe', text: `${text}${' '.repeat(probeBytes)}` })
    }
  }

  /** For what nobody waits for and nobody else will bring again: results of calls, timers. Kept until it is written. */
  post(work: Work): void {
    // After the end the store is closed; all that is posted comes again with the next start.
    if (!this.#closed) this.#enqueue({ work, resolve: undefined, reject: undefined })
  }

  /** Works that wait for a batch. */
  get queued(): number {
    return this.#queue.length
  }

  /** Whether something is being written, or waits for it. */
  get busy(): boolean {
    return this.#writing
  }

  /** Resolves once nothing is being written and nothing can be: the queue is empty, or the disk refuses it. */
  idle(): Promise<void> {
    if (!this.#writing) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  /** Writes what is queued and takes nothing new. What the disk refuses even now comes again with the next start. */
  async drain(): Promise<void> {
    this.#stopping = true
    this.#cancelRetry?.()
    this.#cancelRetry = undefined
    this.#start()
    await this.idle()
    this.#closed = true
  }

  #enqueue(queued: Queued): void {
    // A sign of life must not wait behind the work that shows how alive this node is.
    if (queued.work.kind === 'round') this.#queue.unshift(queued)
    else this.#queue.push(queued)
    this.#start()
    this.#wake()
  }

  #start(): void {
    if (!this.#writing && this.#cancelRetry === undefined) void this.#run()
  }

  async #run(): Promise<void> {
    this.#writing = true
    let goesOn = true
    while (goesOn && (this.#queue.length > 0 || !this.#flights.over)) goesOn = await this.#advance()
    // In the turn of that check: what is queued later begins a run of its own.
    this.#writing = false
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  /** False when the disk refuses. */
  async #advance(): Promise<boolean> {
    if (!this.#beginsAnew && this.#flights.mayLeave(this.#queue)) this.#writeAhead()
    else if (this.#flights.any) await new Promise<void>((resolve) => (this.#wake = resolve))
    else return this.#write()
    return true
  }

  /** What was under way has landed, or has failed and comes again: nothing of it is in memory. */
  #writeAhead(): void {
    const flight = this.#flights.begin()
    this.#core.store
      .write(
        (tx) => {
          try {
            const { touched } = this.#runAll(tx, this.#flights.take(flight, this.#queue), this.#flights)
            flight.executions = new Set(touched.keys())
          } finally {
            this.#wake()
          }
        },
        { concurrent: true, ahead: true },
      )
      .then(
        () => {
          this.#flights.landed(flight)
          this.#wrote()
        },
        (error: unknown) => this.#flights.failed(flight, error),
      )
      .finally(() => this.#wake())
  }

  /** Nothing is under way. */
  async #write(): Promise<boolean> {
    const failures = this.#flights.takeFailures()
    if (failures.length > 0) return this.#settleFailures(failures)
    this.#flights.rested()
    if (this.#beginsAnew && !(await this.#beginAnew())) return false
    let taken: Queued[] = []
    try {
      await this.#transact((tx) => {
        taken = this.#queue.splice(0, worksPerBatch)
        this.#runAll(tx, taken)
      })
    } catch (error) {
      return this.#failed(taken, error)
    }
    this.#wrote()
    return true
  }

  #wrote(): void {
    if (this.#fault !== undefined) this.#core.logger.info('the store takes writes again')
    this.#fault = undefined
    this.#wroteAt = this.#core.clock.now()
  }

  /** The worst decides; what else has failed is tried again after it. */
  #settleFailures(failures: readonly FailedFlight<Queued>[]): Promise<boolean> {
    const unknown = failures.filter(({ error }) => isUnknown(error))
    const worst = unknown[0] ?? failures.find(({ error }) => error instanceof LifeOver) ?? failures.find(isNoQuestion)
    const together = unknown.length > 0 ? unknown : failures.filter((failure) => failure === (worst ?? failures[0]))
    const others = failures.filter((failure) => !together.includes(failure))
    this.#queue.unshift(...others.flatMap(({ taken }) => taken))
    return this.#failed(
      together.flatMap(({ taken }) => taken),
      together[0]?.error,
    )
  }

  /** Nodes write at the same time: each only what is its own, or what it has claimed. */
  #transact(work: (tx: Transaction) => void): Promise<void> {
    const { node, store } = this.#core
    if (node === undefined) return store.write(work)
    const first = [node.fenceQuestion, ...questionsOf(this.#queue.map((queued) => queued.work))]
    return store.write(work, { concurrent: true, first })
  }

  #runAll(tx: Transaction, taken: readonly Queued[], underWay?: UnderWay): Effects {
    const { observer } = this.#core
    const began = observer?.elapsed() ?? 0
    const batch = new Batch(this.#core, tx, underWay)
    const done = taken.map((queued): Done => ({
      queued,
      answer: carryOut(batch, queued.work, queued.reject !== undefined),
    }))
    batch.finish()
    const decided = observer?.elapsed() ?? 0
    tx.afterCommit(() => {
      if (observer !== undefined) observe(observer, batch.effects, { works: taken.length, began, decided })
      try {
        this.#hooks.committed(batch.effects)
      } finally {
        // It is committed, whatever becomes of what follows from it.
        for (const each of done) this.#tell(each)
      }
    })
    return batch.effects
  }

  #tell({ queued, answer }: Done): void {
    const { resolve, reject } = queued
    if (answer instanceof Forwarded) this.#forwarded(queued, answer)
    else if (answer instanceof HoldfastError) reject?.(answer)
    else resolve?.(answer)
  }

  /** Another node carries it out. A task that turns out to be over is none: the worker gets another. */
  #forwarded(queued: Queued, answer: Forwarded): void {
    const { resolve, reject } = queued
    if (resolve === undefined || reject === undefined) return
    const tell = (outcome: EventOutcome): void => {
      if (!(answer instanceof ForwardedPoll)) resolve(outcome)
      else if (outcome === 'applied') resolve(answer.task)
      else if (this.#stopping) reject(engineStopping())
      else this.#enqueue(queued)
    }
    this.#hooks.forwarded(answer.letter, { resolve: tell, reject })
  }

  /** The closure as a whole was undone. A bad disk takes all of it; one bad work must not take the others with it. */
  async #failed(taken: readonly Queued[], error: unknown): Promise<boolean> {
    if (error instanceof AnswerNeeded) return this.#asked(taken)
    if (error instanceof LifeOver) return this.#outlived(taken)
    if (isUnknown(error)) return this.#unknown(taken, error)
    const fault = taken.length === 0 ? asFault(error) : faultIn(error)
    // Two nodes that waited for each other's rows: one by one nobody waits while it holds what another wants.
    const crossed = fault?.code === 'store.busy' && taken.length > 1
    if (fault !== undefined && !crossed) return this.#refused(taken, fault)
    for (const [i, queued] of taken.entries()) {
      const refusal = await this.#alone(queued)
      if (refusal instanceof LifeOver) return this.#outlived(taken.slice(i))
      if (isUnknown(refusal)) return this.#unknown(taken.slice(i), refusal)
      if (refusal !== undefined) return this.#refused(taken.slice(i), refusal)
    }
    return true
  }

  /** Decided ahead, they have asked after all: now they wait for their answers. */
  async #asked(taken: readonly Queued[]): Promise<boolean> {
    this.#queue.unshift(...taken)
    this.#flights.rest()
    return true
  }

  /**
   * What is done in a life that is over does not count, and its executions are other nodes' now. What was asked of this node
   * is carried out in its next life; what its own calls brought goes to whoever makes them again.
   */
  async #outlived(taken: readonly Queued[]): Promise<boolean> {
    this.#queue = [...taken, ...this.#queue].filter(outlives)
    this.#beginsAnew = true
    return this.#beginAnew()
  }

  async #beginAnew(): Promise<boolean> {
    try {
      await this.#hooks.lifeOver()
      this.#beginsAnew = false
      return true
    } catch (error) {
      return this.#refused([], asFault(error))
    }
  }

  /** It may be committed, so what is in memory may be behind: who waits is told, and all else is read again. */
  #unknown(taken: readonly Queued[], error: HoldfastError): Promise<boolean> {
    for (const { reject } of taken) reject?.(error)
    return this.#outlived(taken.filter(({ reject }) => reject === undefined))
  }

  /** One work in a transaction of its own. Gives the disk's fault if that is what keeps it from being written. */
  async #alone(queued: Queued): Promise<HoldfastError | LifeOver | undefined> {
    try {
      await this.#transact((tx) => void this.#runAll(tx, [queued]))
      return undefined
    } catch (error) {
      const fault = error instanceof LifeOver || isUnknown(error) ? error : faultIn(error)
      if (fault === undefined) await this.#poisoned(queued, error)
      return fault
    }
  }

  /** A work that cannot be carried out at all: whoever waits for it is told, else its execution is. */
  async #poisoned({ work, reject }: Queued, error: unknown): Promise<void> {
    this.#core.logger.error('a piece of work could not be carried out', { work: work.kind, ...subjectOf(work), error })
    if (reject !== undefined) return reject(error)
    switch (work.kind) {
      case 'timers':
        return this.#timersOneByOne()
      case 'timer':
        return this.#endOrPostpone(work, error)
      case 'event':
      case 'childEnd':
        return void (await this.#end(work.executionId, error))
      case 'start':
        if (work.nested !== undefined) await this.#end(work.nested.executionId, error)
        return
      case 'expressEnd':
        return this.#endExpress(work, error)
      case 'poll':
      case 'probe':
      case 'round':
      case 'redrive':
      // Their run brings them again.
      case 'mapItems':
      case 'mapRedrive':
      case 'mapRun':
        return
      default:
        work satisfies never
    }
  }

  /** Its end cannot be written as it is: it ends with the reason, for without any it would be running for ever. */
  #endExpress(work: ExpressEndWork, error: unknown): void {
    const { status, at } = work.end
    if (work.id === undefined || work.end.cause?.startsWith(notCarriedOut)) return
    const ended = status === 'succeeded' ? 'failed' : status
    this.post({ ...work, end: { status: ended, at, error: 'States.Runtime', cause: faultCause(error) } })
  }

  #timersOneByOne(): void {
    const { store, clock } = this.#core
    for (const timer of dueTimers(store.read, clock.now(), timersPerBatch)) this.post({ kind: 'timer', timer })
    this.post({ kind: 'timers' })
  }

  async #endOrPostpone({ timer }: TimerWork, error: unknown): Promise<void> {
    if (await this.#end(timer.executionId, error)) return
    const { store, clock, logger } = this.#core
    await store
      .write((tx) => postponeTimer(tx, timer, clock.now() + postponeMs))
      .catch((again: unknown) => logger.error('a timer could not be put off', { ...timer, error: again }))
  }

  /** The execution fails with what went wrong. False when even that cannot be written: it stays as it is. */
  async #end(executionId: number, error: unknown): Promise<boolean> {
    const work: EventWork = { kind: 'event', executionId, event: { kind: 'fault', cause: faultCause(error) } }
    try {
      await this.#transact((tx) => void this.#runAll(tx, [{ work, resolve: undefined, reject: undefined }]))
      return true
    } catch (again) {
      this.#core.logger.error('an execution cannot go on and cannot be ended', { executionId, error: again })
      return false
    }
  }

  /** What somebody waits for is refused with the reason; what nobody else would bring again is kept for later. */
  #refused(taken: readonly Queued[], fault: HoldfastError): boolean {
    if (this.#fault?.code !== fault.code) {
      this.#core.logger.error('the store refuses to write; nothing is accepted until it does again', { error: fault })
    }
    this.#fault = fault
    const waiting = [...taken, ...this.#queue]
    this.#queue = waiting.filter((queued) => queued.reject === undefined)
    for (const queued of waiting) queued.reject?.(fault)
    if (!this.#stopping)
      this.#cancelRetry = this.#core.clock.alarm(this.#core.clock.now() + retryMs, () => this.#retry())
    return false
  }

  #retry(): void {
    this.#cancelRetry = undefined
    if (this.#queue.length === 0) this.post({ kind: 'probe' })
    else this.#start()
  }
}

type BatchTimes = { readonly works: number; readonly began: number; readonly decided: number }

function observe(observer: EngineObserver, effects: Effects, { works, began, decided }: BatchTimes): void {
  const { steps, started, slowSteps } = effects
  const closed = [...effects.closed.values(), ...effects.closedExpress]
  const commitMs = observer.elapsed() - decided
  observer.committed({ works, steps, started, closed, decideMs: decided - began, commitMs })
  for (const slow of slowSteps) observer.slow(slow)
  if (commitMs < observer.slowMs) return
  const detail = `${works} works, ${steps} steps`
  observer.slow({ doing: 'commit', ms: commitMs, execution: undefined, state: undefined, detail })
}

/** The store's own trouble, which is nobody's fault here and may pass; undefined for what a single work may have caused. */
const faultIn = (error: unknown): HoldfastError | undefined =>
  error instanceof HoldfastError &&
  error.code.startsWith('store.') &&
  (error.retryable || error.code === 'store.damaged')
    ? error
    : undefined

const isUnknown = (error: unknown): error is HoldfastError =>
  error instanceof HoldfastError && error.code === 'store.commit_unknown'

const isNoQuestion = ({ error }: FailedFlight<Queued>): boolean => !(error instanceof AnswerNeeded)

/** The closure was not even begun. */
const asFault = (error: unknown): HoldfastError => (error instanceof HoldfastError ? error : storeFailed(error))

const notCarriedOut = 'Holdfast could not carry out this step: '
const faultCause = (error: unknown): string =>
  `${notCarriedOut}${error instanceof Error ? error.message : String(error)}`

function subjectOf(work: Work): { readonly executionId?: number } {
  if (work.kind === 'event') return { executionId: work.executionId }
  return work.kind === 'timer' ? { executionId: work.timer.executionId } : {}
}

/** The queue holds all kinds of work; each promise was made for its own. */
const asOutcomeOf = <W extends Work>(outcome: Outcome<Work>): Outcome<W> => outcome as Outcome<W>

/**
 * What somebody waits for, and answers of calls: they name their attempt. An event of the inbox is in the inbox still; calls
 * that are made again bring nested starts and whatever else once more.
 */
function outlives({ work, reject }: Queued): boolean {
  if (work.kind !== 'event') return reject !== undefined
  return work.inboxId === undefined && work.letter === undefined && work.event.kind !== 'continue'
}
