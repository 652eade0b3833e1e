/** The admin API: HTTP on a Unix socket that only the owner of the folder can reach. It only translates. */
import { chmodSync, renameSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type ErrorKind, HoldfastError } from '../../base/index.ts'
import { edgeError, messageOf, wireError } from '../errors.ts'
import type { EdgeMachine } from '../machine.ts'
import type { EventLog } from './event-log.ts'
import type { Keeper } from './keeper.ts'

export type AdminOptions = {
  readonly keeper: Keeper
  readonly events: EventLog
  readonly machine: EdgeMachine
  /** Ends the process, once the answer to POST /stop is out. */
  readonly exit: () => void
}

type Handler = (request: IncomingMessage, response: ServerResponse, query: URLSearchParams) => Promise<void>

const largestBody = 64 * 1024 * 1024

export class AdminServer {
  readonly #server: Server
  readonly #options: AdminOptions
  readonly #handlers: ReadonlyMap<string, Handler>

  constructor(options: AdminOptions) {
    this.#options = options
    const { keeper, exit } = options
    this.#handlers = new Map<string, Handler>([
      ['GET /routes', async (_, response) => send(response, 200, keeper.routes())],
      [
        'PUT /routes',
        async (request, response) => send(response, 200, await keeper.applyRoutes(await bodyOf(request))),
      ],
      [
        'GET /status',
        async (_, response, query) => {
          const windowsSince = numberIn(query, 'windowsSince')
          send(response, 200, await keeper.status(windowsSince === undefined ? {} : { windowsSince }))
        },
      ],
      [
        'POST /drain',
        async (request, response) => send(response, 200, await keeper.drain(drainIn(await bodyOf(request)))),
      ],
      ['POST /reload', async (_, response) => send(response, 200, await keeper.reload())],
      ['POST /restart', async (_, response) => send(response, 200, await keeper.restart())],
      [
        'POST /stop',
        async (_, response, query) => {
          await keeper.stop(numberIn(query, 'withinMs'))
          response.on('close', exit)
          send(response, 200, {})
        },
      ],
      ['GET /events', async (request, response, query) => this.#stream(request, response, query)],
    ])
    this.#server = createServer((request, response) => this.#take(request, response))
  }

  /** Takes the place of a socket that is there already: it is a dead one's, or belongs to one that we relieve. */
  async listen(path: string, draft: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(draft, resolve)
    })
    chmodSync(draft, 0o600)
    renameSync(draft, path)
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://edge')
    const handler = this.#handlers.get(`${request.method} ${url.pathname}`)
    const answer =
      handler === undefined
        ? Promise.reject(this.#unknown(`${request.method} ${url.pathname}`))
        : handler(request, response, url.searchParams)
    answer.catch((error: unknown) => {
      if (!(error instanceof HoldfastError)) {
        this.#options.machine.logger.error('an admin call failed', { call: request.url, error: messageOf(error) })
      }
      const status = error instanceof HoldfastError ? statusOf[error.kind] : 500
      send(response, status, { error: wireError(error) })
    })
  }

  #unknown(call: string): HoldfastError {
    const accepted = [...this.#handlers.keys()].join(', ')
    return edgeError('edge.request_unknown', `${call} is not known to the edge`, { accepted })
  }

  /** One JSON object per line. Each waits for the one before to be taken; what is missed meanwhile is said. */
  #stream(request: IncomingMessage, response: ServerResponse, query: URLSearchParams): void {
    const { events } = this.#options
    let last = numberIn(query, 'after') ?? events.lastId
    let writable = true
    response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    response.flushHeaders()
    const pass = (): void => {
      if (!writable) return
      for (const event of events.since(last)) {
        last = event.id
        writable = response.write(`${JSON.stringify(event)}\n`)
        if (!writable) return
      }
    }
    const stop = events.listen(pass)
    response.on('drain', () => {
      writable = true
      pass()
    })
    request.on('close', stop)
    response.on('close', stop)
    pass()
  }
}

const statusOf = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  missing: 404,
  conflict: 409,
  too_large: 413,
  exhausted: 429,
  unavailable: 503,
  internal: 500,
} as const satisfies Record<ErrorKind, number>

function send(response: ServerResponse, status: number, value: unknown): void {
  if (response.headersSent || response.destroyed) return void response.destroy()
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(value ?? {}))
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue
    size += chunk.length
    if (size > largestBody)
      throw edgeError('edge.request_invalid', 'The request is too large', { accepted: `${largestBody} bytes` })
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown
  } catch (cause) {
    throw edgeError('edge.request_invalid', `The request is no JSON: ${messageOf(cause)}`, { cause })
  }
}

function drainIn(value: unknown): { readonly route: string; readonly targets: readonly string[] } {
  if (typeof value === 'object' && value !== null && 'route' in value && 'targets' in value) {
    const { route, targets } = value
    if (typeof route === 'string' && Array.isArray(targets) && targets.every((id) => typeof id === 'string')) {
      return { route, targets }
    }
  }
  throw edgeError('edge.request_invalid', 'This is no request to drain', {
    accepted: '{"route": id, "targets": [id, …]}',
  })
}

function numberIn(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  const value = Number(text)
  if (text === null) return undefined
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw edgeError('edge.request_invalid', `${name} is "${text}"`, { place: name, accepted: 'a whole number' })
}
