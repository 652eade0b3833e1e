/** The admin client: an `Edge` behind a Unix socket. Used by the host agent. */
import { type IncomingMessage, request } from 'node:http'
import type { Clock } from '../base/index.ts'
import type { DrainRequest, Edge, EdgeEvent, EdgeRoutes, EdgeStatus, RoutesInForce, StatusRequest } from './contract.ts'
import { edgeError, errorFromWire, messageOf, type WireError } from './errors.ts'

export type EdgeClientOptions = {
  /** `admin.sock` in the folder of the edge. */
  readonly socketPath: string
  readonly clock: Clock
}

type Call = {
  readonly method: 'GET' | 'PUT' | 'POST'
  readonly path: string
  readonly body?: unknown
  readonly withinMs: number
}

const callMs = 10_000
/** A new worker has to boot. */
const restartMs = 30_000

export class EdgeClient implements Edge {
  readonly #options: EdgeClientOptions

  constructor(options: EdgeClientOptions) {
    this.#options = options
  }

  async applyRoutes(routes: EdgeRoutes): Promise<RoutesInForce> {
    return answerAs<RoutesInForce>(
      await this.#call({ method: 'PUT', path: '/routes', body: routes, withinMs: restartMs }),
    )
  }

  async routes(): Promise<EdgeRoutes> {
    return answerAs<EdgeRoutes>(await this.#call({ method: 'GET', path: '/routes', withinMs: callMs }))
  }

  async status({ windowsSince }: StatusRequest = {}): Promise<EdgeStatus> {
    const path = windowsSince === undefined ? '/status' : `/status?windowsSince=${windowsSince}`
    return answerAs<EdgeStatus>(await this.#call({ method: 'GET', path, withinMs: callMs }))
  }

  async drain(drain: DrainRequest): Promise<void> {
    await this.#call({ method: 'POST', path: '/drain', body: drain, withinMs: callMs })
  }

  async reload(): Promise<void> {
    await this.#call({ method: 'POST', path: '/reload', withinMs: restartMs })
  }

  async restart(): Promise<void> {
    await this.#call({ method: 'POST', path: '/restart', withinMs: restartMs })
  }

  async stop({ withinMs }: { readonly withinMs?: number } = {}): Promise<void> {
    const path = withinMs === undefined ? '/stop' : `/stop?withinMs=${withinMs}`
    await this.#call({ method: 'POST', path, withinMs: (withinMs ?? 120_000) + callMs })
  }

  async *events({
    signal,
    after,
  }: {
    readonly signal: AbortSignal
    readonly after?: number
  }): AsyncIterable<EdgeEvent> {
    const path = after === undefined ? '/events' : `/events?after=${after}`
    const answer = await this.#open({ method: 'GET', path, withinMs: callMs })
    const end = (): void => void answer.destroy()
    signal.addEventListener('abort', end, { once: true })
    // Told while it was opened.
    if (signal.aborted) end()
    try {
      for await (const line of linesOf(answer)) {
        if (signal.aborted) return
        yield answerAs<EdgeEvent>(JSON.parse(line))
      }
    } catch (cause) {
      if (!signal.aborted) throw unreachable(this.#options.socketPath, cause)
    } finally {
      signal.removeEventListener('abort', end)
      answer.destroy()
    }
    if (!signal.aborted) throw unreachable(this.#options.socketPath, new Error('it closed the stream of events'))
  }

  async #call(call: Call): Promise<unknown> {
    const answer = await this.#open(call)
    const { clock, socketPath } = this.#options
    const cancel = clock.alarm(clock.now() + call.withinMs, () => answer.destroy(new Error('its answer did not end')))
    try {
      return JSON.parse(await textOf(answer)) as unknown
    } catch (cause) {
      throw unreachable(socketPath, cause)
    } finally {
      cancel()
    }
  }

  /** Resolves with the head of a good answer. */
  async #open({ method, path, body, withinMs }: Call): Promise<IncomingMessage> {
    const { clock, socketPath } = this.#options
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const call = request({ socketPath, method, path, agent: false, headers: { 'content-type': 'application/json' } })
      const cancel = clock.alarm(clock.now() + withinMs, () =>
        call.destroy(new Error(`no answer within ${withinMs} ms`)),
      )
      call.on('response', (head) => {
        cancel()
        resolve(head)
      })
      call.on('error', (cause) => {
        cancel()
        reject(unreachable(socketPath, cause))
      })
      call.end(body === undefined ? undefined : JSON.stringify(body))
    })
    if (answer.statusCode === 200) return answer
    throw errorIn(JSON.parse(await textOf(answer)))
  }
}

/** Not by readline, which waits for ever on a stream that breaks. */
async function* linesOf(answer: IncomingMessage): AsyncIterable<string> {
  let text = ''
  answer.setEncoding('utf8')
  for await (const chunk of answer) {
    const lines = (text + String(chunk)).split('\n')
    text = lines.pop() ?? ''
    yield* lines
  }
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = ''
  answer.setEncoding('utf8')
  for await (const chunk of answer) text += String(chunk)
  return text
}

function errorIn(value: unknown): Error {
  const { error } = answerAs<{ readonly error: WireError }>(value)
  return errorFromWire(error)
}

/** The one cast: both ends are this version of this code, and the socket is reachable for their owner only. */
function answerAs<T>(value: unknown): T {
  return value as T
}

function unreachable(socketPath: string, cause: unknown): Error {
  return edgeError('edge.unreachable', `The edge at ${socketPath} does not answer: ${messageOf(cause)}`, {
    place: socketPath,
    cause,
  })
}
