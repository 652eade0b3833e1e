/** What the CLI asks of a server about connections of HTTP tasks. */
import { z } from 'zod'
import { parseAnswer, time } from './answers.ts'
import type { Http } from './http.ts'

const connection = z.object({
  name: z.string(),
  kind: z.string(),
  allowedHosts: z.array(z.string()),
  from: z.string(),
  changedAt: time.optional(),
})
export type ListedConnection = z.infer<typeof connection>

type Values = Readonly<Record<string, string>>
type Parameters = { readonly headers?: Values; readonly query?: Values; readonly body?: Values }

export type NewConnection = {
  readonly name: string
  readonly allowedHosts: readonly string[]
  readonly authorization:
    | { readonly kind: 'basic'; readonly username: string; readonly password: string }
    | { readonly kind: 'apiKey'; readonly name: string; readonly value: string }
    | {
        readonly kind: 'oauth'
        readonly endpoint: string
        readonly clientId: string
        readonly clientSecret: string
        readonly parameters?: Parameters
      }
  readonly invocation?: Parameters
  readonly replace?: boolean
}

export class ConnectionApi {
  readonly #http: Http

  constructor(http: Http) {
    this.#http = http
  }

  async add(request: NewConnection): Promise<ListedConnection> {
    const call = { method: 'POST', path: '/v1/connections', body: JSON.stringify(request) } as const
    return parseAnswer(this.#http.url, connection, await this.#http.json(call))
  }

  async list(): Promise<readonly ListedConnection[]> {
    const answer = await this.#http.json({ path: '/v1/connections' })
    return parseAnswer(this.#http.url, z.object({ items: z.array(connection) }), answer).items
  }

  async remove(name: string): Promise<void> {
    await this.#http.tell({ method: 'DELETE', path: `/v1/connections/${encodeURIComponent(name)}` })
  }
}
