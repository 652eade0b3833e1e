/** The kept connections to one target. */
import { Agent, type ClientRequest, request, type RequestOptions } from 'node:http'
import type { TargetAddress } from '../contract.ts'

/** More idle ones would be a burst's leftovers. */
const mostIdle = 256

export type Outgoing = {
  readonly method: string
  readonly path: string
  /** Flat, Host included. */
  readonly headers: readonly string[]
}

export class TargetConnections {
  readonly #address: TargetAddress
  #idleMs: number
  #agent: Agent
  #retired = false

  constructor(address: TargetAddress, idleMs: number) {
    this.#address = address
    this.#idleMs = idleMs
    this.#agent = this.#newAgent()
  }

  /** On a kept connection if one is idle, the latest used first: the others get the chance to grow old. */
  request(outgoing: Outgoing): ClientRequest {
    return request(this.#options(outgoing, this.#agent))
  }

  /** On a connection of its own, which is not kept: for upgrades, and for what broke on a kept one. */
  requestAlone(outgoing: Outgoing): ClientRequest {
    return request(this.#options(outgoing, new Agent({ keepAlive: false })))
  }

  closeIdle(): void {
    for (const sockets of Object.values(this.#agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy()
  }

  /** Closes what is idle and keeps nothing any more: the target is about to close, and must never be the first to do so. */
  retire(): void {
    this.#retired = true
    this.#agent.maxFreeSockets = 0
    this.closeIdle()
  }

  revive(): void {
    this.#retired = false
    this.#agent.maxFreeSockets = this.#mostIdle()
  }

  keepIdleFor(idleMs: number): void {
    if (idleMs === this.#idleMs) return
    this.#idleMs = idleMs
    this.#agent.maxFreeSockets = 0
    this.closeIdle()
    this.#agent = this.#newAgent()
  }

  #mostIdle(): number {
    return this.#retired || this.#idleMs === 0 ? 0 : mostIdle
  }

  #newAgent(): Agent {
    return new Agent({
      keepAlive: true,
      scheduling: 'lifo',
      maxFreeSockets: this.#mostIdle(),
      ...(this.#idleMs > 0 ? { timeout: this.#idleMs } : {}),
    })
  }

  #options({ method, path, headers }: Outgoing, agent: Agent): RequestOptions {
    return { ...this.#address, agent, method, path, headers, setHost: false }
  }
}

/** What stands for the target in a Host header when the client gave none. */
export function authorityOf(address: TargetAddress): string {
  if ('socketPath' in address) return 'localhost'
  const { host, port } = address
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
