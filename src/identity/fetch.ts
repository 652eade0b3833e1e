/** The gate as a `fetch` for libraries that want one: every address they think of is judged, and no redirect is followed. */
import type { Asker, Gate } from '../outbound/index.ts'

type Asked = {
  readonly method?: string | undefined
  readonly headers?: RequestInit['headers'] | undefined
  readonly body?: unknown
  readonly signal?: AbortSignal | null | undefined
}

export function fetchThrough(gate: Gate, asker: Asker) {
  return async (url: string, { method = 'GET', headers, body, signal }: Asked = {}): Promise<Response> => {
    const answer = await gate.request({
      ...{ method, url, asker, secretBody: true },
      headers: Object.fromEntries(new Headers(headers)),
      body: textOf(body),
      signal: signal ?? new AbortController().signal,
    })
    const isEmpty = [204, 205, 304].includes(answer.status)
    return new Response(isEmpty ? null : new Uint8Array(answer.body), {
      status: answer.status,
      headers: answer.headers.map(([name, value]): [string, string] => [name, value]),
    })
  }
}

function textOf(body: unknown): string | undefined {
  if (body === undefined || body === null) return undefined
  if (typeof body === 'string' || body instanceof URLSearchParams) return body.toString()
  throw new Error('only forms and text are sent to identity providers')
}
