/** The body of a request on its way to a target. It can start again at another while all of it is still held. */
import type { ClientRequest, IncomingMessage } from 'node:http'

export type BodyRules = {
  /** 0: none. */
  readonly limitBytes: number
  readonly replayBytes: number
  readonly onProgress: () => void
  readonly onTooLarge: () => void
  /** All of it has come and gone on. */
  readonly onSent: () => void
}

export class RequestBody {
  readonly #source: IncomingMessage
  readonly #rules: BodyRules
  #received = 0
  #sentInThisTry = 0
  #held: Buffer[] | undefined = []
  #sink: ClientRequest | undefined
  #ended = false
  #listening = false

  constructor(source: IncomingMessage, rules: BodyRules) {
    this.#source = source
    this.#rules = rules
  }

  get bytesReceived(): number {
    return this.#received
  }
  get bytesSentInThisTry(): number {
    return this.#sentInThisTry
  }
  /** What has come so far can be sent once more. */
  get replayable(): boolean {
    return this.#held !== undefined
  }
  /** The target does not take more at the moment: then the client is not to blame for the silence. */
  get heldUp(): boolean {
    return this.#sink?.writableNeedDrain ?? false
  }

  sendTo(sink: ClientRequest): void {
    this.#sink = sink
    this.#sentInThisTry = 0
    for (const chunk of this.#held ?? []) this.#write(chunk)
    if (this.#ended) return this.#finish()
    if (!this.#listening) this.#listen()
    if (!sink.writableNeedDrain) this.#source.resume()
  }

  /** Between two tries, and before the first. */
  hold(): void {
    this.#sink = undefined
    this.#source.pause()
  }

  /** The answer has begun: there will be no other try. */
  forget(): void {
    this.#held = undefined
  }

  /** Nobody wants the rest. It is read all the same, so that the client gets to reading the answer. */
  discard(): void {
    this.#sink = undefined
    this.#held = undefined
    this.#source.resume()
  }

  #listen(): void {
    this.#listening = true
    this.#source.on('data', (chunk: Buffer) => this.#take(chunk))
    this.#source.on('end', () => {
      this.#ended = true
      if (this.#sink !== undefined) this.#finish()
    })
  }

  #take(chunk: Buffer): void {
    this.#received += chunk.length
    if (this.#rules.limitBytes > 0 && this.#received > this.#rules.limitBytes) return this.#rules.onTooLarge()
    if (this.#received > this.#rules.replayBytes) this.#held = undefined
    this.#held?.push(chunk)
    this.#rules.onProgress()
    this.#write(chunk)
  }

  #write(chunk: Buffer): void {
    const sink = this.#sink
    if (sink === undefined) return
    this.#sentInThisTry += chunk.length
    if (sink.write(chunk)) return
    this.#source.pause()
    sink.once('drain', () => {
      if (this.#sink === sink) this.#source.resume()
    })
  }

  #finish(): void {
    this.#sink?.end()
    this.#rules.onSent()
  }
}
