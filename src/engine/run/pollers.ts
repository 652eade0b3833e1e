/** Activity workers that wait for a task: as many are woken as tasks are queued, the longest waiting first. */
import type { Clock } from '../../base/index.ts'
import type { PolledTask, PollWork } from './work.ts'
import type { Writer } from './writer.ts'

/** A worker's wait: over when a task may be there, when its time is over, or when it leaves. */
type Turn = {
  readonly over: Promise<'task' | 'nothing'>
  /** Whether it was woken for a task. */
  readonly woken: boolean
  end(): void
}

export class Pollers {
  readonly #writer: Writer
  readonly #clock: Clock
  /** By activity, in the order in which they came. */
  readonly #waiting = new Map<string, Set<() => void>>()
  readonly #leaving = new Set<() => void>()
  #closed = false

  constructor(writer: Writer, clock: Clock) {
    this.#writer = writer
    this.#clock = clock
  }

  /** The oldest task, waiting for one up to `waitMs`; undefined when none came, the caller left or the engine stops. */
  async take(work: PollWork, waitMs: number): Promise<PolledTask | undefined> {
    const { activityArn, signal } = work
    const deadline = this.#clock.now() + waitMs
    let looksAgain = true
    while (looksAgain) {
      // Listening starts before the look, so that a task queued between the two is not missed.
      const turn = this.#wait(activityArn, deadline, signal)
      looksAgain = false
      try {
        const task = await this.#writer.submit(work)
        if (task !== undefined) return task
        looksAgain = (await turn.over) === 'task'
      } finally {
        turn.end()
        // Woken for a task that it will not look for: somebody else must.
        if (signal.aborted || (turn.woken && !looksAgain)) this.wake(activityArn, 1)
      }
    }
    return undefined
  }

  /** So many tasks were queued. @returns for how many of them nobody waits here */
  wake(activityArn: string, tasks: number): number {
    const waiting = this.#waiting.get(activityArn)
    if (waiting === undefined) return tasks
    const woken = [...waiting].slice(0, tasks)
    for (const wake of woken) wake()
    return tasks - woken.length
  }

  /** Activities that workers wait for. */
  awaited(): Iterable<string> {
    return this.#waiting.keys()
  }

  /** Workers waiting for an activity. */
  count(activityArn: string): number {
    return this.#waiting.get(activityArn)?.size ?? 0
  }

  close(): void {
    this.#closed = true
    for (const leave of [...this.#leaving]) leave()
  }

  #wait(arn: string, deadline: number, signal: AbortSignal): Turn {
    const { promise, resolve } = Promise.withResolvers<'task' | 'nothing'>()
    let woken = false
    const end = (): void => {
      cancelAlarm()
      signal.removeEventListener('abort', leave)
      this.#leaving.delete(leave)
      this.#remove(arn, wake)
    }
    const leave = (): void => {
      end()
      resolve('nothing')
    }
    const wake = (): void => {
      woken = true
      end()
      resolve('task')
    }
    const cancelAlarm = this.#clock.alarm(deadline, leave)
    signal.addEventListener('abort', leave, { once: true })
    this.#leaving.add(leave)
    this.#waiting.set(arn, (this.#waiting.get(arn) ?? new Set()).add(wake))
    if (signal.aborted || this.#closed) leave()
    return {
      over: promise,
      get woken() {
        return woken
      },
      end,
    }
  }

  #remove(arn: string, wake: () => void): void {
    const waiting = this.#waiting.get(arn)
    waiting?.delete(wake)
    if (waiting?.size === 0) this.#waiting.delete(arn)
  }
}
