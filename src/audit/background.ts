/** The trail's own loop: ticks a moment after commits, and when something falls due. Time comes from the clock alone. */
import type { Clock, Logger } from '../base/index.ts'
import type { Store } from '../store/index.ts'
import type { Trail } from './trail.ts'

export type BackgroundOptions = {
  readonly trail: Trail
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  /** From one sealing to the next, at least; 50 ms unless told, 200 where each look is a way to a server. */
  readonly sealDelayMs?: number
}

/** When nothing was sealed lately, records gather for so long: what is done together is mostly committed within it. */
const gatherMs = 10
const retryMs = 1000

/** Starts ticking. What it returns stops it, after the tick that may be running. */
export function startTrail(options: BackgroundOptions): () => Promise<void> {
  const loop = new TrailLoop(options)
  return () => loop.stop()
}

class TrailLoop {
  readonly #options: BackgroundOptions
  readonly #sealDelayMs: number
  readonly #unsubscribe: () => void
  #alarm: { readonly at: number; cancel(): void } | undefined
  #running: Promise<void> | undefined
  /** An alarm rang during a tick, which may have looked before what rang was committed. */
  #again = false
  #stopped = false
  #tickedAt = Number.NEGATIVE_INFINITY

  constructor(options: BackgroundOptions) {
    this.#options = options
    this.#sealDelayMs = options.sealDelayMs ?? (options.store.dialect === 'sqlite' ? 50 : 200)
    this.#unsubscribe = options.store.onCommit(() => this.#wakeSoon())
    // What a crash left unsealed does not wait for the next commit.
    this.#wakeIn(0)
  }

  #wakeSoon(): void {
    const sinceMs = this.#options.clock.now() - this.#tickedAt
    this.#wakeIn(Math.min(this.#sealDelayMs, Math.max(gatherMs, this.#sealDelayMs - sinceMs)))
  }

  /** An earlier alarm that is already set stands. */
  #wakeIn(delayMs: number): void {
    const { clock } = this.#options
    const at = clock.now() + delayMs
    if (this.#stopped || (this.#alarm !== undefined && this.#alarm.at <= at)) return
    this.#alarm?.cancel()
    const cancel = clock.alarm(at, () => {
      this.#alarm = undefined
      this.#run()
    })
    this.#alarm = { at, cancel }
  }

  #run(): void {
    this.#again = this.#running !== undefined
    this.#running ??= this.#tick().finally(() => {
      this.#running = undefined
      if (this.#again) this.#wakeIn(0)
    })
  }

  async #tick(): Promise<void> {
    const { trail, clock, logger } = this.#options
    this.#tickedAt = clock.now()
    try {
      const more = await trail.tick()
      const due = trail.nextDueAt()
      if (more) this.#wakeIn(0)
      else this.#wakeIn(Math.max(0, due - clock.now()))
    } catch (error) {
      logger.error('the trail could not be sealed; it is tried again', { error })
      this.#wakeIn(retryMs)
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#unsubscribe()
    this.#alarm?.cancel()
    await this.#running
  }
}
