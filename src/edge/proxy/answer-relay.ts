/** The answer of a target on its way to the client. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { EdgeCause } from '../contract.ts'
import { comeBackMs } from '../decide/drain.ts'
import { answerHeaders } from '../decide/headers.ts'
import { EventCursor } from '../decide/stream-ends.ts'
import type { Deadline } from './deadline.ts'
import type { Passage } from './passage.ts'

const boundaryMs = 1000

export type Relaying = {
  readonly answer: IncomingMessage
  readonly response: ServerResponse
  readonly passage: Passage
  readonly deadline: Deadline
  readonly idleMs: number
  /** In lower case. */
  readonly releaseHeader: string
  /** Tells the client not to use its connection again. */
  readonly closeConnection: boolean
  readonly onDone: () => void
}

export class AnswerRelay {
  readonly isEventStream: boolean
  /** What the answer names as its release. */
  readonly release: string | undefined
  readonly #relaying: Relaying
  readonly #headers: string[]
  readonly #events: EventCursor | undefined
  #closing: number | undefined
  #over = false

  constructor(relaying: Relaying) {
    const { answer, passage, releaseHeader } = relaying
    this.#relaying = relaying
    const { headers, release, isEventStream } = answerHeaders(answer.rawHeaders, {
      requestId: passage.requestId,
      releaseHeader,
    })
    this.#headers = headers
    this.release = release
    this.isEventStream = isEventStream
    // Into a compressed stream nothing can be written.
    this.#events = isEventStream && answer.headers['content-encoding'] === undefined ? new EventCursor() : undefined
  }

  /** False when the head cannot be passed on; then nothing has been sent. */
  start(): boolean {
    const { answer, response, passage, closeConnection } = this.#relaying
    if (closeConnection) this.#headers.push('Connection', 'close')
    if (!this.#writeHead()) return false
    passage.status = answer.statusCode
    response.on('finish', () => this.#relaying.onDone())
    answer.on('data', (chunk: Buffer) => this.#pass(chunk))
    answer.on('end', () => this.#end())
    answer.on('error', () => this.cut('reset_in_answer'))
    answer.on('close', () => {
      if (!answer.complete) this.cut('reset_in_answer')
    })
    this.#watchIdle()
    // A head whose body takes its time must not wait for it; with one that comes at once it shares a packet.
    setImmediate(() => {
      if (!this.#over && passage.bytesOut === 0) response.flushHeaders()
    })
    return true
  }

  #writeHead(): boolean {
    const { answer, response } = this.#relaying
    try {
      response.writeHead(answer.statusCode ?? 0, answer.statusMessage ?? '', this.#headers)
      return true
    } catch {
      // A status or header that Node reads but would never write: the caller answers that it was bad.
      return false
    }
  }

  /** The answer cannot be told to be wrong any more: a connection that breaks says it. */
  cut(cause: EdgeCause): void {
    if (this.#over) return
    this.#over = true
    this.#relaying.passage.cause = cause
    this.#relaying.answer.destroy()
    this.#relaying.response.destroy()
  }

  /** An event stream ends between two events, and its client is told when to come back. */
  closePolitely(chance: number): void {
    if (this.#over || this.#closing !== undefined) return
    this.#closing = comeBackMs(chance)
    // An event that is not completed soon would not have been completed at all.
    this.#relaying.deadline.set(boundaryMs, () => this.#close())
    this.#closeAtBoundary()
  }

  #pass(chunk: Buffer): void {
    if (this.#over) return
    const { answer, response, passage } = this.#relaying
    passage.bytesOut += chunk.length
    this.#events?.feed(chunk)
    this.#watchIdle()
    if (!response.write(chunk)) {
      answer.pause()
      response.once('drain', () => answer.resume())
    }
    if (this.#closing !== undefined) this.#closeAtBoundary()
  }

  #closeAtBoundary(): void {
    if (this.#events?.between !== false) this.#close()
  }

  #close(): void {
    if (this.#over) return
    this.#over = true
    const { answer, response } = this.#relaying
    if (this.#events?.between === true) response.write(`retry: ${this.#closing}\n\n`)
    response.end()
    answer.destroy()
  }

  #end(): void {
    if (this.#over) return
    this.#over = true
    this.#relaying.response.end()
  }

  #watchIdle(): void {
    const { deadline, idleMs, response } = this.#relaying
    if (this.#closing !== undefined) return
    if (this.isEventStream) return deadline.clear()
    deadline.set(idleMs, () => {
      // Nothing moves because the client does not read: its own doing.
      if (response.writableNeedDrain) response.destroy()
      else this.cut('idle_timeout')
    })
  }
}
