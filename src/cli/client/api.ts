/** What the CLI asks of a server, typed. Payloads stay text, spelled as they came. */
import { z } from 'zod'
import { HoldfastError, isJsonObject, type Json, type JsonText, printJson, type ServerEvent } from '../../base/index.ts'
import type { ProgressEvent } from '../../asl/index.ts'
import { pageOf, parseAnswer, time } from './answers.ts'
import { ApprovalApi } from './approval-api.ts'
import { ConnectionApi } from './connection-api.ts'
import { DeployApi } from './deploy-api.ts'
import { Http, type Target } from './http.ts'
import { type Connection, reconnecting } from './reconnecting.ts'
import { HostApi } from './host-api.ts'
import { MachineApi } from './machine-api.ts'
import { AccessApi } from './access-api.ts'
import { LoginApi } from './login-api.ts'
import { MapRunApi } from './map-run-api.ts'
import { PeopleApi } from './people-api.ts'

const status = z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'])

const summary = z.object({
  arn: z.string(),
  machine: z.string(),
  name: z.string(),
  status,
  startedAt: time,
  stoppedAt: time.optional(),
  redriveCount: z.int().default(0),
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
const invitation = z.object({ code: z.string(), expiresAt: time })
const version = z.object({ version: z.string(), startedAt: time, region: z.string(), accountId: z.string() })

export type ExecutionStatus = z.infer<typeof status>
export type ExecutionSummary = z.infer<typeof summary>
export type Execution = z.infer<typeof description> & {
  readonly input: JsonText
  readonly output: JsonText | undefined
}
/** Which state gets which input; by neither where it ended in one alone. */
export type Correction = {
  readonly input: JsonText
  readonly visit?: number | undefined
  readonly state?: string | undefined
}
export type Verification = z.infer<typeof verification>
export type Page<T> = { readonly items: readonly T[]; readonly cursor?: string | undefined }

export type Watched =
  | { readonly kind: 'history'; readonly event: ProgressEvent }
  | Connection
  | { readonly kind: 'end'; readonly execution: Execution }

export class Api {
  readonly #http: Http
  /** What is asked about hosts. */
  readonly hosts: HostApi
  /** What is asked about deployments. */
  readonly deploys: DeployApi

  /** What is asked about connections of HTTP tasks. */
  readonly connections: ConnectionApi

  /** What is asked about tokens, and about who is signed in. */
  readonly access: AccessApi

  /** What is asked to act as a person. */
  readonly logins: LoginApi

  /** What is asked about agreeing to deployments. */
  readonly approvals: ApprovalApi

  /** What is asked about people and groups. */
  readonly people: PeopleApi

  /** What is asked about state machines, their versions and aliases. */
  readonly machines: MachineApi

  /** What is asked about the runs of distributed Maps. */
  readonly mapRuns: MapRunApi

  constructor(target: Target, interrupted: AbortSignal) {
    this.#http = new Http(target, interrupted)
    this.machines = new MachineApi(this.#http)
    this.mapRuns = new MapRunApi(this.#http)
    this.connections = new ConnectionApi(this.#http)
    this.access = new AccessApi(this.#http)
    this.logins = new LoginApi(this.#http)
    this.people = new PeopleApi(this.#http)
    this.approvals = new ApprovalApi(this.#http)
    this.hosts = new HostApi(this.#http)
    this.deploys = new DeployApi(this.#http)
  }

  get url(): string {
    return this.#http.url
  }

  /** A one-time code for the console; undefined where nobody is asked who they are. */
  async inviteToSignIn(): Promise<z.infer<typeof invitation> | undefined> {
    const answer = await this.#http.jsonIfAny({ method: 'POST', path: '/v1/session/invitations' })
    return answer === undefined ? undefined : this.#parse(invitation, answer)
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

  /** The same of an express machine, which only a request of its own can make. */
  async putExpressMachine(name: string, definition: string): Promise<string> {
    const body = JSON.stringify({ name, definition, type: 'EXPRESS' })
    try {
      const created = await this.#http.json({ method: 'POST', path: '/v1/machines', body })
      return this.#parse(z.object({ arn: z.string() }), created).arn
    } catch (error) {
      if (!(error instanceof HoldfastError) || error.code !== 'machine.exists') throw error
      return this.putMachine(name, definition)
    }
  }

  async machine(name: string): Promise<{ readonly definition: string; readonly type: 'STANDARD' | 'EXPRESS' }> {
    const found = await this.#http.json({ path: `/v1/machines/${encodeURIComponent(name)}` })
    return this.#parse(z.object({ definition: z.string(), type: z.enum(['STANDARD', 'EXPRESS']) }), found)
  }

  /** Creates an express machine. @throws HoldfastError machine.exists when one of that name has another definition or type */
  async createExpress(name: string, definition: string): Promise<string> {
    const body = JSON.stringify({ name, definition, type: 'EXPRESS' })
    const created = await this.#http.json({ method: 'POST', path: '/v1/machines', body })
    return this.#parse(z.object({ arn: z.string() }), created).arn
  }

  /** Runs an express machine to its end. */
  async runExpress(machine: string, input: JsonText, name: string | undefined): Promise<Execution> {
    const body = startBody(machine, input, name)
    return this.#execution(await this.#http.json({ method: 'POST', path: '/v1/express-executions', body }))
  }

  async expressExecution(arn: string): Promise<Execution> {
    return this.#execution(await this.#http.json({ path: `/v1/express-executions/${encodeURIComponent(arn)}` }))
  }

  /** Creates the activity unless it is there. */
  async putActivity(name: string): Promise<string> {
    const body = JSON.stringify({ name })
    const created = await this.#http.json({ method: 'POST', path: '/v1/activities', body })
    return this.#parse(z.object({ arn: z.string() }), created).arn
  }

  /** Tries a state at the server, which makes its real call. `members` are those of the body that are JSON already. */
  async testState(
    definition: string,
    state: string | undefined,
    members: Readonly<Record<string, JsonText>>,
  ): Promise<JsonText> {
    const words = { definition, ...(state === undefined ? {} : { state }) }
    const all = [
      ...Object.entries(words).map(([name, text]) => [name, JSON.stringify(text)]),
      ...Object.entries(members),
    ]
    const body = `{${all.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`
    return printJson(await this.#http.json({ method: 'POST', path: '/v1/states/test', body }))
  }

  async startExecution(machine: string, input: JsonText, name: string | undefined): Promise<string> {
    const body = startBody(machine, input, name)
    const started = await this.#http.json({ method: 'POST', path: '/v1/executions', body })
    return this.#parse(z.object({ arn: z.string() }), started).arn
  }

  async executions(
    query: {
      readonly machine?: string
      readonly status?: ExecutionStatus
      readonly name?: string
      readonly error?: string
      readonly input?: string
      readonly startedSince?: string
      readonly limit?: number
      readonly cursor?: string
    },
    express = false,
  ): Promise<Page<ExecutionSummary> & { readonly searched?: number | undefined }> {
    const path = express ? '/v1/express-executions' : '/v1/executions'
    const page = pageOf(summary).extend({ searched: z.int().optional() })
    return this.#parse(page, await this.#http.json({ path, query }))
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
    const watched = reconnecting<Exclude<Watched, Connection>>({
      open: (last) =>
        this.#http.events({
          path: `${executionPath(execution)}/events`,
          headers: last === undefined ? {} : { 'last-event-id': last },
        }),
      read: (event) => this.#watched(event),
      isLast: ({ kind }) => kind === 'end',
      pause,
      patient: false,
    })
    let ended = false
    for await (const item of watched) {
      yield item
      ended = item.kind === 'end'
    }
    if (!ended) yield { kind: 'end', execution: await this.execution(execution) }
  }

  async stopExecution(
    execution: string,
    reason: { readonly error?: string; readonly cause?: string },
  ): Promise<number> {
    const path = `${executionPath(execution)}/stop`
    const stopped = await this.#http.json({ method: 'POST', path, body: JSON.stringify(reason) })
    return this.#parse(z.object({ stoppedAt: time }), stopped).stoppedAt
  }

  async redriveExecution(execution: string): Promise<number> {
    const path = `${executionPath(execution)}/redrive`
    const redriven = await this.#http.json({ method: 'POST', path, body: '{}' })
    return this.#parse(z.object({ redrivenAt: time }), redriven).redrivenAt
  }

  /** With another input for the state it ended in; JSON text. */
  async continueExecution(execution: string, { input, ...stay }: Correction): Promise<number> {
    const named = JSON.stringify(stay).slice(1, -1)
    const body = `{"input":${input}${named === '' ? '' : `,${named}`}}`
    const redriven = await this.#http.json({ method: 'POST', path: `${executionPath(execution)}/continue`, body })
    return this.#parse(z.object({ redrivenAt: time }), redriven).redrivenAt
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

  #watched({ event, data }: ServerEvent): Exclude<Watched, Connection> | undefined {
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
    return parseAnswer(this.url, schema, value)
  }
}

const executionPath = (execution: string): string => `/v1/executions/${encodeURIComponent(execution)}`

function startBody(machine: string, input: JsonText, name: string | undefined): string {
  const words = `"machine":${JSON.stringify(machine)}${name === undefined ? '' : `,"name":${JSON.stringify(name)}`}`
  return `{${words},"input":${input}}`
}
