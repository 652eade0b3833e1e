/** The loop of a node: signs of life, what others have left, and what no hint has told of. Time comes from the clock alone. */
import type { Clock, Logger } from '../../base/index.ts'
import type { RoundOutcome } from '../run/work.ts'
import type { Hint } from './hints.ts'
import type { Node } from './node.ts'

export type RoundsPlace = {
  readonly clock: Clock
  readonly logger: Logger
  readonly node: Node
  /** One round in a transaction of the engine. */
  readonly round: () => Promise<RoundOutcome>
  /** Looks for letters, timers, tasks and progress that came from elsewhere. Reads only. */
  readonly look: () => void
  /** Workers of an activity are to look for a task. */
  readonly wake: (activityArn: string) => void
}

export class Rounds {
  readonly #place: RoundsPlace
  #cancelRound: (() => void) | undefined
  #cancelLook: (() => void) | undefined
  #unlisten: (() => void) | undefined
  #running: Promise<unknown> | undefined
  #lookCalled = false
  #stopped = false

  constructor(place: RoundsPlace) {
    this.#place = place
  }

  /** Begins to live, and takes over all that is left. @returns how many executions it has taken */
  async start(): Promise<number> {
    const { node, round } = this.#place
    await node.begin()
    let taken = 0
    for (let more = true; more;) {
      const outcome = await round()
      taken += outcome.executions
      more = outcome.more
    }
    this.#unlisten = node.options.hints.listen((hint) => this.#heard(hint))
    this.#callRound(node.options.roundMs)
    this.#callLook()
    this.lookSoon()
    return taken
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#unlisten?.()
    this.#cancelRound?.()
    this.#cancelLook?.()
    await this.#running
  }

  /** After this turn: what many hints tell of is looked for once. */
  lookSoon(): void {
    if (this.#lookCalled || this.#stopped) return
    this.#lookCalled = true
    void Promise.resolve().then(() => {
      this.#lookCalled = false
      this.#look()
    })
  }

  #heard(hint: Hint): void {
    const { node, wake } = this.#place
    switch (hint.kind) {
      case 'letters':
        if (hint.node === undefined || hint.node === node.life) this.lookSoon()
        return
      case 'answers':
        if (hint.node === node.life) this.lookSoon()
        return
      case 'activity':
        return wake(hint.arn)
      case 'left':
        return this.#callRound(0)
      default:
        hint satisfies never
    }
  }

  #look(): void {
    if (this.#stopped) return
    try {
      this.#place.look()
    } catch (error) {
      this.#place.logger.warn('what other nodes have written could not be read; it is tried again', { error })
    }
  }

  #callLook(): void {
    const { clock, node } = this.#place
    this.#cancelLook = clock.alarm(clock.now() + node.options.lookMs, () => {
      this.#look()
      if (!this.#stopped) this.#callLook()
    })
  }

  #callRound(delayMs: number): void {
    if (this.#stopped) return
    this.#cancelRound?.()
    const { clock } = this.#place
    this.#cancelRound = clock.alarm(clock.now() + delayMs, () => {
      this.#running = this.#round()
    })
  }

  async #round(): Promise<void> {
    const { round, node, logger } = this.#place
    // Before it: a round that the store holds up must not keep the next from being called.
    this.#callRound(node.options.roundMs)
    try {
      const { more } = await round()
      if (more) this.#callRound(0)
    } catch (error) {
      logger.warn('this node could not give a sign of life; it is tried again', { error })
    }
  }
}
