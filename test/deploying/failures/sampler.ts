/** Visitors: somebody always asks through the edge, over kept and over new connections, and writes down who answered. */
import { Agent, get } from 'node:http'

export type Sample = {
  /** Version that answered; undefined when nobody did. */
  readonly version: string | undefined
  readonly status: number
  readonly fault: string | undefined
}

/** Between two requests of one visitor. */
const paceMs = 8

export class Sampler {
  readonly #port: number
  readonly #samples: Sample[] = []
  readonly #kept = new Agent({ keepAlive: true, maxSockets: 1 })
  readonly #visitors: readonly Promise<void>[]
  #isOver = false

  constructor(port: number) {
    this.#port = port
    this.#visitors = [this.#visit(this.#kept), this.#visit(undefined)]
  }

  /** How many were asked by now: a place in time. */
  get now(): number {
    return this.#samples.length
  }

  since(begin: number): readonly Sample[] {
    return this.#samples.slice(begin)
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await Promise.all(this.#visitors)
    this.#kept.destroy()
  }

  async #visit(agent: Agent | undefined): Promise<void> {
    while (!this.#isOver) {
      this.#samples.push(await this.#ask(agent))
      await new Promise((resolve) => setTimeout(resolve, paceMs))
    }
  }

  #ask(agent: Agent | undefined): Promise<Sample> {
    return new Promise((resolve) => {
      const failed = ({ message }: Error): void => resolve({ version: undefined, status: 0, fault: message })
      const options = { host: '127.0.0.1', port: this.#port, path: '/', agent: agent ?? false, timeout: 10_000 }
      const request = get({ ...options, headers: { host: 'shop.example.com' } }, (response) => {
        const version = response.headers['x-version']
        response.resume().once('error', failed)
        response.once('end', () =>
          resolve({
            version: typeof version === 'string' ? version : undefined,
            status: response.statusCode ?? 0,
            fault: undefined,
          }),
        )
      })
      request.once('timeout', () => request.destroy(new Error('no answer within 10 s'))).once('error', failed)
    })
  }
}

/** What visitors saw of a case. */
export type Seen = {
  readonly requests: number
  /** Answered by the version that is deployed. */
  readonly byNew: number
  /** The same, as part of all between its first and its last answer. */
  readonly share: number
  /** Not answered, or by the edge, or badly by the good version. */
  readonly failed: readonly Sample[]
}

/** Pure. */
export function seenIn(samples: readonly Sample[], version: string): Seen {
  const first = samples.findIndex((one) => one.version === version)
  const last = samples.findLastIndex((one) => one.version === version)
  const byNew = samples.filter((one) => one.version === version).length
  return {
    requests: samples.length,
    byNew,
    share: byNew === 0 ? 0 : byNew / (last - first + 1),
    failed: samples.filter((one) => one.version !== version && one.status !== 200),
  }
}
