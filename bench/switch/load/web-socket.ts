/** A WebSocket client that counts its messages, comes back after a goodbye, and sends again what had no echo yet. */
import type { IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'
import { steadyMs } from '../steady-clock.ts'
import { classifyAnswer, classifyError, classifySocketClose, type Problem } from '../verdict/classify.ts'
import type { Books } from './books.ts'

const messageEveryMs = 250
/** An echo takes as long as the busiest process; after this time the message is lost. */
const echoWithinMs = 20_000
const comeBackMs = 50

export class SocketClient {
  readonly #port: number
  readonly #books: Books
  #socket: WebSocket | undefined
  #sequence = 0
  /** Without their echo: when each was first sent. */
  readonly #waiting = new Map<number, number>()
  #timer: NodeJS.Timeout | undefined
  #stopping = false
  #release: string | undefined
  #pid: number | undefined

  constructor(port: number, books: Books) {
    this.#port = port
    this.#books = books
    this.#connect()
    this.#timer = setInterval(() => this.#tick(), messageEveryMs)
  }

  stop(): void {
    this.#stopping = true
    clearInterval(this.#timer)
  }

  get isQuiet(): boolean {
    return this.#waiting.size === 0
  }

  close(): void {
    this.#socket?.terminate()
  }

  #connect(): void {
    const socket = new WebSocket(`ws://127.0.0.1:${this.#port}/socket`, { perMessageDeflate: false })
    this.#socket = socket
    let failed = false
    const fail = (problem: Problem): void => {
      if (!failed) this.#fail(problem)
      failed = true
    }
    socket.on('upgrade', ({ headers }) => {
      this.#release = String(headers['x-release-id'])
      this.#pid = Number(headers['x-pid'])
    })
    socket.on('unexpected-response', (call, answer) => {
      fail(classifyRefusal(answer))
      // Its error and its close follow.
      call.destroy()
    })
    socket.on('open', () => this.#sendAgain(socket))
    socket.on('message', (data: Buffer) => this.#hear(data.toString()))
    socket.on('error', (error) => fail(classifyError(error, socket.readyState === WebSocket.OPEN)))
    socket.on('close', (code) => {
      if (this.#stopping) return
      const problem = classifySocketClose(code)
      if (problem === undefined) this.#books.count('socketsClosedPolitely')
      else fail(problem)
      setTimeout(() => this.#connect(), comeBackMs)
    })
  }

  #tick(): void {
    this.#giveUpOld()
    const socket = this.#socket
    if (socket?.readyState !== WebSocket.OPEN) return
    this.#waiting.set(++this.#sequence, steadyMs())
    socket.send(String(this.#sequence))
  }

  #sendAgain(socket: WebSocket): void {
    for (const sequence of this.#waiting.keys()) {
      this.#books.count('socketMessagesSentAgain')
      socket.send(String(sequence))
    }
  }

  /** Echoes come in the order of the messages: one that is passed over is lost. */
  #hear(text: string): void {
    const [first = '', release, pid] = text.split(' ')
    const sequence = Number(first)
    const sentMs = this.#waiting.get(sequence)
    if (sentMs === undefined) return this.#fail({ cause: 'corrupt', detail: `an echo of nothing: ${text}` })
    this.#waiting.delete(sequence)
    this.#books.count('socketMessages')
    for (const [earlier] of this.#waiting) {
      if (earlier > sequence) continue
      this.#waiting.delete(earlier)
      this.#fail({ cause: 'message-lost', detail: `message ${earlier} has no echo, ${sequence} has` })
    }
    if (release !== this.#release || Number(pid) !== this.#pid) {
      this.#fail({ cause: 'wrong-release', detail: `connected to ${this.#release}, echo from ${text}` })
    }
  }

  #giveUpOld(): void {
    const now = steadyMs()
    for (const [sequence, sentMs] of this.#waiting) {
      if (now - sentMs < echoWithinMs) continue
      this.#waiting.delete(sequence)
      this.#fail({ cause: 'message-lost', detail: `message ${sequence} has no echo after ${echoWithinMs} ms` })
    }
  }

  #fail(problem: Problem): void {
    const now = steadyMs()
    this.#books.failed({
      ...problem,
      atMs: now,
      scheduledMs: now,
      sentMs: now,
      kind: 'socket',
      isNewConnection: false,
      ...(this.#release === undefined ? {} : { release: this.#release }),
      ...(this.#pid === undefined ? {} : { pid: this.#pid }),
    })
  }
}

/** An answer that is no upgrade. */
function classifyRefusal({ statusCode: status = 0, headers }: IncomingMessage): Problem {
  const edgeCause = headers['x-holdfast-edge']?.toString()
  const problem = classifyAnswer({ status, edgeCause, release: undefined, pid: undefined }, true)
  return problem ?? { cause: 'unexpected-status', detail: String(status) }
}
