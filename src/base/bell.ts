/** Wakes one who waits for news; rings between two looks are one ring, and so is the end of the signal. */
export class Bell {
  readonly #signal: AbortSignal
  readonly #aborted = (): void => this.ring()
  #pending = false
  #wake: (() => void) | undefined

  constructor(signal: AbortSignal) {
    this.#signal = signal
    signal.addEventListener('abort', this.#aborted, { once: true })
  }

  ring(): void {
    this.#pending = true
    this.#wake?.()
  }

  /** Resolves at the next ring, at once when there was one since the last look or the signal has fired. */
  async rung(): Promise<void> {
    if (!this.#pending && !this.#signal.aborted) await new Promise<void>((resolve) => (this.#wake = resolve))
    this.#wake = undefined
    this.#pending = false
  }

  /** Lets go of the signal. */
  close(): void {
    this.#signal.removeEventListener('abort', this.#aborted)
  }
}
