/** Speaks to a control plane as any program does: over HTTP, with its token. */
import { readFileSync } from 'node:fs'
import { readEvents, type ServerEvent } from '../../src/base/index.ts'

export type Answer = {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
  readonly text: string
}
export type Address = { readonly url: string; readonly tokenFile: string }

export class Client {
  readonly #url: string
  readonly #token: string

  constructor({ url, tokenFile }: Address) {
    this.#url = url
    this.#token = readFileSync(tokenFile, 'utf8').trim()
  }

  /** `POST /v1/keys` */
  async call(line: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const response = await this.#send(line, body, headers)
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: text === '' ? undefined : JSON.parse(text),
    }
  }

  /** Until the server ends it, or the reader leaves. */
  async *events(line: string, headers: Readonly<Record<string, string>> = {}): AsyncIterable<ServerEvent> {
    const response = await this.#send(line, undefined, headers)
    if (response.body === null || response.status !== 200) return
    const texts: ReadableStream<string> = response.body.pipeThrough(new TextDecoderStream())
    yield* readEvents(texts)
  }

  #send(line: string, body: unknown, headers: Readonly<Record<string, string>>): Promise<Response> {
    const [method = 'GET', path = '/'] = line.split(' ')
    const text = typeof body === 'string' ? body : body === undefined ? undefined : JSON.stringify(body)
    return fetch(new URL(path, this.#url), {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(text === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(text === undefined ? {} : { body: text }),
    })
  }
}
