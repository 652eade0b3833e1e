/** A way from a store to its server that can be cut at a chosen moment, for tests. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

export const fates = { arrives: 0, answerLost: 1, neverArrives: 2 } as const
/** What becomes of all that is sent, and of who comes anew. */
export const states = { open: 0, closed: 1, silent: 2 } as const
/** `word[0]`: the fate of what is sent next; `word[1]`: the state. */
export type WayData = { readonly word: Int32Array; readonly host: string; readonly port: number }

/** The test's end of `way.fixture.ts`. */
export class Way {
  readonly #word = new Int32Array(new SharedArrayBuffer(8))
  #worker: Worker | undefined

  async open(to: URL): Promise<URL> {
    const workerData: WayData = { word: this.#word, host: to.hostname, port: Number(to.port) }
    this.#worker = new Worker(new URL('./way.fixture.ts', import.meta.url), { workerData, execArgv: [] })
    const [{ port }] = (await once(this.#worker, 'message')) as [{ port: number }]
    return Object.assign(new URL(to), { hostname: '127.0.0.1', port: String(port) })
  }

  /** What the store sends next meets this fate. */
  set next(fate: keyof typeof fates) {
    Atomics.store(this.#word, 0, fates[fate])
  }

  /** `closed`: nobody gets through. `silent`: everybody does, and nothing is ever answered. */
  set state(state: keyof typeof states) {
    Atomics.store(this.#word, 1, states[state])
  }

  cutAll(): void {
    this.#worker?.postMessage('cut')
  }

  async close(): Promise<void> {
    await this.#worker?.terminate()
  }
}
