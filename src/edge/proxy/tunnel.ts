/** Two sockets joined after an upgrade. Of WebSockets the frames are followed, so that both ends can be told goodbye. */
import type { Socket } from 'node:net'
import type { Clock, RandomBytes } from '../../base/index.ts'
import { FrameCursor, goingAwayFrame } from '../decide/stream-ends.ts'

/** What the client gets to answer the close frame, and a message under way to end. */
const goodbyeMs = 2000

export type TunnelEnds = {
  readonly client: Socket
  readonly upstream: Socket
  readonly isWebSocket: boolean
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  readonly onBytes: (direction: 'in' | 'out', bytes: number) => void
  readonly onClosed: () => void
}

type Lane = {
  readonly from: Socket
  readonly to: Socket
  readonly frames: FrameCursor | undefined
  saidGoodbye: boolean
}

export class Tunnel {
  readonly #ends: TunnelEnds
  readonly #toClient: Lane
  readonly #toUpstream: Lane
  #closing = false
  #closed = false
  #cancel: () => void = () => {}

  constructor(ends: TunnelEnds) {
    this.#ends = ends
    const { client, upstream, isWebSocket } = ends
    const frames = () => (isWebSocket ? new FrameCursor() : undefined)
    this.#toClient = { from: upstream, to: client, frames: frames(), saidGoodbye: false }
    this.#toUpstream = { from: client, to: upstream, frames: frames(), saidGoodbye: false }
  }

  /** `upstreamHead`, `clientHead`: what had come behind the handshake already. */
  start(upstreamHead: Uint8Array, clientHead: Uint8Array): void {
    const { client, upstream } = this.#ends
    for (const socket of [client, upstream]) {
      socket.setTimeout(0)
      socket.setNoDelay(true)
      socket.on('error', () => this.destroy())
      socket.on('close', () => this.destroy())
    }
    for (const [lane, direction] of [
      [this.#toClient, 'out'],
      [this.#toUpstream, 'in'],
    ] as const) {
      lane.from.on('data', (chunk: Buffer) => this.#pass(lane, direction, chunk))
      lane.from.on('end', () => this.#onEnd(lane))
    }
    if (upstreamHead.length > 0) this.#pass(this.#toClient, 'out', upstreamHead)
    if (clientHead.length > 0) this.#pass(this.#toUpstream, 'in', clientHead)
  }

  /** WebSockets only: close frame 1001 both ways, each between two frames; then the connections. */
  closePolitely(): void {
    if (this.#closing || this.#closed) return
    this.#closing = true
    const { clock } = this.#ends
    this.#cancel = clock.alarm(clock.now() + goodbyeMs, () => this.#hangUp())
    for (const lane of [this.#toClient, this.#toUpstream]) if (lane.frames?.between !== false) this.#sayGoodbye(lane)
  }

  destroy(): void {
    if (this.#closed) return
    this.#closed = true
    this.#cancel()
    this.#ends.client.destroy()
    this.#ends.upstream.destroy()
    this.#ends.onClosed()
  }

  /** A WebSocket that is half closed is closed; other protocols may mean it. */
  #onEnd(lane: Lane): void {
    lane.to.end()
    const { clock, isWebSocket } = this.#ends
    if (!isWebSocket || this.#closing || this.#closed) return
    this.#closing = true
    this.#cancel = clock.alarm(clock.now() + goodbyeMs, () => this.#hangUp())
  }

  #pass(lane: Lane, direction: 'in' | 'out', chunk: Uint8Array): void {
    if (lane.saidGoodbye) return this.#listenForGoodbye(lane, chunk)
    this.#ends.onBytes(direction, chunk.length)
    const boundary = this.#closing ? lane.frames?.upToBoundary(chunk) : undefined
    if (!this.#closing) lane.frames?.feed(chunk)
    this.#write(lane, boundary === undefined ? chunk : chunk.subarray(0, boundary))
    if (boundary !== undefined) this.#sayGoodbye(lane)
  }

  #write({ from, to }: Lane, chunk: Uint8Array): void {
    if (chunk.length === 0 || to.write(chunk)) return
    from.pause()
    to.once('drain', () => from.resume())
  }

  #sayGoodbye(lane: Lane): void {
    lane.saidGoodbye = true
    const isToClient = lane === this.#toClient
    lane.to.write(goingAwayFrame(isToClient ? undefined : this.#ends.randomBytes(4)))
  }

  /** The client's own close frame ends it: the server is who closes the connection (RFC 6455, 7.1.1). */
  #listenForGoodbye(lane: Lane, chunk: Uint8Array): void {
    lane.frames?.feed(chunk)
    if (lane === this.#toUpstream && lane.frames?.sawClose === true && this.#toClient.saidGoodbye) this.#hangUp()
  }

  #hangUp(): void {
    this.#cancel()
    this.#ends.upstream.destroy()
    this.#ends.client.end(() => this.destroy())
  }
}
