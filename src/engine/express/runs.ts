/** The express executions that are running in this process. */
import type { About, HistoryEvent } from '../../asl/index.ts'
import { HoldfastError, PassingMap } from '../../base/index.ts'
import { expressArn } from '../arn.ts'
import { engineStopping, executionLimitExceeded } from '../errors.ts'
import type { HistoryLogging } from '../machine/configuration.ts'
import type { Core } from '../run/core.ts'
import type { Writer } from '../run/writer.ts'
import { type ExpressEnd, expressMachine, type ExpressStart, longestExpressSeconds } from './express.ts'
import { ExpressLog } from './log.ts'
import { type KeptExpress, openExpress } from './rows.ts'
import { ExpressRun, type ExpressRunOptions } from './run.ts'

type ExpressAbout = Pick<ExpressRunOptions, 'machine' | 'about' | 'heard' | 'traceHeader'> & {
  /** What of its history goes to which log; instead of `heard`. */
  readonly logging?: HistoryLogging | undefined
}

/** How long to wait before beginning again what the store would not let begin. */
const againMs = 1000

export class ExpressRuns {
  readonly #core: Core
  readonly #writer: Pick<Writer, 'post' | 'submit'>
  readonly #running = new PassingMap<ExpressRun, ExpressRun>()
  readonly #log: ExpressLog | undefined
  /** Started and acknowledged, with no room to run yet: what a crash or another node has left. Oldest first. */
  #waiting: KeptExpress[] = []
  /** Cancels the alarms of those that are begun again later. */
  readonly #later = new Set<() => void>()
  #closed = false

  constructor(core: Core, writer: Pick<Writer, 'post' | 'submit'>) {
    this.#core = core
    this.#writer = writer
    this.#log = core.historyLog && new ExpressLog(core.historyLog)
  }

  get count(): number {
    return this.#running.size
  }

  /** Calls of tasks under way. */
  get calls(): number {
    return this.#running.values().reduce((sum, run) => sum + run.calls, 0)
  }

  /**
   * Runs one to its end, in memory and without a trace: for a caller that keeps its own, as the children of a distributed Map.
   * @throws HoldfastError engine.stopping
   */
  async run(options: ExpressAbout): Promise<ExpressEnd> {
    const run = this.launch(options)
    return await run.ended
  }

  /** The same, for a caller that may abandon it. @throws HoldfastError engine.stopping */
  launch(options: ExpressAbout): ExpressRun {
    if (this.#closed) throw engineStopping()
    const { about, logging, traceHeader, heard = this.#hearing(logging, about.arn) } = options
    const run = new ExpressRun({
      core: this.#core,
      start: (work) => this.#writer.submit(work),
      ...{ machine: expressMachine(options.machine), about, traceHeader },
      ...(heard === undefined ? {} : { heard }),
    })
    this.#running.set(run, run)
    const leave = (): void => void this.#running.delete(run)
    run.ended.then(leave, leave)
    run.begin()
    return run
  }

  /** Runs one for a caller that waits. @throws HoldfastError execution.limit_exceeded, engine.stopping, store.* */
  async runSync(start: ExpressStart): Promise<ExpressEnd> {
    const { expressRoom } = this.#core
    if (expressRoom.full) throw executionLimitExceeded(expressRoom.limit)
    return this.#inRoom(start)
  }

  /** Begins those whose rows are committed. Each gets an end, here or wherever it is taken over. */
  begin(starts: readonly KeptExpress[]): void {
    this.#core.expressRoom.forgetPromises()
    for (const start of starts) this.#beginOrWait(start)
  }

  /** What a crash has cut off begins again. */
  recover(): void {
    this.begin(openExpress(this.#core.store.read))
  }

  /** Ends all that run, without an end: whoever waits is told the reason. */
  abandon(reason: HoldfastError): void {
    this.#waiting = []
    for (const cancel of this.#later) cancel()
    this.#later.clear()
    for (const run of this.#running.values()) run.abandon(reason)
  }

  close(): void {
    this.#closed = true
    this.abandon(engineStopping())
    this.#log?.flush()
  }

  #beginOrWait(start: KeptExpress): void {
    const lastMoment = start.startedAt + longestExpressSeconds * 1000
    if (this.#core.clock.now() >= lastMoment) this.#endUnrun(start, { status: 'timed_out', at: lastMoment })
    else if (this.#core.expressRoom.full) this.#waiting.push(start)
    else void this.#runToEnd(start)
  }

  async #runToEnd(start: KeptExpress): Promise<void> {
    try {
      const end = await this.#inRoom(start)
      this.#writer.post({ kind: 'expressEnd', id: start.id, start, end })
    } catch (error) {
      this.#cameToNoEnd(start, error)
    }
  }

  async #inRoom(start: ExpressStart): Promise<ExpressEnd> {
    const { expressRoom } = this.#core
    expressRoom.enter()
    try {
      return await this.#start(start)
    } finally {
      expressRoom.leave()
      if (!this.#closed) this.#nextWaiting()
    }
  }

  #nextWaiting(): void {
    while (!this.#core.expressRoom.full) {
      const start = this.#waiting.shift()
      if (start === undefined) return
      this.#beginOrWait(start)
    }
  }

  #start(start: ExpressStart): Promise<ExpressEnd> {
    const { machine, roleArn, machineArn, logging } = this.#core.revisions.get(this.#core.store.read, start.revisionId)
    const { account } = this.#core
    const { machineName, name, input, startedAt, traceHeader } = start
    const arn = this.#arnOf(start)
    const about: About = { arn, name, input, roleArn, startedAt, machineArn, machineName, region: account.region }
    return this.run({ machine, about, logging, traceHeader: traceHeader ?? undefined })
  }

  #cameToNoEnd(start: KeptExpress, error: unknown): void {
    const { logger, clock } = this.#core
    const about = { execution: this.#arnOf(start), error }
    if (error instanceof HoldfastError && left.has(error.code)) {
      return logger.debug('an express execution goes on with the next start, or at another node', about)
    }
    if (error instanceof HoldfastError && error.retryable) {
      logger.warn('an express execution could not begin and is begun again', about)
      return this.#beginLater(start)
    }
    logger.error('an express execution could not begin and has failed', about)
    const cause = `Holdfast could not begin this execution: ${error instanceof Error ? error.message : String(error)}`
    this.#endUnrun(start, { status: 'failed', at: clock.now(), error: 'States.Runtime', cause })
  }

  #beginLater(start: KeptExpress): void {
    if (this.#closed) return
    const { clock } = this.#core
    const cancel = clock.alarm(clock.now() + againMs, () => {
      this.#later.delete(cancel)
      this.#beginOrWait(start)
    })
    this.#later.add(cancel)
  }

  /** One whose end comes without a step: its log has that end all the same. */
  #endUnrun(start: KeptExpress, end: ExpressEnd): void {
    this.#writer.post({ kind: 'expressEnd', id: start.id, start, end })
    try {
      const { logging } = this.#core.revisions.get(this.#core.store.read, start.revisionId)
      this.#hearing(logging, this.#arnOf(start))?.([lastEvent(end)], end.at)
    } catch (error) {
      this.#core.logger.warn('the end of an express execution could not be logged', { ...start, error })
    }
  }

  #hearing(logging: HistoryLogging | undefined, executionArn: string): ExpressRunOptions['heard'] {
    const log = this.#log
    if (logging === undefined || log === undefined) return undefined
    return (history, at) => log.add({ logging, executionArn, redriveCount: 0, history, at })
  }

  #arnOf({ machineName, name, uuid }: ExpressStart): string {
    return expressArn(this.#core.account, machineName, name, uuid)
  }
}

/** Whoever has it next begins it again. */
const left: ReadonlySet<string> = new Set(['engine.stopping', 'engine.moved'])

function lastEvent({ status, error, cause }: ExpressEnd): HistoryEvent {
  const type = status === 'timed_out' ? 'ExecutionTimedOut' : 'ExecutionFailed'
  const details = status === 'timed_out' ? { error: 'States.Timeout' } : { error, cause }
  return { id: 1, previousEventId: 0, type, details }
}
