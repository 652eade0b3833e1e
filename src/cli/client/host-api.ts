/** What the CLI asks of a server about its hosts. */
import { z } from 'zod'
import { plainFromJson } from '../../base/index.ts'
import { cliError } from '../errors.ts'
import type { Http } from './http.ts'

const time = z.iso.datetime().transform((text) => Date.parse(text))
const space = z.object({ total: z.number(), available: z.number() })

const host = z.object({
  id: z.string(),
  name: z.string(),
  zone: z.string(),
  address: z.string(),
  state: z.enum(['connected', 'away', 'draining']),
  isConnected: z.boolean(),
  isDraining: z.boolean(),
  edge: z.object({ url: z.string() }).optional(),
  enrolledAt: time,
  lastSeenAt: time.optional(),
  agentVersion: z.string().optional(),
  commandsUnderWay: z.int(),
  facts: z
    .object({
      hostname: z.string(),
      cpus: z.number(),
      load: z.number(),
      instances: z.number(),
      memoryBytes: space,
      diskBytes: space,
    })
    .optional(),
})
export type Host = z.infer<typeof host>

export class HostApi {
  readonly #http: Http

  constructor(http: Http) {
    this.#http = http
  }

  async enrol(request: {
    readonly name: string
    readonly zone?: string
    readonly address?: string
  }): Promise<{ readonly host: Host; readonly token: string }> {
    return this.#post(z.object({ host, token: z.string() }), '/v1/hosts', request)
  }

  async list(): Promise<readonly Host[]> {
    return this.#parse(z.object({ items: z.array(host) }), await this.#http.json({ path: '/v1/hosts' })).items
  }

  drain(named: string): Promise<Host> {
    return this.#post(host, pathOf(named, 'drain'), {})
  }

  undrain(named: string): Promise<Host> {
    return this.#post(host, pathOf(named, 'undrain'), {})
  }

  async remove(named: string, force: boolean): Promise<void> {
    const body = JSON.stringify({ force })
    for await (const _ of await this.#http.text({ method: 'POST', path: pathOf(named, 'remove'), body }));
  }

  async #post<T>(schema: z.ZodType<T>, path: string, body: object): Promise<T> {
    return this.#parse(schema, await this.#http.json({ method: 'POST', path, body: JSON.stringify(body) }))
  }

  #parse<T>(schema: z.ZodType<T>, value: unknown): T {
    const result = schema.safeParse(value instanceof Map ? plainFromJson(value) : value)
    if (result.success) return result.data
    throw cliError('cli.protocol', `The answer of ${this.#http.url} is not what this version of holdfast expects`, {
      place: result.error.issues.map((issue) => issue.path.join('.')).join(', '),
      repair: 'use the same version of holdfast for the server and the command line',
    })
  }
}

const pathOf = (named: string, verb: string): string => `/v1/hosts/${encodeURIComponent(named)}/${verb}`
