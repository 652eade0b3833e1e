/** Who is being served: counts the requests being answered, tells those who wait that the caller has gone or the server closes. */
import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

export class Traffic {
  readonly #answering = new Set<ServerResponse>()
  readonly #waiting = new Set<ServerResponse>()
  /** The last answer that was begun on a connection. */
  readonly #onConnection = new WeakMap<Duplex, ServerResponse>()
  readonly #closing = new AbortController()
  #drained: (() => void) | undefined

  /** Requests being answered; long polls and streams are not among them. */
  get answering(): number {
    return this.#answering.size
  }

  get closing(): boolean {
    return this.#closing.signal.aborted
  }

  /** What is being answered last on a connection, if that is not out yet. */
  answeringOn(connection: Duplex): ServerResponse | undefined {
    const last = this.#onConnection.get(connection)
    return last === undefined || last.writableFinished ? undefined : last
  }

  enter(response: ServerResponse): void {
    this.#answering.add(response)
    this.#onConnection.set(response.req.socket, response)
    response.once('close', () => {
      this.#answering.delete(response)
      this.#waiting.delete(response)
      if (this.#answering.size + this.#waiting.size === 0) this.#drained?.()
    })
  }

  /** For an answer that takes as long as it takes. The signal fires when the caller hangs up or the server closes. */
  wait(response: ServerResponse): AbortSignal {
    if (this.#answering.delete(response)) this.#waiting.add(response)
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    if (response.destroyed) gone.abort()
    return AbortSignal.any([gone.signal, this.#closing.signal])
  }

  /** Ends the waiting; resolves when the last answer is out. */
  async drain(): Promise<void> {
    const open = [...this.#answering, ...this.#waiting]
    // The answer tells the caller to open no further request on this connection.
    for (const response of open) if (!response.headersSent) response.shouldKeepAlive = false
    this.#closing.abort()
    if (open.length === 0) return
    await new Promise<void>((resolve) => {
      this.#drained = resolve
    })
  }
}
