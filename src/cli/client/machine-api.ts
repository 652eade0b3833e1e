/** What the CLI asks of a server about state machines, their versions and aliases. */
import { z } from 'zod'
import { pageOf, parseAnswer, time } from './answers.ts'
import type { Page } from './api.ts'
import type { Http } from './http.ts'

const machine = z.object({ arn: z.string(), name: z.string(), type: z.string(), createdAt: time })
const version = z.object({
  arn: z.string(),
  version: z.int(),
  createdAt: time,
  description: z.string().optional(),
})
const revision = z.object({
  number: z.int(),
  revisionId: z.string(),
  createdAt: time,
  madeBy: z.object({ type: z.string(), id: z.string(), via: z.string(), name: z.string().optional() }).optional(),
  summary: z.string().optional(),
  versions: z.array(z.int()),
})
const aliasSummary = z.object({ arn: z.string(), name: z.string(), createdAt: time })
const alias = aliasSummary.extend({
  description: z.string().optional(),
  routing: z.array(z.object({ version: z.int(), weight: z.int() })),
  updatedAt: time,
})

const updated = z.object({ arn: z.string(), revisionId: z.string().optional(), updatedAt: time })

export type Logging = { readonly level: string; readonly includeExecutionData: boolean; readonly group?: string }
export type MachineSummary = z.infer<typeof machine>
export type Version = z.infer<typeof version>
export type Revision = z.infer<typeof revision>
export type Alias = z.infer<typeof alias>
export type Routing = Alias['routing']
type PageQuery = { readonly limit?: number | undefined; readonly cursor?: string | undefined }

export class MachineApi {
  readonly #http: Http

  constructor(http: Http) {
    this.#http = http
  }

  async list(query: PageQuery): Promise<Page<MachineSummary>> {
    return this.#parse(pageOf(machine), await this.#http.json({ path: '/v1/machines', query }))
  }

  async publish(name: string, body: { readonly description?: string; readonly revisionId?: string }): Promise<Version> {
    const path = `${pathOf(name)}/versions`
    return this.#parse(version, await this.#http.json({ method: 'POST', path, body: JSON.stringify(body) }))
  }

  async setLogging(name: string, body: Logging): Promise<z.infer<typeof updated>> {
    const call = { method: 'PUT', path: `${pathOf(name)}/logging`, body: JSON.stringify(body) } as const
    return this.#parse(updated, await this.#http.json(call))
  }

  async versions(name: string, query: PageQuery): Promise<Page<Version>> {
    return this.#parse(pageOf(version), await this.#http.json({ path: `${pathOf(name)}/versions`, query }))
  }

  async revisions(name: string, query: PageQuery): Promise<Page<Revision>> {
    return this.#parse(pageOf(revision), await this.#http.json({ path: `${pathOf(name)}/revisions`, query }))
  }

  async deleteVersion(name: string, number: number): Promise<void> {
    await this.#http.tell({ method: 'DELETE', path: `${pathOf(name)}/versions/${number}` })
  }

  async aliases(name: string): Promise<readonly Alias[]> {
    const { items } = this.#parse(
      pageOf(aliasSummary),
      await this.#http.json({ path: `${pathOf(name)}/aliases`, query: { limit: 1000 } }),
    )
    return Promise.all(items.map(async (item) => this.#alias(name, item.name)))
  }

  async #alias(name: string, called: string): Promise<Alias> {
    return this.#parse(alias, await this.#http.json({ path: aliasPath(name, called) }))
  }

  async setAlias(
    name: string,
    called: string,
    body: { readonly routing: Routing; readonly description?: string },
  ): Promise<Alias> {
    const call = { method: 'PUT', path: aliasPath(name, called), body: JSON.stringify(body) } as const
    return this.#parse(alias, await this.#http.json(call))
  }

  async deleteAlias(name: string, called: string): Promise<void> {
    await this.#http.tell({ method: 'DELETE', path: aliasPath(name, called) })
  }

  #parse<T>(schema: z.ZodType<T>, value: unknown): T {
    return parseAnswer(this.#http.url, schema, value)
  }
}

const pathOf = (name: string): string => `/v1/machines/${encodeURIComponent(name)}`
const aliasPath = (name: string, called: string): string => `${pathOf(name)}/aliases/${encodeURIComponent(called)}`
