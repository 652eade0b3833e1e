/** Load at a modest rate: visitors who keep their connection, one who comes anew each time, one who asks for slow answers. */
import { Agent, get } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

export type Failed = { readonly at: number; readonly status: number; readonly why: string }

type Visitor = { readonly path: string; readonly keepsConnection: boolean; readonly paceMs: number }

const visitors: readonly Visitor[] = [
  { path: '/', keepsConnection: true, paceMs: 8 },
  { path: '/', keepsConnection: true, paceMs: 8 },
  { path: '/', keepsConnection: false, paceMs: 12 },
  { path: '/slow', keepsConnection: true, paceMs: 20 },
]
/** So many requests can be under way at once: what the death of an edge's worker may cost. */
export const atOnce = visitors.length

export class Visitors {
  readonly #port: number
  readonly #failed: Failed[] = []
  readonly #versions = new Set<string>()
  readonly #loops: readonly Promise<void>[]
  requests = 0
  #isOver = false

  constructor(port: number) {
    this.#port = port
    this.#loops = visitors.map((visitor) => this.#visit(visitor))
  }

  /** What came since the last time somebody asked. */
  take(): { readonly failed: readonly Failed[]; readonly versions: readonly string[] } {
    const taken = { failed: this.#failed.splice(0), versions: [...this.#versions] }
    this.#versions.clear()
    return taken
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await Promise.all(this.#loops)
  }

  async #visit({ path, keepsConnection, paceMs }: Visitor): Promise<void> {
    const agent = keepsConnection ? new Agent({ keepAlive: true, maxSockets: 1 }) : false
    while (!this.#isOver) {
      const answer = await ask(this.#port, path, agent)
      this.requests++
      if ('version' in answer) this.#versions.add(answer.version)
      else this.#failed.push(answer)
      await pause(paceMs)
    }
    if (agent !== false) agent.destroy()
  }
}

/** Who answers, or why nobody does. */
export function ask(
  port: number,
  path = '/',
  agent: Agent | false = false,
): Promise<Failed | { readonly version: string }> {
  return new Promise((resolve) => {
    const fail = (status: number, why: string): void => resolve({ at: Date.now(), status, why })
    const request = get(
      { host: '127.0.0.1', port, path, agent, timeout: 20_000, headers: { host: 'shop.example.com' } },
      (response) => {
        const { statusCode = 0, headers } = response
        const version = headers['x-version']
        let body = ''
        response.setEncoding('utf8').on('data', (text: string) => (body += text))
        response.once('error', ({ message }) => fail(statusCode, message))
        response.once('end', () => {
          if (statusCode === 200 && typeof version === 'string') resolve({ version })
          else fail(statusCode, body.slice(0, 200))
        })
      },
    )
    request.once('timeout', () => request.destroy(new Error('no answer within 20 s')))
    request.once('error', ({ message }) => fail(0, message))
  })
}
