/** Eight clients at once, six on kept connections and two on a new one each time, who count what is not answered well. */
import { Agent, get } from 'node:http'

export type Asked = { readonly port: number; readonly host: string; readonly path: string }
export type Counts = { readonly requests: number; readonly failed: number }

const kept = 6
const anew = 2

export class Clients {
  readonly #asked: Asked
  readonly #loops: readonly Promise<void>[]
  #requests = 0
  #failed = 0
  #isOver = false

  constructor(asked: Asked) {
    this.#asked = asked
    const agents = [...Array.from({ length: kept }, () => new Agent({ keepAlive: true, maxSockets: 1 })), ...Array.from({ length: anew }, () => false as const)] // prettier-ignore
    this.#loops = agents.map((agent) => this.#ask(agent))
  }

  /** Counted since the last time somebody took. */
  take(): Counts {
    const counts = { requests: this.#requests, failed: this.#failed }
    this.#requests = 0
    this.#failed = 0
    return counts
  }

  /** Resolves when a thousand more have been answered: load before and after what is looked at. */
  async answered(): Promise<void> {
    const until = this.#requests + 1000
    while (this.#requests < until) await one(this.#asked, false)
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await Promise.all(this.#loops)
  }

  async #ask(agent: Agent | false): Promise<void> {
    while (!this.#isOver) {
      if (!(await one(this.#asked, agent))) this.#failed++
      this.#requests++
    }
    if (agent !== false) agent.destroy()
  }
}

/** @returns whether it was answered in full, with a status below 400 */
function one({ port, host, path }: Asked, agent: Agent | false): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path, agent, timeout: 30_000, headers: { host } }, (response) => {
      response.resume()
      response.once('error', () => resolve(false))
      response.once('end', () => resolve((response.statusCode ?? 0) < 400))
    })
    request.once('timeout', () => request.destroy(new Error('no answer within 30 s')))
    request.once('error', () => resolve(false))
  })
}
