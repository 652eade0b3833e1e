/** Activity workers that wait for a task: woken when one is queued, sent home after a while. */
import type { Clock } from '../../base/index.ts'
import type { PolledTask, PollWork } from './work.ts'
import type { Writer } from './writer.ts'

type Poller = { readonly wake: () => void }

export class Pollers {
  readonly #writer: Writer
  readonly #clock: Clock
  readonly #waiting = new Map<string, Set<Poller>>()
  #closed = false

  constructor(writer: Writer, clock: Clock) {
    this.#writer = writer
    this.#clock = clock
  }

  /** The oldest task, waiting for one up to `waitMs`; undefined when none came, the caller left or the engine stops. */
  async take(work: PollWork, waitMs: number): Promise<PolledTask | undefined> {
    const deadline = this.#clock.now() + waitMs
    while (!work.signal.aborted) {
      // Listening starts before the look, so that a task queued between the two is not missed.
      const waiting = this.#wait(work.activityArn, deadline, work.signal)
      try {
        const task = await this.#writer.submit(work)
        if (task !== undefined) return task
        if ((await waiting.woken) !== 'task') return undefined
      } finally {
        waiting.leave()
      }
    }
    return undefined
  }

  /** A task was queued: every waiting worker looks, one gets it. */
  wake(activityArn: string): void {
    for (const poller of [...(this.#waiting.get(activityArn) ?? [])]) poller.wake()
  }

  /** Workers waiting for an activity. */
  count(activityArn: string): number {
    return this.#waiting.get(activityArn)?.size ?? 0
  }

  close(): void {
    this.#closed = true
    for (const pollers of this.#waiting.values()) for (const poller of [...pollers]) poller.wake()
  }

  #wait(
    arn: string,
    deadline: number,
    signal: AbortSignal,
  ): { readonly woken: Promise<'task' | 'over'>; leave(): void } {
    const { promise, resolve } = Promise.withResolvers<'task' | 'over'>()
    const leave = (): void => {
      cancelAlarm()
      signal.removeEventListener('abort', over)
      const pollers = this.#waiting.get(arn)
      pollers?.delete(poller)
      if (pollers?.size === 0) this.#waiting.delete(arn)
    }
    const end = (how: 'task' | 'over'): void => {
      leave()
      resolve(how)
    }
    const over = (): void => end('over')
    const poller: Poller = { wake: () => end(this.#closed ? 'over' : 'task') }
    const cancelAlarm = this.#clock.alarm(deadline, over)
    signal.addEventListener('abort', over, { once: true })
    const pollers = this.#waiting.get(arn) ?? new Set()
    this.#waiting.set(arn, pollers.add(poller))
    if (signal.aborted || this.#closed) over()
    return { woken: promise, leave }
  }
}
