/** Those who listen to signals in this process. */
import type { Signals } from './contract.ts'

export class Listeners implements Signals {
  readonly #listeners = new Set<(text: string) => void>()
  readonly #send: (text: string) => void

  /** `send`: how the others are reached, who call `hear` then; in one process alone that is all. */
  constructor(send?: (text: string) => void) {
    this.#send = send ?? ((text) => queueMicrotask(() => this.hear(text)))
  }

  send(text: string): void {
    this.#send(text)
  }

  listen(listener: (text: string) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  hear(text: string): void {
    for (const listener of this.#listeners) listener(text)
  }
}
