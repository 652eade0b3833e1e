/** A service on the wire for this folder's tests: the real SDK speaks real HTTP to it. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { TaskResource } from '../asl/index.ts'
import type { TaskCall } from '../engine/index.ts'

export type Received = {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export type FakeService = AsyncDisposable & { readonly url: string; readonly received: readonly Received[] }

export type Reply = { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: string }

/** `reply` may keep the request waiting, or destroy the socket through `response`. */
export async function fakeService(
  reply: (received: Received, response: ServerResponse) => Reply | undefined,
): Promise<FakeService> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const seen = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() }
      received.push(seen)
      const answer = reply(seen, response)
      if (answer === undefined) return
      response.writeHead(answer.status ?? 200, { 'x-amzn-RequestId': 'request-1', ...answer.headers })
      response.end(answer.body ?? '')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export const testCredentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not-a-secret' }

export function taskCall(resource: TaskResource, input: string, more: Partial<TaskCall> = {}): TaskCall {
  return {
    resource,
    input,
    executionArn: 'arn:aws:states:eu-central-1:123456789012:execution:orders:one',
    stateName: 'Pay',
    idempotencyKey: 'one/7',
    attempt: 0,
    token: undefined,
    roleArn: undefined,
    timeoutMs: undefined,
    ...more,
  }
}
