/** The way to the edge of this machine: found or launched, followed, and found again whenever it is lost. */
import type { Clock, Logger } from '../../base/index.ts'
import type { Edge, EdgeEvent } from '../../edge/index.ts'
import { pause } from '../pause.ts'

/** Where the agent's edge comes from. */
export type EdgeSource = {
  /** The edge that runs, or a new one. Called at start, and again with growing pauses while the edge cannot be reached. */
  open(): Promise<Edge>
}

export type LinkParts = {
  readonly source: EdgeSource
  readonly clock: Clock
  readonly log: Logger
  readonly closing: AbortSignal
  /** An edge answers. What this throws loses it again. */
  readonly opened: (edge: Edge) => Promise<void>
  readonly happened: (event: EdgeEvent) => void
  readonly lost: () => void
}

const firstDelayMs = 100
const longestDelayMs = 5_000

export class EdgeLink {
  readonly #parts: LinkParts
  #edge: Edge | undefined
  #fault: unknown = new Error('it is not open yet')
  #drop: AbortController | undefined

  constructor(parts: LinkParts) {
    this.#parts = parts
  }

  get edge(): Edge | undefined {
    return this.#edge
  }

  /** Why there is none. */
  get fault(): unknown {
    return this.#fault
  }

  /** Until the agent closes. */
  async run(): Promise<void> {
    const { clock, closing, log, lost, source } = this.#parts
    let delayMs = firstDelayMs
    while (!closing.aborted) {
      try {
        const edge = await orClosing(source.open(), closing)
        if (edge !== undefined) await this.#follow(edge, () => (delayMs = firstDelayMs))
      } catch (fault) {
        this.#fault = fault
        if (!closing.aborted) log.warn('the edge is away', { fault: String(fault) })
      }
      this.#edge = undefined
      lost()
      await pause(clock, clock.now() + delayMs, closing)
      delayMs = Math.min(longestDelayMs, delayMs * 2)
    }
  }

  /** It does not answer any more, though nobody has told that it left. */
  drop(edge: Edge, fault: unknown): void {
    if (this.#edge !== edge) return
    this.#fault = fault
    this.#edge = undefined
    this.#drop?.abort(fault)
  }

  async #follow(edge: Edge, isGood: () => void): Promise<void> {
    const { closing, happened, opened } = this.#parts
    const drop = new AbortController()
    const close = (): void => drop.abort(closing.reason)
    closing.addEventListener('abort', close, { once: true })
    try {
      this.#drop = drop
      this.#edge = edge
      await opened(edge)
      isGood()
      // From the first it still knows: what drains was told before we came.
      for await (const event of edge.events({ signal: drop.signal, after: 0 })) happened(event)
    } finally {
      closing.removeEventListener('abort', close)
      drop.abort()
    }
  }
}

/** A launch takes seconds; whoever closes the agent does not wait for it. Undefined when it closes first. */
async function orClosing<T>(opening: Promise<T>, closing: AbortSignal): Promise<T | undefined> {
  const done = new AbortController()
  const closed = new Promise<undefined>((resolve) => {
    closing.addEventListener('abort', () => resolve(undefined), { once: true, signal: done.signal })
  })
  return Promise.race([opening, closed]).finally(() => done.abort())
}
