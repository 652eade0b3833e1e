/** What the CLI asks of a server about deployments. */
import { z } from 'zod'
import { isJsonObject, plainFromJson, type ServerEvent } from '../../base/index.ts'
import { maybe, pageOf, parseAnswer } from './answers.ts'
import * as schema from './deploy-schemas.ts'
import type { Call, Http } from './http.ts'
import { type Connection, reconnecting } from './reconnecting.ts'

/** What the server said: as this version knows it, and all of it, for `--json`. */
export type Answer<T> = { readonly value: T; readonly plain: unknown }

export type Place = { readonly project: string; readonly config: string }

export type SignedRelease = {
  readonly release: unknown
  readonly signature: { readonly key: string; readonly value: string }
}

export type WatchedDeployment =
  | { readonly kind: 'deployment'; readonly deployment: schema.DeploymentDescription; readonly plain: unknown }
  | Connection
  | { readonly kind: 'end'; readonly deployment: schema.DeploymentDescription; readonly plain: unknown }

export type LogLine = z.infer<typeof logLine>
export type LogQuery = Partial<Place> & {
  readonly deployment?: string
  readonly service?: string | undefined
  readonly instance?: string | undefined
  readonly lines?: number
}
export type Logs = z.infer<typeof logs>

const logLine = z.object({
  host: z.string(),
  instance: z.string(),
  service: z.string(),
  deployment: z.string(),
  text: z.string(),
  /** What stood before it was rotated away unread. */
  gap: maybe(z.boolean()),
})

const logs = z.object({
  items: z.array(logLine),
  /** Hosts that did not answer. */
  silent: z.array(z.object({ host: z.string(), reason: z.string() })),
})

export class DeployApi {
  readonly #http: Http

  constructor(http: Http) {
    this.#http = http
  }

  plan(request: { readonly release: unknown; readonly signature?: unknown }): Promise<Answer<schema.PlanAnswer>> {
    return this.#post(schema.planAnswer, '/v1/deployments/plan', request)
  }

  /** `key`: the same request with the same key begins one deployment, however often it is sent. */
  deploy(request: SignedRelease & { readonly planHash?: string }, key: string) {
    return this.#post(schema.begun, '/v1/deployments', request, { 'idempotency-key': key })
  }

  deployments(query: Partial<Place> & { readonly limit?: number; readonly cursor?: string | undefined }) {
    return this.#get(schema.deploymentPage, { path: '/v1/deployments', query })
  }

  deployment(id: string): Promise<Answer<schema.DeploymentDescription>> {
    return this.#get(schema.description, { path: pathOf(id) })
  }

  why(id: string): Promise<Answer<schema.Explanation>> {
    return this.#get(schema.explanation, { path: `${pathOf(id)}/why` })
  }

  traffic(id: string) {
    return this.#get(schema.traffic, { path: `${pathOf(id)}/traffic` })
  }

  compare(id: string, other: string): Promise<Answer<schema.Comparison>> {
    return this.#get(schema.comparison, { path: `${pathOf(id)}/diff/${encodeURIComponent(other)}` })
  }

  async halt(id: string, reason: string | undefined): Promise<void> {
    await this.#http.tell({ method: 'POST', path: `${pathOf(id)}/halt`, body: JSON.stringify({ reason }) })
  }

  async pause(id: string, reason: string | undefined): Promise<void> {
    await this.#http.tell({ method: 'POST', path: `${pathOf(id)}/pause`, body: JSON.stringify({ reason }) })
  }

  async resume(id: string, from: string | undefined): Promise<void> {
    await this.#http.tell({ method: 'POST', path: `${pathOf(id)}/resume`, body: JSON.stringify({ from }) })
  }

  retry(id: string, from: string | undefined) {
    return this.#post(schema.begun, `${pathOf(id)}/retry`, { from })
  }

  rollBack(request: Place & { readonly to?: string | undefined; readonly reason?: string | undefined }) {
    return this.#post(schema.rollbackAnswer, '/v1/rollbacks', request)
  }

  /** The deployment whenever it has changed, until its end. A lost connection is taken up again. */
  async *watch(id: string, pause: (ms: number) => Promise<void>): AsyncIterable<WatchedDeployment> {
    const watched = reconnecting<Exclude<WatchedDeployment, Connection>>({
      open: (last) =>
        this.#http.events({
          path: `${pathOf(id)}/events`,
          headers: last === undefined ? {} : { 'last-event-id': last },
        }),
      read: (event) => this.#watched(event),
      isLast: ({ kind }) => kind === 'end',
      pause,
      patient: true,
    })
    let ended = false
    for await (const item of watched) {
      yield item
      ended = item.kind === 'end'
    }
    if (ended) return
    const { value: deployment, plain } = await this.deployment(id)
    yield { kind: 'end', deployment, plain }
  }

  #watched({ event, data }: ServerEvent): Exclude<WatchedDeployment, Connection> | undefined {
    if (event !== 'deployment' && event !== 'end') return undefined
    const plain = plainFromJson(this.#http.parse(data))
    return { kind: event, deployment: parseAnswer(this.#http.url, schema.description, plain), plain }
  }

  places(): Promise<Answer<readonly schema.Pointer[]>> {
    return this.#list(schema.pointer, { path: '/v1/places' })
  }

  /** `live`: its hosts are asked how each instance is now. */
  place({ project, config }: Place, live = false): Promise<Answer<schema.PlaceStatus>> {
    return this.#get(schema.placeStatus, {
      ...(live ? { query: { live: 'true' } } : {}),
      path: `/v1/places/${encodeURIComponent(project)}/${encodeURIComponent(config)}`,
    })
  }

  release(id: string): Promise<Answer<schema.StoredRelease>> {
    return this.#get(schema.storedRelease, { path: `/v1/releases/${encodeURIComponent(id)}` })
  }

  keys(): Promise<Answer<readonly schema.Key[]>> {
    return this.#list(schema.key, { path: '/v1/keys' })
  }

  addKey(request: { readonly name: string; readonly publicKey: string }) {
    return this.#post(schema.key, '/v1/keys', request)
  }

  async revokeKey(id: string): Promise<void> {
    await this.#http.tell({ method: 'POST', path: `/v1/keys/${encodeURIComponent(id)}/revoke`, body: '{}' })
  }

  locks(): Promise<Answer<readonly schema.Lock[]>> {
    return this.#list(schema.lock, { path: '/v1/locks' })
  }

  lock(request: Place & { readonly reason: string; readonly for?: string | undefined }) {
    return this.#post(schema.lock, '/v1/locks', request)
  }

  async unlock(place: Place): Promise<void> {
    await this.#http.tell({ method: 'POST', path: '/v1/locks/release', body: JSON.stringify(place) })
  }

  breakLock(request: Place & { readonly reason: string }) {
    return this.#post(schema.breakAnswer, '/v1/locks/break', request)
  }

  logs(query: LogQuery): Promise<Answer<Logs>> {
    return this.#get(logs, { path: '/v1/logs', query })
  }

  /** Lines as they come, until the person ends it. A lost connection is taken up again. */
  followLogs(query: LogQuery, pause: (ms: number) => Promise<void>) {
    return reconnecting<{ readonly kind: 'line'; readonly line: LogLine; readonly text: string }>({
      open: (last) =>
        this.#http.events({
          path: '/v1/logs',
          query: { ...query, follow: 'true' },
          headers: last === undefined ? {} : { 'last-event-id': last },
        }),
      read: ({ event, data }) =>
        event === 'line'
          ? { kind: 'line', line: parseAnswer(this.#http.url, logLine, this.#http.parse(data)), text: data }
          : undefined,
      isLast: () => false,
      pause,
      patient: false,
    })
  }

  /** Undefined as long as there is none. */
  async planOf(id: string): Promise<schema.Plan | undefined> {
    const { value } = await this.deployment(id)
    if (value.step === undefined) return undefined
    const planned = await this.#get(z.object({ plan: schema.plan }), { path: `${pathOf(id)}/plan` })
    return planned.value.plan
  }

  async #get<T>(wanted: z.ZodType<T>, call: Call): Promise<Answer<T>> {
    const plain = plainFromJson(await this.#http.json(call))
    return { value: parseAnswer(this.#http.url, wanted, plain), plain }
  }

  #post<T>(wanted: z.ZodType<T>, path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) {
    return this.#get(wanted, { method: 'POST', path, body: JSON.stringify(body), headers })
  }

  /** A list, or all of a page. */
  async #list<T>(item: z.ZodType<T>, call: Call): Promise<Answer<readonly T[]>> {
    const json = await this.#http.json(call)
    const items = isJsonObject(json) ? pageOf(item).transform((page) => page.items) : z.array(item)
    const plain = plainFromJson(json)
    return { value: parseAnswer(this.#http.url, items, plain), plain }
  }
}

const pathOf = (id: string): string => `/v1/deployments/${encodeURIComponent(id)}`
