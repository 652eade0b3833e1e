/** HTTP as our API speaks it: JSON in and out, problems as errors, server-sent events, JSON lines. */
import {
  HoldfastError,
  type ErrorKind,
  isJsonObject,
  type Json,
  parseJson,
  plainFromJson,
  readEvents,
  type ServerEvent,
} from '../../base/index.ts'
import { cliError } from '../errors.ts'

export type Target = {
  readonly url: string
  /** A function is asked before each request: what a pipeline holds is good for a short time only. */
  readonly token: string | (() => Promise<string>) | undefined
  readonly repair: string
  /** Makes sure that what answers there may be sent the token: asked first, and again when the connection was lost. */
  readonly prove?: (signal: AbortSignal) => Promise<void>
}

export type Call = {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | undefined>>
  /** JSON text. */
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

export class Http {
  readonly #target: Target
  readonly #interrupted: AbortSignal
  #proof: Promise<void> | undefined

  constructor(target: Target, interrupted: AbortSignal) {
    this.#target = target
    this.#interrupted = interrupted
  }

  get url(): string {
    return this.#target.url
  }

  /** The parsed body of a good answer. @throws HoldfastError cli.unreachable, cli.protocol, or what the server says */
  async json(call: Call): Promise<Json> {
    const response = await this.#send(call)
    return this.parse(await this.#read(response))
  }

  /** Undefined for an answer without a body: there is none. */
  async jsonIfAny(call: Call): Promise<Json | undefined> {
    const text = await this.#read(await this.#send(call))
    return text === '' ? undefined : this.parse(text)
  }

  /** For a call whose answer says nothing. */
  async tell(call: Call): Promise<void> {
    await this.#read(await this.#send(call))
  }

  /** The events of one connection; ends when the server ends it. `undefined` when it says that there is nothing more. */
  async events(call: Call, mostSilenceMs = silenceMs): Promise<AsyncIterable<ServerEvent> | undefined> {
    const silence = new AbortController()
    const headers = { accept: 'text/event-stream', ...call.headers }
    const response = await this.#send({ ...call, headers }, silence.signal)
    if (response.status === 204) return undefined
    return readEvents(noLongerThan(mostSilenceMs, silence, this.#chunks(response)))
  }

  /** The body as it comes. */
  async text(call: Call): Promise<AsyncIterable<string>> {
    return this.#chunks(await this.#send(call))
  }

  async #send(
    { method = 'GET', path, query = {}, body, headers = {} }: Call,
    silence?: AbortSignal,
  ): Promise<Response> {
    const url = new URL(path, this.#target.url)
    for (const [key, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(key, String(value))
    await this.#prove()
    const { token: given } = this.#target
    const token = typeof given === 'function' ? await given() : given
    const response = await this.#reach(() =>
      fetch(url, {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body }),
        // The token and the body are for what was proven or named, and for nobody it points to.
        redirect: 'manual',
        signal: silence === undefined ? this.#interrupted : AbortSignal.any([this.#interrupted, silence]),
      }),
    )
    if (response.ok) return response
    throw problemError(response.status, await this.#read(response))
  }

  #prove(): Promise<void> {
    const { prove } = this.#target
    if (prove === undefined) return Promise.resolve()
    this.#proof ??= this.#reach(() => prove(this.#interrupted))
    return this.#proof
  }

  #read(response: Response): Promise<string> {
    return this.#reach(() => response.text())
  }

  /** JSON that the server sent. @throws HoldfastError cli.protocol */
  parse(text: string): Json {
    try {
      return parseJson(text)
    } catch (cause) {
      throw cliError('cli.protocol', `${this.url} does not speak Holdfast's API: its answer is no JSON`, { cause })
    }
  }

  async #reach<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act()
    } catch (cause) {
      this.#proof = undefined
      if (this.#interrupted.aborted || cause instanceof HoldfastError) throw cause
      throw this.#unreachable(cause)
    }
  }

  async *#chunks(response: Response): AsyncIterable<string> {
    const decoder = new TextDecoder()
    try {
      for await (const chunk of response.body ?? []) yield decoder.decode(chunk, { stream: true })
    } catch (cause) {
      if (this.#interrupted.aborted) throw cause
      throw this.#unreachable(cause)
    } finally {
      // Also an end in good order may be a server's that stops: what listens there next proves itself anew.
      this.#proof = undefined
    }
  }

  #unreachable(cause: unknown): HoldfastError {
    return cliError('cli.unreachable', `No Holdfast answers at ${this.url}${reasonOf(cause)}`, {
      repair: this.#target.repair,
      cause,
    })
  }
}

/** A server says every 15 seconds that it lives. A connection that says nothing for so long leads nowhere any more. */
const silenceMs = 45_000

async function* noLongerThan(
  ms: number,
  silence: AbortController,
  chunks: AsyncIterable<string>,
): AsyncIterable<string> {
  const timer = setTimeout(() => silence.abort(new Error('it fell silent')), ms)
  try {
    for await (const chunk of chunks) {
      timer.refresh()
      yield chunk
    }
  } finally {
    clearTimeout(timer)
  }
}

/** Node hides why a connection failed in the cause of its error. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
  const words = code === undefined ? undefined : reasons.get(code)
  if (words !== undefined) return `: ${words}`
  return cause instanceof Error && cause.message !== '' ? `: ${cause.message}` : ''
}

const reasons: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'nothing listens there'],
  ['ECONNRESET', 'it closed the connection'],
  ['UND_ERR_SOCKET', 'it closed the connection'],
  ['ENOTFOUND', 'there is no such host'],
  ['EAI_AGAIN', 'the name of the host cannot be looked up now'],
  ['ETIMEDOUT', 'it did not answer in time'],
  ['UND_ERR_CONNECT_TIMEOUT', 'it did not answer in time'],
  ['EHOSTUNREACH', 'no way leads to that host'],
  ['ENETUNREACH', 'no way leads to that host'],
])

const kindOfStatus: ReadonlyMap<number, ErrorKind> = new Map([
  [401, 'unauthenticated'],
  [403, 'forbidden'],
  [404, 'missing'],
  [409, 'conflict'],
  [412, 'conflict'],
  [413, 'too_large'],
  [429, 'exhausted'],
  [503, 'exhausted'],
])

/** What the server said is wrong, with its own words and code. */
function problemError(status: number, text: string): HoldfastError {
  const problem = problemIn(text)
  const word = (key: string): { readonly [name: string]: string } => {
    const value = problem[key]
    return typeof value === 'string' ? { [key]: value } : {}
  }
  const message = problem['detail'] ?? problem['title']
  return new HoldfastError(
    typeof problem['code'] === 'string' ? problem['code'] : 'cli.protocol',
    typeof message === 'string' ? message : `The server answered ${status}`,
    {
      kind: kindOfStatus.get(status) ?? (status >= 500 ? 'internal' : 'invalid'),
      retryable: problem['retryable'] === true,
      ...word('place'),
      ...word('accepted'),
      ...word('repair'),
    },
  )
}

function problemIn(text: string): Record<string, unknown> {
  try {
    const json = parseJson(text)
    return isJsonObject(json) ? Object.fromEntries([...json].map(([key, value]) => [key, plainFromJson(value)])) : {}
  } catch {
    // An answer that is no problem document is told by its status alone.
    return {}
  }
}
