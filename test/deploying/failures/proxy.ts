/** Somebody between a command line and its server, who changes what is sent. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Sent = { readonly headers: Readonly<Record<string, string>>; readonly body: string }

/** Changes the request that begins a deployment, and passes on everything else as it is. */
export class Meddler {
  readonly #server: Server
  readonly #to: string
  readonly #change: (sent: Sent) => Sent
  readonly #answered: (text: string) => Promise<unknown>

  /** `answered` is given the answer before the command line gets it. */
  constructor(to: string, change: (sent: Sent) => Sent, answered: (text: string) => Promise<unknown> = async () => {}) {
    this.#to = to
    this.#change = change
    this.#answered = answered
    this.#server = createServer((request, response) => {
      void this.#pass(request.method ?? 'GET', request.url ?? '/', {
        headers: { ...headersOf(request.headers) },
        body: request,
      })
        .then(async (answer) => {
          response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
          if (answer.body === null) return response.end()
          for await (const piece of answer.body) response.write(piece)
          return response.end()
        })
        .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined))
    })
  }

  async open(): Promise<string> {
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

  async #pass(method: string, path: string, { headers, body }: Incoming): Promise<Response> {
    const text = (await body.toArray()).map(String).join('')
    const sent = { headers, body: text }
    const isBeginning = method === 'POST' && path === '/v1/deployments'
    const changed = isBeginning ? this.#change(sent) : sent
    const answer = await fetch(new URL(path, this.#to), {
      method,
      headers: changed.headers,
      ...(method === 'GET' ? {} : { body: changed.body }),
    })
    if (isBeginning) await this.#answered(await answer.clone().text())
    return answer
  }
}

type Incoming = { readonly headers: Readonly<Record<string, string>>; readonly body: { toArray(): Promise<unknown[]> } }

/** Those that are about the message, and not about this connection. */
function headersOf(headers: Readonly<Record<string, string | string[] | undefined>>): Readonly<Record<string, string>> {
  const own = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive', 'accept-encoding'])
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' && !own.has(name) ? [[name, value] as const] : [],
    ),
  )
}
