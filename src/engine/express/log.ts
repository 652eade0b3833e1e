/** Histories of express executions on their way to the log files: kept for one turn of the loop, then written together. */
import { type HistoryLog, type LoggedStep, writeLogged } from '../history/log.ts'

export class ExpressLog {
  readonly #log: HistoryLog
  #waiting: LoggedStep[] = []

  constructor(log: HistoryLog) {
    this.#log = log
  }

  /** Nothing else keeps these events: what a crash of this very turn takes is gone. */
  add(step: LoggedStep): void {
    this.#waiting.push(step)
    if (this.#waiting.length === 1) setImmediate(() => this.flush())
  }

  flush(): void {
    const steps = this.#waiting
    this.#waiting = []
    writeLogged(this.#log, steps)
  }
}
