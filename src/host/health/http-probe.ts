/** One request as a load balancer would make it, on a new connection. */
import { type IncomingMessage, request } from 'node:http'
import { codeOf } from '../errors.ts'
import type { HealthSpec } from '../contract.ts'
import type { HttpAnswer } from './judge.ts'

type HttpHealth = Extract<HealthSpec, { kind: 'http' }>

/** On the loopback of both kinds: "localhost" is one or the other, as the application's platform pleases. */
export async function probeHttp(spec: HttpHealth, port: number, signal: AbortSignal): Promise<HttpAnswer> {
  const first = await ask(spec, port, '127.0.0.1', signal)
  if (first.kind === 'answer' || first.listening) return first
  const second = await ask(spec, port, '::1', signal)
  return second.kind === 'answer' || second.listening ? second : first
}

function ask(spec: HttpHealth, port: number, address: '127.0.0.1' | '::1', signal: AbortSignal): Promise<HttpAnswer> {
  return new Promise((resolve) => {
    const call = request(
      {
        host: address,
        port,
        path: spec.path,
        agent: false,
        timeout: spec.timeoutMs,
        signal,
        headers: { host: `localhost:${port}`, 'user-agent': 'holdfast-health', ...spec.headers },
      },
      (response) => {
        resolve({
          kind: 'answer',
          address,
          status: response.statusCode ?? 0,
          echo: echoOf(response, spec.releaseHeader),
        })
        // The status is all there is to know; a body may be endless.
        call.destroy()
      },
    )
    call.on('timeout', () => call.destroy(new Error(`no answer within ${spec.timeoutMs} ms`)))
    call.on('error', (fault) => {
      const refused = codeOf(fault) === 'ECONNREFUSED'
      resolve({ kind: 'none', listening: !refused, detail: refused ? 'nothing listens' : fault.message })
    })
    call.end()
  })
}

function echoOf(response: IncomingMessage, header: string): string | undefined {
  const value = response.headers[header.toLowerCase()]
  return Array.isArray(value) ? value[0] : value
}
