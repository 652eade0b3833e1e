/** What has to be closed, last opened first. */
import type { Logger } from '../base/index.ts'

type Part = { readonly name: string; readonly close: () => Promise<void> | void }

export class Shutdown {
  readonly #parts: Part[] = []
  readonly #logger: Logger
  readonly #done = Promise.withResolvers<void>()
  #begun = false

  constructor(logger: Logger) {
    this.#logger = logger
  }

  /** Fulfilled when everything is closed. */
  get done(): Promise<void> {
    return this.#done.promise
  }

  get begun(): boolean {
    return this.#begun
  }

  add(name: string, close: () => Promise<void> | void): void {
    this.#parts.push({ name, close })
  }

  /** Closes everything once, however often it is called. A part that cannot be closed does not keep the others open. */
  run(): Promise<void> {
    if (!this.#begun) void this.#close()
    this.#begun = true
    return this.done
  }

  async #close(): Promise<void> {
    for (const { name, close } of this.#parts.toReversed()) {
      try {
        await close()
      } catch (error) {
        this.#logger.error(`${name} could not be closed in good order`, { error })
      }
    }
    this.#done.resolve()
  }
}
