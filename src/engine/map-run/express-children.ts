/**
 * Children of Map Runs with `ExecutionType: EXPRESS`, in this process. Each is recorded before it begins, runs in memory, and
 * its end is recorded once; what a crash or a fail-over cuts off begins again.
 */
import { type Logger, PassingMap } from '../../base/index.ts'
import { taskCancelled } from '../errors.ts'
import type { ExpressRun } from '../express/run.ts'
import type { ExpressRuns } from '../express/runs.ts'
import type { Live } from '../run/live.ts'
import type { ChildEndWork } from './work.ts'

export class ExpressChildren {
  readonly #runs: Pick<ExpressRuns, 'launch'>
  readonly #post: (work: ChildEndWork) => void
  readonly #logger: Logger
  readonly #running = new PassingMap<number, ExpressRun>()

  constructor(runs: Pick<ExpressRuns, 'launch'>, post: (work: ChildEndWork) => void, logger: Logger) {
    this.#runs = runs
    this.#post = post
    this.#logger = logger
  }

  begin({ machine, row, state, logging }: Live): void {
    try {
      const traceHeader = row.traceHeader ?? undefined
      const run = this.#runs.launch({ machine, about: state.about, logging, traceHeader })
      this.#running.set(row.id, run)
      void this.#await(row.id, run)
    } catch (error) {
      this.#cutOff(row.id, error)
    }
  }

  /** It has been stopped, and that is recorded: what it would come to is of no interest any more. */
  cancel(executionId: number): void {
    const run = this.#running.get(executionId)
    this.#running.delete(executionId)
    run?.abandon(taskCancelled())
  }

  async #await(executionId: number, run: ExpressRun): Promise<void> {
    try {
      const end = await run.ended
      if (this.#leave(executionId, run)) this.#post({ kind: 'childEnd', executionId, end })
    } catch (error) {
      this.#leave(executionId, run)
      this.#cutOff(executionId, error)
    }
  }

  /** Stopped, or it begins again: with the next start, or at the node that has taken it over. */
  #cutOff(executionId: number, error: unknown): void {
    this.#logger.debug('an express child came to no end here', { executionId, error })
  }

  /** False when it has been stopped, or taken from here. */
  #leave(executionId: number, run: ExpressRun): boolean {
    return this.#running.get(executionId) === run && this.#running.delete(executionId)
  }
}
