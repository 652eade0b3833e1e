/** What the CLI asks of a server, typed. Payloads stay text, spelled as they came. */
import { z } from 'zod'
import { HoldfastError, isJsonObject, type Json, type JsonText, plainFromJson, printJson } from '../../base/index.ts'
import { cliError } from '../errors.ts'
import type { ProgressEvent } from '../progress/view.ts'
import { Http, type Target } from './http.ts'
import { HostApi } from './host-api.ts'
import type { ServerEvent } from './server-events.ts'

const time = z.iso.datetime().transform((text) => Date.parse(text))
const status = z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'])

const summary = z.object({
  arn: z.string(),
  machine: z.string(),
  name: z.string(),
  status,
  startedAt: time,
  stoppedAt: time.optional(),
})
const description = summary.extend({ error: z.string().optional(), cause: z.string().optional() })
const historyEvent = z
  .object({
    id: z.int(),
    previousEventId: z.int(),
    type: z.string(),
    at: time,
    details: z.record(z.string(), z.unknown()).optional(),
  })
  .transform(({ at, ...event }) => ({ ...event, timestamp: at }))
const verification = z.object({
  ok: z.boolean(),
  checked: z.int(),
  broken: z.object({ seq: z.int(), reason: z.string(), detail: z.string() }).optional(),
  to: z.int(),
  signedThrough: z.int(),
  prunedThrough: z.int(),
  unsealed: z.int(),
})
const version = z.object({ version: z.string(), startedAt: time, region: z.string(), accountId: z.string() })

const pageOf = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item), cursor: z.string().optional() })

export type ExecutionStatus = z.infer<typeof status>
export type ExecutionSummary = z.infer<typeof summary>
export type Execution = z.infer<typeof description> & {
  readonly input: JsonText
  readonly output: JsonText | undefined
}
export type Verification = z.infer<typeof verification>
export type Page<T> = { readonly items: readonly T[]; readonly cursor?: string | undefined }

export type Watched =
  | { readonly kind: 'history'; readonly event: ProgressEvent }
  /** Lost, and later there again. */
  | { readonly kind: 'connection'; readonly lost: boolean }
  | { readonly kind: 'end'; readonly execution: Execution }

export class Api {
  readonly #http: Http
  /** What is asked about hosts. */
  readonly hosts: HostApi

  constructor(target: Target, interrupted: AbortSignal) {
    this.#http = new Http(target, interrupted)
    this.hosts = new HostApi(this.#http)
  }

  get url(): string {
    return this.#http.url
  }

  async version(): Promise<z.infer<typeof version>> {
    return this.#parse(version, await this.#http.json({ path: '/v1/version' }))
  }

  /** Creates the machine, or gives the machine of that name this definition. */
  async putMachine(name: string, definition: string): Promise<string> {
    const body = JSON.stringify({ definition })
    const created = await this.#http.json({ method: 'PUT', path: `/v1/machines/${encodeURIComponent(name)}`, body })
    return this.#parse(z.object({ arn: z.string() }), created).arn
  }

  async startExecution(machine: string, input: JsonText, name: string | undefined): Promise<string> {
    const words = `"machine":${JSON.stringify(machine)}${name === undefined ? '' : `,"name":${JSON.stringify(name)}`}`
    const started = await this.#http.json({
      method: 'POST',
      path: '/v1/executions',
      body: `{${words},"input":${input}}`,
    })
    return this.#parse(z.object({ arn: z.string() }), started).arn
  }

  async executions(query: {
    readonly machine?: string
    readonly status?: ExecutionStatus
    readonly limit?: number
    readonly cursor?: string
  }): Promise<Page<ExecutionSummary>> {
    return this.#parse(pageOf(summary), await this.#http.json({ path: '/v1/executions', query }))
  }

  async execution(execution: string): Promise<Execution> {
    return this.#execution(await this.#http.json({ path: executionPath(execution) }))
  }

  /** The whole history, oldest first, fetched as it is read. */
  async *history(execution: string): AsyncIterable<ProgressEvent> {
    const path = `${executionPath(execution)}/history`
    let cursor: string | undefined
    do {
      const page: Page<ProgressEvent> = this.#parse(
        pageOf(historyEvent),
        await this.#http.json({ path, query: { limit: 1000, cursor } }),
      )
      yield* page.items
      cursor = page.cursor
    } while (cursor !== undefined)
  }

  /** The history as it happens, from the beginning; ends with the execution. A lost connection is taken up again. */
  async *watch(execution: string, pause: (ms: number) => Promise<void>): AsyncIterable<Watched> {
    let last: string | undefined
    let lost = false
    for (let failures = 0; failures < reconnects; failures++) {
      try {
        const events = await this.#eventsAfter(last, execution)
        if (lost) yield { kind: 'connection', lost: false }
        lost = false
        if (events === undefined) break
        for await (const event of events) {
          const watched = this.#watched(event)
          if (watched === undefined) continue
          last = event.id ?? last
          failures = 0
          yield watched
          if (watched.kind === 'end') return
        }
      } catch (error) {
        if (last === undefined || !isUnreachable(error) || failures === reconnects - 1) throw error
      }
      if (!lost) yield { kind: 'connection', lost: true }
      lost = true
      await pause(reconnectMs)
    }
    yield { kind: 'end', execution: await this.execution(execution) }
  }

  /** `undefined` when there is nothing more. */
  #eventsAfter(last: string | undefined, execution: string): Promise<AsyncIterable<ServerEvent> | undefined> {
    return this.#http.events({
      path: `${executionPath(execution)}/events`,
      headers: last === undefined ? {} : { 'last-event-id': last },
    })
  }

  async stopExecution(
    execution: string,
    reason: { readonly error?: string; readonly cause?: string },
  ): Promise<number> {
    const path = `${executionPath(execution)}/stop`
    const stopped = await this.#http.json({ method: 'POST', path, body: JSON.stringify(reason) })
    return this.#parse(z.object({ stoppedAt: time }), stopped).stoppedAt
  }

  async verifyTrail(range: { readonly from?: number; readonly to?: number }): Promise<Verification> {
    return this.#parse(verification, await this.#http.json({ path: '/v1/trail/verify', query: range }))
  }

  exportTrail(range: { readonly from?: number; readonly to?: number }): Promise<AsyncIterable<string>> {
    return this.#http.text({ path: '/v1/trail/export', query: range })
  }

  async stopServer(): Promise<void> {
    await this.#http.json({ method: 'POST', path: '/v1/stop', body: '{}' })
  }

  #watched({ event, data }: ServerEvent): Watched | undefined {
    if (event === 'history') return { kind: 'history', event: this.#parse(historyEvent, JSON.parse(data)) }
    return event === 'end' ? { kind: 'end', execution: this.#execution(this.#http.parse(data)) } : undefined
  }

  #execution(json: Json): Execution {
    const payload = (key: string): JsonText | undefined => {
      const value = isJsonObject(json) ? json.get(key) : undefined
      return value === undefined ? undefined : printJson(value)
    }
    return { ...this.#parse(description, json), input: payload('input') ?? '{}', output: payload('output') }
  }

  #parse<T>(schema: z.ZodType<T>, value: unknown): T {
    const plain = value instanceof Map ? plainFromJson(value) : value
    const result = schema.safeParse(plain)
    if (result.success) return result.data
    throw cliError('cli.protocol', `The answer of ${this.url} is not what this version of holdfast expects`, {
      place: result.error.issues.map((issue) => issue.path.join('.')).join(', '),
      repair: 'use the same version of holdfast for the server and the command line',
    })
  }
}

/** A server that restarts is away for a second or two, a person who restarts it for a minute. */
const reconnects = 120
const reconnectMs = 500

const executionPath = (execution: string): string => `/v1/executions/${encodeURIComponent(execution)}`

const isUnreachable = (error: unknown): boolean => error instanceof HoldfastError && error.code === 'cli.unreachable'
