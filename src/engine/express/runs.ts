/** The express executions that are running in this process. */
import type { About } from '../../asl/index.ts'
import type { HoldfastError } from '../../base/index.ts'
import { expressArn } from '../arn.ts'
import { engineStopping } from '../errors.ts'

import type { Core } from '../run/core.ts'
import type { Writer } from '../run/writer.ts'
import { type ExpressEnd, expressMachine, type ExpressStart, longestExpressSeconds } from './express.ts'
import { type KeptExpress, openExpress } from './rows.ts'
import { ExpressRun, type ExpressRunOptions } from './run.ts'

type ExpressAbout = Pick<ExpressRunOptions, 'machine' | 'about' | 'heard'>

export class ExpressRuns {
  readonly #core: Core
  readonly #writer: Pick<Writer, 'post' | 'submit'>
  readonly #running = new Set<ExpressRun>()
  #closed = false

  constructor(core: Core, writer: Pick<Writer, 'post' | 'submit'>) {
    this.#core = core
    this.#writer = writer
  }

  get count(): number {
    return this.#running.size
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
    const machine = expressMachine(options.machine)
    const run = new ExpressRun({ core: this.#core, start: (work) => this.#writer.submit(work), ...options, machine })
    this.#running.add(run)
    const leave = (): void => void this.#running.delete(run)
    run.ended.then(leave, leave)
    run.begin()
    return run
  }

  /** Runs one that its row tells of, and tells the row of its end. What would be late by now has timed out. */
  async begin(start: KeptExpress): Promise<void> {
    const lastMoment = start.startedAt + longestExpressSeconds * 1000
    if (this.#core.clock.now() >= lastMoment) {
      return this.#writer.post({ kind: 'expressEnd', id: start.id, start, end: timedOut(lastMoment) })
    }
    try {
      const end = await this.start(start)
      this.#writer.post({ kind: 'expressEnd', id: start.id, start, end })
    } catch (error) {
      // It begins again: with the next start, or at the node that has taken it over.
      this.#core.logger.debug('an express execution came to no end here', { ...nameOf(start), error })
    }
  }

  start(start: ExpressStart): Promise<ExpressEnd> {
    const { machine, roleArn, machineArn } = this.#core.revisions.get(this.#core.store.read, start.revisionId)
    const { account } = this.#core
    const { machineName, name, uuid, input, startedAt } = start
    const arn = expressArn(account, machineName, name, uuid)
    const about: About = { arn, name, input, roleArn, startedAt, machineArn, machineName, region: account.region }
    return this.run({ machine, about })
  }

  /** What a crash has cut off begins again. */
  recover(): void {
    for (const start of openExpress(this.#core.store.read)) void this.begin(start)
  }

  /** Ends all that run, without an end: whoever waits is told the reason. */
  abandon(reason: HoldfastError): void {
    for (const run of [...this.#running]) run.abandon(reason)
  }

  close(): void {
    this.#closed = true
    this.abandon(engineStopping())
  }
}

const timedOut = (at: number): ExpressEnd => ({ status: 'timed_out', at })
const nameOf = ({ machineName, name, uuid }: ExpressStart) => ({ machineName, name, uuid })
