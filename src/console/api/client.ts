/** Our HTTP API as the page calls it: typed by what scripts/console/client.ts makes of the OpenAPI document. */
import { readEvents, type ServerEvent } from '../../base/index.ts'
import { operations, type Operations, type Problem } from './generated.ts'
import type { SessionKey } from './session-key.ts'

export type OperationName = keyof Operations
/** `ifMatch`: only as long as it is this revision still. */
export type RequestOf<Name extends OperationName> = Omit<Operations[Name], 'answer'> & { readonly ifMatch?: string }
export type AnswerOf<Name extends OperationName> = Operations[Name]['answer']

/** What the server refused, or that it could not be reached: always with what to do about it. */
export class ApiFault extends Error {
  readonly problem: Pick<Problem, 'code' | 'detail' | 'status'> & Partial<Problem>
  constructor(problem: ApiFault['problem'], cause?: unknown) {
    super(problem.detail, { cause })
    this.name = 'ApiFault'
    this.problem = problem
  }
}

type LooseRequest = {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: unknown
  readonly ifMatch?: string
}

export class Client {
  readonly #sessionKey: SessionKey
  readonly #onSignedOut: () => void

  constructor(sessionKey: SessionKey, onSignedOut: () => void) {
    this.#sessionKey = sessionKey
    this.#onSignedOut = onSignedOut
  }

  /** @throws ApiFault */
  async call<Name extends OperationName>(
    name: Name,
    request: RequestOf<Name>,
    signal?: AbortSignal,
  ): Promise<AnswerOf<Name>> {
    const [method, path] = operations[name]
    const { params, query, body, ifMatch }: LooseRequest = request
    const headers: Record<string, string> = ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` }
    const response = await this.#send(addressOf(path, params, query), { method, body: textOf(body), headers, signal })
    const text = await response.text()
    // The type is made from the schema by which the server prints its answers.
    return (text === '' ? undefined : JSON.parse(text)) as AnswerOf<Name>
  }

  /** The events of one connection. Undefined when the server says that there will be no more. @throws ApiFault */
  async events(
    path: string,
    { after, signal }: { readonly after: string | undefined; readonly signal: AbortSignal },
  ): Promise<AsyncIterable<ServerEvent> | undefined> {
    const headers = { accept: 'text/event-stream', ...(after === undefined ? {} : { 'last-event-id': after }) }
    const response = await this.#send(path, { method: 'GET', headers, signal })
    if (response.status === 204 || response.body === null) return undefined
    return readEvents(textIn(response.body))
  }

  /** Whole, as text: an export. @throws ApiFault */
  async text(path: string): Promise<string> {
    return (await this.#send(path, { method: 'GET' })).text()
  }

  async #send(path: string, { headers, ...init }: RequestInit & { readonly headers?: object }): Promise<Response> {
    const key = this.#sessionKey.read()
    const response = await fetch(path, {
      ...init,
      headers: {
        ...(key === undefined ? {} : { 'x-holdfast-session': key }),
        ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
    }).catch((error: unknown) => {
      if (init.signal?.aborted === true) throw error
      throw new ApiFault(unreachable, error)
    })
    if (response.ok) return response
    const fault = await faultOf(response)
    if (response.status === 401) this.#onSignedOut()
    throw fault
  }
}

const unreachable = {
  code: 'console.unreachable',
  status: 0,
  detail: 'The control plane does not answer',
  repair: 'holdfast up',
  retryable: true,
} as const

async function faultOf(response: Response): Promise<ApiFault> {
  const text = await response.text()
  try {
    const problem: Problem = JSON.parse(text)
    return new ApiFault(problem)
  } catch (error) {
    return new ApiFault({ code: 'console.answer', status: response.status, detail: response.statusText }, error)
  }
}

/** JSON text that goes into a request as it is: numbers that JavaScript cannot hold stay what they are. */
export class RawJson {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

function textOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return body === undefined ? undefined : JSON.stringify(body)
  }
  const members = Object.entries(body).filter(([, value]) => value !== undefined)
  return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value instanceof RawJson ? value.text : JSON.stringify(value)}`).join(',')}}`
}

export function addressOf(
  path: string,
  params: Readonly<Record<string, string>> = {},
  query: Readonly<Record<string, unknown>> = {},
): string {
  const filled = path.replace(/\{(\w+)\}/g, (_whole, name: string) => encodeURIComponent(params[name] ?? ''))
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') search.set(name, typeof value === 'string' ? value : JSON.stringify(value))
  }
  return search.size === 0 ? filled : `${filled}?${search.toString()}`
}

/** The server says every 15 s that it is there: what is silent for longer than two of these is lost, whatever the network says. */
const longestSilenceMs = 35_000

/** @throws Error when nothing came for too long */
async function* textIn(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncIterable<string> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  try {
    for (;;) {
      const { value, done } = await soon(reader.read(), longestSilenceMs)
      if (done) return
      yield value
    }
  } finally {
    // Also the connection of a stream that nobody reads to its end.
    void reader.cancel().catch(() => {})
  }
}

async function soon<T>(awaited: Promise<T>, ms: number): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error('the server has fallen silent')), ms)
  try {
    return await Promise.race([awaited, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
