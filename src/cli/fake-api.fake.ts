/** A server that answers what a test says, on a port of its own; for the outcomes that a real one does not give at will. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Asked = {
  readonly method: string
  readonly path: string
  readonly body: unknown
  readonly key: string | undefined
}
export type Reply = { readonly status?: number; readonly body?: unknown } | ((response: ServerResponse) => void)

export class FakeApi {
  readonly asked: Asked[] = []
  readonly #replies: Readonly<Record<string, Reply | ((asked: Asked) => Reply)>>
  readonly #server: Server

  /** `POST /v1/deployments` → its answer. A function with one parameter is given what was asked. */
  constructor(replies: Readonly<Record<string, Reply | ((asked: Asked) => Reply)>>) {
    this.#replies = replies
    this.#server = createServer((request, response) => void this.#answer(request, response))
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    const { port } = this.#server.address() as AddressInfo
    return `http://127.0.0.1:${port}`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = ''
    for await (const chunk of request) text += String(chunk)
    const path = (request.url ?? '').replace(/\?.*$/, '')
    const method = request.method ?? ''
    const key = request.headers['idempotency-key']
    const asked = { method, path, body: text === '' ? undefined : (JSON.parse(text) as unknown), key: key?.toString() }
    this.asked.push(asked)
    const found = this.#replies[`${method} ${path}`]
    if (found === undefined)
      return send(response, 404, { code: 'api.not_found', detail: `nothing at ${method} ${path}` })
    if (typeof found === 'function' && isStream(found)) return found(response)
    const reply = typeof found === 'function' ? found(asked) : found
    if (typeof reply === 'function') return reply(response)
    send(response, reply.status ?? 200, reply.body)
  }
}

const streams = new WeakSet<object>()
type Stream = (response: ServerResponse) => void
const isStream = (reply: object): reply is Stream => streams.has(reply)

/** Server-sent events; `cut` breaks the connection behind them instead of ending it. */
export function events(list: readonly { readonly event: string; readonly data: unknown }[], cut = false): Stream {
  const stream: Stream = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const text = list
      .map(({ event, data }, i) => `id: e${i}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
      .join('')
    if (cut) response.write(text, () => response.destroy())
    else response.end(text)
  }
  streams.add(stream)
  return stream
}

/** Events that go on until the reader leaves. */
export function endless(list: readonly { readonly event: string; readonly data: unknown }[]): Stream {
  const stream: Stream = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const { event, data } of list) response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }
  streams.add(stream)
  return stream
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(status === 204 ? undefined : JSON.stringify(body))
}
